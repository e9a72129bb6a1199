//! The declared clinic, from outside the crate.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod findings;
mod patterns;
mod plan;
mod read;
