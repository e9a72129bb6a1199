//! Reference.reference: what it may look like, and every one in a resource.

use crate::json::{Json, Object};
use crate::resource::{Resource, is_id};
use crate::tables;

/// A `Reference.reference` understood (references.html#literal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal<'r> {
    /// `#id` in the same resource; `#` alone is the resource that holds this one.
    Contained(&'r str),
    /// `Type/id` or `Type/id/_history/version`, here.
    Relative {
        /// The number of the resource type.
        type_code: u16,
        /// The logical id.
        id: &'r str,
        /// The version, when one is named.
        version: Option<&'r str>,
    },
    /// `Type?parameters`: to be searched for when a transaction is processed (http.html#transaction).
    Conditional {
        /// The number of the resource type.
        type_code: u16,
        /// What follows the `?`.
        query: &'r str,
    },
    /// `urn:uuid:`, `urn:oid:`, or a URL; the type if it ends like a RESTful one.
    Absolute {
        /// The number of the resource type.
        type_code: Option<u16>,
    },
}

impl<'r> Literal<'r> {
    /// Understands a reference; none when it is no reference at all.
    #[must_use]
    pub fn parse(reference: &'r str) -> Option<Self> {
        if reference.bytes().any(|byte| byte <= b' ') {
            return None;
        }
        if let Some(id) = reference.strip_prefix('#') {
            return (id.is_empty() || is_id(id)).then_some(Self::Contained(id));
        }
        if let Some((resource_type, query)) = reference.split_once('?')
            && let Some(type_code) = tables::type_code(resource_type)
        {
            return Some(Self::Conditional { type_code, query });
        }
        if has_scheme(reference) {
            let path = reference.split(['?', '#', '|']).next().unwrap_or(reference);
            let type_code = restful(path).map(|(type_code, _, _)| type_code);
            return Some(Self::Absolute { type_code });
        }
        let (type_code, id, version) = restful(reference)?;
        let whole = if version.is_some() { 4 } else { 2 };
        (reference.split('/').count() == whole).then_some(Self::Relative { type_code, id, version })
    }

    /// The number of the resource type, as far as the text says it.
    #[must_use]
    pub fn type_code(&self) -> Option<u16> {
        match self {
            Self::Relative { type_code, .. } | Self::Conditional { type_code, .. } => Some(*type_code),
            Self::Absolute { type_code } => *type_code,
            Self::Contained(_) => None,
        }
    }
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, rest)| {
        let mut bytes = scheme.bytes();
        bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            && !rest.is_empty()
    })
}

/// The end of a path: `Type/id` or `Type/id/_history/version`.
fn restful(path: &str) -> Option<(u16, &str, Option<&str>)> {
    let mut parts = path.rsplit('/');
    let (mut id, mut resource_type) = (parts.next()?, parts.next()?);
    let mut version = None;
    if resource_type == "_history" {
        version = Some(id).filter(|version| is_id(version));
        version?;
        (id, resource_type) = (parts.next()?, parts.next()?);
    }
    if !is_id(id) {
        return None;
    }
    tables::type_code(resource_type).map(|type_code| (type_code, id, version))
}

/// Calls `each` with the path (`Observation.subject`, without indices) and the text of every literal reference that
/// points outside the resource, those of contained resources included.
///
/// Found by name: a text member called `reference` is Reference.reference everywhere in R4 but in Expression and
/// Immunization.education, where it is a URI, and a URI that names an entry of a transaction is to be
/// rewritten like a reference (http.html#trules).
pub fn visit(resource: &Resource, mut each: impl FnMut(&str, &str)) {
    let mut path = String::from(resource.resource_type());
    walk(resource.json(), &mut path, &mut each);
}

/// Like [`visit`], the texts to change.
pub fn visit_mut(resource: &mut Resource, mut each: impl FnMut(&str, &mut String)) {
    let mut path = String::from(resource.resource_type());
    walk_mut(resource.json_mut(), &mut path, &mut each);
}

fn is_outside(name: &str, text: &str) -> bool {
    name == "reference" && !text.starts_with('#')
}

fn walk(object: &Object, path: &mut String, each: &mut impl FnMut(&str, &str)) {
    for (name, value) in object.iter() {
        if let Json::String(text) = value {
            if is_outside(name, text) {
                each(path, text);
            }
            continue;
        }
        let len = path.len();
        path.push('.');
        path.push_str(name);
        for inner in value.items().iter().filter_map(Json::as_object) {
            walk(inner, path, each);
        }
        path.truncate(len);
    }
}

fn walk_mut(object: &mut Object, path: &mut String, each: &mut impl FnMut(&str, &mut String)) {
    for (name, value) in object.iter_mut() {
        if let Json::String(text) = value {
            if is_outside(name, text) {
                each(path, text);
            }
            continue;
        }
        let len = path.len();
        path.push('.');
        path.push_str(name);
        let items = match value {
            Json::Array(items) => items.as_mut_slice(),
            other => std::slice::from_mut(other),
        };
        for inner in items.iter_mut().filter_map(Json::as_object_mut) {
            walk_mut(inner, path, each);
        }
        path.truncate(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> u16 {
        tables::type_code(name).unwrap()
    }

    #[test]
    fn literals_are_understood() {
        let patient = code("Patient");
        let relative = |version| Some(Literal::Relative { type_code: patient, id: "a-1", version });
        assert_eq!(Literal::parse("Patient/a-1"), relative(None));
        assert_eq!(Literal::parse("Patient/a-1/_history/2"), relative(Some("2")));
        assert_eq!(Literal::parse("#p"), Some(Literal::Contained("p")));
        assert_eq!(Literal::parse("#"), Some(Literal::Contained("")));
        let query = "identifier=http://x/y|1";
        assert_eq!(
            Literal::parse("Patient?identifier=http://x/y|1"),
            Some(Literal::Conditional { type_code: patient, query })
        );
        for (text, resource_type) in [
            ("http://example.org/fhir/Patient/1", Some(patient)),
            ("https://example.org/fhir/Patient/1/_history/1", Some(patient)),
            ("http://example.org/Patients/1", None),
            ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520", None),
            ("urn:oid:1.2.3", None),
        ] {
            assert_eq!(Literal::parse(text), Some(Literal::Absolute { type_code: resource_type }), "{text}");
        }
        for bad in [
            "",
            "Patient",
            "Patient/",
            "Patient/a b",
            "patient/1",
            "Patent/1",
            "/Patient/1",
            "x/Patient/1",
            "Patient/1/2",
            "#a b",
            ":x",
            "Patient/1/_history",
            "Patient/1/_history/",
            "Patient/1/_history/2/3",
        ] {
            assert_eq!(Literal::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_reference_is_visited_and_can_be_changed() {
        let text = br##"{"resourceType":"Observation","contained":[{"resourceType":"Specimen","id":"s","subject":{"reference":"urn:uuid:1"}}],
            "subject":{"reference":"urn:uuid:1"},"specimen":{"reference":"#s"},"performer":[{"display":"x"},{"reference":"Practitioner/2"}],
            "extension":[{"url":"x","valueReference":{"reference":"Patient?identifier=1"}}],"valueString":"reference"}"##;
        let mut resource = Resource::parse(text).unwrap();
        let mut found = Vec::new();
        visit(&resource, |path, reference| found.push(format!("{path} {reference}")));
        let expected = [
            "Observation.contained.subject urn:uuid:1",
            "Observation.subject urn:uuid:1",
            "Observation.performer Practitioner/2",
            "Observation.extension.valueReference Patient?identifier=1",
        ];
        assert_eq!(found, expected);
        visit_mut(&mut resource, |_, reference| *reference = reference.replace("urn:uuid:1", "Patient/1"));
        let mut subjects = 0;
        visit(&resource, |path, reference| {
            if path.ends_with("subject") {
                assert_eq!(reference, "Patient/1");
                subjects += 1;
            }
        });
        assert_eq!(subjects, 2);
    }

    proptest::proptest! {
        #[test]
        fn what_is_built_is_understood(type_code in 0_u16..146, id in "[A-Za-z0-9.-]{1,64}", version in proptest::option::of("[A-Za-z0-9.-]{1,64}")) {
            let name = tables::type_name(type_code).unwrap();
            let text = match &version {
                Some(version) => format!("{name}/{id}/_history/{version}"),
                None => format!("{name}/{id}"),
            };
            let expected = Literal::Relative { type_code, id: &id, version: version.as_deref() };
            proptest::prop_assert_eq!(Literal::parse(&text), Some(expected));
            let url = format!("https://example.org/fhir/{text}");
            proptest::prop_assert_eq!(Literal::parse(&url), Some(Literal::Absolute { type_code: Some(type_code) }));
        }

        #[test]
        fn any_text_is_one_or_none(text in "[A-Za-z/#?:. 狛_-]{0,40}") {
            if let Some(literal) = Literal::parse(&text) {
                proptest::prop_assert!(!text.is_empty() && !text.contains(' '));
                proptest::prop_assert!(literal.type_code().is_none_or(|code| tables::type_name(code).is_some()));
            }
        }
    }
}
