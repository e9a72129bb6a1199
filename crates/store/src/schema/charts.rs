//! What closes charts and what was opened in spite of it; see `guard.rs` and `glass.rs`.

use super::Step;

pub(super) const CHARTS: &[Step] = &[
    // What stands now; what stood before is in the audit log. `against` is [`access::Against`] as text, `source` the
    // Consent it was read from (empty: the clinic's own seal), `spared` accounts with spaces between them.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS guard (clinic INT NOT NULL, patient INT NOT NULL, id TEXT NOT NULL,
            label TEXT NOT NULL, against TEXT NOT NULL, spared TEXT NOT NULL, known INT NOT NULL, starts INT ,
            ends INT , source TEXT NOT NULL, author TEXT NOT NULL, at INT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (clinic, patient, id)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS guard_source ON guard (clinic, source)"),
    Step::ByClinic("guard"),
    // A broken glass never changes: what becomes of it stands beside it. `label`: what was broken.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS opening (clinic INT NOT NULL, id TEXT NOT NULL, account TEXT NOT NULL,
            patient INT NOT NULL, at INT NOT NULL, until INT NOT NULL, label TEXT NOT NULL, reason TEXT NOT NULL,
            PRIMARY KEY (clinic, id)) CLUSTERED",
    ),
    Step::Sql("CREATE INDEX IF NOT EXISTS opening_account ON opening (clinic, account, until)"),
    Step::Sql("CREATE INDEX IF NOT EXISTS opening_at ON opening (clinic, at)"),
    Step::AppendOnly("opening"),
    Step::ByClinic("opening"),
    // `kind` 1: ended before its time, 2: signed off.
    Step::Sql(
        "CREATE TABLE IF NOT EXISTS opening_mark (clinic INT NOT NULL, opening TEXT NOT NULL, kind INT NOT NULL,
            at INT NOT NULL, author TEXT NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL,
            PRIMARY KEY (clinic, opening, kind)) CLUSTERED",
    ),
    Step::AppendOnly("opening_mark"),
    Step::ByClinic("opening_mark"),
];
