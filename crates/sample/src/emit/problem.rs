//! Diseases as Condition (病名), with の疑い as a modifier and the outcome (転帰) of the claim.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, code, coding, concept, object};
use crate::course::Problem;

const EXTENSIONS: &str = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition";

pub(crate) fn all(pages: &mut Pages<'_>) {
    let problems: &[Problem] = &pages.chart.problems;
    for (index, problem) in problems.iter().enumerate() {
        pages.push(condition(pages, index, problem));
    }
}

/// The id of the Condition of that index.
pub(crate) fn condition_id(patient: &str, index: usize) -> String {
    format!("{patient}-c{}", index + 1)
}

fn condition(pages: &Pages<'_>, index: usize, problem: &Problem) -> Draft {
    let mut draft = Draft::new("Condition", &condition_id(&pages.patient, index), Some("JP_Condition_Diagnosis"));
    if let Some((_, outcome)) = problem.end {
        let (number, word) = outcome.coding();
        let system = "http://jpfhir.jp/fhir/core/CodeSystem/JP_ConditionDiseaseOutcomeReceipt_CS";
        draft = draft.with(
            "extension",
            array![object! {
                "url": format!("{EXTENSIONS}/JP_Condition_DiseaseOutcome"),
                "valueCodeableConcept": concept(system, number, word),
            }],
        );
    }
    let (clinical, certainty) = match (problem.end.is_some(), problem.suspected) {
        (true, true) => ("inactive", "refuted"),
        (true, false) => ("resolved", "confirmed"),
        (false, true) => ("active", "unconfirmed"),
        (false, false) => ("active", "confirmed"),
    };
    draft
        .with("clinicalStatus", code("http://terminology.hl7.org/CodeSystem/condition-clinical", clinical))
        .with("verificationStatus", code("http://terminology.hl7.org/CodeSystem/condition-ver-status", certainty))
        .with(
            "category",
            array![code("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")],
        )
        .with("code", disease(problem))
        .with("subject", pages.subject())
        .with("onsetDateTime", pages.calendar.text(problem.onset))
        .maybe("abatementDateTime", problem.end.map(|(day, _)| pages.calendar.text(day)))
        .with("recordedDate", pages.calendar.text(problem.onset.max(0)))
}

fn disease(problem: &Problem) -> Json {
    let disease = problem.disease;
    let mut codings = Vec::with_capacity(2);
    if let Some(receipt) = disease.receipt {
        codings.push(coding("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterB-disease", receipt, disease.name));
    }
    codings.push(coding("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/ICD10-2013-full", disease.icd10, disease.name));
    if !problem.suspected {
        return object! { "coding": codings, "text": disease.name };
    }
    object! {
        "extension": array![object! {
            "url": format!("{EXTENSIONS}/JP_Condition_DiseasePostfixModifier"),
            "valueCodeableConcept":
                concept("http://jpfhir.jp/fhir/core/mhlw/CodeSystem/masterZ-disease-modifier", "8002", "の疑い"),
        }],
        "coding": codings,
        "text": format!("{}の疑い", disease.name),
    }
}
