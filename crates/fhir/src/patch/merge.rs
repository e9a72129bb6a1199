//! JSON Merge Patch (RFC 7396).

use crate::json::{Json, Object};

/// The document with the patch merged in: objects member by member, `null` removes, anything else replaces.
#[must_use]
pub fn merge_patch(document: &Json, patch: &Json) -> Json {
    let Json::Object(patch) = patch else { return patch.clone() };
    let mut merged = document.as_object().cloned().unwrap_or_default();
    for (name, value) in patch.iter() {
        merge_member(&mut merged, name, value);
    }
    Json::Object(merged)
}

fn merge_member(into: &mut Object, name: &str, patch: &Json) {
    if *patch == Json::Null {
        into.remove(name);
        return;
    }
    let merged = merge_patch(into.get(name).unwrap_or(&Json::Null), patch);
    into.insert(name, merged);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7396, appendix A: original, patch, result.
    #[test]
    fn the_cases_of_the_standard() {
        for (document, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let parse = |text: &str| Json::parse(text.as_bytes()).unwrap();
            assert_eq!(merge_patch(&parse(document), &parse(patch)), parse(result), "{document} {patch}");
        }
    }
}
