//! Replication without IO: versions, vectors, conflicts as values.
//!
//! What is here so far is what a store needs from its first migration on: the record of one [`Version`], the
//! hash that names its content, and the [`Vector`] that says which versions a replica holds. Pure: no IO, no clock.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod vector;
mod version;

pub use vector::{Gap, Range, Vector};
pub use version::{Hash, Kind, Version, content_hash};
