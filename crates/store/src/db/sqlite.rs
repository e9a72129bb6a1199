//! SQLite, as SQLCipher builds it.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::ffi;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use super::{Db, Dialect, Row, RowFn, Val};
use crate::error::DbError;

/// A connection to the embedded database.
pub(crate) struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens (or makes) the file. `cache_kib` is the page cache of this connection alone: SQLCipher decrypts a
    /// page whenever it is not there, so what is often read should fit.
    pub(crate) fn open(path: &Path, cache_kib: u32) -> Result<Self, DbError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection.set_prepared_statement_cache_capacity(512);
        let mut db = Self { connection };
        db.batch(&format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -{cache_kib};
             PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF;"
        ))?;
        Ok(db)
    }
}

impl Db for Sqlite {
    fn execute(&mut self, sql: &str, params: &[Val<'_>]) -> Result<u64, DbError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        Ok(statement.execute(rusqlite::params_from_iter(params)).map_err(error)? as u64)
    }

    fn query(&mut self, sql: &str, params: &[Val<'_>], row: &mut RowFn<'_>) -> Result<(), DbError> {
        let mut statement = self.connection.prepare_cached(sql).map_err(error)?;
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(error)?;
        while let Some(found) = rows.next().map_err(error)? {
            if row(&Row::Sqlite(found))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        self.connection.execute_batch(sql).map_err(error)
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
        ErrorCode::DatabaseCorrupt => DbError::Io(error.to_string()),
        ErrorCode::NotADatabase => DbError::WrongKey,
        ErrorCode::OperationInterrupted => DbError::Deadline,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => DbError::Lost(error.to_string()),
        _ => DbError::Other(error.to_string()),
    }
}
