//! YAMAHA RTX: configuration text read, judged, compared with the intent, and written.
//!
//! The meaning follows the vendor's command reference (chapters 8, 23, 30 and 38). Where a dynamic filter stands
//! between static filters and NAT is second-hand knowledge, not tried on a device.

pub mod compile;
pub mod family;
pub mod filter;
mod layout;
pub mod lint;
mod matching;
pub mod meaning;
pub mod parse;
mod passes;
mod tables;
mod topology;
mod translation;
mod ways_in;

pub use compile::{Model, Refused, compile};
pub use lint::{Finding, lint};
pub use meaning::{evaluate, prove};
pub use parse::{Config, Line, Statement, TooMuch, parse};
