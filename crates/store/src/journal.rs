//! Audit lines of reads on their way into the log.
//!
//! A line must be committed before its read is answered. Committing it to the main database would make every
//! reader throw its page cache away (SQLite does so whenever the write-ahead log has changed), and with SQLCipher
//! each page then has to be read, authenticated and decrypted again. So the lines of reads are committed here, to
//! a small database beside the main one under the same key, and moved into the log in one go: before the next
//! write, or within a second. The main database holds the number of the last line moved, written in the same
//! transaction, so a line is in the log exactly once whatever happens in between.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use audit::Event;
use clinic::ClinicId;

use crate::db::{Db, Sqlite, Val};
use crate::error::{DbError, StoreError};

/// The name of the file beside the database.
pub(crate) const FILE: &str = "reads.db";
/// Lines that wait at most before they are moved, however short they have waited.
const LINES_MAX: usize = 4096;
const CACHE_KIB: u32 = 256;

/// The journal as readers, who commit lines to it, and the writer, who moves them, share it.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Lines>>);

/// Lines taken to be moved, and the number of the last of them.
pub(crate) struct Taken {
    pub(crate) lines: Vec<(ClinicId, Event)>,
    seq: i64,
}

struct Lines {
    db: Sqlite,
    /// Committed here and not yet in the log.
    waiting: Vec<(ClinicId, Event)>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// Number of the last line committed here.
    seq: i64,
    /// Number of the last line that is in the log.
    moved: i64,
    /// Rows up to here are gone already.
    deleted: i64,
}

impl Journal {
    /// Opens the journal and takes up the lines that a process which ended left behind. `main` tells how far the
    /// log has come.
    pub(crate) fn open(path: &Path, key: &[u8; 32], main: &mut dyn Db) -> Result<Self, StoreError> {
        let mut db = Sqlite::open(path, key, CACHE_KIB)?;
        db.batch(
            "CREATE TABLE IF NOT EXISTS line (seq INTEGER PRIMARY KEY, clinic INTEGER NOT NULL, event BLOB NOT NULL)",
        )?;
        main.execute("INSERT INTO store (name, value) VALUES ('journal', '0') ON CONFLICT (name) DO NOTHING", &[])?;
        let moved = main.one("SELECT value FROM store WHERE name = 'journal'", &[], |row| row.text(0))?;
        let moved = moved.and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut lines = Lines { db, waiting: Vec::new(), since: None, seq: moved, moved, deleted: 0 };
        lines.take_up()?;
        Ok(Self(Arc::new(Mutex::new(lines))))
    }

    /// Commits lines. They outlive the end of this process from now on, a power cut once they are moved.
    /// True when the writer is to be told: these are the first to wait, or so many wait that they should go at once.
    pub(crate) fn keep(&self, clinic: ClinicId, events: Vec<Event>) -> Result<bool, DbError> {
        self.lines().keep(clinic, events)
    }

    /// Since when lines wait.
    pub(crate) fn since(&self) -> Option<Instant> {
        self.lines().since
    }

    /// Whether so many wait that they should be moved at once.
    pub(crate) fn is_full(&self) -> bool {
        self.lines().waiting.len() >= LINES_MAX
    }

    /// Takes the lines that wait, to be moved. None when none do.
    pub(crate) fn take(&self) -> Option<Taken> {
        let mut lines = self.lines();
        lines.since = None;
        let seq = lines.seq;
        let taken = std::mem::take(&mut lines.waiting);
        (!taken.is_empty()).then_some(Taken { lines: taken, seq })
    }

    /// The transaction that moved them is committed. The rows here go with the next commit here.
    pub(crate) fn are_moved(&self, taken: &Taken) {
        self.lines().moved = taken.seq;
    }

    /// That transaction failed: they wait again, before those that have come since.
    pub(crate) fn put_back(&self, mut taken: Taken) {
        let mut lines = self.lines();
        taken.lines.append(&mut lines.waiting);
        lines.waiting = taken.lines;
        lines.since.get_or_insert_with(Instant::now);
    }

    pub(crate) fn broken(&self) -> Option<String> {
        self.lines().db.broken()
    }

    /// A panic elsewhere cannot leave the lines half-changed: they change after the commit.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Notes in the transaction that moves them that they are in the log.
    pub(crate) fn mark(&self, main: &mut dyn Db) -> Result<(), DbError> {
        let seq = self.seq.to_string();
        main.execute("UPDATE store SET value = ?1 WHERE name = 'journal'", &[Val::Text(&seq)]).map(drop)
    }
}

impl Lines {
    fn take_up(&mut self) -> Result<(), StoreError> {
        let (waiting, seq) = (&mut self.waiting, &mut self.seq);
        self.db.query(
            "SELECT seq, clinic, event FROM line WHERE seq > ?1 ORDER BY seq",
            &[Val::Int(self.moved)],
            &mut |row| {
                let corrupt = || DbError::Corrupt("a line of the journal of reads".to_owned());
                let clinic = u32::try_from(row.int(1)?).map_err(|_| corrupt())?;
                waiting.push((ClinicId(clinic), Event::parse(&row.bytes(2)?).map_err(|_| corrupt())?));
                *seq = row.int(0)?;
                Ok(ControlFlow::Continue(()))
            },
        )?;
        self.since = (!self.waiting.is_empty()).then(Instant::now);
        Ok(())
    }

    fn keep(&mut self, clinic: ClinicId, events: Vec<Event>) -> Result<bool, DbError> {
        self.db.begin_write(false)?;
        let kept = self.insert(clinic, &events).and_then(|seq| self.db.end(true).map(|()| seq));
        match kept {
            Ok(seq) => {
                self.seq = seq;
                self.deleted = self.moved;
                self.waiting.extend(events.into_iter().map(|event| (clinic, event)));
                let first = self.since.is_none();
                self.since.get_or_insert_with(Instant::now);
                Ok(first || self.waiting.len() == LINES_MAX)
            }
            Err(error) => {
                let _unusable = self.db.end(false);
                Err(error)
            }
        }
    }

    fn insert(&mut self, clinic: ClinicId, events: &[Event]) -> Result<i64, DbError> {
        if self.deleted < self.moved {
            self.db.execute("DELETE FROM line WHERE seq <= ?1", &[Val::Int(self.moved)])?;
        }
        let mut seq = self.seq;
        for event in events {
            seq += 1;
            self.db.execute(
                "INSERT INTO line (seq, clinic, event) VALUES (?1, ?2, ?3)",
                &[Val::Int(seq), Val::from(clinic), Val::Bytes(&event.to_vec())],
            )?;
        }
        Ok(seq)
    }
}

#[cfg(test)]
mod tests {
    use access::{Action, Actor, Duty};
    use audit::Outcome;
    use tempfile::TempDir;

    use super::*;
    use crate::config::Config;
    use crate::store::Store;
    use crate::vault::Keys;

    fn event(name: &str) -> Event {
        Event::new(1, name, "read", Outcome::Done)
    }

    /// Who acted, oldest first.
    async fn actors(store: &Store) -> Vec<String> {
        store.settle().await.unwrap();
        let auditor = Actor::person("auditor", "監査", &[Duty::Auditor]);
        let permit = access::decide(&auditor, Action::Search, &["AuditEvent"]).unwrap();
        let read = store.read::<_, StoreError, _>(move |snapshot| {
            snapshot.audit(event("auditor"));
            snapshot.audit_events(&permit, None, None, 100)
        });
        read.await.unwrap().into_iter().rev().map(|(_, event)| event.actor).collect()
    }

    /// On a clock that makes no checkpoint due, so that one is left to be taken at the end.
    fn config(directory: &TempDir, keys: &Keys) -> Config {
        Config { clock: std::sync::Arc::new(|| 1), ..Config::directory(directory.path(), keys.clone()) }
    }

    fn journal(directory: &Path, keys: &Keys) -> (Journal, Sqlite) {
        let mut main = Sqlite::open(&directory.join("komainu.db"), &keys.database, 256).unwrap();
        (Journal::open(&directory.join(FILE), &keys.database, &mut main).unwrap(), main)
    }

    #[tokio::test]
    async fn lines_of_a_process_that_was_killed_are_in_the_log_once() {
        let (directory, keys) = (TempDir::new().unwrap(), Keys::random().unwrap());
        drop(Store::open(config(&directory, &keys)).unwrap());
        // Killed after lines were committed here and before they were moved.
        let (left, _) = journal(directory.path(), &keys);
        left.keep(ClinicId::ONLY, vec![event("a"), event("b")]).unwrap();
        left.keep(ClinicId::ONLY, vec![event("c")]).unwrap();
        drop(left);
        for run in 0..3 {
            let store = Store::open(config(&directory, &keys)).unwrap();
            let lines = actors(&store).await;
            assert_eq!(lines[..3], ["a", "b", "c"]);
            // One more is in the log unsigned and one waits here when the store is closed.
            assert_eq!([lines.len(), actors(&store).await.len()], [3 + 2 * run, 4 + 2 * run]);
            let key = store.audit_key();
            store.read::<_, StoreError, _>(move |snapshot| snapshot.verify_audit(&key, &[])).await.unwrap();
        }
        // Moved in the transaction that was committed, but the rows are still here.
        let (again, _) = journal(directory.path(), &keys);
        assert!(again.take().is_none());
    }

    #[tokio::test]
    async fn a_lost_journal_does_not_hide_later_lines() {
        let (directory, keys) = (TempDir::new().unwrap(), Keys::random().unwrap());
        for _ in 0..2 {
            let store = Store::open(config(&directory, &keys)).unwrap();
            actors(&store).await;
        }
        std::fs::remove_file(directory.path().join(FILE)).unwrap();
        let store = Store::open(config(&directory, &keys)).unwrap();
        assert_eq!(actors(&store).await.len(), 2);
        assert_eq!(actors(&store).await.len(), 3);
    }
}
