//! `_summary` and `_elements` (search.html#summary, #elements): a part of a resource, marked as one.

use crate::json::{Json, Object};
use crate::resource::Resource;
use crate::search::query::View;
use crate::tables::{self, ElementDef, Kind, TypeDef};

/// The part of the resource that is to be shown. What is a part is tagged SUBSETTED, lest somebody take it for
/// the whole and send it back as an update. For [`View::Count`], which shows none, the whole is returned.
#[must_use]
pub fn view(resource: Resource, view: &View) -> Resource {
    let Some(id) = tables::resource_structure(resource.type_code()) else { return resource };
    let def = id.def();
    let mut resource = resource;
    let keep: Box<dyn Fn(&ElementDef) -> bool> = match view {
        View::Whole | View::Count => return resource,
        View::Summary => {
            summarise(def, resource.json_mut());
            Box::new(|_| true)
        }
        View::Text => Box::new(|element| element.name == "text" || element.is_required),
        View::Data => Box::new(|element| element.name != "text"),
        View::Elements(names) => {
            // What must be there and what changes the meaning of the rest is shown unasked.
            Box::new(|element| {
                element.is_required || element.is_modifier || names.iter().any(|name| is_asked(def, element, name))
            })
        }
    };
    resource.json_mut().retain(|name, _| match name {
        "resourceType" | "id" | "meta" => true,
        _ => element(def, name).is_none_or(&keep),
    });
    mark(&mut resource);
    resource
}

/// `name`, `Patient.name`, or `value[x]` for `valueQuantity`.
fn is_asked(def: &TypeDef, element: &ElementDef, name: &str) -> bool {
    let name = match name.split_once('.') {
        Some((resource_type, name)) if resource_type == def.name => name,
        Some(_) => return false,
        None => name,
    };
    name.trim_end_matches("[x]") == element.name
}

/// The element that a JSON name belongs to; a primitive's extensions stand under its name with an underscore.
fn element<'d>(def: &'d TypeDef, name: &str) -> Option<&'d ElementDef> {
    let member = def.member(name.strip_prefix('_').unwrap_or(name))?;
    def.elements.get(usize::from(member.element))
}

/// Keeps what the standard marks as summary, inside elements too. What is required or changes the meaning stays,
/// so that the part is valid and not misread.
fn summarise(def: &'static TypeDef, object: &mut Object) {
    object.retain(|name, _| {
        name == "resourceType"
            || element(def, name)
                .is_some_and(|element| element.is_summary || element.is_required || element.is_modifier)
    });
    for (name, value) in object.iter_mut() {
        let Some(member) = def.member(name) else { continue };
        let kind = &def.elements[usize::from(member.element)].kinds[usize::from(member.kind)];
        let (Kind::Complex(id) | Kind::SimpleQuantity(id) | Kind::Reference(id, _)) = kind else { continue };
        // Datatypes mark their elements one by one; those of Narrative or Extension are shown or not as a whole.
        let inner = id.def();
        if inner.name.contains('.') || inner.elements.iter().any(|element| element.is_summary) {
            summarise_value(inner, value);
        }
    }
    object.retain(|_, value| !is_empty(value));
}

fn summarise_value(def: &'static TypeDef, value: &mut Json) {
    match value {
        Json::Object(object) => summarise(def, object),
        Json::Array(items) => {
            items.iter_mut().filter_map(Json::as_object_mut).for_each(|object| summarise(def, object));
            items.retain(|item| !is_empty(item));
        }
        _ => {}
    }
}

/// Nothing of it is in the summary: an empty element is no element (ele-1).
fn is_empty(value: &Json) -> bool {
    value.as_object().is_some_and(Object::is_empty) || value.as_array().is_some_and(<[Json]>::is_empty)
}

fn mark(resource: &mut Resource) {
    let system = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
    let subsetted = Json::from([("system", Json::from(system)), ("code", Json::from("SUBSETTED"))]);
    if !resource.json().contains("meta") {
        let after =
            resource.json().position("id").or_else(|| resource.json().position("resourceType")).map_or(0, |at| at + 1);
        resource.json_mut().insert_at(after, "meta", Object::new());
    }
    let Some(Json::Object(meta)) = resource.json_mut().get_mut("meta") else { return };
    match meta.get_mut("tag") {
        Some(Json::Array(tags)) if tags.contains(&subsetted) => {}
        Some(Json::Array(tags)) => tags.push(subsetted),
        _ => drop(meta.insert("tag", vec![subsetted])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: &str = r#"{"resourceType":"Patient","id":"1","meta":{"versionId":"2"},"implicitRules":"urn:x","text":{"status":"empty","div":"x"},
        "extension":[{"url":"x","valueBoolean":true}],"modifierExtension":[{"url":"y","valueBoolean":true}],
        "identifier":[{"system":"urn:s","value":"1","assigner":{"display":"a"}}],"active":true,"name":[{"family":"狛","extension":[{"url":"z","valueCode":"IDE"}]}],
        "_birthDate":{"extension":[{"url":"t","valueTime":"01:02:03"}]},"birthDate":"2020-01-02","photo":[{"data":"AAAA","contentType":"image/png"}],
        "contact":[{"name":{"text":"x"}}],"link":[{"other":{"reference":"Patient/2"},"type":"seealso"}]}"#;

    fn check(text: &str, how: &View, expected: &[&str]) -> Resource {
        let shown = view(Resource::parse(text.as_bytes()).unwrap(), how);
        let names: Vec<&str> = shown.json().iter().map(|(name, _)| name).collect();
        assert_eq!(names, expected, "{how:?}");
        shown
    }

    #[test]
    fn the_whole_is_untouched() {
        let patient = Resource::parse(PATIENT.as_bytes()).unwrap();
        assert_eq!(view(patient.clone(), &View::Whole), patient);
        assert_eq!(view(patient.clone(), &View::Count), patient);
    }

    #[test]
    fn a_summary_keeps_what_the_standard_marks() {
        let expected = [
            "resourceType",
            "id",
            "meta",
            "implicitRules",
            "modifierExtension",
            "identifier",
            "active",
            "name",
            "_birthDate",
            "birthDate",
            "link",
        ];
        let shown = check(PATIENT, &View::Summary, &expected);
        let name = String::from_utf8(shown.json().get("name").unwrap().to_vec()).unwrap();
        assert_eq!(name, r#"[{"family":"狛"}]"#);
        let observation = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0},"note":[{"text":"x"}],
            "component":[{"code":{"text":"y"},"valueString":"z","referenceRange":[{"text":"r"}]}]}"#;
        let shown = check(
            observation,
            &View::Summary,
            &["resourceType", "meta", "status", "code", "valueQuantity", "component"],
        );
        let component = String::from_utf8(shown.json().get("component").unwrap().to_vec()).unwrap();
        assert_eq!(component, r#"[{"code":{"text":"y"},"valueString":"z"}]"#);
        let consent = r#"{"resourceType":"Consent","status":"active","scope":{"text":"x"},"category":[{"text":"x"}],
            "provision":{"provision":[{"type":"deny"}]}}"#;
        check(consent, &View::Summary, &["resourceType", "meta", "status", "scope", "category"]);
    }

    #[test]
    fn text_is_text_with_what_must_be_there() {
        check(PATIENT, &View::Text, &["resourceType", "id", "meta", "text"]);
        let condition = r#"{"resourceType":"Condition","text":{"status":"empty"},"code":{"text":"x"},"subject":{"reference":"Patient/1"}}"#;
        check(condition, &View::Text, &["resourceType", "meta", "text", "subject"]);
    }

    #[test]
    fn data_is_all_but_text() {
        let expected = [
            "resourceType",
            "id",
            "meta",
            "implicitRules",
            "extension",
            "modifierExtension",
            "identifier",
            "active",
            "name",
            "_birthDate",
            "birthDate",
            "photo",
            "contact",
            "link",
        ];
        check(PATIENT, &View::Data, &expected);
    }

    #[test]
    fn elements_are_those_asked_for_and_what_must_not_be_missed() {
        let names = |names: &[&str]| View::Elements(names.iter().map(|name| (*name).to_owned()).collect());
        let kept = [
            "resourceType",
            "id",
            "meta",
            "implicitRules",
            "modifierExtension",
            "active",
            "_birthDate",
            "birthDate",
            "link",
        ];
        check(PATIENT, &names(&["birthDate", "Observation.name"]), &kept);
        let observation = r#"{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0},"issued":"2020-01-01T00:00:00Z"}"#;
        for asked in ["value", "value[x]", "Observation.value"] {
            check(observation, &names(&[asked]), &["resourceType", "meta", "status", "code", "valueQuantity"]);
        }
    }

    #[test]
    fn a_part_is_tagged_once() {
        let part = view(Resource::parse(PATIENT.as_bytes()).unwrap(), &View::Data);
        let again = view(part.clone(), &View::Data);
        assert_eq!(part, again);
        let meta = String::from_utf8(part.json().get("meta").unwrap().to_vec()).unwrap();
        assert_eq!(
            meta,
            r#"{"versionId":"2","tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}]}"#
        );
    }

    #[test]
    fn nothing_is_shown_that_is_not_there() {
        let whole = Resource::parse(PATIENT.as_bytes()).unwrap();
        let data = view(whole.clone(), &View::Data);
        let text = view(whole.clone(), &View::Text);
        for (name, value) in whole.json().iter().filter(|(name, _)| *name != "meta") {
            // Text and data together are the whole.
            let shown = [&data, &text].into_iter().find_map(|part| part.json().get(name));
            assert_eq!(shown, Some(value), "{name}");
        }
        let names = ["active", "contact", "identifier", "nonsense", "", "[x]", "Patient.", "Patient.photo"];
        for name in names {
            let part = view(whole.clone(), &View::Elements(vec![name.to_owned()]));
            assert!(
                part.json().iter().all(|(name, value)| name == "meta" || whole.json().get(name) == Some(value)),
                "{name}"
            );
        }
    }

    #[test]
    fn a_summary_of_what_is_wrong_is_no_worse() {
        let odd = r#"{"resourceType":"Patient","name":"x","identifier":[null,7,{"value":1}],"nonsense":{},"birthDate":{"a":[]},"meta":{"tag":"x"}}"#;
        let part = view(Resource::parse(odd.as_bytes()).unwrap(), &View::Summary);
        let text = String::from_utf8(part.to_vec()).unwrap();
        assert!(
            text.contains(r#""name":"x""#) && text.contains(r#"[null,7,{"value":1}]"#) && !text.contains("nonsense"),
            "{text}"
        );
        assert!(text.contains("SUBSETTED"), "{text}");
    }
}
