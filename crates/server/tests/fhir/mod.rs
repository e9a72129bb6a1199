//! FHIR over HTTP.

mod answers;
mod bad_input;
mod client;
mod coverage;
mod examples;
mod operations;
mod rest;
