//! Profiles that a resource says it follows (`meta.profile`).

mod jp_core;

use super::path::Path;
use super::rules::items;
use super::walk::Walk;
use crate::json::{Json, Object};
use crate::outcome::{IssueType, Severity};

const R4: &str = "http://hl7.org/fhir/StructureDefinition/";

/// Checks the profiles that are known here; of others it says that they were not looked at.
pub(super) fn check(walk: &mut Walk<'_>, resource_type: &str, object: &Object, path: &Path<'_>) {
    let Some(meta) = object.get("meta").and_then(Json::as_object) else { return };
    for profile in items(meta, "profile").filter_map(Json::as_str) {
        let url = profile.split('|').next().unwrap_or(profile);
        if let Some(name) = url.strip_prefix(jp_core::PREFIX) {
            jp_core::check(walk, name, resource_type, object, path);
        } else if url.strip_prefix(R4) != Some(resource_type) {
            unknown(walk, path);
        }
    }
}

fn unknown(walk: &mut Walk<'_>, path: &Path<'_>) {
    let meta = path.element("meta");
    let text = "names a profile that is not known here, so nothing was checked against it".to_owned();
    walk.report(Severity::Information, IssueType::NotSupported, &meta.element("profile"), text);
}
