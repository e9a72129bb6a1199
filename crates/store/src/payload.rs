//! The stored form of a resource: compact JSON that begins with `resourceType`, `id` and `meta`, in that order,
//! where `meta` lacks `versionId` and `lastUpdated`. Those are known only inside the transaction that writes,
//! after the text was compressed outside it; they are spliced in when it is read.

use std::cell::RefCell;
use std::sync::LazyLock;

use clinic::{Hlc, VersionId};
use fhir::Resource;
use fhir::json::{Json, Object};

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::CParameter;

use crate::error::StoreError;
use crate::varint;

/// Payloads begin with the number of the dictionary they were compressed with; this one means not at all.
const PLAIN: u8 = 0;
/// The dictionary in use. A new one gets a new number, and the old ones stay as long as payloads name them.
const FIRST: u8 = 1;
/// Made by `cargo xtask dictionary`.
static DICTIONARY: &[u8] = include_bytes!("dictionary.bin");
/// Beyond this a little less space costs a lot more time.
const LEVEL: i32 = 5;
/// No resource is larger; a length that says so is damage, not a reason to ask for memory.
const TEXT_MAX: usize = 256 << 20;

static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    /// Contexts are large and slow to make, so each thread keeps its own.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

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

/// The stored form compressed: dictionary, length of the text (LEB128), zstd frame without header of its own.
pub(crate) fn pack(text: &[u8]) -> Vec<u8> {
    match compress(text) {
        Ok(frame) if frame.len() < text.len() => {
            let mut payload = vec![FIRST];
            varint::write(&mut payload, text.len() as u64);
            payload.extend_from_slice(&frame);
            payload
        }
        // What does not shrink, or cannot be compressed for want of memory, is kept as it is.
        _ => [&[PLAIN], text].concat(),
    }
}

fn compress(text: &[u8]) -> std::io::Result<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => {
                let mut made = Compressor::with_prepared_dictionary(&ENCODER)?;
                // The length stands in front and the page's own check guards the bytes.
                made.set_parameter(CParameter::ContentSizeFlag(false))?;
                made.set_parameter(CParameter::ChecksumFlag(false))?;
                made.set_parameter(CParameter::DictIdFlag(false))?;
                slot.insert(made)
            }
        };
        compressor.compress(text)
    })
}

/// The stored form of a packed payload.
pub(crate) fn unpack(payload: &[u8]) -> Result<Vec<u8>, StoreError> {
    match payload.split_first() {
        Some((&PLAIN, text)) => Ok(text.to_vec()),
        Some((&FIRST, rest)) => decompress(rest).ok_or_else(|| StoreError::Corrupt("a compressed payload".to_owned())),
        _ => Err(StoreError::Corrupt("a payload of an unknown form".to_owned())),
    }
}

fn decompress(mut rest: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(varint::read(&mut rest)?).ok().filter(|length| *length <= TEXT_MAX)?;
    let text = DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(Decompressor::with_prepared_dictionary(&DECODER).ok()?),
        };
        decompressor.decompress(rest, length).ok()
    })?;
    (text.len() == length).then_some(text)
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
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn every_text_comes_back(text in proptest::collection::vec(any::<u8>(), 0..3000), again in 1usize..20) {
            for text in [text.clone(), text.repeat(again)] {
                prop_assert_eq!(unpack(&pack(&text)).unwrap(), text);
            }
        }

        #[test]
        fn damage_is_an_error_or_another_text_but_never_a_panic(text: String, at: prop::sample::Index, bit in 0u8..8) {
            let mut payload = pack(text.repeat(30).as_bytes());
            let at = at.index(payload.len());
            payload[at] ^= 1u8 << bit;
            let _either = unpack(&payload);
            payload.truncate(at);
            let _either = unpack(&payload);
        }
    }

    #[test]
    fn a_resource_shrinks_by_what_it_shares_with_others() {
        let text = r#"{"resourceType":"Observation","id":"f1","meta":{},"status":"final","category":[{"coding":[
            {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}]}"#;
        assert!(pack(text.as_bytes()).len() * 3 < text.len(), "{} of {}", pack(text.as_bytes()).len(), text.len());
    }

    #[test]
    fn a_payload_of_unknown_form_is_no_text() {
        assert!(matches!(unpack(&[9, 1, 2]), Err(StoreError::Corrupt(_))));
        assert!(matches!(unpack(&[]), Err(StoreError::Corrupt(_))));
    }
}
