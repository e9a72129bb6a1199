//! What a store promises, tried on the real databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "all/accounts.rs"]
mod accounts;
#[path = "all/harness.rs"]
mod harness;
#[path = "all/place.rs"]
mod place;
#[path = "all/versions.rs"]
mod versions;
