//! Writing: the one place where a version comes to be.

use std::ops::{Deref, DerefMut};

use access::{Permit, Write};
use clinic::VersionId;
use fhir::Resource;
use sync::{Hash, Kind, Version};

use crate::db::Val;
use crate::draft::Draft;
use crate::error::StoreError;
use crate::origin::Counters;
use crate::resource::{self, Current, State};
use crate::snapshot::Snapshot;
use crate::stored::{Stored, signed};
use crate::{index, payload, varint};

/// A write job's transaction. Reads see what it has written so far.
pub struct Tx<'a> {
    pub(crate) snapshot: Snapshot<'a>,
    pub(crate) counters: &'a mut Counters,
    pub(crate) now_ms: i64,
    pub(crate) written: Vec<(VersionId, Hash)>,
}

/// Where the resource must stand for the write to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It has no version at all.
    Absent,
    /// This is its current version.
    Head(VersionId),
    /// Anywhere.
    Any,
}

/// Bits of `version.place` that count within a compartment: 16 million versions each.
pub(crate) const PLACE_BITS: u32 = 24;

impl Tx<'_> {
    /// Appends a version and makes it the current one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the resource is not where it is expected, [`StoreError::Finalised`] when it
    /// is 確定 and this is no amendment, [`StoreError::Hidden`] when it is or would be in a chart that is closed to
    /// the permit's actor.
    pub fn append(&mut self, permit: &Permit<Write>, draft: Draft, expect: Expect) -> Result<Stored, StoreError> {
        self.touched = true;
        if !permit.covers(draft.resource_type) {
            return Err(StoreError::NotPermitted(draft.resource_type.to_owned()));
        }
        let clinic = self.clinic;
        let found = resource::find(self.db, clinic, draft.type_code, &draft.id)?;
        let cut = self.cut(permit)?;
        if let Some(current) = &found
            && !self.sees(&cut, current.lying(draft.type_code))?
        {
            return Err(self.refuse_closed());
        }
        check(found.as_ref(), expect, draft.kind)?;
        let (current, is_new) = match found {
            Some(current) => (current, false),
            None => {
                self.counters.resource += 1;
                let id = self.counters.resource;
                (Current { id, patient: 0, home: 0, versions: 0, state: State::Absent as i64, head: None }, true)
            }
        };
        let old = self.old_values(&current, &draft)?;
        let (patient, home) = self.compartment(&current, &draft)?;
        if cut.closes(patient) && !(is_new && cut.allows_blind_create()) {
            return Err(self.refuse_closed());
        }
        let (version, updated) = self.counters.next_version(self.now_ms);
        let record = Version {
            id: version,
            hlc: updated,
            resource_type: draft.resource_type.to_owned(),
            resource_id: draft.id,
            parents: current.head.iter().map(|head| head.version).collect(),
            kind: draft.kind,
            author: permit.actor().id.clone(),
            content: draft.content,
        };
        let hash = record.hash();
        let place = self.place(home)?;
        let parents = current.head.iter().flat_map(|head| parent(head.origin, head.version.seq)).collect::<Vec<u8>>();
        self.snapshot.db.execute(
            "INSERT INTO version (clinic, place, resource, number, type, origin, seq, hlc, parents, kind, author,
             payload, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            &[
                clinic.into(),
                Val::Int(place),
                Val::Int(current.id),
                Val::Int(current.versions + 1),
                draft.type_code.into(),
                Val::Int(self.counters.origin),
                Val::Int(signed(version.seq)),
                Val::Int(signed(updated.0)),
                Val::Bytes(&parents),
                Val::Int(i64::from(draft.kind.code())),
                Val::Text(&record.author),
                Val::Bytes(&draft.payload),
                Val::Bytes(&hash.0),
            ],
        )?;
        let state = if draft.kind == Kind::Delete { State::Deleted } else { State::Live };
        let row = [
            clinic.into(),
            Val::Int(current.id),
            Val::Int(patient),
            Val::Int(home),
            Val::Int(place),
            Val::Int(current.versions + 1),
            Val::Int(state as i64),
            Val::Int(signed(updated.0)),
        ];
        if is_new {
            let name = [draft.type_code.into(), Val::Text(&record.resource_id)];
            self.snapshot.db.execute(
                "INSERT INTO resource (clinic, id, patient, home, head, versions, state, updated, type, logical_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                &[&row[..], &name].concat(),
            )?;
        } else {
            self.snapshot.db.execute(
                "UPDATE resource SET patient = ?3, home = ?4, head = ?5, versions = ?6, state = ?7, updated = ?8
                 WHERE clinic = ?1 AND id = ?2",
                &row,
            )?;
        }
        let change = index::Change {
            clinic,
            resource: current.id,
            patient,
            old: &old,
            old_patient: current.patient,
            new: &draft.indexed,
        };
        index::apply(self.snapshot.db, self.counters, &change)?;
        self.written.push((version, hash));
        let json = payload::complete(&draft.text, draft.resource_type, &record.resource_id, version, updated)?;
        Ok(Stored {
            resource_type: draft.resource_type,
            id: record.resource_id,
            version,
            updated,
            kind: draft.kind,
            author: record.author,
            json,
        })
    }

    /// A write into a closed chart: to whoever tries it as if there were none, in the trail what it was.
    fn refuse_closed(&mut self) -> StoreError {
        for event in self.events.iter_mut().filter(|event| event.outcome == audit::Outcome::Done) {
            event.outcome = audit::Outcome::Refused;
            event.detail = Some("closed-chart".to_owned());
        }
        StoreError::Hidden
    }

    /// What the resource is found by until now.
    fn old_values(
        &mut self,
        current: &Current,
        draft: &Draft,
    ) -> Result<Vec<fhir::search::value::Indexed>, StoreError> {
        let Some(head) = current.head.as_ref().filter(|_| current.state == State::Live as i64) else {
            return Ok(Vec::new());
        };
        let stored = self.snapshot.db.one(
            "SELECT payload FROM version WHERE clinic = ?1 AND place = ?2",
            &[self.snapshot.clinic.into(), Val::Int(head.place)],
            |row| row.bytes(0),
        )?;
        let corrupt = || StoreError::Corrupt(format!("the current version of {}/{}", draft.resource_type, draft.id));
        let text = payload::unpack(&stored.ok_or_else(corrupt)?)?;
        Ok(index::extract(&Resource::parse(&text).map_err(|_| corrupt())?))
    }

    /// Row keys of the patient in whose compartment the resource is now, and of the compartment it lies in on
    /// disk, which is the one it was made in: its own when it is no patient's.
    fn compartment(&mut self, current: &Current, draft: &Draft) -> Result<(i64, i64), StoreError> {
        let patient = match &draft.patient {
            // A deletion says nothing about the patient; whose it was still matters for history and access.
            None if draft.kind == Kind::Delete => current.patient,
            None => 0,
            Some(id) if draft.resource_type == "Patient" && *id == draft.id => current.id,
            Some(id) => {
                let clinic = self.snapshot.clinic;
                resource::ensure(self.snapshot.db, self.counters, clinic, resource::patient_code(), id)?
            }
        };
        let home = match (current.home, patient) {
            (0, 0) => current.id,
            (0, patient) => patient,
            (home, _) => home,
        };
        Ok((patient, home))
    }

    /// The next free place of a compartment.
    fn place(&mut self, home: i64) -> Result<i64, StoreError> {
        let first = home << PLACE_BITS;
        let last = self.snapshot.db.one(
            "SELECT max(place) FROM version WHERE +clinic = ?1 AND place >= ?2 AND place < ?3",
            &[self.clinic.into(), Val::Int(first), Val::Int(first + (1 << PLACE_BITS))],
            |row| row.opt_int(0),
        )?;
        Ok(last.flatten().unwrap_or(first) + 1)
    }
}

fn check(found: Option<&Current>, expect: Expect, kind: Kind) -> Result<(), StoreError> {
    let head = found.and_then(|current| current.head.as_ref());
    let version = head.map(|head| head.version);
    let met = match expect {
        Expect::Absent => version.is_none(),
        Expect::Head(expected) => version == Some(expected),
        Expect::Any => true,
    };
    if !met {
        return Err(StoreError::Conflict { found: version });
    }
    // `record` refuses this with a better sentence; here it cannot be forgotten.
    let finalised = head.and_then(|head| head.kind).is_some_and(Kind::is_final);
    if finalised && !matches!(kind, Kind::Amend) { Err(StoreError::Finalised) } else { Ok(()) }
}

/// A parent in `version.parents`: local origin and number.
fn parent(origin: i64, seq: u64) -> Vec<u8> {
    let mut out = Vec::with_capacity(6);
    varint::write(&mut out, origin.unsigned_abs());
    varint::write(&mut out, seq);
    out
}

impl<'a> Deref for Tx<'a> {
    type Target = Snapshot<'a>;

    fn deref(&self) -> &Snapshot<'a> {
        &self.snapshot
    }
}

impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Snapshot<'a> {
        &mut self.snapshot
    }
}
