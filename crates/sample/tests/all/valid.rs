//! Every resource obeys R4 and the JP Core profile it claims, and no reference leads nowhere.

use std::collections::HashSet;

use fhir::validate::{Mode, validate};

use crate::resources;

#[test]
fn every_resource_passes_strict_validation() {
    let mut wrong: Vec<String> = Vec::new();
    for resource in resources(400) {
        for issue in validate(&resource, Mode::Strict) {
            wrong.push(format!("{} {}: {issue:?}", resource.resource_type(), resource.id().unwrap_or("")));
        }
    }
    assert!(wrong.is_empty(), "{} issues, the first:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn the_bulk_shape_is_valid_too() {
    for resource in sample::bulk(3, 60).groups().flatten() {
        let issues = validate(&resource, Mode::Strict);
        assert!(issues.is_empty(), "{} {}: {issues:?}", resource.resource_type(), resource.id().unwrap_or(""));
    }
}

#[test]
fn ids_are_unique_and_every_reference_arrives() {
    let resources = resources(300);
    let mut known: HashSet<String> = HashSet::new();
    for resource in &resources {
        let name = format!("{}/{}", resource.resource_type(), resource.id().unwrap());
        assert!(known.insert(name.clone()), "{name} twice");
    }
    let mut followed = 0;
    for resource in &resources {
        fhir::references::visit(resource, |path, target| {
            assert!(known.contains(target), "{} {path} → {target}", resource.id().unwrap_or(""));
            followed += 1;
        });
    }
    assert!(followed > resources.len(), "{followed}");
}

#[test]
fn a_group_is_one_patient_and_not_too_large_for_a_transaction() {
    let clinic = crate::clinic(300);
    let mut groups = clinic.groups();
    let house = groups.next().unwrap();
    assert!(house.iter().all(|resource| resource.resource_type() != "Patient"));
    for (index, group) in groups.enumerate() {
        assert_eq!(group[0].resource_type(), "Patient");
        let stem = format!("p{:06}", index + 1);
        assert!(group.iter().all(|resource| resource.id().unwrap().starts_with(&stem)));
        assert!(group.len() < 1500, "{}", group.len());
    }
}
