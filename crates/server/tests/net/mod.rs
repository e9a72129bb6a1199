//! The accept loop against clients that mean harm.

mod good;
mod harness;
mod slow;
mod smuggling;
