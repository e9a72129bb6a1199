//! The dictionary of terms: (system, code) pairs as integers, so that an index row costs a few bytes.
//!
//! Besides codes it holds what else is compared whole, under systems of our own that no resource can have.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clinic::ClinicId;

use crate::db::{Db, Val};
use crate::error::DbError;
use crate::origin::Counters;

/// uri, url, canonical as values of uri parameters.
pub(crate) const URI: &str = "\u{1}uri";
/// Folded display or text of a code.
pub(crate) const LABEL: &str = "\u{1}label";
/// Unit keys (`fhir::search::quantity::unit_key`).
pub(crate) const UNIT: &str = "\u{1}unit";
/// URLs that a reference points at.
pub(crate) const URL: &str = "\u{1}url";
/// Folded texts and `Type/id` within composites.
pub(crate) const PART: &str = "\u{1}part";
/// Before the system of an identifier that stands in a reference.
pub(crate) const IDENTIFIER: char = '\u{1}';
/// The systems of resources lie outside [from, to): ours, and the types of identifiers, begin in between.
pub(crate) const OURS: [&str; 2] = ["\u{1}", "\u{3}"];

/// PostgreSQL has no NUL in texts; FHIR has none either, but not every sender knows.
pub(crate) fn storable(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// Terms the writer has met lately. They are never taken back, save by undoing the job that brought them in:
/// then all is forgotten. Clones share what is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Arc<Mutex<HashMap<String, i64>>>);

/// Some megabytes.
const KNOWN_MAX: usize = 16 << 10;

impl Known {
    fn get(&self, key: &str) -> Option<i64> {
        self.map().get(key).copied()
    }

    fn put(&self, key: String, id: i64) {
        let mut map = self.map();
        // What is often used comes back at once.
        if map.len() >= KNOWN_MAX {
            map.clear();
        }
        map.insert(key, id);
    }

    pub(crate) fn forget(&self) {
        self.map().clear();
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of a term, if there is one.
pub(crate) fn find(db: &mut dyn Db, clinic: ClinicId, system: &str, code: &str) -> Result<Option<i64>, DbError> {
    db.one(
        "SELECT id FROM term WHERE clinic = ?1 AND system = ?2 AND code = ?3",
        &[clinic.into(), Val::Text(&storable(system)), Val::Text(&storable(code))],
        |row| row.int(0),
    )
}

/// The id of a term, given out if nobody has used it before.
pub(crate) fn ensure(
    db: &mut dyn Db,
    counters: &mut Counters,
    clinic: ClinicId,
    system: &str,
    code: &str,
) -> Result<i64, DbError> {
    let key = format!("{system}\0{code}");
    if let Some(id) = counters.terms.get(&key) {
        return Ok(id);
    }
    if let Some(id) = find(db, clinic, system, code)? {
        counters.terms.put(key, id);
        return Ok(id);
    }
    counters.term += 1;
    db.execute(
        "INSERT INTO term (clinic, system, code, id) VALUES (?1, ?2, ?3, ?4)",
        &[clinic.into(), Val::Text(&storable(system)), Val::Text(&storable(code)), Val::Int(counters.term)],
    )?;
    counters.terms.put(key, counters.term);
    Ok(counters.term)
}
