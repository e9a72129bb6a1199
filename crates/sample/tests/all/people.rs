//! Patients as JP Core wants them, with names a search has to cope with.

use std::collections::HashMap;

use fhir::json::Json;

use crate::look::{at, of, text};

#[test]
fn every_patient_has_characters_and_reading() {
    let clinic = sample::bulk(1, 300);
    for index in 0..300 {
        let chart = clinic.patient(index);
        let patient = &chart[0];
        let forms: Vec<&str> =
            (0..2).map(|name| text(patient, &format!("name.{name}.extension.0.valueCode"))).collect();
        assert_eq!(forms, ["IDE", "SYL"]);
        let kana = text(patient, "name.1.text");
        assert!(kana.chars().all(|letter| letter == ' ' || ('ァ'..='ー').contains(&letter)), "{kana}");
        assert_eq!(text(patient, "identifier.0.value"), format!("{:06}", index + 1));
        let postcode = text(patient, "address.0.postalCode");
        assert!(postcode.len() == 8 && postcode.as_bytes()[3] == b'-', "{postcode}");
    }
}

#[test]
fn no_telephone_rings_anywhere() {
    let clinic = sample::bulk(1, 120);
    for index in 0..120 {
        let chart = clinic.patient(index);
        for phone in at(&chart[0], "telecom").and_then(Json::as_array).unwrap() {
            let digits = phone.get("value").and_then(Json::as_str).unwrap();
            // Neither an exchange nor a mobile block begins with 0.
            assert_eq!(digits.split('-').nth(1).unwrap().as_bytes()[0], b'0', "{digits}");
        }
    }
}

#[test]
fn someone_registered_twice_has_one_card_and_two_charts() {
    let clinic = sample::bulk(1, 800);
    let mut cards: HashMap<String, Vec<String>> = HashMap::new();
    for group in clinic.groups().skip(1) {
        let person = format!("{} {}", text(&group[0], "name.1.text"), text(&group[0], "birthDate"));
        let card = of(&group, "Coverage").next().map(|card| text(card, "identifier.0.value")).unwrap();
        cards.entry(format!("{person} {card}")).or_default().push(group[0].id().unwrap().to_owned());
    }
    let twice: Vec<&Vec<String>> = cards.values().filter(|ids| ids.len() == 2).collect();
    assert!(twice.len() > 1, "{}", twice.len());
    assert!(cards.values().all(|ids| ids.len() <= 2));
}
