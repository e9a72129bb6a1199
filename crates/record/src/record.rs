//! [`Record`]: the handle, and what all interactions share — permits, validation, the write job.

use std::sync::Arc;

use access::{Action, Denied, Permit, Read, Right, Write, decide};
use audit::Event;
use fhir::Resource;
use fhir::search::query::Query;
use fhir::validate::Mode;
use store::{About, Draft, Kind, Store, Tx};

use crate::changes::{Changed, Changes};
use crate::idempotency::{self, Key};
use crate::url::Pairs;
use crate::write::{Change, Content, Done, Edit, Precondition, Rights, apply};
use crate::{Ctx, Error, ErrorKind, check, id};

/// What bounds one request.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Entries of one transaction or batch.
    pub bundle_entries: usize,
    /// Patients, or resources, one history or search page holds at most.
    pub page: u32,
}

impl Default for Limits {
    fn default() -> Self {
        // The largest Synthea patient has about a thousand entries; a transaction holds the writer while it is written.
        Self { bundle_entries: 10_000, page: 1_000 }
    }
}

/// The record of one clinic. Clones share the store.
#[derive(Clone)]
pub struct Record {
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    pub(crate) exports: Arc<crate::export::Jobs>,
    changes: Arc<Changes>,
}

/// How a write is asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// If-Match or If-None-Match.
    pub precondition: Precondition,
    /// If-None-Exist.
    pub if_none_exist: Option<Pairs>,
    /// Idempotency-Key.
    pub key: Option<Key>,
}

impl Record {
    /// Over an open store.
    #[must_use]
    pub fn new(store: Store, limits: Limits) -> Self {
        Self { store, limits, exports: Arc::default(), changes: Arc::default() }
    }

    /// What bounds one request.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Waits until something is written after `seen`, a number this gave before, and tells of which types.
    pub async fn changed_after(&self, seen: u64) -> Changed {
        self.changes.after(seen).await
    }

    /// What has been written after `seen`, without waiting.
    #[must_use]
    pub fn changed(&self, seen: u64) -> Changed {
        self.changes.now(seen)
    }

    /// The store underneath, for accounts and settings; records are reached through this type alone.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Asks for a permit. A refusal is written in the audit log before it is answered.
    pub(crate) async fn permit<R: Right>(&self, ctx: &Ctx, action: Action, types: &[&str]) -> Result<Permit<R>, Error> {
        match decide::<R>(&ctx.actor, action, types) {
            Ok(permit) => Ok(permit),
            Err(denied) => Err(self.refuse(ctx, action, types, denied).await),
        }
    }

    async fn refuse(&self, ctx: &Ctx, action: Action, types: &[&str], denied: Denied) -> Error {
        let event = ctx.refusal(action, types, &denied.to_string());
        match self.audit(event).await {
            Ok(()) => denied.into(),
            Err(error) => error,
        }
    }

    /// Writes an audit line of its own, for what touched no record.
    ///
    /// # Errors
    /// That it could not be kept; then what it tells of must not be answered.
    pub async fn audit(&self, event: Event) -> Result<(), Error> {
        self.store
            .write(move |tx| {
                tx.audit(event);
                Ok(())
            })
            .await
    }

    /// The permits that writing resources of a type this way needs.
    pub(crate) async fn rights(
        &self,
        ctx: &Ctx,
        action: Action,
        resource_type: &str,
        searches: bool,
    ) -> Result<Rights, Error> {
        let types = [resource_type];
        let asked = self.permit::<Write>(ctx, action, &types).await?;
        let mut rights = Rights::default();
        match action {
            Action::Create => rights.create = Some(asked),
            Action::Delete => rights.delete = Some(asked),
            Action::Finalise | Action::Amend | Action::Merge => rights.special = Some(asked),
            _ => {
                rights.update = Some(asked);
                // PUT to an id that is not there creates; whether it is there shows inside the job.
                rights.create = decide(&ctx.actor, Action::Create, &types).ok();
            }
        }
        rights.search = if searches {
            Some(self.permit::<Read>(ctx, Action::Search, &types).await?)
        } else {
            decide(&ctx.actor, Action::Read, &types).ok()
        };
        rights.replay = decide(&ctx.actor, Action::Read, &types).ok();
        rights.patient = decide(&ctx.actor, Action::Read, &["Patient"]).ok();
        Ok(rights)
    }

    /// Runs changes in one job: all or none. The answer to a repeated key is the first one.
    pub(crate) async fn commit(
        &self,
        rights: Rights,
        event: Event,
        key: Option<Key>,
        work: impl FnOnce(&mut Tx<'_>, &Rights) -> Result<Vec<Done>, Error> + Send + 'static,
    ) -> Result<Vec<Done>, Error> {
        let done = self
            .store
            .write(move |tx| {
                let event = with_patient(tx, &rights, event)?;
                tx.audit(event);
                let Some(key) = key else { return work(tx, &rights) };
                if let Some(answer) = idempotency::replay(tx, &rights, &key)? {
                    return Ok(answer);
                }
                let done = work(tx, &rights)?;
                idempotency::keep(tx, &key, &done)?;
                Ok::<_, Error>(done)
            })
            .await?;
        self.changes.tell(&done);
        Ok(done)
    }

    /// [`Self::commit`] for one change.
    pub(crate) async fn commit_one(
        &self,
        rights: Rights,
        event: Event,
        key: Option<Key>,
        change: Change,
    ) -> Result<Done, Error> {
        let mut done = self.commit(rights, event, key, move |tx, rights| Ok(vec![apply(tx, rights, change)?])).await?;
        done.pop().ok_or_else(|| Error::new(ErrorKind::Internal, "the job answered nothing"))
    }

    /// [`Self::commit`] for what makes the next version from the current one.
    #[expect(clippy::too_many_arguments, reason = "all of them differ between its four callers")]
    pub(crate) async fn special(
        &self,
        ctx: &Ctx,
        action: Action,
        resource_type: &'static str,
        id: &str,
        precondition: Precondition,
        detail: Option<&str>,
        edit: Edit,
    ) -> Result<Done, Error> {
        let rights = self.rights(ctx, action, resource_type, false).await?;
        let mut event = ctx.event_about(action, resource_type, id);
        event.detail = detail.map(str::to_owned);
        let change = Change::Special { resource_type, id: id.to_owned(), precondition, edit };
        self.commit_one(rights, event, None, change).await
    }
}

/// Names the patient whose chart an event is about, where the request did not (ガイドライン 6.0 システム運用編 17章).
fn with_patient(tx: &mut Tx<'_>, rights: &Rights, event: Event) -> Result<Event, Error> {
    if let (None, [entity]) = (&event.patient, event.entities.as_slice())
        && let Some(permit) = [&rights.update, &rights.delete, &rights.special].into_iter().flatten().next()
        && !entity.id.is_empty()
        && permit.covers(&entity.kind)
    {
        let about = tx.about(permit, &entity.kind, &entity.id)?;
        return Ok(marked(event, about));
    }
    Ok(event)
}

/// Says in an audit line whose chart it was, and that it was closed to whoever asked.
pub(crate) fn marked(mut event: Event, about: About) -> Event {
    event.patient = about.patient;
    if about.is_closed {
        event.outcome = audit::Outcome::Refused;
        event.detail = Some("closed-chart".to_owned());
    }
    event
}

/// Checks a resource and does everything that does not need the transaction.
pub(crate) fn prepare(mut resource: Resource, mode: Mode, kind: Kind) -> Result<Content, Error> {
    check::accept(&mut resource, mode)?;
    Ok(Content::Ready(Box::new(Draft::prepare(resource, kind)?)))
}

/// Gives a resource a new id.
pub(crate) fn name_new(resource: &mut Resource, now_ms: i64) -> String {
    let id = id::new_id(now_ms);
    resource.set_id(&id);
    id
}

/// Reads a condition. Two rows are enough to know that it is not one.
pub(crate) fn condition(resource_type: &str, pairs: &Pairs, now_ms: i64) -> Result<Query, Error> {
    let conditional = |name: &str| {
        !name.starts_with("_include")
            && !name.starts_with("_revinclude")
            && !matches!(name, "_sort" | "_count" | "_total" | "_summary" | "_elements")
    };
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !conditional(name)) {
        return Err(Error::new(ErrorKind::BadRequest, format!("{name} is not part of a condition")));
    }
    let mut query = fhir::search::parse(resource_type, pairs, now_ms)?;
    if query.filters.is_empty() {
        return Err(Error::new(ErrorKind::BadRequest, "the condition is empty, so it would match everything"));
    }
    query.count = 2;
    Ok(query)
}
