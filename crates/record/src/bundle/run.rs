//! Transactions and batches, done: both end in the functions that a single request ends in.

use std::collections::HashMap;

use access::{Action, Read, Write};
use fhir::json::Json;
use fhir::references;
use fhir::search::Indexed;
use fhir::search::query::{Filter, Match, Query};
use fhir::search::value::Value;
use store::{Kind, Tx};
use tokio::task::JoinSet;

use super::build::{Answer, Builder};
use super::parse::{self, Entry, Method};
use super::plan::{Plan, Step, Undecided, patch_in, precondition};
use crate::idempotency::Key;
use crate::record::Options;
use crate::url::Target;
use crate::write::{Change, Content, Done, Precondition, Rights, Status, apply, matching};
use crate::{Ctx, Error, ErrorKind, Record, Scope, etag};

/// Batch entries done side by side: enough to share a commit, few enough to leave room for others.
const SIDE_BY_SIDE: usize = 32;

/// What an entry came to.
enum Result1 {
    Done(Done),
    Resource(store::Stored),
    Bundle(Vec<u8>),
}

impl Record {
    /// Does a transaction or batch, as sent, and writes the answer. With `representation` written resources are
    /// part of it.
    ///
    /// # Errors
    /// A transaction fails as a whole, naming the entry; a batch fails only when it is no batch.
    pub async fn bundle(
        &self,
        ctx: &Ctx,
        text: &[u8],
        base: &str,
        key: Option<Key>,
        representation: bool,
    ) -> Result<Vec<u8>, Error> {
        let (kind, entries) = parse::parse(text, self.limits.bundle_entries)?;
        match kind {
            parse::Kind::Transaction => {
                let entries = entries.into_iter().collect::<Result<Vec<_>, _>>()?;
                let results = self.transaction(ctx, entries, base, key).await?;
                Ok(written("transaction-response", results.into_iter().map(Ok), base, representation))
            }
            parse::Kind::Batch => {
                let results = self.batch(ctx, entries, base).await;
                Ok(written("batch-response", results.into_iter(), base, representation))
            }
        }
    }

    async fn transaction(
        &self,
        ctx: &Ctx,
        entries: Vec<Entry>,
        base: &str,
        key: Option<Key>,
    ) -> Result<Vec<Result1>, Error> {
        let count = entries.len();
        let rights = self.transaction_rights(ctx, &entries).await?;
        let mut plan = Plan::make(entries, ctx.now_ms)?;
        let gets = std::mem::take(&mut plan.gets);
        let mut order: Vec<usize> = plan.steps.iter().map(|step| step.index).collect();
        let mut event = ctx.event(Action::Update);
        event.action = "transaction".to_owned();
        event.detail = Some(format!("{} writes", plan.steps.len()));
        let done = if plan.steps.is_empty() {
            Vec::new()
        } else {
            self.commit(rights, event, key, move |tx, rights| run(tx, rights, plan)).await?
        };
        let mut results: Vec<Option<Result1>> = (0..count).map(|_| None).collect();
        for (index, done) in order.drain(..).zip(done) {
            results[index] = Some(Result1::Done(done));
        }
        for (index, target) in gets {
            results[index] = Some(self.get(ctx, target, base).await.map_err(|e| e.at_entry(index))?);
        }
        Ok(results.into_iter().flatten().collect())
    }

    /// Every right that some entry needs, asked for before anything is done.
    async fn transaction_rights(&self, ctx: &Ctx, entries: &[Entry]) -> Result<Rights, Error> {
        let (mut create, mut update, mut delete, mut search) = (vec![], vec![], vec![], vec![]);
        for entry in entries {
            let (resource_type, conditional) = match &entry.target {
                Target::Type(t, pairs) => (*t, !pairs.is_empty() || entry.if_none_exist.is_some()),
                Target::Instance(t, _) | Target::Version(t, ..) | Target::History(t, ..) | Target::Operation(t, ..) => {
                    (*t, false)
                }
                Target::System => continue,
            };
            match entry.method {
                Method::Post => create.push(resource_type),
                Method::Put | Method::Patch => update.push(resource_type),
                Method::Delete => delete.push(resource_type),
                Method::Get => {}
            }
            if conditional || matches!(entry.method, Method::Get | Method::Patch) {
                search.push(resource_type);
            }
            if let Some(resource) = &entry.resource {
                references::visit(resource, |_, reference| {
                    if let Some((name, _)) = reference.split_once('?')
                        && let Some(name) = crate::url::resource_type(name)
                    {
                        search.push(name);
                    }
                });
            }
        }
        for types in [&mut create, &mut update, &mut delete, &mut search] {
            types.sort_unstable();
            types.dedup();
        }
        let mut rights = Rights::default();
        if !create.is_empty() {
            rights.create = Some(self.permit::<Write>(ctx, Action::Create, &create).await?);
        }
        if !update.is_empty() {
            rights.update = Some(self.permit::<Write>(ctx, Action::Update, &update).await?);
            create.extend(&update);
            rights.create = access::decide(&ctx.actor, Action::Create, &create).ok().or(rights.create);
        }
        if !delete.is_empty() {
            rights.delete = Some(self.permit::<Write>(ctx, Action::Delete, &delete).await?);
        }
        if !search.is_empty() {
            rights.search = Some(self.permit::<Read>(ctx, Action::Search, &search).await?);
        }
        rights.replay = access::decide(&ctx.actor, Action::Read, &["*"]).ok();
        rights.patient = access::decide(&ctx.actor, Action::Read, &["Patient"]).ok();
        Ok(rights)
    }

    async fn batch(&self, ctx: &Ctx, entries: Vec<Result<Entry, Error>>, base: &str) -> Vec<Result<Result1, Error>> {
        let mut results: Vec<Option<Result<Result1, Error>>> = (0..entries.len()).map(|_| None).collect();
        let mut running = JoinSet::new();
        let mut entries = entries.into_iter().enumerate();
        loop {
            while running.len() < SIDE_BY_SIDE
                && let Some((index, entry)) = entries.next()
            {
                let (record, ctx, base) = (self.clone(), ctx.clone(), base.to_owned());
                running.spawn(async move {
                    let result = match entry {
                        Ok(entry) => record.one(&ctx, entry, &base).await,
                        Err(error) => Err(error),
                    };
                    (index, result.map_err(|e| e.at_entry(index)))
                });
            }
            match running.join_next().await {
                None => break,
                Some(Ok((index, result))) => results[index] = Some(result),
                // Only a panic inside; the entry is answered as a fault of ours below.
                Some(Err(error)) => tracing::error!(%error, "a batch entry"),
            }
        }
        let lost = || Err(Error::new(ErrorKind::Internal, "the entry was not finished"));
        results.into_iter().map(|result| result.unwrap_or_else(lost)).collect()
    }

    /// One entry of a batch: the functions that a single request calls.
    async fn one(&self, ctx: &Ctx, entry: Entry, base: &str) -> Result<Result1, Error> {
        let precondition = if entry.method == Method::Get {
            Precondition::None
        } else {
            precondition(entry.if_match.as_deref(), entry.if_none_match.as_deref())?
        };
        let options = Options { precondition, if_none_exist: entry.if_none_exist, key: None };
        let done = match (entry.method, entry.target, entry.resource) {
            (Method::Get, target, _) => return self.get(ctx, target, base).await,
            (Method::Post, _, Some(resource)) => self.create(ctx, resource, options).await?,
            (Method::Put, Target::Instance(_, id), Some(mut resource)) => {
                resource.set_id(&id);
                self.update(ctx, resource, options).await?
            }
            (Method::Put, Target::Type(_, pairs), Some(resource)) => {
                self.update_where(ctx, resource, &pairs, options).await?
            }
            (Method::Patch, Target::Instance(t, id), Some(binary)) => {
                self.patch(ctx, t, &id, patch_in(&binary)?, options).await?
            }
            (Method::Patch, Target::Type(t, pairs), Some(binary)) => {
                self.patch_where(ctx, t, &pairs, patch_in(&binary)?, options).await?
            }
            (Method::Delete, Target::Instance(t, id), None) => self.delete(ctx, t, &id, options).await?,
            (Method::Delete, Target::Type(t, pairs), None) => self.delete_where(ctx, t, &pairs, options).await?,
            _ => return Err(Error::new(ErrorKind::BadRequest, "request.method and request.url do not go together")),
        };
        Ok(Result1::Done(done))
    }

    async fn get(&self, ctx: &Ctx, target: Target, base: &str) -> Result<Result1, Error> {
        match target {
            Target::Instance(t, id) => Ok(Result1::Resource(self.read(ctx, t, &id).await?)),
            Target::Version(t, id, version) => Ok(Result1::Resource(self.vread(ctx, t, &id, &version).await?)),
            Target::Type(t, pairs) => {
                Ok(Result1::Bundle(self.search(ctx, t, &pairs, None).await?.bundle(base, t, &pairs)?))
            }
            Target::History(t, id, pairs) => {
                let path = format!("{t}/{id}/_history");
                Ok(Result1::Bundle(
                    self.history(ctx, Scope::Instance(t, id), &pairs).await?.bundle(base, &path, &pairs),
                ))
            }
            _ => {
                Err(Error::new(ErrorKind::NotSupported, "this GET is not done inside a bundle")
                    .todo("Send it on its own"))
            }
        }
    }
}

/// The job: look up what conditions decide, then write.
fn run(tx: &mut Tx<'_>, rights: &Rights, plan: Plan) -> Result<Vec<Done>, Error> {
    let Plan { mut steps, lookups, mut names, .. } = plan;
    let found = decide(tx, rights, &steps, &mut names)?;
    let lookups = look_up(tx, rights, &steps, lookups)?;
    let resolve = |reference: &mut String| {
        if let Some(known) = names.get(reference.as_str()).or_else(|| lookups.get(reference.as_str())) {
            known.clone_into(reference);
        }
    };
    let mut done = Vec::with_capacity(steps.len());
    for (step, found) in steps.drain(..).zip(found) {
        let index = step.index;
        let change = match (step.change, found) {
            (Change::Create { .. }, Some(existing)) => {
                done.push(Done { status: Status::Existing, stored: Some(existing) });
                continue;
            }
            (Change::Create { content, unless }, None) => Change::Create { content: content.resolved(resolve), unless },
            (Change::Update { content, .. }, Some(existing)) => {
                let content = content.resolved(resolve).renamed(&existing.id)?;
                Change::Update { content, precondition: Precondition::Match(existing.version) }
            }
            (Change::Update { content, precondition }, None) => {
                Change::Update { content: content.resolved(resolve), precondition }
            }
            (change, _) => change,
        };
        done.push(apply(tx, rights, change).map_err(|e| e.at_entry(index))?);
    }
    Ok(done)
}

/// Looks up the conditions of creates and updates and learns what their names stand for. The same condition twice
/// means the same resource, which the first of them makes.
fn decide(
    tx: &mut Tx<'_>,
    rights: &Rights,
    steps: &[Step],
    names: &mut HashMap<String, String>,
) -> Result<Vec<Option<store::Stored>>, Error> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::with_capacity(steps.len());
    for step in steps {
        let Some(Undecided { names: own, resource_type, own_id, condition, query }) = &step.undecided else {
            found.push(None);
            continue;
        };
        if seen.insert(condition, step.index).is_some() {
            let error = Error::new(ErrorKind::BadRequest, "another entry has the same condition")
                .todo("Refer to that entry instead");
            return Err(error.at_entry(step.index));
        }
        let existing = matching(tx, rights, query).map_err(|e| e.at_entry(step.index))?;
        let id = existing.as_ref().map_or(own_id, |existing| &existing.id);
        names.extend(own.iter().map(|name| (name.clone(), format!("{resource_type}/{id}"))));
        found.push(existing);
    }
    Ok(found)
}

/// Looks up conditional references: in the store, and among what this bundle creates.
fn look_up(
    tx: &mut Tx<'_>,
    rights: &Rights,
    steps: &[Step],
    lookups: HashMap<String, Query>,
) -> Result<HashMap<String, String>, Error> {
    let mut found = HashMap::with_capacity(lookups.len());
    for (reference, query) in lookups {
        let stored = matching(tx, rights, &query)?.map(|stored| format!("{}/{}", stored.resource_type, stored.id));
        let mut here = steps
            .iter()
            .filter_map(|step| step.change.made())
            .filter(|(resource_type, _, indexed)| *resource_type == query.resource_type && holds(&query, indexed));
        let (first, second) = (here.next().map(|(resource_type, id, _)| format!("{resource_type}/{id}")), here.next());
        let target = match (stored, first, second) {
            (Some(target), ..) | (None, Some(target), None) => target,
            (None, Some(_), Some(_)) => {
                return Err(Error::new(
                    ErrorKind::Precondition,
                    "a conditional reference matches several entries of the bundle",
                ));
            }
            (None, None, _) => {
                return Err(Error::new(
                    ErrorKind::Precondition,
                    format!("a conditional reference to {} matches nothing", query.resource_type),
                ));
            }
        };
        found.insert(reference, target);
    }
    Ok(found)
}

/// Whether a condition on identifiers holds for a resource that is not in the store yet. Conditions of other kinds
/// are answered by the store alone.
fn holds(query: &Query, indexed: &[Indexed]) -> bool {
    !query.filters.is_empty()
        && query.filters.iter().all(|filter| match filter {
            Filter::Any { param, values, not: false } => values.iter().any(|wanted| {
                let Match::Token { system, code } = wanted else { return false };
                indexed.iter().filter(|own| own.param == *param).any(|own| {
                    let Value::Token { system: own_system, code: own_code } = &own.value else { return false };
                    system.as_ref().is_none_or(|s| s == own_system) && code.as_ref().is_none_or(|c| c == own_code)
                })
            }),
            _ => false,
        })
}

impl Change {
    /// Type, id and search values of what this makes.
    fn made(&self) -> Option<(&'static str, String, Vec<Indexed>)> {
        let (Self::Create { content, .. } | Self::Update { content, .. }) = self else { return None };
        match content {
            Content::Ready(draft) => Some((draft.resource_type(), draft.id().to_owned(), draft.indexed().to_vec())),
            Content::Late(resource) => {
                Some((resource.resource_type(), resource.id()?.to_owned(), fhir::search::extract(resource)))
            }
        }
    }
}

impl Content {
    fn resolved(self, resolve: impl Fn(&mut String)) -> Self {
        match self {
            Self::Late(mut resource) => {
                references::visit_mut(&mut resource, |_, reference| resolve(reference));
                Self::Late(resource)
            }
            ready @ Self::Ready(_) => ready,
        }
    }

    fn renamed(self, id: &str) -> Result<Self, Error> {
        match self {
            Self::Ready(draft) => Ok(Self::Ready(Box::new(draft.with_id(id)))),
            Self::Late(mut resource) => {
                resource.set_id(id);
                Ok(Self::Ready(Box::new(store::Draft::prepare(resource, Kind::Update)?)))
            }
        }
    }
}

fn written(
    kind: &str,
    results: impl Iterator<Item = Result<Result1, Error>>,
    base: &str,
    representation: bool,
) -> Vec<u8> {
    let mut bundle = Builder::new(kind, None, &[]);
    for result in results {
        match result {
            Ok(Result1::Done(done)) => done_entry(&mut bundle, &done, base, representation),
            Ok(Result1::Resource(stored)) => {
                let (etag, time) = (etag(&stored), store::instant(stored.updated.ms()));
                let answer =
                    Answer { status: "200 OK", etag: Some(&etag), last_modified: Some(&time), ..Answer::default() };
                bundle.answered(Some(&stored.json), &answer);
            }
            Ok(Result1::Bundle(bytes)) => {
                bundle.answered(Some(&bytes), &Answer { status: "200 OK", ..Answer::default() })
            }
            Err(error) => {
                let outcome: Json = error.outcome().to_json();
                let answer = Answer { status: error.kind.status_line(), outcome: Some(&outcome), ..Answer::default() };
                bundle.answered(None, &answer);
            }
        }
    }
    bundle.finish()
}

fn done_entry(bundle: &mut Builder, done: &Done, base: &str, representation: bool) {
    let status = match done.status {
        Status::Created => "201 Created",
        Status::Updated | Status::Existing => "200 OK",
        Status::Deleted | Status::Nothing => "204 No Content",
    };
    let Some(stored) = &done.stored else {
        return bundle.answered(None, &Answer { status, ..Answer::default() });
    };
    let location = format!("{base}/{}/{}/_history/{}", stored.resource_type, stored.id, stored.version);
    let (etag, time) = (etag(stored), store::instant(stored.updated.ms()));
    let location = (done.status != Status::Deleted).then_some(location.as_str());
    let answer = Answer { status, location, etag: Some(&etag), last_modified: Some(&time), outcome: None };
    bundle.answered((representation && done.status != Status::Deleted).then_some(&stored.json), &answer);
}
