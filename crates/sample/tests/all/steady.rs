//! The same seed gives the same bytes, today and on every machine.

use sha2::{Digest, Sha256};

fn hash(groups: impl Iterator<Item = Vec<fhir::Resource>>) -> String {
    let mut hasher = Sha256::new();
    for resource in groups.flatten() {
        hasher.update(resource.to_vec());
        hasher.update(b"\n");
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When this changes, benchmarks of before and after no longer load the same data: say so in the commit.
#[test]
fn the_bytes_are_those_of_the_golden_hash() {
    insta::assert_snapshot!(format!(
        "clinic {}\nbulk {}",
        hash(crate::clinic(60).groups()),
        hash(sample::bulk(1, 60).groups())
    ));
}

#[test]
fn another_seed_is_another_clinic() {
    let today = jiff::civil::date(2026, 11, 24);
    assert_ne!(hash(sample::Clinic::new(1, 5, today).groups()), hash(sample::Clinic::new(2, 5, today).groups()));
}

#[test]
fn a_chart_does_not_depend_on_how_many_others_there_are() {
    assert_eq!(sample::bulk(1, 10).patient(7), sample::bulk(1, 100_000).patient(7));
}
