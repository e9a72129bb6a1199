//! The second factor of one's own account, and of others' for an administrator.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::TotpState;
use utoipa::ToSchema;

use super::json::Sent;
use super::passkey::PasskeyShown;
use super::proof::Proof;
use super::session::{Session, of_account};
use crate::App;
use crate::problem::Problem;
use crate::signin::{Attempt, Caller, Known, Policy};

/// How things stand with one's second factor.
#[derive(Serialize, ToSchema)]
pub(crate) struct Factor {
    /// Since when there are one-time codes, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// Recovery codes that were not used yet.
    recovery_codes_left: u64,
    /// One's passkeys, oldest first.
    passkeys: Vec<PasskeyShown>,
    /// One's duty must have a second factor.
    asked: bool,
}

/// A secret for an authenticator. It is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProposedFactor {
    /// To be typed where no camera is at hand.
    secret: String,
    qr: Drawing,
}

/// A square drawing.
#[derive(Serialize, ToSchema)]
struct Drawing {
    /// How many units it is wide and high.
    side: u64,
    /// What is dark, as SVG's path data.
    path: String,
}

/// The first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstCode {
    #[schema(format = "password")]
    code: String,
}

/// The second factor is enrolled.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledFactor {
    /// Each opens once in place of a code. They are shown this once.
    recovery_codes: Vec<String>,
    session: Session,
}

/// How things stand with one's second factor.
#[utoipa::path(get, operation_id = "factor", path = "/api/session/factor", responses(
    (status = 200, description = "How things stand", body = Factor),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "A program has no second factor", body = Problem),
))]
pub(crate) async fn current(State(app): State<App>, caller: Caller) -> Result<Json<Factor>, Problem> {
    let account = caller.account(app.store()).await?;
    let factor = app.store().read(move |s| {
        Ok::<_, Problem>(Factor {
            since: s.totp(&account.id, TotpState::Confirmed)?.map(|totp| totp.created),
            recovery_codes_left: s.recovery_codes_left(&account.id)?,
            passkeys: s.passkeys(&account.id)?.into_iter().map(PasskeyShown::from).collect(),
            asked: Policy::read(s)?.asks(&account.duties),
        })
    });
    Ok(Json(factor.await?))
}

/// Begins to enrol a second factor, or another one in place of the one there is.
#[utoipa::path(post, operation_id = "propose_factor", path = "/api/session/factor", request_body = Proof, responses(
    (status = 201, description = "A secret to confirm", body = ProposedFactor),
    (status = 401, description = "Nobody is signed in, or the second step is missing", body = Problem),
    (status = 409, description = "The code was used before", body = Problem),
    (status = 422, description = "The password or code is wrong", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn propose(
    State(app): State<App>,
    attempt: Attempt,
    known: Known,
    headers: HeaderMap,
    Sent(proof): Sent<Proof>,
) -> Result<Response, Problem> {
    let proposal = app.sign_in().propose_factor(&app, &attempt, &headers, &known, proof.try_into()?).await?;
    let shown = ProposedFactor {
        secret: proposal.spelled.to_string(),
        qr: Drawing { side: proposal.drawing.side as u64, path: proposal.drawing.path.to_string() },
    };
    Ok((StatusCode::CREATED, Json(shown)).into_response())
}

/// Confirms the new second factor by its first code. All sessions of the account end, and a new one begins.
#[utoipa::path(post, operation_id = "confirm_factor", path = "/api/session/factor/confirmation", request_body = FirstCode, responses(
    (status = 200, description = "Enrolled; the cookie is a new one", body = EnrolledFactor),
    (status = 401, description = "Nobody is signed in, or the second step is missing", body = Problem),
    (status = 409, description = "Nothing was proposed, or it took too long", body = Problem),
    (status = 422, description = "The code is wrong", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn confirm(
    State(app): State<App>,
    attempt: Attempt,
    known: Known,
    headers: HeaderMap,
    Sent(typed): Sent<FirstCode>,
) -> Result<Response, Problem> {
    let enrolled = app.sign_in().confirm_factor(&app, &attempt, &headers, &known, &typed.code).await?;
    let cookies = enrolled.entered.cookies.clone();
    let shown = EnrolledFactor {
        recovery_codes: enrolled.recovery_codes.iter().map(|code| code.to_string()).collect(),
        session: of_account(&app, enrolled.entered),
    };
    Ok((cookies, Json(shown)).into_response())
}

/// Removes one's second factor. All sessions of the account end, and a new one begins.
#[utoipa::path(post, operation_id = "remove_factor", path = "/api/session/factor/removal", request_body = Proof, responses(
    (status = 204, description = "Removed; the cookie is a new one"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "One's duty must have one", body = Problem),
    (status = 409, description = "The code was used before", body = Problem),
    (status = 422, description = "The password or code is wrong", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn remove(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Sent(proof): Sent<Proof>,
) -> Result<Response, Problem> {
    let cookies = app.sign_in().remove_factor(&app, &attempt, &headers, &caller, proof.try_into()?).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// Removes the second factor of somebody who lost it, and ends their sessions; for an administrator.
#[utoipa::path(post, operation_id = "reset_factor", path = "/api/accounts/{account}/factor-reset", request_body = Proof,
    params(("account" = String, Path, description = "Account id")), responses(
    (status = 204, description = "Removed"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 404, description = "There is no such account", body = Problem),
    (status = 409, description = "The code was used before", body = Problem),
    (status = 422, description = "The password or code is wrong", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn reset(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(account): Path<String>,
    headers: HeaderMap,
    Sent(proof): Sent<Proof>,
) -> Result<StatusCode, Problem> {
    app.sign_in().reset_factor(&app, &attempt, &headers, &caller, (account, proof.try_into()?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
