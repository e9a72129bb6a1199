//! Transaction bundles from a folder, and whom to ask about in them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::Done;

/// How many patients are asked about, in turn.
const SUBJECTS: usize = 100;

/// Patients to ask about, known by what the data says and not by ids, which each server gives itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject {
    /// `system|value` of a Patient identifier.
    pub(crate) identifier: String,
    pub(crate) family: String,
    pub(crate) birth_date: String,
    /// `system|code` of the patient's most frequent kind of Observation.
    pub(crate) code: String,
    /// Day from which about half of those were made.
    pub(crate) since: String,
    /// The Patient and one such Observation, as in the bundle.
    pub(crate) patient: Value,
    pub(crate) observation: Value,
}

/// What is sent before anything is asked.
pub(crate) struct Data {
    /// Transaction bundles as they are sent.
    pub(crate) bundles: Vec<Vec<u8>>,
    pub(crate) resources: usize,
    pub(crate) subjects: Vec<Subject>,
}

/// Reads every `*.json` of a folder `copies` times; the copies are different people by identifier.
pub(crate) fn read(folder: &Path, copies: usize) -> Done<Data> {
    let wrong = |why: std::io::Error| format!("{}: {why}", folder.display());
    let mut paths: Vec<_> = std::fs::read_dir(folder).map_err(wrong)?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut data = Data { bundles: Vec::new(), resources: 0, subjects: Vec::new() };
    for copy in 0..copies {
        for path in &paths {
            let text = std::fs::read(path).map_err(wrong)?;
            let mut bundle = serde_json::from_slice(&text).map_err(|why| format!("{}: {why}", path.display()))?;
            another(&mut bundle, copy);
            data.resources += resources(&bundle).count();
            if data.subjects.len() < SUBJECTS {
                data.subjects.extend(subject(&bundle));
            }
            data.bundles.push(bundle.to_string().into_bytes());
        }
    }
    if data.subjects.is_empty() {
        return Err(format!("{}: no bundle with a Patient and Observations", folder.display()));
    }
    Ok(data)
}

fn resources(bundle: &Value) -> impl Iterator<Item = &Value> {
    bundle["entry"].as_array().into_iter().flatten().map(|entry| &entry["resource"])
}

/// Makes the patients of a further copy other people.
fn another(bundle: &mut Value, copy: usize) {
    if copy == 0 {
        return;
    }
    for entry in bundle["entry"].as_array_mut().into_iter().flatten() {
        let resource = &mut entry["resource"];
        if resource["resourceType"] == "Patient" {
            for identifier in resource["identifier"].as_array_mut().into_iter().flatten() {
                let value = format!("{}-{copy}", identifier["value"].as_str().unwrap_or_default());
                identifier["value"] = value.into();
            }
        }
    }
}

fn subject(bundle: &Value) -> Option<Subject> {
    let patient = resources(bundle).find(|resource| resource["resourceType"] == "Patient")?;
    let mut by_code: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for observation in resources(bundle).filter(|resource| resource["resourceType"] == "Observation") {
        if observation["effectiveDateTime"].is_string() {
            by_code.entry(token(&observation["code"]["coding"][0], "code")?).or_default().push(observation);
        }
    }
    let (code, mut observations) = by_code.into_iter().max_by_key(|(_, observations)| observations.len())?;
    observations.sort_by_key(|observation| observation["effectiveDateTime"].as_str());
    let middle = observations[observations.len() / 2];
    Some(Subject {
        identifier: token(&patient["identifier"][0], "value")?,
        family: patient["name"][0]["family"].as_str()?.into(),
        birth_date: patient["birthDate"].as_str()?.into(),
        code,
        since: middle["effectiveDateTime"].as_str()?.get(..10)?.into(),
        patient: patient.clone(),
        observation: middle.clone(),
    })
}

/// `system|code`, the way a token is searched.
fn token(coding: &Value, field: &str) -> Option<String> {
    Some(format!("{}|{}", coding["system"].as_str()?, coding[field].as_str()?))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A patient with three Observations, two of one kind.
    pub(crate) fn bundle() -> Value {
        let observation = |code: &str, day: &str| {
            json!({"resource": {"resourceType": "Observation", "effectiveDateTime": format!("{day}T10:00:00+09:00"),
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "subject": {"reference": "urn:uuid:1"}, "encounter": {"reference": "urn:uuid:2"}}})
        };
        json!({"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1950-04-01",
                "identifier": [{"system": "urn:x", "value": "7"}], "name": [{"family": "山田"}]}},
            observation("a", "2020-01-01"), observation("b", "2022-01-01"), observation("b", "2021-01-01")]})
    }

    /// The same patient, as a subject.
    pub(crate) fn subject() -> Subject {
        super::subject(&bundle()).unwrap()
    }

    #[test]
    fn a_subject_is_the_patient_and_the_most_frequent_observation() {
        let subject = subject();
        assert_eq!((subject.identifier.as_str(), subject.code.as_str()), ("urn:x|7", "http://loinc.org|b"));
        assert_eq!((subject.family.as_str(), subject.since.as_str()), ("山田", "2022-01-01"));
    }

    #[test]
    fn copies_are_other_people() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), bundle().to_string()).unwrap();
        let data = read(folder.path(), 2).unwrap();
        assert_eq!((data.bundles.len(), data.resources, data.subjects.len()), (2, 8, 2));
        assert_eq!(data.subjects[1].identifier, "urn:x|7-1");
        assert!(String::from_utf8_lossy(&data.bundles[1]).contains("7-1"));
    }

    #[test]
    fn a_folder_without_patients_is_refused() {
        assert!(read(tempfile::tempdir().unwrap().path(), 1).is_err());
    }
}
