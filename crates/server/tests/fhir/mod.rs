//! FHIR over HTTP.

mod answers;
mod bad_input;
mod client;
pub(crate) mod closed;
mod coverage;
mod examples;
mod operations;
mod rest;
