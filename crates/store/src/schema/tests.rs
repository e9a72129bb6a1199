//! The list of migrations, run on real databases.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::db::{Postgres, Sqlite};
use crate::server;
use crate::vault::PageMac;

/// One line per table, column, index, trigger and policy.
const POSTGRES: &str = "
    SELECT line FROM (
        SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
               || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END AS line
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index ' || replace(indexdef, 'public.', '') FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'trigger ' || replace(pg_get_triggerdef(oid), 'public.', '') FROM pg_trigger
        WHERE NOT tgisinternal
        UNION ALL SELECT 'policy ' || tablename || ' ' || qual || ' CHECK ' || with_check
               || CASE WHEN c.relforcerowsecurity THEN ' FORCED' ELSE '' END
        FROM pg_policies JOIN pg_class c ON c.relname = tablename WHERE schemaname = 'public'
    ) AS lines ORDER BY line COLLATE \"C\"";

/// SQLite keeps what was asked for.
const SQLITE: &str =
    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name";

fn open_sqlite(directory: &Path) -> Box<dyn Db> {
    Box::new(Sqlite::open(&directory.join("komainu.db"), &[7; 32], PageMac::Sha256, 1024).unwrap())
}

/// Test threads have no runtime, so a connection can be driven right here.
fn open_postgres() -> Option<Box<dyn Db>> {
    Some(Box::new(Postgres::open(&server::database()?).unwrap()))
}

fn lines(db: &mut dyn Db, sql: &str) -> Vec<String> {
    let one_space = |text: String| text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    db.all(sql, &[], |row| Ok(one_space(row.text(0)?))).unwrap()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Compares with the golden file, or writes it anew when `KOMAINU_BLESS` is set.
fn check_golden(name: &str, lines: &[String]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name);
    let text = lines.join(";\n") + ";\n";
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == text, "{name} is not the schema; look at the difference after running with KOMAINU_BLESS=1");
}

#[test]
fn the_list_adds_up_to_the_golden_files() {
    let directory = TempDir::new().unwrap();
    let mut sqlite = open_sqlite(directory.path());
    migrate(sqlite.as_mut()).unwrap();
    check_golden("sqlite.sql", &lines(sqlite.as_mut(), SQLITE));
    if let Some(mut postgres) = open_postgres() {
        migrate(postgres.as_mut()).unwrap();
        check_golden("postgres.txt", &lines(postgres.as_mut(), POSTGRES));
    }
}

#[test]
fn every_step_can_run_twice() {
    let directory = TempDir::new().unwrap();
    let databases = [Some((open_sqlite(directory.path()), SQLITE)), open_postgres().map(|db| (db, POSTGRES))];
    for (mut db, sql) in databases.into_iter().flatten() {
        migrate(db.as_mut()).unwrap();
        let before = lines(db.as_mut(), sql);
        for migration in MIGRATIONS {
            run(db.as_mut(), migration).unwrap();
        }
        migrate(db.as_mut()).unwrap();
        assert_eq!(lines(db.as_mut(), sql), before);
    }
}

#[test]
fn migrations_are_numbered_upwards() {
    for pair in MIGRATIONS.windows(2) {
        assert!(pair[0].number < pair[1].number, "{}", pair[1].name);
    }
}

#[test]
fn a_later_programs_database_is_left_alone() {
    let directory = TempDir::new().unwrap();
    let mut db = open_sqlite(directory.path());
    migrate(db.as_mut()).unwrap();
    db.batch("INSERT INTO migration (number, name) VALUES (1000, 'later')").unwrap();
    let known = MIGRATIONS.last().unwrap().number;
    assert_eq!(migrate(db.as_mut()), Err(StoreError::Newer { found: 1000, known }));
}

/// Tables, columns with their kind, and what the unique and other indexes are over.
#[test]
fn both_databases_have_the_same_schema() {
    let Some(mut postgres) = open_postgres() else { return };
    let directory = TempDir::new().unwrap();
    let mut sqlite = open_sqlite(directory.path());
    migrate(sqlite.as_mut()).unwrap();
    migrate(postgres.as_mut()).unwrap();
    // What only one of them has: full-text search, and an index for what SQLite's primary key is in the order of.
    let only_one = |line: &String| {
        !line.contains("fts")
            && !line.contains("tsvector")
            && !line.contains("USING gin")
            && !line.contains("ix_text_folded")
    };
    let columns_sqlite = lines(
        sqlite.as_mut(),
        "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || (c.\"notnull\" OR c.pk > 0)
         FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%fts%'
             AND m.name NOT LIKE 'sqlite_%'",
    );
    let columns_postgres = lines(
        postgres.as_mut(),
        "SELECT table_name || '.' || column_name || ' ' || CASE data_type WHEN 'bigint' THEN 'INTEGER'
             WHEN 'bytea' THEN 'BLOB' WHEN 'double precision' THEN 'REAL' WHEN 'text' THEN 'TEXT' ELSE data_type END
             || ' ' || CASE is_nullable WHEN 'NO' THEN '1' ELSE '0' END
         FROM information_schema.columns WHERE table_schema = 'public'",
    );
    let keep = |lines: Vec<String>| lines.into_iter().filter(|line| only_one(line)).collect::<Vec<_>>();
    assert_eq!(sorted(keep(columns_sqlite)), sorted(keep(columns_postgres)));
    let indexes_sqlite = lines(
        sqlite.as_mut(),
        "SELECT m.name || ' ' || i.\"unique\" || ' ' || i.name || ' ' ||
             (SELECT group_concat(c.name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) c)
         FROM sqlite_master m JOIN pragma_index_list(m.name) i
         WHERE m.type = 'table' AND i.origin = 'c' AND m.name NOT LIKE '%fts%'",
    );
    let indexes_postgres = lines(
        postgres.as_mut(),
        "SELECT t.relname || ' ' || i.indisunique::int || ' ' || n.relname || ' ' ||
             (SELECT string_agg(a.attname, ',' ORDER BY k.at) FROM unnest(i.indkey) WITH ORDINALITY k (number, at)
              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
         JOIN pg_am am ON am.oid = n.relam
         WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary AND am.amname = 'btree'
        ",
    );
    assert_eq!(sorted(keep(indexes_sqlite)), sorted(keep(indexes_postgres)));
}

/// An index that begins with the clinic would read all of it.
#[test]
fn a_look_at_one_compartment_reads_no_other() {
    let directory = TempDir::new().unwrap();
    let mut db = open_sqlite(directory.path());
    migrate(db.as_mut()).unwrap();
    let mut check = |sql: &str, plan: &str| {
        let text = format!("EXPLAIN QUERY PLAN {sql}");
        assert_eq!(db.all(&text, &[], |row| row.text(3)).unwrap(), [plan], "{sql}");
    };
    check(
        "SELECT place FROM version WHERE clinic = 1 AND place >= 2 AND place < 3 ORDER BY place DESC LIMIT 1",
        "SEARCH version USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
    );
    check(
        "SELECT seq FROM audit WHERE clinic = 1 AND seq < 2 ORDER BY seq DESC LIMIT 3",
        "SEARCH audit USING INTEGER PRIMARY KEY (rowid<?)",
    );
}

/// The index over ids holds all that is asked for and begins with the clinic too; it would read every term.
#[test]
fn a_code_of_any_system_is_looked_up_by_the_code() {
    let directory = TempDir::new().unwrap();
    let mut db = open_sqlite(directory.path());
    migrate(db.as_mut()).unwrap();
    for (condition, plan) in [
        (
            "code = 'a' AND NOT (system >= 'b' AND system < 'c')",
            "SEARCH term USING INDEX term_code (clinic=? AND code=?)",
        ),
        ("code = 'a' AND system = 'b'", "SEARCH term USING PRIMARY KEY (clinic=? AND system=? AND code=?)"),
        (
            "system = 'b' AND code >= 'a' AND code < 'c'",
            "SEARCH term USING PRIMARY KEY (clinic=? AND system=? AND code>? AND code<?)",
        ),
        ("id = 3", "SEARCH term USING COVERING INDEX term_id (clinic=? AND id=?)"),
    ] {
        let sql = format!("EXPLAIN QUERY PLAN SELECT id FROM term WHERE clinic = 1 AND {condition}");
        assert_eq!(db.all(&sql, &[], |row| row.text(3)).unwrap(), [plan], "{condition}");
    }
}

/// Every table that holds a clinic's rows is kept apart; those that are not are named here.
#[test]
fn row_level_security_is_on_everywhere() {
    let Some(mut postgres) = open_postgres() else { return };
    migrate(postgres.as_mut()).unwrap();
    let open = lines(
        postgres.as_mut(),
        "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
         AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1",
    );
    assert_eq!(open, ["clinic", "migration", "origin", "store"]);
}
