//! All SQL: SQLite and PostgreSQL, one list of migrations, one writer that groups commits.
//!
//! - [`Store::write`] runs a job on the writer thread. Jobs that wait together share one COMMIT, each in a
//!   savepoint of its own, and all are answered after it: acknowledged means durable.
//! - [`Store::read`] runs a job on one snapshot of the database: on the caller's thread while it is short, else on a
//!   reader's.
//! - A job that touched records must have recorded an audit event ([`Snapshot::audit`]); otherwise nothing of it
//!   is committed or answered. The event's line commits in the same transaction as the versions it tells of.
//! - Every function that shows or changes records takes an [`access::Permit`], which `access` alone can make, and
//!   cuts out of its answer, in SQL and before paging, the charts that are closed to the permit's actor (`guard.rs`).
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod account;
mod answers;
mod append;
mod audit_log;
mod checkpoint;
mod config;
mod db;
mod draft;
mod error;
mod factor;
mod glass;
mod guard;
mod index;
mod instance;
mod job;
mod journal;
mod origin;
mod passkey;
mod payload;
mod pull;
mod reader;
mod rebuild;
mod resource;
mod schema;
mod search;
mod snapshot;
mod store;
mod stored;
mod varint;
mod vault;
mod writer;

/// The tests' own PostgreSQL, also for what only unit tests can see.
#[cfg(test)]
#[path = "../tests/all/postgres.rs"]
mod server;

pub use account::{Account, Proven, Session, Token};
pub use answers::Kept;
pub use append::{Expect, Tx};
pub use audit_log::AuditLines;
pub use config::{Clock, Config, Location};
pub use draft::Draft;
pub use error::StoreError;
pub use factor::{Place, Totp, TotpState, Tries};
pub use glass::{Opening, Review, Unbroken};
pub use guard::{ACCOUNT_SYSTEM, About, ChartSeal, GUARDS_MAX, Refusal, Standing, Stands};
pub use passkey::Passkey;
pub use payload::instant;
pub use pull::Pulled;
pub use search::{INCLUDED_MAX, Page};
pub use snapshot::{HistoryPage, HistoryScope, Snapshot};
pub use store::Store;
pub use stored::Stored;
pub use sync::Kind;
pub use vault::{Keys, Seal, Vault, VaultError};
