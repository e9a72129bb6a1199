//! A reader: one thread, one connection, one snapshot per job.

use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clinic::ClinicId;
use tokio::sync::watch;

use crate::db::Db;
use crate::error::{DbError, StoreError};
use crate::job::{ReadJob, Task};
use crate::journal::Journal;
use crate::snapshot::Snapshot;
use crate::writer::failed;

/// A read on its way to whichever reader is free.
pub(crate) type Reading = (ClinicId, Box<dyn ReadJob>);

pub(crate) struct Reader {
    db: Box<dyn Db + Send>,
    jobs: Arc<Mutex<Receiver<Reading>>>,
    writer: Sender<Task>,
    /// Where audit lines go, beside an embedded database.
    journal: Option<Journal>,
    stop: Arc<watch::Sender<Option<String>>>,
    deadline: Duration,
}

impl Reader {
    pub(crate) fn new(
        db: Box<dyn Db + Send>,
        jobs: Arc<Mutex<Receiver<Reading>>>,
        writer: Sender<Task>,
        journal: Option<Journal>,
        stop: Arc<watch::Sender<Option<String>>>,
        deadline: Duration,
    ) -> Self {
        Self { db, jobs, writer, journal, stop, deadline }
    }

    pub(crate) fn run(mut self) {
        while let Some((clinic, job)) = self.next() {
            self.work(clinic, job);
        }
    }

    fn next(&self) -> Option<Reading> {
        // Whoever holds the lock waits for the next job; a panic elsewhere cannot leave the queue half-changed.
        self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv().ok()
    }

    fn work(&mut self, clinic: ClinicId, mut job: Box<dyn ReadJob>) {
        if let Some(reason) = self.stop.borrow().clone() {
            job.refuse(StoreError::Stopped(reason));
            return job.into_answer().answer();
        }
        let events = match self.snapshot(clinic, job.as_mut()) {
            Ok(events) => events,
            Err(error) => {
                if let DbError::Io(reason) = &error {
                    self.stop.send_replace(Some(reason.clone()));
                }
                job.refuse(error.into());
                Vec::new()
            }
        };
        if events.is_empty() {
            return job.into_answer().answer();
        }
        if let Some(journal) = &self.journal {
            if let Err(error) = self.keep(journal, clinic, events) {
                job.refuse(error);
            }
            return job.into_answer().answer();
        }
        // Straight to the writer: the caller is woken once, when the lines are committed.
        if let Err(unsent) = self.writer.send(Task::Audit(clinic, events, job.into_answer())) {
            unsent.0.into_answer(&StoreError::Stopped("the writer has ended".to_owned()));
        }
    }

    /// Commits audit lines to the journal, and tells the writer when they are the first there.
    fn keep(&self, journal: &Journal, clinic: ClinicId, events: Vec<audit::Event>) -> Result<(), StoreError> {
        let kept = journal.keep(clinic, events);
        if let Some(reason) = journal.broken() {
            self.stop.send_replace(Some(reason));
        }
        if kept? {
            // When the writer has ended, the lines wait for the next start.
            let _ended = self.writer.send(Task::Wake);
        }
        Ok(())
    }

    /// Runs the job; the audit events to be written.
    fn snapshot(&mut self, clinic: ClinicId, job: &mut dyn ReadJob) -> Result<Vec<audit::Event>, DbError> {
        self.db.begin_read(clinic, self.deadline)?;
        let mut snapshot = Snapshot::new(self.db.as_mut(), clinic);
        let succeeded = job.run(&mut snapshot);
        let (events, touched) = (std::mem::take(&mut snapshot.events), snapshot.touched);
        let ended = self.db.end(false);
        if let Some(reason) = self.db.broken() {
            return Err(DbError::Io(reason));
        }
        ended?;
        if touched && events.is_empty() {
            job.refuse(StoreError::Unaudited);
        }
        Ok(if succeeded { events } else { failed(events) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use crate::config::Config;
    use crate::error::StoreError;
    use crate::server;
    use crate::store::Store;
    use crate::vault::Keys;

    const ENDLESS: &str = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n > 0)
                           SELECT sum(n % 2) FROM c WHERE n < 0";

    /// Asks something that takes for ever, then something easy.
    fn check(config: Config) {
        let config = Config { readers: 1, read_deadline: Duration::from_millis(100), ..config };
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
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
}
