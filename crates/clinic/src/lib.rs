//! The declared clinic and the small vocabulary everyone shares: ids, time, 和暦, kana.
//!
//! Pure: no IO, no clock. Time and randomness come in as parameters.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

pub mod hlc;
pub mod ids;
pub mod kana;
pub mod model;
pub mod wareki;

pub use hlc::Hlc;
pub use ids::{ClinicId, Origin, VersionId};
