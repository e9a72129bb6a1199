//! All routes, and what lies around them.

use axum::Router;
use tower_http::compression::CompressionLayer;

use crate::{App, api, fhir, http, page};

/// The whole server as one service.
pub fn router(app: App) -> Router {
    let routes = Router::new().merge(api::router(&app)).merge(fhir::router(&app)).fallback(page::serve);
    let edge = app.edge().clone();
    http::wrap(routes.with_state(app).layer(CompressionLayer::new()), edge)
}
