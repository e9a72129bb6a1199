//! `cargo xtask dictionary [FILE.ndjson]…`: what versions are compressed with.
//!
//! Resources are small and alike; with the common parts known beforehand they shrink to a fifth. Trained on the
//! standard's own examples and on whatever lists of resources are named, one per line (the sample clinic's own).

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fhir_tables::package;
use crate::run::{Doing, Done};

const OUT: &str = "crates/store/src/dictionary.bin";
const SIZE: usize = 64 << 10;
/// Larger ones are mostly attachments and narrative, which teach nothing about the others.
const RESOURCE_MAX: usize = 16 << 10;
/// Of one type; there are thousands of examples of some.
const EACH_MAX: usize = 400;

/// What a clinic keeps. The standard's definitions of itself are not among it.
const TYPES: &[&str] = &[
    "AllergyIntolerance",
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Claim",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ExplanationOfBenefit",
    "FamilyMemberHistory",
    "Flag",
    "Goal",
    "Immunization",
    "ImagingStudy",
    "Location",
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RelatedPerson",
    "Schedule",
    "ServiceRequest",
    "Slot",
    "Specimen",
    "Task",
];

pub(crate) fn dictionary(lists: &[String]) -> Done {
    let mut samples = Samples::default();
    let examples = package::examples()?;
    let mut paths: Vec<_> =
        fs::read_dir(&examples).doing("the examples")?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ext| ext == "json")) {
        samples.file(path)?;
    }
    for list in lists {
        let text = fs::read_to_string(list).doing(list)?;
        for line in text.lines() {
            samples.add(serde_json::from_str(line).doing(list)?);
        }
    }
    let dictionary = zstd::dict::from_continuous(&samples.bytes, &samples.sizes, SIZE).doing("training")?;
    fs::write(OUT, &dictionary).doing(OUT)?;
    println!("{OUT}: {} bytes from {} resources", dictionary.len(), samples.sizes.len());
    Ok(())
}

#[derive(Default)]
struct Samples {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
    counts: std::collections::BTreeMap<String, usize>,
}

impl Samples {
    fn file(&mut self, path: &Path) -> Done {
        let text = fs::read(path).doing("an example")?;
        // The package holds files that are no resources.
        if let Ok(resource) = serde_json::from_slice(&text) {
            self.add(resource);
        }
        Ok(())
    }

    /// A resource, or those in a bundle, in the form that stores keep: compact, without narrative or version.
    fn add(&mut self, mut resource: Value) {
        for entry in resource.get_mut("entry").and_then(Value::as_array_mut).into_iter().flatten() {
            self.add(entry.get_mut("resource").map(Value::take).unwrap_or_default());
        }
        let Some(name) = resource.get("resourceType").and_then(Value::as_str).map(str::to_owned) else { return };
        let Some(members) = resource.as_object_mut() else { return };
        members.shift_remove("text");
        if let Some(meta) = members.shift_remove("meta") {
            members.shift_insert(2.min(members.len()), "meta".to_owned(), meta);
        }
        let text = resource.to_string();
        let count = self.counts.entry(name.clone()).or_default();
        if !TYPES.contains(&name.as_str()) || text.len() > RESOURCE_MAX || *count >= EACH_MAX {
            return;
        }
        *count += 1;
        self.bytes.extend_from_slice(text.as_bytes());
        self.sizes.push(text.len());
    }
}
