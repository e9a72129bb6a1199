//! The one create, read, update and search; finalise, amend, merge, bundles, import.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod bundle;
mod error;
pub mod import;
pub mod url;

pub use error::{Error, ErrorKind};
