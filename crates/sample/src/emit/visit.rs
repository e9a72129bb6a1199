//! A visit: Encounter, what was measured and ordered, and the note as Composition.

use fhir::json::Json;

use super::Pages;
use super::build::{
    Draft, array, code, coding, concept, narrative, number, object, quantity, reference, reference_to, text,
};
use super::clinic::{CLINIC, MEDICINE, ROOMS};
use super::problem::condition_id;
use super::{intake, laboratory, order, vitals};
use crate::bookings::Stage;
use crate::catalog::vaccines::Vaccine;
use crate::course::{Note, Reason, Visit};
use crate::staff::{DOCTORS, NURSE};

/// Writes the visit and tells the Encounter's id.
pub(crate) fn all(pages: &mut Pages<'_>, visit: &Visit) -> String {
    let id = pages.id('e');
    pages.push(encounter(pages, visit, &id));
    intake::answers(pages, visit, &id);
    if visit.stage >= Stage::Waiting {
        vitals::all(pages, visit, &id);
    }
    if let Some(note) = visit.note.as_ref().filter(|_| visit.stage >= Stage::InRoom) {
        let own = pages.id('n');
        pages.push(composition(pages, visit, &id, &own, note));
    }
    if visit.stage >= Stage::Paying {
        laboratory::all(pages, visit, &id);
        order::all(pages, visit, &id);
        for act in &visit.acts {
            let own = pages.id('x');
            pages.push(procedure(pages, visit, (&id, &own), act));
        }
        if let Some(vaccine) = visit.vaccine {
            let own = pages.id('i');
            pages.push(immunization(pages, visit, &id, &own, vaccine));
        }
    }
    id
}

fn encounter(pages: &Pages<'_>, visit: &Visit, id: &str) -> Draft {
    let doctor = DOCTORS[visit.doctor];
    let first = pages.chart.visits.first().is_some_and(|first| first.day == visit.day)
        && visit.problems.iter().all(|&problem| pages.chart.problems[problem].onset >= 0);
    let (kind, reason) = match visit.reason {
        Reason::Vaccination => ("予防接種", "予防接種"),
        Reason::Checkup => ("健診", "特定健康診査"),
        Reason::Regular => (if first { "初診" } else { "再診" }, "定期受診"),
        Reason::Acute => (if first { "初診" } else { "再診" }, "急な症状"),
        Reason::FollowUp => ("再診", "経過観察"),
    };
    let status = match visit.stage {
        Stage::Booked => "planned",
        Stage::Arrived | Stage::Interview => "arrived",
        Stage::Waiting => "triaged",
        Stage::InRoom | Stage::Examination => "in-progress",
        Stage::Paying | Stage::Finished => "finished",
    };
    // In by the desk some minutes before being called, out with the bill.
    let start = pages.moment(visit.day, visit.minute.saturating_sub(12));
    let mut period = fhir::json::Object::from_iter([("start", Json::from(start))]);
    if visit.stage >= Stage::Paying {
        period.insert("end", pages.moment(visit.day, visit.minute + 16));
    }
    let diagnoses: Vec<Json> = visit
        .problems
        .iter()
        .enumerate()
        .map(|(rank, &problem)| {
            object! { "condition": reference("Condition", &condition_id(&pages.patient, problem)), "rank": number((rank + 1).to_string()) }
        })
        .collect();
    let room = ROOMS[1 + visit.doctor];
    // Only the visits of today stand on the board.
    let today = pages.chart.booked.iter().find(|booking| booking.ticket > 0 && booking.day == visit.day);
    Draft::new("Encounter", id, Some("JP_Encounter"))
        .maybe("extension", today.map(|_| array![step(pages, visit)]))
        .maybe(
            "identifier",
            today.map(|booking| {
                array![object! {
                    "system": "urn:komainu:fhir:ticket",
                    "value": format!("{}/{}", pages.calendar.text(visit.day), booking.ticket),
                }]
            }),
        )
        .with("status", status)
        .with("class", coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", "外来"))
        .with("type", array![text(kind)])
        .with("serviceType", concept("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科"))
        .with("subject", pages.subject())
        .with(
            "participant",
            array![object! {
                "type": array![code("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ATND")],
                "individual": reference_to("Practitioner", doctor.user, doctor.name),
            }],
        )
        .with("period", period)
        .with("reasonCode", array![text(reason)])
        .maybe("diagnosis", (!diagnoses.is_empty()).then_some(diagnoses))
        .with("location", array![object! { "location": reference_to("Location", room.0, room.1) }])
        .with("serviceProvider", reference("Organization", MEDICINE))
}

/// Where in the house the patient is, and since when: docs/reception.md.
fn step(pages: &Pages<'_>, visit: &Visit) -> Json {
    // From the time of the call: before it at the desk, after it in the house.
    let (word, from_call) = match visit.stage {
        Stage::Booked | Stage::Arrived => ("arrived", -12),
        Stage::Interview => ("interview", -9),
        Stage::Waiting => ("waiting", -4),
        Stage::InRoom => ("in-room", 0),
        Stage::Examination => ("examination", 12),
        Stage::Paying => ("payment", 16),
        Stage::Finished => ("done", 24),
    };
    let since = visit.minute.saturating_add_signed(from_call);
    object! {
        "url": "urn:komainu:fhir:visit-step",
        "extension": array![
            object! { "url": "step", "valueCode": word },
            object! { "url": "since", "valueDateTime": pages.moment(visit.day, since) },
        ],
    }
}

fn composition(pages: &Pages<'_>, visit: &Visit, encounter: &str, id: &str, note: &Note) -> Draft {
    let doctor = DOCTORS[visit.doctor];
    let written = pages.moment(visit.day, visit.minute + 9);
    let finished = visit.stage >= Stage::Paying;
    let mut sections =
        vec![section("S 主観的情報", "61150-9", &note.subjective), section("O 客観的情報", "61149-1", &note.objective)];
    // While the patient is still in the room the doctor has not judged yet.
    if finished {
        sections.push(section("A 評価", "51848-0", &note.assessment));
        sections.push(section("P 計画", "18776-5", &note.plan));
    }
    Draft::new("Composition", id, None)
        .with("status", if finished { "final" } else { "preliminary" })
        .with("type", object! { "coding": array![object! { "system": "http://loinc.org", "code": "34108-1" }], "text": "外来診療録" })
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("date", written.as_str())
        .with("author", array![reference_to("Practitioner", doctor.user, doctor.name)])
        .with("title", "診療録")
        .maybe("attester", finished.then(|| array![object! {
            "mode": "legal",
            "time": pages.moment(visit.day, visit.minute + 14),
            "party": reference("Practitioner", doctor.user),
        }]))
        .with("custodian", reference("Organization", CLINIC))
        .with("section", sections)
}

fn section(title: &str, loinc: &str, words: &str) -> Json {
    object! {
        "title": title,
        "code": object! { "coding": array![object! { "system": "http://loinc.org", "code": loinc }] },
        // An empty paragraph is no narrative: the standard wants something to read.
        "text": narrative(if words.is_empty() { "特記なし" } else { words }),
    }
}

fn procedure(pages: &Pages<'_>, visit: &Visit, (encounter, id): (&str, &str), act: &str) -> Draft {
    Draft::new("Procedure", id, Some("JP_Procedure"))
        .with("status", "completed")
        .with("code", text(act))
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("performedDateTime", pages.moment(visit.day, visit.minute + 11))
        .with("performer", array![object! { "actor": reference_to("Practitioner", NURSE.user, NURSE.name) }])
        .with("location", reference("Location", ROOMS[3].0))
}

fn immunization(pages: &Pages<'_>, visit: &Visit, encounter: &str, id: &str, vaccine: &Vaccine) -> Draft {
    let lot = format!("{}{:03}", vaccine.maker_lot, visit.day / 97);
    Draft::new("Immunization", id, Some("JP_Immunization"))
        .with("status", "completed")
        .with("vaccineCode", concept("http://hl7.org/fhir/sid/cvx", vaccine.cvx, vaccine.name))
        .with("patient", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("occurrenceDateTime", pages.moment(visit.day, visit.minute + 5))
        .with("primarySource", true)
        .with("location", reference("Location", ROOMS[3].0))
        .with("lotNumber", lot)
        .with("site", text(if pages.chart.person.index.is_multiple_of(5) { "右上腕" } else { "左上腕" }))
        .with("route", text(if vaccine.cvx == "88" { "皮下" } else { "筋肉内" }))
        .with("doseQuantity", quantity(vaccine.dose_ml.to_owned(), "mL", "mL"))
        .with("performer", array![object! { "actor": reference_to("Practitioner", NURSE.user, NURSE.name) }])
}
