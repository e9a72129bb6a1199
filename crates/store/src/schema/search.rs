//! What search reads. Every table is clustered by what a search knows first; `SORTED` columns compare by bytes in
//! both databases, so that a prefix is a range.

use super::Step;
use crate::db::Dialect;

pub(super) const SEARCH: &[Step] = &[
    // (system, code) pairs as integers. Systems that begin with a control character are our own: see `index/term.rs`.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS term (clinic INT NOT NULL, system SORTED NOT NULL, code SORTED NOT NULL,
            id INT NOT NULL, PRIMARY KEY (clinic, system, code)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS term_code ON term (clinic, code)"),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS term_id ON term (clinic, id)"),
    Step::ByClinic("term"),
    // The patient before the resource: what one patient has of a code lies together.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_token (clinic INT NOT NULL, param INT NOT NULL, term INT NOT NULL,
            patient INT NOT NULL, resource INT NOT NULL,
            PRIMARY KEY (clinic, param, term, patient, resource)) CLUSTERED",
    ),
    Step::ByClinic("ix_token"),
    // `raw` is empty where it is the same as `folded`.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_text (clinic INT NOT NULL, param INT NOT NULL, folded SORTED NOT NULL,
            resource INT NOT NULL, raw TEXT NOT NULL, PRIMARY KEY (clinic, param, folded, resource, raw)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_text_resource ON ix_text (clinic, param, resource, folded)"),
    Step::ByClinic("ix_text"),
    // `target` is the row key of a resource, or minus the id of a term: a URL or an identifier.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_reference (clinic INT NOT NULL, param INT NOT NULL, target INT NOT NULL,
            resource INT NOT NULL, PRIMARY KEY (clinic, param, target, resource)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_reference_resource ON ix_reference (clinic, param, resource, target)"),
    Step::ByClinic("ix_reference"),
    // ms since 1970 UTC, half open.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_date (clinic INT NOT NULL, param INT NOT NULL, low INT NOT NULL,
            high INT NOT NULL, resource INT NOT NULL, PRIMARY KEY (clinic, param, low, high, resource)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_date_resource ON ix_date (clinic, param, resource, low)"),
    Step::ByClinic("ix_date"),
    // The few of them that span more than a day, once more: those that may begin long before what is searched.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_date_long (clinic INT NOT NULL, param INT NOT NULL, high INT NOT NULL,
            low INT NOT NULL, resource INT NOT NULL, PRIMARY KEY (clinic, param, high, low, resource)) CLUSTERED",
    ),
    Step::ByClinic("ix_date_long"),
    // `unit` is a term; minus it when the number was converted to that unit.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_quantity (clinic INT NOT NULL, param INT NOT NULL, unit INT NOT NULL,
            low REAL NOT NULL, high REAL NOT NULL, resource INT NOT NULL,
            PRIMARY KEY (clinic, param, unit, low, high, resource)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_quantity_resource ON ix_quantity (clinic, param, resource, low)"),
    Step::ByClinic("ix_quantity"),
    // The first side is a term; of the second `term2` holds a term or a unit, `low` and `high` a number or date.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS ix_composite (clinic INT NOT NULL, param INT NOT NULL, term INT NOT NULL,
            patient INT NOT NULL, term2 INT NOT NULL, low REAL NOT NULL, high REAL NOT NULL, resource INT NOT NULL,
            PRIMARY KEY (clinic, param, term, patient, term2, low, high, resource)) CLUSTERED",
    ),
    Step::ByClinic("ix_composite"),
    // Newest made first, the order of a search that asks for none; and a patient's chart.
    Step::Sql("CREATE INDEX IF NOT EXISTS resource_type ON resource (clinic, type, id)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS resource_patient ON resource (clinic, patient, type)"),
];

/// Texts in the orders in which they are shown: what is folded, and the spelling without its spaces, each with the
/// newest made first among equals. A column, since PostgreSQL does not use an index over an expression where row-level
/// security holds.
pub(super) const NEARNESS: &[Step] = &[
    Step::Column(
        "ix_text",
        "spelled",
        "SORTED NOT NULL GENERATED ALWAYS AS
            (replace(replace(CASE raw WHEN '' THEN folded ELSE raw END, ' ', ''), '\u{3000}', '')) DERIVED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_text_folded ON ix_text (clinic, param, folded, resource DESC)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS ix_text_spelled ON ix_text (clinic, param, spelled, resource DESC)"),
    // For SQLite's planner, as in `migrations.rs`: without it the few rows of one resource were looked for in all of
    // the parameter, since the key holds every column that is asked for.
    Step::Only(Dialect::Sqlite, "DELETE FROM sqlite_stat1 WHERE tbl = 'ix_text'"),
    Step::Only(
        Dialect::Sqlite,
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('ix_text', 'ix_text', '5000000 5000000 500000 20 2 1'),
            ('ix_text', 'ix_text_resource', '5000000 5000000 500000 5 1'),
            ('ix_text', 'ix_text_folded', '5000000 5000000 500000 20 2'),
            ('ix_text', 'ix_text_spelled', '5000000 5000000 500000 20 2')",
    ),
    Step::Only(Dialect::Sqlite, "ANALYZE sqlite_schema"),
];

/// Fewer pages per write, since each costs an encryption, an authentication and two calls to the system. The resource
/// stands before the parameter in the indexes that lead from a resource to its values: those of a new one then lie
/// together at the end. And what is folded needs no index beside SQLite's primary key when that has the same order.
pub(super) const FEWER_PAGES: &[Step] = &[
    Step::Only(
        Dialect::Sqlite,
        "CREATE TABLE ix_text_ordered (clinic INT NOT NULL, param INT NOT NULL, folded SORTED NOT NULL,
            resource INT NOT NULL, raw TEXT NOT NULL,
            spelled SORTED NOT NULL GENERATED ALWAYS AS
                (replace(replace(CASE raw WHEN '' THEN folded ELSE raw END, ' ', ''), '\u{3000}', '')) DERIVED ,
            PRIMARY KEY (clinic, param, folded, resource DESC, raw)) CLUSTERED;
         INSERT INTO ix_text_ordered (clinic, param, folded, resource, raw)
            SELECT clinic, param, folded, resource, raw FROM ix_text ORDER BY clinic, param, folded, resource DESC, raw;
         DROP TABLE ix_text;
         ALTER TABLE ix_text_ordered RENAME TO ix_text;
         CREATE INDEX ix_text_spelled ON ix_text (clinic, param, spelled, resource DESC)",
    ),
    Step::Sql("DROP INDEX IF EXISTS ix_text_resource"),
    Step::Sql("CREATE INDEX ix_text_resource ON ix_text (clinic, resource, param, folded)"),
    Step::Sql("DROP INDEX ix_reference_resource"),
    Step::Sql("CREATE INDEX ix_reference_resource ON ix_reference (clinic, resource, param, target)"),
    Step::Sql("DROP INDEX ix_date_resource"),
    Step::Sql("CREATE INDEX ix_date_resource ON ix_date (clinic, resource, param, low)"),
    Step::Sql("DROP INDEX ix_quantity_resource"),
    Step::Sql("CREATE INDEX ix_quantity_resource ON ix_quantity (clinic, resource, param, low)"),
    // Fixed, as for `version`: SQLite else took a parameter's rows of everybody for as few as those of one resource.
    Step::Only(
        Dialect::Sqlite,
        "DELETE FROM sqlite_stat1 WHERE tbl IN ('ix_text', 'ix_reference', 'ix_date', 'ix_quantity');
         INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('ix_text', 'ix_text', '5000000 5000000 200000 3 1 1'),
            ('ix_text', 'ix_text_spelled', '5000000 5000000 200000 3 1'),
            ('ix_text', 'ix_text_resource', '5000000 5000000 16 3 1'),
            ('ix_reference', 'ix_reference', '5000000 5000000 200000 50 1'),
            ('ix_reference', 'ix_reference_resource', '5000000 5000000 3 1 1'),
            ('ix_date', 'ix_date', '5000000 5000000 200000 3 3 1'),
            ('ix_date', 'ix_date_resource', '5000000 5000000 3 1 1'),
            ('ix_quantity', 'ix_quantity', '5000000 5000000 200000 9000 50 50 1'),
            ('ix_quantity', 'ix_quantity_resource', '5000000 5000000 3 1 1')",
    ),
    Step::Only(Dialect::Sqlite, "ANALYZE sqlite_schema"),
];
