//! The page's own interface.

mod coverage;
mod harness;
mod sessions;
mod tokens;
