//! What was measured in the room. Each has MEDIS's nursing code where there is one and LOINC beside it.

use fhir::json::Json;

use super::Pages;
use super::build::{Draft, array, coding, object, quantity, reference, reference_to, tenths};
use crate::course::Visit;
use crate::staff::NURSE;

const MEDIS: &str = "http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode";
const LOINC: &str = "http://loinc.org";
const CATEGORY: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";

/// Name, MEDIS, LOINC, unit, UCUM.
struct Measure(&'static str, Option<&'static str>, &'static str, &'static str, &'static str);

const PRESSURE: Measure = Measure("血圧", Some("31002365"), "85354-9", "mmHg", "mm[Hg]");
const SYSTOLIC: Measure = Measure("収縮期血圧", Some("31001848"), "8480-6", "mmHg", "mm[Hg]");
const DIASTOLIC: Measure = Measure("拡張期血圧", Some("31001849"), "8462-4", "mmHg", "mm[Hg]");
const PULSE: Measure = Measure("脈拍数", Some("31001390"), "8867-4", "/分", "/min");
const TEMPERATURE: Measure = Measure("体温", Some("31001368"), "8310-5", "℃", "Cel");
const SATURATION: Measure = Measure("SpO2", Some("31000001"), "59408-5", "%", "%");
const WEIGHT: Measure = Measure("体重", None, "29463-7", "kg", "kg");
const HEIGHT: Measure = Measure("身長", None, "8302-2", "cm", "cm");

impl Measure {
    fn concept(&self) -> Json {
        let mut codings = Vec::with_capacity(2);
        if let Some(medis) = self.1 {
            codings.push(coding(MEDIS, medis, self.0));
        }
        codings.push(object! { "system": LOINC, "code": self.2 });
        object! { "coding": codings, "text": self.0 }
    }

    fn quantity(&self, digits: String) -> Json {
        quantity(digits, self.3, self.4)
    }
}

pub(crate) fn all(pages: &mut Pages<'_>, visit: &Visit, encounter: &str) {
    let vitals = visit.vitals;
    // Measured before the patient is called in.
    let time = pages.moment(visit.day, visit.minute.saturating_sub(4));
    let mut write = |measure: &Measure, value: (&str, Json)| {
        let draft = observation(pages, measure, &time, encounter);
        let draft = draft.with(value.0, value.1);
        pages.push(draft);
    };
    if let Some((systolic, diastolic)) = vitals.pressure {
        let component = |measure: &Measure, value: i32| {
            object! { "code": measure.concept(), "valueQuantity": measure.quantity(value.to_string()) }
        };
        write(&PRESSURE, ("component", array![component(&SYSTOLIC, systolic), component(&DIASTOLIC, diastolic)]));
    }
    let single = [
        (&PULSE, vitals.pulse.map(|value| value.to_string())),
        (&TEMPERATURE, vitals.temperature.map(tenths)),
        (&SATURATION, vitals.saturation.map(|value| (value / 10).to_string())),
        (&WEIGHT, vitals.weight.map(tenths)),
        (&HEIGHT, vitals.height.map(tenths)),
    ];
    for (measure, value) in single {
        if let Some(digits) = value {
            write(measure, ("valueQuantity", measure.quantity(digits)));
        }
    }
}

fn observation(pages: &mut Pages<'_>, measure: &Measure, time: &str, encounter: &str) -> Draft {
    let id = pages.id('o');
    // JP Core counts weight and height as body measurements, HL7 as vital signs: they are found as both.
    let international = object! { "coding": array![object! {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs",
    }] };
    let (profile, categories) = if measure.1.is_some() {
        ("JP_Observation_VitalSigns", array![category("vital-signs")])
    } else {
        ("JP_Observation_BodyMeasurement", array![category("body-measurement"), international])
    };
    Draft::new("Observation", &id, Some(profile))
        .with("status", "final")
        .with("category", categories)
        .with("code", measure.concept())
        .with("subject", pages.subject())
        .with("encounter", reference("Encounter", encounter))
        .with("effectiveDateTime", time)
        .with("performer", array![reference_to("Practitioner", NURSE.user, NURSE.name)])
}

/// A category of JP Core's list.
pub(crate) fn category(code: &str) -> Json {
    object! { "coding": array![object! { "system": CATEGORY, "code": code }] }
}
