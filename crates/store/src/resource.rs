//! Rows of `resource`: what is current.

use clinic::{ClinicId, VersionId};
use sync::Kind;

use crate::db::{Db, Val};
use crate::error::{DbError, StoreError};
use crate::guard::Lying;
use crate::origin::Counters;
use crate::stored::{origin, unsigned};

/// `resource.state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Referred to, but never seen.
    Absent = 0,
    /// Has a current version.
    Live = 1,
    /// Its current version is a deletion.
    Deleted = 2,
}

/// A resource and its current version.
pub(crate) struct Current {
    pub(crate) id: i64,
    pub(crate) patient: i64,
    pub(crate) home: i64,
    pub(crate) versions: i64,
    pub(crate) state: i64,
    pub(crate) head: Option<Head>,
}

/// The current version.
pub(crate) struct Head {
    pub(crate) place: i64,
    /// Local number of its origin.
    pub(crate) origin: i64,
    pub(crate) version: VersionId,
    pub(crate) kind: Option<Kind>,
}

impl Current {
    /// Where it lies.
    pub(crate) fn lying(&self, type_code: u16) -> Lying {
        Lying { id: self.id, type_code: type_code.into(), patient: self.patient, home: self.home }
    }
}

/// Looks a resource up by type and logical id.
pub(crate) fn find(
    db: &mut dyn Db,
    clinic: ClinicId,
    type_code: u16,
    logical_id: &str,
) -> Result<Option<Current>, StoreError> {
    let row = db.one(
        "SELECT r.id, r.patient, r.home, r.versions, r.state, r.head, v.origin, v.seq, v.kind, o.name
         FROM resource r
         LEFT JOIN version v ON v.clinic = r.clinic AND v.place = r.head
         LEFT JOIN origin o ON o.clinic = v.clinic AND o.origin = v.origin
         WHERE r.clinic = ?1 AND r.type = ?2 AND r.logical_id = ?3",
        &[clinic.into(), type_code.into(), logical_id.into()],
        |row| {
            let current = Current {
                id: row.int(0)?,
                patient: row.int(1)?,
                home: row.int(2)?,
                versions: row.int(3)?,
                state: row.int(4)?,
                head: None,
            };
            let head = match (row.opt_int(6)?, row.opt_int(7)?, row.opt_int(8)?, row.opt_text(9)?) {
                (Some(number), Some(seq), Some(kind), Some(name)) => Some((row.int(5)?, number, seq, kind, name)),
                _ => None,
            };
            Ok((current, head))
        },
    )?;
    let Some((mut current, head)) = row else { return Ok(None) };
    if let Some((place, number, seq, kind, name)) = head {
        let version = VersionId { origin: origin(&name)?, seq: unsigned(seq)? };
        let kind = u8::try_from(kind).ok().and_then(Kind::from_code);
        current.head = Some(Head { place, origin: number, version, kind });
    }
    Ok(Some(current))
}

/// The row key of a resource, which is made up (state absent) if nobody has spoken of it before: the target of
/// a reference may come later, or never.
pub(crate) fn ensure(
    db: &mut dyn Db,
    counters: &mut Counters,
    clinic: ClinicId,
    type_code: u16,
    logical_id: &str,
) -> Result<i64, DbError> {
    let found = db.one(
        "SELECT id FROM resource WHERE clinic = ?1 AND type = ?2 AND logical_id = ?3",
        &[clinic.into(), type_code.into(), logical_id.into()],
        |row| row.int(0),
    )?;
    match found {
        Some(id) => Ok(id),
        None => insert(db, counters, clinic, type_code, logical_id),
    }
}

/// Adds a row in state absent.
pub(crate) fn insert(
    db: &mut dyn Db,
    counters: &mut Counters,
    clinic: ClinicId,
    type_code: u16,
    logical_id: &str,
) -> Result<i64, DbError> {
    counters.resource += 1;
    db.execute(
        "INSERT INTO resource (clinic, id, type, logical_id, patient, home, head, versions, state, updated)
         VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0)",
        &[clinic.into(), Val::Int(counters.resource), type_code.into(), logical_id.into()],
    )?;
    Ok(counters.resource)
}

/// The number of `Patient`.
pub(crate) fn patient_code() -> u16 {
    fhir::tables::type_code("Patient").unwrap_or_default()
}
