//! What resources are found by: the rows that search reads.

use fhir::Resource;
use fhir::search::value::Indexed;

use crate::db::Db;
use crate::error::DbError;
use crate::origin::Counters;

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

/// What a resource is found by.
pub(crate) fn extract(_resource: &Resource) -> Vec<Indexed> {
    Vec::new()
}

/// The patient in whose compartment a resource is.
pub(crate) fn patient_of(resource: &Resource) -> Option<String> {
    (resource.resource_type() == "Patient").then(|| resource.id().map(str::to_owned)).flatten()
}

/// Brings the index rows in line. `counters.term` is the last term id given out.
pub(crate) fn apply(_db: &mut dyn Db, _counters: &mut Counters, _change: &Change<'_>) -> Result<(), DbError> {
    Ok(())
}
