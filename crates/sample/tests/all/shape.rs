//! How much of what there is: a golden summary to read.

use std::collections::BTreeMap;

use fhir::Resource;

use crate::{at, resources, text};

/// `n` per hundred patients, so that a change of proportions is seen and a single chart is not.
fn summary(resources: &[Resource], patients: usize) -> String {
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in resources {
        *types.entry(resource.resource_type()).or_default() += 1;
    }
    let mut lines: Vec<String> = types.iter().map(|(name, count)| format!("{name:<20} {:>6}", count * 100 / patients)).collect();
    lines.push(format!("{:<20} {:>6}", "all", resources.len() * 100 / patients));
    lines.join("\n")
}

#[test]
fn resources_per_hundred_patients() {
    insta::assert_snapshot!(summary(&resources(600), 600));
}

#[test]
fn bulk_has_about_fifty_a_patient() {
    let count = sample::bulk(1, 1500).groups().flatten().count() / 1500;
    assert!((44..58).contains(&count), "{count}");
}

#[test]
fn the_commonest_problems_of_a_hundred_patients() {
    let mut problems: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources(600).iter().filter(|resource| resource.resource_type() == "Condition") {
        *problems.entry(text(resource, "code.text").to_owned()).or_default() += 1;
    }
    let mut sorted: Vec<(usize, String)> = problems.into_iter().map(|(name, count)| (count * 100 / 600, name)).collect();
    sorted.sort_by(|a, b| b.cmp(a));
    insta::assert_snapshot!(sorted.iter().take(16).map(|(count, name)| format!("{count:>4} {name}")).collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_day_is_under_way_at_the_desk() {
    let mut stages: BTreeMap<String, usize> = BTreeMap::new();
    for resource in resources(3000).iter().filter(|resource| text(resource, "period.start").starts_with("2026-11-24")) {
        *stages.entry(text(resource, "status").to_owned()).or_default() += 1;
    }
    for status in ["arrived", "triaged", "in-progress", "finished"] {
        assert!(stages.get(status).is_some_and(|count| *count > 0), "{status}: {stages:?}");
    }
    assert!(stages.values().sum::<usize>() < 60, "{stages:?}");
}

#[test]
fn slots_and_appointments_agree() {
    let resources = resources(800);
    let busy = |resource: &&Resource| resource.resource_type() == "Slot" && text(resource, "status") == "busy";
    let held = resources.iter().filter(|resource| resource.resource_type() == "Appointment" && at(resource, "slot").is_some());
    let starts: std::collections::HashMap<String, &str> =
        resources.iter().filter(busy).map(|slot| (format!("Slot/{}", slot.id().unwrap()), text(slot, "start"))).collect();
    let mut count = 0;
    for appointment in held {
        assert_eq!(starts.get(text(appointment, "slot.0.reference")), Some(&text(appointment, "start")));
        count += 1;
    }
    assert_eq!(count, starts.len());
}
