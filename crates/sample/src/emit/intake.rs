//! 問診: the sheet on the tablet at the desk, and what those who came today with something new wrote on it.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, object, reference, reference_to};
use crate::calendar::PAST;
use crate::course::{Reason, Visit};

/// Logical id of the sheet.
const SHEET: &str = "monshin-naika";
const URL: &str = "urn:uuid:6b6f7469-7269-4d6f-8e73-68696e000001";

/// Link, question.
const QUESTIONS: [(&str, &str); 5] = [
    ("1", "どのような症状ですか"),
    ("2", "現在のんでいる薬はありますか"),
    ("3", "薬や食べ物のアレルギーはありますか"),
    ("4", "これまでに大きな病気をしましたか"),
    ("5", "たばこを吸いますか"),
];

/// The sheet itself, one of the clinic's own resources.
pub(crate) fn sheet() -> Draft {
    let items: Vec<Json> = QUESTIONS
        .iter()
        .map(|(link, question)| object! { "linkId": *link, "text": *question, "type": "text" })
        .collect();
    Draft::new("Questionnaire", SHEET, None)
        .with("url", URL)
        .with("title", "内科問診票")
        .with("status", "active")
        .with("subjectType", array!["Patient"])
        .with("item", items)
}

/// What the patient of that visit wrote, if they filled the sheet today.
pub(super) fn answers(pages: &mut Pages<'_>, visit: &Visit, encounter: &str) {
    let Some(note) = visit.note.as_ref().filter(|_| visit.day == PAST && visit.reason == Reason::Acute) else { return };
    let allergies: Vec<&str> = pages.chart.allergies.iter().map(|allergen| allergen.name).collect();
    let words = [
        note.subjective.clone(),
        "お薬手帳を持参".to_owned(),
        if allergies.is_empty() { "なし".to_owned() } else { allergies.join("、") },
        "なし".to_owned(),
        if pages.chart.person.index.is_multiple_of(4) { "吸う" } else { "吸わない" }.to_owned(),
    ];
    let items: Vec<Json> = QUESTIONS
        .iter()
        .zip(words)
        .map(|((link, question), word)| {
            object! { "linkId": *link, "text": *question, "answer": array![object! { "valueString": word }] }
        })
        .collect();
    let id = pages.id('w');
    let answers = Draft::new("QuestionnaireResponse", &id, None)
        .with("questionnaire", URL)
        .with("status", "completed")
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("authored", pages.moment(PAST, visit.minute.saturating_sub(10)))
        .with("source", reference_to("Patient", &pages.patient, &pages.chart.person.name()))
        .with("item", items);
    pages.push(answers);
}
