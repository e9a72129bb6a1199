//! The page's own interface.

mod authenticator;
mod coverage;
mod factors;
pub(crate) mod harness;
mod passkeys;
mod sessions;
mod telephone;
mod tokens;
