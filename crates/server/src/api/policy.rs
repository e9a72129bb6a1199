//! Which duties must have a second factor.

use access::Duty;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Sent;
use super::proof::Proof;
use crate::App;
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::{Attempt, Caller, Policy};

/// Which duties must have a second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactorPolicy {
    /// For instance `doctor`.
    duties: Vec<&'static str>,
}

/// A change of the policy, with what an administrator shows for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorPolicyChange {
    duties: Vec<String>,
    proof: Proof,
}

/// Which duties must have a second factor.
#[utoipa::path(get, operation_id = "factor_policy", path = "/api/factor-policy", responses(
    (status = 200, description = "The policy", body = FactorPolicy),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
pub(crate) async fn current(State(app): State<App>, _: Caller) -> Result<Json<FactorPolicy>, Problem> {
    let policy = app.store().read(Policy::read).await.map_err(Problem::from)?;
    Ok(Json(FactorPolicy { duties: policy.duties().iter().map(|duty| duty.as_str()).collect() }))
}

/// Sets which duties must have a second factor. Who has none is led to enrolment at once.
#[utoipa::path(put, operation_id = "set_factor_policy", path = "/api/factor-policy", request_body = FactorPolicyChange, responses(
    (status = 204, description = "Set"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "The code was used before", body = Problem),
    (status = 422, description = "The password or code is wrong, or a duty is unknown", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn set(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Sent(change): Sent<FactorPolicyChange>,
) -> Result<StatusCode, Problem> {
    let duties = change.duties.iter().map(|duty| duty.parse()).collect::<Result<Vec<Duty>, _>>();
    let policy = Policy::new(duties.map_err(|_| unknown_duty())?);
    app.sign_in().set_policy(&app, &attempt, &headers, &caller, (policy, change.proof.try_into()?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn unknown_duty() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        Text::new("知らない職種が含まれています。", "There is no such duty."),
        Text::new("一覧から選んでください。", "Choose from the list."),
    )
}
