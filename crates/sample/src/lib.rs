//! Development only: the sample clinic ことり内科クリニック and its synthetic patients, from a seed.
//!
//! No person in it exists: names are drawn from frequency tables, telephone numbers from blocks nobody has, insurers are
//! made up. The same seed gives the same bytes on every machine. A chart is drawn when it is asked for and forgotten
//! when it has been handed over, so that a hundred thousand patients need no more memory than one.
//!
//! ```
//! let clinic = sample::Clinic::new(1, 20, jiff::civil::date(2026, 11, 23));
//! let resources: usize = clinic.groups().map(|group| group.len()).sum();
//! assert!(resources > 500);
//! ```
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test that cannot go on should stop"))]

mod bookings;
mod calendar;
mod catalog;
mod course;
mod dice;
mod emit;
mod people;
mod staff;

use fhir::Resource;
use jiff::civil::{Date, date};

pub use calendar::holiday;
pub use staff::{Staff, staff};

use bookings::Bookings;
use calendar::Calendar;
use course::{Chart, Shape};
use people::Person;

/// The clinic's declared network (`clinic.toml`): its devices by room, what may talk to what, floors and Wi-Fi. Makers
/// and models are invented, addresses of vendors are those set aside for documents.
pub const NETWORK: &str = include_str!("network.toml");

/// A clinic in the middle of a working day, with the five years behind it and the weeks ahead.
pub struct Clinic {
    seed: u64,
    patients: u32,
    today: Date,
    shape: Shape,
    calendar: Calendar,
    bookings: Bookings,
}

impl Clinic {
    /// The clinic at 10:40 on `today`, which is a working day whatever the calendar says. About 100 resources a patient.
    #[must_use]
    pub fn new(seed: u64, patients: u32, today: Date) -> Self {
        Self::at(seed, patients, today, bookings::NOW)
    }

    /// The same at another time of that day, in minutes; from 9:50 on somebody is in every part of the house.
    #[must_use]
    pub fn at(seed: u64, patients: u32, today: Date, now: u16) -> Self {
        let shape = Shape { regulars: 1.0 };
        let calendar = Calendar::ending(today);
        let bookings = Bookings::draw(seed, patients, (today, now), &calendar, shape);
        Self { seed, patients, today, shape, calendar, bookings }
    }

    /// Groups that belong together, each small enough for one transaction: first the clinic's own resources, then one
    /// group a patient. All references are local (`Patient/p000042`) and lead into the same group or the first, but for
    /// `Coverage.subscriber`, which leads to the head of the family.
    pub fn groups(&self) -> impl Iterator<Item = Vec<Resource>> + '_ {
        let house = std::iter::once_with(|| emit::clinic::all(&self.calendar, &self.bookings));
        house.chain((0..self.patients).map(|index| self.patient(index)))
    }

    /// The same for good, for whoever draws on another thread.
    pub fn into_groups(self) -> impl Iterator<Item = Vec<Resource>> + Send + 'static {
        let clinic = std::sync::Arc::new(self);
        let house = std::sync::Arc::clone(&clinic);
        let house = std::iter::once_with(move || emit::clinic::all(&house.calendar, &house.bookings));
        house.chain((0..clinic.patients).map(move |index| clinic.patient(index)))
    }

    /// The chart of the patient of that index, from 0.
    #[must_use]
    pub fn patient(&self, index: u32) -> Vec<Resource> {
        let person = Person::draw(self.seed, index, self.today);
        let chart = Chart::draw(self.seed, person, &self.calendar, self.shape, self.bookings.of(index));
        emit::chart(&self.calendar, self.seed, &chart)
    }
}

/// The same clinic grown large for benchmarks: fewer regulars, so about 50 resources a patient, and an empty
/// appointment book. Its day is fixed, so that a benchmark of next year loads the same bytes.
#[must_use]
pub fn bulk(seed: u64, patients: u32) -> Clinic {
    let today = date(2026, 11, 2);
    let calendar = Calendar::ending(today);
    Clinic { seed, patients, today, shape: Shape { regulars: 0.34 }, calendar, bookings: Bookings::default() }
}
