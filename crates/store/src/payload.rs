//! The stored form of a resource: compact JSON that begins with `resourceType`, `id` and `meta`, in that order,
//! where `meta` lacks `versionId` and `lastUpdated`. Those are known only inside the transaction that writes,
//! after the text was compressed outside it; they are spliced in when it is read.

use clinic::{Hlc, VersionId};
use fhir::Resource;
use fhir::json::{Json, Object};

use crate::error::StoreError;

/// Payloads begin with the number of the dictionary they were compressed with; this one means none at all.
const PLAIN: u8 = 0;

/// The text of a resource in the stored form, and its id.
pub(crate) fn canonical(resource: Resource) -> Result<(String, Vec<u8>), StoreError> {
    let type_name = resource.resource_type();
    let mut object = resource.into_json();
    object.remove("resourceType");
    let Some(Json::String(id)) = object.remove("id") else { return Err(StoreError::Unfit("a resource without an id")) };
    let mut meta = match object.remove("meta") {
        Some(Json::Object(meta)) => meta,
        _ => Object::new(),
    };
    meta.remove("versionId");
    meta.remove("lastUpdated");
    object.insert_at(0, "resourceType", type_name);
    object.insert_at(1, "id", id.as_str());
    object.insert_at(2, "meta", meta);
    let mut text = Vec::with_capacity(1024);
    object.write(&mut text);
    Ok((id, text))
}

/// The stored form compressed.
pub(crate) fn pack(text: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(text.len() + 1);
    payload.push(PLAIN);
    payload.extend_from_slice(text);
    payload
}

/// The stored form of a packed payload.
pub(crate) fn unpack(payload: &[u8]) -> Result<Vec<u8>, StoreError> {
    match payload.split_first() {
        Some((&PLAIN, text)) => Ok(text.to_vec()),
        _ => Err(StoreError::Corrupt("a payload of an unknown form".to_owned())),
    }
}

/// The complete text, ready to be sent: the stored form with version and time in `meta`.
pub(crate) fn complete(
    text: &[u8],
    type_name: &str,
    id: &str,
    version: VersionId,
    updated: Hlc,
) -> Result<Vec<u8>, StoreError> {
    let before = format!(r#"{{"resourceType":"{type_name}","id":"{id}","meta":{{"#);
    let Some(after) = text.strip_prefix(before.as_bytes()) else {
        return Err(StoreError::Corrupt(format!("the stored form of {type_name}/{id} does not begin as it must")));
    };
    let comma = if after.first() == Some(&b'}') { "" } else { "," };
    let given = format!(r#""versionId":"{version}","lastUpdated":"{}"{comma}"#, instant(updated.ms()));
    Ok([before.as_bytes(), given.as_bytes(), after].concat())
}

/// FHIR instant with milliseconds, UTC.
#[must_use]
pub fn instant(ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clinic::Origin;

    fn check(sent: &str, complete_text: &str) {
        let (id, text) = canonical(Resource::parse(sent.as_bytes()).unwrap()).unwrap();
        let stored = unpack(&pack(&text)).unwrap();
        let version = VersionId { origin: Origin::first(0), seq: 7 };
        let text = complete(&stored, "Patient", &id, version, Hlc(1_700_000_000_120 << 16)).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), complete_text);
    }

    #[test]
    fn version_and_time_are_spliced_into_meta() {
        let given = r#""versionId":"00000000.1.7","lastUpdated":"2023-11-14T22:13:20.120Z""#;
        check(
            r#"{"id":"a","active":true,"resourceType":"Patient"}"#,
            &format!(r#"{{"resourceType":"Patient","id":"a","meta":{{{given}}},"active":true}}"#),
        );
        check(
            r#"{"resourceType":"Patient","meta":{"versionId":"1","tag":[{"code":"x"}],"lastUpdated":"2020"},"id":"a"}"#,
            &format!(r#"{{"resourceType":"Patient","id":"a","meta":{{{given},"tag":[{{"code":"x"}}]}}}}"#),
        );
    }

    #[test]
    fn a_resource_without_an_id_is_not_stored() {
        let resource = Resource::parse(br#"{"resourceType":"Patient"}"#).unwrap();
        assert!(matches!(canonical(resource), Err(StoreError::Unfit(_))));
    }

    #[test]
    fn a_payload_of_unknown_form_is_no_text() {
        assert!(matches!(unpack(&[9, 1, 2]), Err(StoreError::Corrupt(_))));
        assert!(matches!(unpack(&[]), Err(StoreError::Corrupt(_))));
    }
}
