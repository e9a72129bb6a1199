//! What does not belong to one visit: smoking, the family's illnesses, the yearly 療養計画書, a referral of someone suspected
//! of something the clinic cannot look for.

use super::Pages;
use super::build::{Draft, array, code, coding, concept, object, reference, reference_to, text};
use super::problem::condition_id;
use super::vitals::category;
use crate::calendar::PAST;
use crate::course::Problem;
use crate::staff::DOCTORS;

/// Those who have a plan, by ICD-10: 生活習慣病管理料 is claimed for them.
const PLANNED: [&str; 3] = ["I10", "E11.9", "E78.5"];

pub(crate) fn all(pages: &mut Pages<'_>) {
    let Some(first) = pages.chart.visits.first().map(|visit| visit.day) else { return };
    if pages.chart.regular {
        let id = pages.id('o');
        pages.push(smoking(pages, &id, first));
        if pages.chart.person.index.is_multiple_of(3) {
            let id = pages.id('y');
            pages.push(family(pages, &id, first));
        }
        plan(pages);
    }
    referrals(pages);
}

fn smoking(pages: &Pages<'_>, id: &str, day: i32) -> Draft {
    let person = &pages.chart.person;
    let answer = match (person.index % 10, person.male()) {
        (0 | 1, true) | (0, false) => "現在喫煙 15本/日",
        (2..=5, true) | (1, false) => "過去に喫煙",
        _ => "喫煙歴なし",
    };
    Draft::new("Observation", id, Some("JP_Observation_SocialHistory"))
        .with("status", "final")
        .with("category", array![category("social-history")])
        .with(
            "code",
            object! { "coding": array![object! { "system": "http://loinc.org", "code": "72166-2" }], "text": "喫煙" },
        )
        .with("subject", pages.subject())
        .with("effectiveDateTime", pages.calendar.text(day))
        .with("performer", array![reference("Practitioner", DOCTORS[0].user)])
        .with("valueCodeableConcept", text(answer))
}

fn family(pages: &Pages<'_>, id: &str, day: i32) -> Draft {
    const ILLNESSES: [&str; 5] = ["高血圧症", "糖尿病", "脳梗塞", "心筋梗塞", "胃癌"];
    let index = pages.chart.person.index / 3;
    let (relation, word) = if index.is_multiple_of(2) { ("FTH", "父") } else { ("MTH", "母") };
    Draft::new("FamilyMemberHistory", id, Some("JP_FamilyMemberHistory"))
        .with("status", "completed")
        .with("patient", pages.subject())
        .with("date", pages.calendar.text(day))
        .with("relationship", concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", relation, word))
        .with("condition", array![object! { "code": text(ILLNESSES[(index % 5) as usize]) }])
}

/// The plan of the last year; the ones before it were for their year only.
fn plan(pages: &mut Pages<'_>) {
    let problems: &[Problem] = &pages.chart.problems;
    let addressed: Vec<_> = (0..problems.len())
        .filter(|&index| PLANNED.contains(&problems[index].disease.icd10) && problems[index].end.is_none())
        .map(|index| reference("Condition", &condition_id(&pages.patient, index)))
        .collect();
    let Some(day) = pages.chart.visits.iter().map(|visit| visit.day).rfind(|day| (PAST - 360..PAST - 60).contains(day))
    else {
        return;
    };
    if addressed.is_empty() {
        return;
    }
    let goal = |words: &str| object! { "detail": object! { "status": "in-progress", "description": words } };
    let id = pages.id('l');
    let plan = Draft::new("CarePlan", &id, None)
        .with("status", "active")
        .with("intent", "plan")
        .with("title", "生活習慣病 療養計画書")
        .with("subject", pages.subject())
        .with("period", object! { "start": pages.calendar.text(day), "end": pages.calendar.text(day + 364) })
        .with("created", pages.calendar.text(day))
        .with("author", reference_to("Practitioner", DOCTORS[0].user, DOCTORS[0].name))
        .with("addresses", addressed)
        .with(
            "activity",
            array![
                goal("食塩 1日6g未満。汁物は1日1杯まで。"),
                goal("歩行 1日7,000歩、週5日。"),
                goal("家庭血圧・体重を毎朝記録する。"),
            ],
        );
    pages.push(plan);
}

fn referrals(pages: &mut Pages<'_>) {
    let problems: &[Problem] = &pages.chart.problems;
    for (index, problem) in problems.iter().enumerate().filter(|(_, problem)| problem.suspected) {
        let examination = match problem.disease.icd10 {
            "C16.9" => "上部消化管内視鏡検査",
            "C18.9" => "下部消化管内視鏡検査",
            "J18.9" => "胸部CT検査",
            "I20.9" => "運動負荷心電図検査",
            "K80.2" => "腹部造影CT検査",
            _ => "終夜睡眠ポリグラフィー",
        };
        let id = pages.id('q');
        let referral = Draft::new("ServiceRequest", &id, Some("JP_ServiceRequest_Common"))
            .with("status", if problem.end.is_some() { "completed" } else { "active" })
            .with("intent", "order")
            .with("category", array![code("http://snomed.info/sct", "3457005")])
            .with("code", text(examination))
            .with("subject", pages.subject())
            .with("authoredOn", pages.moment(problem.onset.max(0), 17 * 60))
            .with("requester", reference_to("Practitioner", DOCTORS[0].user, DOCTORS[0].name))
            .with("performerType", object! { "coding": array![coding("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科")] })
            .with("reasonReference", array![reference("Condition", &condition_id(&pages.patient, index))]);
        pages.push(referral);
    }
}
