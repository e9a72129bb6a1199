//! The values mean something: treatment works, winters are winters, the clinic is closed on Sundays.

use std::collections::{BTreeMap, HashMap};

use fhir::Resource;
use jiff::civil::{Date, Weekday};

use crate::{at, resources, text};

fn number(resource: &Resource, path: &str) -> f64 {
    at(resource, path).and_then(|value| value.as_number()).and_then(|digits| digits.parse().ok()).unwrap()
}

/// Per patient, the day and value of an observation of that name, in order of time.
fn curves(resources: &[Resource], name: &str, path: &str) -> HashMap<String, Vec<(String, f64)>> {
    let mut curves: HashMap<String, Vec<(String, f64)>> = HashMap::new();
    for resource in resources.iter().filter(|resource| text(resource, "code.text") == name && at(resource, path).is_some()) {
        let point = (text(resource, "effectiveDateTime").to_owned(), number(resource, path));
        curves.entry(text(resource, "subject.reference").to_owned()).or_default().push(point);
    }
    curves
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let count = values.len() as f64;
    values.iter().sum::<f64>() / count
}

/// Who was first given a drug of that name within the record, and when.
fn began(resources: &[Resource], drug: &str) -> HashMap<String, String> {
    let mut began: HashMap<String, String> = HashMap::new();
    for order in resources.iter().filter(|order| text(order, "medicationCodeableConcept.text").contains(drug)) {
        let day = text(order, "authoredOn")[..10].to_owned();
        began.entry(text(order, "subject.reference").to_owned()).and_modify(|first| *first = first.clone().min(day.clone())).or_insert(day);
    }
    began.retain(|_, day| day.as_str() > "2022-06");
    began
}

/// Mean of the values up to that day and of those at least half a year later.
fn before_and_after(curves: &HashMap<String, Vec<(String, f64)>>, began: &HashMap<String, String>) -> (f64, f64, usize) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for (patient, start) in began {
        let Some(curve) = curves.get(patient) else { continue };
        let half_a_year = start.parse::<Date>().unwrap().checked_add(jiff::Span::new().days(180)).unwrap().to_string();
        before.extend(curve.iter().filter(|point| point.0[..10] <= start[..]).map(|point| point.1));
        after.extend(curve.iter().filter(|point| point.0[..10] > half_a_year[..]).map(|point| point.1));
    }
    (mean(before.iter().copied()), mean(after.iter().copied()), before.len())
}

#[test]
fn treatment_works() {
    let resources = resources(1200);
    let pressure = curves(&resources, "血圧", "component.0.valueQuantity.value");
    let (before, after, count) = before_and_after(&pressure, &began(&resources, "アムロジピン"));
    assert!(count > 30 && before > 142.0 && after < before - 9.0, "BP {before:.0} → {after:.0} ({count})");
    let sugar = curves(&resources, "HbA1c(NGSP)", "valueQuantity.value");
    let (before, after, count) = before_and_after(&sugar, &began(&resources, "メトホルミン"));
    assert!(count > 10 && before > 7.2 && after < before - 0.7, "HbA1c {before:.1} → {after:.1} ({count})");
    let ldl = curves(&resources, "LDLコレステロール", "valueQuantity.value");
    let (before, after, count) = before_and_after(&ldl, &began(&resources, "ロスバスタチン"));
    assert!(count > 10 && before > 145.0 && after < 130.0, "LDL {before:.0} → {after:.0} ({count})");
}

#[test]
fn values_are_those_of_living_people() {
    let resources = resources(600);
    let limits: [(&str, &str, f64, f64); 6] = [
        ("血圧", "component.0.valueQuantity.value", 80.0, 225.0),
        ("血圧", "component.1.valueQuantity.value", 40.0, 140.0),
        ("体温", "valueQuantity.value", 35.0, 41.0),
        ("SpO2", "valueQuantity.value", 90.0, 100.0),
        ("体重", "valueQuantity.value", 8.0, 150.0),
        ("クレアチニン", "valueQuantity.value", 0.3, 6.0),
    ];
    for (name, path, low, high) in limits {
        let curves = curves(&resources, name, path);
        let values: Vec<f64> = curves.values().flatten().map(|point| point.1).collect();
        assert!(values.len() > 40, "{name}");
        assert!(values.iter().all(|value| (low..=high).contains(value)), "{name}: {:?}", values.iter().copied().fold(0.0, f64::max));
    }
}

#[test]
fn influenza_comes_in_winter_and_pollen_in_spring() {
    let mut months: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let resources = resources(1500);
    for resource in resources.iter().filter(|resource| resource.resource_type() == "Condition") {
        *months.entry((text(resource, "code.text"), text(resource, "onsetDateTime").get(5..7).unwrap())).or_default() += 1;
    }
    let of = |name: &'static str, wanted: &[&'static str]| wanted.iter().filter_map(|month| months.get(&(name, *month))).sum::<usize>();
    assert!(of("インフルエンザA型", &["12", "01", "02"]) > 5 * of("インフルエンザA型", &["04", "05", "06", "07", "08", "09"]));
    assert!(of("スギ花粉症", &["02", "03", "04"]) > 20);
    assert_eq!(of("スギ花粉症", &["07", "08", "09", "10"]), 0);
}

#[test]
fn nobody_comes_when_the_clinic_is_closed() {
    let mut mondays = 0;
    let mut all = 0;
    for visit in resources(500).iter().filter(|resource| resource.resource_type() == "Encounter") {
        let start = text(visit, "period.start");
        let day: Date = start[..10].parse().unwrap();
        assert_ne!(day.weekday(), Weekday::Sunday, "{start}");
        assert_eq!(sample::holiday(day), None, "{start}");
        let half = matches!(day.weekday(), Weekday::Saturday | Weekday::Thursday);
        assert!(!half || &start[11..13] < "13", "{start} is in the afternoon of a half day");
        mondays += usize::from(day.weekday() == Weekday::Monday);
        all += 1;
    }
    assert!(mondays * 100 / all > 17, "{mondays} of {all}");
}

#[test]
fn the_dead_do_not_come_back_and_nothing_is_in_the_future() {
    let resources = resources(1500);
    let died: HashMap<String, &str> = resources
        .iter()
        .filter(|resource| at(resource, "deceasedDateTime").is_some())
        .map(|patient| (format!("Patient/{}", patient.id().unwrap()), text(patient, "deceasedDateTime")))
        .collect();
    assert!(!died.is_empty());
    for resource in resources.iter().filter(|resource| resource.resource_type() == "Encounter") {
        let day = &text(resource, "period.start")[..10];
        assert!(day <= "2026-11-24", "{day}");
        assert!(died.get(text(resource, "subject.reference")).is_none_or(|died| day <= *died), "{:?}", resource.id());
    }
}

#[test]
fn nobody_is_given_what_they_are_allergic_to() {
    let resources = resources(1500);
    let allergic: Vec<&str> = resources
        .iter()
        .filter(|allergy| text(allergy, "code.text") == "ロキソプロフェン")
        .map(|allergy| text(allergy, "patient.reference"))
        .collect();
    assert!(!allergic.is_empty());
    let given = |order: &&Resource| {
        text(order, "medicationCodeableConcept.text").contains("ロキソプロフェン") && allergic.contains(&text(order, "subject.reference"))
    };
    assert_eq!(resources.iter().filter(given).count(), 0);
}
