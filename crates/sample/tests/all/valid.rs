//! Every resource obeys R4 and the JP Core profile it claims, and no reference leads nowhere.

use fhir::validate::{Mode, validate};

use crate::facts::FACTS;

/// Strict, and nothing left unchecked: a profile that is not known would be reported too.
fn check(clinic: &sample::Clinic) {
    let mut wrong: Vec<String> = Vec::new();
    for resource in clinic.groups().flatten() {
        for issue in validate(&resource, Mode::Strict) {
            wrong.push(format!("{} {}: {issue:?}", resource.resource_type(), resource.id().unwrap_or("")));
        }
    }
    assert!(wrong.is_empty(), "{} issues, the first:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn every_resource_of_the_clinic_passes_strict_validation() {
    check(&crate::clinic(200));
}

#[test]
fn every_resource_of_another_seed_and_day_passes_too() {
    check(&sample::Clinic::new(77, 40, jiff::civil::date(2027, 5, 5)));
    check(&sample::bulk(3, 60));
}

#[test]
fn every_reference_arrives() {
    for (from, path, to) in &FACTS.references {
        assert!(FACTS.ids.contains(to), "{from} {path} → {to}");
    }
    assert!(FACTS.references.len() > 2 * FACTS.ids.len(), "{}", FACTS.references.len());
}

#[test]
fn a_group_is_one_patient_and_not_too_large_for_a_transaction() {
    let clinic = crate::clinic(150);
    let mut groups = clinic.groups();
    let house = groups.next().unwrap();
    assert!(house.iter().all(|resource| resource.resource_type() != "Patient"));
    for (index, group) in groups.enumerate() {
        assert_eq!(group[0].resource_type(), "Patient");
        let stem = format!("p{:06}", index + 1);
        for resource in &group {
            assert!(resource.id().unwrap().starts_with(&stem));
            // A file too, by its securityContext.
            assert_eq!(fhir::search::patient_of(resource).as_deref(), Some(&*stem), "{:?}", resource.id());
        }
        assert!(group.len() < 1500, "{}", group.len());
    }
}
