//! What every request and answer passes, whatever it is for: the gate, the security headers, the log line.

mod body;
mod gate;
mod headers;
mod log;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use tower_http::catch_panic::CatchPanicLayer;

use crate::problem::Problem;

pub use body::read_body;
pub use gate::Hosts;
pub use headers::PAGE_POLICY;
pub use log::RequestId;

/// What the outermost layer knows.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Names the server answers to.
    pub hosts: Hosts,
    /// Whether connections are TLS (HSTS, `__Host-` cookies).
    pub tls: bool,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the outermost layer around all routes and the fallback.
pub fn wrap(router: Router, edge: Edge) -> Router {
    // The panic's message may quote a chart: it goes neither to the client nor into the log.
    let panics = CatchPanicLayer::custom(|_| Problem::internal().into_response());
    router.layer(panics).layer(from_fn_with_state(Arc::new(edge), pass))
}

async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let line = log::Line::begin(&request);
    let id = line.id();
    let mut response = match gate::check(&request, &edge.hosts) {
        Ok(()) => {
            gate::name(&mut request);
            request.extensions_mut().insert(id);
            explain(next.run(request).await)
        }
        Err(refusal) => gate::problem(refusal).into_response(),
    };
    headers::add(response.headers_mut(), edge.tls);
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    line.end(&response);
    response
}

/// axum's own refusals are plain text and may quote what was sent; they get our words instead.
fn explain(response: Response) -> Response {
    let status = response.status();
    let is_plain = response.headers().get(header::CONTENT_TYPE).is_none_or(|t| t.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_plain {
        return response;
    }
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut explained = Problem::of_status(status).into_response();
    if let Some(allow) = allow {
        explained.headers_mut().insert(header::ALLOW, allow);
    }
    explained
}
