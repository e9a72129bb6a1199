//! Behaviour of the sample as others see it: the resources alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod sense;
mod shape;
mod steady;
mod valid;

use fhir::Resource;
use jiff::civil::date;

/// The clinic most tests look at: a day in November 2026.
fn clinic(patients: u32) -> sample::Clinic {
    sample::Clinic::new(1, patients, date(2026, 11, 24))
}

fn resources(patients: u32) -> Vec<Resource> {
    clinic(patients).groups().flatten().collect()
}

/// Follows member names and array positions: `at(r, "code.coding.0.code")`.
fn at<'a>(resource: &'a Resource, path: &str) -> Option<&'a fhir::json::Json> {
    let mut steps = path.split('.');
    let mut found = resource.json().get(steps.next()?)?;
    for step in steps {
        found = match step.parse::<usize>() {
            Ok(index) => found.as_array()?.get(index)?,
            Err(_) => found.get(step)?,
        };
    }
    Some(found)
}

/// The text at a path, empty when there is none.
fn text<'a>(resource: &'a Resource, path: &str) -> &'a str {
    at(resource, path).and_then(|value| value.as_str()).unwrap_or("")
}
