//! What happens to a patient: illnesses, visits, what was measured, ordered and written. Values only; [`crate::emit`]
//! makes resources of them.

mod acute;
mod body;
mod chronic;
mod notes;
mod prevention;
mod therapy;

use crate::bookings::{Booking, Stage};
use crate::calendar::{Calendar, Day, Hours, PAST};
use crate::catalog::diseases::{Disease, Outcome};
use crate::catalog::drugs::Drug;
use crate::catalog::labs::Item;
use crate::catalog::vaccines::Vaccine;
use crate::dice::{Dice, Purpose};
use crate::people::Person;
pub(crate) use notes::Note;

/// How ill the patients are, and with that how much is recorded of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// 1 for the clinic: about three in ten come regularly.
    pub(crate) regulars: f64,
}

/// Everything of one patient.
pub(crate) struct Chart {
    pub(crate) person: Person,
    pub(crate) problems: Vec<Problem>,
    /// In order of time, at most one a day.
    pub(crate) visits: Vec<Visit>,
    pub(crate) allergies: Vec<&'static Allergen>,
    pub(crate) died: Option<Day>,
    /// Appointments from today on.
    pub(crate) booked: Vec<Booking>,
    /// Chronically ill and still coming.
    pub(crate) regular: bool,
}

/// A disease of a patient from its first day to its outcome.
pub(crate) struct Problem {
    pub(crate) disease: &'static Disease,
    pub(crate) suspected: bool,
    pub(crate) onset: Day,
    pub(crate) end: Option<(Day, Outcome)>,
}

/// What a visit was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Regular,
    Acute,
    FollowUp,
    Vaccination,
    Checkup,
}

/// One visit.
pub(crate) struct Visit {
    pub(crate) day: Day,
    /// Of the day, when the patient was called in.
    pub(crate) minute: u16,
    pub(crate) stage: Stage,
    pub(crate) reason: Reason,
    pub(crate) doctor: usize,
    /// Indexes of [`Chart::problems`], the main one first.
    pub(crate) problems: Vec<usize>,
    pub(crate) vitals: Vitals,
    pub(crate) labs: Vec<Finding>,
    pub(crate) orders: Vec<Order>,
    /// What was done besides: an electrocardiogram, a drip.
    pub(crate) acts: Vec<&'static str>,
    pub(crate) vaccine: Option<&'static Vaccine>,
    pub(crate) note: Option<Note>,
}

/// What was measured in the room; pressures in mmHg, the rest in tenths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vitals {
    pub(crate) pressure: Option<(i32, i32)>,
    pub(crate) pulse: Option<i32>,
    pub(crate) temperature: Option<i32>,
    pub(crate) saturation: Option<i32>,
    pub(crate) weight: Option<i32>,
    pub(crate) height: Option<i32>,
}

/// A laboratory result.
pub(crate) enum Finding {
    /// In units of the item's last decimal.
    Measured(&'static Item, i32),
    /// Name, code, answer: `尿蛋白 (±)`, `インフルエンザA抗原 陽性`.
    Word(&'static str, &'static str, &'static str),
}

/// A drug for some days; for 頓用 the number is of doses.
pub(crate) struct Order {
    pub(crate) drug: &'static Drug,
    pub(crate) days: u32,
}

/// What a patient must not have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Allergen {
    pub(crate) name: &'static str,
    /// J-FAGY food code where one is to hand.
    pub(crate) food: Option<&'static str>,
    pub(crate) category: &'static str,
    pub(crate) severe: bool,
    pub(crate) reaction: &'static str,
}

const fn allergen(name: &'static str, category: &'static str, severe: bool, reaction: &'static str) -> Allergen {
    Allergen { name, food: None, category, severe, reaction }
}

const ALLERGENS: &[Allergen] = &[
    allergen("ペニシリン系抗菌薬", "medication", true, "アナフィラキシー"),
    allergen("セフェム系抗菌薬", "medication", false, "皮疹"),
    allergen("アスピリン", "medication", true, "喘息発作"),
    allergen("ヨード造影剤", "medication", false, "嘔気、蕁麻疹"),
    allergen("ロキソプロフェン", "medication", false, "顔面浮腫"),
    Allergen { food: Some("J9FA19140000"), ..allergen("そば", "food", true, "呼吸困難") },
    Allergen { food: Some("J9FA21180000"), ..allergen("落花生", "food", true, "蕁麻疹、喘鳴") },
    Allergen { food: Some("J9FA15000000"), ..allergen("小麦", "food", false, "蕁麻疹") },
    Allergen { food: Some("J9FA21110000"), ..allergen("大豆", "food", false, "口腔内違和感") },
    allergen("スギ花粉", "environment", false, "鼻汁、眼瞼掻痒"),
    allergen("ネコ上皮", "environment", false, "くしゃみ、喘鳴"),
    allergen("ラテックス", "environment", true, "接触部の膨疹"),
];

impl Chart {
    /// What happens to that person. `booked` are the appointments from today on.
    pub(crate) fn draw(seed: u64, person: Person, calendar: &Calendar, shape: Shape, booked: Vec<Booking>) -> Self {
        let mut dice = Dice::new(seed, Purpose::Course, person.index);
        // First of all throws, so that is_regular() finds the same without drawing the rest.
        let regular = throw_regular(&mut dice, &person, shape);
        let allergies = throw_allergies(&mut dice);
        let mut chart =
            Self { person, problems: Vec::new(), visits: Vec::new(), allergies, died: None, booked, regular };
        let body = body::Body::draw(&mut dice, &chart.person);
        if chart.regular {
            chronic::live(&mut dice, calendar, &mut chart, body);
        }
        acute::live(&mut dice, calendar, &mut chart, &body);
        prevention::live(&mut dice, calendar, &mut chart, &body);
        chart.settle();
        chart
    }

    /// Orders the visits, keeps one a day, and nothing after death.
    fn settle(&mut self) {
        if let Some(died) = self.died {
            self.visits.retain(|visit| visit.day <= died);
            for problem in &mut self.problems {
                if problem.end.is_none_or(|(day, _)| day > died) {
                    problem.end = Some((died, Outcome::Died));
                }
            }
        }
        self.visits.sort_by_key(|visit| (visit.day, visit.minute));
        self.visits.dedup_by_key(|visit| visit.day);
    }

    /// Adds a problem and tells its index.
    fn note_problem(&mut self, disease: &'static Disease, onset: Day) -> usize {
        self.problems.push(Problem { disease, suspected: false, onset, end: None });
        self.problems.len() - 1
    }

    /// The visit of today, when the patient has come.
    fn today(&self) -> Option<Booking> {
        self.booked.iter().copied().find(|booking| booking.day == PAST && booking.stage != Stage::Booked)
    }
}

/// Whether that person is chronically ill, from the first throw of [`Chart::draw`] alone.
pub(crate) fn is_regular(seed: u64, person: &Person, shape: Shape) -> bool {
    throw_regular(&mut Dice::new(seed, Purpose::Course, person.index), person, shape)
}

fn throw_regular(dice: &mut Dice, person: &Person, shape: Shape) -> bool {
    let percent = match person.age {
        ..20 => 1.0,
        20..30 => 3.0,
        30..40 => 8.0,
        40..50 => 18.0,
        50..60 => 30.0,
        60..70 => 40.0,
        70..80 => 48.0,
        _ => 52.0,
    };
    // Throws also for the second card of someone registered twice, who comes regularly on the first.
    dice.percent(percent * shape.regulars) && !person.duplicate
}

fn throw_allergies(dice: &mut Dice) -> Vec<&'static Allergen> {
    let count = match dice.below(100) {
        0..83 => 0,
        83..97 => 1,
        _ => 2,
    };
    let mut found: Vec<&'static Allergen> = Vec::new();
    while found.len() < count {
        let allergen = dice.pick(ALLERGENS);
        if !found.contains(&allergen) {
            found.push(allergen);
        }
    }
    found
}

/// The day on which someone who means to come around `wanted` comes: the clinic must be open, Mondays are full,
/// people at work like Saturdays. `None` when that is not in the past.
fn arrival(dice: &mut Dice, calendar: &Calendar, wanted: Day, at_work: bool) -> Option<Day> {
    for _ in 0..12 {
        let day = wanted + dice.between(-1, 5);
        let keen = match (calendar.hours(day), calendar.weekday(day)) {
            (Hours::Closed, _) => 0.0,
            (_, jiff::civil::Weekday::Saturday) => {
                if at_work {
                    95.0
                } else {
                    45.0
                }
            }
            (_, jiff::civil::Weekday::Monday) => 95.0,
            (Hours::Morning, _) => {
                if at_work {
                    30.0
                } else {
                    55.0
                }
            }
            (Hours::Whole, _) => 75.0,
        };
        if (0..PAST).contains(&day) && dice.percent(keen) {
            return Some(day);
        }
    }
    None
}

/// When in the clinic's hours: most come in the morning, people at work in the evening.
fn time_of_day(dice: &mut Dice, hours: Hours, at_work: bool) -> u16 {
    let evening = hours == Hours::Whole && dice.percent(if at_work { 65.0 } else { 30.0 });
    let minute = if evening { dice.between(15 * 60, 18 * 60 + 20) } else { dice.between(9 * 60, 12 * 60 + 20) };
    u16::try_from(minute).unwrap_or(0)
}
