//! The page's own interface.

mod changes;
mod coverage;
mod factors;
pub(crate) mod harness;
mod sessions;
mod telephone;
mod tokens;
