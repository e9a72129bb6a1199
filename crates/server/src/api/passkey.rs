//! Passkeys: signing in by one, enrolling, removing.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::json::Sent;
use super::proof::{PasskeyAnswer, Proof};
use super::session::{Session, of_account, whole};
use crate::App;
use crate::problem::Problem;
use crate::signin::{self, Attempt, Caller, Known};

/// A passkey as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyShown {
    /// The credential's id, in base64url.
    id: String,
    label: String,
    /// ms since 1970 UTC.
    created: i64,
    /// When it was last used, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<i64>,
}

/// What an authenticator is asked. It is good for five minutes and one answer.
#[derive(Serialize, ToSchema)]
pub(crate) struct Challenge {
    /// To be sent along with the answer.
    ceremony: String,
    /// For `PublicKeyCredential.parseRequestOptionsFromJSON`, or `parseCreationOptionsFromJSON` when enrolling.
    #[schema(value_type = Object)]
    options: Value,
}

/// A key that a device has made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasskey {
    ceremony: String,
    /// `RegistrationResponseJSON` of Web Authentication.
    #[schema(value_type = Object)]
    credential: Value,
    /// What its owner calls the device, e.g. 受付のiPad.
    label: String,
}

/// The passkey is enrolled.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolledPasskey {
    /// For the day the device is lost; each opens once, and they are shown this once. Empty when there are some
    /// from before.
    recovery_codes: Vec<String>,
    session: Session,
}

/// Which passkey goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyRemoval {
    id: String,
    proof: Proof,
}

impl From<store::Passkey> for PasskeyShown {
    fn from(passkey: store::Passkey) -> Self {
        let id = URL_SAFE_NO_PAD.encode(&passkey.id);
        Self { id, label: passkey.label, created: passkey.created, used: passkey.used }
    }
}

impl From<signin::Challenge> for Challenge {
    fn from(challenge: signin::Challenge) -> Self {
        Self { ceremony: challenge.ceremony, options: challenge.options }
    }
}

/// Asks for a challenge that any of one's passkeys may answer, to sign in or as proof.
#[utoipa::path(post, operation_id = "passkey_challenge", path = "/api/passkey-challenge", responses(
    (status = 200, description = "A challenge", body = Challenge),
    (status = 409, description = "The page was opened by an address instead of a name", body = Problem),
    (status = 429, description = "Too many challenges are open", body = Problem),
))]
pub(crate) async fn challenge(
    State(app): State<App>,
    attempt: Attempt,
    headers: HeaderMap,
) -> Result<Json<Challenge>, Problem> {
    Ok(Json(app.sign_in().challenge(&attempt, &headers, app.clinic())?.into()))
}

/// Signs in by a passkey alone, which is two factors in one.
#[utoipa::path(post, operation_id = "sign_in_by_passkey", path = "/api/session/passkey", request_body = PasskeyAnswer, responses(
    (status = 200, description = "Signed in", body = Session),
    (status = 401, description = "Not a passkey of an active account, or the challenge is not open", body = Problem),
    (status = 422, description = "Not an authenticator's answer", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn sign_in(
    State(app): State<App>,
    attempt: Attempt,
    headers: HeaderMap,
    Sent(answer): Sent<PasskeyAnswer>,
) -> Result<Response, Problem> {
    let entered = app.sign_in().enter_by_passkey(app.store(), &attempt, &headers, app.clinic(), answer.into());
    Ok(whole(&app, entered.await?))
}

/// Begins to enrol a passkey.
#[utoipa::path(post, operation_id = "propose_passkey", path = "/api/session/passkeys", request_body = Proof, responses(
    (status = 201, description = "What the device is to make a key for", body = Challenge),
    (status = 401, description = "Nobody is signed in, or the second step is missing", body = Problem),
    (status = 409, description = "There are too many, or the page was opened by an address", body = Problem),
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
    let challenge = app.sign_in().propose_passkey(&app, &attempt, &headers, &known, proof.try_into()?).await?;
    Ok((StatusCode::CREATED, Json(Challenge::from(challenge))).into_response())
}

/// Keeps the key that the device made. All sessions of the account end, and a new one begins.
#[utoipa::path(post, operation_id = "confirm_passkey", path = "/api/session/passkeys/confirmation", request_body = NewPasskey, responses(
    (status = 200, description = "Enrolled; the cookie is a new one", body = EnrolledPasskey),
    (status = 401, description = "Nobody is signed in, or the second step is missing", body = Problem),
    (status = 409, description = "Nothing is under way, it took too long, or the key is not good", body = Problem),
    (status = 422, description = "Not an authenticator's answer, or the name does not fit", body = Problem),
))]
pub(crate) async fn confirm(
    State(app): State<App>,
    attempt: Attempt,
    known: Known,
    headers: HeaderMap,
    Sent(new): Sent<NewPasskey>,
) -> Result<Response, Problem> {
    let sent = (new.ceremony, new.credential, new.label);
    let enrolled = app.sign_in().confirm_passkey(&app, &attempt, &headers, &known, sent).await?;
    let cookies = enrolled.entered.cookies.clone();
    let shown = EnrolledPasskey {
        recovery_codes: enrolled.recovery_codes.iter().map(|code| code.to_string()).collect(),
        session: of_account(&app, enrolled.entered),
    };
    Ok((cookies, Json(shown)).into_response())
}

/// Removes a passkey. All sessions of the account end, and a new one begins.
#[utoipa::path(post, operation_id = "remove_passkey", path = "/api/session/passkeys/removal", request_body = PasskeyRemoval, responses(
    (status = 204, description = "Removed; the cookie is a new one"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "One's duty must have a second factor, and this is the last", body = Problem),
    (status = 404, description = "There is no such passkey", body = Problem),
    (status = 422, description = "The password or code is wrong", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn remove(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Sent(removal): Sent<PasskeyRemoval>,
) -> Result<Response, Problem> {
    let id = URL_SAFE_NO_PAD.decode(&removal.id).map_err(|_| Problem::not_found())?;
    let sent = (id, removal.proof.try_into()?);
    let cookies = app.sign_in().remove_passkey(&app, &attempt, &headers, &caller, sent).await?;
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
}
