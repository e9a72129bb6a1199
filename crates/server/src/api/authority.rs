//! The certificate that tablets and PCs install once.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::IntoResponse;

use crate::App;
use crate::problem::Problem;

/// The certificate of the clinic's authority as PEM.
#[utoipa::path(get, path = "/api/authority", responses(
    (status = 200, description = "The certificate", body = String, content_type = "application/x-pem-file"),
))]
pub(crate) async fn pem(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], app.authority().cert_pem().to_owned())
}

/// The same as DER, the form that phones and Windows install on a tap.
#[utoipa::path(get, path = "/ca.crt", responses(
    (status = 200, description = "The certificate", body = Vec<u8>, content_type = "application/x-x509-ca-cert"),
))]
pub(crate) async fn der(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let der = app.authority().cert_der().map_err(|_| Problem::internal())?;
    Ok((HEADERS, der))
}

const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("application/x-x509-ca-cert")),
    (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"komainu-ca.crt\"")),
];
