//! Terms of the dictionary that a search value stands for.

use clinic::ClinicId;

use super::bind::{Bind, among};
use crate::db::{Db, Val};
use crate::error::DbError;
use crate::index::term::{self, LABEL, OURS, UNIT, URI, storable};

/// Terms, found beforehand where they are few: a statement with the very integers needs no guess.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Terms {
    /// These.
    Ids(Vec<i64>),
    /// All of a system.
    System(String),
    /// Those of a system whose code lies in [from, to).
    Range { system: &'static str, from: String, to: String },
}

/// A code in more systems than this is looked up within the statement.
const IDS_MAX: usize = 64;

impl Terms {
    /// Those of a token: None is any system, any code.
    pub(super) fn of_token(
        db: &mut dyn Db,
        clinic: ClinicId,
        system: Option<&str>,
        code: Option<&str>,
    ) -> Result<Self, DbError> {
        match (system, code) {
            (Some(system), Some(code)) => Self::exact(db, clinic, system, code),
            (Some(system), None) => Ok(Self::System(system.to_owned())),
            (None, code) => {
                let ids = db.all(
                    "SELECT id FROM term WHERE clinic = ?1 AND code = ?2 AND NOT (system >= ?3 AND system < ?4)",
                    &[
                        clinic.into(),
                        Val::Text(&storable(code.unwrap_or_default())),
                        Val::Text(OURS[0]),
                        Val::Text(OURS[1]),
                    ],
                    |row| row.int(0),
                )?;
                Ok(Self::Ids(ids))
            }
        }
    }

    /// One of our own.
    pub(super) fn exact(db: &mut dyn Db, clinic: ClinicId, system: &str, code: &str) -> Result<Self, DbError> {
        Ok(Self::Ids(term::find(db, clinic, system, code)?.into_iter().collect()))
    }

    /// Labels that start with a folded text.
    pub(super) fn labels(folded: &str) -> Self {
        Self::Range { system: LABEL, from: folded.to_owned(), to: after(folded) }
    }

    /// A URI and what lies below it.
    pub(super) fn below(db: &mut dyn Db, clinic: ClinicId, uri: &str) -> Result<[Self; 2], DbError> {
        let base = format!("{}/", uri.trim_end_matches('/'));
        Ok([Self::exact(db, clinic, URI, uri)?, Self::Range { system: URI, to: after(&base), from: base }])
    }

    /// Units with this code, whatever their system.
    pub(super) fn units(db: &mut dyn Db, clinic: ClinicId, code: &str) -> Result<Vec<i64>, DbError> {
        let suffix = format!("|{code}");
        let length = i64::try_from(suffix.chars().count()).unwrap_or(0);
        db.all(
            "SELECT id FROM term WHERE clinic = ?1 AND system = ?2 AND (code = ?3 OR substr(code, CAST(length(code) - ?4 + 1 AS INTEGER)) = ?5)",
            &[clinic.into(), Val::Text(UNIT), Val::Text(&storable(code)), Val::Int(length), Val::Text(&storable(&suffix))],
            |row| row.int(0),
        )
    }

    /// Whether no term matches.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Ids(ids) if ids.is_empty())
    }

    /// Whether a test of one resource need look at a few index places only.
    pub(super) fn is_few(&self) -> bool {
        matches!(self, Self::Ids(ids) if ids.len() <= IDS_MAX)
    }

    /// The condition on a column that holds a term.
    pub(super) fn condition(&self, column: &str, bind: &mut Bind) -> String {
        match self {
            Self::Ids(ids) => among(bind, column, ids),
            Self::System(system) => {
                let system = bind.text(system);
                format!("{column} IN (SELECT id FROM term WHERE clinic = ?1 AND system = {system})")
            }
            Self::Range { system, from, to } => {
                let (system, from, to) = (bind.text(system), bind.text(from), bind.text(to));
                format!(
                    "{column} IN (SELECT id FROM term WHERE clinic = ?1 AND system = {system} AND code >= {from} AND code < {to})"
                )
            }
        }
    }
}

/// The least text greater than all that begin with `prefix`. Bytes of UTF-8 order as code points do.
pub(super) fn after(prefix: &str) -> String {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        // The next scalar value; above U+D7FF the surrogates are left out.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(last as u32 + 1) };
        if let Some(next) = next {
            rest.push(next);
            return rest;
        }
    }
    // Only a text of nothing but U+10FFFF has none; no text we keep is greater than this one.
    "\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_range() {
        for prefix in ["a", "山田", "a\u{10ffff}", "\u{d7ff}", "z\u{7f}"] {
            let end = after(prefix);
            assert!(prefix < end.as_str());
            for longer in ["", "\u{0}", "x", "\u{10ffff}"] {
                assert!(format!("{prefix}{longer}").as_str() < end.as_str(), "{prefix:?}");
            }
            let mut chars: Vec<char> = prefix.chars().collect();
            chars.pop();
            assert!(!end.starts_with(prefix));
        }
        assert_eq!((after("a"), after("a\u{10ffff}")), ("b".to_owned(), "b".to_owned()));
    }
}
