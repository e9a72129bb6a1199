//! Patient, allergies, and what the desk should know.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, code, coding, concept, object, reference, reference_to, text};
use super::clinic::{CLINIC, INSTITUTION};
use crate::calendar::PAST;
use crate::course::Allergen;
use crate::people::Person;
use crate::staff::{DOCTORS, staff};

pub(crate) fn all(pages: &mut Pages<'_>) {
    pages.push(patient(pages));
    for &allergen in &pages.chart.allergies {
        let id = pages.id('a');
        pages.push(allergy(pages, &id, allergen));
    }
    flags(pages);
    memo(pages);
}

fn patient(pages: &Pages<'_>) -> Draft {
    let person = &pages.chart.person;
    let mut names = vec![name(person, "IDE", person.family.0, person.given.0)];
    names.push(name(person, "SYL", person.family.1, person.given.1));
    let mut telecom = vec![object! { "system": "phone", "value": person.home.phone.as_str(), "use": "home" }];
    if (12..85).contains(&person.age) {
        telecom.push(object! { "system": "phone", "value": person.mobile.as_str(), "use": "mobile" });
    }
    let died = pages.chart.died.map(|day| pages.calendar.text(day));
    Draft::new("Patient", &pages.patient, Some("JP_Patient"))
        .with(
            "identifier",
            array![object! {
                "use": "usual",
                "type": code("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"),
                "system": format!("urn:oid:1.2.392.100495.20.3.51.1{INSTITUTION}"),
                "value": format!("{:06}", person.index + 1),
            }],
        )
        .with("active", died.is_none())
        .with("name", names)
        .with("telecom", telecom)
        .with("gender", if person.male() { "male" } else { "female" })
        .with("birthDate", person.birth.to_string())
        .maybe("deceasedDateTime", died)
        .with("address", array![address(person)])
        .maybe("communication", person.foreign.then(|| array![object! { "language": code("urn:ietf:bcp:47", "en") }]))
        .with("generalPractitioner", array![reference_to("Practitioner", DOCTORS[0].user, DOCTORS[0].name)])
        .with("managingOrganization", reference("Organization", CLINIC))
}

fn name(person: &Person, form: &str, family: &str, given: &str) -> Json {
    // Latin letters are written as in a passport; 王 偉 as anybody else.
    let latin = person.foreign && family.starts_with(|first: char| first.is_ascii());
    let written = if latin { format!("{family}, {given}") } else { format!("{family} {given}") };
    object! {
        "extension": array![object! {
            "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation",
            "valueCode": form,
        }],
        "use": "official",
        "text": written,
        "family": family,
        "given": array![given],
    }
}

fn address(person: &Person) -> Json {
    let town = person.home.town;
    object! {
        "use": "home",
        "text": format!("{}{}{}", town.state, town.city, person.home.line),
        "line": array![person.home.line.as_str()],
        "city": town.city,
        "state": town.state,
        "postalCode": town.postcode,
        "country": "JP",
    }
}

fn allergy(pages: &Pages<'_>, id: &str, allergen: &Allergen) -> Draft {
    let substance = match allergen.food {
        Some(food) => concept("http://jpfhir.jp/fhir/core/CodeSystem/JP_JfagyFoodAllergen_CS", food, allergen.name),
        None => text(allergen.name),
    };
    let noted = pages.chart.visits.first().map_or(0, |visit| visit.day);
    Draft::new("AllergyIntolerance", id, Some("JP_AllergyIntolerance"))
        .with("clinicalStatus", code("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"))
        .with(
            "verificationStatus",
            code("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed"),
        )
        .with("type", "allergy")
        .with("category", array![allergen.category])
        .with("criticality", if allergen.severe { "high" } else { "low" })
        .with("code", substance)
        .with("patient", pages.subject())
        .with("recordedDate", pages.calendar.text(noted))
        .with(
            "reaction",
            array![object! {
                "manifestation": array![text(allergen.reaction)],
                "severity": if allergen.severe { "severe" } else { "mild" },
            }],
        )
}

/// What the desk wrote about someone who is here today.
fn memo(pages: &mut Pages<'_>) {
    const MEMOS: [&str; 6] = [
        "マイナ保険証で資格確認済。",
        "駐車券あり。会計時に処理。",
        "次回予約は午前希望。",
        "紹介状の写しを希望。",
        "お薬手帳を忘れたとのこと。",
        "付き添いのご家族が待合に。診察に同席希望。",
    ];
    let person = &pages.chart.person;
    let Some(today) = pages.chart.visits.last().filter(|visit| visit.day == PAST && !person.index.is_multiple_of(3))
    else {
        return;
    };
    let clerk = &staff()[4];
    let id = pages.id('k');
    let memo = Draft::new("Communication", &id, None)
        .with("status", "completed")
        .with(
            "category",
            array![concept("http://terminology.hl7.org/CodeSystem/communication-category", "notification", "受付メモ")],
        )
        .with("subject", pages.subject())
        .with("sent", pages.moment(PAST, today.minute.saturating_sub(11)))
        .with("sender", reference_to("Practitioner", clerk.user, clerk.name))
        .with("payload", array![object! { "contentString": MEMOS[(person.index % 6) as usize] }]);
    pages.push(memo);
}

/// What the desk and the nurse must see at once; about one chart in twenty has something.
fn flags(pages: &mut Pages<'_>) {
    let person = &pages.chart.person;
    // The index, not a throw: a flag more must not change who is ill with what.
    let word = match (person.index % 40, person.age) {
        (7, 70..) => "難聴：右側からゆっくり話す",
        (13, 65..) => "転倒注意：付き添い歩行",
        (19, _) => "採血時の気分不良の既往：臥位で採血",
        (23, 18..) => "ペースメーカー：MRI不可",
        (31, _) if person.foreign => "通訳が必要",
        _ => return,
    };
    let id = pages.id('g');
    let flag = Draft::new("Flag", &id, None)
        .with("status", "active")
        .with(
            "category",
            array![object! {
                "coding": array![coding("http://terminology.hl7.org/CodeSystem/flag-category", "clinical", "Clinical")],
            }],
        )
        .with("code", text(word))
        .with("subject", pages.subject());
    pages.push(flag);
}
