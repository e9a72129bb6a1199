//! What a store promises, tried on the real databases.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "all/harness.rs"]
mod harness;
#[path = "all/versions.rs"]
mod versions;
