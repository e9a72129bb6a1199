//! FHIR R4 over HTTP: every route is a row of [`table::ROUTES`], every handler a few lines over `record`.
//!
//! The router, the CapabilityStatement and the test that every endpoint refuses strangers are all made from the
//! table, so none of them can know a route that the others do not.

mod bulk;
mod bundle;
mod call;
mod capability;
mod instance;
mod operations;
mod reply;
mod search;
mod table;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, RawQuery, Request, State};
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, on};

use crate::App;
use crate::problem::Problem;
use crate::signin::layer::{own_page, signed_in};
use crate::signin::{Attempt, Caller};
use call::{Call, Sent};
use reply::Fault;

pub use table::{ROUTES, Route, Takes};

/// What bounds one request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// One resource or patch. A scanned letter of a few pages fits; larger documents belong in several.
    pub resource_bytes: usize,
    /// A transaction or batch.
    pub bundle_bytes: usize,
    /// A search sent as a form.
    pub form_bytes: usize,
    /// Entries and page sizes.
    pub record: record::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            resource_bytes: 2 * MIB,
            bundle_bytes: 16 * MIB,
            form_bytes: 64 * 1024,
            record: record::Limits::default(),
        }
    }
}

/// The routes below `/fhir`.
pub fn router(app: &App) -> Router<App> {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut routes = Router::new();
    for path in paths {
        let rows = ROUTES.iter().filter(|route| route.path == path);
        let methods = rows.fold(MethodRouter::new(), |methods, route| methods.merge(handler(route)));
        routes = routes.route(path, methods.fallback(|| async { Fault::method_not_allowed() }));
    }
    let public = Router::new().route("/fhir/metadata", get(capability::metadata));
    public.merge(own_page(signed_in(routes, app))).layer(from_fn(as_outcome))
}

/// One row as an axum handler: read the request as the row says, do it, answer.
fn handler(route: &'static Route) -> MethodRouter<App> {
    let run = move |State(app): State<App>,
                    caller: Caller,
                    attempt: Attempt,
                    path: RawPathParams,
                    RawQuery(query): RawQuery,
                    headers: HeaderMap,
                    body: Body| async move {
        let path = path.iter().map(|(_, value)| value.to_owned()).collect();
        let sent = Sent { path, query, headers, body };
        match Call::read(route, app, caller, &attempt, sent).await {
            Ok(call) => (route.handler)(call).await.unwrap_or_else(IntoResponse::into_response),
            Err(fault) => fault.into_response(),
        }
    };
    on(route.filter(), run)
}

/// Below `/fhir`, where no row of the table matches: a catch-all route would clash with `/fhir/{type}/…`.
pub(crate) fn nothing_here() -> Response {
    Fault::no_such_route().into_response()
}

/// What the layers outside the handlers refuse, said in FHIR's form.
async fn as_outcome(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match response.extensions().get::<Problem>() {
        Some(problem) => Fault::of_problem(problem, response.status()).keeping(response.headers()),
        None => response,
    }
}
