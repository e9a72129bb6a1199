//! The list. Append only; a migration that has been released is never edited.

use super::charts::CHARTS;
use super::search::{FEWER_PAGES, NEARNESS, SEARCH};
use super::{Migration, Step};
use crate::db::Dialect;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "record", steps: RECORD },
    Migration { number: 2, name: "audit", steps: AUDIT },
    Migration { number: 3, name: "accounts", steps: ACCOUNTS },
    Migration { number: 4, name: "search", steps: SEARCH },
    Migration { number: 5, name: "answer", steps: ANSWER },
    Migration { number: 6, name: "statistics", steps: STATISTICS },
    Migration { number: 7, name: "term statistics", steps: TERM_STATISTICS },
    Migration { number: 8, name: "factors", steps: FACTORS },
    Migration { number: 9, name: "nearness", steps: NEARNESS },
    Migration { number: 10, name: "fewer pages", steps: FEWER_PAGES },
    Migration { number: 11, name: "closed charts", steps: CHARTS },
    Migration { number: 12, name: "passkeys", steps: PASSKEYS },
];

/// `clinic` stands first in every key so that the hub's tables can be distributed by it as they are.
const RECORD: &[Step] = &[
    // Facts about this database as a whole; see `origin.rs`.
    Step::Sql("CREATE TABLE IF NOT EXISTS store (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL ) CLUSTERED"),
    // What a clinic has given out so far: the current origin, its last number, the clock, the last row keys.
    // Neither this nor `origin` is kept apart by row-level security: they hold no records, and opening a restored
    // database has to see all of them.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS clinic (clinic INT NOT NULL PRIMARY KEY, origin INT NOT NULL, seq INT NOT NULL,
            hlc INT NOT NULL, resource INT NOT NULL, term INT NOT NULL ) CLUSTERED",
    ),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS origin (clinic INT NOT NULL, origin INT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (clinic, origin)) CLUSTERED",
    ),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS origin_name ON origin (clinic, name)"),
    // What is current: a projection of `version` that can be rebuilt. `head` is the place of the current version
    // (0: none yet, the resource was only referred to), `versions` how many there are.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS resource (clinic INT NOT NULL, {key:id}, type INT NOT NULL,
            logical_id TEXT NOT NULL, patient INT NOT NULL, home INT NOT NULL, head INT NOT NULL,
            versions INT NOT NULL, state INT NOT NULL, updated INT NOT NULL, {/key:id}) HEAP",
    ),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS resource_name ON resource (clinic, type, logical_id)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS resource_updated ON resource (clinic, type, updated)"),
    Step::ByClinic("resource"),
    // `place` holds the compartment in its upper bits, so that a patient's chart lies together in the file.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS version (clinic INT NOT NULL, {key:place}, resource INT NOT NULL,
            number INT NOT NULL, type INT NOT NULL, origin INT NOT NULL, seq INT NOT NULL, hlc INT NOT NULL,
            parents BYTES NOT NULL, kind INT NOT NULL, author TEXT NOT NULL, payload BYTES NOT NULL,
            hash BYTES NOT NULL, {/key:place}) HEAP",
    ),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS version_name ON version (clinic, origin, seq)"),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS version_history ON version (clinic, resource, number)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS version_time ON version (clinic, hlc)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS version_type_time ON version (clinic, type, hlc)"),
    Step::AppendOnly("version"),
    Step::ByClinic("version"),
];

const AUDIT: &[Step] = &[
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS audit (clinic INT NOT NULL, {key:seq}, at INT NOT NULL, patient INT NOT NULL,
            event BYTES NOT NULL, {/key:seq}) HEAP",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS audit_patient ON audit (clinic, patient, seq)"),
    Step::AppendOnly("audit"),
    Step::ByClinic("audit"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS audit_checkpoint (clinic INT NOT NULL, size INT NOT NULL, at INT NOT NULL,
            root BYTES NOT NULL, signature BYTES NOT NULL, leaves BYTES NOT NULL, PRIMARY KEY (clinic, size)) CLUSTERED",
    ),
    Step::AppendOnly("audit_checkpoint"),
    Step::ByClinic("audit_checkpoint"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS audit_head (clinic INT NOT NULL PRIMARY KEY, size INT NOT NULL,
            peaks BYTES NOT NULL, leaves BYTES NOT NULL, since INT NOT NULL ) CLUSTERED",
    ),
    Step::ByClinic("audit_head"),
];

const ACCOUNTS: &[Step] = &[
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS account (clinic INT NOT NULL, id TEXT NOT NULL, login TEXT NOT NULL,
            name TEXT NOT NULL, duties TEXT NOT NULL, password TEXT NOT NULL, disabled INT NOT NULL,
            PRIMARY KEY (clinic, id)) CLUSTERED",
    ),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS account_login ON account (clinic, login)"),
    Step::ByClinic("account"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS session (clinic INT NOT NULL, hash BYTES NOT NULL, account TEXT NOT NULL,
            created INT NOT NULL, last_seen INT NOT NULL, PRIMARY KEY (clinic, hash)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS session_account ON session (clinic, account)"),
    Step::ByClinic("session"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS token (clinic INT NOT NULL, id TEXT NOT NULL, hash BYTES NOT NULL,
            label TEXT NOT NULL, account TEXT, scope TEXT NOT NULL, created INT NOT NULL, expires INT ,
            revoked INT NOT NULL, PRIMARY KEY (clinic, id)) CLUSTERED",
    ),
    Step::Sql("CREATE UNIQUE INDEX IF NOT EXISTS token_hash ON token (clinic, hash)"),
    Step::ByClinic("token"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS setting (clinic INT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (clinic, name)) CLUSTERED",
    ),
    Step::ByClinic("setting"),
];

/// Answers kept for requests that come twice; see `answers.rs`.
const ANSWER: &[Step] = &[
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS answer (clinic INT NOT NULL, name TEXT NOT NULL, at INT NOT NULL,
            request BYTES NOT NULL, answer BYTES NOT NULL, PRIMARY KEY (clinic, name)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS answer_at ON answer (clinic, at)"),
    Step::ByClinic("answer"),
];

/// What SQLite's planner believes, fixed rather than gathered, so that a query has one plan on every day. Without
/// it an index that begins with `clinic` looks better than the row key, and a look at one compartment reads all
/// of them: here every row has the same clinic.
const STATISTICS: &[Step] = &[
    Step::Only(Dialect::Sqlite, "ANALYZE version"),
    Step::Only(Dialect::Sqlite, "DELETE FROM sqlite_stat1 WHERE tbl IN ('version', 'audit', 'resource')"),
    Step::Only(
        Dialect::Sqlite,
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('version', 'version_name', '5000000 5000000 5000000 1'),
            ('version', 'version_history', '5000000 5000000 2 1'),
            ('version', 'version_time', '5000000 5000000 1'),
            ('version', 'version_type_time', '5000000 5000000 100000 1'),
            ('audit', 'audit_patient', '5000000 5000000 50 1'),
            ('resource', 'resource_name', '5000000 5000000 100000 1'),
            ('resource', 'resource_updated', '5000000 5000000 100000 1'),
            ('resource', 'resource_type', '5000000 5000000 100000 1'),
            ('resource', 'resource_patient', '5000000 5000000 50 5')",
    ),
    // Makes this connection read them too; others do when they open.
    Step::Only(Dialect::Sqlite, "ANALYZE sqlite_schema"),
];

/// The same for the dictionary: without it a code in no named system (a patient's number, a telephone) was looked for
/// in every term of the clinic, since the index over ids, which holds all that is asked for, looked as good.
const TERM_STATISTICS: &[Step] = &[
    Step::Only(
        Dialect::Sqlite,
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
            ('term', 'term', '5000000 5000000 50000 1'),
            ('term', 'term_code', '5000000 5000000 2'),
            ('term', 'term_id', '5000000 5000000 1')",
    ),
    Step::Only(Dialect::Sqlite, "ANALYZE sqlite_schema"),
];

/// Second factors, and from when until when an account is good. Sessions from before have shown a password.
const FACTORS: &[Step] = &[
    Step::Column("account", "valid_from", "INT"),
    Step::Column("account", "valid_to", "INT"),
    Step::Column("session", "proven", "INT NOT NULL DEFAULT 1"),
    // `state` 0: proposed, 1: confirmed. `used_step`: this time step and those before it are spent.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS totp (clinic INT NOT NULL, account TEXT NOT NULL, state INT NOT NULL,
            secret BYTES NOT NULL, created INT NOT NULL, used_step INT NOT NULL,
            PRIMARY KEY (clinic, account, state)) CLUSTERED",
    ),
    Step::ByClinic("totp"),
    // `used` 0: not yet, else when.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS recovery_code (clinic INT NOT NULL, account TEXT NOT NULL, hash BYTES NOT NULL,
            used INT NOT NULL, PRIMARY KEY (clinic, account, hash)) CLUSTERED",
    ),
    Step::ByClinic("recovery_code"),
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS second_try (clinic INT NOT NULL, account TEXT NOT NULL, place INT NOT NULL,
            failures INT NOT NULL, failed_at INT NOT NULL, PRIMARY KEY (clinic, account, place)) CLUSTERED",
    ),
    Step::ByClinic("second_try"),
];

/// Passkeys. `used` 0: not yet, else when.
const PASSKEYS: &[Step] = &[
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS passkey (clinic INT NOT NULL, id BYTES NOT NULL, account TEXT NOT NULL,
            label TEXT NOT NULL, data BYTES NOT NULL, created INT NOT NULL, used INT NOT NULL,
            PRIMARY KEY (clinic, id)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS passkey_account ON passkey (clinic, account)"),
    Step::ByClinic("passkey"),
];
