//! Rules of this computer, where it is the clinic's gateway: on trial, confirmed, and vendors let in for a while.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use clinic::model::{Clinic, read};
use gateway::{Entry, Error, Gateway, Opening, Request, Status};
use jiff::civil::DateTime;
use network::session::Session;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::json::Sent;
use super::answers::{NetworkPlan, NetworkProof};
use super::rights::{Keeper, Reader};
use super::view::both;
use super::{blocking, changed_meanwhile, expected, no_reason, wall_clock};
use crate::App;
use crate::network::{Acted, Expected, note};
use crate::problem::{Problem, ProblemKind, Text};
use crate::signin::{Attempt, Caller};

/// Events that are shown.
const SHOWN_MAX: usize = 50;

/// What is in force and what is under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkGateway {
    /// Whether this computer is the gateway; everything else is empty where it is not.
    here: bool,
    /// The event that put in force what is.
    in_force: Option<GatewayEvent>,
    /// What is in force is what is declared.
    same: bool,
    /// What applying would change, against what is in force.
    plan: Option<NetworkPlan>,
    trial: Option<GatewayTrial>,
    opened: Vec<GatewayOpened>,
    /// Newest first.
    history: Vec<GatewayEvent>,
}

/// Something that was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct GatewayEvent {
    number: u64,
    /// In ms since 1970 UTC.
    at: i64,
    who: String,
    why: String,
    what: Text,
}

/// Rules on trial: given up by the kernel itself unless they are confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct GatewayTrial {
    who: String,
    why: String,
    seconds_left: u64,
}

/// A vendor that is let in, and is shut out by the kernel itself.
#[derive(Serialize, ToSchema)]
pub(crate) struct GatewayOpened {
    vendor: String,
    who: String,
    why: String,
    seconds_left: u64,
}

/// What came of a trial.
#[derive(Serialize, ToSchema)]
pub(crate) struct GatewayTried {
    proof: NetworkProof,
    /// Declared interfaces that this computer does not have: nothing passes by them.
    missing_interfaces: Vec<String>,
    gateway: NetworkGateway,
}

/// Why, and for how long to wait for a confirmation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialQuestion {
    why: String,
    #[schema(minimum = 10, maximum = 600)]
    seconds: u32,
    /// Cut the connection this is asked through all the same.
    #[serde(default)]
    force: bool,
}

/// Whom to let in, for how long and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpeningQuestion {
    vendor: String,
    #[schema(minimum = 1, maximum = 1440)]
    minutes: u16,
    why: String,
}

/// What is in force and what is under way.
#[utoipa::path(get, operation_id = "network_gateway", path = "/api/network/gateway", responses(
    (status = 200, description = "How rules stand", body = NetworkGateway),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not one who may see it", body = Problem),
))]
pub(crate) async fn status(State(app): State<App>, _: Reader) -> Result<Json<NetworkGateway>, Problem> {
    shown(&app).await.map(Json)
}

/// Puts what is declared on trial. `If-Match` names the text.
#[utoipa::path(post, operation_id = "try_network", path = "/api/network/gateway/trial", request_body = TrialQuestion,
    params(("If-Match" = Option<String>, Header, description = "The ETag of the text that is applied")), responses(
    (status = 200, description = "On trial, and proven to be what is declared", body = GatewayTried),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "Not now, or not here; the former rules are in force", body = Problem),
    (status = 412, description = "Something else is declared now", body = Problem),
    (status = 422, description = "No reason is given", body = Problem),
))]
pub(crate) async fn attempt(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
    headers: HeaderMap,
    Sent(question): Sent<TrialQuestion>,
) -> Result<Json<GatewayTried>, Problem> {
    let gateway = here(&app)?;
    let why = reason(&question.why)?;
    let current = app.declared().current().await?.ok_or_else(changed_meanwhile)?;
    if expected(&headers)? != Expected::Tag(current.tag.clone()) {
        return Err(changed_meanwhile());
    }
    let request = Request {
        model: current.text,
        who: name(&caller),
        why: why.clone(),
        window_seconds: question.seconds.clamp(10, 600),
        sessions: session(&app, &attempt, &headers).into_iter().collect(),
        force: question.force,
    };
    let trial = act(&app, (&attempt, &caller), ("network-apply", Some(why)), move || gateway.apply(&request)).await?;
    let proof = NetworkProof::from((trial.report, Text::new("このコンピューターの規則", "rules of this computer")));
    let missing_interfaces = trial.missing_interfaces;
    Ok(Json(GatewayTried { proof, missing_interfaces, gateway: shown(&app).await? }))
}

/// Puts the rules on trial in force for good.
#[utoipa::path(post, operation_id = "confirm_network", path = "/api/network/gateway/confirmation", responses(
    (status = 200, description = "In force", body = NetworkGateway),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "None are on trial any more", body = Problem),
))]
pub(crate) async fn confirm(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
) -> Result<Json<NetworkGateway>, Problem> {
    let (gateway, who) = (here(&app)?, name(&caller));
    act(&app, (&attempt, &caller), ("network-confirm", None), move || gateway.confirm(&who)).await?;
    shown(&app).await.map(Json)
}

/// Gives the rules on trial up at once.
#[utoipa::path(delete, operation_id = "withdraw_network", path = "/api/network/gateway/trial", responses(
    (status = 200, description = "The former rules are in force", body = NetworkGateway),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "None are on trial any more", body = Problem),
))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
) -> Result<Json<NetworkGateway>, Problem> {
    let gateway = here(&app)?;
    act(&app, (&attempt, &caller), ("network-withdraw", None), move || gateway.withdraw()).await?;
    shown(&app).await.map(Json)
}

/// Lets a vendor in for a while.
#[utoipa::path(post, operation_id = "open_network", path = "/api/network/gateway/openings", request_body = OpeningQuestion, responses(
    (status = 200, description = "Let in", body = NetworkGateway),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "Not now, or not here", body = Problem),
    (status = 422, description = "No reason is given", body = Problem),
))]
pub(crate) async fn open(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
    Sent(question): Sent<OpeningQuestion>,
) -> Result<Json<NetworkGateway>, Problem> {
    let (gateway, why) = (here(&app)?, reason(&question.why)?);
    let detail = format!("{}: {why}", question.vendor.chars().take(64).collect::<String>());
    let (vendor, minutes) = (question.vendor, question.minutes.clamp(1, 1440));
    let opening = Opening { vendor, minutes, who: name(&caller), why };
    act(&app, (&attempt, &caller), ("network-open", Some(detail)), move || gateway.open(&opening)).await?;
    shown(&app).await.map(Json)
}

/// Shuts a vendor out before its time is over.
#[utoipa::path(delete, operation_id = "close_network", path = "/api/network/gateway/openings/{vendor}",
    params(("vendor" = String, Path, description = "The vendor's id")), responses(
    (status = 200, description = "Shut out", body = NetworkGateway),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not an administrator", body = Problem),
    (status = 409, description = "It is not let in", body = Problem),
))]
pub(crate) async fn close(
    State(app): State<App>,
    attempt: Attempt,
    Keeper(caller): Keeper,
    Path(vendor): Path<String>,
) -> Result<Json<NetworkGateway>, Problem> {
    let (gateway, who) = (here(&app)?, name(&caller));
    let detail = Some(vendor.chars().take(64).collect());
    act(&app, (&attempt, &caller), ("network-close", detail), move || gateway.close(&vendor, &who, "")).await?;
    shown(&app).await.map(Json)
}

/// Does something to the rules; the event is committed before it is tried, and another one if it fails.
async fn act<T: Send + 'static>(
    app: &App,
    (attempt, caller): (&Attempt, &Caller),
    (action, detail): (&'static str, Option<String>),
    work: impl FnOnce() -> gateway::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    note(app, attempt, caller, Acted { action, detail: detail.clone(), failed: false }).await?;
    match blocking(work).await? {
        Ok(done) => Ok(done),
        Err(error) => {
            tracing::warn!(%error, action, "rules were not changed");
            note(app, attempt, caller, Acted { action, detail, failed: true }).await?;
            Err(not_done(&error))
        }
    }
}

async fn shown(app: &App) -> Result<NetworkGateway, Problem> {
    let Some(gateway) = app.gateway().cloned() else {
        return Ok(NetworkGateway {
            here: false,
            in_force: None,
            same: false,
            plan: None,
            trial: None,
            opened: Vec::new(),
            history: Vec::new(),
        });
    };
    let declared = app.declared().current().await?.map(|current| current.text);
    let (now, now_ms) = (wall_clock(app), app.now_ms());
    let told = blocking(move || {
        let status = gateway.status()?;
        Ok::<_, Error>((status, gateway.history()?))
    });
    let (status, history) = told.await?.map_err(|error| not_done(&error))?;
    blocking(move || NetworkGateway::of(status, &history, declared.as_deref(), (now, now_ms))).await
}

impl NetworkGateway {
    fn of(status: Status, history: &[Entry], declared: Option<&str>, (now, now_ms): (DateTime, i64)) -> Self {
        let clinic = |text: &str| -> Option<Clinic> { read(text).ok() };
        let applied = status.current.as_ref().and_then(Entry::applied);
        let before = applied.and_then(|applied| clinic(&applied.model));
        let plan = before.zip(declared.and_then(clinic)).map(|(old, new)| NetworkPlan::of(&old, &new, now.date()));
        Self {
            here: true,
            same: applied.is_some_and(|applied| Some(applied.model.as_str()) == declared),
            in_force: status.current.as_ref().map(GatewayEvent::from),
            plan,
            trial: status.trial.map(|trial| GatewayTrial {
                who: trial.who,
                why: trial.why,
                seconds_left: trial.seconds_left,
            }),
            opened: status
                .opened
                .into_iter()
                .map(|each| GatewayOpened {
                    seconds_left: u64::try_from((each.until.as_millisecond() - now_ms) / 1000).unwrap_or(0),
                    vendor: each.vendor,
                    who: each.who,
                    why: each.why,
                })
                .collect(),
            history: history.iter().rev().take(SHOWN_MAX).map(GatewayEvent::from).collect(),
        }
    }
}

impl From<&Entry> for GatewayEvent {
    fn from(entry: &Entry) -> Self {
        Self {
            number: entry.number,
            at: entry.at.as_millisecond(),
            who: entry.who.clone(),
            why: entry.why.clone(),
            what: both(entry.ja(), entry.en()),
        }
    }
}

fn here(app: &App) -> Result<Gateway, Problem> {
    app.gateway().cloned().ok_or_else(|| {
        Problem::new(
            ProblemKind::Conflict,
            Text::new("このコンピューターは診療所のゲートウェイではありません。", "This computer is not the clinic's gateway."),
            Text::new(
                "ゲートウェイで komainu serve --gateway として動かすか、komainu compile でルーター用の設定を作ってください。",
                "Run komainu serve --gateway on the gateway, or write the router's configuration with komainu compile.",
            ),
        )
    })
}

fn reason(why: &str) -> Result<String, Problem> {
    super::asked::reason(why).ok_or_else(no_reason)
}

fn name(caller: &Caller) -> String {
    format!("{} ({})", caller.actor.name, caller.actor.id)
}

/// The connection this is asked through. The address of ours it came to is the one it was asked for, where that is an
/// address; a name says nothing of the interface, and then the person has the trial's time to find out.
fn session(app: &App, attempt: &Attempt, headers: &HeaderMap) -> Option<Session> {
    let host = headers.get(axum::http::header::HOST)?.to_str().ok()?;
    let default = if app.edge().tls { 443 } else { 80 };
    let (server, server_port) = match host.parse::<std::net::SocketAddr>() {
        Ok(address) => (address.ip(), address.port()),
        Err(_) => (host.trim_matches(['[', ']']).parse().ok()?, default),
    };
    Some(Session { client: attempt.source, client_port: 50_000, server, server_port, interface: None })
}

fn not_done(error: &Error) -> Problem {
    let why = match error {
        Error::Nft(why) | Error::Damaged { why, .. } => format!(" ({why})"),
        Error::File { source, .. } => format!(" ({source})"),
        _ => String::new(),
    };
    let todo = match error {
        Error::Platform(_) => Text::new(
            "ルーターには komainu compile で作った設定を入れてください。",
            "Put the configuration that komainu compile writes into the router.",
        ),
        Error::WouldCut(_) => Text::new(
            "この端末からこまいぬへの通信を宣言に加えてから、もう一度適用してください。",
            "Declare a flow from this device to Komainu, then apply again.",
        ),
        Error::NothingOnTrial | Error::OnTrial { .. } => {
            Text::new("今の状態を見てください。", "Look at how things stand.")
        }
        Error::NothingApplied => Text::new("先に宣言を適用してください。", "Apply what is declared first."),
        Error::Shut { .. } | Error::NoSuchVendor(_) => {
            Text::new("宣言の保守の入口と時間を確かめてください。", "Check the declared ways in and their hours.")
        }
        _ => Text::new("管理者に知らせてください。", "Tell the administrator."),
    };
    Problem::new(ProblemKind::Conflict, both(error.ja() + &why, error.en() + &why), todo)
        .with_status(StatusCode::CONFLICT)
}
