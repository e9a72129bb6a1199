//! Those who come regularly: their visits, and what is measured, tested, ordered and written there.

use crate::bookings::Stage;
use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::diseases::{self, Outcome, SUSPECTED};
use crate::catalog::drugs::Drug;
use crate::catalog::labs;
use crate::course::body::{Body, measured};
use crate::course::notes;
use crate::course::therapy::{Illness, Marker, fall_ill};
use crate::course::{Chart, Finding, Order, Problem, Reason, Visit, Vitals, arrival, time_of_day};
use crate::dice::Dice;

/// The regular visits of a patient.
pub(crate) fn live(dice: &mut Dice, calendar: &Calendar, chart: &mut Chart, body: Body) {
    // Two in five were patients before the record was moved into Komainu.
    let known = dice.percent(40.0);
    let start = if known { -dice.between(30, 2600) } else { dice.between(0, PAST - 60) };
    let end = last_day(dice, chart, start);
    let illnesses = fall_ill(dice, chart, start, known);
    let interval = dice.weighted(&[(28, 22), (42, 14), (56, 46), (84, 18)], |row| row.1).0;
    let at_work = (23..64).contains(&chart.person.age);
    let mut wanted = if known { dice.between(0, interval) } else { start };
    let mut last: Option<Day> = known.then_some(-interval);
    let mut tested: Option<Day> = None;
    let mut days: Vec<(Day, u16, Stage, usize)> = Vec::new();
    while wanted <= end {
        if let Some(day) = arrival(dice, calendar, wanted, at_work) {
            let minute = time_of_day(dice, calendar.hours(day), at_work);
            days.push((day, minute, Stage::Finished, usize::from(dice.percent(30.0))));
        }
        // One visit in fifteen is forgotten, and most come a few days early, before the tablets run out.
        wanted += if dice.percent(6.5) { interval * 2 } else { interval - dice.between(0, 3) };
    }
    if let Some(today) = chart.today() {
        days.retain(|(day, ..)| *day < PAST - interval / 2);
        days.push((PAST, today.minute, today.stage, today.doctor));
    }
    for (day, minute, stage, doctor) in days {
        let visit = examine(dice, calendar, chart, &body, &illnesses, (day, minute), last, interval, &mut tested);
        chart.visits.push(Visit { stage, doctor, ..visit });
        last = Some(day);
    }
    suspect(dice, chart);
}

/// Until when they come: to the end, or until they move away or die.
fn last_day(dice: &mut Dice, chart: &mut Chart, start: Day) -> Day {
    let from = start.max(0) + 90;
    if !chart.booked.is_empty() || from >= PAST {
        return PAST;
    }
    let old = chart.person.age >= 80;
    if old && dice.percent(16.0) {
        let day = dice.between(from, PAST - 5);
        chart.died = Some(day);
        return day - dice.between(4, 40);
    }
    if dice.percent(20.0) { dice.between(from, PAST) } else { PAST }
}

/// Everything a marker reads on a day.
struct Levels {
    systolic: f64,
    hba1c: f64,
    ldl: f64,
    urate: f64,
    tsh: f64,
    hemoglobin: f64,
}

fn levels(body: &Body, illnesses: &[Illness], day: Day) -> Levels {
    let over =
        |marker| illnesses.iter().filter(|i| i.marker == marker && i.since <= day).map(|i| i.level(day)).sum::<f64>();
    Levels {
        systolic: body.systolic + over(Marker::Pressure),
        hba1c: body.hba1c + over(Marker::Hba1c),
        ldl: body.ldl + over(Marker::Ldl),
        urate: body.urate + over(Marker::Urate),
        tsh: body.tsh + over(Marker::Thyroid),
        hemoglobin: body.hemoglobin + over(Marker::Hemoglobin),
    }
}

#[expect(clippy::too_many_arguments, reason = "one visit is made of all of them, and nothing else asks for it")]
fn examine(
    dice: &mut Dice,
    calendar: &Calendar,
    chart: &Chart,
    body: &Body,
    illnesses: &[Illness],
    (day, minute): (Day, u16),
    last: Option<Day>,
    interval: i32,
    tested: &mut Option<Day>,
) -> Visit {
    let present: Vec<&Illness> = illnesses.iter().filter(|illness| illness.since <= day).collect();
    let has = |marker| present.iter().any(|illness| illness.marker == marker);
    let now = levels(body, illnesses, day);
    let lost = if has(Marker::Hba1c) { 1.6 } else { 0.0 };
    let vitals = Vitals {
        pressure: Some(body.pressure(dice, calendar, day, now.systolic)),
        pulse: Some(body.pulse(dice, 0.0)),
        weight: (has(Marker::Hba1c) || dice.percent(25.0)).then(|| body.weight(dice, calendar, day, lost)),
        height: last.is_none().then(|| body.height()),
        ..Vitals::default()
    };
    let since_test = tested.map_or(i32::MAX, |before| day - before);
    let (mut labs, mut acts) = (Vec::new(), Vec::new());
    // On the day that is shown there should be something on its way to the laboratory.
    let due = if day == PAST { 60 } else { 165 };
    if since_test > due && has_blood_marker(&present) {
        full_examination(dice, body, &present, &now, day, &mut labs);
        acts.extend(yearly(dice, &present));
        *tested = Some(day);
    } else if has(Marker::Hba1c) {
        sugar(dice, &now, &mut labs);
    }
    let mut orders: Vec<Order> = Vec::new();
    for drug in present.iter().flat_map(|illness| illness.drugs(day)) {
        orders.push(Order { drug, days: u32::try_from(interval).unwrap_or(28) });
    }
    let changes: Vec<(&Illness, &Drug)> =
        present.iter().filter_map(|illness| illness.changed(last, day).map(|drug| (*illness, drug))).collect();
    let note = notes::regular(
        dice,
        calendar,
        &notes::Regular {
            person: &chart.person,
            day,
            first: last.is_none(),
            vitals: &vitals,
            labs: &labs,
            illnesses: &present,
            changes: &changes,
            interval,
        },
    );
    Visit {
        day,
        minute,
        stage: Stage::Finished,
        reason: Reason::Regular,
        doctor: 0,
        problems: present.iter().map(|illness| illness.problem).collect(),
        vitals,
        labs,
        orders,
        acts,
        vaccine: None,
        note: Some(note),
    }
}

/// What is looked at about once in two years beside the blood.
fn yearly(dice: &mut Dice, present: &[&Illness]) -> Option<&'static str> {
    let disease = present.first()?.disease;
    let act = match disease.icd10 {
        "I10" | "E11.9" => "12誘導心電図検査",
        "M81.9" => "骨塩定量検査",
        "J45.9" => "胸部X線撮影",
        _ => "腹部超音波検査",
    };
    dice.percent(28.0).then_some(act)
}

fn has_blood_marker(present: &[&Illness]) -> bool {
    present.iter().any(|illness| illness.marker != Marker::Complaint || illness.disease == &diseases::KIDNEY)
}

fn full_examination(
    dice: &mut Dice,
    body: &Body,
    present: &[&Illness],
    now: &Levels,
    day: Day,
    labs: &mut Vec<Finding>,
) {
    let has = |marker| present.iter().any(|illness| illness.marker == marker);
    let kidney = present.iter().any(|illness| illness.disease == &diseases::KIDNEY);
    body.chemistry(dice, day, if kidney { 3.2 } else { 0.8 }, labs);
    if has(Marker::Hba1c) {
        sugar(dice, now, labs);
        measured(labs, &labs::URINE_ALBUMIN, dice.normal(22.0, 14.0).max(2.0));
    }
    if has(Marker::Ldl) || has(Marker::Hba1c) {
        body.fats(dice, now.ldl, labs);
    }
    if has(Marker::Urate) {
        measured(labs, &labs::URATE, dice.normal(now.urate, 0.3));
    }
    if has(Marker::Thyroid) {
        measured(labs, &labs::TSH, (now.tsh * dice.normal(1.0, 0.08)).max(0.1));
        measured(labs, &labs::FREE_T4, dice.normal(1.45 - now.tsh.min(12.0) * 0.07, 0.06));
    }
    if has(Marker::Hemoglobin) {
        body.count(dice, now.hemoglobin, 5.6, labs);
        measured(labs, &labs::FERRITIN, ((now.hemoglobin - 8.5) * 11.0).max(3.0));
    }
    if kidney || has(Marker::Hba1c) {
        let (name, code) = labs::URINE_PROTEIN;
        let answers = if kidney { ["1+", "±", "2+"] } else { ["-", "-", "±"] };
        labs.push(Finding::Word(name, code, dice.word(&answers)));
        let (name, code) = labs::URINE_SUGAR;
        labs.push(Finding::Word(name, code, if now.hba1c > 8.0 { "2+" } else { "-" }));
    }
}

fn sugar(dice: &mut Dice, now: &Levels, labs: &mut Vec<Finding>) {
    measured(labs, &labs::HBA1C, dice.normal(now.hba1c, 0.1));
    measured(labs, &labs::GLUCOSE, dice.normal(now.hba1c * 27.0 - 55.0, 11.0).max(68.0));
}

/// Now and then something is looked for, and mostly not found.
fn suspect(dice: &mut Dice, chart: &mut Chart) {
    if chart.visits.len() < 4 || !dice.percent(16.0) {
        return;
    }
    let at = dice.below(u32::try_from(chart.visits.len() - 2).unwrap_or(1)) as usize;
    let disease = dice.pick(SUSPECTED);
    let onset = chart.visits[at].day;
    let end = chart.visits[at + 1].day;
    let index = chart.problems.len();
    chart.problems.push(Problem { disease, suspected: true, onset, end: Some((end, Outcome::Stopped)) });
    chart.visits[at].problems.push(index);
}
