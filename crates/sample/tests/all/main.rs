//! Behaviour of the sample as others see it: the resources alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod cards;
mod desk;
mod facts;
mod laboratory;
mod look;
mod orders;
mod people;
mod sense;
mod shape;
mod steady;
mod valid;

/// The clinic most tests look at: a Tuesday in November 2026.
fn clinic(patients: u32) -> sample::Clinic {
    sample::Clinic::new(1, patients, jiff::civil::date(2026, 11, 24))
}
