//! A reader: one connection, one snapshot per job.
//!
//! A job is first tried on the thread it comes from ([`crate::Store::read`]), because two changes of thread cost more
//! than a small search. It may be there for [`TRIAL`] only, so that no slow one holds up the connections that the same
//! thread serves; one that needs longer begins anew on a thread of readers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use audit::Event;
use clinic::ClinicId;
use tokio::sync::watch;

use crate::config::Clock;
use crate::db::Db;
use crate::error::StoreError;
use crate::job::Task;
use crate::journal::Journal;
use crate::snapshot::Snapshot;
use crate::writer::failed;

/// How long a job may take on the thread it comes from.
pub(crate) const TRIAL: Duration = Duration::from_millis(4);

/// A read on its way to whichever reader is free.
pub(crate) type Reading = Box<dyn FnOnce(&mut Reader) + Send>;

pub(crate) struct Reader {
    db: Box<dyn Db + Send>,
    journal: Journal,
    writer: Sender<Task>,
    stop: Arc<watch::Sender<Option<String>>>,
    clock: Clock,
}

impl Reader {
    pub(crate) fn new(
        db: Box<dyn Db + Send>,
        journal: Journal,
        writer: Sender<Task>,
        stop: Arc<watch::Sender<Option<String>>>,
        clock: Clock,
    ) -> Self {
        Self { db, journal, writer, stop, clock }
    }

    /// Works until nobody is left who could ask.
    pub(crate) fn run(mut self, jobs: &Mutex<Receiver<Reading>>) {
        // Whoever holds the lock waits for the next job; a panic elsewhere cannot leave the queue half-changed.
        let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(job) = next() {
            job(&mut self);
        }
    }

    /// Runs a job that may take so long. When it answers, the audit lines are kept.
    pub(crate) fn read<T, E: From<StoreError>>(
        &mut self,
        clinic: ClinicId,
        time: Duration,
        work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (result, events) = self.snapshot(clinic, time, work)?;
        self.keep(clinic, events)?;
        result
    }

    /// The same within [`TRIAL`]; None when that was too short. Then nothing of it is kept.
    pub(crate) fn attempt<T, E: From<StoreError>>(
        &mut self,
        clinic: ClinicId,
        work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        match self.snapshot(clinic, TRIAL, work) {
            _ if self.db.was_late() => None,
            Err(error) => Some(Err(error.into())),
            Ok((result, events)) => Some(self.keep(clinic, events).map_err(E::from).and(result)),
        }
    }

    /// Keeps audit lines in the journal, and tells the writer when they are the first there.
    fn keep(&self, clinic: ClinicId, events: Vec<Event>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let kept = self.journal.keep(clinic, events);
        if kept.is_err()
            && let Some(reason) = self.journal.broken()
        {
            self.stop.send_replace(Some(reason));
        }
        if kept? {
            // When the writer has ended, the lines wait for the next start.
            let _ended = self.writer.send(Task::Wake);
        }
        Ok(())
    }

    /// Runs the job; its result and the audit events to be kept.
    fn snapshot<T, E: From<StoreError>>(
        &mut self,
        clinic: ClinicId,
        time: Duration,
        work: impl FnOnce(&mut Snapshot<'_>) -> Result<T, E>,
    ) -> Result<(Result<T, E>, Vec<Event>), StoreError> {
        if let Some(reason) = self.stop.borrow().clone() {
            return Err(StoreError::Stopped(reason));
        }
        let begun = self.db.begin_read(clinic, time);
        let mut snapshot = Snapshot::new(self.db.as_mut(), clinic, (self.clock)());
        let result = begun.map(|()| catch_unwind(AssertUnwindSafe(|| work(&mut snapshot))));
        let (events, touched) = (std::mem::take(&mut snapshot.events), snapshot.touched);
        let ended = self.db.end(false);
        if let Some(reason) = self.db.broken() {
            self.stop.send_replace(Some(reason.clone()));
            return Err(StoreError::Stopped(reason));
        }
        let result = result?.map_err(|_| StoreError::Panicked);
        ended?;
        if touched && events.is_empty() {
            return Err(StoreError::Unaudited);
        }
        Ok(match result {
            Ok(Ok(answer)) => (Ok(answer), events),
            Ok(Err(error)) => (Err(error), failed(events)),
            Err(panicked) => (Err(panicked.into()), failed(events)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use access::{Action, Actor};
    use audit::Outcome;
    use tempfile::TempDir;

    use super::*;
    use crate::config::Config;
    use crate::server;
    use crate::store::Store;
    use crate::vault::Keys;

    const ENDLESS: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n > 0)
                           SELECT sum(n % 2) FROM c WHERE n < 0";
    /// Some hundred milliseconds.
    const LONG: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 300000)
                        SELECT sum(n % 2) FROM c";

    fn in_runtime(work: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    }

    /// Asks something that takes for ever, then something easy.
    fn check(config: Config) {
        let config = Config { readers: 1, read_deadline: Duration::from_millis(100), ..config };
        in_runtime(async {
            let store = Store::open(config).unwrap();
            for _ in 0..2 {
                let endless = store.read(|snapshot| Ok(snapshot.db.one(ENDLESS, &[], |row| row.opt_int(0))?)).await;
                assert_eq!(endless, Err(StoreError::Deadline));
                assert_eq!(store.read::<_, StoreError, _>(|snapshot| snapshot.setting("x")).await, Ok(None));
            }
            // A job that would hold up every other writer is broken off too, and undone.
            let stuck = store.write(|tx| Ok(tx.db.one(ENDLESS, &[], |row| row.opt_int(0))?)).await;
            assert_eq!(stuck, Err(StoreError::Deadline));
        });
    }

    #[test]
    fn a_query_that_takes_too_long_is_broken_off() {
        let directory = TempDir::new().unwrap();
        check(Config::directory(directory.path(), Keys::random().unwrap()));
        if let Some(url) = server::database() {
            let directory = TempDir::new().unwrap();
            check(Config::postgres(url, directory.path(), Keys::random().unwrap()));
        }
    }

    #[test]
    fn what_is_too_long_for_the_callers_thread_is_done_on_another_and_audited_once() {
        let directory = TempDir::new().unwrap();
        let config = Config {
            read_deadline: Duration::from_secs(60),
            ..Config::directory(directory.path(), Keys::random().unwrap())
        };
        in_runtime(async {
            let store = Store::open(config).unwrap();
            let (here, elsewhere) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
            let (turns, turns_there, caller) = (Arc::clone(&here), Arc::clone(&elsewhere), std::thread::current().id());
            let sum = store.read::<_, StoreError, _>(move |snapshot| {
                let turns = if std::thread::current().id() == caller { &turns } else { &turns_there };
                turns.fetch_add(1, Ordering::Relaxed);
                snapshot.audit(Event::new(1, "long", "read", Outcome::Done));
                Ok(snapshot.db.one(LONG, &[], |row| row.opt_int(0))?.flatten())
            });
            assert_eq!(sum.await, Ok(Some(150_000)));
            assert_eq!([here.load(Ordering::Relaxed), elsewhere.load(Ordering::Relaxed)], [1, 1]);
            store.settle().await.unwrap();
            let permit = access::decide(&Actor::system("test"), Action::Search, &["AuditEvent"]).unwrap();
            let lines = store.read::<_, StoreError, _>(move |snapshot| {
                snapshot.audit(Event::new(1, "look", "read", Outcome::Done));
                snapshot.audit_events(&permit, None, None, 100)
            });
            assert_eq!(lines.await.unwrap().len(), 1);
        });
    }

    #[test]
    fn a_job_that_panics_is_told_so_and_hurts_no_other() {
        let directory = TempDir::new().unwrap();
        in_runtime(async {
            let store = Store::open(Config::directory(directory.path(), Keys::random().unwrap())).unwrap();
            for _ in 0..10 {
                let panicked = store.read::<(), StoreError, _>(|_| panic!("a mistake")).await;
                assert_eq!(panicked, Err(StoreError::Panicked));
            }
            assert_eq!(store.read::<_, StoreError, _>(|snapshot| snapshot.setting("x")).await, Ok(None));
        });
    }
}
