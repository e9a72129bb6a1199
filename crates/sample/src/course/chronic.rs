//! Those who come regularly: illnesses with a treatment that is stepped up, and values that follow it.

use crate::bookings::Stage;
use crate::calendar::{Calendar, Day, PAST};
use crate::catalog::diseases::{self, Disease, Outcome, SUSPECTED};
use crate::catalog::drugs::{self, Drug};
use crate::catalog::labs;
use crate::course::body::{Body, measured};
use crate::course::notes;
use crate::course::{Chart, Finding, Order, Problem, Reason, Visit, Vitals, arrival, time_of_day};
use crate::dice::Dice;

/// What a disease is followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Pressure,
    Hba1c,
    Ldl,
    Urate,
    Thyroid,
    Hemoglobin,
    /// How the patient feels.
    Complaint,
}

/// How a disease begins and is treated: untreated excess over healthy (mean, deviation), days to half the effect, steps
/// of (chance in a hundred, days since the diagnosis, drug, replaces the one before, effect).
struct Therapy {
    disease: &'static Disease,
    marker: Marker,
    excess: (f64, f64),
    half: f64,
    steps: &'static [(u32, i32, &'static Drug, bool, f64)],
    /// In a hundred of those who come regularly: under 50, 50 to 69, older; men then women.
    common: [[u32; 3]; 2],
}

const THERAPIES: &[Therapy] = &[
    Therapy {
        disease: &diseases::HYPERTENSION,
        marker: Marker::Pressure,
        excess: (30.0, 6.0),
        half: 18.0,
        steps: &[
            (100, 0, &drugs::AMLODIPINE_2_5, false, 13.0),
            (62, 70, &drugs::AMLODIPINE_5, true, 9.0),
            (38, 190, &drugs::TELMISARTAN, false, 9.0),
        ],
        common: [[48, 66, 74], [30, 55, 70]],
    },
    Therapy {
        disease: &diseases::DIABETES,
        marker: Marker::Hba1c,
        excess: (2.7, 0.6),
        half: 60.0,
        steps: &[
            (100, 0, &drugs::METFORMIN_250, false, 0.9),
            (65, 110, &drugs::METFORMIN_500, true, 0.5),
            (48, 290, &drugs::SITAGLIPTIN, false, 0.6),
        ],
        common: [[20, 26, 24], [9, 15, 16]],
    },
    Therapy {
        disease: &diseases::DYSLIPIDEMIA,
        marker: Marker::Ldl,
        excess: (55.0, 12.0),
        half: 16.0,
        steps: &[(88, 30, &drugs::ROSUVASTATIN, false, 62.0)],
        common: [[34, 38, 30], [22, 46, 42]],
    },
    Therapy {
        disease: &diseases::HYPERURICEMIA,
        marker: Marker::Urate,
        excess: (2.6, 0.5),
        half: 16.0,
        steps: &[(100, 0, &drugs::FEBUXOSTAT, false, 2.5)],
        common: [[20, 17, 10], [1, 2, 4]],
    },
    Therapy {
        disease: &diseases::HYPOTHYROIDISM,
        marker: Marker::Thyroid,
        excess: (14.0, 5.0),
        half: 35.0,
        steps: &[(100, 0, &drugs::LEVOTHYROXINE, false, 13.2)],
        common: [[1, 2, 3], [7, 6, 6]],
    },
    Therapy {
        disease: &diseases::ANEMIA,
        marker: Marker::Hemoglobin,
        excess: (-3.4, 0.5),
        half: 40.0,
        steps: &[(100, 0, &drugs::IRON, false, -3.2)],
        common: [[1, 1, 3], [14, 4, 4]],
    },
    complaint(&diseases::REFLUX, &[(100, 0, &drugs::LANSOPRAZOLE, false, 0.0)], [[10, 11, 12], [8, 11, 14]]),
    complaint(&diseases::ASTHMA, &[(100, 0, &drugs::SYMBICORT, false, 0.0)], [[16, 6, 4], [20, 7, 4]]),
    complaint(&diseases::OSTEOPOROSIS, &[(100, 0, &drugs::ALFACALCIDOL, false, 0.0)], [[0, 1, 5], [0, 12, 36]]),
    complaint(&diseases::INSOMNIA, &[(90, 0, &drugs::LEMBOREXANT, false, 0.0)], [[7, 9, 12], [8, 11, 17]]),
    complaint(&diseases::CONSTIPATION, &[(100, 0, &drugs::MAGNESIUM, false, 0.0)], [[1, 4, 14], [4, 6, 16]]),
    complaint(&diseases::KIDNEY, &[], [[2, 7, 16], [1, 4, 12]]),
];

const fn complaint(
    disease: &'static Disease,
    steps: &'static [(u32, i32, &'static Drug, bool, f64)],
    common: [[u32; 3]; 2],
) -> Therapy {
    Therapy { disease, marker: Marker::Complaint, excess: (0.0, 0.0), half: 30.0, steps, common }
}

/// One illness of one patient.
pub(crate) struct Illness {
    pub(crate) problem: usize,
    pub(crate) disease: &'static Disease,
    pub(crate) marker: Marker,
    since: Day,
    excess: f64,
    half: f64,
    steps: Vec<(Day, &'static Drug, bool, f64)>,
}

impl Illness {
    /// How far over healthy the marker is on a day: the excess less what each step has reached by then.
    fn level(&self, day: Day) -> f64 {
        let gained = self.steps.iter().map(|(from, _, _, effect)| {
            let days = f64::from((day - from).max(0));
            effect * days / (days + self.half)
        });
        self.excess - gained.sum::<f64>()
    }

    /// What is taken on a day.
    fn drugs(&self, day: Day) -> Vec<&'static Drug> {
        let mut taken: Vec<&'static Drug> = Vec::new();
        for (_, drug, replaces, _) in self.steps.iter().filter(|step| step.0 <= day) {
            if *replaces {
                taken.pop();
            }
            taken.push(drug);
        }
        taken
    }

    /// The drug added or raised on the visit of that day, `last` being the visit before.
    fn changed(&self, last: Option<Day>, day: Day) -> Option<&'static Drug> {
        let after = last.unwrap_or(Day::MIN);
        self.steps.iter().find(|step| step.0 > after && step.0 <= day).map(|step| step.1)
    }
}

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
    if old && dice.percent(9.0) {
        let day = dice.between(from, PAST - 5);
        chart.died = Some(day);
        return day - dice.between(4, 40);
    }
    if dice.percent(20.0) { dice.between(from, PAST) } else { PAST }
}

fn fall_ill(dice: &mut Dice, chart: &mut Chart, start: Day, known: bool) -> Vec<Illness> {
    let sex = usize::from(!chart.person.male());
    let old = match chart.person.age {
        ..50 => 0,
        50..70 => 1,
        _ => 2,
    };
    let mut chosen: Vec<&Therapy> = THERAPIES.iter().filter(|therapy| dice.below(100) < therapy.common[sex][old]).collect();
    if chosen.is_empty() {
        chosen.push(dice.weighted(THERAPIES, |therapy| therapy.common[sex][old]));
    }
    let mut illnesses = Vec::new();
    for (nth, therapy) in chosen.into_iter().enumerate() {
        // Found at the first visit, or later when the others were already being treated.
        let later = nth > 0 && dice.percent(35.0);
        let since = if later { start + dice.between(60, 900) } else { start };
        if since > PAST - 20 {
            continue;
        }
        let problem = chart.note_problem(therapy.disease, if known { since } else { since.max(0) });
        let mut steps = Vec::new();
        for &(chance, after, drug, replaces, effect) in therapy.steps {
            if dice.below(100) >= chance {
                break;
            }
            steps.push((since + after, drug, replaces, effect));
        }
        let excess = dice.normal(therapy.excess.0, therapy.excess.1);
        illnesses.push(Illness { problem, disease: therapy.disease, marker: therapy.marker, since, excess, half: therapy.half, steps });
    }
    illnesses
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
    let over = |marker| illnesses.iter().filter(|i| i.marker == marker && i.since <= day).map(|i| i.level(day)).sum::<f64>();
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
    let mut labs = Vec::new();
    if since_test > 165 && has_blood_marker(&present) {
        full_examination(dice, body, &present, &now, day, &mut labs);
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
    let note = notes::regular(dice, calendar, &notes::Regular {
        person: &chart.person,
        day,
        first: last.is_none(),
        vitals: &vitals,
        labs: &labs,
        illnesses: &present,
        changes: &changes,
        interval,
    });
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
        vaccine: None,
        note: Some(note),
    }
}

fn has_blood_marker(present: &[&Illness]) -> bool {
    present.iter().any(|illness| illness.marker != Marker::Complaint || illness.disease == &diseases::KIDNEY)
}

fn full_examination(dice: &mut Dice, body: &Body, present: &[&Illness], now: &Levels, day: Day, labs: &mut Vec<Finding>) {
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
        labs.push(Finding::Word(name, code, *dice.pick(&answers)));
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
