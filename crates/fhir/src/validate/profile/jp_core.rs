//! JP Core 1.2, the part that a clinic uses, by hand: the package is not on npm (jpfhir.jp/fhir/core).
//!
//! Cardinalities, fixed values and types are errors; formats that the guide gives in prose are advice.

use std::collections::HashSet;

use super::super::path::Path;
use super::super::rules::{has, is_coded, objects};
use super::super::walk::Walk;
use crate::json::{Json, Object};
use crate::outcome::{IssueType, Severity};
use crate::references::Literal;
use crate::tables;

/// Of every JP Core profile.
pub(super) const PREFIX: &str = "http://jpfhir.jp/fhir/core/StructureDefinition/";

/// Profiles known here: `JP_`, the resource type, and what it is narrowed to.
const PROFILES: [&str; 38] = [
    "JP_AllergyIntolerance",
    "JP_Condition",
    "JP_Condition_Diagnosis",
    "JP_Coverage",
    "JP_DiagnosticReport_Common",
    "JP_DiagnosticReport_Endoscopy",
    "JP_DiagnosticReport_LabResult",
    "JP_DiagnosticReport_Microbiology",
    "JP_DiagnosticReport_Radiology",
    "JP_Encounter",
    "JP_FamilyMemberHistory",
    "JP_ImagingStudy_Endoscopy",
    "JP_ImagingStudy_Radiology",
    "JP_Immunization",
    "JP_Location",
    "JP_Medication",
    "JP_MedicationAdministration",
    "JP_MedicationAdministration_Injection",
    "JP_MedicationDispense",
    "JP_MedicationDispense_Injection",
    "JP_MedicationRequest",
    "JP_MedicationRequest_Injection",
    "JP_MedicationStatement",
    "JP_Observation_BodyMeasurement",
    "JP_Observation_Common",
    "JP_Observation_Electrocardiogram",
    "JP_Observation_LabResult",
    "JP_Observation_PhysicalExam",
    "JP_Observation_SocialHistory",
    "JP_Observation_VitalSigns",
    "JP_Organization",
    "JP_Organization_Department",
    "JP_Patient",
    "JP_Practitioner",
    "JP_PractitionerRole",
    "JP_Procedure",
    "JP_ServiceRequest_Common",
    "JP_Specimen_Common",
];

const CATEGORY: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";
const CODE_SYSTEMS: [&str; 4] = [
    "http://medis.or.jp/CodeSystem/master-disease-exCode",
    "http://medis.or.jp/CodeSystem/master-disease-keyNumber",
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease",
    "http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full",
];
const MEMBER_ID: &str = "http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID";
const INSTITUTION: &str = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
const PATIENT_ID: &str = "urn:oid:1.2.392.100495.20.3.51.";
/// As a URL since 1.2, as an OID before; both are still met.
const RP_NUMBER: [&str; 2] =
    ["http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber", "urn:oid:1.2.392.100495.20.3.81"];
const ORDER_IN_RP: [&str; 2] =
    ["http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex", "urn:oid:1.2.392.100495.20.3.82"];
const NAME_REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
const SUB_NUMBER: &str = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber";

struct Rule {
    of: &'static [&'static str],
    at: &'static str,
    says: &'static str,
    holds: fn(&Object) -> bool,
    is_advice: bool,
}

const fn rule(of: &'static [&'static str], at: &'static str, says: &'static str, holds: fn(&Object) -> bool) -> Rule {
    Rule { of, at, says, holds, is_advice: false }
}

const fn advice(of: &'static [&'static str], at: &'static str, says: &'static str, holds: fn(&Object) -> bool) -> Rule {
    Rule { of, at, says, holds, is_advice: true }
}

const PATIENT: &[&str] = &["JP_Patient"];
const COVERAGE: &[&str] = &["JP_Coverage"];
const ORGANIZATION: &[&str] = &["JP_Organization"];
const REQUEST: &[&str] = &["JP_MedicationRequest"];
const REQUESTS: &[&str] = &["JP_MedicationRequest", "JP_MedicationRequest_Injection"];
const LAB: &[&str] = &["JP_Observation_LabResult"];
const NURSING: &[&str] =
    &["JP_Observation_VitalSigns", "JP_Observation_BodyMeasurement", "JP_Observation_PhysicalExam"];
const REPORT: &[&str] = &["JP_DiagnosticReport_LabResult"];
const DIAGNOSIS: &[&str] = &["JP_Condition_Diagnosis"];

const RULES: &[Rule] = &[
    rule(PATIENT, "identifier", "must be there", |o| has(o, "identifier")),
    rule(PATIENT, "identifier", "must have a value each", |o| {
        objects(o, "identifier").all(|identifier| has(identifier, "value"))
    }),
    rule(PATIENT, "name", "must say by IDE, SYL or ABC how it is written", |o| {
        objects(o, "name").all(is_known_representation)
    }),
    advice(PATIENT, "identifier", "of a clinic must have the OID of its 10-digit code with a 1 before it", |o| {
        let clinic = |identifier: &Object| {
            let code = identifier.str("system").and_then(|system| system.strip_prefix(PATIENT_ID));
            code.is_none_or(|code| is_digits(code, 11) && code.starts_with('1'))
        };
        objects(o, "identifier").all(clinic)
    }),
    advice(PATIENT, "address", "in Japan must have a postal code nnn-nnnn or nnn", |o| {
        objects(o, "address").all(has_postal_code)
    }),
    rule(
        COVERAGE,
        "identifier",
        "must have one insured person's identifier 保険者番号:記号:番号:枝番 at most",
        |o| {
            let ids: Vec<&str> =
                of_systems(o, &[MEMBER_ID]).map(|identifier| identifier.str("value").unwrap_or("")).collect();
            ids.len() <= 1 && ids.iter().all(|id| is_member_id(id))
        },
    ),
    advice(COVERAGE, "extension", "must have a sub number (枝番) of two half-width digits", |o| {
        let of = |extension: &&Object| extension.str("url") == Some(SUB_NUMBER);
        objects(o, "extension")
            .filter(of)
            .all(|extension| extension.str("valueString").is_some_and(|text| is_digits(text, 2)))
    }),
    advice(
        ORGANIZATION,
        "identifier",
        "of a medical institution must be 都道府県 2, 点数表 1 and 7 digits",
        |o| of_systems(o, &[INSTITUTION]).all(|identifier| identifier.str("value").is_some_and(is_institution)),
    ),
    rule(REQUESTS, "identifier", "must have one Rp number", |o| of_systems(o, &RP_NUMBER).count() == 1),
    rule(REQUESTS, "identifier", "must have one order within its Rp", |o| of_systems(o, &ORDER_IN_RP).count() == 1),
    rule(REQUESTS, "intent", "must be order", |o| o.str("intent") == Some("order")),
    rule(REQUESTS, "authoredOn", "must be there", |o| has(o, "authoredOn")),
    rule(REQUESTS, "subject", "must be a Patient", is_of_patient),
    rule(REQUEST, "medication", "must be a CodeableConcept with a coding", |o| {
        objects(o, "medicationCodeableConcept").any(|concept| has(concept, "coding"))
    }),
    advice(REQUESTS, "medication", "must have codes as long as their systems have them", |o| {
        objects(o, "medicationCodeableConcept").all(has_shape)
    }),
    advice(REQUESTS, "dosageInstruction", "must have codes as long as their systems have them", |o| {
        let usage = |dosage: &Object| {
            let timing = objects(dosage, "timing").flat_map(|timing| objects(timing, "code"));
            timing.chain(objects(dosage, "additionalInstruction")).all(has_shape)
        };
        objects(o, "dosageInstruction").all(usage)
    }),
    rule(REQUESTS, "dispenseRequest", "must have an expectedSupplyDuration in 日, UCUM d", |o| {
        let days = |duration: &Object| {
            (duration.str("unit"), duration.str("system"), duration.str("code"))
                == (Some("日"), Some("http://unitsofmeasure.org"), Some("d"))
        };
        objects(o, "dispenseRequest").flat_map(|request| objects(request, "expectedSupplyDuration")).all(days)
    }),
    rule(LAB, "category", "must be laboratory of JP_SimpleObservationCategory_CS", |o| {
        is_coded(o, "category", CATEGORY, &["laboratory"])
    }),
    rule(LAB, "code", "must have a coding and a text", |o| {
        objects(o, "code").all(|code| has(code, "coding") && has(code, "text"))
    }),
    advice(LAB, "code", "must have codes as long as their systems have them", |o| objects(o, "code").all(has_shape)),
    rule(LAB, "subject", "must be a Patient", is_of_patient),
    rule(LAB, "effective", "must be a dateTime, Period or Timing", |o| {
        has(o, "effectiveDateTime") || has(o, "effectivePeriod") || has(o, "effectiveTiming")
    }),
    rule(LAB, "value", "must be a Quantity, CodeableConcept or string", |o| {
        let allowed = ["valueQuantity", "valueCodeableConcept", "valueString"];
        o.iter().all(|(name, _)| !name.starts_with("value") || allowed.contains(&name))
    }),
    rule(LAB, "specimen", "must be there", |o| has(o, "specimen")),
    rule(NURSING, "category", "must be there", |o| has(o, "category")),
    rule(NURSING, "subject", "must be a Patient", is_of_patient),
    rule(NURSING, "effective", "must be a dateTime or Period", |o| {
        !has(o, "effectiveTiming") && !has(o, "effectiveInstant")
    }),
    rule(REPORT, "category", "must be LOINC LP29693-6", |o| {
        is_coded(o, "category", "http://loinc.org", &["LP29693-6"])
    }),
    rule(REPORT, "code", "must be LOINC 11502-2", |o| is_coded(o, "code", "http://loinc.org", &["11502-2"])),
    advice(DIAGNOSIS, "code", "must have codes as long as their systems have them", |o| {
        objects(o, "code").all(has_shape)
    }),
    rule(DIAGNOSIS, "code", "must have each of the four disease code systems once at most, with a code", |o| {
        let mut seen = HashSet::new();
        let codings = objects(o, "code").flat_map(|code| objects(code, "coding"));
        let known = codings
            .filter_map(|coding| Some((coding.str("system").filter(|system| CODE_SYSTEMS.contains(system))?, coding)));
        known.into_iter().all(|(system, coding)| seen.insert(system) && has(coding, "code"))
    }),
];

/// How long the codes of a system are, and whether they are digits only.
const SHAPES: [(&str, usize, bool); 12] = [
    ("http://medis.or.jp/CodeSystem/master-HOT7", 7, true),
    ("http://medis.or.jp/CodeSystem/master-HOT9", 9, true),
    ("http://medis.or.jp/CodeSystem/master-HOT13", 13, true),
    ("http://capstandard.jp/iyaku.info/CodeSystem/YJ-code", 12, false),
    ("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/MedicationGeneralOrderCode", 12, false),
    ("http://medis.or.jp/CodeSystem/master-JLAC10-17digits", 17, false),
    ("http://medis.or.jp/CodeSystem/master-disease-exCode", 4, false),
    ("http://medis.or.jp/CodeSystem/master-disease-keyNumber", 8, true),
    ("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease", 7, true),
    ("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterZ-disease-modifier", 4, true),
    ("http://jami.jp/CodeSystem/MedicationUsage", 16, false),
    ("http://jami.jp/CodeSystem/MedicationUsageAdditional", 8, false),
];

/// Checks one profile by its name after [`PREFIX`].
pub(super) fn check(walk: &mut Walk<'_>, name: &str, resource_type: &str, object: &Object, path: &Path<'_>) {
    if !PROFILES.contains(&name) {
        return super::unknown(walk, path);
    }
    if name.split('_').nth(1) != Some(resource_type) {
        let meta = path.element("meta");
        return walk.content(
            IssueType::Value,
            &meta.element("profile"),
            format!("names {name}, which is for another resource type"),
        );
    }
    for rule in RULES.iter().filter(|rule| rule.of.contains(&name) && !(rule.holds)(object)) {
        let at = path.element(rule.at);
        let text = format!("{} ({name})", rule.says);
        if rule.is_advice {
            walk.report(Severity::Warning, IssueType::BusinessRule, &at, text);
        } else {
            walk.content(IssueType::Invariant, &at, text);
        }
    }
}

/// A code that is too short or too long for its system is a slip of whoever typed it.
fn has_shape(concept: &Object) -> bool {
    objects(concept, "coding").all(|coding| {
        let shape = SHAPES.iter().find(|(system, ..)| coding.str("system") == Some(system));
        let (Some((_, len, digits_only)), Some(code)) = (shape, coding.str("code")) else { return true };
        is_digits(code, *len)
            || (!digits_only && code.len() == *len && code.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    })
}

fn of_systems<'o>(object: &'o Object, systems: &'static [&'static str]) -> impl Iterator<Item = &'o Object> {
    objects(object, "identifier")
        .filter(|identifier| identifier.str("system").is_some_and(|own| systems.contains(&own)))
}

fn is_digits(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_known_representation(name: &Object) -> bool {
    let of = |extension: &&Object| extension.str("url") == Some(NAME_REPRESENTATION);
    let known = |extension: &Object| matches!(extension.str("valueCode"), Some("IDE" | "SYL" | "ABC"));
    objects(name, "extension").filter(of).all(known)
}

fn has_postal_code(address: &Object) -> bool {
    let in_japan = address.str("country").is_none_or(|country| matches!(country, "JP" | "JPN" | "jp" | "jpn"));
    let is_good = |code: &str| match code.split_once('-') {
        Some((first, second)) => is_digits(first, 3) && is_digits(second, 4),
        None => is_digits(code, 3),
    };
    !in_japan || address.str("postalCode").is_none_or(is_good)
}

/// `^[0-9]{8}:[^:\s　]*:[^:\s　]*:(|[0-9][0-9])$`
fn is_member_id(text: &str) -> bool {
    let plain = |part: &str| !part.contains(char::is_whitespace);
    match text.split(':').collect::<Vec<_>>()[..] {
        [insurer, symbol, number, sub] => {
            is_digits(insurer, 8) && plain(symbol) && plain(number) && (sub.is_empty() || is_digits(sub, 2))
        }
        _ => false,
    }
}

/// `[0-4][0-9][1-3][0-9]{7}`
fn is_institution(text: &str) -> bool {
    is_digits(text, 10) && matches!(text.as_bytes()[0], b'0'..=b'4') && matches!(text.as_bytes()[2], b'1'..=b'3')
}

/// A reference whose type cannot be told from its text is given the benefit of the doubt.
fn is_of_patient(object: &Object) -> bool {
    let Some(subject) = object.get("subject").and_then(Json::as_object) else { return false };
    let literal = subject.str("reference").and_then(Literal::parse);
    literal.and_then(|literal| literal.type_code()).is_none_or(|code| tables::type_name(code) == Some("Patient"))
}

#[cfg(test)]
mod tests;
