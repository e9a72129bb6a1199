//! The accept loop: sockets in, [`axum::Router`] out.
//!
//! The ready-made servers never close a slow client and accept requests that two readers would cut
//! differently. So the loop is ours. A connection passes, in this order: the caps on connections
//! ([`sources`]), the TLS handshake under a timer, the strict reader of HTTP/1 heads ([`framing`],
//! [`guard`]), hyper with every limit set ([`connection`]), and a watch over what the client keeps
//! us waiting for ([`activity`], [`body`]).

mod accept;
mod activity;
mod body;
mod connection;
mod framing;
mod guard;
mod refusal;
mod sources;

pub use accept::{Tls, serve};
pub use body::TooSlow;
pub use refusal::Refusal;
pub(crate) use sources::source_of;

use std::net::SocketAddr;
use std::time::Duration;

/// The address a request came from, in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// How long a client may keep the server waiting, and how much it may hold.
#[derive(Debug, Clone)]
pub struct Limits {
    /// From the accepted socket to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of an HTTP/1 head to its last.
    pub head: Duration,
    /// A connection without a request, before the first one or between two.
    pub idle: Duration,
    /// What a request body may make us wait in all, beside one second per [`Limits::body_rate`] bytes.
    pub body_grace: Duration,
    /// Bytes per second below which a body counts as dribbled. Low: Wi-Fi in a clinic can be that slow.
    pub body_rate: u32,
    /// How long a client may leave a part of the answer unread.
    pub stalled: Duration,
    /// Between two HTTP/2 pings, and for the answer to one.
    pub ping: Duration,
    /// For requests under way when the server stops, and for a client to go after we hung up.
    pub drain: Duration,
    /// How often a connection is looked at.
    pub tick: Duration,
    /// Connections in all. Those beyond wait in the kernel's queue.
    pub connections: usize,
    /// Connections of one address (IPv6: of one /64). Those beyond are closed at once.
    pub connections_per_source: usize,
    /// HTTP/2 requests under way on one connection.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            body_grace: Duration::from_secs(20),
            body_rate: 256,
            stalled: Duration::from_secs(30),
            ping: Duration::from_secs(20),
            drain: Duration::from_secs(10),
            tick: Duration::from_secs(1),
            connections: 1024,
            connections_per_source: 512,
            streams: 64,
        }
    }
}

impl Limits {
    /// The default, with no more connections than this process may hold open beside its store.
    #[must_use]
    pub fn of_this_process() -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self::default().within(open_files(&limits).unwrap_or(usize::MAX))
    }

    /// Leaves the store and the log their files: a database that cannot open one has failed for everybody.
    /// One source gets half of what there is, so that it cannot shut the others out.
    fn within(mut self, open_files_max: usize) -> Self {
        self.connections = self.connections.min(open_files_max.saturating_sub(OTHER_FILES)).max(8);
        self.connections_per_source = self.connections_per_source.min(self.connections / 2);
        self
    }
}

/// Files that are no connections: the database's, the log's, the runtime's.
const OTHER_FILES: usize = 64;

/// The soft limit in `/proc/self/limits`.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Largest HTTP/1 head, and HTTP/2 header list, in bytes.
pub(crate) const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Most header lines of an HTTP/1 request.
pub(crate) const HEADERS_MAX: usize = 100;
/// Longest request target; a search that needs more has POST `_search`.
pub(crate) const TARGET_BYTES_MAX: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_the_store_its_files() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            256                  524288               files     \n";
        assert_eq!(open_files(limits), Some(256));
        assert_eq!(open_files("Max open files            unlimited            unlimited            files"), None);
        let connections = |open_files| {
            let limits = Limits::default().within(open_files);
            (limits.connections, limits.connections_per_source)
        };
        assert_eq!(connections(256), (192, 96));
        assert_eq!(connections(64), (8, 4));
        assert_eq!(connections(usize::MAX), (1024, 512));
    }
}
