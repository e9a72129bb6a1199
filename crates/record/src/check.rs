//! What every resource passes before it is written, by whatever path it comes.

use fhir::Resource;
use fhir::json::Json;
use fhir::outcome::Issue;
use fhir::validate::{Mode, validate};

use crate::finalise::STAMP_URL;
use crate::{Error, ErrorKind};

/// Takes out what only the server may say, then validates. Returns the warnings.
///
/// # Errors
/// `Invalid` with every finding that stands against storing.
pub(crate) fn accept(resource: &mut Resource, mode: Mode) -> Result<Vec<Issue>, Error> {
    if matches!(resource.resource_type(), "Parameters" | "OperationOutcome") {
        return Err(Error::new(ErrorKind::Invalid, "this type is for messages and is not stored"));
    }
    remove_owned(resource);
    let issues = validate(resource, mode);
    if issues.iter().any(Issue::is_error) { Err(Error::invalid(issues)) } else { Ok(issues) }
}

/// A client that could send the stamp of finalisation could sign for somebody else; version and time are set by
/// the store (a read that comes back as an update holds all of these, so they are left out rather than refused).
fn remove_owned(resource: &mut Resource) {
    let json = resource.json_mut();
    if let Some(Json::Array(extensions)) = json.get_mut("extension") {
        extensions.retain(|e| e.get("url").and_then(Json::as_str) != Some(STAMP_URL));
        if extensions.is_empty() {
            json.remove("extension");
        }
    }
    if let Some(Json::Object(meta)) = json.get_mut("meta") {
        meta.remove("versionId");
        meta.remove("lastUpdated");
        if meta.is_empty() {
            json.remove("meta");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_server_says_who_finalised() {
        let text = format!(
            r#"{{"resourceType":"Basic","meta":{{"versionId":"9"}},"extension":[{{"url":"{STAMP_URL}","extension":[]}}],"code":{{"text":"x"}}}}"#
        );
        let mut resource = Resource::parse(text.as_bytes()).unwrap();
        accept(&mut resource, Mode::Strict).unwrap();
        assert_eq!(resource.to_vec(), br#"{"resourceType":"Basic","code":{"text":"x"}}"#);
    }
}
