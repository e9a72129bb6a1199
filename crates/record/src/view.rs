//! `_summary` and `_elements`: how much of a resource is shown.

use std::borrow::Cow;

use fhir::json::{Json, Object};
use fhir::search::query::View;
use fhir::tables::{self, ElementDef};
use store::Stored;

use crate::Error;

/// The bytes to send; the stored ones as they are unless a part was asked for.
pub(crate) fn show<'s>(view: &View, stored: &'s Stored) -> Result<Cow<'s, [u8]>, Error> {
    let resource_type = stored.resource_type;
    let keep: Box<dyn Fn(&str) -> bool> = match view {
        View::Whole | View::Count => return Ok(Cow::Borrowed(&stored.json)),
        View::Summary => Box::new(|name| element(resource_type, name).is_some_and(|e| e.is_summary)),
        View::Text => Box::new(|name| name == "text" || element(resource_type, name).is_some_and(|e| e.is_required)),
        View::Data => Box::new(|name| name != "text"),
        View::Elements(names) => Box::new(move |name| names.iter().any(|n| n == name) || element(resource_type, name).is_some_and(|e| e.is_required)),
    };
    let mut json = crate::write::parse_stored(stored)?;
    // A primitive's extensions stand under its name with an underscore and go with it.
    json.retain(|name, _| matches!(name, "resourceType" | "id" | "meta") || keep(name.trim_start_matches('_')));
    mark(&mut json);
    Ok(Cow::Owned(Json::Object(json).to_vec()))
}

fn element(resource_type: &str, name: &str) -> Option<&'static ElementDef> {
    let def = tables::structure(resource_type)?.def();
    def.member(name).map(|member| &def.elements[usize::from(member.element)])
}

/// Says that this is not the whole resource, lest somebody send it back as an update (search.html#elements).
fn mark(json: &mut Object) {
    let subsetted = Json::from([
        ("system", Json::from("http://terminology.hl7.org/CodeSystem/v3-ObservationValue")),
        ("code", Json::from("SUBSETTED")),
    ]);
    let Some(Json::Object(meta)) = json.get_mut("meta") else { return };
    match meta.get_mut("tag") {
        Some(Json::Array(tags)) => tags.push(subsetted),
        _ => {
            meta.insert("tag", vec![subsetted]);
        }
    }
}
