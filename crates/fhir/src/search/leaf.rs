//! From what stands at the end of a path to the values it is found by.

use clinic::kana;

use super::params::{Kind, ParamDef};
use super::path::{Leaf, Path};
use super::value::{Target, Value, clip, of_type_system};
use super::{quantity, time};
use crate::json::Json;
use crate::tables;

/// Hands the values of `item`, which stands at the end of `path`, to `found`.
pub(super) fn values(def: &ParamDef, path: &Path, item: &Json, found: &mut dyn FnMut(Value)) {
    match (path.leaf, item) {
        (Leaf::CodeableConcept, Json::Object(_)) => concept(def, item, found),
        (Leaf::Coding, Json::Object(_)) => coding(def, item, found),
        (Leaf::Identifier, Json::Object(_)) => identifier(item, found),
        (Leaf::ContactPoint, Json::Object(_)) => {
            if let Some(value) = item.get("value").and_then(Json::as_str) {
                found(token(text(item, "system"), &contact(value)));
            }
        }
        (Leaf::HumanName, Json::Object(_)) => super::text::human_name(def, item, found),
        (Leaf::Address, Json::Object(_)) => super::text::address(item, found),
        (Leaf::Period, Json::Object(_)) => date(time::period(item), found),
        (Leaf::Timing, Json::Object(_)) => date(time::timing(item), found),
        (Leaf::Quantity, Json::Object(_)) => quantity::values(item, &quantity::unit_of(item), found),
        (Leaf::Money, Json::Object(_)) => {
            quantity::values(item, &quantity::unit_key("", text(item, "currency")), found)
        }
        (Leaf::Range, Json::Object(_)) => quantity::range(item, found),
        (Leaf::Reference, Json::Object(_)) => reference(path, item, found),
        (Leaf::Number, Json::Number(digits)) => {
            if let Some(number) = quantity::number(digits) {
                let number = super::value::Decimal(number);
                found(Value::Quantity { unit: String::new(), converted: false, low: number, high: number });
            }
        }
        (Leaf::Boolean, Json::Bool(value)) => found(token("", if *value { "true" } else { "false" })),
        (Leaf::Date, Json::String(value)) => date(time::span(value), found),
        (Leaf::Canonical, Json::String(value)) if def.kind == Kind::Reference => canonical(value, found),
        (Leaf::Code | Leaf::Text | Leaf::Uri | Leaf::Canonical, Json::String(value)) => match def.kind {
            Kind::String => super::text::plain(value, found),
            Kind::Uri => found(Value::Uri(clip(value).to_owned())),
            Kind::Reference => canonical(value, found),
            _ => found(token("", value)),
        },
        // A wrong type is validation's to tell; it is found by nothing.
        _ => {}
    }
}

fn text<'j>(item: &'j Json, name: &str) -> &'j str {
    item.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn token(system: &str, code: &str) -> Value {
    Value::Token { system: clip(system).to_owned(), code: clip(code).to_owned() }
}

fn coding(def: &ParamDef, item: &Json, found: &mut dyn FnMut(Value)) {
    let (system, code) = (text(item, "system"), text(item, "code"));
    if !(system.is_empty() && code.is_empty()) {
        found(token(system, code));
    }
    label(def, text(item, "display"), found);
}

fn concept(def: &ParamDef, item: &Json, found: &mut dyn FnMut(Value)) {
    for item in item.get("coding").map_or(&[][..], Json::items) {
        coding(def, item, found);
    }
    label(def, text(item, "text"), found);
}

fn label(def: &ParamDef, label: &str, found: &mut dyn FnMut(Value)) {
    if def.has_labels() && !label.is_empty() {
        found(Value::Label(kana::fold(clip(label))));
    }
}

fn identifier(item: &Json, found: &mut dyn FnMut(Value)) {
    let (system, value) = (text(item, "system"), text(item, "value"));
    if !(system.is_empty() && value.is_empty()) {
        found(token(system, value));
    }
    let kinds = item.get("type").and_then(|kind| kind.get("coding")).map_or(&[][..], Json::items);
    for kind in kinds.iter().filter(|_| !value.is_empty()) {
        found(token(&of_type_system(text(kind, "system"), text(kind, "code")), value));
    }
}

/// A telephone number as its digits, with the trunk 0 in place of +81; anything else in lower case.
pub(super) fn contact(value: &str) -> String {
    let folded = kana::fold(value);
    if !folded.chars().all(|c| c.is_ascii_digit() || "+-()./ー".contains(c)) {
        return folded;
    }
    let digits = kana::digits(&folded);
    match folded.strip_prefix("+81") {
        Some(_) => format!("0{}", digits.trim_start_matches("81").trim_start_matches('0')),
        None => digits,
    }
}

fn date(span: Option<time::Span>, found: &mut dyn FnMut(Value)) {
    if let Some((low, high)) = span {
        found(Value::Date { low, high });
    }
}

/// With and without its version: a search may name either.
fn canonical(value: &str, found: &mut dyn FnMut(Value)) {
    found(Value::Reference(Target::Url(clip(value).to_owned())));
    if let Some((url, _)) = value.split_once('|') {
        found(Value::Reference(Target::Url(clip(url).to_owned())));
    }
}

fn reference(path: &Path, item: &Json, found: &mut dyn FnMut(Value)) {
    let allowed = |resource_type: &str| path.only.is_none_or(|only| only == resource_type);
    if let Some(target) = item.get("reference").and_then(Json::as_str).and_then(target) {
        let kept = match &target {
            Target::Local { resource_type, .. } => allowed(resource_type),
            Target::Url(url) => {
                path.only.is_none_or(|only| text(item, "type") == only || url.rsplit('/').nth(1) == Some(only))
            }
            Target::Identifier { .. } => true,
        };
        if kept {
            found(Value::Reference(target));
        }
    }
    if let Some(identifier) = item.get("identifier") {
        let (system, value) = (text(identifier, "system"), text(identifier, "value"));
        if !value.is_empty() && (path.only.is_none() || allowed(text(item, "type"))) {
            found(Value::Reference(Target::Identifier {
                system: clip(system).to_owned(),
                value: clip(value).to_owned(),
            }));
        }
    }
}

/// What a literal reference points at; none for one into `contained`.
pub(crate) fn target(reference: &str) -> Option<Target> {
    if reference.is_empty() || reference.starts_with('#') {
        return None;
    }
    let plain = reference.split_once("/_history/").map_or(reference, |(plain, _)| plain);
    if let Some((resource_type, id)) = plain.split_once('/')
        && tables::type_code(resource_type).is_some()
        && crate::resource::is_id(id)
    {
        return Some(Target::Local { resource_type: resource_type.to_owned(), id: id.to_owned() });
    }
    Some(Target::Url(clip(reference).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_apart() {
        let local = |t: &str, id: &str| Some(Target::Local { resource_type: t.to_owned(), id: id.to_owned() });
        assert_eq!(target("Patient/1"), local("Patient", "1"));
        assert_eq!(target("Patient/1/_history/2"), local("Patient", "1"));
        assert_eq!(target("#a"), None);
        for url in ["urn:uuid:1", "http://x/Patient/1", "Patent/1", "Patient/a b", "Patient?identifier=1"] {
            assert_eq!(target(url), Some(Target::Url(url.to_owned())));
        }
    }

    #[test]
    fn telephone_numbers_meet() {
        for written in
            ["090-1234-5678", "０９０－１２３４－５６７８", "(090)1234 5678", "+81 90-1234-5678", "+81(0)90-1234-5678"]
        {
            assert_eq!(contact(written), "09012345678", "{written}");
        }
        assert_eq!(contact("Sato@Example.JP"), "sato@example.jp");
    }
}
