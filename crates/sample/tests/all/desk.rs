//! The visits of today: what is there already follows from how far each has come.

use fhir::Resource;
use fhir::json::Json;

use crate::facts::FACTS;
use crate::look::{at, of, text};

/// What of a visit is there: measurements, note status, sections of the note, orders.
fn there(group: &[Resource], encounter: &Resource) -> (usize, String, usize, usize) {
    let own = format!("Encounter/{}", encounter.id().unwrap());
    let here = |resource: &&Resource| text(resource, "encounter.reference") == own;
    let measured = of(group, "Observation").filter(here).count();
    let note = of(group, "Composition").find(here);
    let status = note.map_or("", |note| text(note, "status")).to_owned();
    let sections = note.and_then(|note| at(note, "section")).and_then(Json::as_array).map_or(0, <[Json]>::len);
    (measured, status, sections, of(group, "MedicationRequest").filter(here).count())
}

#[test]
fn a_chart_fills_as_the_patient_goes_through_the_house() {
    let mut seen = Vec::new();
    for group in &FACTS.here {
        for visit in of(group, "Encounter").filter(|visit| text(visit, "period.start").starts_with("2026-11-24")) {
            let (measured, note, sections, orders) = there(group, visit);
            let status = text(visit, "status").to_owned();
            match &*status {
                "arrived" => assert_eq!((measured, &*note, orders), (0, "", 0)),
                "triaged" => assert_eq!((measured > 0, &*note, orders), (true, "", 0)),
                "in-progress" => assert_eq!((measured > 0, &*note, sections, orders), (true, "preliminary", 2, 0)),
                "finished" => assert_eq!((measured > 0, &*note, sections), (true, "final", 4)),
                other => panic!("{other}"),
            }
            assert_eq!(at(visit, "period.end").is_some(), status == "finished");
            seen.push(status);
        }
    }
    for status in ["arrived", "triaged", "in-progress", "finished"] {
        assert!(seen.iter().any(|seen| seen == status), "{status}");
    }
}

#[test]
fn everybody_of_today_has_a_number_and_a_place_that_agrees_with_the_status() {
    let mut places = std::collections::BTreeSet::new();
    let mut numbers = std::collections::BTreeSet::new();
    for group in &FACTS.here {
        for visit in of(group, "Encounter") {
            let today = text(visit, "period.start").starts_with("2026-11-24");
            let number = text(visit, "identifier.0.value");
            assert_eq!(number.starts_with("2026-11-24/"), today, "{number}");
            if !today {
                continue;
            }
            assert!(numbers.insert(number.to_owned()), "{number} is given twice");
            let place = text(visit, "extension.0.extension.0.valueCode");
            let statuses = match place {
                "arrived" | "interview" => "arrived",
                "waiting" => "triaged",
                "in-room" | "examination" => "in-progress",
                "payment" | "done" => "finished",
                other => panic!("{other}"),
            };
            assert_eq!(text(visit, "status"), statuses);
            places.insert(place.to_owned());
        }
    }
    assert_eq!(places.len(), 7, "{places:?}");
}

#[test]
fn who_came_with_something_new_has_filled_in_the_sheet() {
    let mut filled = 0;
    for group in &FACTS.here {
        for sheet in of(group, "QuestionnaireResponse") {
            assert_eq!(at(sheet, "item").and_then(Json::as_array).map(<[Json]>::len), Some(5));
            assert!(!text(sheet, "item.0.answer.0.valueString").is_empty());
            filled += 1;
        }
    }
    assert!(filled > 0);
}

#[test]
fn notes_are_paragraphs_without_markup_of_their_own() {
    let notes: Vec<Resource> = crate::clinic(40).groups().flatten().collect();
    let mut escaped = 0;
    for note in of(&notes, "Composition") {
        for section in at(note, "section").and_then(Json::as_array).unwrap() {
            let div = section.get("text").and_then(|text| text.get("div")).and_then(Json::as_str).unwrap();
            let inside = div
                .strip_prefix("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>")
                .unwrap()
                .strip_suffix("</p></div>")
                .unwrap();
            assert!(!inside.is_empty() && !inside.contains('<') && !inside.contains('>'), "{inside}");
            escaped += usize::from(inside.contains("&lt;") || inside.contains("&gt;"));
        }
    }
    assert!(escaped > 5, "{escaped}");
}
