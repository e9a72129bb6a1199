//! The appointment book from today on. It is made before any chart, so that a slot and the chart of who holds it agree
//! while charts are made one at a time; it holds some weeks of slots, however many patients there are.

use std::collections::HashMap;

use jiff::civil::{Date, Weekday};

use crate::calendar::{AHEAD, Calendar, Day, Hours, PAST};
use crate::course::{Shape, is_regular};
use crate::dice::{Dice, Purpose};
use crate::people::Person;

/// What time it is on the day of the sample unless somebody says otherwise: 10:40 in the morning.
pub(crate) const NOW: u16 = 10 * 60 + 40;
/// Minutes of a slot.
pub(crate) const SLOT: u16 = 15;

/// How far a visit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Has an appointment.
    Booked,
    /// 来院: at the desk.
    Arrived,
    /// 問診: fills in the sheet.
    Interview,
    /// 診察待ち: measured, waits to be called.
    Waiting,
    /// 診察中
    InRoom,
    /// 検査・処置: sent to the nurse, will be seen again.
    Examination,
    /// 会計待ち: all is written.
    Paying,
    /// Over.
    Finished,
}

/// An appointment of a patient, or a visit of today without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Booking {
    pub(crate) day: Day,
    pub(crate) minute: u16,
    pub(crate) doctor: usize,
    pub(crate) stage: Stage,
    /// Index of the slot; who walked in has none.
    pub(crate) slot: Option<usize>,
    /// The number called out in the waiting room, in the order of coming; 0 while not there.
    pub(crate) ticket: u32,
}

/// A quarter of an hour of a doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) day: Day,
    pub(crate) minute: u16,
    pub(crate) doctor: usize,
    pub(crate) taken: bool,
}

/// All slots from today on and who holds them.
#[derive(Default)]
pub(crate) struct Bookings {
    pub(crate) slots: Vec<Slot>,
    of: HashMap<u32, Vec<Booking>>,
}

impl Bookings {
    /// `now` is in minutes of the day.
    pub(crate) fn draw(seed: u64, patients: u32, (today, now): (Date, u16), calendar: &Calendar, shape: Shape) -> Self {
        let mut book = Self::default();
        for day in PAST..PAST + AHEAD {
            for doctor in 0..2 {
                for minute in times(calendar, day, doctor) {
                    book.slots.push(Slot { day, minute, doctor, taken: false });
                }
            }
        }
        let mut dice = Dice::new(seed, Purpose::Bookings, 0);
        // A small sample must not have everybody in the waiting room.
        let mut left = patients / 4;
        for index in 0..book.slots.len() {
            let slot = book.slots[index];
            if left == 0 || !dice.percent(filled(slot.day - PAST)) {
                continue;
            }
            let Some(patient) = book.choose(&mut dice, seed, patients, today, shape) else { continue };
            left -= 1;
            book.slots[index].taken = true;
            let stage = if slot.day == PAST { stage(&slot, now) } else { Stage::Booked };
            let booking = Booking {
                day: slot.day,
                minute: slot.minute,
                doctor: slot.doctor,
                stage,
                slot: Some(index),
                ticket: 0,
            };
            book.of.entry(patient).or_default().push(booking);
        }
        book.walk_ins(&mut dice, seed, patients, (today, now), shape);
        book.number();
        book
    }

    /// The appointments of the patient with that index.
    pub(crate) fn of(&self, patient: u32) -> Vec<Booking> {
        self.of.get(&patient).cloned().unwrap_or_default()
    }

    /// Those who came today without an appointment, about one for every three with one.
    fn walk_ins(&mut self, dice: &mut Dice, seed: u64, patients: u32, (today, now): (Date, u16), shape: Shape) {
        let come =
            self.of.values().flatten().filter(|booking| booking.day == PAST && booking.stage > Stage::Booked).count();
        for _ in 0..come.div_ceil(3) {
            let Some(patient) = self.choose(dice, seed, patients, today, shape) else { continue };
            let minute = u16::try_from(dice.between(9 * 60, i32::from(now))).unwrap_or(now);
            let doctor = dice.below(2) as usize;
            // Whoever has no appointment waits longer.
            let stage = if minute + 60 < now {
                Stage::Finished
            } else if minute + 10 < now {
                Stage::Waiting
            } else {
                Stage::Arrived
            };
            self.of.entry(patient).or_default().push(Booking {
                day: PAST,
                minute,
                doctor,
                stage,
                slot: None,
                ticket: 0,
            });
        }
    }

    /// Gives numbers to those who are there.
    fn number(&mut self) {
        let here = |booking: &&mut Booking| booking.day == PAST && booking.stage > Stage::Booked;
        let all = self.of.iter_mut().flat_map(|(&patient, list)| list.iter_mut().map(move |one| (patient, one)));
        let mut come: Vec<(u32, &mut Booking)> = all.filter(|(_, booking)| here(booking)).collect();
        come.sort_by_key(|(patient, booking)| (booking.minute, booking.doctor, *patient));
        for (number, (_, booking)) in (1..).zip(come) {
            booking.ticket = number;
        }
    }

    /// Someone without an appointment yet, rather someone who comes regularly.
    fn choose(&self, dice: &mut Dice, seed: u64, patients: u32, today: Date, shape: Shape) -> Option<u32> {
        let mut last = None;
        for _ in 0..6 {
            let patient = dice.below(patients);
            if self.of.contains_key(&patient) {
                continue;
            }
            last = Some(patient);
            if is_regular(seed, &Person::draw(seed, patient, today), shape) {
                break;
            }
        }
        last
    }
}

/// How many of a hundred slots are taken so many days ahead.
fn filled(days: Day) -> f64 {
    match days {
        0 => 85.0,
        1..8 => 62.0,
        8..15 => 42.0,
        15..29 => 22.0,
        _ => 8.0,
    }
}

/// How far the holder of a slot of today has come by `now`.
fn stage(slot: &Slot, now: u16) -> Stage {
    let either = |first, second| if slot.doctor == 0 { first } else { second };
    match i32::from(slot.minute) - i32::from(now) {
        ..-70 => Stage::Finished,
        -70..-40 => either(Stage::Paying, Stage::Examination),
        -40..-25 => Stage::InRoom,
        -25..0 => Stage::Waiting,
        0..25 => either(Stage::Arrived, Stage::Interview),
        _ => Stage::Booked,
    }
}

/// The director sees patients every day, the second doctor on Monday, Wednesday, Friday and today.
fn times(calendar: &Calendar, day: Day, doctor: usize) -> impl Iterator<Item = u16> + use<> {
    let here = doctor == 0
        || day == PAST
        || matches!(calendar.weekday(day), Weekday::Monday | Weekday::Wednesday | Weekday::Friday);
    let hours = if here { calendar.hours(day) } else { Hours::Closed };
    let morning = if hours == Hours::Closed { 0..0 } else { 9 * 60..12 * 60 + 30 };
    let evening = if hours == Hours::Whole { 15 * 60..18 * 60 + 30 } else { 0..0 };
    morning.chain(evening).step_by(SLOT.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn book(patients: u32) -> Bookings {
        let today = date(2026, 11, 23);
        Bookings::draw(1, patients, (today, NOW), &Calendar::ending(today), Shape { regulars: 1.0 })
    }

    #[test]
    fn a_taken_slot_has_one_holder() {
        let book = book(3000);
        let mut held: Vec<usize> = book.of.values().flatten().filter_map(|booking| booking.slot).collect();
        held.sort_unstable();
        let taken: Vec<usize> = (0..book.slots.len()).filter(|&index| book.slots[index].taken).collect();
        assert_eq!(held, taken);
        assert!(taken.len() > 200, "{}", taken.len());
    }

    #[test]
    fn the_day_is_under_way() {
        let book = book(3000);
        for stage in [
            Stage::Booked,
            Stage::Arrived,
            Stage::Interview,
            Stage::Waiting,
            Stage::InRoom,
            Stage::Examination,
            Stage::Paying,
            Stage::Finished,
        ] {
            let count =
                book.of.values().flatten().filter(|booking| booking.day == PAST && booking.stage == stage).count();
            assert!(count > 0, "{stage:?}");
        }
    }

    #[test]
    fn numbers_are_given_once_and_only_to_who_is_there() {
        let book = book(3000);
        let (here, away): (Vec<&Booking>, Vec<&Booking>) =
            book.of.values().flatten().partition(|booking| booking.day == PAST && booking.stage > Stage::Booked);
        assert!(away.iter().all(|booking| booking.ticket == 0));
        let mut numbers: Vec<u32> = here.iter().map(|booking| booking.ticket).collect();
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(1..=u32::try_from(here.len()).unwrap()), "{numbers:?}");
    }

    #[test]
    fn a_small_sample_is_not_all_in_the_waiting_room() {
        let book = book(20);
        assert!(book.of.len() <= 8, "{}", book.of.len());
    }
}
