//! Results: flags agree with ranges, and every result is in one report with its tube.

use std::collections::HashMap;

use fhir::Resource;
use fhir::json::Json;

use crate::facts::FACTS;
use crate::look::{at, number, of, text};

fn charts(patients: u32) -> Vec<Vec<Resource>> {
    crate::clinic(patients).groups().skip(1).collect()
}

fn is_result(observation: &&Resource) -> bool {
    text(observation, "category.0.coding.0.code") == "laboratory"
}

#[test]
fn a_flag_says_on_which_side_of_the_range_the_value_is() {
    let mut flags: HashMap<String, usize> = HashMap::new();
    for group in charts(60) {
        for result in of(&group, "Observation").filter(is_result) {
            let Some(value) = number(result, "valueQuantity.value") else { continue };
            let low = number(result, "referenceRange.0.low.value").unwrap_or(f64::MIN);
            let high = number(result, "referenceRange.0.high.value").unwrap_or(f64::MAX);
            let expected = if value > high {
                "H"
            } else if value < low {
                "L"
            } else {
                "N"
            };
            assert_eq!(text(result, "interpretation.0.coding.0.code"), expected, "{}", text(result, "code.text"));
            *flags.entry(expected.to_owned()).or_default() += 1;
        }
    }
    assert!(flags["H"] > 20 && flags["L"] > 5 && flags["N"] > flags["H"], "{flags:?}");
}

#[test]
fn every_result_is_in_one_report_and_has_a_tube_of_its_kind() {
    for group in charts(60) {
        let mut reported: HashMap<String, usize> = HashMap::new();
        for report in of(&group, "DiagnosticReport") {
            for result in at(report, "result").and_then(Json::as_array).unwrap_or_default() {
                *reported.entry(result.get("reference").and_then(Json::as_str).unwrap().to_owned()).or_default() += 1;
            }
        }
        let tubes: HashMap<String, &str> = of(&group, "Specimen")
            .map(|tube| (format!("Specimen/{}", tube.id().unwrap()), text(tube, "type.text")))
            .collect();
        for result in of(&group, "Observation").filter(is_result) {
            assert_eq!(reported.get(&format!("Observation/{}", result.id().unwrap())), Some(&1));
            let code = text(result, "code.coding.0.code");
            let tube = tubes[text(result, "specimen.reference")];
            match code.get(9..12) {
                Some("001") => assert_eq!(tube, "尿", "{code}"),
                Some(_) => assert_eq!(tube, "静脈血", "{code}"),
                None => assert_eq!(tube, "鼻咽頭ぬぐい液", "{code}"),
            }
        }
    }
}

#[test]
fn what_went_out_today_is_not_back_yet() {
    let mut waiting = 0;
    for group in &FACTS.here {
        for report in of(group, "DiagnosticReport").filter(|report| text(report, "status") != "final") {
            assert!(text(report, "effectiveDateTime").starts_with("2026-11-24"));
            waiting += 1;
        }
    }
    assert!(waiting > 0);
}
