//! Names, addresses and other texts.

use clinic::kana;

use super::params::ParamDef;
use super::value::{Value, clip};
use crate::json::Json;

/// A plain string.
pub(super) fn plain(raw: &str, found: &mut dyn FnMut(Value)) {
    let raw = clip(raw);
    // Folding drops spaces, so a text of nothing else is found by nothing.
    let folded = kana::fold(raw);
    if !folded.is_empty() {
        found(Value::Text { folded, raw: raw.to_owned() });
    }
}

/// Each part of a name, the whole as written, and the parts run together, so that 山田太郎 is found
/// whether or not the sender filled `text`. Kanji and kana are separate names of one patient
/// (iso21090-EN-representation IDE and SYL), each found in its own right.
pub(super) fn human_name(def: &ParamDef, name: &Json, found: &mut dyn FnMut(Value)) {
    let part = |name_of_part: &str| {
        name.get(name_of_part)
            .map_or(&[][..], Json::items)
            .iter()
            .filter_map(Json::as_str)
            .filter(|part| !part.is_empty())
    };
    let mut texts: Vec<String> =
        ["text", "family", "given", "prefix", "suffix"].iter().flat_map(|name| part(name)).map(str::to_owned).collect();
    let (family, given) = (part("family").next(), part("given").collect::<Vec<_>>().join(" "));
    if let (Some(family), false) = (family, given.is_empty()) {
        texts.push(format!("{family} {given}"));
        if given.is_ascii() {
            texts.push(format!("{given} {family}"));
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for raw in texts {
        let folded = if def.is_phonetic() { kana::phonetic(clip(&raw)) } else { kana::fold(clip(&raw)) };
        // 山田　太郎 and 山田 太郎 fold alike and are as good as each other: one row is enough.
        if !folded.is_empty() && !seen.contains(&folded) {
            seen.push(folded.clone());
            found(Value::Text { folded, raw: clip(&raw).to_owned() });
        }
    }
}

/// The parts of an address and the whole.
pub(super) fn address(address: &Json, found: &mut dyn FnMut(Value)) {
    let mut seen: Vec<String> = Vec::new();
    for name in ["text", "postalCode", "state", "city", "district", "line", "country"] {
        for raw in address.get(name).map_or(&[][..], Json::items).iter().filter_map(Json::as_str) {
            let folded = kana::fold(clip(raw));
            if !folded.is_empty() && !seen.contains(&folded) {
                seen.push(folded.clone());
                found(Value::Text { folded, raw: clip(raw).to_owned() });
            }
        }
    }
}
