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
use crate::problem::Problem;
use crate::signin::{Attempt, Caller};

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
    (status = 401, description = "Wrong user or password, or a disabled account", body = Problem),
    (status = 429, description = "Tried too often; Retry-After says how long to wait", body = Problem),
))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    attempt: Attempt,
    headers: HeaderMap,
    Sent(typed): Sent<SignIn>,
) -> Result<Response, Problem> {
    let entered = app.sign_in().enter(app.store(), &attempt, &headers, &typed.user, typed.password).await?;
    let account = entered.account;
    let session = session(&app, account.id, account.name, &account.duties);
    Ok((entered.cookies, Json(session)).into_response())
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
pub(crate) async fn sign_out(State(app): State<App>, attempt: Attempt, caller: Caller) -> Result<Response, Problem> {
    let cookies = app.sign_in().leave(app.store(), &attempt, &caller).await?;
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
    let account = caller.account(app.store()).await?;
    let entered = app.sign_in().enter(app.store(), &attempt, &headers, &account.login, typed.current).await?;
    let cookies = app.sign_in().change_password(&app, &attempt, entered, typed.new).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}

fn session(app: &App, user: String, name: String, duties: &[Duty]) -> Session {
    let duties = duties.iter().map(|duty| duty.as_str()).collect();
    Session { user, name, duties, clinic: app.clinic().to_owned() }
}
