//! Results, the tubes they come from, and the report that holds them together.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, code, coding, concept, object, quantity, reference, text};
use super::clinic::{CLINIC, LABORATORY};
use super::vitals::category;
use crate::calendar::PAST;
use crate::catalog::labs::{self, Item};
use crate::course::{Finding, Visit};

const JLAC10: &str = "http://medis.or.jp/CodeSystem/master-JLAC10-17digits";
/// Swabs are read at the clinic and have its own codes.
const LOCAL: &str = "urn:oid:1.2.392.100495.20.3.51.11319999999.1";

/// What was taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tube {
    Blood,
    Urine,
    Swab,
}

impl Tube {
    fn of(finding: &Finding) -> Self {
        let code = match finding {
            Finding::Measured(item, _) => item.code,
            Finding::Word(_, code, _) => code,
        };
        // JLAC10 has the specimen in digits 10 to 12: 001 is urine.
        match code.get(9..12) {
            Some("001") => Self::Urine,
            Some(_) => Self::Blood,
            None => Self::Swab,
        }
    }

    fn concept(self) -> Json {
        match self {
            Self::Blood => concept("http://terminology.hl7.org/CodeSystem/v2-0487", "BLD", "静脈血"),
            Self::Urine => concept("http://terminology.hl7.org/CodeSystem/v2-0487", "UR", "尿"),
            Self::Swab => text("鼻咽頭ぬぐい液"),
        }
    }
}

/// The clinic's own analyser gives these while the patient waits; the rest comes from outside in the evening.
fn in_house(finding: &Finding) -> bool {
    match finding {
        Finding::Measured(item, _) => {
            [&labs::HBA1C, &labs::GLUCOSE, &labs::CRP, &labs::WBC, &labs::HEMOGLOBIN, &labs::PLATELETS].contains(item)
        }
        Finding::Word(..) => true,
    }
}

pub(crate) fn all(pages: &mut Pages<'_>, visit: &Visit, encounter: &str) {
    if visit.labs.is_empty() {
        return;
    }
    let taken = pages.moment(visit.day, visit.minute + 10);
    let today = visit.day == PAST;
    let there: Vec<&Finding> = visit.labs.iter().filter(|finding| !today || in_house(finding)).collect();
    let waiting = there.len() < visit.labs.len();
    let outside = visit.labs.iter().any(|finding| !in_house(finding));
    let issued = if outside && !today {
        pages.moment(visit.day, 20 * 60 + 5)
    } else {
        pages.moment(visit.day, visit.minute + 18)
    };
    let mut specimens: Vec<(Tube, String)> = Vec::new();
    for tube in [Tube::Blood, Tube::Urine, Tube::Swab] {
        if visit.labs.iter().any(|finding| Tube::of(finding) == tube) {
            let id = pages.id('s');
            let specimen = Draft::new("Specimen", &id, Some("JP_Specimen_Common"))
                .with("status", "available")
                .with("type", tube.concept())
                .with("subject", pages.subject())
                .with("collection", object! { "collectedDateTime": taken.as_str() });
            pages.push(specimen);
            specimens.push((tube, id));
        }
    }
    let mut results = Vec::with_capacity(there.len());
    for finding in there {
        let tube = Tube::of(finding);
        let specimen = specimens.iter().find(|(own, _)| *own == tube).map_or("", |(_, id)| id);
        let id = pages.id('o');
        let result = observation(pages, &id, finding)
            .with("encounter", reference("Encounter", encounter))
            .with("effectiveDateTime", taken.as_str())
            .with("issued", issued.as_str())
            .with("specimen", reference("Specimen", specimen));
        pages.push(result);
        results.push(reference("Observation", &id));
    }
    report(pages, encounter, (&taken, &issued), &specimens, (results, waiting), outside);
}

fn observation(pages: &Pages<'_>, id: &str, finding: &Finding) -> Draft {
    let draft = Draft::new("Observation", id, Some("JP_Observation_LabResult"))
        .with("status", "final")
        .with("category", array![category("laboratory")]);
    match finding {
        Finding::Measured(item, value) => {
            let male = pages.chart.person.male();
            draft
                .with("code", concept(JLAC10, item.code, item.name))
                .with("subject", pages.subject())
                .with("valueQuantity", quantity(item.print(*value), item.unit, item.ucum))
                .with("interpretation", array![interpretation(item.flag(*value, male).unwrap_or("N"))])
                .with("referenceRange", array![range(item, male)])
        }
        Finding::Word(name, own, answer) => {
            let system = if own.len() == 17 { JLAC10 } else { LOCAL };
            let abnormal = matches!(*answer, "陽性" | "1+" | "2+");
            draft
                .with("code", concept(system, own, name))
                .with("subject", pages.subject())
                .with("valueCodeableConcept", text(answer))
                .with("interpretation", array![interpretation(if abnormal { "A" } else { "N" })])
                .with("referenceRange", array![object! { "text": if own.len() == 17 { "(-)" } else { "陰性" } }])
        }
    }
}

fn interpretation(flag: &str) -> Json {
    code("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", flag)
}

fn range(item: &Item, male: bool) -> Json {
    let limit = |value: i32| quantity(item.print(value), item.unit, item.ucum);
    match item.range(male) {
        (Some(low), Some(high)) => object! { "low": limit(low), "high": limit(high) },
        (Some(low), None) => object! { "low": limit(low) },
        (None, Some(high)) => object! { "high": limit(high) },
        (None, None) => object! { "text": "なし" },
    }
}

fn report(
    pages: &mut Pages<'_>,
    encounter: &str,
    (taken, issued): (&str, &str),
    specimens: &[(Tube, String)],
    (results, waiting): (Vec<Json>, bool),
    outside: bool,
) {
    let id = pages.id('r');
    let status = match (waiting, results.is_empty()) {
        (true, true) => "registered",
        (true, false) => "partial",
        (false, _) => "final",
    };
    let done_by = if outside { LABORATORY } else { CLINIC };
    let report = Draft::new("DiagnosticReport", &id, Some("JP_DiagnosticReport_LabResult"))
        .with("status", status)
        .with("category", array![object! { "coding": array![coding("http://loinc.org", "LP29693-6", "検体検査")] }])
        .with("code", object! { "coding": array![object! { "system": "http://loinc.org", "code": "11502-2" }], "text": "検体検査報告書" })
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("effectiveDateTime", taken)
        .maybe("issued", (!results.is_empty()).then_some(issued))
        .with("performer", array![reference("Organization", done_by)])
        .with("specimen", specimens.iter().map(|(_, id)| reference("Specimen", id)).collect::<Vec<_>>())
        .maybe("result", (!results.is_empty()).then_some(results));
    pages.push(report);
}
