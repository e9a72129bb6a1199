//! The R4 and JP Core subset in use: lossless JSON, validation, search grammar and values, patches.
//!
//! Pure: bytes in, values out. Resources are kept as the JSON that was sent; types exist only for
//! what the program itself understands.

pub mod json;
pub mod search;
