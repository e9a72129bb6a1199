//! Signing in and out.

use access::Duty;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Sent;
use crate::App;
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::{Attempt, Caller, Entered, Known, Missing};

/// What is typed to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    user: String,
    #[schema(format = "password")]
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Account id.
    user: String,
    /// Shown in charts.
    name: String,
    /// Duties held now, e.g. `doctor`.
    duties: Vec<&'static str>,
    /// The clinic's name.
    clinic: String,
}

/// The password was right, and does not suffice. The cookie opens the second step and nothing else.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecondStep {
    missing: MissingStep,
}

/// What is still lacking.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum MissingStep {
    /// A code of the account's second factor, or a recovery code.
    Code,
    /// A second factor, which the account's duty must have and which has to be enrolled first.
    Enrolment,
}

/// The second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondStepCode {
    /// Six digits, or a recovery code.
    #[schema(format = "password")]
    code: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    #[schema(format = "password")]
    current: String,
    #[schema(format = "password")]
    new: String,
}

/// Signs in and gives the session's cookie.
#[utoipa::path(post, path = "/api/session", request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = Session),
    (status = 202, description = "The password is right; a second step is needed", body = SecondStep),
    (status = 401, description = "Wrong user or password, or an account that is not active", body = Problem),
    (status = 429, description = "Tried too often; Retry-After says how long to wait", body = Problem),
))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    attempt: Attempt,
    headers: HeaderMap,
    Sent(typed): Sent<SignIn>,
) -> Result<Response, Problem> {
    let entered = app.sign_in().enter(app.store(), &attempt, &headers, &typed.user, typed.password).await?;
    Ok(match entered.missing {
        None => whole(&app, entered),
        Some(missing) => {
            let missing = match missing {
                Missing::Code => MissingStep::Code,
                Missing::Enrolment => MissingStep::Enrolment,
            };
            (StatusCode::ACCEPTED, entered.cookies, Json(SecondStep { missing })).into_response()
        }
    })
}

/// The second step of signing in: gives the session's cookie in place of the one that the password gave.
#[utoipa::path(post, path = "/api/session/second-step", request_body = SecondStepCode, responses(
    (status = 200, description = "Signed in", body = Session),
    (status = 401, description = "No second step is under way, or it took too long", body = Problem),
    (status = 409, description = "The code was used before, or the session lacks nothing", body = Problem),
    (status = 422, description = "The code is wrong", body = Problem),
    (status = 429, description = "Tried too often; Retry-After says how long to wait", body = Problem),
))]
pub(crate) async fn second_step(
    State(app): State<App>,
    attempt: Attempt,
    known: Known,
    headers: HeaderMap,
    Sent(typed): Sent<SecondStepCode>,
) -> Result<Response, Problem> {
    let Known::Half(half) = known else { return Err(lacks_nothing()) };
    let entered = app.sign_in().second_step(app.store(), &attempt, &headers, &half, &typed.code).await?;
    Ok(whole(&app, entered))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", responses(
    (status = 200, description = "Who is signed in", body = Session),
    (status = 401, description = "Nobody", body = Problem),
))]
pub(crate) async fn current(State(app): State<App>, caller: Caller) -> Json<Session> {
    Json(session(&app, caller.actor.id, caller.actor.name, &caller.actor.duties))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", responses(
    (status = 204, description = "Signed out"),
    (status = 401, description = "Nobody was signed in", body = Problem),
))]
pub(crate) async fn sign_out(State(app): State<App>, attempt: Attempt, known: Known) -> Result<Response, Problem> {
    let cookies = app.sign_in().leave(app.store(), &attempt, &known).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

/// Changes one's own password. All sessions of the account end, and a new one begins.
#[utoipa::path(post, path = "/api/session/password", request_body = PasswordChange, responses(
    (status = 204, description = "Changed; the cookie is a new one"),
    (status = 401, description = "The current password is wrong", body = Problem),
    (status = 422, description = "The new password is too weak", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn change_password(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Sent(typed): Sent<PasswordChange>,
) -> Result<Response, Problem> {
    let passwords = (typed.current, typed.new);
    let cookies = app.sign_in().change_password(&app, &attempt, &headers, &caller, passwords).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

pub(super) fn whole(app: &App, entered: Entered) -> Response {
    (entered.cookies.clone(), Json(of_account(app, entered))).into_response()
}

/// The session of somebody who has just come in.
pub(super) fn of_account(app: &App, entered: Entered) -> Session {
    let account = entered.account;
    session(app, account.id, account.name, &account.duties)
}

fn session(app: &App, user: String, name: String, duties: &[Duty]) -> Session {
    let duties = duties.iter().map(|duty| duty.as_str()).collect();
    Session { user, name, duties, clinic: app.clinic().to_owned() }
}

fn lacks_nothing() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new("もうサインインしています。", "You are signed in already."),
        Text::new("そのまま続けてください。", "Just go on."),
    )
}
