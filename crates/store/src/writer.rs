//! The writer: one thread through which every change goes. Jobs that wait together share one COMMIT, because
//! a disk syncs a few hundred times a second and no more, however little each sync carries.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use audit::{Event, Head, Outcome, SigningKey};
use clinic::ClinicId;
use tokio::sync::watch;

use crate::append::Tx;
use crate::audit_log;
use crate::config::Clock;
use crate::db::Db;
use crate::error::{DbError, StoreError};
use crate::index::term::Known;
use crate::job::{Answer, Task, WriteJob};
use crate::journal::{Journal, Taken};
use crate::origin::Counters;
use crate::snapshot::Snapshot;

/// Jobs in one commit at most: bounds how long the first of them waits.
const GROUP: usize = 512;

pub(crate) struct Writer {
    db: Box<dyn Db + Send>,
    tasks: Receiver<Task>,
    stop: Arc<watch::Sender<Option<String>>>,
    clock: Clock,
    key: SigningKey,
    /// Where audit lines of reads wait.
    journal: Journal,
    terms: HashMap<ClinicId, Known>,
    /// Clinics with audit events that no checkpoint covers yet, and since when.
    unsigned: HashMap<ClinicId, Instant>,
}

/// How long audit lines of reads wait for a sync at most, if no write comes before.
const SYNC_WITHIN: Duration = Duration::from_secs(1);
/// How long audit events wait for their checkpoint at most.
const SIGN_WITHIN: Duration = Duration::from_secs(60);
/// How long the queries of one write job may take: everyone else waits meanwhile.
const JOB_TIME: Duration = Duration::from_secs(5);

/// What the jobs of one commit share.
#[derive(Default)]
struct Group {
    counters: HashMap<ClinicId, Counters>,
    heads: HashMap<ClinicId, Head>,
}

impl Group {
    /// Appends to a clinic's audit log.
    fn audit(&mut self, db: &mut dyn Db, clinic: ClinicId, events: &[Event]) -> Result<(), DbError> {
        if events.is_empty() {
            return Ok(());
        }
        let head = match self.heads.entry(clinic) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(audit_log::load(db, clinic)?),
        };
        audit_log::append(db, clinic, head, events)
    }
}

impl Writer {
    pub(crate) fn new(
        db: Box<dyn Db + Send>,
        tasks: Receiver<Task>,
        stop: Arc<watch::Sender<Option<String>>>,
        clock: Clock,
        key: SigningKey,
        journal: Journal,
    ) -> Self {
        Self { db, tasks, stop, clock, key, journal, terms: HashMap::new(), unsigned: HashMap::new() }
    }

    pub(crate) fn run(mut self) {
        if self.journal.since().is_some() {
            self.commit(Vec::new(), false);
        }
        while let Some(tasks) = self.wait() {
            if let Some(reason) = self.stop.borrow().clone() {
                let error = StoreError::Stopped(reason);
                tasks.into_iter().for_each(|task| task.into_answer(&error));
                continue;
            }
            self.commit(tasks, false);
        }
        // Everyone has gone: what is left of the audit log is written and signed now.
        if self.stop.borrow().is_none() && (self.journal.since().is_some() || !self.unsigned.is_empty()) {
            self.commit(Vec::new(), true);
        }
    }

    /// All that wait now; none when it is time to sync or sign. None when no more will come.
    fn wait(&self) -> Option<Vec<Task>> {
        let sync = self.journal.since().map(|since| SYNC_WITHIN.saturating_sub(since.elapsed()));
        let sign = self.unsigned.values().map(|since| SIGN_WITHIN.saturating_sub(since.elapsed()));
        let first = match sign.chain(sync).min() {
            None => self.tasks.recv().ok()?,
            Some(time) => match self.tasks.recv_timeout(time) {
                Ok(task) => task,
                Err(RecvTimeoutError::Timeout) => return Some(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => return None,
            },
        };
        let mut tasks = vec![first];
        while tasks.len() < GROUP {
            match self.tasks.try_recv() {
                Ok(task) => tasks.push(task),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        Some(tasks)
    }

    fn commit(&mut self, tasks: Vec<Task>, closing: bool) {
        let overdue = tasks.is_empty()
            || self.journal.since().is_some_and(|since| since.elapsed() >= SYNC_WITHIN)
            || self.journal.is_full();
        if !overdue && tasks.iter().all(|task| matches!(task, Task::Wake)) {
            return;
        }
        let mut answers = Vec::with_capacity(tasks.len());
        let result = self.transaction(tasks, closing, &mut answers);
        if let Err(error) = &result {
            if let Some(reason) = self.db.broken().or_else(|| self.journal.broken()) {
                tracing::error!(reason, "the store stops after an I/O error");
                self.stop.send_replace(Some(reason));
            }
            answers.iter_mut().for_each(|answer| answer.refuse(error.clone()));
        }
        answers.into_iter().for_each(Answer::answer);
    }

    fn transaction(
        &mut self,
        tasks: Vec<Task>,
        closing: bool,
        answers: &mut Vec<Box<dyn Answer>>,
    ) -> Result<(), StoreError> {
        let begun = self.db.begin_write();
        let mut group = Group::default();
        let taken = self.journal.take();
        let mut result = begun.map_err(StoreError::from).and_then(|()| self.move_lines(taken.as_ref(), &mut group));
        if result.is_ok() && tasks.is_empty() {
            result = self.load_unsigned(&mut group, closing);
        }
        for task in tasks {
            // After a failure of the transaction itself the rest only waits for its answer.
            let Task::Write(clinic, job) = task else { continue };
            if result.is_ok() {
                result = self.write(&mut group, clinic, job, answers);
            } else {
                answers.push(job.into_answer());
            }
        }
        result = result.and_then(|()| Ok(self.finish(group, answers.is_empty(), closing)?));
        result = result.and_then(|()| Ok(self.db.end(true)?));
        if let Some(taken) = taken {
            match &result {
                Ok(()) => self.journal.are_moved(),
                Err(_) => self.journal.put_back(taken),
            }
        }
        if result.is_err() {
            self.terms.clear();
            // Nothing more can be said if this fails too: the connection is unusable and the next begin tells.
            let _unusable = self.db.end(false);
        }
        result
    }

    /// Moves lines of the journal into the log, before anything that came after them.
    fn move_lines(&mut self, taken: Option<&Taken>, group: &mut Group) -> Result<(), StoreError> {
        let Some(taken) = taken else { return Ok(()) };
        for (clinic, event) in &taken.lines {
            self.db.enter(*clinic)?;
            group.audit(self.db.as_mut(), *clinic, std::slice::from_ref(event))?;
        }
        Ok(taken.mark(self.db.as_mut())?)
    }

    /// Writes back what was given out. A commit that changes nothing syncs nothing, so one that is there only to
    /// sync changes something.
    fn finish(&mut self, group: Group, only_sync: bool, closing: bool) -> Result<(), DbError> {
        if only_sync {
            self.db.execute("UPDATE store SET value = value WHERE name = 'place'", &[])?;
        }
        group.counters.values().try_for_each(|counters| counters.save(self.db.as_mut()))?;
        for (clinic, mut head) in group.heads {
            let now_ms = (self.clock)();
            self.db.enter(clinic)?;
            let waits = audit_log::save(self.db.as_mut(), clinic, &mut head, &self.key, now_ms, closing || only_sync)?;
            if !waits {
                self.unsigned.remove(&clinic);
            } else {
                self.unsigned.entry(clinic).or_insert_with(Instant::now);
            }
        }
        Ok(())
    }

    /// Takes up the logs whose checkpoint is due, so that [`Self::finish`] signs them.
    fn load_unsigned(&mut self, group: &mut Group, closing: bool) -> Result<(), StoreError> {
        let late = |since: &Instant| closing || since.elapsed() >= SIGN_WITHIN;
        let clinics: Vec<ClinicId> =
            self.unsigned.iter().filter(|(_, since)| late(since)).map(|(clinic, _)| *clinic).collect();
        for clinic in clinics {
            self.unsigned.remove(&clinic);
            self.db.enter(clinic)?;
            if let Entry::Vacant(entry) = group.heads.entry(clinic) {
                entry.insert(audit_log::load(self.db.as_mut(), clinic)?);
            }
        }
        Ok(())
    }

    /// Runs one job in its savepoint. An error is of the whole transaction, not of the job.
    fn write(
        &mut self,
        group: &mut Group,
        clinic: ClinicId,
        mut job: Box<dyn WriteJob>,
        answers: &mut Vec<Box<dyn Answer>>,
    ) -> Result<(), StoreError> {
        let done = self.savepoint(group, clinic, job.as_mut());
        answers.push(job.into_answer());
        done
    }

    fn savepoint(&mut self, group: &mut Group, clinic: ClinicId, job: &mut dyn WriteJob) -> Result<(), StoreError> {
        let db = self.db.as_mut();
        let counters = match group.counters.entry(clinic) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let terms = self.terms.entry(clinic).or_default().clone();
                entry.insert(Counters::load(db, clinic, terms)?)
            }
        };
        let before = counters.clone();
        db.begin_job(clinic, JOB_TIME)?;
        let now_ms = (self.clock)();
        let mut tx = Tx { snapshot: Snapshot::new(db, clinic, now_ms), counters, now_ms, written: Vec::new() };
        let mut keep = job.run(&mut tx);
        let (mut events, touched) = (std::mem::take(&mut tx.snapshot.events), tx.snapshot.touched);
        let written = audit_log::written(&tx.written);
        if touched && events.is_empty() {
            job.refuse(StoreError::Unaudited);
            keep = false;
        }
        if let Some(reason) = db.broken() {
            return Err(StoreError::Stopped(reason));
        }
        if !keep {
            *counters = before;
            counters.terms.forget();
            events = failed(events);
            // SQLite ends the whole transaction itself after some errors; then the group is lost.
            if !db.in_transaction() {
                return Err(StoreError::Unavailable("the database ended the transaction".to_owned()));
            }
            db.undo_job()?;
        } else if let Some(event) = events.last_mut() {
            event.written = written;
        }
        group.audit(db, clinic, &events)?;
        Ok(db.end_job()?)
    }
}

/// The events of a job that failed: what they say was done was not.
pub(crate) fn failed(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if event.outcome == Outcome::Done {
            event.outcome = Outcome::Failed;
        }
    }
    events
}
