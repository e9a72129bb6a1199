//! The page's own interface.

mod coverage;
mod factors;
mod gateway;
pub(crate) mod harness;
mod network;
mod sessions;
mod telephone;
mod tokens;
