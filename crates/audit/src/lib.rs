//! The audit log as an RFC 6962 tree with Ed25519 checkpoints; verify.
//!
//! Pure: the store keeps the rows and asks here what to write. A log that was changed afterwards, by whomever
//! and with whatever rights, no longer fits its signed checkpoints, and [`verify`] says where it begins to differ.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod event;

pub use event::{Entity, Event, Outcome, Written};
