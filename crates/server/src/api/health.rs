//! Whether the server answers and its store still keeps what it is given.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::problem::Problem;

/// Says no more than an outsider may know: no version, no name, no numbers.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    ok: bool,
}

/// Whether the server answers and can read its store.
#[utoipa::path(get, path = "/api/health", responses(
    (status = 200, description = "It does", body = Health),
    (status = 503, description = "The store has stopped", body = Problem),
))]
pub(crate) async fn health(State(app): State<App>) -> Result<Json<Health>, Problem> {
    app.store().read(|s| s.setting("clinic.name").map(drop)).await.map_err(Problem::from)?;
    Ok(Json(Health { ok: true }))
}
