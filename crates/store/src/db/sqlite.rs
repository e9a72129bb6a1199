//! SQLite, as SQLCipher builds it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clinic::ClinicId;
use rusqlite::config::DbConfig;
use rusqlite::ffi;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};
use zeroize::Zeroizing;

use super::{Db, Dialect, Row, RowFn, Val};
use crate::checkpoint::{LOG_MAX, log_size};
use crate::error::DbError;

/// A connection to the embedded database.
pub(crate) struct Sqlite {
    connection: Connection,
    broken: Option<String>,
    log: PathBuf,
    opened: Instant,
    /// When queries are broken off, in µs after `opened`.
    deadline_us: Arc<AtomicU64>,
    /// Whether one was.
    late: Arc<AtomicBool>,
}

/// Steps of SQLite's virtual machine between two looks at the clock: some 0.05 ms, more when pages are not at hand.
const STEPS: i32 = 1024;
/// Held while a connection is opened and keyed: SQLCipher sets itself up with the first of a process, and of two that
/// are the first at once one may find no cipher.
static OPENING: Mutex<()> = Mutex::new(());
/// What stays of the log on the disk after it was emptied.
const LOG_KEPT: u64 = 16 << 20;

impl Sqlite {
    /// Opens (or makes) the file with a raw key (a passphrase would be hashed anew at every opening). `cache_kib` is the page cache of this connection alone: SQLCipher decrypts a
    /// page whenever it is not there, so what is often read should fit.
    pub(crate) fn open(path: &Path, key: &[u8; 32], cache_kib: u32) -> Result<Self, DbError> {
        let opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection.set_prepared_statement_cache_capacity(512);
        // A plan follows from the text alone. Without this SQLite looks at the values and prepares a statement anew
        // whenever they change, which was a quarter of every search.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let mut db = Self {
            connection,
            broken: None,
            log: log.into(),
            opened: Instant::now(),
            deadline_us: Arc::new(AtomicU64::new(u64::MAX)),
            late: Arc::default(),
        };
        let (opened, deadline_us, late) = (db.opened, Arc::clone(&db.deadline_us), Arc::clone(&db.late));
        let is_late = move || {
            let is_late = opened.elapsed().as_micros() as u64 > deadline_us.load(Ordering::Relaxed);
            late.fetch_or(is_late, Ordering::Relaxed);
            is_late
        };
        db.connection.progress_handler(STEPS, Some(is_late)).map_err(error)?;
        let hex: Zeroizing<String> = Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
        db.batch("PRAGMA cipher_log_level = NONE")?;
        db.batch(&Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.as_str())))?;
        drop(opening);
        db.batch(&format!(
            "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA cache_size = -{cache_kib}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = {LOG_KEPT};"
        ))?;
        Ok(db)
    }
}

impl Sqlite {
    /// Remembers an I/O error: whoever gets it may swallow it, and the store must stop all the same.
    fn note<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        if let Err(DbError::Io(what)) = &result {
            self.broken.get_or_insert_with(|| what.clone());
        }
        result
    }

    fn limit(&self, time: Duration) {
        self.deadline_us.store((self.opened.elapsed() + time).as_micros() as u64, Ordering::Relaxed);
    }

    fn rows(&self, sql: &str, params: &[Val<'_>], row: &mut RowFn<'_>) -> Result<(), DbError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(error)?;
        while let Some(found) = rows.next().map_err(error)? {
            if row(&Row::Sqlite(found))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn run(&self, sql: &str, params: &[Val<'_>]) -> Result<u64, DbError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        Ok(statement.execute(rusqlite::params_from_iter(params)).map_err(error)? as u64)
    }
}

impl Db for Sqlite {
    fn execute(&mut self, sql: &str, params: &[Val<'_>]) -> Result<u64, DbError> {
        let result = self.run(sql, params);
        self.note(result)
    }

    fn query(&mut self, sql: &str, params: &[Val<'_>], row: &mut RowFn<'_>) -> Result<(), DbError> {
        let result = self.rows(sql, params, row);
        self.note(result)
    }

    fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        let result = self.connection.execute_batch(sql).map_err(error);
        self.note(result)
    }

    fn begin_read(&mut self, _clinic: ClinicId, time: Duration) -> Result<(), DbError> {
        self.limit(time);
        self.late.store(false, Ordering::Relaxed);
        self.execute("BEGIN DEFERRED", &[]).map(drop)
    }

    fn begin_job(&mut self, _clinic: ClinicId, time: Duration) -> Result<(), DbError> {
        self.limit(time);
        self.execute("SAVEPOINT job", &[]).map(drop)
    }

    fn undo_job(&mut self) -> Result<(), DbError> {
        self.deadline_us.store(u64::MAX, Ordering::Relaxed);
        self.execute("ROLLBACK TO SAVEPOINT job", &[]).map(drop)
    }

    fn end_job(&mut self) -> Result<(), DbError> {
        self.deadline_us.store(u64::MAX, Ordering::Relaxed);
        self.execute("RELEASE SAVEPOINT job", &[]).map(drop)
    }

    fn enter(&mut self, _clinic: ClinicId) -> Result<(), DbError> {
        Ok(())
    }

    fn was_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    fn begin_write(&mut self) -> Result<(), DbError> {
        if log_size(&self.log) > LOG_MAX {
            // Waits for readers, but not long: the log may grow a little more before all writers may stand still.
            self.batch("PRAGMA busy_timeout = 250; PRAGMA wal_checkpoint(RESTART); PRAGMA busy_timeout = 10000")?;
        }
        self.execute("BEGIN IMMEDIATE", &[]).map(drop)
    }

    fn end(&mut self, commit: bool) -> Result<(), DbError> {
        self.deadline_us.store(u64::MAX, Ordering::Relaxed);
        if !commit && !self.in_transaction() {
            return Ok(());
        }
        self.execute(if commit { "COMMIT" } else { "ROLLBACK" }, &[]).map(drop)
    }

    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    fn broken(&self) -> Option<String> {
        self.broken.clone()
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
}

impl ToSql for Val<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match *self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(value) => ToSqlOutput::Owned(Value::Integer(value)),
            Self::Real(value) => ToSqlOutput::Owned(Value::Real(value)),
            Self::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}

/// Sorts SQLite's codes by what can be done about them.
pub(super) fn error(error: rusqlite::Error) -> DbError {
    let rusqlite::Error::SqliteFailure(code, _) = &error else { return DbError::Other(error.to_string()) };
    match code.code {
        ErrorCode::DiskFull => DbError::Full,
        // The shared-memory file beside the log could not grow: no room, though it is called an I/O error.
        ErrorCode::SystemIoFailure if code.extended_code == ffi::SQLITE_IOERR_SHMSIZE => DbError::Full,
        ErrorCode::SystemIoFailure => DbError::Io(error.to_string()),
        ErrorCode::DatabaseCorrupt => DbError::Corrupt(error.to_string()),
        ErrorCode::NotADatabase => DbError::WrongKey,
        ErrorCode::OperationInterrupted => DbError::Deadline,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DbError::Lost(error.to_string()),
        _ => DbError::Other(error.to_string()),
    }
}
