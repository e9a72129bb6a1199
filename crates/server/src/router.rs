//! All routes, and what lies around them.

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower_http::compression::CompressionLayer;

use crate::{App, api, fhir, http, page};

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let routes = Router::new().merge(api::router(&app)).merge(fhir::router(&app)).fallback(elsewhere);
    let edge = app.edge().clone();
    http::wrap(routes.with_state(app).layer(CompressionLayer::new()), edge)
}

/// Where no route is: the page, or a refusal in FHIR's words.
async fn elsewhere(request: Request) -> Response {
    if fhir::holds(request.uri().path()) { fhir::nothing_here() } else { page::serve(request).await }
}
