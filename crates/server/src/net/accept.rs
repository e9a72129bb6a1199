//! From the listening socket to connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::connection::{self, Protocol};
use super::sources::{Slot, Sources};

/// How bytes are protected.
#[derive(Clone)]
pub enum Tls {
    /// TLS; ALPN chooses HTTP/2 or HTTP/1.1. The configuration may change while serving (renewal).
    On(watch::Receiver<Arc<rustls::ServerConfig>>),
    /// None at all: HTTP/1.1 in the clear, for benchmarks on the loopback.
    Off,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::On(_) => "Tls::On",
            Self::Off => "Tls::Off",
        })
    }
}

/// Accepts connections until `stopping` turns true, then waits for requests under way, at most
/// [`Limits::drain`].
pub async fn serve(
    listener: TcpListener,
    tls: Tls,
    router: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let limits = Arc::new(limits);
    let places = Arc::new(Semaphore::new(limits.connections));
    let sources = Sources::new(limits.connections_per_source);
    let mut connections = JoinSet::new();
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let Ok(place) = place else { break };
        let (socket, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        while connections.try_join_next().is_some() {}
        let Some(slot) = sources.take(peer.ip()) else {
            tracing::warn!(source = %peer.ip(), "too many connections from one address, closed");
            continue;
        };
        let held = Held { _place: place, _slot: slot };
        connections.spawn(greet(
            socket,
            peer,
            tls.clone(),
            router.clone(),
            Arc::clone(&limits),
            stopping.clone(),
            held,
        ));
    }
    drop(listener);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.drain + limits.tick, drained).await.is_err() {
        tracing::warn!("some requests were still under way when time was up");
    }
}

/// What a connection holds for as long as it lives.
struct Held {
    _place: OwnedSemaphorePermit,
    _slot: Slot,
}

/// Retries what will pass (no file handles left, a client gone before it was accepted), slower each time.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut pause = Duration::from_millis(5);
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_clients_doing(&error) => {}
            Err(error) => {
                tracing::error!(error = %error, pause_ms = pause.as_millis(), "cannot accept connections");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

fn is_clients_doing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn greet(
    socket: TcpStream,
    peer: SocketAddr,
    tls: Tls,
    router: Router,
    limits: Arc<Limits>,
    stopping: watch::Receiver<bool>,
    _held: Held,
) {
    // Answers are written whole; waiting to fill a packet would only delay them.
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let Tls::On(config) = tls else {
        return connection::run(socket, peer, Protocol::Http1, router, limits, stopping).await;
    };
    let config = Arc::clone(&config.borrow());
    let handshake = TlsAcceptor::from(config).accept(socket);
    let Ok(Ok(stream)) = tokio::time::timeout(limits.handshake, handshake).await else {
        return;
    };
    let protocol = if stream.get_ref().1.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
    connection::run(stream, peer, protocol, router, limits, stopping).await;
}
