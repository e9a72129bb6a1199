//! Rules on questionnaires and what was answered.

use super::{Rule, has, is_one_of, items, objects, rule};
use crate::json::{Json, Object};

pub(super) const RULES: &[Rule] = &[
    rule("qrs-1", "QuestionnaireResponse.item", "must have items in itself or in its answers, not both", |o| {
        !(has(o, "answer") && has(o, "item"))
    }),
    rule("que-1", "Questionnaire.item", "that is a group must have items, that is display none", |o| {
        match o.str("type") {
            Some("group") => has(o, "item"),
            Some("display") => !has(o, "item"),
            _ => true,
        }
    }),
    rule("que-2", "Questionnaire", "must have each linkId once", |o| {
        let mut ids = Vec::new();
        collect_link_ids(o, &mut ids);
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        ids.len() == count
    }),
    rule("que-3", "Questionnaire.item", "that is display must have no code", |o| !is_display(o) || !has(o, "code")),
    rule("que-4", "Questionnaire.item", "must have answer options or a value set of them, not both", |o| {
        !has(o, "answerOption") || !has(o, "answerValueSet")
    }),
    rule("que-5", "Questionnaire.item", "must be of a type that can be chosen, to have answer options", |o| {
        let chosen = ["choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string", "quantity"];
        is_one_of(o, "type", &chosen) || !(has(o, "answerValueSet") || has(o, "answerOption"))
    }),
    rule("que-6", "Questionnaire.item", "that is display must be neither required nor repeated", |o| {
        !is_display(o) || !(has(o, "required") || has(o, "repeats"))
    }),
    rule("que-7", "Questionnaire.item.enableWhen", "of operator exists must have a boolean answer", |o| {
        !is_one_of(o, "operator", &["exists"]) || has(o, "answerBoolean")
    }),
    rule("que-8", "Questionnaire.item", "that is a group or display must have no initial value", |o| {
        !is_one_of(o, "type", &["group", "display"]) || !has(o, "initial")
    }),
    rule("que-9", "Questionnaire.item", "that is display must not be read-only", |o| {
        !is_display(o) || !has(o, "readOnly")
    }),
    rule("que-10", "Questionnaire.item", "may have a maxLength only for simple answers", |o| {
        let simple = ["boolean", "decimal", "integer", "string", "text", "url", "open-choice"];
        !has(o, "maxLength") || is_one_of(o, "type", &simple)
    }),
    rule("que-11", "Questionnaire.item", "with answer options must have no initial value", |o| {
        !has(o, "answerOption") || !has(o, "initial")
    }),
    rule("que-12", "Questionnaire.item", "with several enableWhen must have an enableBehavior", |o| {
        // R4's expression says more than two, its text more than one; the expression is what validators run.
        items(o, "enableWhen").count() <= 2 || has(o, "enableBehavior")
    }),
    rule("que-13", "Questionnaire.item", "may have several initial values only when it repeats", |o| {
        items(o, "initial").count() <= 1 || o.get("repeats").and_then(Json::as_bool) == Some(true)
    }),
];

fn is_display(item: &Object) -> bool {
    is_one_of(item, "type", &["display"])
}

fn collect_link_ids<'o>(of: &'o Object, ids: &mut Vec<&'o str>) {
    for item in objects(of, "item") {
        ids.extend(item.str("linkId"));
        collect_link_ids(item, ids);
    }
}
