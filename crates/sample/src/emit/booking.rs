//! Appointments: those of the last weeks with how they went, today's, and the ones to come.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, concept, object, reference, reference_to, text};
use super::clinic::slot_id;
use crate::bookings::{Booking, SLOT, Stage};
use crate::calendar::{Day, PAST};
use crate::course::Reason;
use crate::staff::DOCTORS;

/// How long the appointments of the past are kept: two months.
const KEPT: Day = 60;

pub(crate) fn all(pages: &mut Pages<'_>, encounters: &[String]) {
    let chart = pages.chart;
    for (index, visit) in chart.visits.iter().enumerate().take(encounters.len()) {
        if visit.reason == Reason::Regular && (PAST - KEPT..PAST).contains(&visit.day) {
            let id = pages.id('b');
            let minute = visit.minute / SLOT * SLOT;
            // Who missed the date before and came later is told by a second appointment.
            if index % 9 == 4 {
                let missed = pages.id('b');
                pages.push(appointment(pages, &missed, "noshow", (visit.day - 3, minute), visit.doctor, "定期受診"));
            }
            pages.push(appointment(pages, &id, "fulfilled", (visit.day, minute), visit.doctor, "定期受診"));
        }
    }
    for booking in &chart.booked {
        if booking.slot.is_some() {
            let id = pages.id('b');
            pages.push(coming(pages, &id, booking));
        }
    }
}

fn coming(pages: &Pages<'_>, id: &str, booking: &Booking) -> Draft {
    let status = match booking.stage {
        Stage::Booked => "booked",
        Stage::Arrived | Stage::Interview => "arrived",
        Stage::Waiting | Stage::InRoom | Stage::Examination => "checked-in",
        Stage::Paying | Stage::Finished => "fulfilled",
    };
    let winter = matches!(pages.calendar.month(booking.day), 10..=12);
    let why = match (pages.chart.regular, winter) {
        (true, _) => "定期受診",
        (false, true) if booking.stage == Stage::Booked => "インフルエンザ予防接種",
        _ => "診察",
    };
    // Made at the end of the visit before, or by telephone when that is long ago.
    let before = pages.chart.visits.iter().rev().find(|visit| (booking.day - 90..PAST).contains(&visit.day));
    let made = match before {
        Some(visit) => pages.moment(visit.day, visit.minute + 16),
        None => pages.moment(booking.day.min(PAST) - 1 - booking.day % 5, 9 * 60 + 20),
    };
    appointment(pages, id, status, (booking.day, booking.minute), booking.doctor, why)
        .maybe("slot", booking.slot.map(|slot| array![reference("Slot", &slot_id(slot))]))
        .with("created", made)
}

fn appointment(
    pages: &Pages<'_>,
    id: &str,
    status: &str,
    (day, minute): (Day, u16),
    doctor: usize,
    why: &str,
) -> Draft {
    let doctor = DOCTORS[doctor];
    let who = |actor: Json| object! { "actor": actor, "status": "accepted" };
    Draft::new("Appointment", id, None)
        .with("status", status)
        .with("serviceType", array![concept("http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", "01", "内科")])
        .with("reasonCode", array![text(why)])
        .with("description", why)
        .with("start", pages.moment(day, minute))
        .with("end", pages.moment(day, minute + SLOT))
        .with(
            "participant",
            array![
                who(reference_to("Patient", &pages.patient, &pages.chart.person.name())),
                who(reference_to("Practitioner", doctor.user, doctor.name)),
            ],
        )
}
