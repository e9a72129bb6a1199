//! The declared clinic, from outside the crate.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod damage;
mod edit;
mod findings;
mod form;
mod patterns;
mod places;
mod plan;
mod properties;
mod read;
mod views;
