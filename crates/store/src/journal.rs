//! Audit lines of reads on their way into the log.
//!
//! A line must be kept before its read is answered. Committing it to the database would make every reader throw its
//! page cache away (SQLite does so whenever the write-ahead log has changed), and with SQLCipher each page then has
//! to be read, authenticated and decrypted again; at a hub it would be a round trip. So a line is appended to a file
//! ([`file`]) by whoever reads, and all that wait are moved into the log in one go: before the next write, or within a
//! second. The database holds the number of the last line moved, written in the same transaction, so a line is in the
//! log exactly once whatever happens in between.

mod file;
mod former;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use audit::Event;
use clinic::ClinicId;

use crate::db::{Db, Val};
use crate::error::{DbError, StoreError};
use file::{File, Line};

/// The name of the file in the data directory.
pub(crate) const FILE: &str = "reads.log";
/// Lines that wait at most before they are moved, however short they have waited.
const LINES_MAX: usize = 4096;
/// Beyond this the file is made anew although lines still wait: under a steady load some always do.
const BYTES_MAX: u64 = 4 << 20;

/// The journal as readers, who append to it, and the writer, who moves the lines, share it.
#[derive(Clone)]
pub(crate) struct Journal(Arc<Mutex<Lines>>);

/// Lines taken to be moved, and the number of the last of them.
pub(crate) struct Taken {
    pub(crate) lines: Vec<(ClinicId, Event)>,
    seq: u64,
}

struct Lines {
    file: File,
    /// In the file and not yet in the log.
    waiting: Vec<(ClinicId, Event)>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// Number of the last line in the file.
    seq: u64,
    broken: Option<String>,
}

impl Journal {
    /// Opens the journal and takes up the lines that a process which ended left behind. `main` tells how far the
    /// log has come.
    pub(crate) fn open(directory: &Path, key: &[u8; 32], main: &mut dyn Db) -> Result<Self, StoreError> {
        main.execute("INSERT INTO store (name, value) VALUES ('journal', '0') ON CONFLICT (name) DO NOTHING", &[])?;
        let moved = main.one("SELECT value FROM store WHERE name = 'journal'", &[], |row| row.text(0))?;
        let moved = moved.and_then(|text| text.parse().ok()).unwrap_or(0);
        let (mut file, found) = File::open(&directory.join(FILE), key)?;
        let left: Vec<Line> = found.into_iter().filter(|line| line.seq > moved).collect();
        if left.is_empty() {
            // What a power cut brought back is all moved, but the next line's number would not follow on it.
            file.empty()?;
        }
        let seq = left.last().map_or(moved, |line| line.seq);
        let waiting: Vec<_> = left.into_iter().map(|line| (line.clinic, line.event)).collect();
        let since = (!waiting.is_empty()).then(Instant::now);
        let mut lines = Lines { file, waiting, since, seq, broken: None };
        // Numbers go on, so what a start that was cut short took up already is not taken up again.
        former::take_up(directory, key, seq, |clinic, event| lines.keep(clinic, vec![event]).map(drop))?;
        Ok(Self(Arc::new(Mutex::new(lines))))
    }

    /// Keeps lines. They outlive the end of this process from now on, a power cut once they are moved.
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

    /// The transaction that moved what was taken is committed.
    pub(crate) fn are_moved(&self) {
        self.lines().shorten();
    }

    /// That transaction failed: they wait again, before those that have come since.
    pub(crate) fn put_back(&self, mut taken: Taken) {
        let mut lines = self.lines();
        taken.lines.append(&mut lines.waiting);
        lines.waiting = taken.lines;
        lines.since.get_or_insert_with(Instant::now);
    }

    pub(crate) fn broken(&self) -> Option<String> {
        self.lines().broken.clone()
    }

    /// A panic elsewhere cannot leave the lines half-changed: they change after the file.
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
    fn keep(&mut self, clinic: ClinicId, events: Vec<Event>) -> Result<bool, DbError> {
        let appended = self.file.append(self.seq + 1, events.iter().map(|event| (clinic, event)));
        self.seq = self.note(appended)?;
        self.waiting.extend(events.into_iter().map(|event| (clinic, event)));
        let first = self.since.is_none();
        self.since.get_or_insert_with(Instant::now);
        Ok(first || self.waiting.len() == LINES_MAX)
    }

    /// Gives back the room of lines that are moved. What cannot be given back now is passed over at the next start,
    /// and given back with the next lines.
    fn shorten(&mut self) {
        let done = if self.waiting.is_empty() {
            self.file.empty()
        } else if self.file.bytes() > BYTES_MAX {
            let first = self.seq + 1 - self.waiting.len() as u64;
            self.file.replace(first, self.waiting.iter().map(|(clinic, event)| (*clinic, event)))
        } else {
            Ok(())
        };
        if let Err(error) = self.note(done) {
            tracing::warn!(%error, "the journal of reads was not shortened");
        }
    }

    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(DbError::Io(what)) = &result {
            self.broken.get_or_insert_with(|| what.clone());
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use access::{Action, Actor, Duty};
    use audit::Outcome;
    use tempfile::TempDir;

    use super::*;
    use crate::config::Config;
    use crate::db::Sqlite;
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
        (Journal::open(directory, &keys.database, &mut main).unwrap(), main)
    }

    #[tokio::test]
    async fn lines_in_the_former_form_are_taken_up_once() {
        let (directory, keys) = (TempDir::new().unwrap(), Keys::random().unwrap());
        drop(Store::open(config(&directory, &keys)).unwrap());
        let former = directory.path().join("reads.db");
        let mut db = Sqlite::open(&former, &keys.database, 256).unwrap();
        db.batch("CREATE TABLE line (seq INTEGER PRIMARY KEY, clinic INTEGER NOT NULL, event BLOB NOT NULL)").unwrap();
        for (seq, name) in [(1, "a"), (2, "b")] {
            let line = event(name).to_vec();
            db.execute("INSERT INTO line VALUES (?1, 1, ?2)", &[Val::Int(seq), Val::Bytes(&line)]).unwrap();
        }
        drop(db);
        let copy = directory.path().join("copy");
        std::fs::copy(&former, &copy).unwrap();
        // A start that took them up and was killed before it removed them.
        drop(journal(directory.path(), &keys));
        assert!(!former.exists());
        std::fs::rename(copy, &former).unwrap();
        let store = Store::open(config(&directory, &keys)).unwrap();
        assert_eq!(actors(&store).await, ["a", "b"]);
        assert!(!former.exists());
    }

    #[test]
    fn under_a_steady_load_the_file_does_not_grow_without_end() {
        let (directory, keys) = (TempDir::new().unwrap(), Keys::random().unwrap());
        drop(Store::open(config(&directory, &keys)).unwrap());
        let (journal, _main) = journal(directory.path(), &keys);
        let path = directory.path().join(FILE);
        let mut longest = 0;
        for _ in 0..40 {
            journal.keep(ClinicId::ONLY, vec![event("a"); 1000]).unwrap();
            let taken = journal.take().unwrap();
            assert_eq!(taken.lines.len(), if longest == 0 { 1000 } else { 1001 });
            journal.keep(ClinicId::ONLY, vec![event("b")]).unwrap();
            journal.are_moved();
            longest = longest.max(std::fs::metadata(&path).unwrap().len());
        }
        assert!(longest < BYTES_MAX + (1 << 20), "{longest} bytes");
        assert_eq!(journal.take().unwrap().lines.len(), 1);
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

    /// A power cut can undo that the file was emptied, and take the lines that came after.
    #[test]
    fn a_file_from_before_what_was_moved_does_not_hide_later_lines() {
        let (directory, keys) = (TempDir::new().unwrap(), Keys::random().unwrap());
        drop(Store::open(config(&directory, &keys)).unwrap());
        let path = directory.path().join(FILE);
        let (before, mut main) = journal(directory.path(), &keys);
        before.keep(ClinicId::ONLY, vec![event("a")]).unwrap();
        let stale = std::fs::read(&path).unwrap();
        before.keep(ClinicId::ONLY, vec![event("b"), event("c")]).unwrap();
        before.take().unwrap().mark(&mut main).unwrap();
        drop(before);
        std::fs::write(&path, stale).unwrap();
        let (after, _) = journal(directory.path(), &keys);
        after.keep(ClinicId::ONLY, vec![event("d")]).unwrap();
        drop(after);
        let (again, _) = journal(directory.path(), &keys);
        assert_eq!(again.take().unwrap().lines.len(), 1);
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
