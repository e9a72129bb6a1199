//! Prescriptions add up and are grouped as on paper.

use std::collections::BTreeMap;

use fhir::Resource;

use crate::look::{at, number, text};

fn orders(patients: u32) -> Vec<Resource> {
    let clinic = crate::clinic(patients);
    clinic.groups().skip(1).flatten().filter(|resource| resource.resource_type() == "MedicationRequest").collect()
}

#[test]
fn the_quantity_is_dose_times_days() {
    for order in orders(60) {
        let dose = number(&order, "dosageInstruction.0.doseAndRate.0.doseQuantity.value").unwrap();
        let total = number(&order, "dispenseRequest.quantity.value").unwrap();
        let words = text(&order, "dosageInstruction.0.text");
        let Some(days) = number(&order, "dispenseRequest.expectedSupplyDuration.value") else {
            assert!(words.contains("回分") && at(&order, "dosageInstruction.0.asNeededBoolean").is_some(), "{words}");
            continue;
        };
        if words.contains("吸入") {
            assert!((total - 1.0).abs() < f64::EPSILON);
            continue;
        }
        let times: f64 = words["1日".len()..].chars().next().and_then(|digit| digit.to_digit(10)).unwrap().into();
        assert!((total - dose * times * days).abs() < f64::EPSILON, "{words}: {total}");
    }
}

#[test]
fn drugs_taken_alike_share_an_rp_number() {
    let mut prescriptions: BTreeMap<String, Vec<(u32, u32, String)>> = BTreeMap::new();
    for order in orders(60) {
        let rp = text(&order, "identifier.0.value").parse().unwrap();
        let place = text(&order, "identifier.1.value").parse().unwrap();
        let words = text(&order, "dosageInstruction.0.timing.code.text").to_owned();
        prescriptions.entry(text(&order, "groupIdentifier.value").to_owned()).or_default().push((rp, place, words));
    }
    let mut shared = 0;
    for (name, lines) in &prescriptions {
        let mut places: Vec<(u32, u32)> = lines.iter().map(|line| (line.0, line.1)).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), lines.len(), "{name}");
        for (rp, place, words) in lines {
            assert!(lines.iter().all(|other| (other.0 == *rp) <= (other.2 == *words)), "{name}");
            shared += usize::from(*place > 1);
        }
    }
    assert!(shared > 20, "{shared}");
}

#[test]
fn what_is_over_is_completed() {
    for order in orders(60) {
        let days = number(&order, "dispenseRequest.expectedSupplyDuration.value").unwrap_or(0.0);
        let old = &text(&order, "authoredOn")[..10] < "2026-07-01";
        assert!(days < 100.0);
        assert!(!old || text(&order, "status") == "completed");
    }
}

#[test]
fn usage_codes_are_jami_s() {
    let mut coded = 0;
    for order in orders(60) {
        let code = text(&order, "dosageInstruction.0.timing.code.coding.0.code");
        if !code.is_empty() {
            assert!(code.len() == 16 && code.starts_with("101"), "{code}");
            coded += 1;
        }
    }
    assert!(coded > 100);
}
