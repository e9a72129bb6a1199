//! Closed charts: sealing and unsealing, breaking the glass, signing that off, and who opened what.

use access::{Action, ActorKind, Grant, Power, Read, Way, decide, grant};
use audit::{Event, Outcome};
use store::{ChartSeal, Opening, Standing, Stands, Stored, Unbroken};

use crate::record::condition;
use crate::url::Pairs;
use crate::{Ctx, Error, ErrorKind, Record, id};

/// Labels a seal can have.
pub const LABELS: [&str; 4] = ["staff", "vip", "family", "other"];
/// What a reviewer can say of an opening.
pub const VERDICTS: [&str; 2] = ["justified", "questioned"];
/// By what somebody whose chart is closed may be looked for: what is told of them, and nothing else.
const SOUGHT_BY: [&str; 7] = ["name", "family", "given", "phonetic", "birthdate", "identifier", "_id"];
/// Closed charts shown at once.
const CLOSED_MAX: u32 = 30;
/// Characters of a reason. One word tells a reviewer nothing.
const REASON: std::ops::RangeInclusive<usize> = 4..=500;
/// Audit lines looked through at a time for one person's.
const LOOKED_THROUGH: u32 = 5_000;

/// How a chart stands to whoever asks.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What stands on it, the seal first.
    pub standings: Vec<Standing>,
    /// Whether it is closed to them.
    pub is_closed: bool,
    /// What opened it, when something stands on it that is meant for them.
    pub way: Option<Way>,
    /// Their own opening of it.
    pub opening: Option<Opening>,
}

/// Lines of the audit log, newest first.
#[derive(Debug, Clone)]
pub struct Lines {
    /// With their numbers.
    pub lines: Vec<(u64, Event)>,
    /// Older ones are asked for with this; None: there are none.
    pub next: Option<u64>,
}

impl Record {
    /// Asks for a power. A refusal is written in the audit log before it is answered.
    pub(crate) async fn grant(&self, ctx: &Ctx, power: Power, patient: Option<&str>) -> Result<Grant, Error> {
        match grant(&ctx.actor, power) {
            Ok(grant) => Ok(grant),
            Err(denied) => {
                let detail = Some(denied.to_string());
                let event = Event { outcome: Outcome::Refused, detail, ..power_event(ctx, power, patient) };
                self.audit(event).await?;
                Err(denied.into())
            }
        }
    }

    /// Patients whose charts are closed to the actor, who may know of them: to find the person and open the chart.
    ///
    /// # Errors
    /// `Forbidden` without the power to break the glass; `BadRequest` for a parameter that is not told of them.
    pub async fn closed_patients(&self, ctx: &Ctx, pairs: &Pairs) -> Result<Vec<Stored>, Error> {
        if let Some((name, _)) = pairs.iter().find(|(name, _)| {
            let name = name.split(':').next().unwrap_or_default();
            !SOUGHT_BY.contains(&name)
        }) {
            return Err(Error::new(ErrorKind::BadRequest, format!("{name}: closed charts are not searched by it")));
        }
        let mut query = condition("Patient", pairs, ctx.now_ms)?;
        query.count = CLOSED_MAX;
        let grant = self.grant(ctx, Power::BreakGlass, None).await?;
        let permit = self.permit::<Read>(ctx, Action::Search, &["Patient"]).await?;
        let mut event = ctx.event_on(Action::Search, "Patient", pairs);
        event.detail = Some("closed-charts".to_owned());
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(event.clone());
            Ok(snapshot.search_closed(&permit, &grant, &query)?.rows)
        });
        found.await
    }

    /// How a patient's chart stands to the actor.
    ///
    /// # Errors
    /// `NotFound` for no such patient, and for one the actor may not know of.
    pub async fn chart(&self, ctx: &Ctx, patient: &str) -> Result<Chart, Error> {
        let permit = self.permit::<Read>(ctx, Action::Read, &["Patient"]).await?;
        let mut event = ctx.event_about(Action::Read, "Patient", patient);
        event.detail = Some("chart-standing".to_owned());
        let (patient, actor) = (patient.to_owned(), ctx.actor.clone());
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(event.clone());
            let stands = snapshot.stands(&permit, &patient)?.filter(|stands| *stands != Stands::Unknown);
            let stands = stands.ok_or_else(|| Error::not_found("Patient", &patient))?;
            let standings = snapshot.standings(&patient)?.unwrap_or_default();
            let ways = snapshot.ways_to(&actor, &standings)?;
            let way = ways.into_iter().find(|way| *way != Way::Free);
            let opening = snapshot.openings_of(&actor.id)?.into_iter().find(|opening| opening.patient == patient);
            Ok(Chart { standings, is_closed: stands != Stands::Open, way, opening })
        });
        found.await
    }

    /// Closes a patient's chart, or changes the seal that is there.
    ///
    /// # Errors
    /// `Forbidden` without the power (to change one: the power to unseal), `NotFound` for no such patient.
    pub async fn seal(&self, ctx: &Ctx, patient: &str, seal: ChartSeal) -> Result<(), Error> {
        let reason = reason(&seal.reason)?;
        if !LABELS.contains(&seal.label.as_str()) {
            return Err(Error::new(ErrorKind::Invalid, "a seal is one of staff, vip, family, other"));
        }
        let first = self.grant(ctx, Power::Seal, Some(patient)).await?;
        let again = grant(&ctx.actor, Power::Unseal).ok();
        let permit = self.permit::<Read>(ctx, Action::Read, &["Patient"]).await?;
        let mut event = power_event(ctx, Power::Seal, Some(patient));
        event.detail = Some(format!("{}: {reason}", seal.label));
        let patient = patient.to_owned();
        self.store
            .write(move |tx| {
                tx.audit(event);
                let is_sealed = tx.standings(&patient)?.is_some_and(|all| all.iter().any(|one| one.source.is_empty()));
                let grant = match (is_sealed, &again) {
                    (false, _) if tx.stands(&permit, &patient)? != Some(Stands::Open) => {
                        return Err(Error::not_found("Patient", &patient));
                    }
                    (false, _) => &first,
                    (true, Some(again)) => again,
                    (true, None) => return Err(Error::new(ErrorKind::Forbidden, "it is sealed already")),
                };
                for id in &seal.spared {
                    if tx.account(id)?.is_none() {
                        return Err(Error::new(ErrorKind::Invalid, "one of those it does not hold for is no account"));
                    }
                }
                Ok(tx.put_seal(grant, &patient, &seal)?)
            })
            .await
    }

    /// Takes a seal away.
    ///
    /// # Errors
    /// `Forbidden` without the power, `NotFound` when there is none.
    pub async fn unseal(&self, ctx: &Ctx, patient: &str, why: &str) -> Result<(), Error> {
        let why = reason(why)?.to_owned();
        let grant = self.grant(ctx, Power::Unseal, Some(patient)).await?;
        let mut event = power_event(ctx, Power::Unseal, Some(patient));
        event.detail = Some(why);
        let patient = patient.to_owned();
        self.store
            .write(move |tx| {
                tx.audit(event);
                if tx.lift_seal(&grant, &patient)? { Ok(()) } else { Err(Error::not_found("Patient", &patient)) }
            })
            .await
    }

    /// 緊急アクセス: opens a closed chart to the actor for a fixed time. It is the account's, not a
    /// session's: a new session id would throw out the tabs that are open, in the middle of an emergency.
    ///
    /// # Errors
    /// `Forbidden` without the power, `NotFound` for no such patient, `Conflict` when the chart is not closed,
    /// `TooMany` when it is no emergency but a search.
    pub async fn break_glass(&self, ctx: &Ctx, patient: &str, why: &str) -> Result<Opening, Error> {
        let why = reason(why)?.to_owned();
        let grant = self.grant(ctx, Power::BreakGlass, Some(patient)).await?;
        let permit = self.permit::<Read>(ctx, Action::Read, &["Patient"]).await?;
        let event = Event {
            purpose: Some("BTG".to_owned()),
            detail: Some(why.clone()),
            ..power_event(ctx, Power::BreakGlass, Some(patient))
        };
        let (patient, name) = (patient.to_owned(), id::new_id(ctx.now_ms));
        self.store
            .write(move |tx| {
                let stands = tx.stands(&permit, &patient)?.filter(|stands| *stands != Stands::Unknown);
                let has_one = tx.openings_of(&permit.actor().id)?.iter().any(|opening| opening.patient == patient);
                if stands == Some(Stands::Open) && !has_one {
                    tx.audit(event);
                    return Err(Error::new(ErrorKind::Conflict, "the chart is not closed to you").todo("Open it"));
                }
                if stands.is_none() {
                    tx.audit(Event { outcome: Outcome::Refused, ..event });
                    return Err(Error::not_found("Patient", &patient));
                }
                let standings = tx.standings(&patient)?.unwrap_or_default();
                let labels: Vec<&str> = standings.iter().map(|standing| standing.label.as_str()).collect();
                match tx.break_glass(&grant, &name, &patient, (&labels.join(" "), &why))? {
                    Ok(opening) => {
                        tx.audit(event);
                        Ok(opening)
                    }
                    Err(Unbroken::TooMany) => {
                        tx.audit(Event { outcome: Outcome::Refused, detail: Some("too-many".to_owned()), ..event });
                        Err(Error::new(ErrorKind::TooMany, "too many closed charts opened by one person")
                            .todo("End those that are open, or ask the director"))
                    }
                }
            })
            .await
    }

    /// The actor's own openings that are open now.
    ///
    /// # Errors
    /// From the store.
    pub async fn own_openings(&self, ctx: &Ctx) -> Result<Vec<Opening>, Error> {
        if ctx.actor.kind != ActorKind::Person {
            return Ok(Vec::new());
        }
        let (actor, mut event) = (ctx.actor.id.clone(), ctx.event(Action::Read));
        event.detail = Some("own-openings".to_owned());
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(event.clone());
            Ok(snapshot.openings_of(&actor)?)
        });
        found.await
    }

    /// Ends one of the actor's own openings.
    ///
    /// # Errors
    /// `NotFound` unless it is theirs and open.
    pub async fn end_opening(&self, ctx: &Ctx, name: &str) -> Result<(), Error> {
        let (actor, name) = (ctx.actor.id.clone(), name.to_owned());
        let mut event = ctx.event(Action::Update);
        event.action = "end-opening".to_owned();
        self.store
            .write(move |tx| {
                let own = tx.opening(&name)?.filter(|opening| opening.account == actor);
                event.patient = own.as_ref().map(|opening| opening.patient.clone());
                tx.audit(event);
                let is_ended = own.is_some() && tx.end_opening(&name, &actor)?;
                if is_ended { Ok(()) } else { Err(no_opening()) }
            })
            .await
    }

    /// What was opened, newest first, for those who sign it off.
    ///
    /// # Errors
    /// `Forbidden` without the power to review.
    pub async fn openings(&self, ctx: &Ctx, before: Option<i64>, only_waiting: bool) -> Result<Vec<Opening>, Error> {
        let grant = self.grant(ctx, Power::Review, None).await?;
        let event = power_event(ctx, Power::Review, None);
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(Event { detail: Some("list".to_owned()), ..event.clone() });
            Ok(snapshot.openings(&grant, before, only_waiting, 100)?)
        });
        found.await
    }

    /// How many openings wait to be signed off.
    ///
    /// # Errors
    /// `Forbidden` without the power to review.
    pub async fn openings_waiting(&self, ctx: &Ctx) -> Result<u64, Error> {
        let grant = self.grant(ctx, Power::Review, None).await?;
        self.store.read(move |snapshot| Ok(snapshot.openings_waiting(&grant)?)).await
    }

    /// Signs an opening off.
    ///
    /// # Errors
    /// `Forbidden` without the power and for one's own, `NotFound`, `Conflict` when somebody has.
    pub async fn review(&self, ctx: &Ctx, name: &str, verdict: &str, note: &str) -> Result<(), Error> {
        if !VERDICTS.contains(&verdict) || note.chars().count() > *REASON.end() {
            return Err(Error::new(ErrorKind::Invalid, "a verdict is justified or questioned, with a note"));
        }
        if verdict == "questioned" {
            reason(note)?;
        }
        let grant = self.grant(ctx, Power::Review, None).await?;
        let detail = Some(format!("{name}: {verdict}"));
        let event = Event { detail, ..power_event(ctx, Power::Review, None) };
        let (name, verdict, note) = (name.to_owned(), verdict.to_owned(), note.trim().to_owned());
        self.store
            .write(move |tx| {
                let opening = tx.opening(&name)?;
                let patient = opening.as_ref().map(|opening| opening.patient.clone());
                let is_own = opening.as_ref().is_some_and(|opening| opening.account == grant.actor().id);
                let outcome = if is_own { Outcome::Refused } else { Outcome::Done };
                tx.audit(Event { outcome, patient, ..event });
                if opening.is_none() {
                    return Err(no_opening());
                }
                if is_own {
                    return Err(Error::new(ErrorKind::Forbidden, "nobody signs off what they opened themselves"));
                }
                let is_first = tx.review_opening(&grant, &name, (&verdict, &note))?;
                if is_first { Ok(()) } else { Err(Error::new(ErrorKind::Conflict, "it is signed off already")) }
            })
            .await
    }

    /// Who did what with a patient's chart.
    ///
    /// # Errors
    /// `Forbidden` without the power, `NotFound` for a patient the actor may not know of.
    pub async fn openers(&self, ctx: &Ctx, patient: &str, before: Option<u64>, count: u32) -> Result<Lines, Error> {
        let grant = self.grant(ctx, Power::SeeOpeners, Some(patient)).await?;
        // Who sees no charts at all sees who saw them; for others a closed chart is closed here too.
        let permit = decide::<Read>(&ctx.actor, Action::Read, &["Patient"]).ok();
        let event = power_event(ctx, Power::SeeOpeners, Some(patient));
        let patient = patient.to_owned();
        self.store.settle().await?;
        let found = self.store.read::<_, Error, _>(move |snapshot| {
            snapshot.audit(event.clone());
            if let Some(permit) = &permit
                && snapshot.stands(permit, &patient)? != Some(Stands::Open)
            {
                return Err(Error::not_found("Patient", &patient));
            }
            let lines = snapshot.audit_of_patient(&grant, &patient, before, count)?;
            let next = if lines.len() < count as usize { None } else { lines.last().map(|(seq, _)| *seq) };
            Ok(Lines { lines, next })
        });
        found.await
    }

    /// What an account or token did. Looks through a few thousand lines at a time, so there may be more though none
    /// of them was this person's.
    ///
    /// # Errors
    /// `Forbidden` without the power.
    pub async fn activity(&self, ctx: &Ctx, account: &str, before: Option<u64>) -> Result<Lines, Error> {
        let grant = self.grant(ctx, Power::SeeActivity, None).await?;
        let mut event = power_event(ctx, Power::SeeActivity, None);
        event.entities.push(audit::Entity { kind: "Account".to_owned(), id: account.to_owned(), version: None });
        let account = account.to_owned();
        self.store.settle().await?;
        let found = self.store.read_long::<_, Error, _>(move |snapshot| {
            snapshot.audit(event);
            let (lines, next) = snapshot.audit_of_actor(&grant, &account, before, LOOKED_THROUGH)?;
            Ok(Lines { lines, next })
        });
        found.await
    }
}

fn power_event(ctx: &Ctx, power: Power, patient: Option<&str>) -> Event {
    let mut event = match patient {
        Some(patient) => ctx.event_about(Action::Read, "Patient", patient),
        None => ctx.event(Action::Read),
    };
    event.action = power.as_str().to_owned();
    event
}

fn reason(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if REASON.contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(Error::new(ErrorKind::Invalid, "a reason of 4 to 500 characters is needed").todo("Say why, for the reviewer"))
}

fn no_opening() -> Error {
    Error::new(ErrorKind::NotFound, "there is no such opening")
}
