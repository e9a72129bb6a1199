//! The seam to the databases: one tiny synchronous trait. All SQL is written once over it.
//!
//! Statements use `?1` placeholders and the common ground of SQLite and PostgreSQL; they are prepared once per
//! connection and cached by their text, so texts must not be built from values.
//!
//! `+clinic` in a condition keeps SQLite from taking an index that begins with the clinic, of which an embedded
//! database has one, where the range of row keys beside it says far more. PostgreSQL is given plain `clinic`.

mod postgres;
mod sqlite;

use std::ops::ControlFlow;
use std::time::Duration;

use clinic::ClinicId;

use crate::error::DbError;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// Which SQL is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A value bound to a placeholder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Val<'a> {
    Null,
    Int(i64),
    Real(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// One row of an answer.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

/// A connection.
pub(crate) trait Db {
    /// Runs a statement; the number of rows changed.
    fn execute(&mut self, sql: &str, params: &[Val<'_>]) -> Result<u64, DbError>;

    /// Hands each row to `row` until it breaks.
    fn query(&mut self, sql: &str, params: &[Val<'_>], row: &mut RowFn<'_>) -> Result<(), DbError>;

    /// Runs statements without placeholders, uncached: the schema.
    fn batch(&mut self, sql: &str) -> Result<(), DbError>;

    /// Begins a snapshot of a clinic's records that nothing is written in. Queries are broken off with
    /// [`DbError::Deadline`] when the time has passed.
    fn begin_read(&mut self, clinic: ClinicId, time: Duration) -> Result<(), DbError>;

    /// Begins a transaction that may write. Its commit outlives a power cut.
    fn begin_write(&mut self) -> Result<(), DbError>;

    /// Whether something was broken off for its time since the last [`Self::begin_read`].
    fn was_late(&self) -> bool;

    /// Within a transaction, begins what can be undone alone: one clinic's, with a time limit as for reading.
    fn begin_job(&mut self, clinic: ClinicId, time: Duration) -> Result<(), DbError>;

    /// Undoes all since [`Self::begin_job`]; the job still has to be ended.
    fn undo_job(&mut self) -> Result<(), DbError>;

    /// Ends the job, and its time limit.
    fn end_job(&mut self) -> Result<(), DbError>;

    /// Within a transaction, turns to the records of a clinic.
    fn enter(&mut self, clinic: ClinicId) -> Result<(), DbError>;

    /// Ends what was begun.
    fn end(&mut self, commit: bool) -> Result<(), DbError>;

    /// Whether what was begun still stands: some errors end it.
    fn in_transaction(&self) -> bool;

    /// The first I/O error this connection met, even if a job swallowed it.
    fn broken(&self) -> Option<String>;

    fn dialect(&self) -> Dialect;
}

pub(crate) type RowFn<'f> = dyn FnMut(&Row<'_>) -> Result<ControlFlow<()>, DbError> + 'f;

impl dyn Db + '_ {
    /// The first row, read by `read`.
    pub(crate) fn one<T>(
        &mut self,
        sql: &str,
        params: &[Val<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut found = None;
        self.query(sql, params, &mut |row| {
            found = Some(read(row)?);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// All rows, read by `read`.
    pub(crate) fn all<T>(
        &mut self,
        sql: &str,
        params: &[Val<'_>],
        mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut found = Vec::new();
        self.query(sql, params, &mut |row| {
            found.push(read(row)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {
        impl Row<'_> {
            $($(#[$doc])* pub(crate) fn $name(&self, column: usize) -> Result<$type, DbError> {
                match self {
                    Self::Sqlite(row) => row.get(column).map_err(sqlite::error),
                    Self::Postgres(row) => row.try_get(column).map_err(postgres::error),
                }
            })*
        }
    };
}

getters! {
    int -> i64;
    opt_int -> Option<i64>;
    opt_real -> Option<f64>;
    text -> String;
    opt_text -> Option<String>;
    bytes -> Vec<u8>;
}

impl From<i64> for Val<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Val<'_> {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl<'a> From<&'a str> for Val<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Val<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}

impl From<u16> for Val<'_> {
    fn from(value: u16) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<ClinicId> for Val<'_> {
    fn from(value: ClinicId) -> Self {
        Self::Int(i64::from(value.0))
    }
}
