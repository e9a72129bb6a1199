//! A resource: the JSON object that was sent, of a type the standard knows.

use crate::json::{Json, JsonError, Object};
use crate::tables;

/// A JSON object with a known `resourceType` and, if it has one, a well-formed `id`. Nothing else is promised:
/// that is [`crate::validate`]'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    type_code: u16,
    json: Object,
}

/// Why a value is no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// Not JSON we take.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Some other JSON value.
    #[error("a resource is a JSON object")]
    NotAnObject,
    /// No `resourceType`, or not a text.
    #[error("the object has no resourceType")]
    NoType,
    /// No type of R4. The message does not quote it: whatever was sent in its place may be of a patient.
    #[error("the resourceType is none of R4's")]
    UnknownType(String),
    /// Present, but not `[A-Za-z0-9\-\.]{1,64}`.
    #[error("a logical id is 1 to 64 of A-Z a-z 0-9 - . and nothing else")]
    Id,
    /// Present, but not an object, so that the version and time could not be set.
    #[error("meta is a JSON object")]
    Meta,
}

impl Resource {
    /// Reads a resource from JSON text.
    ///
    /// # Errors
    /// See [`ResourceError`].
    pub fn parse(text: &[u8]) -> Result<Self, ResourceError> {
        Self::from_json(Json::parse(text)?)
    }

    /// Takes an object for a resource.
    ///
    /// # Errors
    /// All of [`ResourceError`] but `Json`.
    pub fn from_json(json: Json) -> Result<Self, ResourceError> {
        let Json::Object(json) = json else { return Err(ResourceError::NotAnObject) };
        let name = json.str("resourceType").ok_or(ResourceError::NoType)?;
        let type_code = tables::type_code(name).ok_or_else(|| ResourceError::UnknownType(name.to_owned()))?;
        if json.get("id").is_some_and(|id| !id.as_str().is_some_and(is_id)) {
            return Err(ResourceError::Id);
        }
        if json.get("meta").is_some_and(|meta| meta.as_object().is_none()) {
            return Err(ResourceError::Meta);
        }
        Ok(Self { type_code, json })
    }

    /// For instance `Patient`.
    #[must_use]
    pub fn resource_type(&self) -> &'static str {
        tables::type_name(self.type_code).unwrap_or_default()
    }

    /// The number of the type, see [`tables::type_code`].
    #[must_use]
    pub fn type_code(&self) -> u16 {
        self.type_code
    }

    /// The logical id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.json.str("id")
    }

    /// Sets the logical id, right after `resourceType` if there was none.
    pub fn set_id(&mut self, id: &str) {
        debug_assert!(is_id(id), "callers hold ids from is_id or the server's own");
        let after_type = self.json.position("resourceType").map_or(0, |at| at + 1);
        self.json.insert_at(after_type, "id", id);
    }

    /// Sets `meta.versionId` and `meta.lastUpdated` (an instant), first in `meta`; a new `meta` stands right
    /// after `id`, where readers look for it.
    pub fn set_meta(&mut self, version_id: &str, last_updated: &str) {
        let mut meta = Object::from_iter([("versionId", version_id), ("lastUpdated", last_updated)]);
        if let Some(Json::Object(old)) = self.json.get_mut("meta").map(std::mem::take) {
            for (name, value) in old {
                if !meta.contains(&name) {
                    meta.insert(name, value);
                }
            }
        }
        let after_id = self.json.position("id").or_else(|| self.json.position("resourceType")).map_or(0, |at| at + 1);
        self.json.insert_at(after_id, "meta", meta);
    }

    /// The members.
    #[must_use]
    pub fn json(&self) -> &Object {
        &self.json
    }

    /// The members, to change. `resourceType` must stay; `id` is set by [`Self::set_id`].
    pub fn json_mut(&mut self) -> &mut Object {
        &mut self.json
    }

    /// The members, for good.
    #[must_use]
    pub fn into_json(self) -> Object {
        self.json
    }

    /// The compact text.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        self.json.write(&mut out);
        out
    }
}

/// Whether this may be a logical id: `[A-Za-z0-9\-\.]{1,64}` (datatypes.html#id).
#[must_use]
pub fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_types_with_good_ids_are_resources() {
        let patient = Resource::parse(br#"{"resourceType":"Patient","id":"a-1.B"}"#).unwrap();
        assert_eq!((patient.resource_type(), patient.id()), ("Patient", Some("a-1.B")));
        assert_eq!(Resource::parse(br#"{"resourceType":"Patient"}"#).unwrap().id(), None);
    }

    #[test]
    fn others_are_refused() {
        let cases = [
            ("[]", ResourceError::NotAnObject),
            ("{}", ResourceError::NoType),
            (r#"{"resourceType":1}"#, ResourceError::NoType),
            (r#"{"resourceType":"Resource"}"#, ResourceError::UnknownType("Resource".to_owned())),
            (r#"{"resourceType":"Patient","id":""}"#, ResourceError::Id),
            (r#"{"resourceType":"Patient","id":"a_b"}"#, ResourceError::Id),
            (r#"{"resourceType":"Patient","id":"a/../b"}"#, ResourceError::Id),
            (r#"{"resourceType":"Patient","id":7}"#, ResourceError::Id),
            (r#"{"resourceType":"Patient","meta":[]}"#, ResourceError::Meta),
        ];
        for (text, error) in cases {
            assert_eq!(Resource::parse(text.as_bytes()), Err(error), "{text}");
        }
        assert!(!is_id(&"a".repeat(65)));
    }

    #[test]
    fn id_and_meta_take_their_places() {
        let check = |before: &str, after: &str| {
            let mut resource = Resource::parse(before.as_bytes()).unwrap();
            resource.set_id("x");
            resource.set_meta("2", "2026-01-02T03:04:05.678+09:00");
            assert_eq!(String::from_utf8(resource.to_vec()).unwrap(), after);
        };
        check(
            r#"{"resourceType":"Basic","code":{}}"#,
            r#"{"resourceType":"Basic","id":"x","meta":{"versionId":"2","lastUpdated":"2026-01-02T03:04:05.678+09:00"},"code":{}}"#,
        );
        check(
            r#"{"meta":{"tag":[],"versionId":"1"},"id":"old","resourceType":"Basic"}"#,
            r#"{"meta":{"versionId":"2","lastUpdated":"2026-01-02T03:04:05.678+09:00","tag":[]},"id":"x","resourceType":"Basic"}"#,
        );
    }

    proptest::proptest! {
        /// Whatever else stands in it, a resource keeps it when the server sets what is the server's.
        #[test]
        fn setting_id_and_meta_touches_nothing_else(value in crate::json::tests::any_json(), name in "[a-d]{1,2}", id in "[A-Za-z0-9.-]{1,64}") {
            let json = Json::from([(name.as_str(), value.clone()), ("resourceType", Json::from("Basic")), ("meta", Json::from([("x", value.clone())]))]);
            let mut resource = Resource::from_json(json).unwrap();
            resource.set_id(&id);
            resource.set_meta("3", "2026-01-02T03:04:05.678+09:00");
            let again = Resource::parse(&resource.to_vec()).unwrap();
            proptest::prop_assert_eq!(again.id(), Some(id.as_str()));
            proptest::prop_assert_eq!(again.json().get(&name), Some(&value));
            let meta = again.json().get("meta").unwrap();
            proptest::prop_assert_eq!(meta.get("versionId").and_then(Json::as_str), Some("3"));
            proptest::prop_assert_eq!(meta.get("x"), Some(&value));
            proptest::prop_assert_eq!(again.json().len(), 4);
        }

        #[test]
        fn ids_are_of_64_letters_digits_dots_and_dashes(id in "\\PC{0,70}") {
            let by_expression = (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
            proptest::prop_assert_eq!(is_id(&id), by_expression);
        }
    }
}
