//! The clinic's own resources: the house, its rooms, its staff, the insurers it bills, the appointment book.

use fhir::Resource;
use fhir::json::{Json, Object};
use jiff::civil::Weekday;

use super::build::{Draft, array, code, coding, concept, object, reference, reference_to, text};
use super::insurance::INSURERS;
use super::intake;
use crate::bookings::{Bookings, SLOT};
use crate::calendar::{Calendar, PAST};
use crate::staff::{DOCTORS, Staff, staff};

/// 医療機関コード, 10 digits: 東京都 (13), 医科 (1), a number no clinic has.
pub(crate) const INSTITUTION: &str = "1319999999";
/// Logical id of the clinic.
pub(crate) const CLINIC: &str = "kotori";
/// Logical id of its department.
pub(crate) const MEDICINE: &str = "kotori-naika";
/// Logical id of the laboratory that tests for it.
pub(crate) const LABORATORY: &str = "lab-mihon";
/// Logical ids and names of the rooms.
pub(crate) const ROOMS: [(&str, &str); 6] = [
    ("room-uketsuke", "受付"),
    ("room-shinsatsu1", "診察室1"),
    ("room-shinsatsu2", "診察室2"),
    ("room-shochi", "処置室"),
    ("room-kensa", "検査室"),
    ("room-hatsunetsu", "発熱者待合"),
];

/// The id of the Slot of that index.
pub(crate) fn slot_id(index: usize) -> String {
    format!("slot-{}", index + 1)
}

pub(crate) fn all(calendar: &Calendar, bookings: &Bookings) -> Vec<Resource> {
    let mut drafts = vec![clinic(), department(), laboratory(), intake::sheet()];
    drafts.extend(INSURERS.iter().map(|insurer| {
        Draft::new("Organization", insurer.id, Some("JP_Organization"))
            .with(
                "identifier",
                array![object! {
                    "system": "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber",
                    "value": format!("{:0>8}", insurer.number()),
                }],
            )
            .with("active", true)
            .with("type", array![code("http://terminology.hl7.org/CodeSystem/organization-type", "pay")])
            .with("name", insurer.name)
    }));
    drafts.extend(ROOMS.iter().map(|(id, name)| {
        Draft::new("Location", id, Some("JP_Location"))
            .with("status", "active")
            .with("name", *name)
            .with("mode", "instance")
            .with("managingOrganization", reference("Organization", CLINIC))
    }));
    for person in staff() {
        drafts.push(practitioner(person));
        drafts.push(role(person, calendar));
    }
    drafts.extend(DOCTORS.iter().map(|doctor| schedule(doctor)));
    for (index, slot) in bookings.slots.iter().enumerate() {
        drafts.push(
            Draft::new("Slot", &slot_id(index), None)
                .with("schedule", reference("Schedule", &schedule_id(DOCTORS[slot.doctor])))
                .with("status", if slot.taken { "busy" } else { "free" })
                .with("start", calendar.moment(slot.day, slot.minute))
                .with("end", calendar.moment(slot.day, slot.minute + SLOT)),
        );
    }
    drafts.into_iter().map(Draft::done).collect()
}

fn clinic() -> Draft {
    let extension = |name: &str, (kind, value): (&str, Json)| {
        let url = format!("http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Organization_{name}");
        Json::Object(Object::from_iter([("url", Json::from(url)), (kind, value)]))
    };
    let category = coding("urn:oid:1.2.392.100495.20.3.22", "1", "医科");
    let prefecture = coding("urn:oid:1.2.392.100495.20.3.21", "13", "東京都");
    Draft::new("Organization", CLINIC, Some("JP_Organization"))
        .with(
            "extension",
            array![
                extension("PrefectureNo", ("valueCoding", prefecture)),
                extension("InsuranceOrganizationCategory", ("valueCoding", category)),
                extension(
                    "InsuranceOrganizationNo",
                    (
                        "valueIdentifier",
                        object! {
                            "system": "urn:oid:1.2.392.100495.20.3.23", "value": &INSTITUTION[3..],
                        }
                    )
                ),
            ],
        )
        .with(
            "identifier",
            array![object! {
                "system": "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no", "value": INSTITUTION,
            }],
        )
        .with("active", true)
        .with("type", array![code("http://terminology.hl7.org/CodeSystem/organization-type", "prov")])
        .with("name", "ことり内科クリニック")
        .with("telecom", array![object! { "system": "phone", "value": "0422-01-0000", "use": "work" }])
        .with(
            "address",
            array![object! {
                "text": "東京都武蔵野市西久保2-3-4 ことりビル1階",
                "line": array!["西久保2-3-4 ことりビル1階"],
                "city": "武蔵野市",
                "state": "東京都",
                "postalCode": "180-0013",
                "country": "JP",
            }],
        )
}

fn department() -> Draft {
    Draft::new("Organization", MEDICINE, Some("JP_Organization"))
        .with("active", true)
        .with("type", array![concept("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科")])
        .with("name", "内科")
        .with("partOf", reference("Organization", CLINIC))
}

fn laboratory() -> Draft {
    Draft::new("Organization", LABORATORY, Some("JP_Organization"))
        .with("active", true)
        .with("type", array![text("衛生検査所")])
        .with("name", "見本臨床検査センター")
}

fn practitioner(person: &Staff) -> Draft {
    let name = |form: &str, whole: &str| {
        let (family, given) = whole.split_once(' ').unwrap_or((whole, ""));
        object! {
            "extension": array![object! {
                "url": "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation", "valueCode": form,
            }],
            "use": "official",
            "text": whole,
            "family": family,
            "given": array![given],
        }
    };
    let registered = person.duties.contains(&"doctor").then(|| {
        array![object! {
            "identifier": array![object! {
                "system": "http://jpfhir.jp/fhir/core/mhlw/IdSystem/medicalRegistrationNumber",
                "value": if person.user == "kotori" { "999001" } else { "999002" },
            }],
            "code": text("医師"),
        }]
    });
    Draft::new("Practitioner", person.user, Some("JP_Practitioner"))
        .with(
            "identifier",
            array![object! {
                "system": format!("urn:oid:1.2.392.100495.20.3.41.1{INSTITUTION}"), "value": person.user,
            }],
        )
        .with("active", true)
        .with("name", array![name("IDE", person.name), name("SYL", person.kana)])
        .maybe("qualification", registered)
}

/// When a doctor sees patients: the director always, the second one on three days and on the day of the sample.
fn hours(doctor: usize, calendar: &Calendar) -> Json {
    let days = |all: &[Weekday]| -> Vec<Json> {
        let comes = |day: &Weekday| {
            doctor == 0
                || *day == calendar.weekday(PAST)
                || matches!(day, Weekday::Monday | Weekday::Wednesday | Weekday::Friday)
        };
        let name = |day: &Weekday| Json::from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day_index(*day)]);
        all.iter().filter(|day| comes(day)).map(name).collect()
    };
    let open = |all: &[Weekday], from: &str, to: &str| {
        object! { "daysOfWeek": days(all), "availableStartTime": from, "availableEndTime": to }
    };
    let whole = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Friday];
    let half = [Weekday::Thursday, Weekday::Saturday];
    let all = [whole.as_slice(), half.as_slice()].concat();
    array![open(&all, "09:00:00", "12:30:00"), open(&whole, "15:00:00", "18:30:00")]
}

fn day_index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}

fn role(person: &Staff, calendar: &Calendar) -> Draft {
    let duty = match person.duties {
        ["director", ..] | ["doctor", ..] => code("http://terminology.hl7.org/CodeSystem/practitioner-role", "doctor"),
        ["nurse", ..] => code("http://terminology.hl7.org/CodeSystem/practitioner-role", "nurse"),
        ["pharmacist", ..] => code("http://terminology.hl7.org/CodeSystem/practitioner-role", "pharmacist"),
        _ => text(person.title),
    };
    Draft::new("PractitionerRole", &format!("{}-role", person.user), Some("JP_PractitionerRole"))
        .with("active", true)
        .with("practitioner", reference_to("Practitioner", person.user, person.name))
        .with("organization", reference("Organization", CLINIC))
        .with("code", array![duty])
        .with("specialty", array![concept("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科")])
        .maybe(
            "availableTime",
            DOCTORS.iter().position(|doctor| *doctor == person).map(|doctor| hours(doctor, calendar)),
        )
}

fn schedule_id(doctor: &Staff) -> String {
    format!("yoyaku-{}", doctor.user)
}

fn schedule(doctor: &Staff) -> Draft {
    Draft::new("Schedule", &schedule_id(doctor), None)
        .with("active", true)
        .with("serviceType", array![concept("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科")])
        .with("actor", array![reference_to("Practitioner", doctor.user, doctor.name)])
        .with("comment", "15分枠")
}
