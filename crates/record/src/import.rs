//! Import: bundles, NDJSON and patient lists.

pub mod columns;
pub mod patients;
pub mod text;
