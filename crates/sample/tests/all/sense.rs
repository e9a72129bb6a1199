//! The values mean something: treatment works, winters are winters, the clinic is closed on Sundays.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, Weekday};

use crate::facts::{Curves, FACTS};

fn curves(name: &str, position: usize) -> &'static Curves {
    &FACTS.curves[&(name.to_owned(), position)]
}

fn mean(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let count = values.len() as f64;
    values.iter().sum::<f64>() / count
}

/// Who was first given a drug of that name within the record, and on which day.
fn began(drug: &str) -> HashMap<&'static str, &'static str> {
    let mut began: HashMap<&str, &str> = HashMap::new();
    for (patient, name, moment) in &FACTS.orders {
        if name.contains(drug) {
            let first = began.entry(patient).or_insert(&moment[..10]);
            *first = (*first).min(&moment[..10]);
        }
    }
    began.retain(|_, day| *day > "2022-06");
    began
}

/// Means of what was measured up to that day and of what was measured at least half a year later.
fn before_and_after(curves: &Curves, began: &HashMap<&str, &str>) -> (f64, f64, usize) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (patient, start) in began {
        let Some(curve) = curves.get(*patient) else { continue };
        let later = start.parse::<Date>().unwrap().checked_add(jiff::Span::new().days(180)).unwrap().to_string();
        before.extend(curve.iter().filter(|point| point.0[..10] <= **start).map(|point| point.1));
        after.extend(curve.iter().filter(|point| point.0[..10] > later[..]).map(|point| point.1));
    }
    (mean(&before), mean(&after), before.len())
}

#[test]
fn treatment_works() {
    let (before, after, count) = before_and_after(curves("血圧", 1), &began("アムロジピン"));
    assert!(count > 30 && before > 140.0 && after < before - 9.0, "BP {before:.0} → {after:.0} ({count})");
    let (before, after, count) = before_and_after(curves("HbA1c(NGSP)", 0), &began("メトホルミン"));
    assert!(count > 8 && before > 7.0 && after < before - 0.7, "HbA1c {before:.1} → {after:.1} ({count})");
    let (before, after, count) = before_and_after(curves("LDLコレステロール", 0), &began("ロスバスタチン"));
    assert!(count > 8 && before > 145.0 && after < 130.0, "LDL {before:.0} → {after:.0} ({count})");
}

#[test]
fn values_are_those_of_living_people() {
    let limits = [
        ("血圧", 1, 80.0, 225.0),
        ("血圧", 2, 40.0, 140.0),
        ("体温", 0, 35.0, 41.0),
        ("SpO2", 0, 90.0, 100.0),
        ("体重", 0, 8.0, 150.0),
        ("クレアチニン", 0, 0.3, 6.0),
        ("HbA1c(NGSP)", 0, 4.2, 13.0),
    ];
    for (name, position, low, high) in limits {
        let values: Vec<f64> = curves(name, position).values().flatten().map(|point| point.1).collect();
        assert!(values.len() > 100, "{name}");
        let wrong: Vec<&f64> = values.iter().filter(|value| !(low..=high).contains(*value)).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

#[test]
fn pressure_is_higher_in_winter() {
    let of = |months: [&str; 3]| {
        let points = curves("血圧", 1).values().flatten().filter(|point| months.contains(&&point.0[5..7]));
        mean(&points.map(|point| point.1).collect::<Vec<_>>())
    };
    let (winter, summer) = (of(["12", "01", "02"]), of(["07", "08", "09"]));
    assert!(winter > summer + 5.0, "{winter:.0} and {summer:.0}");
}

#[test]
fn influenza_comes_in_winter_and_pollen_in_spring() {
    let mut months: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (name, onset) in &FACTS.problems {
        *months.entry((name, &onset[5..7])).or_default() += 1;
    }
    let of = |name: &'static str, wanted: &[&'static str]| {
        wanted.iter().filter_map(|month| months.get(&(name, *month))).sum::<usize>()
    };
    let influenza =
        (of("インフルエンザA型", &["12", "01", "02"]), of("インフルエンザA型", &["04", "05", "06", "07", "08", "09"]));
    assert!(influenza.0 > 5 * influenza.1, "{influenza:?}");
    assert!(of("スギ花粉症", &["02", "03", "04"]) > 20);
    assert_eq!(of("スギ花粉症", &["07", "08", "09", "10"]), 0);
}

#[test]
fn nobody_comes_when_the_clinic_is_closed() {
    let mut mondays = 0;
    for (_, start, _) in &FACTS.visits {
        let day: Date = start[..10].parse().unwrap();
        assert_ne!(day.weekday(), Weekday::Sunday, "{start}");
        assert_eq!(sample::holiday(day), None, "{start}");
        let half = matches!(day.weekday(), Weekday::Saturday | Weekday::Thursday);
        assert!(!half || &start[11..13] < "13", "{start} is in the afternoon of a half day");
        mondays += usize::from(day.weekday() == Weekday::Monday);
    }
    assert!(mondays * 100 / FACTS.visits.len() > 17, "{mondays} of {}", FACTS.visits.len());
}

#[test]
fn the_dead_do_not_come_back_and_nothing_is_in_the_future() {
    assert!(!FACTS.died.is_empty());
    for (patient, start, _) in &FACTS.visits {
        assert!(&start[..10] <= "2026-11-24", "{start}");
        assert!(FACTS.died.get(patient).is_none_or(|died| start[..10] <= **died), "{patient} {start}");
    }
}

#[test]
fn nobody_is_given_what_they_are_allergic_to() {
    let allergic =
        |patient: &str, substance: &str| FACTS.allergies.iter().any(|(who, what)| who == patient && what == substance);
    assert!(FACTS.allergies.iter().any(|(_, substance)| substance == "ロキソプロフェン"));
    for (patient, drug, _) in &FACTS.orders {
        assert!(!drug.contains("ロキソプロフェン") || !allergic(patient, "ロキソプロフェン"), "{patient}");
        assert!(!drug.contains("セフジトレン") || !allergic(patient, "セフェム系抗菌薬"), "{patient}");
    }
}
