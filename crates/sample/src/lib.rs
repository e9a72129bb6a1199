//! Development only: the sample clinic ことり内科クリニック and its synthetic patients, from a seed.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod bookings;
mod calendar;
mod catalog;
mod course;
mod dice;
mod people;
mod staff;

pub use calendar::holiday;
pub use staff::{Staff, staff};
