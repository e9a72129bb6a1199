//! Reading: everything a job sees is of one moment.

use std::sync::Arc;

use access::{Cut, Permit, Read, Right};
use audit::Event;
use clinic::{ClinicId, VersionId};
use sync::Kind;

use crate::db::{Db, Dialect, Val};
use crate::error::StoreError;
use crate::guard::Lying;
use crate::resource;
use crate::search::Bind;
use crate::stored::{RawStored, Stored, select_stored, signed, type_name};

/// The database at one moment.
pub struct Snapshot<'a> {
    pub(crate) db: &'a mut dyn Db,
    pub(crate) clinic: ClinicId,
    pub(crate) events: Vec<Event>,
    pub(crate) touched: bool,
    /// ms since 1970 UTC, when the job began.
    pub(crate) now_ms: i64,
    /// What is cut for the actor of that id, once it was asked for.
    pub(crate) cut: Option<(String, Arc<Cut>)>,
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
    pub(crate) fn new(db: &'a mut dyn Db, clinic: ClinicId, now_ms: i64) -> Self {
        Self { db, clinic, events: Vec::new(), touched: false, now_ms, cut: None }
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
        let found = self.db.one(
            select_stored!("WHERE r.clinic = ?1 AND r.type = ?2 AND r.logical_id = ?3 AND v.place = r.head"),
            &[self.clinic.into(), code.into(), id.into()],
            RawStored::read_lying,
        )?;
        self.open_seen(permit, found)
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
        let Some(current) = resource::find(self.db, self.clinic, code, id)? else { return Ok(None) };
        let cut = self.cut(permit)?;
        if !self.sees(&cut, current.lying(code))? {
            return Ok(None);
        }
        let head = current.head;
        let corrupt = |version| StoreError::Corrupt(format!("version {version} is of an unknown kind"));
        head.map(|head| Ok((head.version, head.kind.ok_or_else(|| corrupt(head.version))?))).transpose()
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
        let found = self.db.one(
            select_stored!("WHERE o.clinic = ?1 AND o.name = ?2 AND v.seq = ?3 AND r.type = ?4 AND r.logical_id = ?5"),
            &[
                self.clinic.into(),
                Val::Text(&version.origin.to_string()),
                Val::Int(signed(version.seq)),
                code.into(),
                id.into(),
            ],
            RawStored::read_lying,
        )?;
        let cut = self.cut(permit)?;
        self.open_seen(permit, found.filter(|(_, lying)| !cut.closes(lying.home)))
    }

    /// The version, unless its chart is closed to the permit's actor.
    fn open_seen(
        &mut self,
        permit: &Permit<Read>,
        found: Option<(RawStored, Lying)>,
    ) -> Result<Option<Stored>, StoreError> {
        let Some((raw, lying)) = found else { return Ok(None) };
        let cut = self.cut(permit)?;
        if self.sees(&cut, lying)? { raw.open().map(Some) } else { Ok(None) }
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
        let cut = self.cut(permit)?;
        let mut rows = Vec::new();
        let Some(code) = code else { return Ok(HistoryPage { rows, next: None }) };
        // One more than asked for tells whether there is a next page. What the actor may not see is passed over, here or
        // in SQL, so more than one round may be needed; nor does it show in where a page ends or whether one follows.
        let mut last = from;
        loop {
            let page = self.history_rows(scope, code, since, from, count + 1, &cut)?;
            let more = page.len() > count;
            for (raw, lying) in page {
                from = (raw.hlc, raw.place);
                if !permit.covers(type_name(raw.type_code)?) || !self.sees(&cut, lying)? {
                    continue;
                }
                if rows.len() == count {
                    return Ok(HistoryPage { rows, next: Some(format!("{}-{}", last.0, last.1)) });
                }
                last = from;
                rows.push(raw.open()?);
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
        cut: &Arc<Cut>,
    ) -> Result<Vec<(RawStored, Lying)>, StoreError> {
        let mut bind = Bind::new(self.clinic, self.db.dialect(), cut);
        let [since, hlc, place] = [since, from.0, from.1].map(|value| bind.int(value));
        let whose = match scope {
            HistoryScope::Instance(_, id) => format!(
                "v.resource = (SELECT id FROM resource WHERE clinic = ?1 AND type = {} AND logical_id = {})",
                bind.int(code.into()),
                bind.text(id)
            ),
            HistoryScope::Type(_) => format!("v.type = {} AND v.hlc <= {hlc}", bind.int(code.into())),
            HistoryScope::System => format!("v.hlc <= {hlc}"),
        };
        let closed = bind.closed_marks();
        let seen = closed.map_or_else(String::new, |closed| {
            format!(" AND r.patient NOT IN ({closed}) AND r.home NOT IN ({closed})")
        });
        let text = format!(
            "{} WHERE v.clinic = ?1 AND v.hlc >= {since} AND (v.hlc, v.place) < ({hlc}, {place}) AND {whose}{seen}
             ORDER BY v.hlc DESC, v.place DESC LIMIT {}",
            select_stored!(""),
            bind.int(signed(count as u64))
        );
        Ok(self.db.all(&text, &bind.values(), RawStored::read_lying)?)
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
