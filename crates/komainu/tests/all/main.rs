//! The executable as its users meet it: started, spoken to over TLS, stopped, killed, started again.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod bad_input;
mod canary;
mod commands;
mod demo;
mod durability;
mod harness;
mod hub;
mod import;
mod kills;
mod matrix;
mod model;
mod namespace;
mod network;
mod rules;
mod wifi;
