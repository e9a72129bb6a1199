//! The import itself: prepared on all cores, written in order in groups, resumable and repeatable.

use std::collections::{HashSet, VecDeque};
use std::future::{poll_fn, ready};
use std::pin::Pin;
use std::task::Poll;

use access::{Action, Permit, Read, Write as MayWrite};
use store::Tx;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::prepare::{Item, Unit};
use crate::write::{Change, Content, Rights, apply, matching};
use crate::{Ctx, Error, ErrorKind, Record};

/// Resources in one write job: enough to fill a commit, few enough that a chart opened meanwhile does not wait.
const GROUP: usize = 500;
/// Groups being prepared, or ready and waiting for the writer.
const AHEAD: usize = 4;
/// Rows of the report kept; beyond that they are only counted.
const BAD_MAX: usize = 10_000;

/// How an import is done.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Under which its position is kept, so that the same import goes on where it was broken off. None: from the start.
    pub resume: Option<String>,
    /// Reads and checks everything, writes nothing.
    pub preview: bool,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Items gone through, those of a former run included.
    pub items: u64,
    /// Resources written.
    pub written: u64,
    /// Resources that were there already.
    pub existing: u64,
    /// Items refused.
    pub bad: u64,
}

/// An item that was not imported; nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Line, or number of the item, from 1.
    pub at: u64,
    /// The entry, when it is a bundle.
    pub entry: Option<usize>,
    /// Why. Names elements, never values.
    pub reason: String,
}

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The sums.
    pub progress: Progress,
    /// What was refused, up to ten thousand.
    pub bad: Vec<Bad>,
}

/// Items of one write job.
struct Group {
    last: u64,
    units: Vec<Result<Unit, Bad>>,
}

/// What a write job did with a group.
struct Written {
    last: u64,
    bad: Vec<Bad>,
    written: u64,
    existing: u64,
}

impl Record {
    /// Imports items, numbered from 1 or by their own line, in order. Each is written whole or not at all; what is
    /// there already is left as it is. `progress` is called after every group.
    ///
    /// # Errors
    /// `Forbidden` without the right to import, or that the store failed; what was written until then stays, and a
    /// second run goes on from there.
    pub async fn import<I>(
        &self,
        ctx: &Ctx,
        items: I,
        settings: Settings,
        mut progress: impl FnMut(&Progress) + Send,
    ) -> Result<Report, Error>
    where
        I: Iterator<Item = (u64, Item)> + Send + 'static,
    {
        let write = self.permit::<MayWrite>(ctx, Action::Import, &["*"]).await?;
        // A list finds its patients by number; without the right to search it would make them anew.
        let search = access::decide::<Read>(&ctx.actor, Action::Search, &["*"]).ok();
        let rights = Rights { create: Some(write.clone()), search, ..Rights::default() };
        let done_before = self.position(settings.resume.as_deref()).await?;
        let mut report = Report::default();
        report.progress.items = done_before;
        let mut prepared =
            prepared(items.filter(move |(at, _)| *at > done_before), self.limits.bundle_entries, ctx.now_ms);
        let mut writing = VecDeque::new();
        loop {
            let group = prepared.recv().await;
            let ended = group.is_none();
            if let Some(group) = group {
                let group = group
                    .await
                    .map_err(|e| Error::new(ErrorKind::Internal, format!("an import group was not prepared: {e}")))?;
                let (record, ctx, write, rights, settings) =
                    (self.clone(), ctx.clone(), write.clone(), rights.clone(), settings.clone());
                // Sent in order, and the writer takes them in order: the position never runs ahead.
                writing.push_back(
                    started(async move { record.write_group(&ctx, write, rights, &settings, group).await }).await,
                );
            }
            // One more may wait at the writer, so that it never idles while we count.
            while writing.len() > usize::from(!ended)
                && let Some(written) = writing.pop_front()
            {
                report.add(written.await?);
                progress(&report.progress);
            }
            if ended {
                return Ok(report);
            }
        }
    }

    /// Where an import was broken off.
    async fn position(&self, resume: Option<&str>) -> Result<u64, Error> {
        let Some(name) = resume.map(setting_name) else { return Ok(0) };
        let text: Option<String> = self.store.read::<_, Error, _>(move |snapshot| Ok(snapshot.setting(&name)?)).await?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    async fn write_group(
        &self,
        ctx: &Ctx,
        write: Permit<MayWrite>,
        rights: Rights,
        settings: &Settings,
        group: Group,
    ) -> Result<Written, Error> {
        let mut event = ctx.event(Action::Import);
        event.detail = Some(format!("to item {}", group.last));
        if settings.preview {
            let bad: Vec<Bad> = group.units.iter().filter_map(|unit| unit.as_ref().err().cloned()).collect();
            let good = group.units.iter().flatten().map(|unit| unit.writes.len() as u64).sum();
            return Ok(Written { last: group.last, bad, written: good, existing: 0 });
        }
        let position = settings.resume.as_deref().map(setting_name);
        self.store
            .write(move |tx| {
                tx.audit(event);
                let mut done = Written { last: group.last, bad: Vec::new(), written: 0, existing: 0 };
                for unit in group.units {
                    match unit {
                        Ok(unit) => write_unit(tx, &write, &rights, unit, &mut done)?,
                        Err(bad) => done.bad.push(bad),
                    }
                }
                if let Some(name) = position {
                    tx.set_setting(&name, &done.last.to_string())?;
                }
                Ok(done)
            })
            .await
    }
}

/// Refusals are found out before the first resource of a unit is written, so that none is half applied.
fn write_unit(
    tx: &mut Tx<'_>,
    write: &Permit<MayWrite>,
    rights: &Rights,
    unit: Unit,
    done: &mut Written,
) -> Result<(), Error> {
    if let Some(denied) = unit.writes.iter().map(|w| w.draft.resource_type()).find(|t| !write.covers(t)) {
        done.bad.push(Bad { at: unit.at, entry: None, reason: format!("no right to import {denied}") });
        return Ok(());
    }
    // One unit may name a resource twice, and two rows of a list may be one patient.
    let mut named = HashSet::with_capacity(unit.writes.len());
    let (mut absent, mut existing) = (Vec::with_capacity(unit.writes.len()), 0);
    for one in unit.writes {
        let is_there = !named.insert((one.draft.resource_type(), one.draft.id().to_owned()))
            || tx.standing(write, one.draft.resource_type(), one.draft.id())?.is_some();
        let is_found = match &one.unless {
            Some(query) if !is_there => match matching(tx, rights, query) {
                Ok(found) => found.is_some(),
                Err(error) if error.kind == ErrorKind::Precondition => {
                    let reason = "several patients have this 患者番号".to_owned();
                    done.bad.push(Bad { at: unit.at, entry: None, reason });
                    return Ok(());
                }
                Err(error) => return Err(error),
            },
            _ => is_there,
        };
        if is_found {
            existing += 1;
        } else {
            absent.push(one.draft);
        }
    }
    done.existing += existing;
    for draft in absent {
        apply(tx, rights, Change::Create { content: Content::Ready(draft), unless: None })?;
        done.written += 1;
    }
    Ok(())
}

/// Polls once, which sends a job to the writer, and gives the rest to be awaited. A task of its own for each would
/// send them in whatever order the tasks happen to run.
async fn started<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Pin<Box<dyn Future<Output = T> + Send>> {
    let mut future = Box::pin(future);
    match poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await {
        Poll::Ready(done) => Box::pin(ready(done)),
        Poll::Pending => future,
    }
}

/// Reads the items on a thread of their own and prepares them on others, in groups and in order. Ends, reading no
/// further, when nobody takes the groups any more.
fn prepared<I>(mut items: I, entries_max: usize, now_ms: i64) -> mpsc::Receiver<JoinHandle<Group>>
where
    I: Iterator<Item = (u64, Item)> + Send + 'static,
{
    let (send, receive) = mpsc::channel(AHEAD);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        while let Some(group) = next_group(&mut items) {
            let group = runtime.spawn_blocking(move || prepare(group, entries_max, now_ms));
            if send.blocking_send(group).is_err() {
                return;
            }
        }
    });
    receive
}

fn next_group(items: &mut impl Iterator<Item = (u64, Item)>) -> Option<Vec<(u64, Item)>> {
    let mut group = Vec::new();
    let mut weight = 0;
    while weight < GROUP
        && let Some((at, item)) = items.next()
    {
        // A bundle holds hundreds; about a kilobyte each.
        weight += if let Item::Bundle(text) = &item { 1 + text.len() / 1024 } else { 1 };
        group.push((at, item));
    }
    (!group.is_empty()).then_some(group)
}

fn prepare(group: Vec<(u64, Item)>, entries_max: usize, now_ms: i64) -> Group {
    let last = group.last().map_or(0, |(at, _)| *at);
    let prepare = |(at, item): (u64, Item)| {
        item.prepare(at, entries_max, now_ms).map_err(|error| Bad { at, entry: error.entry, reason: error.what })
    };
    Group { last, units: group.into_iter().map(prepare).collect() }
}

fn setting_name(import: &str) -> String {
    format!("import.{import}")
}

impl Report {
    fn add(&mut self, written: Written) {
        self.progress.items = written.last;
        self.progress.written += written.written;
        self.progress.existing += written.existing;
        self.progress.bad += written.bad.len() as u64;
        let room = BAD_MAX.saturating_sub(self.bad.len());
        self.bad.extend(written.bad.into_iter().take(room));
    }
}
