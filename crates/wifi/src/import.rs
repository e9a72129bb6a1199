//! Drawings, access points and readings as CSV. Text in, checked values out; nothing is guessed and nothing dropped
//! without an error that names line and column.

pub mod aps;
pub mod lines;
pub mod readings;
mod table;

pub use table::ImportError;
