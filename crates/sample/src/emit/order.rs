//! Prescriptions: one MedicationRequest a drug, numbered within the prescription (RP番号 and order).

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, coding, concept, number, object, quantity, reference, reference_to, text};
use crate::calendar::PAST;
use crate::catalog::drugs::{AS_NEEDED, Drug, INHALED};
use crate::course::{Order, Visit};
use crate::staff::DOCTORS;

const MHLW: &str = "http://jpfhir.jp/fhir/core/mhlw";

pub(crate) fn all(pages: &mut Pages<'_>, visit: &Visit, encounter: &str) {
    // Drugs taken at the same times for as long share an RP number.
    let mut groups: Vec<(&str, u32, u32)> = Vec::new();
    for order in &visit.orders {
        let usage = order.drug.usage.text;
        let at = groups.iter().position(|group| group.0 == usage && group.1 == order.days).unwrap_or_else(|| {
            groups.push((usage, order.days, 0));
            groups.len() - 1
        });
        groups[at].2 += 1;
        let place = (at + 1, groups[at].2);
        let id = pages.id('m');
        pages.push(request(pages, visit, encounter, (&id, place), order));
    }
}

fn request(
    pages: &Pages<'_>,
    visit: &Visit,
    encounter: &str,
    (id, place): (&str, (usize, u32)),
    order: &Order,
) -> Draft {
    let drug = order.drug;
    let doctor = DOCTORS[visit.doctor];
    let numbered = |list: &str, value: String| object! { "system": format!("{MHLW}/IdSystem/{list}"), "value": value };
    let days = i32::try_from(order.days).unwrap_or(0);
    let running = visit.day + days >= PAST && pages.chart.died.is_none();
    Draft::new("MedicationRequest", id, Some("JP_MedicationRequest"))
        .with("identifier", array![
            numbered("Medication-RPGroupNumber", place.0.to_string()),
            numbered("MedicationAdministrationIndex", place.1.to_string()),
            object! { "system": "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier", "value": id },
        ])
        .with("status", if running { "active" } else { "completed" })
        .with("intent", "order")
        .with("medicationCodeableConcept", concept(&format!("{MHLW}/CodeSystem/MedicationGeneralOrderCode"), drug.code, drug.name))
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("authoredOn", pages.moment(visit.day, visit.minute + 7))
        .with("requester", reference_to("Practitioner", doctor.user, doctor.name))
        .maybe("reasonReference", visit.problems.first().map(|&problem| {
            array![reference("Condition", &super::problem::condition_id(&pages.patient, problem))]
        }))
        .with("groupIdentifier", object! { "system": "urn:oid:1.2.392.100495.20.3.11", "value": format!("{}-{}", pages.calendar.text(visit.day), pages.patient) })
        .with("dosageInstruction", array![dosage(drug, order.days)])
        .with("dispenseRequest", supply(drug, order.days))
        .maybe("substitution", drug.keep.then(|| object! {
            "allowedCodeableConcept":
                concept(&format!("{MHLW}/CodeSystem/MedicationSubstitutionProhibittedCategory"), "1", "変更不可"),
        }))
}

fn dosage(drug: &Drug, days: u32) -> Json {
    let usage = &drug.usage;
    let each = format!("1回{}{}", drug.dose, drug.unit.1);
    let told = if *usage == AS_NEEDED {
        format!("{} {each} {days}回分", usage.text)
    } else {
        format!("{} {each} {days}日分", usage.text)
    };
    let timing = match usage.code {
        Some(code) => concept("http://jami.jp/CodeSystem/MedicationUsage", code, usage.text),
        None => text(usage.text),
    };
    let route = if *usage == INHALED {
        text("吸入")
    } else {
        object! { "coding": array![coding("http://jpfhir.jp/fhir/core/CodeSystem/route-codes", "PO", "口")], "text": "経口" }
    };
    let mut dosage =
        fhir::json::Object::from_iter([("text", Json::from(told)), ("timing", object! { "code": timing })]);
    if *usage == AS_NEEDED {
        dosage.insert("asNeededBoolean", true);
    }
    dosage.insert("route", route);
    dosage.insert(
        "doseAndRate",
        array![object! {
            "type": concept(&format!("{MHLW}/CodeSystem/MedicationIngredientStrengthStrengthType"), "1", "製剤量"),
            "doseQuantity": amount(drug, drug.dose),
        }],
    );
    Json::Object(dosage)
}

fn supply(drug: &Drug, days: u32) -> Json {
    if drug.usage == AS_NEEDED {
        return object! { "quantity": amount(drug, drug.dose * days) };
    }
    // An inhaler holds a month, however often it is used.
    let total = if drug.usage == INHALED { 1 } else { drug.dose * drug.usage.times * days };
    object! { "quantity": amount(drug, total), "expectedSupplyDuration": quantity(days.to_string(), "日", "d") }
}

fn amount(drug: &Drug, value: u32) -> Json {
    object! {
        "value": number(value.to_string()),
        "unit": drug.unit.1,
        "system": format!("{MHLW}/CodeSystem/MedicationUnitMERIT9Code"),
        "code": drug.unit.0,
    }
}
