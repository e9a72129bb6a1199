//! The handle everyone holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use audit::{SigningKey, VerifyingKey};
use clinic::ClinicId;
use tokio::sync::{Semaphore, oneshot, watch};

use crate::append::Tx;
use crate::checkpoint::Checkpointer;
use crate::config::{Config, Location};
use crate::db::{Db, Postgres, Sqlite};
use crate::error::StoreError;
use crate::job::{Job, Task};
use crate::journal::Journal;
use crate::reader::{Reader, Reading};
use crate::snapshot::Snapshot;
use crate::writer::Writer;
use crate::{instance, schema};

/// Jobs under way at once; callers beyond that wait their turn.
const JOBS: usize = 1024;

/// Page caches of all that read, one per connection; with [`Config::writer_cache_kib`] they bound what the database takes
/// of the machine's memory. With a hundred thousand patients the inner pages of the trees alone are twenty megabytes:
/// where they do not fit, each resource costs several pages more to be decrypted.
const READERS_CACHE_KIB: u32 = 96 * 1024;
const CHECKPOINT_CACHE_KIB: u32 = 1024;
/// Readers on callers' own threads at most, whatever the machine has.
const HERE_MAX: usize = 8;

/// A store of one clinic's records. Clones share the threads and connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    clinic: ClinicId,
}

struct Inner {
    /// All three are None only while the last handle is dropped.
    writer: Option<mpsc::Sender<Task>>,
    readers: Option<mpsc::Sender<Reading>>,
    /// Readers for jobs on their callers' own threads; none where the database is on the other side of a wire.
    here: Mutex<Vec<Reader>>,
    end: Option<mpsc::Sender<()>>,
    audit_key: VerifyingKey,
    room: Arc<Semaphore>,
    stopped: watch::Receiver<Option<String>>,
    read_deadline: Duration,
    threads: Vec<JoinHandle<()>>,
}

impl Store {
    /// Opens a store, makes what is missing, and brings its schema up to date. Blocks while it does.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`], [`StoreError::Newer`], or that the place cannot be used.
    pub fn open(config: Config) -> Result<Self, StoreError> {
        // On a thread of its own: PostgreSQL's connections wait on runtimes of theirs, which is forbidden on a
        // thread that is in a runtime already, as the caller's may be.
        let opened = thread::scope(|scope| scope.spawn(|| Self::open_here(&config)).join());
        opened.unwrap_or(Err(StoreError::Panicked))
    }

    fn open_here(config: &Config) -> Result<Self, StoreError> {
        let mut db = connect(config, config.writer_cache_kib)?;
        schema::migrate(db.as_mut())?;
        let (place, directory) = match &config.location {
            Location::Directory(path) => (instance::of_file(&database_file(path)?)?, path),
            Location::Postgres { directory, .. } => (instance::of_cluster(db.as_mut())?, directory),
        };
        instance::settle(db.as_mut(), &place, directory)?;
        let (stop, stopped) = watch::channel(None);
        let stop = Arc::new(stop);
        let (writer, tasks) = mpsc::channel();
        let (readers, reads) = mpsc::channel();
        let (end, ended) = mpsc::channel();
        let reads = Arc::new(Mutex::new(reads));
        let key = SigningKey::from_bytes(&config.keys.audit);
        let audit_key = key.verifying_key();
        let mut threads = Vec::new();
        let journal = Journal::open(directory, &config.keys.database, db.as_mut())?;
        let thread = Writer::new(db, tasks, Arc::clone(&stop), Arc::clone(&config.clock), key, journal.clone());
        threads.push(spawn("store-writer", move || thread.run())?);
        if let Location::Directory(path) = &config.location {
            let file = database_file(path)?;
            let db = Sqlite::open(&file, &config.keys.database, config.keys.page_mac, CHECKPOINT_CACHE_KIB)?;
            let thread = Checkpointer::new(db, log_file(&file), ended, Arc::clone(&stop));
            threads.push(spawn("store-checkpoint", move || thread.run())?);
        }
        let here = match &config.location {
            Location::Directory(_) => processors(),
            Location::Postgres { .. } => 0,
        };
        let connections = u32::try_from(config.readers.max(1) + here).unwrap_or(u32::MAX);
        let reader = || -> Result<Reader, StoreError> {
            let db = connect(config, READERS_CACHE_KIB / connections)?;
            Ok(Reader::new(db, journal.clone(), writer.clone(), Arc::clone(&stop), Arc::clone(&config.clock)))
        };
        for _ in 0..config.readers.max(1) {
            let (thread, reads) = (reader()?, Arc::clone(&reads));
            threads.push(spawn("store-reader", move || thread.run(&reads))?);
        }
        let here = (0..here).map(|_| reader()).collect::<Result<_, _>>()?;
        let inner = Inner {
            writer: Some(writer),
            readers: Some(readers),
            here: Mutex::new(here),
            end: Some(end),
            audit_key,
            room: Arc::new(Semaphore::new(JOBS)),
            stopped,
            read_deadline: config.read_deadline,
            threads,
        };
        Ok(Self { inner: Arc::new(inner), clinic: config.clinic })
    }

    /// The same store with the records of another clinic (on a hub).
    #[must_use]
    pub fn of_clinic(&self, clinic: ClinicId) -> Self {
        Self { inner: Arc::clone(&self.inner), clinic }
    }

    /// Whose records these are.
    #[must_use]
    pub fn clinic(&self) -> ClinicId {
        self.clinic
    }

    /// What the audit log's checkpoints are signed with; give it to whoever keeps checkpoints elsewhere.
    #[must_use]
    pub fn audit_key(&self) -> VerifyingKey {
        self.inner.audit_key
    }

    /// Runs `work` in a transaction and answers when it is durable. An error from `work` undoes what it did.
    /// It runs on the one writer thread: what can be done before belongs before.
    ///
    /// # Errors
    /// What `work` returns; or, through `From`, why the store could not keep it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let room = Arc::clone(&self.inner.room).acquire_owned().await.map_err(|_| self.stopped_error())?;
        let writer = self.inner.writer.as_ref().ok_or_else(|| self.stopped_error())?;
        let task = Task::Write(self.clinic, Box::new(Job::new(work, reply, room)));
        writer.send(task).map_err(|_| self.stopped_error())?;
        answer.await.unwrap_or_else(|_| Err(self.stopped_error().into()))
    }

    /// Runs `work` on a snapshot. Answers when the audit events it recorded are kept.
    ///
    /// It is tried on this thread first; a job that turns out to be long is dropped and runs once more, from its
    /// beginning, on a thread of readers. So it must come to the same when it is begun twice.
    ///
    /// # Errors
    /// What `work` returns; or, through `From`, why the store could not answer.
    pub async fn read<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Snapshot<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let reader = self.inner.here().pop();
        if let Some(mut reader) = reader {
            let answer = reader.attempt(self.clinic, &mut work);
            self.inner.here().push(reader);
            if let Some(answer) = answer {
                return answer;
            }
        }
        self.queue(self.inner.read_deadline, work).await
    }

    /// [`Self::read`] for what is known to be long, an export or a check of everything: it is not tried on this
    /// thread, and may take ten times as long.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub async fn read_long<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Snapshot<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.queue(self.inner.read_deadline * 10, work).await
    }

    async fn queue<T, E, F>(&self, time: Duration, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Snapshot<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let room = Arc::clone(&self.inner.room).acquire_owned().await.map_err(|_| self.stopped_error())?;
        let readers = self.inner.readers.as_ref().ok_or_else(|| self.stopped_error())?;
        let clinic = self.clinic;
        let job: Reading = Box::new(move |reader| {
            // An error here means that the caller has gone.
            let _gone = reply.send(reader.read(clinic, time, work));
            drop(room);
        });
        readers.send(job).map_err(|_| self.stopped_error())?;
        answer.await.unwrap_or_else(|_| Err(self.stopped_error().into()))
    }

    /// Waits until the audit lines of all reads answered so far are in the log, where
    /// [`Snapshot::audit_events`] and [`Snapshot::verify_audit`] see them; without this that takes up to a second.
    ///
    /// # Errors
    /// Why the store could not keep them.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write(|_| Ok(())).await
    }

    /// Waits until an I/O error stops the store, and tells it. The process should then end: what the disk holds is
    /// known only after a restart.
    pub async fn stopped(&self) -> String {
        let mut stopped = self.inner.stopped.clone();
        match stopped.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            // All threads ended without an error: only when this handle is the last and is being dropped.
            Err(_) => std::future::pending().await,
        }
    }

    fn stopped_error(&self) -> StoreError {
        let reason = self.inner.stopped.borrow().clone();
        StoreError::Stopped(reason.unwrap_or_else(|| "closed".to_owned()))
    }
}

impl Inner {
    /// The one used last is taken first: its page cache is warm.
    fn here(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many threads may be reading at once without waiting for each other.
fn processors() -> usize {
    thread::available_parallelism().map_or(2, usize::from).clamp(2, HERE_MAX)
}

/// Waits until everything that was accepted is done.
impl Drop for Inner {
    fn drop(&mut self) {
        self.here().clear();
        self.readers = None;
        self.end = None;
        // The writer, the first, goes last and alone: whoever closes the last connection empties the log into the
        // database, and of two that close at once neither is the last.
        for thread in self.threads.drain(1..) {
            join(thread);
        }
        self.writer = None;
        self.threads.drain(..).for_each(join);
    }
}

fn join(thread: JoinHandle<()>) {
    // A job may hold the last handle; a thread cannot wait for itself.
    if thread.thread().id() != thread::current().id() && thread.join().is_err() {
        tracing::error!("a thread of the store panicked");
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn connect(config: &Config, cache_kib: u32) -> Result<Box<dyn Db + Send>, StoreError> {
    match &config.location {
        Location::Directory(path) => {
            Ok(Box::new(Sqlite::open(&database_file(path)?, &config.keys.database, config.keys.page_mac, cache_kib)?))
        }
        Location::Postgres { url, .. } => Ok(Box::new(Postgres::open(url)?)),
    }
}

fn log_file(database: &Path) -> PathBuf {
    database.with_extension("db-wal")
}

fn database_file(directory: &Path) -> Result<PathBuf, StoreError> {
    fs::create_dir_all(directory)
        .map_err(|error| StoreError::Unavailable(format!("{}: {error}", directory.display())))?;
    Ok(directory.join("komainu.db"))
}
