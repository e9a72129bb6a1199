//! PostgreSQL, for a hub with the records of many clinics.
//!
//! Each connection is driven by the thread that uses it, on a runtime of its own: a statement then costs one round
//! trip and no change of threads, and there is nothing for a pool to do.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::BytesMut;
use clinic::ClinicId;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use super::{Db, Dialect, Row, RowFn, Val};
use crate::error::DbError;

/// Held by whoever writes, so that two programs on one hub do not give out the same numbers. Any number will do
/// as long as nobody else in the database uses it.
const WRITER_LOCK: i64 = 0x6b6f_6d61_696e_7531;

/// A connection to the hub's database; made anew when it was lost.
pub(crate) struct Postgres {
    runtime: Runtime,
    url: String,
    client: Option<Client>,
    statements: HashMap<String, Statement>,
    broken: Option<String>,
}

impl Postgres {
    pub(crate) fn open(url: &str) -> Result<Self, DbError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| DbError::Lost(error.to_string()))?;
        let (client, statements) = (None, HashMap::new());
        let mut db = Self { runtime, url: url.to_owned(), client, statements, broken: None };
        db.client()?;
        Ok(db)
    }

    fn client(&mut self) -> Result<&Client, DbError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            self.statements.clear();
            let url = &self.url;
            let client = self.runtime.block_on(async {
                let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(error)?;
                // Ends when the client is dropped or the server goes; what went wrong shows in the next statement.
                tokio::spawn(async move { drop(connection.await) });
                Ok::<_, DbError>(client)
            })?;
            return Ok(self.client.insert(client));
        }
        self.client.as_ref().ok_or_else(|| DbError::Lost("not connected".to_owned()))
    }

    /// The client if the connection still stands: within a transaction a new one would not do.
    fn run<T>(
        &mut self,
        work: impl AsyncFnOnce(&Client, &mut HashMap<String, Statement>) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, DbError> {
        let client = self.client.as_ref().ok_or_else(|| DbError::Lost("not connected".to_owned()))?;
        let result = self.runtime.block_on(work(client, &mut self.statements)).map_err(error);
        if let Err(DbError::Io(what)) = &result {
            self.broken.get_or_insert_with(|| what.clone());
        }
        result
    }

    fn begin(&mut self, sql: &str) -> Result<(), DbError> {
        self.client()?;
        self.batch(sql)
    }
}

impl Db for Postgres {
    fn execute(&mut self, sql: &str, params: &[Val<'_>]) -> Result<u64, DbError> {
        self.run(async |client, statements| {
            let statement = prepare(client, statements, sql).await?;
            client.execute_raw(&statement, params).await
        })
    }

    fn query(&mut self, sql: &str, params: &[Val<'_>], row: &mut RowFn<'_>) -> Result<(), DbError> {
        let rows = self.run(async |client, statements| {
            let statement = prepare(client, statements, sql).await?;
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|val| val as &(dyn ToSql + Sync)).collect();
            client.query(&statement, &params).await
        })?;
        for found in &rows {
            if row(&Row::Postgres(found))? == ControlFlow::Break(()) {
                break;
            }
        }
        Ok(())
    }

    fn batch(&mut self, sql: &str) -> Result<(), DbError> {
        self.run(async |client, _| client.batch_execute(sql).await)
    }

    fn begin_read(&mut self, clinic: ClinicId, time: Duration) -> Result<(), DbError> {
        let (clinic, ms) = (clinic.0, time.as_millis());
        self.begin(&format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL komainu.clinic = {clinic};
             SET LOCAL statement_timeout = {ms}"
        ))
    }

    fn begin_write(&mut self) -> Result<(), DbError> {
        self.begin(&format!("BEGIN; SET LOCAL synchronous_commit = on; SELECT pg_advisory_xact_lock({WRITER_LOCK})"))
    }

    fn was_late(&self) -> bool {
        // Nobody tries a query over a wire first.
        false
    }

    fn begin_job(&mut self, clinic: ClinicId, time: Duration) -> Result<(), DbError> {
        let (clinic, ms) = (clinic.0, time.as_millis());
        self.batch(&format!("SET LOCAL komainu.clinic = {clinic}; SET LOCAL statement_timeout = {ms}; SAVEPOINT job"))
    }

    fn undo_job(&mut self) -> Result<(), DbError> {
        self.batch("ROLLBACK TO SAVEPOINT job")
    }

    fn end_job(&mut self) -> Result<(), DbError> {
        self.batch("RELEASE SAVEPOINT job")
    }

    fn enter(&mut self, clinic: ClinicId) -> Result<(), DbError> {
        self.batch(&format!("SET LOCAL komainu.clinic = {}", clinic.0))
    }

    fn end(&mut self, commit: bool) -> Result<(), DbError> {
        self.batch(if commit { "COMMIT" } else { "ROLLBACK" })
    }

    fn in_transaction(&self) -> bool {
        self.client.as_ref().is_some_and(|client| !client.is_closed())
    }

    fn broken(&self) -> Option<String> {
        self.broken.clone()
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }
}

async fn prepare(
    client: &Client,
    statements: &mut HashMap<String, Statement>,
    sql: &str,
) -> Result<Statement, tokio_postgres::Error> {
    match statements.entry(sql.to_owned()) {
        Entry::Occupied(entry) => Ok(entry.get().clone()),
        Entry::Vacant(entry) => Ok(entry.insert(client.prepare(&numbered(sql)).await?).clone()),
    }
}

/// `?1` as PostgreSQL writes it (no statement of ours has a question mark elsewhere), and `+clinic` plain.
fn numbered(sql: &str) -> String {
    sql.replace('?', "$").replace("+clinic", "clinic")
}

impl ToSql for Val<'_> {
    fn to_sql(&self, target: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) => match *target {
                Type::INT4 => i32::try_from(value)?.to_sql(target, out),
                Type::FLOAT8 => (value as f64).to_sql(target, out),
                _ => value.to_sql(target, out),
            },
            Self::Real(value) => value.to_sql(target, out),
            Self::Text(value) => value.to_sql(target, out),
            Self::Bytes(value) => value.to_sql(target, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Sorts SQLSTATE classes by what can be done about them. Details are left out: they quote values.
pub(super) fn error(error: tokio_postgres::Error) -> DbError {
    let Some(said) = error.as_db_error() else {
        return match error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>) {
            true => DbError::Lost(error.to_string()),
            false => DbError::Other(error.to_string()),
        };
    };
    let (code, message) = (said.code().code(), said.message().to_owned());
    match (code, &code[..2]) {
        ("57014", _) => DbError::Deadline,
        ("53100", _) => DbError::Full,
        ("XX001" | "XX002", _) | (_, "58") => DbError::Io(message),
        (_, "08" | "28" | "3D" | "40" | "53" | "57") => DbError::Lost(message),
        _ => DbError::Other(format!("{code} {message}")),
    }
}
