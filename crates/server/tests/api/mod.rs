//! The page's own interface.

mod authenticator;
mod changes;
mod charts;
mod coverage;
mod factors;
mod gateway;
pub(crate) mod harness;
mod network;
mod passkeys;
mod sessions;
mod telephone;
mod tokens;
