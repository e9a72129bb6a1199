//! Closed charts: finding the person, how a chart stands, sealing and unsealing.

use access::{Power, Way, grant};
use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use fhir::json::Json as Fhir;
use serde::{Deserialize, Serialize};
use store::ChartSeal;
use utoipa::ToSchema;

use super::json::Sent;
use super::openings::Opening;
use super::proof::Proof;
use crate::App;
use crate::problem::Problem;
use crate::signin::{Attempt, Caller};

/// Somebody whose chart is closed: enough to know the person by, and nothing else.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClosedChart {
    /// Id of the Patient.
    patient: String,
    /// As registered, in the order of the names there.
    names: Vec<String>,
    /// Kana, if registered.
    kana: Option<String>,
    /// FHIR's code.
    gender: Option<String>,
    /// ISO 8601.
    born: Option<String>,
    /// 患者番号
    number: Option<String>,
}

/// What stands on a chart.
#[derive(Serialize, ToSchema)]
pub(crate) struct StandingGuard {
    /// `staff`, `vip`, `family`, `other`, or `refusal` for what the patient refuses.
    label: String,
    /// For whom: empty for everyone, `account:…`, `duty:…`.
    against: String,
    /// Accounts it does not hold for.
    spared: Vec<String>,
    /// Whether those it holds for may find the name.
    known: bool,
    /// Who set it.
    by: String,
    /// ms since 1970 UTC.
    at: i64,
}

/// How a chart stands to whoever asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChartStanding {
    /// Whether it is closed to them.
    closed: bool,
    /// What stands on it. Of a closed chart only labels are told.
    guards: Vec<StandingGuard>,
    /// `visit` or `opening`, when that is what opens it to them.
    way: Option<String>,
    /// Their own opening of it.
    opening: Option<Opening>,
    /// What they may do here: some of `seal`, `unseal`, `break-glass`, `see-openers`.
    may: Vec<String>,
}

/// A seal, with what is shown for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealChange {
    /// `staff`, `vip`, `family`, `other`.
    label: String,
    /// Accounts it does not hold for: who looks after this patient.
    #[serde(default)]
    spared: Vec<String>,
    /// Whether others may find the name, to open the chart in an emergency.
    known: bool,
    reason: String,
    proof: Proof,
}

/// The end of a seal, with what is shown for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unseal {
    reason: String,
    proof: Proof,
}

/// Patients whose charts are closed to the caller, found by name, kana, birth date or number: the parameters of a
/// FHIR search for patients, of which only these are taken. They are in no answer of `/fhir`.
#[utoipa::path(get, operation_id = "closed_charts", path = "/api/closed-charts", params(
    ("name" = Option<String>, Query, description = "As in a FHIR search; also `family`, `given`, `phonetic`, `birthdate`, `identifier`, `_id`"),
), responses(
    (status = 200, description = "At most 30", body = [ClosedChart]),
    (status = 400, description = "Another parameter, or none", body = Problem),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that opens closed charts", body = Problem),
))]
pub(crate) async fn closed(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Vec<ClosedChart>>, Problem> {
    let pairs = record::url::query_pairs(query.as_deref().unwrap_or_default())?;
    let found = app.record().closed_patients(&attempt.ctx(&caller), &pairs).await?;
    Ok(Json(found.iter().map(|stored| ClosedChart::of(&stored.id, &stored.json)).collect()))
}

/// How a patient's chart stands to the caller.
#[utoipa::path(get, operation_id = "chart_standing", path = "/api/patients/{patient}/chart", params(("patient" = String, Path)), responses(
    (status = 200, description = "How it stands", body = ChartStanding),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that sees charts", body = Problem),
    (status = 404, description = "No such patient, or none that the caller may know of", body = Problem),
))]
pub(crate) async fn current(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(patient): Path<String>,
) -> Result<Json<ChartStanding>, Problem> {
    let chart = app.record().chart(&attempt.ctx(&caller), &patient).await?;
    let may = [Power::Seal, Power::Unseal, Power::BreakGlass, Power::SeeOpeners];
    let may = may.into_iter().filter(|power| grant(&caller.actor, *power).is_ok());
    let guards = chart.standings.into_iter().map(|standing| StandingGuard {
        label: standing.label,
        known: standing.guard.is_known,
        by: if chart.is_closed { String::new() } else { standing.author },
        against: if chart.is_closed { String::new() } else { standing.guard.against.to_text() },
        spared: if chart.is_closed { Vec::new() } else { standing.guard.spared },
        at: standing.at,
    });
    Ok(Json(ChartStanding {
        closed: chart.is_closed,
        guards: guards.collect(),
        way: chart.way.map(|way| if way == Way::Visit { "visit" } else { "opening" }.to_owned()),
        opening: chart.opening.map(Opening::of),
        may: may.map(|power| power.as_str().to_owned()).collect(),
    }))
}

/// Closes a patient's chart, or changes the seal on it.
#[utoipa::path(put, operation_id = "seal_chart", path = "/api/patients/{patient}/seal", params(("patient" = String, Path)), request_body = SealChange, responses(
    (status = 204, description = "Sealed"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that seals", body = Problem),
    (status = 404, description = "No such patient", body = Problem),
    (status = 422, description = "The password or code is wrong, the label or an account unknown, or the reason missing", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn seal(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Path(patient): Path<String>,
    Sent(change): Sent<SealChange>,
) -> Result<StatusCode, Problem> {
    app.sign_in().prove(&app, &attempt, &headers, &caller, change.proof.try_into()?).await?;
    let seal = ChartSeal { label: change.label, spared: change.spared, is_known: change.known, reason: change.reason };
    app.record().seal(&attempt.ctx(&caller), &patient, seal).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the seal off a patient's chart.
#[utoipa::path(post, operation_id = "unseal_chart", path = "/api/patients/{patient}/unseal", params(("patient" = String, Path)), request_body = Unseal, responses(
    (status = 204, description = "The seal is gone"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that unseals", body = Problem),
    (status = 404, description = "There is none", body = Problem),
    (status = 422, description = "The password or code is wrong, or the reason missing", body = Problem),
    (status = 429, description = "Tried too often", body = Problem),
))]
pub(crate) async fn unseal(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    headers: HeaderMap,
    Path(patient): Path<String>,
    Sent(change): Sent<Unseal>,
) -> Result<StatusCode, Problem> {
    app.sign_in().prove(&app, &attempt, &headers, &caller, change.proof.try_into()?).await?;
    app.record().unseal(&attempt.ctx(&caller), &patient, &change.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl ClosedChart {
    /// Takes out of a registration what is told, by name: whatever else it holds stays where it is.
    fn of(id: &str, registration: &[u8]) -> Self {
        let json = Fhir::parse(registration).unwrap_or(Fhir::Null);
        let text = |json: &Fhir, name: &str| json.get(name).and_then(Fhir::as_str).map(str::to_owned);
        let whole = |name: &Fhir| {
            let given = name.get("given").map_or(&[][..], Fhir::items).iter().filter_map(Fhir::as_str);
            let family = name.get("family").and_then(Fhir::as_str);
            let parts: Vec<&str> = family.into_iter().chain(given).collect();
            if parts.is_empty() { text(name, "text").unwrap_or_default() } else { parts.join(" ") }
        };
        let is_kana = |name: &&Fhir| {
            name.get("extension")
                .map_or(&[][..], Fhir::items)
                .iter()
                .any(|e| text(e, "valueCode").as_deref() == Some("SYL"))
        };
        let names = json.get("name").map_or(&[][..], Fhir::items);
        Self {
            patient: id.to_owned(),
            names: names.iter().filter(|name| !is_kana(name)).map(whole).collect(),
            kana: names.iter().find(is_kana).map(whole),
            gender: text(&json, "gender"),
            born: text(&json, "birthDate"),
            number: json.get("identifier").and_then(|all| text(all.items().first()?, "value")),
        }
    }
}
