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

use audit::Event;
use clinic::ClinicId;

use crate::db::{Db, Sqlite, Val};
use crate::error::{DbError, StoreError};

/// The name of the file beside the database.
pub(crate) const FILE: &str = "reads.db";
/// Lines that wait at most before they are moved, however short they have waited.
const LINES_MAX: usize = 4096;
const CACHE_KIB: u32 = 256;

pub(crate) struct Journal {
    db: Sqlite,
    /// Committed here and not yet in the log.
    waiting: Vec<(ClinicId, Event)>,
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
        let mut journal = Self { db, waiting: Vec::new(), seq: moved, moved, deleted: 0 };
        journal.take_up()?;
        Ok(journal)
    }

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
        Ok(())
    }

    /// Commits lines. They outlive the end of this process from now on, a power cut once they are moved.
    pub(crate) fn keep(&mut self, lines: Vec<(ClinicId, Event)>) -> Result<(), DbError> {
        self.db.begin_write(false)?;
        let kept = self.insert(&lines).and_then(|seq| self.db.end(true).map(|()| seq));
        match kept {
            Ok(seq) => {
                self.seq = seq;
                self.deleted = self.moved;
                self.waiting.extend(lines);
                Ok(())
            }
            Err(error) => {
                let _unusable = self.db.end(false);
                Err(error)
            }
        }
    }

    fn insert(&mut self, lines: &[(ClinicId, Event)]) -> Result<i64, DbError> {
        if self.deleted < self.moved {
            self.db.execute("DELETE FROM line WHERE seq <= ?1", &[Val::Int(self.moved)])?;
        }
        let mut seq = self.seq;
        for (clinic, event) in lines {
            seq += 1;
            self.db.execute(
                "INSERT INTO line (seq, clinic, event) VALUES (?1, ?2, ?3)",
                &[Val::Int(seq), Val::from(*clinic), Val::Bytes(&event.to_vec())],
            )?;
        }
        Ok(seq)
    }

    /// The lines to be moved.
    pub(crate) fn waiting(&self) -> &[(ClinicId, Event)] {
        &self.waiting
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= LINES_MAX
    }

    /// Notes in the transaction that moves them that the waiting lines are in the log.
    pub(crate) fn mark(&self, main: &mut dyn Db) -> Result<(), DbError> {
        let seq = self.seq.to_string();
        main.execute("UPDATE store SET value = ?1 WHERE name = 'journal'", &[Val::Text(&seq)]).map(drop)
    }

    /// That transaction is committed. The rows here go with the next commit here.
    pub(crate) fn are_moved(&mut self) {
        self.moved = self.seq;
        self.waiting.clear();
    }

    pub(crate) fn broken(&self) -> Option<String> {
        self.db.broken()
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
        let (mut left, _) = journal(directory.path(), &keys);
        left.keep(vec![(ClinicId::ONLY, event("a")), (ClinicId::ONLY, event("b"))]).unwrap();
        left.keep(vec![(ClinicId::ONLY, event("c"))]).unwrap();
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
        assert!(again.waiting().is_empty());
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
