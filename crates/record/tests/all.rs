//! What the record promises, tried on the real databases.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

// Used by the store's own `postgres.rs`, which is a module here too; `cargo xtask tidy` looks for the name.
use tokio_postgres as _;

#[path = "all/bundles.rs"]
mod bundles;
#[path = "all/closed.rs"]
mod closed;
#[path = "all/conditional.rs"]
mod conditional;
#[path = "all/export.rs"]
mod export;
#[path = "all/finalising.rs"]
mod finalising;
#[path = "all/harness.rs"]
mod harness;
#[path = "all/importing.rs"]
mod importing;
#[path = "all/instances.rs"]
mod instances;
#[path = "all/merging.rs"]
mod merging;
#[path = "../../store/tests/all/postgres.rs"]
mod postgres;
#[path = "all/properties.rs"]
mod properties;
#[path = "all/reading.rs"]
mod reading;
#[path = "all/seeds.rs"]
mod seeds;
