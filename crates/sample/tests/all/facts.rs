//! What several tests look at, taken once out of the resources of 700 patients; the resources themselves are not kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use fhir::Resource;
use fhir::json::Json;

use crate::look::{at, of, text};

/// How many patients the facts are of.
pub(crate) const PATIENTS: usize = 700;

pub(crate) static FACTS: LazyLock<Facts> = LazyLock::new(Facts::take);

/// Patient → (moment, value), in order of time.
pub(crate) type Curves = HashMap<String, Vec<(String, f64)>>;

/// Day, time or name of what was written, by patient (`Patient/p000001`).
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) types: BTreeMap<&'static str, usize>,
    /// By name of the observation and position of the component.
    pub(crate) curves: HashMap<(String, usize), Curves>,
    /// Patient, drug, day.
    pub(crate) orders: Vec<(String, String, String)>,
    /// Name, day of the onset.
    pub(crate) problems: Vec<(String, String)>,
    /// Patient, start, status.
    pub(crate) visits: Vec<(String, String, String)>,
    /// Patient → day.
    pub(crate) died: HashMap<String, String>,
    /// Patient, substance.
    pub(crate) allergies: Vec<(String, String)>,
    /// Ids of all, `Observation/p000001-o1`.
    pub(crate) ids: HashSet<String>,
    /// From, path, to.
    pub(crate) references: Vec<(String, String, String)>,
    /// Slot → start, of the taken ones.
    pub(crate) taken: HashMap<String, String>,
    /// Slot, start of the appointment.
    pub(crate) held: Vec<(String, String)>,
    /// The charts of those who are here today, whole.
    pub(crate) here: Vec<Vec<Resource>>,
}

impl Facts {
    fn take() -> Self {
        let mut facts = Self::default();
        for group in crate::clinic(u32::try_from(PATIENTS).unwrap()).groups() {
            for resource in &group {
                facts.note(resource);
            }
            if of(&group, "Encounter").any(|visit| text(visit, "period.start").starts_with("2026-11-24")) {
                facts.here.push(group);
            }
        }
        facts
    }

    fn note(&mut self, resource: &Resource) {
        let name = format!("{}/{}", resource.resource_type(), resource.id().unwrap());
        *self.types.entry(resource.resource_type()).or_default() += 1;
        fhir::references::visit(resource, |path, target| {
            self.references.push((name.clone(), path.to_owned(), target.to_owned()));
        });
        let text = |path| text(resource, path).to_owned();
        match resource.resource_type() {
            "Observation" => self.curve(resource),
            "MedicationRequest" => self.orders.push((
                text("subject.reference"),
                text("medicationCodeableConcept.text"),
                text("authoredOn"),
            )),
            "Condition" => self.problems.push((text("code.text"), text("onsetDateTime"))),
            "Encounter" => self.visits.push((text("subject.reference"), text("period.start"), text("status"))),
            "AllergyIntolerance" => self.allergies.push((text("patient.reference"), text("code.text"))),
            "Patient" if at(resource, "deceasedDateTime").is_some() => {
                self.died.insert(name.clone(), text("deceasedDateTime"));
            }
            "Slot" if text("status") == "busy" => {
                self.taken.insert(name.clone(), text("start"));
            }
            "Appointment" if at(resource, "slot").is_some() => {
                self.held.push((text("slot.0.reference"), text("start")))
            }
            _ => {}
        }
        assert!(self.ids.insert(name), "{:?} twice", resource.id());
    }

    fn curve(&mut self, resource: &Resource) {
        let values = ["valueQuantity.value", "component.0.valueQuantity.value", "component.1.valueQuantity.value"];
        for (position, path) in values.into_iter().enumerate() {
            let Some(digits) = at(resource, path).and_then(Json::as_number) else { continue };
            let curve = self.curves.entry((text(resource, "code.text").to_owned(), position)).or_default();
            let point = (text(resource, "effectiveDateTime").to_owned(), digits.parse().unwrap());
            curve.entry(text(resource, "subject.reference").to_owned()).or_default().push(point);
        }
    }
}
