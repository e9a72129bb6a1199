//! The schema: one list of migrations for both databases, rendered into the dialect at hand.
//!
//! The list is append-only. Each migration can run twice and changes nothing the second time, because a crash
//! may come between a statement and the note that it was run. `schema/*.sql` hold what the list adds up to.

mod charts;
mod migrations;
mod search;

use crate::db::{Db, Dialect, Val};
use crate::error::{DbError, StoreError};

pub(crate) use migrations::MIGRATIONS;

/// A numbered, named change of the schema.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) steps: &'static [Step],
}

/// One step, in words both databases understand after [`render`].
pub(crate) enum Step {
    /// A statement. `INT`, `BYTES`, `REAL` are the types, `SORTED` a text in byte order, `DERIVED` ends a generated
    /// column; `{key:x}` … `{/key:x}` mark the integer row key,
    /// which in SQLite is the place in the file and so needs no index of its own.
    Sql(&'static str),
    /// A column added to a table, with its type and default.
    Column(&'static str, &'static str, &'static str),
    /// Triggers that refuse UPDATE and DELETE on the table.
    AppendOnly(&'static str),
    /// Row-level security: a connection sees the rows of the clinic it has named, and no others.
    ByClinic(&'static str),
    /// What only one of them has or needs.
    Only(Dialect, &'static str),
}

/// The statements of a step in a dialect.
pub(crate) fn render(step: &Step, dialect: Dialect) -> Vec<String> {
    match (step, dialect) {
        (Step::Sql(text), _) => vec![words(text, dialect)],
        (Step::Only(only, text), _) => (*only == dialect).then(|| words(text, dialect)).into_iter().collect(),
        // SQLite has no IF NOT EXISTS here; `run` asks first.
        (Step::Column(table, name, kind), _) => {
            vec![words(&format!("ALTER TABLE {table} ADD COLUMN {name} {kind} "), dialect)]
        }
        (Step::AppendOnly(table), Dialect::Sqlite) => ["UPDATE", "DELETE"]
            .iter()
            .map(|verb| {
                format!(
                    "CREATE TRIGGER IF NOT EXISTS {table}_no_{} BEFORE {verb} ON {table}
                     BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
                    verb.to_lowercase()
                )
            })
            .collect(),
        (Step::AppendOnly(table), Dialect::Postgres) => vec![
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
                .to_owned(),
            format!(
                "CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                 FOR EACH ROW EXECUTE FUNCTION append_only()"
            ),
            format!(
                "CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                 FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            ),
        ],
        (Step::ByClinic(_), Dialect::Sqlite) => Vec::new(),
        (Step::ByClinic(table), Dialect::Postgres) => vec![
            format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"),
            // The owner too: the program is the owner.
            format!("ALTER TABLE {table} FORCE ROW LEVEL SECURITY"),
            format!("DROP POLICY IF EXISTS own_clinic ON {table}"),
            format!(
                "CREATE POLICY own_clinic ON {table}
                 USING (clinic = current_setting('komainu.clinic')::bigint)
                 WITH CHECK (clinic = current_setting('komainu.clinic')::bigint)"
            ),
        ],
    }
}

fn words(text: &str, dialect: Dialect) -> String {
    let table = |text: &str| match dialect {
        Dialect::Sqlite => text
            .replace(" INT ", " INTEGER ")
            .replace(" SORTED ", " TEXT ")
            .replace(" BYTES ", " BLOB ")
            .replace(" DERIVED ", " VIRTUAL ")
            .replace(") CLUSTERED", ") STRICT, WITHOUT ROWID")
            .replace(") HEAP", ") STRICT"),
        Dialect::Postgres => text
            .replace(" INT ", " BIGINT ")
            .replace(" SORTED ", " TEXT COLLATE \"C\" ")
            .replace(" BYTES ", " BYTEA ")
            .replace(" DERIVED ", " STORED ")
            .replace(" REAL ", " DOUBLE PRECISION ")
            .replace(") CLUSTERED", ")")
            .replace(") HEAP", ")"),
    };
    let mut out = table(text);
    // `{key:place}` declares the column, `{/key:place}` the constraint at the end of the table.
    while let Some(at) = out.find("{key:") {
        let end = out[at..].find('}').map_or(out.len(), |length| at + length);
        let column = out[at + 5..end].to_owned();
        let (declaration, constraint) = match dialect {
            Dialect::Sqlite => (format!("{column} INTEGER PRIMARY KEY"), String::new()),
            Dialect::Postgres => (format!("{column} BIGINT NOT NULL"), format!(", PRIMARY KEY (clinic, {column})")),
        };
        out.replace_range(at..=end, &declaration);
        out = out.replace(&format!(", {{/key:{column}}}"), &constraint);
    }
    out
}

/// Brings the database to the last migration.
///
/// # Errors
/// [`StoreError::Newer`] when it is beyond that already.
pub(crate) fn migrate(db: &mut dyn Db) -> Result<(), StoreError> {
    let dialect = db.dialect();
    let table = "CREATE TABLE IF NOT EXISTS migration (number INT NOT NULL PRIMARY KEY, name TEXT NOT NULL ) CLUSTERED";
    transaction(db, |db| db.batch(&words(table, dialect)))?;
    let done = db.all("SELECT number FROM migration", &[], |row| row.int(0))?;
    let found = done.iter().copied().max().unwrap_or(0);
    let known = MIGRATIONS.last().map_or(0, |last| last.number);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    // By number and not from the last one on: two that were made side by side may come in either order.
    for migration in MIGRATIONS.iter().filter(|migration| !done.contains(&migration.number)) {
        transaction(db, |db| run(db, migration))?;
        tracing::info!(number = migration.number, name = migration.name, "schema migrated");
    }
    Ok(())
}

/// Alone: two programs may open one database at the same time.
fn transaction(db: &mut dyn Db, work: impl FnOnce(&mut dyn Db) -> Result<(), DbError>) -> Result<(), DbError> {
    db.begin_write()?;
    let done = work(db);
    let ended = db.end(done.is_ok());
    done.and(ended)
}

fn run(db: &mut dyn Db, migration: &Migration) -> Result<(), DbError> {
    for step in migration.steps {
        if let Step::Column(table, name, _) = step
            && has_column(db, table, name)?
        {
            continue;
        }
        for statement in render(step, db.dialect()) {
            db.batch(&statement)?;
        }
    }
    db.execute(
        "INSERT INTO migration (number, name) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING",
        &[Val::Int(migration.number), Val::Text(migration.name)],
    )?;
    Ok(())
}

fn has_column(db: &mut dyn Db, table: &str, column: &str) -> Result<bool, DbError> {
    let sql = match db.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM pragma_table_xinfo(?1) WHERE name = ?2",
        Dialect::Postgres => {
            "SELECT count(*) FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = ?1 AND column_name = ?2"
        }
    };
    Ok(db.one(sql, &[table.into(), column.into()], |row| row.int(0))?.unwrap_or(0) > 0)
}

#[cfg(test)]
mod tests;
