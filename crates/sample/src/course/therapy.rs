//! Chronic diseases: how they begin, how they are treated step by step, and how far that brings a value back.

use crate::calendar::{Day, PAST};
use crate::catalog::diseases::{self, Disease};
use crate::catalog::drugs::{self, Drug};
use crate::course::Chart;
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
    /// Good and bad times: how far they reach.
    wander: f64,
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
        wander: 5.0,
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
        wander: 0.35,
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
        wander: 9.0,
        half: 16.0,
        steps: &[(88, 30, &drugs::ROSUVASTATIN, false, 62.0)],
        common: [[34, 38, 30], [22, 46, 42]],
    },
    Therapy {
        disease: &diseases::HYPERURICEMIA,
        marker: Marker::Urate,
        excess: (2.6, 0.5),
        wander: 0.4,
        half: 16.0,
        steps: &[(100, 0, &drugs::FEBUXOSTAT, false, 2.5)],
        common: [[20, 17, 10], [1, 2, 4]],
    },
    Therapy {
        disease: &diseases::HYPOTHYROIDISM,
        marker: Marker::Thyroid,
        excess: (14.0, 5.0),
        wander: 0.5,
        half: 35.0,
        steps: &[(100, 0, &drugs::LEVOTHYROXINE, false, 13.2)],
        common: [[1, 2, 3], [7, 6, 6]],
    },
    Therapy {
        disease: &diseases::ANEMIA,
        marker: Marker::Hemoglobin,
        excess: (-3.4, 0.5),
        wander: 0.35,
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
    Therapy { disease, marker: Marker::Complaint, excess: (0.0, 0.0), wander: 0.0, half: 30.0, steps, common }
}

/// Days between two knots of how well someone keeps to it.
const KNOT: Day = 130;

/// One illness of one patient.
pub(crate) struct Illness {
    pub(crate) problem: usize,
    pub(crate) disease: &'static Disease,
    pub(crate) marker: Marker,
    pub(crate) since: Day,
    excess: f64,
    half: f64,
    steps: Vec<(Day, &'static Drug, bool, f64)>,
    /// Good and bad times, every [`KNOT`] days from the first of the record.
    wander: Vec<f64>,
}

impl Illness {
    /// How far over healthy the marker is on a day: the excess, less what each step has reached by then, and how well
    /// the patient lives just then.
    pub(crate) fn level(&self, day: Day) -> f64 {
        let gained = self.steps.iter().map(|(from, _, _, effect)| {
            let days = f64::from((day - from).max(0));
            effect * days / (days + self.half)
        });
        self.excess - gained.sum::<f64>() + self.life(day)
    }

    fn life(&self, day: Day) -> f64 {
        let knot = usize::try_from(day / KNOT).unwrap_or(0);
        let (Some(before), Some(after)) = (self.wander.get(knot), self.wander.get(knot + 1)) else { return 0.0 };
        before + (after - before) * f64::from(day % KNOT) / f64::from(KNOT)
    }

    /// What is taken on a day.
    pub(crate) fn drugs(&self, day: Day) -> Vec<&'static Drug> {
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
    pub(crate) fn changed(&self, last: Option<Day>, day: Day) -> Option<&'static Drug> {
        let after = last.unwrap_or(Day::MIN);
        self.steps.iter().find(|step| step.0 > after && step.0 <= day).map(|step| step.1)
    }
}

/// The illnesses of a patient who comes from `start` on; those who are `known` had them before the record began.
pub(crate) fn fall_ill(dice: &mut Dice, chart: &mut Chart, start: Day, known: bool) -> Vec<Illness> {
    let sex = usize::from(!chart.person.male());
    let old = match chart.person.age {
        ..50 => 0,
        50..70 => 1,
        _ => 2,
    };
    let mut chosen: Vec<&Therapy> =
        THERAPIES.iter().filter(|therapy| dice.below(100) < therapy.common[sex][old]).collect();
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
        // The treatment of those who have come for years was not finished before the record began.
        if let Some(last) = steps.last_mut().filter(|step| known && step.0 < 0 && dice.percent(40.0)) {
            last.0 = dice.between(90, PAST - 200);
        }
        illnesses.push(Illness {
            problem,
            disease: therapy.disease,
            marker: therapy.marker,
            since,
            excess: dice.normal(therapy.excess.0, therapy.excess.1),
            half: therapy.half,
            steps,
            wander: (0..=PAST / KNOT + 1).map(|_| dice.normal(0.0, therapy.wander)).collect(),
        });
    }
    illnesses
}
