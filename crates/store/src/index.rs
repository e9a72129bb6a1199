//! What resources are found by: the rows that search reads.
//!
//! Rows follow from the current version alone ([`fhir::search::extract`] is pure), so an update removes exactly the
//! rows of the former version that the new one lacks, and no copy of them is kept anywhere.

mod row;
pub(crate) mod term;

use fhir::search::value::Indexed;

use crate::db::Db;
use crate::error::DbError;
use crate::origin::Counters;
use row::{Keys, Row};

pub(crate) use row::{LONG_MS, identifier_system, ms, tables};

pub(crate) use fhir::search::{extract, patient_of};

/// A resource whose current version has just changed.
pub(crate) struct Change<'a> {
    pub(crate) clinic: clinic::ClinicId,
    /// Its row key.
    pub(crate) resource: i64,
    /// Row key of the patient in whose compartment it is now; 0 for none.
    pub(crate) patient: i64,
    /// What it was found by until now; empty when it is new or was deleted.
    pub(crate) old: &'a [Indexed],
    /// The patient until now.
    pub(crate) old_patient: i64,
    /// What it is found by from now on; empty when it is deleted.
    pub(crate) new: &'a [Indexed],
}

/// Brings the index rows in line. `counters.term` is the last term id given out.
pub(crate) fn apply(db: &mut dyn Db, counters: &mut Counters, change: &Change<'_>) -> Result<(), DbError> {
    // Some rows carry the patient, so a resource that moves to another chart is indexed anew.
    let stays = change.patient == change.old_patient;
    let gone = change.old.iter().filter(|value| !(stays && change.new.contains(value)));
    let come = change.new.iter().filter(|value| !(stays && change.old.contains(value)));
    let mut keys = Keys { db, counters, clinic: change.clinic };
    let mut rows = Vec::new();
    for value in gone {
        rows.extend(Row::of(value, &mut keys)?);
    }
    row::delete(keys.db, change.clinic, change.resource, change.old_patient, &rows)?;
    rows.clear();
    for value in come {
        rows.extend(Row::of(value, &mut keys)?);
    }
    row::insert(keys.db, change.clinic, change.resource, change.patient, &rows)
}
