//! Bundles: read what was sent ([`parse`]), plan it, do it, write what is answered ([`build`]).

pub mod build;
pub mod parse;
mod plan;
mod run;

pub use plan::precondition;
