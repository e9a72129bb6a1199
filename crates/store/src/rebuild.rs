//! Makes what is current, and what search reads, anew from the versions: nothing in them is a source of truth.
//!
//! In steps, so that the writer serves others in between; until the last one is done, searches miss what has not had
//! its turn. For a program that has learned new search parameters, and for damage.

use audit::Event;
use clinic::ClinicId;
use fhir::Resource;
use sync::Kind;

use crate::append::{PLACE_BITS, Tx};
use crate::db::Val;
use crate::error::StoreError;
use crate::index::{self, Change};
use crate::payload;
use crate::resource::{self, State};
use crate::store::Store;

/// Resources in one step.
const STEP: i64 = 500;

/// The newest version of a resource, and the newest that is no deletion.
struct Newest {
    resource: i64,
    place: i64,
    number: i64,
    type_code: i64,
    hlc: i64,
    kind: i64,
    payload: Vec<u8>,
}

impl Store {
    /// Rebuilds the clinic's projection. `event` says who wanted it.
    ///
    /// # Errors
    /// [`StoreError`]; then it is to be started again.
    pub async fn rebuild(&self, event: Event) -> Result<(), StoreError> {
        self.write::<_, StoreError, _>(|tx| {
            tx.touched = true;
            tx.audit(event);
            // Without a condition: row-level security confines it, and an embedded store has one clinic.
            index::tables().try_for_each(|table| tx.db.execute(&format!("DELETE FROM {table}"), &[]).map(drop))?;
            Ok(())
        })
        .await?;
        // All rows first: what is found by a reference needs the row that it points at.
        let mut after = Some(0);
        while let Some(resource) = after {
            after = self.write::<_, StoreError, _>(move |tx| tx.rebuild_rows(resource)).await?;
        }
        after = Some(0);
        while let Some(resource) = after {
            after = self.write::<_, StoreError, _>(move |tx| tx.rebuild_index(resource)).await?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Rows of `resource` for the next resources after that one; the last of them, None at the end.
    fn rebuild_rows(&mut self, after: i64) -> Result<Option<i64>, StoreError> {
        let newest = self.newest(after)?;
        for version in &newest {
            let json = parse(version)?;
            let state = if version.kind == i64::from(Kind::Delete.code()) { State::Deleted } else { State::Live };
            self.snapshot.db.execute(
                "INSERT INTO resource (clinic, id, type, logical_id, patient, home, head, versions, state, updated)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (clinic, type, logical_id) DO UPDATE SET patient = 0, home = excluded.home,
                 head = excluded.head, versions = excluded.versions, state = excluded.state,
                 updated = excluded.updated",
                &[
                    self.snapshot.clinic.into(),
                    Val::Int(version.resource),
                    Val::Int(version.type_code),
                    Val::Text(json.id().unwrap_or_default()),
                    Val::Int(version.place >> PLACE_BITS),
                    Val::Int(version.place),
                    Val::Int(version.number),
                    Val::Int(state as i64),
                    Val::Int(version.hlc),
                ],
            )?;
        }
        Ok(newest.last().map(|version| version.resource))
    }

    /// Compartment and index of the next resources after that one; the last of them, None at the end.
    fn rebuild_index(&mut self, after: i64) -> Result<Option<i64>, StoreError> {
        let clinic = self.snapshot.clinic;
        let newest = self.newest(after)?;
        for version in &newest {
            let live = version.kind != i64::from(Kind::Delete.code());
            let content = if live { Some(parse(version)?) } else { self.before_deletion(version)? };
            let patient = match content.as_ref().and_then(index::patient_of) {
                None => 0,
                Some(id) => resource::ensure(self.snapshot.db, self.counters, clinic, resource::patient_code(), &id)?,
            };
            self.snapshot.db.execute(
                "UPDATE resource SET patient = ?3 WHERE clinic = ?1 AND id = ?2",
                &[clinic.into(), Val::Int(version.resource), Val::Int(patient)],
            )?;
            let new = content.filter(|_| live).map(|content| index::extract(&content)).unwrap_or_default();
            let old_patient = patient;
            let change = Change { clinic, resource: version.resource, patient, old: &[], old_patient, new: &new };
            index::apply(self.snapshot.db, self.counters, &change)?;
        }
        Ok(newest.last().map(|version| version.resource))
    }

    fn newest(&mut self, after: i64) -> Result<Vec<Newest>, StoreError> {
        let clinic: ClinicId = self.clinic;
        let rows = self.db.all(
            "SELECT v.resource, v.place, v.number, v.type, v.hlc, v.kind, v.payload FROM version v
             JOIN (SELECT resource, max(number) AS number FROM version WHERE clinic = ?1 AND resource > ?2
                   GROUP BY resource ORDER BY resource LIMIT ?3) AS newest
             ON newest.resource = v.resource AND newest.number = v.number
             WHERE v.clinic = ?1 ORDER BY v.resource",
            &[clinic.into(), Val::Int(after), Val::Int(STEP)],
            |row| {
                Ok(Newest {
                    resource: row.int(0)?,
                    place: row.int(1)?,
                    number: row.int(2)?,
                    type_code: row.int(3)?,
                    hlc: row.int(4)?,
                    kind: row.int(5)?,
                    payload: row.bytes(6)?,
                })
            },
        );
        Ok(rows?)
    }

    /// What was deleted: a deletion says nothing about the patient.
    fn before_deletion(&mut self, version: &Newest) -> Result<Option<Resource>, StoreError> {
        let clinic = self.clinic;
        let found = self.db.one(
            "SELECT payload FROM version WHERE clinic = ?1 AND resource = ?2 AND kind <> ?3
             ORDER BY number DESC LIMIT 1",
            &[clinic.into(), Val::Int(version.resource), Val::Int(i64::from(Kind::Delete.code()))],
            |row| row.bytes(0),
        )?;
        found.map(|payload| open(version.place, &payload)).transpose()
    }
}

fn parse(version: &Newest) -> Result<Resource, StoreError> {
    open(version.place, &version.payload)
}

fn open(place: i64, payload: &[u8]) -> Result<Resource, StoreError> {
    let text = payload::unpack(payload)?;
    Resource::parse(&text).map_err(|_| StoreError::Corrupt(format!("the version at {place}")))
}

#[cfg(test)]
mod tests;
