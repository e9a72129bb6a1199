//! The R4 and JP Core subset in use: lossless JSON, validation, search grammar and values, patches.
//!
//! Pure: bytes in, values out. Resources are kept as the JSON that was sent; types exist only for
//! what the program itself understands.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::print_stdout,
        reason = "a test that cannot go on should stop, and says why it is skipped"
    )
)]

pub mod json;
pub mod outcome;
pub mod patch;
pub mod references;
mod resource;
pub mod search;
pub mod tables;
pub mod validate;
pub mod view;

pub use resource::{Resource, ResourceError, is_id};
