//! How much of what there is: golden summaries to read.

use std::collections::BTreeMap;

use crate::facts::{FACTS, PATIENTS};

/// Per hundred patients, so that a change of proportions is seen and a single chart is not.
fn per_hundred(count: usize) -> usize {
    count * 100 / PATIENTS
}

#[test]
fn resources_per_hundred_patients() {
    let mut lines: Vec<String> =
        FACTS.types.iter().map(|(name, count)| format!("{name:<20} {:>6}", per_hundred(*count))).collect();
    lines.push(format!("{:<20} {:>6}", "all", per_hundred(FACTS.ids.len())));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_commonest_problems_of_a_hundred_patients() {
    let mut problems: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &FACTS.problems {
        *problems.entry(name).or_default() += 1;
    }
    let mut sorted: Vec<(usize, &str)> = problems.into_iter().map(|(name, count)| (per_hundred(count), name)).collect();
    sorted.sort_by(|a, b| b.cmp(a));
    insta::assert_snapshot!(
        sorted.iter().take(20).map(|(count, name)| format!("{count:>4} {name}")).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn bulk_has_about_fifty_a_patient() {
    let count = sample::bulk(1, 600).groups().map(|group| group.len()).sum::<usize>() / 600;
    assert!((44..58).contains(&count), "{count}");
}

#[test]
fn the_day_is_under_way_at_the_desk() {
    let mut stages: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, start, status) in &FACTS.visits {
        if start.starts_with("2026-11-24") {
            *stages.entry(status).or_default() += 1;
        }
    }
    for status in ["arrived", "triaged", "in-progress", "finished"] {
        assert!(stages.contains_key(status), "{status}: {stages:?}");
    }
    assert!(stages.values().sum::<usize>() < 40, "{stages:?}");
    assert!(FACTS.visits.iter().all(|(_, start, status)| start.starts_with("2026-11-24") || status == "finished"));
}

#[test]
fn slots_and_appointments_agree() {
    for (slot, start) in &FACTS.held {
        assert_eq!(FACTS.taken.get(slot), Some(start));
    }
    assert_eq!(FACTS.held.len(), FACTS.taken.len());
    assert!(FACTS.taken.len() > 100, "{}", FACTS.taken.len());
}
