//! Import: bundles, NDJSON and patient lists, as items one after another ([`source`]) into [`crate::Record::import`].

pub mod columns;
pub mod patients;
mod prepare;
mod run;
pub mod source;
pub mod text;

pub use prepare::Item;
pub use run::{Bad, Progress, Report, Settings};
