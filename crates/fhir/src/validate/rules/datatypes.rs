//! Rules on datatypes (datatypes.html, metadatatypes.html, references.html, extensibility.html).

use super::{Rule, has, has_choice, is_in_order, is_one_of, items, number, rule};
use crate::json::{Json, Object};

const UCUM: &str = "http://unitsofmeasure.org";

pub(super) const RULES: &[Rule] = &[
    rule("ext-1", "Extension", "must have either extensions or a value, not both", |o| {
        has(o, "extension") != has_choice(o, "value")
    }),
    rule("att-1", "Attachment", "with data must have a contentType", |o| !has(o, "data") || has(o, "contentType")),
    rule("cpt-2", "ContactPoint", "with a value must have a system", |o| !has(o, "value") || has(o, "system")),
    rule("per-1", "Period", "must not end before it starts", |o| is_in_order(o, "start", "end")),
    rule("qty-3", "Quantity", "with a code for the unit must have its system", code_has_system),
    rule("qty-3", "Age", "with a code for the unit must have its system", code_has_system),
    rule("qty-3", "Count", "with a code for the unit must have its system", code_has_system),
    rule("qty-3", "Distance", "with a code for the unit must have its system", code_has_system),
    rule("qty-3", "Duration", "with a code for the unit must have its system", code_has_system),
    rule("age-1", "Age", "must have a positive value and a UCUM unit of time", |o| {
        is_ucum(o) && number(o, "value").is_none_or(|value| value > 0.0)
    }),
    rule("dis-1", "Distance", "must have a UCUM unit of length", is_ucum),
    rule("cnt-3", "Count", "must be a whole number of unit 1", |o| {
        let whole = o.get("value").and_then(Json::as_number).is_none_or(|digits| !digits.contains('.'));
        is_ucum(o) && whole && (!has(o, "code") || o.str("code") == Some("1"))
    }),
    rule("drt-1", "Duration", "with a code must have a value and UCUM as system", |o| {
        !has(o, "code") || (o.str("system") == Some(UCUM) && has(o, "value"))
    }),
    rule("rat-1", "Ratio", "must have both numerator and denominator, or neither and an extension", |o| {
        has(o, "numerator") == has(o, "denominator") && (has(o, "numerator") || has(o, "extension"))
    }),
    rule("rng-2", "Range", "must have a low that is not above its high", |o| {
        let bound = |name: &str| o.get(name).and_then(Json::as_object);
        let (Some(low), Some(high)) = (bound("low"), bound("high")) else { return true };
        let same_unit = low.str("code") == high.str("code") && low.str("unit") == high.str("unit");
        match (number(low, "value"), number(high, "value")) {
            (Some(low), Some(high)) if same_unit => low <= high,
            _ => true,
        }
    }),
    rule("exp-1", "Expression", "must have an expression or a reference", |o| {
        has(o, "expression") || has(o, "reference")
    }),
    rule("drq-1", "DataRequirement.codeFilter", "must have either a path or a searchParam", path_or_parameter),
    rule("drq-2", "DataRequirement.dateFilter", "must have either a path or a searchParam", path_or_parameter),
    rule("tim-1", "Timing.repeat", "with a duration must have its unit", |o| {
        !has(o, "duration") || has(o, "durationUnit")
    }),
    rule("tim-2", "Timing.repeat", "with a period must have its unit", |o| !has(o, "period") || has(o, "periodUnit")),
    rule("tim-4", "Timing.repeat", "must have no negative duration", |o| {
        number(o, "duration").is_none_or(|value| value >= 0.0)
    }),
    rule("tim-5", "Timing.repeat", "must have no negative period", |o| {
        number(o, "period").is_none_or(|value| value >= 0.0)
    }),
    rule("tim-6", "Timing.repeat", "with a periodMax must have a period", |o| !has(o, "periodMax") || has(o, "period")),
    rule("tim-7", "Timing.repeat", "with a durationMax must have a duration", |o| {
        !has(o, "durationMax") || has(o, "duration")
    }),
    rule("tim-8", "Timing.repeat", "with a countMax must have a count", |o| !has(o, "countMax") || has(o, "count")),
    rule("tim-9", "Timing.repeat", "with an offset must have a when that is not C, CM, CD or CV", |o| {
        let at_meal = |when: &Json| when.as_str().is_some_and(|when| matches!(when, "C" | "CM" | "CD" | "CV"));
        !has(o, "offset") || (has(o, "when") && !items(o, "when").any(at_meal))
    }),
    rule("tim-10", "Timing.repeat", "must have a timeOfDay or a when, not both", |o| {
        !has(o, "timeOfDay") || !has(o, "when")
    }),
    rule("trd-1", "TriggerDefinition", "must have a timing or a data requirement, not both", |o| {
        !has(o, "data") || !has_choice(o, "timing")
    }),
    rule("trd-2", "TriggerDefinition", "may have a condition only with a data requirement", |o| {
        !has(o, "condition") || has(o, "data")
    }),
    rule("trd-3", "TriggerDefinition", "must have the name, timing or data that its type needs", |o| {
        match o.str("type") {
            Some("named-event") => has(o, "name"),
            Some("periodic") => has_choice(o, "timing"),
            Some(kind) if kind.starts_with("data-") => has(o, "data"),
            _ => true,
        }
    }),
];

fn code_has_system(quantity: &Object) -> bool {
    !has(quantity, "code") || has(quantity, "system")
}

fn is_ucum(quantity: &Object) -> bool {
    (has(quantity, "code") || !has(quantity, "value"))
        && (!has(quantity, "system") || is_one_of(quantity, "system", &[UCUM]))
}

fn path_or_parameter(filter: &Object) -> bool {
    has(filter, "path") != has(filter, "searchParam")
}
