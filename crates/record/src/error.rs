//! Why something was not done, in words a person can act on.
//!
//! One error for the whole crate: the kind decides the HTTP status and the exit code, `what` and `todo` are for
//! the person, `issues` for the program that sent it. Never holds a value from a chart.

use fhir::outcome::{Issue, IssueType, OperationOutcome};

/// What kind of refusal; the only part that code may branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Not understood: JSON, parameter, header.
    BadRequest,
    /// Understood, and against the rules of FHIR or of the clinic.
    Invalid,
    /// No right to it.
    Forbidden,
    /// There is none, or none that the actor may know of.
    NotFound,
    /// There was one; it was deleted.
    Gone,
    /// Somebody else changed it first, or it is finalised.
    Conflict,
    /// The version named in If-Match is not the current one, or a condition matched several.
    Precondition,
    /// If-Match is missing where it must be given.
    PreconditionRequired,
    /// Too big.
    TooLarge,
    /// Too often.
    TooMany,
    /// Not something this server does.
    NotSupported,
    /// No room on the disk.
    Full,
    /// The store has stopped, or is too busy.
    Unavailable,
    /// A fault of Komainu itself.
    Internal,
}

impl ErrorKind {
    /// The HTTP status that goes with it, as it stands in a status line; the one table of statuses.
    #[must_use]
    pub fn status_line(self) -> &'static str {
        match self {
            Self::BadRequest => "400 Bad Request",
            Self::Invalid => "422 Unprocessable Entity",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::Gone => "410 Gone",
            Self::Conflict => "409 Conflict",
            Self::Precondition => "412 Precondition Failed",
            Self::PreconditionRequired => "428 Precondition Required",
            Self::TooLarge => "413 Content Too Large",
            Self::TooMany => "429 Too Many Requests",
            Self::NotSupported => "501 Not Implemented",
            Self::Full => "507 Insufficient Storage",
            Self::Unavailable => "503 Service Unavailable",
            Self::Internal => "500 Internal Server Error",
        }
    }

    /// The FHIR issue code that goes with it.
    #[must_use]
    pub fn issue_type(self) -> IssueType {
        match self {
            Self::BadRequest => IssueType::Invalid,
            Self::Invalid => IssueType::Processing,
            Self::Forbidden => IssueType::Forbidden,
            Self::NotFound => IssueType::NotFound,
            Self::Gone => IssueType::Deleted,
            Self::Conflict | Self::Precondition | Self::PreconditionRequired => IssueType::Conflict,
            Self::TooLarge => IssueType::TooLong,
            Self::TooMany => IssueType::Throttled,
            Self::NotSupported => IssueType::NotSupported,
            Self::Full => IssueType::NoStore,
            Self::Unavailable => IssueType::Transient,
            Self::Internal => IssueType::Exception,
        }
    }
}

/// A refusal.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    /// Decides the status.
    pub kind: ErrorKind,
    /// What was not done and why, one sentence.
    pub what: String,
    /// What to do about it, when there is something.
    pub todo: &'static str,
    /// Findings of validation, when they are the reason.
    pub issues: Vec<Issue>,
    /// The entry of a bundle it stands in, from 0.
    pub entry: Option<usize>,
}

impl Error {
    /// A refusal with its sentence.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), todo: "", issues: Vec::new(), entry: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn todo(mut self, todo: &'static str) -> Self {
        self.todo = todo;
        self
    }

    /// Naming the bundle entry.
    #[must_use]
    pub fn at_entry(mut self, index: usize) -> Self {
        self.entry.get_or_insert(index);
        self
    }

    /// Not a resource of that kind and id.
    #[must_use]
    pub fn not_found(resource_type: &str, id: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("there is no {resource_type}/{id}"))
    }

    /// Validation said no.
    #[must_use]
    pub fn invalid(issues: Vec<Issue>) -> Self {
        let first = issues.iter().find(|i| i.is_error()).or(issues.first());
        let what = first.map_or_else(String::new, |i| match i.expression.as_str() {
            "" => i.diagnostics.clone(),
            place => format!("{place}: {}", i.diagnostics),
        });
        Self { issues, ..Self::new(ErrorKind::Invalid, what) }
    }

    /// As the standard's own form.
    #[must_use]
    pub fn outcome(&self) -> OperationOutcome {
        let place = self.entry.map_or_else(String::new, |i| format!("Bundle.entry[{i}]"));
        if !self.issues.is_empty() {
            let mut issues = self.issues.clone();
            if !place.is_empty() {
                for issue in &mut issues {
                    issue.expression = format!("{place}.resource.{}", issue.expression);
                }
            }
            return OperationOutcome(issues);
        }
        let text = if self.todo.is_empty() { self.what.clone() } else { format!("{}. {}", self.what, self.todo) };
        Issue::error(self.kind.issue_type(), place, text).into()
    }
}

impl From<access::Denied> for Error {
    fn from(denied: access::Denied) -> Self {
        Self::new(ErrorKind::Forbidden, denied.to_string()).todo("Ask the administrator for the duty or scope")
    }
}

impl From<fhir::ResourceError> for Error {
    fn from(error: fhir::ResourceError) -> Self {
        Self::new(ErrorKind::BadRequest, error.to_string())
    }
}

impl From<fhir::json::JsonError> for Error {
    fn from(error: fhir::json::JsonError) -> Self {
        Self::new(ErrorKind::BadRequest, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_named() {
        let error = Error::not_found("Patient", "x").at_entry(3).at_entry(9);
        assert_eq!(error.outcome().0[0].expression, "Bundle.entry[3]");
        let issue = Issue::error(IssueType::Required, "Observation.status", "is missing");
        let error = Error::invalid(vec![issue]).at_entry(1);
        assert_eq!(error.outcome().0[0].expression, "Bundle.entry[1].resource.Observation.status");
        assert_eq!(error.what, "Observation.status: is missing");
    }
}
