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
pub(crate) const FIGURES: [Figure; 16] = [
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
    reading("revinclude", "Patient by identifier with _revinclude Condition", |known| {
        format!("Patient?identifier={}&_revinclude=Condition:patient", encode(&known.subject.identifier))
    }),
    reading("has", "Patient by birthdate, _has Observation code", |known| {
        let Subject { birth_date, code, .. } = &known.subject;
        format!("Patient?birthdate={birth_date}&_has:Observation:patient:code={}", encode(code))
    }),
    reading("everything", "Patient/$everything", |known| format!("Patient/{}/$everything?_count=1000", known.patient)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::tests::unreached;

    fn known() -> Known {
        let subject = crate::data::tests::subject();
        Known {
            subject,
            patient: "p1".into(),
            observation: "o1".into(),
            encounter: json!({"reference": "Encounter/e1"}),
        }
    }

    /// First line and body of every request of a figure about one subject.
    fn requests(name: &str) -> Vec<(String, Value)> {
        let figure = FIGURES.iter().find(|figure| figure.name == name).unwrap();
        let requests = figure.requests(&unreached(), &[known()]);
        let parts = |request: &Vec<u8>| {
            let text = String::from_utf8(request.clone()).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            (head.lines().next().unwrap().to_owned(), serde_json::from_str(body).unwrap_or(Value::Null))
        };
        requests.iter().map(parts).collect()
    }

    fn check(name: &str, line: &str) {
        assert_eq!(requests(name)[0].0, format!("{line} HTTP/1.1"));
    }

    #[test]
    fn reads_and_searches_ask_about_the_subject() {
        check("read-patient", "GET /fhir/Patient/p1");
        check("read-observation", "GET /fhir/Observation/o1");
        check("identifier", "GET /fhir/Patient?identifier=urn%3Ax%7C7");
        check("birthdate", "GET /fhir/Patient?birthdate=1950-04-01");
        check("name", "GET /fhir/Patient?name=%E5%B1%B1%E7%94%B0");
        check("observation", "GET /fhir/Observation?patient=p1&code=http%3A%2F%2Floinc.org%7Cb&date=ge2022-01-01");
        check("revinclude", "GET /fhir/Patient?identifier=urn%3Ax%7C7&_revinclude=Condition:patient");
        check("has", "GET /fhir/Patient?birthdate=1950-04-01&_has:Observation:patient:code=http%3A%2F%2Floinc.org%7Cb");
        check("everything", "GET /fhir/Patient/p1/$everything?_count=1000");
    }

    #[test]
    fn includes_and_chains_are_of_the_same_observations() {
        let of = "code=http%3A%2F%2Floinc.org%7Cb";
        check("observation-sorted", &format!("GET /fhir/Observation?patient=p1&{of}&_sort=-date"));
        let include = "_include=Observation:patient&_include=Observation:encounter";
        check("include", &format!("GET /fhir/Observation?patient=p1&{of}&{include}"));
        check("chain", &format!("GET /fhir/Observation?patient.identifier=urn%3Ax%7C7&{of}"));
    }

    #[test]
    fn creations_bring_no_id_and_no_two_are_alike() {
        let patients = requests("create-patient");
        assert!(patients.iter().all(|(line, body)| line.starts_with("POST /fhir/Patient ") && body["id"].is_null()));
        let observations = requests("create-observation");
        for (_, body) in &observations {
            assert_eq!(
                (&body["subject"]["reference"], &body["encounter"]["reference"]),
                (&json!("Patient/p1"), &json!("Encounter/e1"))
            );
        }
        for made in [patients, observations] {
            let mut bodies: Vec<String> = made.iter().map(|(_, body)| body.to_string()).collect();
            bodies.sort();
            bodies.dedup();
            assert_eq!(bodies.len(), VARIANTS);
        }
    }

    #[test]
    fn each_update_changes_something() {
        let updates = requests("update");
        assert!(updates.iter().all(|(line, body)| line.starts_with("PUT /fhir/Patient/p1 ") && body["id"] == "p1"));
        assert!(updates.windows(2).all(|pair| pair[0].1 != pair[1].1));
    }

    #[test]
    fn figures_have_names_of_their_own_and_write_last() {
        let names: std::collections::BTreeSet<&str> = FIGURES.iter().map(|figure| figure.name).collect();
        assert_eq!(names.len(), FIGURES.len());
        assert!(FIGURES.is_sorted_by_key(Figure::writes));
    }
}
