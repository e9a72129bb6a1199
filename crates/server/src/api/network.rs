//! The declared clinic: what may talk to what, shown, changed and proven.
//!
//! A draft is the client's: it sends the whole text and gets back what it means. Only [`save`] keeps anything.

mod answers;
mod asked;
pub(super) mod gateway;
mod rights;
mod view;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use clinic::model::patterns::PATTERNS;
use clinic::model::{Clinic, DeviceId, read};
use jiff::civil::DateTime;

use super::json::Long;
use crate::App;
use crate::network::{Current, Expected, changed_meanwhile};
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::Attempt;
use answers::{
    DeclaredNetwork, Network, NetworkDraft, NetworkPattern, NetworkProof, NetworkReach, NetworkVersion,
    NetworkVersionText,
};
use asked::{DraftQuestion, NetworkChange, ProofQuestion, ReachQuestion};
use rights::{Keeper, Reader};

/// Proofs take the processor for a while; the next one waits.
static PROVING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

/// What is declared.
#[utoipa::path(get, operation_id = "network", path = "/api/network", responses(
    (status = 200, description = "What is declared; the ETag is for saving", body = Network),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
))]
pub(crate) async fn current(State(app): State<App>, Reader(caller): Reader) -> Result<Response, Problem> {
    let current = app.declared().current().await?;
    Ok(declared(&app, current, caller.actor.keeps_network()))
}

/// Keeps a new text. `If-Match` names the text it takes the place of; `If-None-Match: *` says that there is none.
#[utoipa::path(put, operation_id = "save_network", path = "/api/network", request_body = NetworkChange, params(
    ("If-Match" = Option<String>, Header, description = "The ETag of the text that is changed"),
    ("If-None-Match" = Option<String>, Header, description = "`*` where nothing is declared yet"),
), responses(
    (status = 200, description = "Kept", body = Network),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 412, description = "Somebody else has changed it since", body = Problem),
    (status = 422, description = "It is no clinic, or no reason is given", body = Problem),
    (status = 428, description = "Neither If-Match nor If-None-Match", body = Problem),
))]
pub(crate) async fn save(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
    headers: HeaderMap,
    Long(change): Long<NetworkChange>,
) -> Result<Response, Problem> {
    let expected = expected(&headers)?;
    let why = change.why().ok_or_else(no_reason)?;
    if read(&change.text).is_err() {
        return Err(no_clinic());
    }
    let kept = app.declared().save(&app, (&attempt, &caller), expected, (change.text, why)).await?;
    Ok(declared(&app, Some(kept), true))
}

/// What a text means, after an edit if one is asked for, and what it would change.
#[utoipa::path(post, operation_id = "network_draft", path = "/api/network/draft", request_body = DraftQuestion, responses(
    (status = 200, description = "What it means; also of a text that is no clinic", body = NetworkDraft),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
))]
pub(crate) async fn draft(
    State(app): State<App>,
    _: Reader,
    Long(question): Long<DraftQuestion>,
) -> Result<Json<NetworkDraft>, Problem> {
    let saved = app.declared().current().await?.and_then(|current| read(&current.text).ok());
    let now = wall_clock(&app);
    Ok(Json(blocking(move || NetworkDraft::of(question, saved.as_ref(), now)).await?))
}

/// Who can reach a device, and whom it can reach.
#[utoipa::path(post, operation_id = "network_reach", path = "/api/network/reach", request_body = ReachQuestion, responses(
    (status = 200, description = "Both ways", body = NetworkReach),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
    (status = 404, description = "There is no such device", body = Problem),
    (status = 422, description = "The text is no clinic", body = Problem),
))]
pub(crate) async fn reach(
    State(app): State<App>,
    _: Reader,
    Long(question): Long<ReachQuestion>,
) -> Result<Json<NetworkReach>, Problem> {
    let clinic = read_clinic(&question.text)?;
    let id = DeviceId::new(&question.device).ok_or_else(Problem::not_found)?;
    let now = wall_clock(&app);
    NetworkReach::of(&clinic, &id, now).map(Json).ok_or_else(Problem::not_found)
}

/// Holds a router's rules against what a text declares.
#[utoipa::path(post, operation_id = "network_proof", path = "/api/network/proof", request_body = ProofQuestion, responses(
    (status = 200, description = "Equal, different, or not understood", body = NetworkProof),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
    (status = 422, description = "The text is no clinic, or the rules are none", body = Problem),
))]
pub(crate) async fn prove(
    State(app): State<App>,
    _: Reader,
    Long(question): Long<ProofQuestion>,
) -> Result<Json<NetworkProof>, Problem> {
    let clinic = read_clinic(&question.text)?;
    let now = wall_clock(&app);
    let _turn = PROVING.acquire().await.map_err(|_| Problem::internal())?;
    blocking(move || NetworkProof::of(&clinic, &question.rules, now)).await?.map(Json)
}

/// The versions that were kept, newest first.
#[utoipa::path(get, operation_id = "network_history", path = "/api/network/history", responses(
    (status = 200, description = "The newest two hundred", body = Vec<NetworkVersion>),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
))]
pub(crate) async fn history(State(app): State<App>, _: Reader) -> Result<Json<Vec<NetworkVersion>>, Problem> {
    Ok(Json(app.declared().versions().await?.into_iter().map(NetworkVersion::from).collect()))
}

/// One version: its text, and what it changed.
#[utoipa::path(get, operation_id = "network_version", path = "/api/network/history/{number}",
    params(("number" = u32, Path, description = "From 1")), responses(
    (status = 200, description = "The version", body = NetworkVersionText),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
    (status = 404, description = "There is no such version", body = Problem),
))]
pub(crate) async fn version(
    State(app): State<App>,
    _: Reader,
    Path(number): Path<String>,
) -> Result<Json<NetworkVersionText>, Problem> {
    let number: u32 = number.parse().map_err(|_| Problem::not_found())?;
    let (version, text) = app.declared().version(number).await?.ok_or_else(Problem::not_found)?;
    let before = match number.checked_sub(1) {
        Some(before) => app.declared().version(before).await?.and_then(|(_, text)| read(&text).ok()),
        None => None,
    };
    let now = wall_clock(&app);
    Ok(Json(NetworkVersionText::of(version, text, before.as_ref(), now.date())))
}

/// Clinics to start from.
#[utoipa::path(get, operation_id = "network_patterns", path = "/api/network/patterns", responses(
    (status = 200, description = "The simplest first", body = Vec<NetworkPattern>),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
))]
pub(crate) async fn patterns(_: Reader) -> Json<Vec<NetworkPattern>> {
    Json(PATTERNS.iter().map(NetworkPattern::from).collect())
}

fn declared(app: &App, current: Option<Current>, may_change: bool) -> Response {
    let tag = current.as_ref().and_then(|current| HeaderValue::try_from(format!("\"{}\"", current.tag)).ok());
    let declared = current.map(|current| DeclaredNetwork::of(current, wall_clock(app)));
    let mut response = Json(Network { declared, may_change }).into_response();
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The clinic's wall clock. Its hours are Japanese ones, wherever the server's own clock thinks it is.
fn wall_clock(app: &App) -> DateTime {
    let now = jiff::Timestamp::from_millisecond(app.now_ms()).unwrap_or_default();
    now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).datetime()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
}

fn expected(headers: &HeaderMap) -> Result<Expected, Problem> {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (value(header::IF_MATCH), value(header::IF_NONE_MATCH)) {
        (Some(tag), None) => {
            // A proxy that compresses weakens a tag; the text it names is the same.
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            Ok(Expected::Tag(tag.trim_matches('"').to_owned()))
        }
        (None, Some("*")) => Ok(Expected::Nothing),
        _ => Err(Problem::new(
            ProblemKind::BadRequest,
            Text::new("どの内容を変えるのかが示されていません。", "It is not said which text is changed."),
            Text::new(
                "If-Match に開いたときの ETag を、まだ何もなければ If-None-Match に * を付けてください。",
                "Send If-Match with the ETag you were given, or If-None-Match: * where there is nothing yet.",
            ),
        )
        .with_status(StatusCode::PRECONDITION_REQUIRED)),
    }
}

fn read_clinic(text: &str) -> Result<Clinic, Problem> {
    read(text).map_err(|_| no_clinic())
}

fn no_clinic() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        Text::new(
            "ネットワークの宣言として読めないところがあります。何も保存していません。",
            "It cannot be read as a declared network. Nothing was saved.",
        ),
        Text::new("「原文」の画面で、示された行を直してください。", "Correct the lines that the page \"text\" shows."),
    )
}

fn no_reason() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        Text::new(
            "変える理由がないか、長すぎます。何も保存していません。",
            "No reason is given, or it is too long. Nothing was saved.",
        ),
        Text::new(
            "なぜ変えるのかを一文(500字まで)で書いてください。",
            "Say why in one sentence, up to 500 characters.",
        ),
    )
}
