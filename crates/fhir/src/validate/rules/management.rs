//! Rules on people, places, appointments, documents, consent and lists of codes.

use super::{Rule, has, has_choice, is_in_order, is_one_of, items, objects, rule};
use crate::json::{Json, Object};

pub(super) const RULES: &[Rule] = &[
    rule("pat-1", "Patient.contact", "must have a name, telecom, address or organization", |o| {
        has(o, "name") || has(o, "telecom") || has(o, "address") || has(o, "organization")
    }),
    rule("org-1", "Organization", "must have a name or an identifier", |o| has(o, "name") || has(o, "identifier")),
    rule("org-2", "Organization", "must have no address of use home", |o| !objects(o, "address").any(is_home)),
    rule("org-3", "Organization", "must have no telecom of use home", |o| !objects(o, "telecom").any(is_home)),
    rule("ipn-1", "InsurancePlan", "must have a name or an identifier", |o| has(o, "name") || has(o, "identifier")),
    rule("app-1", "Appointment.participant", "must have a type or an actor", |o| has(o, "type") || has(o, "actor")),
    rule("app-2", "Appointment", "must have both start and end, or neither", |o| has(o, "start") == has(o, "end")),
    rule("app-3", "Appointment", "must have start and end unless it is proposed, cancelled or on the waitlist", |o| {
        (has(o, "start") && has(o, "end")) || is_one_of(o, "status", &["proposed", "cancelled", "waitlist"])
    }),
    // R4's expression says "no-show", which is no code of the element; its text means noshow.
    rule("app-4", "Appointment", "may have a cancelationReason only when cancelled or no-show", |o| {
        !has(o, "cancelationReason") || is_one_of(o, "status", &["cancelled", "noshow"])
    }),
    rule("apr-1", "AppointmentResponse", "must have a participantType or an actor", |o| {
        has(o, "participantType") || has(o, "actor")
    }),
    rule("cmp-1", "Composition.section", "must have a text, entries or sections", |o| {
        has(o, "text") || has(o, "entry") || has(o, "section")
    }),
    rule("cmp-2", "Composition.section", "may have an emptyReason only when it is empty", |o| {
        !has(o, "emptyReason") || !has(o, "entry")
    }),
    rule("ppc-1", "Consent", "must have a policy or a policyRule", |o| has(o, "policy") || has(o, "policyRule")),
    rule("sev-1", "AuditEvent.entity", "must have a name or a query, not both", |o| {
        !has(o, "name") || !has(o, "query")
    }),
    rule("grp-1", "Group", "may have members only when it is actual", |o| {
        !has(o, "member") || o.get("actual").and_then(Json::as_bool) == Some(true)
    }),
    rule("inv-1", "Task", "must not have been modified before it was authored", |o| {
        is_in_order(o, "authoredOn", "lastModified")
    }),
    rule("lnk-1", "Linkage", "must have at least two items", |o| items(o, "item").count() > 1),
    rule(
        "ces-1",
        "CoverageEligibilityResponse.insurance.item",
        "must have a category or a productOrService, not both",
        |o| has(o, "category") != has(o, "productOrService"),
    ),
    rule("rqg-1", "RequestGroup.action", "must have a resource or actions, not both", |o| {
        has(o, "resource") != has(o, "action")
    }),
    rule("inv-1", "Parameters.parameter", "must have one of value, resource and part", |o| {
        [has_choice(o, "value"), has(o, "resource"), has(o, "part")].iter().filter(|present| **present).count() == 1
    }),
    rule("cmd-1", "ConceptMap.group.element.target", "that is narrower or inexact must have a comment", |o| {
        has(o, "comment") || !is_one_of(o, "equivalence", &["narrower", "inexact"])
    }),
    rule("cmd-2", "ConceptMap.group.unmapped", "of mode fixed must have a code", |o| {
        !is_one_of(o, "mode", &["fixed"]) || has(o, "code")
    }),
    rule("cmd-3", "ConceptMap.group.unmapped", "of mode other-map must have a url", |o| {
        !is_one_of(o, "mode", &["other-map"]) || has(o, "url")
    }),
    rule("csd-1", "CodeSystem", "must have each code once", |o| {
        let mut codes = Vec::new();
        collect_codes(o, &mut codes);
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        codes.len() == count
    }),
    rule("vsd-1", "ValueSet.compose.include", "must have a system or a value set", |o| {
        has(o, "system") || has(o, "valueSet")
    }),
    rule("vsd-2", "ValueSet.compose.include", "with concepts or filters must have a system", |o| {
        has(o, "system") || !(has(o, "concept") || has(o, "filter"))
    }),
    rule("vsd-3", "ValueSet.compose.include", "must have concepts or filters, not both", |o| {
        !has(o, "concept") || !has(o, "filter")
    }),
    rule("vsd-6", "ValueSet.expansion.contains", "must have a code or a display", |o| {
        has(o, "code") || has(o, "display")
    }),
    rule("vsd-9", "ValueSet.expansion.contains", "must have a code unless it is abstract", |o| {
        has(o, "code") || o.get("abstract").and_then(Json::as_bool) == Some(true)
    }),
    rule("vsd-10", "ValueSet.expansion.contains", "with a code must have a system", |o| {
        !has(o, "code") || has(o, "system")
    }),
];

fn is_home(of: &Object) -> bool {
    is_one_of(of, "use", &["home"])
}

fn collect_codes<'o>(of: &'o Object, codes: &mut Vec<&'o str>) {
    for concept in objects(of, "concept") {
        codes.extend(concept.str("code"));
        collect_codes(concept, codes);
    }
}
