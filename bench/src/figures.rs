//! What is asked, one entry per figure, the same text for both sides.

use serde_json::{Value, json};

use crate::Done;
use crate::client::{Connection, encode};
use crate::data::Subject;
use crate::server::Server;

/// A subject as one server knows it.
pub(crate) struct Known {
    pub(crate) subject: Subject,
    pub(crate) patient: String,
    pub(crate) observation: String,
    encounter: Value,
}

/// Finds the subjects by identifier: ids are the server's own.
pub(crate) fn find(server: &Server, subjects: &[Subject]) -> Done<Vec<Known>> {
    let mut connection = Connection::new(server.address);
    let mut one = |query: String| -> Done<Value> {
        let (status, bundle) = server.ask(&mut connection, &server.get(&query))?;
        let found = &bundle["entry"][0]["resource"];
        if found.is_null() { Err(format!("{query}: nothing found (status {status})")) } else { Ok(found.clone()) }
    };
    subjects
        .iter()
        .map(|subject| {
            let patient = id(&one(format!("Patient?identifier={}", encode(&subject.identifier)))?)?;
            let code = encode(&subject.code);
            let observation = one(format!("Observation?patient={patient}&code={code}&_count=1"))?;
            let encounter = observation["encounter"].clone();
            Ok(Known { subject: subject.clone(), observation: id(&observation)?, patient, encounter })
        })
        .collect()
}

fn id(resource: &Value) -> Done<String> {
    resource["id"].as_str().map(String::from).ok_or(format!("a resource without an id: {resource}"))
}

/// One figure: its name on the command line, what it is called in the table, and its requests.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    make: Make,
}

enum Make {
    /// The path of one subject.
    Read(fn(&Known) -> String),
    /// The whole request of one subject, in a numbered variant.
    Write(fn(&Server, &Known, usize) -> Vec<u8>),
}

/// How many different requests a writing figure sends about one subject before it begins again.
const VARIANTS: usize = 8;

impl Figure {
    pub(crate) fn writes(&self) -> bool {
        matches!(self.make, Make::Write(_))
    }

    /// The requests, in turn.
    pub(crate) fn requests(&self, server: &Server, known: &[Known]) -> Vec<Vec<u8>> {
        match self.make {
            Make::Read(path) => known.iter().map(|one| server.get(&path(one))).collect(),
            Make::Write(make) => {
                let variants = 0..VARIANTS;
                variants.flat_map(|variant| known.iter().map(move |one| make(server, one, variant))).collect()
            }
        }
    }
}

/// Reading first: what writes changes what is found.
pub(crate) const FIGURES: [Figure; 14] = [
    reading("read-patient", "read Patient", |known| format!("Patient/{}", known.patient)),
    reading("read-observation", "read Observation", |known| format!("Observation/{}", known.observation)),
    reading("identifier", "Patient by identifier", |known| {
        format!("Patient?identifier={}", encode(&known.subject.identifier))
    }),
    reading("birthdate", "Patient by birthdate", |known| format!("Patient?birthdate={}", known.subject.birth_date)),
    reading("family", "Patient by family", |known| format!("Patient?family={}", encode(&known.subject.family))),
    reading("name", "Patient by name", |known| format!("Patient?name={}", encode(&known.subject.family))),
    reading("observation", "Observation by patient, code, date", |known| {
        let Subject { code, since, .. } = &known.subject;
        format!("Observation?patient={}&code={}&date=ge{since}", known.patient, encode(code))
    }),
    reading("observation-sorted", "Observation by patient, code, newest first", |known| {
        format!("Observation?patient={}&code={}&_sort=-date", known.patient, encode(&known.subject.code))
    }),
    reading("include", "the same with two _include", |known| {
        let code = encode(&known.subject.code);
        format!(
            "Observation?patient={}&code={code}&_include=Observation:patient&_include=Observation:encounter",
            known.patient
        )
    }),
    reading("chain", "Observation by patient.identifier, code", |known| {
        let Subject { identifier, code, .. } = &known.subject;
        format!("Observation?patient.identifier={}&code={}", encode(identifier), encode(code))
    }),
    reading("everything", "Patient/$everything", |known| format!("Patient/{}/$everything", known.patient)),
    Figure { name: "create-patient", title: "create Patient", make: Make::Write(create_patient) },
    Figure { name: "create-observation", title: "create Observation", make: Make::Write(create_observation) },
    Figure { name: "update", title: "update Patient", make: Make::Write(update) },
];

const fn reading(name: &'static str, title: &'static str, path: fn(&Known) -> String) -> Figure {
    Figure { name, title, make: Make::Read(path) }
}

fn create_patient(server: &Server, known: &Known, variant: usize) -> Vec<u8> {
    let mut patient = known.subject.patient.clone();
    take_id(&mut patient);
    patient["identifier"] = json!([{"system": "urn:x-bench", "value": format!("{}-{variant}", known.patient)}]);
    server.request("POST", "Patient", Some(patient.to_string().as_bytes()))
}

fn create_observation(server: &Server, known: &Known, variant: usize) -> Vec<u8> {
    let mut observation = known.subject.observation.clone();
    take_id(&mut observation);
    observation["subject"] = json!({"reference": format!("Patient/{}", known.patient)});
    observation["encounter"] = known.encounter.clone();
    observation["effectiveDateTime"] = format!("2026-0{}-01T10:00:00+09:00", variant + 1).into();
    server.request("POST", "Observation", Some(observation.to_string().as_bytes()))
}

fn update(server: &Server, known: &Known, variant: usize) -> Vec<u8> {
    let mut patient = known.subject.patient.clone();
    patient["id"] = known.patient.clone().into();
    patient["telecom"] = json!([{"system": "phone", "value": format!("03-5555-010{variant}")}]);
    server.request("PUT", &format!("Patient/{}", known.patient), Some(patient.to_string().as_bytes()))
}

fn take_id(resource: &mut Value) {
    if let Some(object) = resource.as_object_mut() {
        object.remove("id");
    }
}
