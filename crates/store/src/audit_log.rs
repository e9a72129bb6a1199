//! The audit log's rows: lines, checkpoints, and the head they grow from.

use access::{Grant, Permit, Power, Read};
use audit::{Checkpoint, Event, Head, SigningKey, Source, Tree, Verified, VerifyError, VerifyingKey, Window, Written};
use clinic::{ClinicId, VersionId};
use sha2::{Digest, Sha256};
use sync::Hash;

use crate::db::{Db, Row, Val};
use crate::error::{DbError, StoreError};
use crate::resource::patient_code;
use crate::snapshot::Snapshot;
use crate::stored::signed;

/// Events with their numbers.
pub type AuditLines = Vec<(u64, Event)>;

/// What a job wrote, for its event.
pub(crate) fn written(versions: &[(VersionId, Hash)]) -> Option<Written> {
    let (first, _) = versions.first()?;
    let mut digest = Sha256::new();
    versions.iter().for_each(|(_, hash)| digest.update(hash.0));
    let digest = Hash(digest.finalize().into()).to_string();
    Some(Written { origin: first.origin.to_string(), seq: first.seq, count: versions.len() as u64, digest })
}

/// The head of a clinic's log as it is stored; an empty one for a clinic without a log.
pub(crate) fn load(db: &mut dyn Db, clinic: ClinicId) -> Result<Head, DbError> {
    let head =
        db.one("SELECT size, peaks, leaves, since FROM audit_head WHERE clinic = ?1", &[clinic.into()], |row| {
            let corrupt = || DbError::Corrupt("the head of the audit log".to_owned());
            let size = u64::try_from(row.int(0)?).map_err(|_| corrupt())?;
            let tree = Tree::from_peaks(size, &row.bytes(1)?).ok_or_else(corrupt)?;
            Ok(Head { tree, leaves: leaves(&row.bytes(2)?), since: row.int(3)? })
        })?;
    Ok(head.unwrap_or_default())
}

/// Appends lines.
pub(crate) fn append(db: &mut dyn Db, clinic: ClinicId, head: &mut Head, events: &[Event]) -> Result<(), DbError> {
    for event in events {
        let line = event.to_vec();
        let seq = head.push(&line, event.at);
        let patient = match &event.patient {
            Some(id) => patient_key(db, clinic, id)?,
            None => 0,
        };
        db.execute(
            "INSERT INTO audit (clinic, seq, at, patient, event) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[clinic.into(), Val::Int(signed(seq)), Val::Int(event.at), Val::Int(patient), Val::Bytes(&line)],
        )?;
    }
    Ok(())
}

/// Writes the head back, after a checkpoint if one is due or wanted `now`. Whether events wait for a checkpoint now.
pub(crate) fn save(
    db: &mut dyn Db,
    clinic: ClinicId,
    head: &mut Head,
    key: &SigningKey,
    now_ms: i64,
    now: bool,
) -> Result<bool, DbError> {
    if head.is_due(now_ms) || (now && !head.leaves.is_empty()) {
        let Window { checkpoint, leaves } = head.checkpoint(key, clinic.0, now_ms);
        db.execute(
            "INSERT INTO audit_checkpoint (clinic, size, at, root, signature, leaves) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            &[
                clinic.into(),
                Val::Int(signed(checkpoint.size)),
                Val::Int(checkpoint.at),
                Val::Bytes(&checkpoint.root),
                Val::Bytes(&checkpoint.signature),
                Val::Bytes(&leaves.concat()),
            ],
        )?;
    }
    db.execute(
        "INSERT INTO audit_head (clinic, size, peaks, leaves, since) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (clinic) DO UPDATE SET size = excluded.size, peaks = excluded.peaks, leaves = excluded.leaves,
         since = excluded.since",
        &[
            clinic.into(),
            Val::Int(signed(head.tree.size())),
            Val::Bytes(&head.tree.peaks()),
            Val::Bytes(&head.leaves.concat()),
            Val::Int(head.since),
        ],
    )?;
    Ok(!head.leaves.is_empty())
}

/// 0 for a patient who is not here: the event was a try at reading one.
fn patient_key(db: &mut dyn Db, clinic: ClinicId, id: &str) -> Result<i64, DbError> {
    let key = db.one(
        "SELECT id FROM resource WHERE clinic = ?1 AND type = ?2 AND logical_id = ?3",
        &[clinic.into(), patient_code().into(), id.into()],
        |row| row.int(0),
    )?;
    Ok(key.unwrap_or(0))
}

impl Snapshot<'_> {
    /// Audit events, newest first, with their numbers: those before `before` (None: from the newest on), of one
    /// patient if one is named.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] unless the permit covers `AuditEvent`.
    pub fn audit_events(
        &mut self,
        permit: &Permit<Read>,
        patient: Option<&str>,
        before: Option<u64>,
        count: u32,
    ) -> Result<AuditLines, StoreError> {
        self.cover(permit, "AuditEvent")?;
        let (clinic, before) = (self.clinic, Val::Int(before.map_or(i64::MAX, signed)));
        let count = Val::Int(i64::from(count));
        let lines = match patient {
            None => self.db.all(
                "SELECT seq, event FROM audit WHERE +clinic = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
                &[clinic.into(), before, count],
                line,
            )?,
            Some(id) => {
                let patient = patient_key(self.db, clinic, id)?;
                self.db.all(
                    "SELECT seq, event FROM audit WHERE clinic = ?1 AND seq < ?2 AND patient = ?4 AND patient > 0
                     ORDER BY seq DESC LIMIT ?3",
                    &[clinic.into(), before, count, Val::Int(patient)],
                    line,
                )?
            }
        };
        lines.into_iter().map(parse).collect()
    }

    /// Audit events about one patient, newest first, for those who see who opened a chart.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] for a grant of another power.
    pub fn audit_of_patient(
        &mut self,
        grant: &Grant,
        patient: &str,
        before: Option<u64>,
        count: u32,
    ) -> Result<AuditLines, StoreError> {
        self.hold(grant, Power::SeeOpeners)?;
        let (clinic, before) = (self.clinic, Val::Int(before.map_or(i64::MAX, signed)));
        let patient = Val::Int(patient_key(self.db, clinic, patient)?);
        let lines = self.db.all(
            "SELECT seq, event FROM audit WHERE clinic = ?1 AND seq < ?2 AND patient = ?4 AND patient > 0
             ORDER BY seq DESC LIMIT ?3",
            &[clinic.into(), before, Val::Int(i64::from(count)), patient],
            line,
        )?;
        lines.into_iter().map(parse).collect()
    }

    /// Audit events of one account or token, newest first, among the next `count` lines; and where to go on.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] for a grant of another power.
    pub fn audit_of_actor(
        &mut self,
        grant: &Grant,
        actor: &str,
        before: Option<u64>,
        count: u32,
    ) -> Result<(AuditLines, Option<u64>), StoreError> {
        self.hold(grant, Power::SeeActivity)?;
        let before = Val::Int(before.map_or(i64::MAX, signed));
        let lines = self.db.all(
            "SELECT seq, event FROM audit WHERE +clinic = ?1 AND seq < ?2 ORDER BY seq DESC LIMIT ?3",
            &[self.clinic.into(), before, Val::Int(i64::from(count))],
            line,
        )?;
        let next = if lines.len() < count as usize { None } else { lines.last().map(|(seq, _)| *seq) };
        let events = lines.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        Ok((events.into_iter().filter(|(_, event)| event.actor == actor).collect(), next))
    }

    fn hold(&mut self, grant: &Grant, power: Power) -> Result<(), StoreError> {
        self.touched = true;
        if grant.power() == power { Ok(()) } else { Err(StoreError::NotPermitted("the audit log".to_owned())) }
    }

    /// The newest signed checkpoint, to be kept outside the system.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn audit_checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let clinic = self.clinic;
        let window = self.db.one(
            "SELECT size, at, root, signature, leaves FROM audit_checkpoint WHERE clinic = ?1
             ORDER BY size DESC LIMIT 1",
            &[clinic.into()],
            |row| window(clinic, row),
        )?;
        Ok(window.map(|window| window.checkpoint))
    }

    /// Whether the clinic's audit log is the one that was written. `anchors` are checkpoints kept elsewhere.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] with the first event that is not as it was.
    pub fn verify_audit(&mut self, key: &VerifyingKey, anchors: &[Checkpoint]) -> Result<Verified, StoreError> {
        let (clinic, head) = (self.clinic, load(self.db, self.clinic)?);
        let mut rows = Rows { db: self.db, clinic };
        audit::verify(key, clinic.0, &head, anchors, &mut rows).map_err(|error| match error {
            VerifyError::Found(finding) => StoreError::Tampered(finding),
            VerifyError::Source(error) => error.into(),
        })
    }
}

fn parse((seq, line): (u64, Vec<u8>)) -> Result<(u64, Event), StoreError> {
    match Event::parse(&line) {
        Ok(event) => Ok((seq, event)),
        Err(_) => Err(StoreError::Corrupt(format!("audit event {seq}"))),
    }
}

/// The log as [`audit::verify`] reads it.
struct Rows<'a> {
    db: &'a mut dyn Db,
    clinic: ClinicId,
}

impl Source for Rows<'_> {
    type Error = DbError;

    fn window_after(&mut self, size: u64) -> Result<Option<Window>, DbError> {
        let clinic = self.clinic;
        self.db.one(
            "SELECT size, at, root, signature, leaves FROM audit_checkpoint WHERE clinic = ?1 AND size > ?2
             ORDER BY size LIMIT 1",
            &[clinic.into(), Val::Int(signed(size))],
            |row| window(clinic, row),
        )
    }

    fn lines_from(&mut self, seq: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, DbError> {
        self.db.all(
            "SELECT seq, event FROM audit WHERE +clinic = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
            &[self.clinic.into(), Val::Int(signed(seq)), Val::Int(signed(count as u64))],
            line,
        )
    }
}

fn line(row: &Row<'_>) -> Result<(u64, Vec<u8>), DbError> {
    Ok((row.int(0)?.unsigned_abs(), row.bytes(1)?))
}

/// What was tampered with need not have the right lengths; then it does not fit its signature either.
fn window(clinic: ClinicId, row: &Row<'_>) -> Result<Window, DbError> {
    let checkpoint = Checkpoint {
        clinic: clinic.0,
        size: row.int(0)?.unsigned_abs(),
        at: row.int(1)?,
        root: row.bytes(2)?.try_into().unwrap_or([0; 32]),
        signature: row.bytes(3)?.try_into().unwrap_or([0; 64]),
    };
    Ok(Window { checkpoint, leaves: leaves(&row.bytes(4)?) })
}

fn leaves(bytes: &[u8]) -> Vec<audit::Hash> {
    bytes.as_chunks::<32>().0.to_vec()
}

#[cfg(test)]
mod tests;
