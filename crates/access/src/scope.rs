//! What a token was narrowed to, in SMART App Launch 2.2 scope syntax.

use crate::Class;
use crate::policy::Verb;

/// What a token was narrowed to (`system/Patient.rs`, `user/*.cruds`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// No narrowing.
    Whole,
    /// One entry per scope. Empty: nothing.
    Only(Vec<ScopeEntry>),
}

/// One SMART v2 scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    /// Whose rights it draws on.
    pub context: Context,
    /// `Patient`, or `*`.
    pub resource_type: String,
    /// Some of `c`, `r`, `u`, `d`, `s`, in that order.
    pub letters: String,
}

/// The part before the slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A program on its own: the scope itself is the right.
    System,
    /// A program for a person: the scope narrows that person's duties.
    User,
}

/// A scope that is not understood. The whole text is refused then: a part that is dropped in silence
/// would be a right someone believes they gave, or took.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scope {scope:?}: {why}")]
pub struct ScopeError {
    scope: String,
    why: &'static str,
}

impl Scope {
    /// Reads scopes separated by spaces.
    ///
    /// # Errors
    /// Empty text; `patient/` and other contexts; a type that R4 does not have; letters that are
    /// unknown, repeated or out of order; search conditions (`?…`), which are not supported.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let entries = text.split_ascii_whitespace().map(ScopeEntry::parse).collect::<Result<Vec<_>, _>>()?;
        if entries.is_empty() {
            return Err(ScopeError { scope: text.to_owned(), why: "a token without a scope could do nothing" });
        }
        Ok(Self::Only(entries))
    }

    /// The text that [`Scope::parse`] reads; empty for no narrowing.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self::Only(entries) = self else { return String::new() };
        let words: Vec<String> = entries
            .iter()
            .map(|e| {
                let context = if e.context == Context::System { "system" } else { "user" };
                format!("{context}/{}.{}", e.resource_type, e.letters)
            })
            .collect();
        words.join(" ")
    }

    /// Whether some entry of this context allows the verb on the type.
    pub(crate) fn allows(&self, context: Context, verb: Verb, class: Class, resource_type: &str) -> bool {
        let Self::Only(entries) = self else { return context == Context::User };
        entries.iter().any(|e| {
            // The audit trail is never part of "everything": it has to be asked for by name.
            let named = e.resource_type == resource_type || (e.resource_type == "*" && class != Class::Audit);
            e.context == context && named && verb.letters().chars().all(|l| e.letters.contains(l))
        })
    }
}

impl ScopeEntry {
    fn parse(scope: &str) -> Result<Self, ScopeError> {
        let error = |why| ScopeError { scope: scope.to_owned(), why };
        let (context, rest) =
            scope.split_once('/').ok_or_else(|| error("expected system/Type.cruds or user/Type.cruds"))?;
        let context = match context {
            "system" => Context::System,
            "user" => Context::User,
            _ => return Err(error("only system/ and user/ scopes are known")),
        };
        let (resource_type, letters) = rest.split_once('.').ok_or_else(|| error("letters are missing, e.g. .rs"))?;
        if resource_type != "*" && Class::of(resource_type).is_none() {
            return Err(error("not a FHIR R4 resource type"));
        }
        let mut order = "cruds".chars();
        if letters.is_empty() || !letters.chars().all(|letter| order.any(|o| o == letter)) {
            return Err(error("letters are some of c, r, u, d, s, in that order"));
        }
        Ok(Self { context, resource_type: resource_type.to_owned(), letters: letters.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_understood_is_refused_whole() {
        for text in [
            "",
            " ",
            "system",
            "system/*",
            "system/*.",
            "system/*.x",
            "system/*.sr",
            "system/*.rr",
            "system/*.read",
            "system/*.*",
            "patient/*.rs",
            "launch",
            "openid",
            "system/Pet.rs",
            "System/*.rs",
            "system/Observation.rs?category=laboratory",
            "system/*.rs patient/*.rs",
            "../*.rs",
        ] {
            assert!(Scope::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_scope_reads_back() {
        for text in ["system/*.cruds", "user/Patient.rs", "system/Patient.rs system/Observation.c"] {
            assert_eq!(Scope::parse(text).unwrap().to_text(), text);
        }
    }
}
