//! OperationOutcome: what was wrong, said in the standard's own form.

use crate::json::{Json, Object};

/// How bad it is (`http://hl7.org/fhir/issue-severity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong.
    Information,
    /// Done, but look at it.
    Warning,
    /// Not done.
    Error,
    /// Not done, and nothing after it was looked at.
    Fatal,
}

impl Severity {
    /// The code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

macro_rules! issue_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// What kind of thing it is (`http://hl7.org/fhir/issue-type`).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum IssueType { $($(#[$doc])* $name,)+ }

        impl IssueType {
            /// All of them.
            pub const ALL: [Self; [$($code),+].len()] = [$(Self::$name),+];

            /// The code.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

issue_types! {
    /// Content against the specification or a profile.
    Invalid = "invalid",
    /// A structural issue: wrong namespace, unparsable, unknown element.
    Structure = "structure",
    /// A required element is missing.
    Required = "required",
    /// An element value is invalid.
    Value = "value",
    /// A content rule (invariant) failed.
    Invariant = "invariant",
    /// An authentication or authorisation issue.
    Security = "security",
    /// The client needs to sign in.
    Login = "login",
    /// The user or system is not known.
    Unknown = "unknown",
    /// The session has expired.
    Expired = "expired",
    /// The user may not do this.
    Forbidden = "forbidden",
    /// Information was left out.
    Suppressed = "suppressed",
    /// Processing trouble of some other kind.
    Processing = "processing",
    /// Not supported here.
    NotSupported = "not-supported",
    /// A duplicate of a record.
    Duplicate = "duplicate",
    /// More than one match where one was needed.
    MultipleMatches = "multiple-matches",
    /// The reference or resource was not found.
    NotFound = "not-found",
    /// It was deleted.
    Deleted = "deleted",
    /// Content too long.
    TooLong = "too-long",
    /// A code or system is not valid.
    CodeInvalid = "code-invalid",
    /// An extension that is not acceptable.
    Extension = "extension",
    /// Too costly.
    TooCostly = "too-costly",
    /// A rule of the business.
    BusinessRule = "business-rule",
    /// Edited by another in the meantime.
    Conflict = "conflict",
    /// Trouble that may go away.
    Transient = "transient",
    /// A lock could not be had.
    LockError = "lock-error",
    /// No room to store.
    NoStore = "no-store",
    /// An unexpected internal error.
    Exception = "exception",
    /// It took too long.
    Timeout = "timeout",
    /// Not all data could be had.
    Incomplete = "incomplete",
    /// Asked too often.
    Throttled = "throttled",
    /// A message about what was done.
    Informational = "informational",
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// How bad.
    pub severity: Severity,
    /// What kind.
    pub code: IssueType,
    /// For people. Never holds a value from the chart.
    pub diagnostics: String,
    /// Where: a simple FHIRPath such as `Patient.name[0].family`, empty when it is nowhere in particular.
    pub expression: String,
}

impl Issue {
    /// An error at a place.
    #[must_use]
    pub fn error(code: IssueType, expression: impl Into<String>, diagnostics: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, diagnostics: diagnostics.into(), expression: expression.into() }
    }

    /// Whether it stands against storing.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity >= Severity::Error
    }
}

/// The findings of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationOutcome(pub Vec<Issue>);

impl From<Issue> for OperationOutcome {
    fn from(issue: Issue) -> Self {
        Self(vec![issue])
    }
}

impl OperationOutcome {
    /// As a resource. Without findings it says so, since `issue` is 1..* in the standard.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let issues: Vec<Json> = if self.0.is_empty() {
            let fine = Issue {
                severity: Severity::Information,
                code: IssueType::Informational,
                diagnostics: "All OK".to_owned(),
                expression: String::new(),
            };
            vec![issue_json(&fine)]
        } else {
            self.0.iter().map(issue_json).collect()
        };
        Json::from([("resourceType", Json::from("OperationOutcome")), ("issue", Json::Array(issues))])
    }
}

fn issue_json(issue: &Issue) -> Json {
    let mut object = Object::from_iter([("severity", issue.severity.as_str()), ("code", issue.code.as_str())]);
    if !issue.diagnostics.is_empty() {
        object.insert("diagnostics", issue.diagnostics.as_str());
    }
    if !issue.expression.is_empty() {
        object.insert("expression", vec![issue.expression.as_str()]);
    }
    Json::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(outcome: &OperationOutcome) -> String {
        String::from_utf8(outcome.to_json().to_vec()).unwrap()
    }

    #[test]
    fn findings_become_issues() {
        let outcome = OperationOutcome::from(Issue::error(IssueType::CodeInvalid, "Patient.gender", "not a gender"));
        assert_eq!(
            text(&outcome),
            r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"code-invalid","diagnostics":"not a gender","expression":["Patient.gender"]}]}"#
        );
        assert!(outcome.0[0].is_error());
    }

    #[test]
    fn codes_are_the_standard_s() {
        let severities = crate::tables::code_set("issue-severity").unwrap();
        let ours = [Severity::Fatal, Severity::Error, Severity::Warning, Severity::Information];
        assert_eq!(severities.codes().collect::<Vec<_>>(), ours.map(Severity::as_str));
        let types = crate::tables::code_set("issue-type").unwrap();
        for code in IssueType::ALL.map(IssueType::as_str) {
            assert!(types.has(code), "{code}");
        }
        assert_eq!(IssueType::ALL.len(), types.codes().count());
    }

    #[test]
    fn an_outcome_is_a_valid_resource() {
        let issues = IssueType::ALL.map(|code| Issue::error(code, "Patient.name[0]", "x"));
        let resource = crate::Resource::from_json(OperationOutcome(issues.to_vec()).to_json()).unwrap();
        assert_eq!(crate::validate::validate(&resource, crate::validate::Mode::Strict), []);
    }

    #[test]
    fn no_finding_is_said() {
        assert_eq!(
            text(&OperationOutcome::default()),
            r#"{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"All OK"}]}"#
        );
    }
}
