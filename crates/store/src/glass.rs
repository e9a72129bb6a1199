//! Broken glass (緊急アクセス): who opened a closed chart, why, until when, and what the reviewer said of it.
//!
//! An opening is one row that never changes: one person, one patient, a fixed end. Ending it early and signing it off
//! are rows beside it, of which there can be one each.

use access::{Grant, OPENING_MS, OPENINGS_A_DAY, OPENINGS_AT_ONCE, Power};

use crate::append::Tx;
use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::snapshot::Snapshot;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const ENDED: i64 = 1;
const REVIEWED: i64 = 2;

/// A closed chart that somebody opened for themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// Names it.
    pub id: String,
    /// Who.
    pub account: String,
    /// Logical id of the patient.
    pub patient: String,
    /// What was broken: labels of the guards.
    pub label: String,
    /// Why, in the person's words.
    pub reason: String,
    /// ms since 1970 UTC.
    pub at: i64,
    /// It opens nothing at this or after; ms since 1970 UTC.
    pub until: i64,
    /// When it was ended before its time.
    pub ended: Option<i64>,
    /// What the reviewer said.
    pub review: Option<Review>,
}

/// Signed off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Account.
    pub by: String,
    /// ms since 1970 UTC.
    pub at: i64,
    /// `justified` or `questioned`.
    pub verdict: String,
    /// In the reviewer's words.
    pub note: String,
}

/// Reasons are about patients.
impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening").field("id", &self.id).field("account", &self.account).finish_non_exhaustive()
    }
}

impl Opening {
    /// Whether it opens the chart at `now_ms`. A clock that was set back revives none: none begins in the future.
    #[must_use]
    pub fn is_open(&self, now_ms: i64) -> bool {
        self.ended.is_none() && self.at <= now_ms && now_ms < self.until
    }
}

const COLUMNS: &str = "SELECT o.id, o.account, p.logical_id, o.label, o.reason, o.at, o.until, e.at, r.author, r.at,
     r.verdict, r.note FROM opening o
     JOIN resource p ON p.clinic = o.clinic AND p.id = o.patient
     LEFT JOIN opening_mark e ON e.clinic = o.clinic AND e.opening = o.id AND e.kind = 1
     LEFT JOIN opening_mark r ON r.clinic = o.clinic AND r.opening = o.id AND r.kind = 2";

fn opening(row: &Row<'_>) -> Result<Opening, DbError> {
    let review = match (row.opt_text(8)?, row.opt_int(9)?, row.opt_text(10)?, row.opt_text(11)?) {
        (Some(by), Some(at), Some(verdict), Some(note)) => Some(Review { by, at, verdict, note }),
        _ => None,
    };
    Ok(Opening {
        id: row.text(0)?,
        account: row.text(1)?,
        patient: row.text(2)?,
        label: row.text(3)?,
        reason: row.text(4)?,
        at: row.int(5)?,
        until: row.int(6)?,
        ended: row.opt_int(7)?,
        review,
    })
}

impl Snapshot<'_> {
    /// Keys of the patients whose charts an account has broken open now.
    pub(crate) fn open_to(&mut self, account: &str) -> Result<Vec<i64>, StoreError> {
        Ok(self.db.all(
            "SELECT o.patient FROM opening o WHERE o.clinic = ?1 AND o.account = ?2 AND o.until > ?3 AND o.at <= ?3
             AND NOT EXISTS (SELECT 1 FROM opening_mark e
                 WHERE e.clinic = ?1 AND e.opening = o.id AND e.kind = 1)",
            &[self.clinic.into(), account.into(), Val::Int(self.now_ms)],
            |row| row.int(0),
        )?)
    }

    /// An account's openings that are open now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn openings_of(&mut self, account: &str) -> Result<Vec<Opening>, StoreError> {
        self.touched = true;
        let now_ms = self.now_ms;
        let sql = format!("{COLUMNS} WHERE o.clinic = ?1 AND o.account = ?2 AND o.until > ?3 ORDER BY o.at");
        let mut found = self.db.all(&sql, &[self.clinic.into(), account.into(), Val::Int(now_ms)], opening)?;
        found.retain(|opening| opening.is_open(now_ms));
        Ok(found)
    }

    /// All openings, newest first: those before `before` (ms), or only those nobody has signed off.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] for a grant of another power than to review.
    pub fn openings(
        &mut self,
        grant: &Grant,
        before: Option<i64>,
        only_waiting: bool,
        count: u32,
    ) -> Result<Vec<Opening>, StoreError> {
        review_only(grant)?;
        self.touched = true;
        let waiting = if only_waiting { "AND r.at IS NULL" } else { "" };
        let sql = format!("{COLUMNS} WHERE o.clinic = ?1 AND o.at < ?2 {waiting} ORDER BY o.at DESC, o.id LIMIT ?3");
        let before = Val::Int(before.unwrap_or(i64::MAX));
        Ok(self.db.all(&sql, &[self.clinic.into(), before, Val::Int(i64::from(count))], opening)?)
    }

    /// How many openings nobody has signed off. Tells of no chart, so that whoever waits for news may ask often
    /// without filling the log.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] for a grant of another power than to review.
    pub fn openings_waiting(&mut self, grant: &Grant) -> Result<u64, StoreError> {
        review_only(grant)?;
        let found = self.db.one(
            "SELECT count(*) FROM opening o WHERE o.clinic = ?1 AND NOT EXISTS (SELECT 1 FROM opening_mark r
                 WHERE r.clinic = ?1 AND r.opening = o.id AND r.kind = 2)",
            &[self.clinic.into()],
            |row| row.int(0),
        )?;
        Ok(found.unwrap_or(0).unsigned_abs())
    }

    /// One opening.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn opening(&mut self, id: &str) -> Result<Option<Opening>, StoreError> {
        self.touched = true;
        let sql = format!("{COLUMNS} WHERE o.clinic = ?1 AND o.id = ?2");
        Ok(self.db.one(&sql, &[self.clinic.into(), id.into()], opening)?)
    }
}

fn review_only(grant: &Grant) -> Result<(), StoreError> {
    match grant.power() {
        Power::Review => Ok(()),
        _ => Err(StoreError::NotPermitted("openings".to_owned())),
    }
}

/// Why a glass was not broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbroken {
    /// This account has as many open, or has opened as many within a day, as one may: no emergency but a search.
    TooMany,
}

impl Tx<'_> {
    /// Opens a closed chart to the grant's actor, from now for [`OPENING_MS`].
    ///
    /// # Errors
    /// [`StoreError::Hidden`] when there is no such patient.
    pub fn break_glass(
        &mut self,
        grant: &Grant,
        id: &str,
        patient: &str,
        (label, reason): (&str, &str),
    ) -> Result<Result<Opening, Unbroken>, StoreError> {
        if grant.power() != Power::BreakGlass {
            return Err(StoreError::NotPermitted("openings".to_owned()));
        }
        let Some(key) = self.patient_key(patient)? else { return Err(StoreError::Hidden) };
        let (account, now_ms) = (grant.actor().id.clone(), self.now_ms);
        let open = self.openings_of(&account)?;
        // Asking twice is a double click, and no second emergency.
        if let Some(open) = open.iter().find(|opening| opening.patient == patient) {
            return Ok(Ok(open.clone()));
        }
        let clinic = self.clinic.into();
        let today = self.db.one(
            "SELECT count(*) FROM opening WHERE clinic = ?1 AND account = ?2 AND until > ?3",
            &[clinic, account.as_str().into(), Val::Int(now_ms - DAY_MS + OPENING_MS)],
            |row| row.int(0),
        )?;
        if open.len() >= OPENINGS_AT_ONCE || today.unwrap_or(0).unsigned_abs() >= OPENINGS_A_DAY as u64 {
            return Ok(Err(Unbroken::TooMany));
        }
        self.cut = None;
        self.change(
            "INSERT INTO opening (clinic, id, account, patient, at, until, label, reason)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            &[
                id.into(),
                account.as_str().into(),
                Val::Int(key),
                Val::Int(now_ms),
                Val::Int(now_ms + OPENING_MS),
                label.into(),
                reason.into(),
            ],
        )?;
        Ok(Ok(Opening {
            id: id.to_owned(),
            account,
            patient: patient.to_owned(),
            label: label.to_owned(),
            reason: reason.to_owned(),
            at: now_ms,
            until: now_ms + OPENING_MS,
            ended: None,
            review: None,
        }))
    }

    /// Ends an opening before its time. Whether it was open.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn end_opening(&mut self, id: &str, by: &str) -> Result<bool, StoreError> {
        self.cut = None;
        let at = self.now_ms;
        let is_open = self.opening(id)?.is_some_and(|opening| opening.is_open(at));
        if is_open {
            self.mark(id, ENDED, by, ("", ""))?;
        }
        Ok(is_open)
    }

    /// Signs an opening off. Whether nobody had.
    ///
    /// # Errors
    /// [`StoreError::NotPermitted`] for a grant of another power than to review.
    pub fn review_opening(&mut self, grant: &Grant, id: &str, said: (&str, &str)) -> Result<bool, StoreError> {
        review_only(grant)?;
        let by = grant.actor().id.clone();
        self.mark(id, REVIEWED, &by, said)
    }

    fn mark(&mut self, id: &str, kind: i64, by: &str, (verdict, note): (&str, &str)) -> Result<bool, StoreError> {
        let at = self.now_ms;
        let changed = self.change(
            "INSERT INTO opening_mark (clinic, opening, kind, at, author, verdict, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            &[id.into(), Val::Int(kind), Val::Int(at), by.into(), verdict.into(), note.into()],
        )?;
        Ok(changed > 0)
    }
}
