//! Insurance: the right card for the age, one number for a family, numbers with their check digit.

use std::collections::{HashMap, HashSet};

use fhir::Resource;
use jiff::civil::Date;

use crate::look::{of, text};

fn each(mut look: impl FnMut(&Resource, Vec<&Resource>)) {
    for group in sample::bulk(1, 400).groups().skip(1) {
        look(&group[0], of(&group, "Coverage").collect());
    }
}

fn age(patient: &Resource) -> i32 {
    let born: Date = text(patient, "birthDate").parse().unwrap();
    let years = i32::from(2026 - born.year());
    if (born.month(), born.day()) > (11, 2) { years - 1 } else { years }
}

/// 保険者番号: doubled every other digit from the right, all digits added, a multiple of ten.
fn checks(number: &str) -> bool {
    let sum: u32 = number
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let times = digit.to_digit(10).unwrap() * if place % 2 == 0 { 1 } else { 2 };
            times / 10 + times % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[test]
fn from_seventy_five_on_there_is_the_card_of_the_elderly() {
    each(|patient, cards| {
        let first = text(cards[0], "identifier.0.value");
        let public = first.starts_with("12");
        assert_eq!(first.starts_with("39"), age(patient) >= 75 && !public, "{first} at {}", age(patient));
        assert!(age(patient) >= 18 || public || text(cards[1], "type.text") == "公費", "children have 公費");
    });
}

#[test]
fn member_ids_have_four_parts_and_insurers_a_check_digit() {
    each(|_, cards| {
        for card in cards {
            let id = text(card, "identifier.0.value");
            let parts: Vec<&str> = id.split(':').collect();
            assert!(parts.len() == 4 && parts[0].len() == 8 && checks(parts[0]), "{id}");
            assert!(parts[2].chars().all(|digit| ('０'..='９').contains(&digit)) || parts[2].len() == 7, "{id}");
        }
    });
}

#[test]
fn a_family_shares_its_number_and_not_its_branch() {
    let mut families: HashMap<String, HashSet<String>> = HashMap::new();
    let mut members = 0;
    each(|patient, cards| {
        let id = text(cards[0], "identifier.0.value");
        let (family, branch) = id.rsplit_once(':').unwrap();
        // Who is registered twice shows the same card twice; that is another test's.
        if !branch.is_empty() {
            families.entry(family.to_owned()).or_default().insert(branch.to_owned());
            members += usize::from(branch != "00");
        }
        if text(cards[0], "relationship.coding.0.code") == "2" {
            assert!(text(cards[0], "subscriber.reference") < &*format!("Patient/{}", patient.id().unwrap()));
        }
    });
    assert!(members > 40, "{members}");
    assert!(families.values().filter(|branches| branches.len() > 1).count() > 30);
}
