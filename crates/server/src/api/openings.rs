//! 緊急アクセス: opening a closed chart, ending that, and signing it off.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Sent;
use crate::App;
use crate::problem::Problem;
use crate::signin::{Attempt, Caller};

/// A closed chart that somebody opened for themselves.
#[derive(Serialize, ToSchema)]
pub(crate) struct Opening {
    id: String,
    /// Account.
    account: String,
    /// Id of the Patient.
    patient: String,
    /// What was on the chart: `staff`, `refusal`, …, with spaces between them.
    label: String,
    reason: String,
    /// ms since 1970 UTC.
    at: i64,
    /// Opens nothing from then on; ms since 1970 UTC.
    until: i64,
    /// When it was ended before its time.
    ended: Option<i64>,
    review: Option<OpeningReview>,
}

/// What was said of an opening.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpeningReview {
    /// Account.
    by: String,
    /// ms since 1970 UTC.
    at: i64,
    /// `justified` or `questioned`.
    verdict: String,
    note: String,
}

/// An emergency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Emergency {
    /// Id of the one Patient.
    patient: String,
    /// Why, for the reviewer: 4 to 500 characters.
    reason: String,
}

/// A reviewer's word.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    /// `justified` or `questioned`; the latter needs a note.
    verdict: String,
    #[serde(default)]
    note: String,
}

/// Which openings.
#[derive(Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    waiting: bool,
    before: Option<i64>,
}

impl Opening {
    pub(super) fn of(opening: store::Opening) -> Self {
        Self {
            id: opening.id,
            account: opening.account,
            patient: opening.patient,
            label: opening.label,
            reason: opening.reason,
            at: opening.at,
            until: opening.until,
            ended: opening.ended,
            review: opening.review.map(|review| OpeningReview {
                by: review.by,
                at: review.at,
                verdict: review.verdict,
                note: review.note,
            }),
        }
    }
}

/// The caller's own openings that are open now.
#[utoipa::path(get, operation_id = "own_openings", path = "/api/openings", responses(
    (status = 200, description = "Open now", body = [Opening]),
    (status = 401, description = "Nobody is signed in", body = Problem),
))]
pub(crate) async fn own(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
) -> Result<Json<Vec<Opening>>, Problem> {
    let found = app.record().own_openings(&attempt.ctx(&caller)).await?;
    Ok(Json(found.into_iter().map(Opening::of).collect()))
}

/// Opens one closed chart to the caller for half an hour. Those who sign off see it at once.
#[utoipa::path(post, operation_id = "break_glass", path = "/api/openings", request_body = Emergency, responses(
    (status = 201, description = "Open", body = Opening),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that opens closed charts", body = Problem),
    (status = 404, description = "No such patient, or none that the caller may know of", body = Problem),
    (status = 409, description = "The chart is not closed", body = Problem),
    (status = 422, description = "No reason", body = Problem),
    (status = 429, description = "Too many: no emergency, but a search", body = Problem),
))]
pub(crate) async fn open(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Sent(sent): Sent<Emergency>,
) -> Result<(StatusCode, Json<Opening>), Problem> {
    let opening = app.record().break_glass(&attempt.ctx(&caller), &sent.patient, &sent.reason).await?;
    Ok((StatusCode::CREATED, Json(Opening::of(opening))))
}

/// Ends one of the caller's own openings.
#[utoipa::path(delete, operation_id = "end_opening", path = "/api/openings/{opening}", params(("opening" = String, Path)), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 404, description = "None of the caller's that is open", body = Problem),
))]
pub(crate) async fn end(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(opening): Path<String>,
) -> Result<StatusCode, Problem> {
    app.record().end_opening(&attempt.ctx(&caller), &opening).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Openings for those who sign them off, newest first, a hundred at a time.
#[utoipa::path(get, operation_id = "opening_reviews", path = "/api/opening-reviews", params(
    ("waiting" = Option<bool>, Query, description = "Only those nobody has signed off"),
    ("before" = Option<i64>, Query, description = "Only those before this, ms since 1970 UTC"),
), responses(
    (status = 200, description = "Openings", body = [Opening]),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that signs off", body = Problem),
))]
pub(crate) async fn list(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Query(which): Query<Which>,
) -> Result<Json<Vec<Opening>>, Problem> {
    let found = app.record().openings(&attempt.ctx(&caller), which.before, which.waiting).await?;
    Ok(Json(found.into_iter().map(Opening::of).collect()))
}

/// How many openings wait.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingOpenings {
    waiting: u64,
}

/// How many openings wait to be signed off, for whoever waits for news.
#[utoipa::path(get, operation_id = "openings_waiting", path = "/api/opening-reviews/waiting", responses(
    (status = 200, description = "How many", body = WaitingOpenings),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that signs off", body = Problem),
))]
pub(crate) async fn waiting(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
) -> Result<Json<WaitingOpenings>, Problem> {
    let waiting = app.record().openings_waiting(&attempt.ctx(&caller)).await?;
    Ok(Json(WaitingOpenings { waiting }))
}

/// Signs an opening off.
#[utoipa::path(post, operation_id = "review_opening", path = "/api/openings/{opening}/review", params(("opening" = String, Path)), request_body = Verdict, responses(
    (status = 204, description = "Signed off"),
    (status = 401, description = "Nobody is signed in", body = Problem),
    (status = 403, description = "Not of a duty that signs off, or the caller's own", body = Problem),
    (status = 404, description = "No such opening", body = Problem),
    (status = 409, description = "Signed off already", body = Problem),
    (status = 422, description = "No such verdict, or a question without a note", body = Problem),
))]
pub(crate) async fn review(
    State(app): State<App>,
    attempt: Attempt,
    caller: Caller,
    Path(opening): Path<String>,
    Sent(said): Sent<Verdict>,
) -> Result<StatusCode, Problem> {
    app.record().review(&attempt.ctx(&caller), &opening, &said.verdict, &said.note).await?;
    Ok(StatusCode::NO_CONTENT)
}
