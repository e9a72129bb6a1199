//! The shapes that every resource is made of.

use fhir::Resource;
use fhir::json::{Json, Object};

/// An object from `"name": value` pairs.
macro_rules! object {
    ($($name:literal: $value:expr),* $(,)?) => {
        fhir::json::Json::Object(fhir::json::Object::from_iter([$(($name, fhir::json::Json::from($value))),*]))
    };
}

/// An array of anything that becomes JSON.
macro_rules! array {
    ($($value:expr),* $(,)?) => { fhir::json::Json::Array(vec![$(fhir::json::Json::from($value)),*]) };
}

pub(crate) use {array, object};

/// A resource being put together.
pub(crate) struct Draft(Object);

impl Draft {
    /// `profile` is the last part of a JP Core profile, for instance `JP_Patient`.
    pub(crate) fn new(resource_type: &str, id: &str, profile: Option<&str>) -> Self {
        let mut object = Object::new();
        object.insert("resourceType", resource_type);
        object.insert("id", id);
        if let Some(profile) = profile {
            object.insert(
                "meta",
                object! { "profile": array![format!("http://jpfhir.jp/fhir/core/StructureDefinition/{profile}")] },
            );
        }
        Self(object)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name, value);
        self
    }

    pub(crate) fn maybe(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn done(self) -> Resource {
        Resource::from_json(Json::Object(self.0)).expect("types and ids written here are known ones")
    }
}

/// A coding with its words.
pub(crate) fn coding(system: &str, code: &str, display: &str) -> Json {
    object! { "system": system, "code": code, "display": display }
}

/// A concept with one coding and its words.
pub(crate) fn concept(system: &str, code: &str, text: &str) -> Json {
    object! { "coding": array![coding(system, code, text)], "text": text }
}

/// A concept with a code of HL7's whose words are English: only the code stands.
pub(crate) fn code(system: &str, code: &str) -> Json {
    object! { "coding": array![object! { "system": system, "code": code }] }
}

/// A concept nobody coded.
pub(crate) fn text(text: &str) -> Json {
    object! { "text": text }
}

pub(crate) fn reference(resource_type: &str, id: &str) -> Json {
    object! { "reference": format!("{resource_type}/{id}") }
}

/// A reference that shows a name without being followed.
pub(crate) fn reference_to(resource_type: &str, id: &str, display: &str) -> Json {
    object! { "reference": format!("{resource_type}/{id}"), "display": display }
}

pub(crate) fn number(digits: String) -> Json {
    Json::Number(digits.into_boxed_str())
}

/// A quantity in UCUM.
pub(crate) fn quantity(digits: String, unit: &str, ucum: &str) -> Json {
    object! { "value": number(digits), "unit": unit, "system": "http://unitsofmeasure.org", "code": ucum }
}

/// `65.3` for 653.
pub(crate) fn tenths(value: i32) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// Text as XHTML: one paragraph a line, nothing of it read as markup.
pub(crate) fn narrative(text: &str) -> Json {
    let mut div = String::with_capacity(text.len() + 64);
    div.push_str("<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>");
    for letter in text.chars() {
        match letter {
            '&' => div.push_str("&amp;"),
            '<' => div.push_str("&lt;"),
            '>' => div.push_str("&gt;"),
            '\n' => div.push_str("</p><p>"),
            other => div.push(other),
        }
    }
    div.push_str("</p></div>");
    object! { "status": "additional", "div": div }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_text_and_never_markup() {
        let narrative = narrative("BP<130/80 & 減塩\n<b>次回</b>");
        assert_eq!(
            narrative.get("div").and_then(Json::as_str),
            Some(
                "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>BP&lt;130/80 &amp; 減塩</p><p>&lt;b&gt;次回&lt;/b&gt;</p></div>"
            )
        );
    }

    #[test]
    fn tenths_keep_their_zero() {
        assert_eq!((tenths(650), tenths(5)), ("65.0".to_owned(), "0.5".to_owned()));
    }
}
