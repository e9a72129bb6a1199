//! What closes charts: seals and refusals, and the cut that they make in everything an actor is answered.
//!
//! [`access::Cut`] decides; here is only what it decides on, read from the same snapshot as the answer. Every
//! statement that shows, counts, joins or orders records takes its condition from [`Snapshot::cut`]; where no guard
//! stands, which one look at an empty table tells, there is no condition.

use std::sync::Arc;

use access::{Against, Cut, Grant, Guard, Permit, Power, Right, VISIT_MS, Ways};
use fhir::json::Json;

use crate::append::Tx;
use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::payload;
use crate::resource::{self, patient_code};
use crate::snapshot::Snapshot;
use crate::stored::signed;

/// Guards a clinic may have at once: each is a value in every statement of whoever it holds for.
pub const GUARDS_MAX: usize = 4096;
/// The system of identifiers that name an account, e.g. in `Encounter.participant.individual`.
pub const ACCOUNT_SYSTEM: &str = "urn:komainu:account";
/// The one seal that a patient has.
const SEAL: &str = "seal";

/// What stands on a patient, with what people want to know of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Standing {
    /// The clinic's word for a seal (`staff`, `vip`, `family`, `other`), or `refusal`.
    pub label: String,
    /// For whom, and from when until when.
    pub guard: Guard,
    /// Id of the Consent it was read from; empty: the clinic's own seal.
    pub source: String,
    /// Account.
    pub author: String,
    /// ms since 1970 UTC.
    pub at: i64,
    /// Why.
    pub reason: String,
}

/// Reasons are about patients.
impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Standing").field("label", &self.label).field("author", &self.author).finish_non_exhaustive()
    }
}

/// A seal to be set.
#[derive(Clone, Debug)]
pub struct ChartSeal {
    /// `staff`, `vip`, `family`, `other`.
    pub label: String,
    /// Accounts it does not hold for.
    pub spared: Vec<String>,
    /// Whether others may find the name.
    pub is_known: bool,
    /// Why.
    pub reason: String,
}

/// What a patient refuses, as read from a Consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// To whom.
    pub against: Against,
    /// Accounts it does not hold for.
    pub spared: Vec<String>,
    /// ms since 1970 UTC.
    pub from: Option<i64>,
    /// Not at this or after.
    pub until: Option<i64>,
}

/// Whose chart a resource lies in, and whether the permit's actor may know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Logical id of the patient, for the audit line and nowhere else.
    pub patient: Option<String>,
    /// The chart is closed to the actor.
    pub is_closed: bool,
}

/// Where a resource lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lying {
    pub(crate) id: i64,
    pub(crate) type_code: i64,
    /// 0: in nobody's chart.
    pub(crate) patient: i64,
    /// Where it was made.
    pub(crate) home: i64,
}

fn standing(row: &Row<'_>) -> Result<Standing, DbError> {
    let words = row.text(3)?;
    Ok(Standing {
        guard: Guard {
            patient: row.int(0)?,
            against: Against::parse(&row.text(2)?),
            spared: words.split_terminator(' ').map(str::to_owned).collect(),
            is_known: row.int(4)? != 0,
            from: row.opt_int(5)?,
            until: row.opt_int(6)?,
        },
        label: row.text(1)?,
        source: row.text(7)?,
        author: row.text(8)?,
        at: row.int(9)?,
        reason: row.text(10)?,
    })
}

impl Snapshot<'_> {
    /// What is to be cut out of everything the permit's actor is answered from this snapshot.
    pub(crate) fn cut<R: Right>(&mut self, permit: &Permit<R>) -> Result<Arc<Cut>, StoreError> {
        let actor = permit.actor();
        if actor.kind == access::ActorKind::System {
            return Ok(Arc::default());
        }
        if let Some((id, cut)) = &self.cut
            && *id == actor.id
        {
            return Ok(Arc::clone(cut));
        }
        let guards = self.guards(None)?;
        let cut = if guards.is_empty() {
            Arc::default()
        } else {
            let guards: Vec<Guard> = guards.into_iter().map(|standing| standing.guard).collect();
            let ways = self.ways(&actor.id, &guards)?;
            Arc::new(Cut::decide(actor, &guards, &ways, self.now_ms))
        };
        self.cut = Some((actor.id.clone(), Arc::clone(&cut)));
        Ok(cut)
    }

    /// All guards, or those of one patient.
    fn guards(&mut self, patient: Option<i64>) -> Result<Vec<Standing>, StoreError> {
        const COLUMNS: &str =
            "SELECT patient, label, against, spared, known, starts, ends, source, author, at, reason FROM guard";
        // Texts of statements are kept by the connection, so these two are the same each time.
        static ALL: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| format!("{COLUMNS} WHERE clinic = ?1"));
        static ONE: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| format!("{COLUMNS} WHERE clinic = ?1 AND patient = ?2"));
        let clinic = self.clinic.into();
        Ok(match patient {
            None => self.db.all(&ALL, &[clinic], standing)?,
            Some(patient) => self.db.all(&ONE, &[clinic, Val::Int(patient)], standing)?,
        })
    }

    /// What opens charts to an account.
    pub(crate) fn ways(&mut self, account: &str, guards: &[Guard]) -> Result<Ways, StoreError> {
        let openings = self.open_to(account)?;
        let mut visits = Vec::new();
        let current = self.db.all(
            "SELECT DISTINCT r.id, r.patient FROM guard g CROSS JOIN resource r WHERE g.clinic = ?1 AND r.clinic = ?1
             AND r.patient = g.patient AND r.type = ?2 AND r.state = 1 AND r.updated >= ?3",
            &[self.clinic.into(), encounter_code().into(), Val::Int((self.now_ms - VISIT_MS).max(0) << 16)],
            |row| Ok((row.int(0)?, row.int(1)?)),
        )?;
        for (encounter, patient) in current {
            let is_asked = guards.iter().any(|guard| guard.patient == patient);
            if is_asked && !visits.contains(&patient) && self.takes_part(encounter, account)? {
                visits.push(patient);
            }
        }
        Ok(Ways { visits, openings })
    }

    /// Whether an account takes part in a visit that is going on, and was named there by somebody else: who could
    /// name themselves would need no other way in.
    fn takes_part(&mut self, encounter: i64, account: &str) -> Result<bool, StoreError> {
        let versions = self.db.all(
            "SELECT author, payload FROM version WHERE clinic = ?1 AND resource = ?2 ORDER BY number",
            &[self.clinic.into(), Val::Int(encounter)],
            |row| Ok((row.text(0)?, row.bytes(1)?)),
        )?;
        let (mut named_by, mut is_current) = (None, false);
        for (author, stored) in versions {
            let text = payload::unpack(&stored)?;
            let json = Json::parse(&text).map_err(|_| StoreError::Corrupt("an Encounter".to_owned()))?;
            named_by = if names(&json, account) { named_by.or(Some(author)) } else { None };
            is_current = is_going_on(&json, self.now_ms);
        }
        Ok(is_current && named_by.is_some_and(|author| author != account))
    }

    /// Whether a resource may be known of as it is now. What it was before it came out of a closed chart is another
    /// matter: [`Snapshot::version`] and [`Snapshot::history`] look at where it was made as well.
    pub(crate) fn sees(&mut self, cut: &Arc<Cut>, lying: Lying) -> Result<bool, StoreError> {
        if cut.closed().is_empty() {
            return Ok(true);
        }
        if cut.closes(lying.patient) {
            return Ok(false);
        }
        if lying.patient != 0 {
            return Ok(true);
        }
        let type_code = u16::try_from(lying.type_code).unwrap_or_default();
        let mut bind = crate::search::Bind::new(self.clinic, self.db.dialect(), cut);
        let key = bind.int(lying.id);
        let Some(seen) = bind.seen("r", type_code) else { return Ok(true) };
        let text = format!("SELECT count(*) FROM resource r WHERE r.clinic = ?1 AND r.id = {key} AND {seen}");
        Ok(self.db.one(&text, &bind.values(), |row| row.int(0))?.unwrap_or(0) > 0)
    }

    /// Whose chart a resource lies in, for the audit line of whoever asks for it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn about<R: Right>(&mut self, permit: &Permit<R>, type_name: &str, id: &str) -> Result<About, StoreError> {
        let Some(code) = self.cover(permit, type_name)? else { return Ok(About::default()) };
        let found = self.db.one(
            "SELECT r.id, r.patient, r.home, p.logical_id FROM resource r
             LEFT JOIN resource p ON p.clinic = r.clinic AND p.id = r.patient
             WHERE r.clinic = ?1 AND r.type = ?2 AND r.logical_id = ?3",
            &[self.clinic.into(), code.into(), id.into()],
            |row| {
                let lying = Lying { id: row.int(0)?, type_code: code.into(), patient: row.int(1)?, home: row.int(2)? };
                Ok((lying, row.opt_text(3)?))
            },
        )?;
        let Some((lying, patient)) = found else { return Ok(About::default()) };
        let cut = self.cut(permit)?;
        Ok(About { patient, is_closed: !self.sees(&cut, lying)? })
    }

    /// What stands on a patient: the seal first. None when there is no such patient.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn standings(&mut self, patient: &str) -> Result<Option<Vec<Standing>>, StoreError> {
        self.touched = true;
        let Some(key) = self.patient_key(patient)? else { return Ok(None) };
        let mut found = self.guards(Some(key))?;
        found.sort_by_key(|standing| !standing.source.is_empty());
        Ok(Some(found))
    }

    /// How a patient's chart stands to the permit's actor: open, closed and known, closed and unknown.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn stands<R: Right>(&mut self, permit: &Permit<R>, patient: &str) -> Result<Option<Stands>, StoreError> {
        self.touched = true;
        let Some(key) = self.patient_key(patient)? else { return Ok(None) };
        let cut = self.cut(permit)?;
        Ok(Some(if !cut.closes(key) {
            Stands::Open
        } else if cut.is_known(key) {
            Stands::Closed
        } else {
            Stands::Unknown
        }))
    }

    /// Whether a patient's chart is closed to the permit's actor; quick where nothing is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn is_closed<R: Right>(&mut self, permit: &Permit<R>, patient: &str) -> Result<bool, StoreError> {
        let cut = self.cut(permit)?;
        if cut.closed().is_empty() {
            return Ok(false);
        }
        Ok(self.patient_key(patient)?.is_some_and(|key| cut.closes(key)))
    }

    /// What has opened a patient's chart to an account in spite of its guards.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn ways_to(&mut self, actor: &access::Actor, standings: &[Standing]) -> Result<Vec<access::Way>, StoreError> {
        let guards: Vec<Guard> = standings.iter().map(|standing| standing.guard.clone()).collect();
        let ways = self.ways(&actor.id, &guards)?;
        Ok(guards.iter().filter_map(|guard| guard.way(actor, &ways, self.now_ms)).collect())
    }

    /// The key of a patient who was registered.
    pub(crate) fn patient_key(&mut self, id: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.db.one(
            "SELECT id FROM resource WHERE clinic = ?1 AND type = ?2 AND logical_id = ?3 AND state > 0",
            &[self.clinic.into(), patient_code().into(), id.into()],
            |row| row.int(0),
        )?)
    }
}

/// How a chart stands to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It can be opened as any other.
    Open,
    /// It is closed, and they may know that.
    Closed,
    /// It is closed, and they may not know that there is one.
    Unknown,
}

impl Tx<'_> {
    /// Sets a patient's seal, in place of the one that was there.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] for no such patient, or when there are [`GUARDS_MAX`] guards.
    pub fn put_seal(&mut self, grant: &Grant, patient: &str, seal: &ChartSeal) -> Result<(), StoreError> {
        if !matches!(grant.power(), Power::Seal | Power::Unseal) {
            return Err(StoreError::NotPermitted("seals".to_owned()));
        }
        let Some(key) = self.patient_key(patient)? else { return Err(StoreError::Hidden) };
        let refusal = Refusal { against: Against::Everyone, spared: seal.spared.clone(), from: None, until: None };
        let author = grant.actor().id.clone();
        let row = (SEAL, seal.label.as_str(), "", seal.is_known, seal.reason.as_str());
        self.put_guard(key, row, &refusal, &author)
    }

    /// Takes a patient's seal away. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn lift_seal(&mut self, grant: &Grant, patient: &str) -> Result<bool, StoreError> {
        if grant.power() != Power::Unseal {
            return Err(StoreError::NotPermitted("seals".to_owned()));
        }
        let Some(key) = self.patient_key(patient)? else { return Ok(false) };
        self.cut = None;
        let sql = "DELETE FROM guard WHERE clinic = ?1 AND patient = ?2 AND id = ?3";
        Ok(self.change(sql, &[Val::Int(key), SEAL.into()])? > 0)
    }

    /// Keeps what a Consent refuses, in place of what it refused before. None refused: nothing is left of it.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] when there are [`GUARDS_MAX`] guards.
    pub fn put_refusals(
        &mut self,
        author: &str,
        consent: &str,
        patient: Option<&str>,
        refusals: &[Refusal],
    ) -> Result<(), StoreError> {
        self.cut = None;
        self.change("DELETE FROM guard WHERE clinic = ?1 AND source = ?2", &[consent.into()])?;
        let Some(patient) = patient else { return Ok(()) };
        if refusals.is_empty() {
            return Ok(());
        }
        let clinic = self.clinic;
        let key = resource::ensure(self.snapshot.db, self.counters, clinic, patient_code(), patient)?;
        for (number, refusal) in refusals.iter().enumerate() {
            let id = format!("{consent}.{number}");
            self.put_guard(key, (&id, "refusal", consent, true, ""), refusal, author)?;
        }
        Ok(())
    }

    fn put_guard(
        &mut self,
        patient: i64,
        (id, label, source, is_known, reason): (&str, &str, &str, bool, &str),
        refusal: &Refusal,
        author: &str,
    ) -> Result<(), StoreError> {
        let sql = "SELECT count(*) FROM guard WHERE clinic = ?1";
        let clinic = self.clinic.into();
        let count = self.db.one(sql, &[clinic], |row| row.int(0))?.unwrap_or(0);
        if count >= signed(GUARDS_MAX as u64) {
            return Err(StoreError::Unfit("there are as many seals and refusals as a clinic can have"));
        }
        self.cut = None;
        let at = self.now_ms;
        self.change(
            "INSERT INTO guard (clinic, patient, id, label, against, spared, known, starts, ends, source, author, at,
             reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (clinic, patient, id) DO UPDATE SET label = excluded.label, against = excluded.against,
             spared = excluded.spared, known = excluded.known, starts = excluded.starts, ends = excluded.ends,
             author = excluded.author, at = excluded.at, reason = excluded.reason",
            &[
                Val::Int(patient),
                id.into(),
                label.into(),
                refusal.against.to_text().as_str().into(),
                refusal.spared.join(" ").as_str().into(),
                Val::Int(i64::from(is_known)),
                refusal.from.map_or(Val::Null, Val::Int),
                refusal.until.map_or(Val::Null, Val::Int),
                source.into(),
                author.into(),
                Val::Int(at),
                reason.into(),
            ],
        )?;
        Ok(())
    }
}

fn encounter_code() -> u16 {
    fhir::tables::type_code("Encounter").unwrap_or_default()
}

/// Whether an Encounter names an account: as `Practitioner/<account>`, or by the identifier of an account.
fn names(encounter: &Json, account: &str) -> bool {
    let participants = encounter.get("participant").map_or(&[][..], Json::items);
    participants.iter().filter_map(|one| one.get("individual")).any(|individual| {
        let text = |json: &Json, name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
        let by_reference =
            text(individual, "reference").is_some_and(|r| r.strip_prefix("Practitioner/") == Some(account));
        let identifier = individual.get("identifier");
        let by_identifier = identifier.is_some_and(|identifier| {
            text(identifier, "system").as_deref() == Some(ACCOUNT_SYSTEM)
                && text(identifier, "value").as_deref() == Some(account)
        });
        by_reference || by_identifier
    })
}

/// Whether a visit is going on: the patient has come, and neither left nor begun more than a day ago.
fn is_going_on(encounter: &Json, now_ms: i64) -> bool {
    let status = encounter.get("status").and_then(Json::as_str).unwrap_or_default();
    let period = encounter.get("period");
    let time = |name: &str| period.and_then(|period| period.get(name)).and_then(Json::as_str).map(str::to_owned);
    let begun =
        time("start").and_then(|start| start.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_millisecond);
    matches!(status, "arrived" | "triaged" | "in-progress" | "onleave")
        && time("end").is_none()
        && begun.is_none_or(|begun| now_ms - begun < VISIT_MS && begun <= now_ms + VISIT_MS)
}
