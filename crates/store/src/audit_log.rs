//! The audit log's rows.

use audit::{Event, Written};
use clinic::{ClinicId, VersionId};
use sha2::{Digest, Sha256};
use sync::Hash;

use crate::db::{Db, Val};
use crate::error::DbError;

/// What a job wrote, for its event.
pub(crate) fn written(versions: &[(VersionId, Hash)]) -> Option<Written> {
    let (first, _) = versions.first()?;
    let mut digest = Sha256::new();
    versions.iter().for_each(|(_, hash)| digest.update(hash.0));
    let digest = Hash(digest.finalize().into()).to_string();
    Some(Written { origin: first.origin.to_string(), seq: first.seq, count: versions.len() as u64, digest })
}

/// Appends lines.
pub(crate) fn append(db: &mut dyn Db, clinic: ClinicId, events: &[Event]) -> Result<(), DbError> {
    let last = db.one("SELECT max(seq) FROM audit WHERE clinic = ?1", &[clinic.into()], |row| row.opt_int(0))?;
    let mut seq = last.flatten().unwrap_or(0);
    for event in events {
        seq += 1;
        let patient = match &event.patient {
            Some(id) => patient_key(db, clinic, id)?,
            None => 0,
        };
        db.execute(
            "INSERT INTO audit (clinic, seq, at, patient, event) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[clinic.into(), Val::Int(seq), Val::Int(event.at), Val::Int(patient), Val::Bytes(&event.to_vec())],
        )?;
    }
    Ok(())
}

/// 0 for a patient who is not here: the event was a try at reading one.
fn patient_key(db: &mut dyn Db, clinic: ClinicId, id: &str) -> Result<i64, DbError> {
    let code = fhir::tables::type_code("Patient").unwrap_or_default();
    let key = db.one(
        "SELECT id FROM resource WHERE clinic = ?1 AND type = ?2 AND logical_id = ?3",
        &[clinic.into(), code.into(), id.into()],
        |row| row.int(0),
    )?;
    Ok(key.unwrap_or(0))
}
