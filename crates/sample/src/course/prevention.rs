//! Vaccinations in autumn and the yearly 特定健診.

use crate::bookings::Stage;
use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::labs;
use crate::catalog::vaccines::{self, Vaccine};
use crate::course::body::{Body, measured};
use crate::course::notes;
use crate::course::{Chart, Finding, Reason, Visit, Vitals, arrival, time_of_day};
use crate::dice::Dice;

/// The preventive visits of a patient.
pub(crate) fn live(dice: &mut Dice, calendar: &Calendar, chart: &mut Chart, body: &Body) {
    let age = chart.person.age;
    // A vaccination is for those who know the clinic.
    let known = chart.visits.iter().map(|visit| visit.day).min().unwrap_or(PAST);
    for year in 0..5 {
        let from = year * 365;
        let old = age - 4 + year >= 65;
        if dice.percent(if old { 46.0 } else { 15.0 })
            && let Some(autumn) = first_of(calendar, from, 10)
        {
            vaccinate(dice, calendar, chart, (autumn + 4, autumn + 75), known, &vaccines::INFLUENZA);
        }
        if dice.percent(if old { 14.0 } else { 3.0 })
            && let Some(autumn) = first_of(calendar, from, 10)
        {
            vaccinate(dice, calendar, chart, (autumn + 10, autumn + 100), known, &vaccines::COVID);
        }
        if (40..75).contains(&age)
            && dice.percent(11.0)
            && let Some(june) = first_of(calendar, from, 6)
        {
            check_up(dice, calendar, chart, (june + 3, june + 140), body);
        }
    }
    if (65..82).contains(&age) && dice.percent(28.0) {
        vaccinate(dice, calendar, chart, (0, PAST - 1), known, &vaccines::PNEUMOCOCCUS);
    }
    if age >= 50 && dice.percent(5.0) {
        let day = dice.between(200, PAST - 90);
        vaccinate(dice, calendar, chart, (day, day), known, &vaccines::ZOSTER);
        vaccinate(dice, calendar, chart, (day + 60, day + 75), known, &vaccines::ZOSTER);
    }
}

/// The first day of that month from a day on, if it is in the past.
fn first_of(calendar: &Calendar, from: Day, month: u8) -> Option<Day> {
    // The sample may begin within the month: then the rest of it counts.
    let mut day = from;
    while calendar.month(day) != month {
        day += 7;
    }
    (day < PAST && day < from + 365).then_some(day)
}

fn vaccinate(
    dice: &mut Dice,
    calendar: &Calendar,
    chart: &mut Chart,
    (from, to): (Day, Day),
    known: Day,
    vaccine: &'static Vaccine,
) {
    let at_work = (23..64).contains(&chart.person.age);
    let wanted = dice.between(from, to);
    let Some(day) = arrival(dice, calendar, wanted, at_work) else { return };
    if day < known || chart.visits.iter().any(|visit| visit.day == day) {
        return;
    }
    let minute = time_of_day(dice, calendar.hours(day), at_work);
    let vitals = Vitals { temperature: Some(dice.between(360, 370)), ..Vitals::default() };
    chart.visits.push(Visit { vitals, vaccine: Some(vaccine), ..plain(day, minute, Reason::Vaccination) });
}

fn check_up(dice: &mut Dice, calendar: &Calendar, chart: &mut Chart, (from, to): (Day, Day), body: &Body) {
    let wanted = dice.between(from, to);
    let Some(day) = arrival(dice, calendar, wanted, (40..64).contains(&chart.person.age)) else { return };
    // Those treated for what it looks for are seen more often anyway.
    if chart.regular || chart.visits.iter().any(|visit| visit.day == day) {
        return;
    }
    let vitals = Vitals {
        pressure: Some(body.pressure(dice, calendar, day, body.systolic)),
        weight: Some(body.weight(dice, calendar, day, 0.0)),
        height: Some(body.height()),
        ..Vitals::default()
    };
    let mut labs = Vec::new();
    body.chemistry(dice, day, 0.8, &mut labs);
    body.fats(dice, body.ldl, &mut labs);
    measured(&mut labs, &labs::HBA1C, dice.normal(body.hba1c, 0.1));
    measured(&mut labs, &labs::URATE, dice.normal(body.urate, 0.3));
    for (name, code) in [labs::URINE_PROTEIN, labs::URINE_SUGAR] {
        labs.push(Finding::Word(name, code, dice.word(&["-", "-", "-", "±"])));
    }
    let note = notes::check_up(&vitals, &labs, chart.person.male());
    let minute = u16::try_from(dice.between(9 * 60, 11 * 60)).unwrap_or(540);
    chart.visits.push(Visit { vitals, labs, note: Some(note), ..plain(day, minute, Reason::Checkup) });
}

fn plain(day: Day, minute: u16, reason: Reason) -> Visit {
    Visit {
        day,
        minute,
        stage: Stage::Finished,
        reason,
        doctor: 0,
        problems: Vec::new(),
        vitals: Vitals::default(),
        labs: Vec::new(),
        orders: Vec::new(),
        acts: Vec::new(),
        vaccine: None,
        note: None,
    }
}
