//! How tests look into a resource.

use fhir::Resource;
use fhir::json::Json;

/// Follows member names and array positions: `at(r, "code.coding.0.code")`.
pub(crate) fn at<'a>(resource: &'a Resource, path: &str) -> Option<&'a Json> {
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
pub(crate) fn text<'a>(resource: &'a Resource, path: &str) -> &'a str {
    at(resource, path).and_then(Json::as_str).unwrap_or("")
}

/// The number at a path.
pub(crate) fn number(resource: &Resource, path: &str) -> Option<f64> {
    at(resource, path)?.as_number()?.parse().ok()
}

/// Those of one type.
pub(crate) fn of<'a>(resources: &'a [Resource], resource_type: &'a str) -> impl Iterator<Item = &'a Resource> {
    resources.iter().filter(move |resource| resource.resource_type() == resource_type)
}
