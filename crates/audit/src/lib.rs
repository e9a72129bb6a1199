//! The audit log as an RFC 6962 tree with Ed25519 checkpoints; verify.
//!
//! Pure: the store keeps the rows and asks here what to write. A log that was changed afterwards, by whomever
//! and with whatever rights, no longer fits its signed checkpoints, and [`verify`] says where it begins to differ.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod checkpoint;
mod event;
mod log;
mod tree;
mod verify;

pub use checkpoint::Checkpoint;
pub use ed25519_dalek::{SigningKey, VerifyingKey};
pub use event::{Entity, Event, Outcome, Written};
pub use log::{Head, Window};
pub use tree::{Hash, Tree, leaf_hash};
pub use verify::{Finding, Source, Tampering, Verified, VerifyError, verify};
