//! Resources out of values. One file per kind; ids are the patient's with a letter and a number (`p000042-o7`), so that
//! they are the same in every run and can be read aloud.

mod background;
mod booking;
mod build;
pub(crate) mod clinic;
mod document;
mod insurance;
pub(crate) mod intake;
mod laboratory;
mod order;
mod patient;
mod problem;
mod visit;
mod vitals;

use fhir::Resource;

use crate::calendar::{Calendar, Day};
use crate::course::Chart;
use build::Draft;

/// The resources of one chart, the patient first.
pub(crate) fn chart(calendar: &Calendar, seed: u64, chart: &Chart) -> Vec<Resource> {
    let mut pages = Pages {
        calendar,
        chart,
        patient: chart.person.id(),
        out: Vec::with_capacity(chart.visits.len() * 8 + 8),
        numbers: [0; 26],
    };
    patient::all(&mut pages);
    insurance::coverages(&mut pages, seed);
    problem::all(&mut pages);
    let mut encounters = Vec::with_capacity(chart.visits.len());
    for visit in &chart.visits {
        encounters.push(visit::all(&mut pages, visit));
    }
    background::all(&mut pages);
    booking::all(&mut pages, &encounters);
    document::all(&mut pages, &encounters);
    pages.out
}

/// A chart being written.
struct Pages<'a> {
    calendar: &'a Calendar,
    chart: &'a Chart,
    /// Logical id of the patient.
    patient: String,
    out: Vec<Resource>,
    /// How many ids there are of each letter.
    numbers: [u32; 26],
}

impl Pages<'_> {
    /// The next id of that letter.
    fn id(&mut self, letter: char) -> String {
        let number = &mut self.numbers[usize::from(u8::try_from(letter).unwrap_or(b'a') - b'a')];
        *number += 1;
        format!("{}-{letter}{number}", self.patient)
    }

    fn push(&mut self, draft: Draft) {
        self.out.push(draft.done());
    }

    fn subject(&self) -> fhir::json::Json {
        build::reference("Patient", &self.patient)
    }

    fn moment(&self, day: Day, minute: u16) -> String {
        self.calendar.moment(day, minute)
    }
}
