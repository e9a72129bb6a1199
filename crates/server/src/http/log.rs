//! One line per request. It holds nothing that the client chose, save the method when it is a known one:
//! the route is the template (`/fhir/{type}/{id}`), never the path, so no id, search term or token can be in it.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::Response;

use crate::net::Peer;

/// Names one request in the answer (`X-Request-Id`), the log and the audit trail. Ours; a client's is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(u64);

impl RequestId {
    fn random() -> Self {
        let mut bytes = [0; 8];
        // Without randomness the server could not have started; an id of zeros would still be an id.
        let _ = getrandom::fill(&mut bytes);
        Self(u64::from_le_bytes(bytes))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A line being gathered.
pub(super) struct Line {
    id: RequestId,
    method: &'static str,
    route: Option<MatchedPath>,
    source: Option<IpAddr>,
    began: Instant,
}

impl Line {
    pub(super) fn begin(request: &Request) -> Self {
        Self {
            id: RequestId::random(),
            method: known(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            source: request.extensions().get::<Peer>().map(|peer| peer.0.ip()),
            began: Instant::now(),
        }
    }

    pub(super) fn id(&self) -> RequestId {
        self.id
    }

    pub(super) fn end(self, response: &Response) {
        let status = response.status().as_u16();
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let route = self.route.as_ref().map_or("-", MatchedPath::as_str);
        let source = self.source.map(tracing::field::display);
        if status >= 500 {
            tracing::error!(target: "request", id = %self.id, method = self.method, route, status, ms, source);
        } else {
            tracing::info!(target: "request", id = %self.id, method = self.method, route, status, ms, source);
        }
    }
}

fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|k| *k == method.as_str()).unwrap_or("other")
}
