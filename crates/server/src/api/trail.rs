//! Who opened this chart, and what did this person do: the audit log for people, as JSON and as CSV.

use std::collections::HashMap;

use audit::{Event, Outcome};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use record::charts::Lines;
use serde::{Deserialize, Serialize};
use store::StoreError;
use utoipa::ToSchema;

use crate::App;
use crate::problem::Problem;
use crate::signin::{Attempt, Caller};

/// Lines of one page on the screen, and of one file.
const PAGE: u32 = 100;
const FILE: u32 = 10_000;

/// One line.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrailLine {
    /// Its number in the log.
    seq: u64,
    /// ms since 1970 UTC.
    at: i64,
    /// Account or token.
    actor: String,
    /// The account's name, where there is one.
    name: Option<String>,
    /// `read`, `search`, `break-glass`, …
    action: String,
    /// `done`, `refused` or `failed`.
    outcome: String,
    /// As declared (`TREAT`, `BTG`, …).
    purpose: Option<String>,
    /// Network address.
    source: String,
    /// Id of the Patient, when it was one patient's chart.
    patient: Option<String>,
    /// Types of what it was about.
    types: Vec<String>,
    /// What a reviewer needs besides: a reason, why it was refused.
    detail: Option<String>,
}

/// A page of lines, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trail {
    lines: Vec<TrailLine>,
    /// Ask for older ones with it as `before`; there may be more even if `lines` is empty.
    next: Option<u64>,
}

/// Where to go on.
#[derive(Deserialize)]
pub(crate) struct From {
    before: Option<u64>,
}

/// Who did what with a patient's chart.
#[utoipa::path(get, operation_id = "patient_trail", path = "/api/patients/{patient}/trail", params(
    ("patient" = String, Path), ("before" = Option<u64>, Query, description = "Only lines with smaller numbers"),
), responses(
    (status = 200, description = "Lines", body = Trail),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that sees this", body = Problem),
    (status = 404, description = "No such patient, or none that the caller may know of", body = Problem),
))]
pub(crate) async fn openers(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(patient): Path<String>,
    Query(from): Query<From>,
) -> Result<Json<Trail>, Problem> {
    let lines = app.record().openers(&attempt.ctx(&caller), &patient, from.before, PAGE).await?;
    Ok(Json(named(&app, lines).await?))
}

/// The same as a file for a spreadsheet.
#[utoipa::path(get, operation_id = "patient_trail_csv", path = "/api/patients/{patient}/trail.csv", params(("patient" = String, Path)), responses(
    (status = 200, description = "The newest ten thousand lines", content_type = "text/csv", body = String),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that sees this", body = Problem),
    (status = 404, description = "No such patient, or none that the caller may know of", body = Problem),
))]
pub(crate) async fn openers_csv(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(patient): Path<String>,
) -> Result<(HeaderMap, String), Problem> {
    let lines = app.record().openers(&attempt.ctx(&caller), &patient, None, FILE).await?;
    Ok((csv_headers(), csv(&named(&app, lines).await?)))
}

/// What an account or token did.
#[utoipa::path(get, operation_id = "account_trail", path = "/api/accounts/{account}/trail", params(
    ("account" = String, Path), ("before" = Option<u64>, Query, description = "Only lines with smaller numbers"),
), responses(
    (status = 200, description = "Lines", body = Trail),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that sees this", body = Problem),
))]
pub(crate) async fn activity(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(account): Path<String>,
    Query(from): Query<From>,
) -> Result<Json<Trail>, Problem> {
    let lines = app.record().activity(&attempt.ctx(&caller), &account, from.before).await?;
    Ok(Json(named(&app, lines).await?))
}

/// The same as a file for a spreadsheet.
#[utoipa::path(get, operation_id = "account_trail_csv", path = "/api/accounts/{account}/trail.csv", params(
    ("account" = String, Path), ("before" = Option<u64>, Query, description = "Only lines with smaller numbers"),
), responses(
    (status = 200, description = "One page of lines", content_type = "text/csv", body = String),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that sees this", body = Problem),
))]
pub(crate) async fn activity_csv(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(account): Path<String>,
    Query(from): Query<From>,
) -> Result<(HeaderMap, String), Problem> {
    let lines = app.record().activity(&attempt.ctx(&caller), &account, from.before).await?;
    Ok((csv_headers(), csv(&named(&app, lines).await?)))
}

/// Lines with the names of those who acted.
async fn named(app: &App, lines: Lines) -> Result<Trail, Problem> {
    let mut ids: Vec<String> = lines.lines.iter().map(|(_, event)| event.actor.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let names = app.store().read::<_, StoreError, _>(move |snapshot| {
        let mut names = HashMap::new();
        for id in &ids {
            if let Some(account) = snapshot.account(id)? {
                names.insert(id.clone(), account.name);
            }
        }
        Ok(names)
    });
    let names = names.await.map_err(Problem::from)?;
    let lines_of = |(seq, event): (u64, Event)| TrailLine {
        seq,
        at: event.at,
        name: names.get(&event.actor).cloned(),
        actor: event.actor,
        action: event.action,
        outcome: match event.outcome {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
        .to_owned(),
        purpose: event.purpose,
        source: event.source,
        patient: event.patient,
        types: event.entities.into_iter().map(|entity| entity.kind).collect(),
        detail: event.detail,
    };
    Ok(Trail { lines: lines.lines.into_iter().map(lines_of).collect(), next: lines.next })
}

fn csv_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"trail.csv\""));
    headers
}

/// RFC 4180, with the mark that a spreadsheet needs to read UTF-8.
fn csv(trail: &Trail) -> String {
    let mut text = "\u{feff}時刻,利用者,氏名,操作,結果,目的,接続元,患者,種類,備考\r\n".to_owned();
    for line in &trail.lines {
        let cells = [
            store::instant(line.at),
            line.actor.clone(),
            line.name.clone().unwrap_or_default(),
            line.action.clone(),
            line.outcome.clone(),
            line.purpose.clone().unwrap_or_default(),
            line.source.clone(),
            line.patient.clone().unwrap_or_default(),
            line.types.join(" "),
            line.detail.clone().unwrap_or_default(),
        ];
        text += &cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
        text += "\r\n";
    }
    text
}

/// Always in quotes. What a spreadsheet would take for a formula begins with an apostrophe, so that it stays a text.
fn quoted(cell: &str) -> String {
    let is_formula = cell.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || cell.starts_with(['\t', '\r', '\n']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_a_cell_never_begins_a_formula_and_never_ends_its_quotes() {
        for (cell, expected) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
            ("表, ソ\r\n\"次\"", "\"表, ソ\r\n\"\"次\"\"\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(cell), expected, "{cell:?}");
        }
    }
}
