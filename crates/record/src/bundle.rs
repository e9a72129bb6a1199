//! Bundles: read what was sent ([`parse`]), write what is answered ([`build`]).

pub mod build;
pub mod parse;
