//! Colds and other things that pass: which one depends on the month, and the winter has more of them.

use crate::bookings::Stage;
use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::diseases::Outcome;
use crate::catalog::drugs::{self, Drug};
use crate::catalog::episodes::{EPISODES, Episode};
use crate::catalog::labs;
use crate::course::body::{Body, measured, tenths};
use crate::course::notes;
use crate::course::{Chart, Finding, Order, Reason, Visit, Vitals, arrival, time_of_day};
use crate::dice::Dice;

/// The passing illnesses of a patient. Whoever does not come regularly has come at least once.
pub(crate) fn live(dice: &mut Dice, calendar: &Calendar, chart: &mut Chart, body: &Body) {
    let mut count = u32::from(!chart.regular);
    while count < 9 && dice.percent(if chart.regular { 52.0 } else { 55.0 }) {
        count += 1;
    }
    for _ in 0..count {
        let Some(day) = fall_ill(dice, calendar) else { continue };
        let episode = choose(dice, calendar, day, chart.person.age);
        let minute = time_of_day(dice, calendar.hours(day), (23..64).contains(&chart.person.age));
        let doctor = usize::from(dice.percent(40.0));
        come(dice, calendar, chart, body, episode, (day, minute, Stage::Finished, doctor));
    }
    if let Some(today) = chart.today().filter(|_| !chart.regular) {
        let episode = choose(dice, calendar, PAST, chart.person.age);
        come(dice, calendar, chart, body, episode, (PAST, today.minute, today.stage, today.doctor));
    }
}

/// A day in the past, more likely in winter.
fn fall_ill(dice: &mut Dice, calendar: &Calendar) -> Option<Day> {
    for _ in 0..8 {
        let day = dice.between(0, PAST - 1);
        let keen = match calendar.month(day) {
            12 | 1 => 100.0,
            2 | 3 => 88.0,
            11 => 78.0,
            4 | 10 => 66.0,
            _ => 54.0,
        };
        if dice.percent(keen) {
            return arrival(dice, calendar, day, false);
        }
    }
    None
}

fn choose(dice: &mut Dice, calendar: &Calendar, day: Day, age: i32) -> &'static Episode {
    let month = usize::from(calendar.month(day)) - 1;
    dice.weighted(EPISODES, |episode| if age >= episode.from_age { episode.months[month] } else { 0 })
}

fn come(
    dice: &mut Dice,
    calendar: &Calendar,
    chart: &mut Chart,
    body: &Body,
    episode: &'static Episode,
    (day, minute, stage, doctor): (Day, u16, Stage, usize),
) {
    let problem = chart.note_problem(episode.disease, day - dice.between(0, 3));
    let passed = day + i32::try_from(episode.days).unwrap_or(7) + dice.between(3, 9);
    if passed < PAST {
        chart.problems[problem].end = Some((passed, Outcome::Healed));
    }
    let visit = first_visit(dice, calendar, chart, body, episode, problem, (day, minute));
    chart.visits.push(Visit { stage, doctor, ..visit });
    if stage == Stage::Finished && day < PAST && dice.percent(18.0) {
        let Some(again) = arrival(dice, calendar, day + i32::try_from(episode.days).unwrap_or(5), false) else {
            return;
        };
        if again > day {
            let vitals = Vitals { temperature: Some(tenths(dice.normal(36.5, 0.2))), ..Vitals::default() };
            let note = notes::follow_up(dice, episode, &vitals);
            let minute = time_of_day(dice, calendar.hours(again), false);
            chart.visits.push(Visit {
                day: again,
                minute,
                stage: Stage::Finished,
                reason: Reason::FollowUp,
                doctor,
                problems: vec![problem],
                vitals,
                labs: Vec::new(),
                orders: Vec::new(),
                acts: Vec::new(),
                vaccine: None,
                note: Some(note),
            });
        }
    }
}

fn first_visit(
    dice: &mut Dice,
    calendar: &Calendar,
    chart: &Chart,
    body: &Body,
    episode: &'static Episode,
    problem: usize,
    (day, minute): (Day, u16),
) -> Visit {
    let fever = dice.normal(episode.fever.0, episode.fever.1).clamp(35.4, 40.6);
    let old = chart.person.age >= 60;
    let vitals = Vitals {
        temperature: Some(tenths(fever)),
        saturation: (old || episode.short_of_breath > 0.0 || dice.percent(20.0))
            .then(|| tenths(dice.normal(98.0 - episode.short_of_breath, 0.7).min(100.0)) / 10 * 10),
        pressure: (old || dice.percent(25.0)).then(|| body.pressure(dice, calendar, day, body.systolic + 3.0)),
        pulse: dice.percent(40.0).then(|| body.pulse(dice, (fever - 36.5).max(0.0))),
        ..Vitals::default()
    };
    let mut labs = Vec::new();
    if let Some((name, code, answer)) = episode.swab {
        labs.push(Finding::Word(name, code, answer));
    } else if fever > 38.0 && day > 700 {
        labs.push(Finding::Word("SARS-CoV-2抗原", "L-COV2", "陰性"));
    }
    if dice.percent(if fever > 37.8 || episode.short_of_breath > 0.5 { 22.0 } else { 5.0 }) {
        measured(&mut labs, &labs::CRP, dice.normal((fever - 36.3) * 1.6, 0.6).max(0.02));
        body.count(dice, body.hemoglobin, 6.0 + (fever - 36.5).max(0.0) * 1.5, &mut labs);
    }
    let allergic = |drug: &&&Drug| chart.allergies.iter().all(|allergen| !clashes(allergen.name, drug.name));
    let mut orders: Vec<Order> = Vec::new();
    for (nth, drug) in episode.drugs.iter().filter(allergic).enumerate() {
        if nth == 0 || dice.percent(68.0) {
            orders.push(Order { drug, days: if drug.usage == drugs::AS_NEEDED { 10 } else { episode.days } });
        }
    }
    let note = notes::acute(dice, episode, &vitals, &labs, &orders);
    Visit {
        day,
        minute,
        stage: Stage::Finished,
        reason: Reason::Acute,
        doctor: 0,
        problems: vec![problem],
        vitals,
        labs,
        orders,
        acts: episode.act.filter(|_| dice.percent(25.0)).into_iter().collect(),
        vaccine: None,
        note: Some(note),
    }
}

/// Nobody is given what they are allergic to.
fn clashes(allergen: &str, drug: &str) -> bool {
    match allergen {
        "ペニシリン系抗菌薬" | "セフェム系抗菌薬" => drug.contains("セフ"),
        "アスピリン" | "ロキソプロフェン" => drug.contains("ロキソプロフェン"),
        _ => false,
    }
}
