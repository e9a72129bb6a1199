//! The executable as its users meet it: started, spoken to over TLS, stopped, killed, started again.

mod canary;
mod commands;
mod demo;
mod durability;
mod harness;
mod import;
