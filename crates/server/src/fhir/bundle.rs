//! Transactions and batches.

use axum::http::StatusCode;
use axum::response::Response;

use super::call::Call;
use super::reply::{self, Fault, Return};

pub(super) async fn post(call: Call) -> Result<Response, Fault> {
    call.no_parameters()?;
    let representation = call.prefer_given() == Some(Return::Representation);
    let answer = call.app.record().bundle(&call.ctx, &call.body, &call.base, call.key()?, representation).await?;
    Ok(reply::json(StatusCode::OK, answer))
}
