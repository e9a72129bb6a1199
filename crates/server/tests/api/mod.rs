//! The page's own interface.

mod coverage;
pub(crate) mod harness;
mod sessions;
mod tokens;
