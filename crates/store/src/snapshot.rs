//! Reading: everything a job sees is of one moment.

use access::{Permit, Read, Right};
use audit::Event;
use clinic::{ClinicId, VersionId};
use sync::Kind;

use crate::db::{Db, Dialect, Val};
use crate::error::StoreError;
use crate::resource;
use crate::stored::{RawStored, Stored, select_stored, signed, type_name};

/// The database at one moment.
pub struct Snapshot<'a> {
    pub(crate) db: &'a mut dyn Db,
    pub(crate) clinic: ClinicId,
    pub(crate) events: Vec<Event>,
    pub(crate) touched: bool,
}

/// Whose history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryScope<'a> {
    /// One resource's: type and logical id.
    Instance(&'a str, &'a str),
    /// All of a type.
    Type(&'a str),
    /// Everything the permit covers.
    System,
}

/// A page of history, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// The versions.
    pub rows: Vec<Stored>,
    /// Where the next page starts; None on the last.
    pub next: Option<String>,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(db: &'a mut dyn Db, clinic: ClinicId) -> Self {
        Self { db, clinic, events: Vec::new(), touched: false }
    }

    /// Records what this job does. A job that touches records without is refused with [`StoreError::Unaudited`].
    /// When the job fails, an event that said [`audit::Outcome::Done`] is kept as `Failed`.
    pub fn audit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Reads the whole database and tells what is damaged; nothing is good news. Only for the embedded one:
    /// PostgreSQL checks its own.
    ///
    /// # Errors
    /// [`StoreError`], when it cannot even be read.
    pub fn check_storage(&mut self) -> Result<Vec<String>, StoreError> {
        if self.db.dialect() == Dialect::Postgres {
            return Ok(Vec::new());
        }
        // Not cipher_integrity_check: that one looks past the log, at pages a checkpoint may just be writing. This
        // one reads every page that is in use, and every page that is read has its HMAC checked.
        let mut found = self.db.all("PRAGMA integrity_check(20)", &[], |row| row.text(0))?;
        found.retain(|line| line != "ok");
        Ok(found)
    }

    /// The current version of a resource, which may be its deletion; None when there never was one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn head(&mut self, permit: &Permit<Read>, type_name: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        let Some(code) = self.cover(permit, type_name)? else { return Ok(None) };
        let raw = self.db.one(
            select_stored!("WHERE r.clinic = ?1 AND r.type = ?2 AND r.logical_id = ?3 AND v.place = r.head"),
            &[self.clinic.into(), code.into(), id.into()],
            RawStored::read,
        )?;
        raw.map(RawStored::open).transpose()
    }

    /// Version and kind of the current version, without its content; None when there never was one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn standing<R: Right>(
        &mut self,
        permit: &Permit<R>,
        type_name: &str,
        id: &str,
    ) -> Result<Option<(VersionId, Kind)>, StoreError> {
        let Some(code) = self.cover(permit, type_name)? else { return Ok(None) };
        let head = resource::find(self.db, self.clinic, code, id)?.and_then(|current| current.head);
        let corrupt = |version| StoreError::Corrupt(format!("version {version} is of an unknown kind"));
        head.map(|head| Ok((head.version, head.kind.ok_or_else(|| corrupt(head.version))?))).transpose()
    }

    /// Logical id of the patient in whose compartment a resource is now, for the audit line.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn patient_of<R: Right>(
        &mut self,
        permit: &Permit<R>,
        type_name: &str,
        id: &str,
    ) -> Result<Option<String>, StoreError> {
        let Some(code) = self.cover(permit, type_name)? else { return Ok(None) };
        let found = self.db.one(
            "SELECT p.logical_id FROM resource r JOIN resource p ON p.clinic = r.clinic AND p.id = r.patient
             WHERE r.clinic = ?1 AND r.type = ?2 AND r.logical_id = ?3",
            &[self.clinic.into(), code.into(), id.into()],
            |row| row.text(0),
        );
        Ok(found?)
    }

    /// One version of a resource.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn version(
        &mut self,
        permit: &Permit<Read>,
        type_name: &str,
        id: &str,
        version: VersionId,
    ) -> Result<Option<Stored>, StoreError> {
        let Some(code) = self.cover(permit, type_name)? else { return Ok(None) };
        let raw = self.db.one(
            select_stored!("WHERE o.clinic = ?1 AND o.name = ?2 AND v.seq = ?3 AND r.type = ?4 AND r.logical_id = ?5"),
            &[
                self.clinic.into(),
                Val::Text(&version.origin.to_string()),
                Val::Int(signed(version.seq)),
                code.into(),
                id.into(),
            ],
            RawStored::read,
        )?;
        raw.map(RawStored::open).transpose()
    }

    /// Versions, newest first: those written at or after `since` (ms since 1970 UTC), from `cursor` on.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] when the cursor is not one of ours.
    pub fn history(
        &mut self,
        permit: &Permit<Read>,
        scope: HistoryScope<'_>,
        since: Option<i64>,
        cursor: Option<&str>,
        count: u32,
    ) -> Result<HistoryPage, StoreError> {
        let count = count as usize;
        let mut from = match cursor {
            Some(text) => parse_cursor(text).ok_or(StoreError::Unfit("not a cursor"))?,
            None => (i64::MAX, i64::MAX),
        };
        let since = since.map_or(0, |ms| ms.max(0) << 16);
        let code = match scope {
            HistoryScope::Instance(type_name, _) | HistoryScope::Type(type_name) => self.cover(permit, type_name)?,
            HistoryScope::System => Some(0),
        };
        self.touched = true;
        let mut rows = Vec::new();
        let Some(code) = code else { return Ok(HistoryPage { rows, next: None }) };
        // One more than asked for tells whether there is a next page. Types the permit does not cover are
        // passed over, so more than one round may be needed.
        loop {
            let page = self.history_rows(scope, code, since, from, count + 1)?;
            let more = page.len() > count;
            for raw in page {
                if rows.len() == count {
                    return Ok(HistoryPage { rows, next: Some(format!("{}-{}", from.0, from.1)) });
                }
                from = (raw.hlc, raw.place);
                if permit.covers(type_name(raw.type_code)?) {
                    rows.push(raw.open()?);
                }
            }
            if !more {
                return Ok(HistoryPage { rows, next: None });
            }
        }
    }

    fn history_rows(
        &mut self,
        scope: HistoryScope<'_>,
        code: u16,
        since: i64,
        from: (i64, i64),
        count: usize,
    ) -> Result<Vec<RawStored>, StoreError> {
        let clinic = self.clinic.into();
        let [since, hlc, place, count] = [since, from.0, from.1, signed(count as u64)].map(Val::Int);
        let rows = match scope {
            HistoryScope::Instance(_, id) => self.db.all(
                select_stored!(
                    "WHERE v.clinic = ?1 AND v.hlc >= ?2 AND (v.hlc, v.place) < (?3, ?4)
                     AND v.resource = (SELECT id FROM resource WHERE clinic = ?1 AND type = ?6 AND logical_id = ?7)
                     ORDER BY v.hlc DESC, v.place DESC LIMIT ?5"
                ),
                &[clinic, since, hlc, place, count, code.into(), id.into()],
                RawStored::read,
            ),
            HistoryScope::Type(_) => self.db.all(
                select_stored!(
                    "WHERE v.clinic = ?1 AND v.type = ?6 AND v.hlc >= ?2 AND v.hlc <= ?3
                     AND (v.hlc, v.place) < (?3, ?4) ORDER BY v.hlc DESC, v.place DESC LIMIT ?5"
                ),
                &[clinic, since, hlc, place, count, code.into()],
                RawStored::read,
            ),
            HistoryScope::System => self.db.all(
                select_stored!(
                    "WHERE v.clinic = ?1 AND v.hlc >= ?2 AND v.hlc <= ?3 AND (v.hlc, v.place) < (?3, ?4)
                     ORDER BY v.hlc DESC, v.place DESC LIMIT ?5"
                ),
                &[clinic, since, hlc, place, count],
                RawStored::read,
            ),
        };
        Ok(rows?)
    }

    /// Checks the permit and notes that records were touched. None: there is no such type, so no such record.
    pub(crate) fn cover<R: Right>(&mut self, permit: &Permit<R>, type_name: &str) -> Result<Option<u16>, StoreError> {
        self.touched = true;
        if !permit.covers(type_name) {
            return Err(StoreError::NotPermitted(type_name.to_owned()));
        }
        Ok(fhir::tables::type_code(type_name))
    }
}

fn parse_cursor(text: &str) -> Option<(i64, i64)> {
    let (hlc, place) = text.split_once('-')?;
    Some((hlc.parse().ok()?, place.parse().ok()?))
}
