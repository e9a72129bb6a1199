//! The page's own interface.

mod charts;
mod coverage;
mod factors;
pub(crate) mod harness;
mod network;
mod sessions;
mod telephone;
mod tokens;
