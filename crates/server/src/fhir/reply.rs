//! Answers: resources as they are stored, and refusals as OperationOutcome.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fhir::json::Json;
use fhir::outcome::{Issue, IssueType, OperationOutcome};
use record::{Done, Error, Status, etag};
use store::Stored;

use crate::problem::Problem;

/// FHIR JSON, as the standard names it.
pub(super) const FHIR_JSON: HeaderValue = HeaderValue::from_static("application/fhir+json; charset=utf-8");

/// What the client wants back from a write (`Prefer: return=`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Return {
    /// The resource.
    #[default]
    Representation,
    /// Nothing.
    Minimal,
    /// What was found to say about it.
    Outcome,
}

/// A refusal.
#[derive(Debug)]
pub(super) struct Fault {
    status: StatusCode,
    outcome: Box<OperationOutcome>,
}

impl Fault {
    pub(super) fn new(status: StatusCode, code: IssueType, what: &str) -> Self {
        Self { status, outcome: Box::new(Issue::error(code, "", what).into()) }
    }

    pub(super) fn bad_request(what: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, IssueType::Invalid, what)
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, IssueType::NotFound, what)
    }

    pub(super) fn no_such_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            IssueType::NotSupported,
            "there is nothing at this address; /fhir/metadata lists what there is",
        )
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            IssueType::NotSupported,
            "that method does not work at this address; /fhir/metadata lists what does",
        )
    }

    pub(super) fn unsupported_media(what: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, IssueType::NotSupported, what)
    }

    pub(super) fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, IssueType::NotSupported, "this server answers application/fhir+json only")
    }

    /// What a layer outside the FHIR handlers refused.
    pub(super) fn of_problem(problem: &Problem, status: StatusCode) -> Self {
        let code = match status.as_u16() {
            401 => IssueType::Login,
            403 => IssueType::Forbidden,
            404 => IssueType::NotFound,
            408 => IssueType::Timeout,
            413 => IssueType::TooLong,
            429 => IssueType::Throttled,
            503 => IssueType::Transient,
            507 => IssueType::NoStore,
            500..=599 => IssueType::Exception,
            _ => IssueType::Invalid,
        };
        Self::new(status, code, &format!("{} {}", problem.what.en, problem.todo.en))
    }

    /// As an answer that keeps what the layer's own answer told beside its body.
    pub(super) fn keeping(self, headers: &HeaderMap) -> Response {
        let mut response = self.into_response();
        for name in [header::WWW_AUTHENTICATE, header::RETRY_AFTER, header::ALLOW, header::SET_COOKIE] {
            for value in headers.get_all(&name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        response
    }
}

/// The one table of error kinds and statuses is [`record::ErrorKind::status_line`].
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let status = error.kind.status_line().get(..3).and_then(|code| code.parse().ok());
        Self { status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), outcome: Box::new(error.outcome()) }
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::of_problem(&problem, problem.status())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        json(self.status, self.outcome.to_json().to_vec())
    }
}

/// FHIR JSON.
pub(super) fn json(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, FHIR_JSON);
    response
}

/// A version that was read.
pub(super) fn resource(stored: Stored) -> Response {
    let headers = version_headers(&stored);
    let mut response = json(StatusCode::OK, stored.json);
    response.headers_mut().extend(headers);
    response
}

/// Nothing new for whoever has this version.
pub(super) fn not_modified(stored: &Stored) -> Response {
    (StatusCode::NOT_MODIFIED, version_headers(stored)).into_response()
}

/// A write that was done.
pub(super) fn written(done: Done, wanted: Return, base: &str) -> Response {
    let status = match done.status {
        Status::Created => StatusCode::CREATED,
        Status::Updated | Status::Existing => StatusCode::OK,
        Status::Deleted | Status::Nothing => StatusCode::NO_CONTENT,
    };
    let Some(stored) = done.stored else { return status.into_response() };
    let mut headers = version_headers(&stored);
    if status == StatusCode::NO_CONTENT {
        return (status, headers).into_response();
    }
    let location = format!("{base}/{}/{}/_history/{}", stored.resource_type, stored.id, stored.version);
    if let Ok(location) = HeaderValue::from_str(&location) {
        // http.html#create: where it is; for updates this is where to find the new version.
        headers
            .insert(if done.status == Status::Created { header::LOCATION } else { header::CONTENT_LOCATION }, location);
    }
    let mut response = match wanted {
        Return::Representation => json(status, stored.json),
        Return::Outcome => json(status, OperationOutcome::default().to_json().to_vec()),
        Return::Minimal => status.into_response(),
    };
    response.headers_mut().extend(headers);
    response
}

/// A Parameters or OperationOutcome made here.
pub(super) fn made(body: &Json) -> Response {
    json(StatusCode::OK, body.to_vec())
}

fn version_headers(stored: &Stored) -> HeaderMap<HeaderValue> {
    let mut headers = HeaderMap::with_capacity(3);
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, etag(stored));
    set(header::LAST_MODIFIED, http_date(stored.updated.ms()));
    headers
}

/// RFC 9110 section 5.6.7, which knows only whole seconds.
fn http_date(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Whether the client has this version already (If-None-Match, else If-Modified-Since).
pub(super) fn has_it(headers: &HeaderMap, stored: &Stored) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        let own = stored.version.to_string();
        return tags.split(',').any(|tag| tag.trim().trim_start_matches("W/").trim_matches('"') == own);
    }
    let since =
        text(header::IF_MODIFIED_SINCE).and_then(|t| jiff::fmt::strtime::parse("%a, %d %b %Y %H:%M:%S GMT", t).ok());
    let since = since.and_then(|t| t.to_datetime().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok());
    since.is_some_and(|since| stored.updated.ms() / 1_000 <= since.timestamp().as_second())
}
