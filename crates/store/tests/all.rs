//! What a store promises, tried on the real databases.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "all/accounts.rs"]
mod accounts;
#[path = "all/audit.rs"]
mod audit_log;
#[path = "all/cost.rs"]
mod cost;
#[path = "all/durability/mod.rs"]
mod durability;
#[path = "all/factors.rs"]
mod factors;
#[path = "all/harness.rs"]
mod harness;
#[path = "all/hub.rs"]
mod hub;
#[path = "all/place.rs"]
mod place;
#[path = "all/postgres.rs"]
mod postgres;
#[path = "all/replica.rs"]
mod replica;
#[path = "all/rot.rs"]
mod rot;
#[path = "all/search/mod.rs"]
mod search;
#[path = "all/versions.rs"]
mod versions;
