//! Rules on what is found, thought and done about a patient.

use super::{Rule, advice, has, has_choice, is_coded, is_in_order, is_one_of, number, objects, rule};
use crate::json::Object;

const ALLERGY_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const CONDITION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const CONDITION_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CONDITION_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";

pub(super) const RULES: &[Rule] = &[
    rule("ait-1", "AllergyIntolerance", "must have a clinicalStatus unless it was entered in error", |o| {
        is_coded(o, "verificationStatus", ALLERGY_VERIFICATION, &["entered-in-error"]) || has(o, "clinicalStatus")
    }),
    rule("ait-2", "AllergyIntolerance", "entered in error must have no clinicalStatus", |o| {
        !is_coded(o, "verificationStatus", ALLERGY_VERIFICATION, &["entered-in-error"]) || !has(o, "clinicalStatus")
    }),
    rule("con-1", "Condition.stage", "must have a summary or an assessment", |o| {
        has(o, "summary") || has(o, "assessment")
    }),
    rule("con-2", "Condition.evidence", "must have a code or a detail", |o| has(o, "code") || has(o, "detail")),
    // A warning in R4, "best practice" there.
    advice(
        "con-3",
        "Condition",
        "on the problem list must have a clinicalStatus unless it was entered in error",
        |o| {
            has(o, "clinicalStatus")
                || is_coded(o, "verificationStatus", CONDITION_VERIFICATION, &["entered-in-error"])
                || !is_coded(o, "category", CONDITION_CATEGORY, &["problem-list-item"])
        },
    ),
    rule("con-4", "Condition", "that has abated must be inactive, resolved or in remission", |o| {
        !has_choice(o, "abatement")
            || is_coded(o, "clinicalStatus", CONDITION_CLINICAL, &["resolved", "remission", "inactive"])
    }),
    rule("con-5", "Condition", "entered in error must have no clinicalStatus", |o| {
        !is_coded(o, "verificationStatus", CONDITION_VERIFICATION, &["entered-in-error"]) || !has(o, "clinicalStatus")
    }),
    rule("cpl-3", "CarePlan.activity", "must have a reference or a detail, not both", |o| {
        !has(o, "detail") || !has(o, "reference")
    }),
    rule("fhs-1", "FamilyMemberHistory", "must have an age or a birth, not both", |o| {
        !has_choice(o, "age") || !has_choice(o, "born")
    }),
    rule("fhs-2", "FamilyMemberHistory", "must say that an age is estimated only with an age", |o| {
        has_choice(o, "age") || !has(o, "estimatedAge")
    }),
    rule("gol-1", "Goal.target", "with a detail must have a measure", |o| {
        !has_choice(o, "detail") || has(o, "measure")
    }),
    rule("imm-1", "Immunization.education", "must have a documentType or a reference", |o| {
        has(o, "documentType") || has(o, "reference")
    }),
    rule("imr-1", "ImmunizationRecommendation.recommendation", "must have a vaccineCode or a targetDisease", |o| {
        has(o, "vaccineCode") || has(o, "targetDisease")
    }),
    rule("lst-1", "List", "may have an emptyReason only when it is empty", |o| {
        !has(o, "emptyReason") || !has(o, "entry")
    }),
    rule("lst-2", "List", "may have deleted entries only when its mode is changes", |o| {
        is_one_of(o, "mode", &["changes"]) || !objects(o, "entry").any(|entry| has(entry, "deleted"))
    }),
    rule("lst-3", "List", "may have dated entries only when its mode is working", |o| {
        is_one_of(o, "mode", &["working"]) || !objects(o, "entry").any(|entry| has(entry, "date"))
    }),
    rule("mad-1", "MedicationAdministration.dosage", "must have a dose or a rate", |o| {
        has(o, "dose") || has_choice(o, "rate")
    }),
    rule("mdd-1", "MedicationDispense", "must not be handed over before it is prepared", |o| {
        is_in_order(o, "whenPrepared", "whenHandedOver")
    }),
    advice("nor-1", "NutritionOrder", "must have an oral diet, a supplement or an enteral formula", |o| {
        has(o, "oralDiet") || has(o, "supplement") || has(o, "enteralFormula")
    }),
    rule("obs-3", "Observation.referenceRange", "must have a low, a high or a text", |o| {
        has(o, "low") || has(o, "high") || has(o, "text")
    }),
    rule("obs-6", "Observation", "may have a dataAbsentReason only without a value", |o| {
        !has(o, "dataAbsentReason") || !has_choice(o, "value")
    }),
    rule("obs-7", "Observation", "with a value must have no component of its own code", value_or_component),
    rule("prr-1", "ServiceRequest", "may have an orderDetail only with a code", |o| {
        !has(o, "orderDetail") || has(o, "code")
    }),
    rule("ras-2", "RiskAssessment.prediction", "must have a probability of at most 100", |o| {
        number(o, "probabilityDecimal").is_none_or(|percent| percent <= 100.0)
    }),
];

fn value_or_component(observation: &Object) -> bool {
    if !observation.contains("component") || !has_choice(observation, "value") {
        return true;
    }
    let own: Vec<&Object> = objects(observation, "code").flat_map(|code| objects(code, "coding")).collect();
    let mut of_components = objects(observation, "component")
        .flat_map(|component| objects(component, "code"))
        .flat_map(|code| objects(code, "coding"));
    !of_components.any(|coding| own.contains(&coding))
}
