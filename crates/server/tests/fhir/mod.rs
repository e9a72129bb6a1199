//! FHIR over HTTP.

mod answers;
mod attacks;
mod bad_input;
mod client;
pub(crate) mod closed;
mod coverage;
mod examples;
mod matrix;
mod operations;
mod rest;
