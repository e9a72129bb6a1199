//! JSON bodies of `/api`: small, strict, and never quoted back.

use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use crate::http::read_body;
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::layer::media_type;

const BYTES_MAX: usize = 64 * 1024;

/// A body that was read as `T`.
pub(super) struct Sent<T>(pub(super) T);

/// The same for whole documents, as a clinic's file and a router's rules are.
const LONG_BYTES_MAX: usize = 8 << 20;
pub(super) struct Long<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, BYTES_MAX).await.map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Long<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request, LONG_BYTES_MAX).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, bytes_max: usize) -> Result<T, Problem> {
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(media_type());
    }
    let bytes = read_body(&parts.headers, body, bytes_max).await?;
    serde_json::from_slice(&bytes).map_err(|_| {
        Problem::new(
            ProblemKind::BadRequest,
            Text::new("送られた JSON を読み取れませんでした。", "The JSON that was sent was not understood."),
            Text::new("/api の説明 (openapi.json) と比べてください。", "Compare it with openapi.json."),
        )
    })
}
