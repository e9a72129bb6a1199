use proptest::prelude::*;

use super::*;
use crate::json::tests::any_json;

fn parse(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

fn check(document: &str, operations: &str, result: &str) {
    let patched = json_patch(&parse(document), &parse(operations));
    assert_eq!(
        patched.map(|json| String::from_utf8(json.to_vec()).unwrap()),
        Ok(result.to_owned()),
        "{document} {operations}"
    );
}

fn refused(document: &str, operations: &str, operation: Option<usize>, kind: PatchErrorKind) {
    assert_eq!(
        json_patch(&parse(document), &parse(operations)),
        Err(PatchError { operation, kind }),
        "{document} {operations}"
    );
}

/// RFC 6902, appendix A, in its order; results as this writes them.
#[test]
fn the_cases_of_the_standard() {
    check(r#"{"foo":"bar"}"#, r#"[{"op":"add","path":"/baz","value":"qux"}]"#, r#"{"foo":"bar","baz":"qux"}"#);
    check(
        r#"{"foo":["bar","baz"]}"#,
        r#"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
        r#"{"foo":["bar","qux","baz"]}"#,
    );
    check(r#"{"baz":"qux","foo":"bar"}"#, r#"[{"op":"remove","path":"/baz"}]"#, r#"{"foo":"bar"}"#);
    check(r#"{"foo":["bar","qux","baz"]}"#, r#"[{"op":"remove","path":"/foo/1"}]"#, r#"{"foo":["bar","baz"]}"#);
    check(
        r#"{"baz":"qux","foo":"bar"}"#,
        r#"[{"op":"replace","path":"/baz","value":"boo"}]"#,
        r#"{"baz":"boo","foo":"bar"}"#,
    );
    check(
        r#"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
        r#"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
        r#"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#,
    );
    check(
        r#"{"foo":["all","grass","cows","eat"]}"#,
        r#"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
        r#"{"foo":["all","cows","eat","grass"]}"#,
    );
    check(
        r#"{"baz":"qux","foo":["a",2,"c"]}"#,
        r#"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
        r#"{"baz":"qux","foo":["a",2,"c"]}"#,
    );
    refused(r#"{"baz":"qux"}"#, r#"[{"op":"test","path":"/baz","value":"bar"}]"#, Some(0), PatchErrorKind::TestFailed);
    check(
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
        r#"{"foo":"bar","child":{"grandchild":{}}}"#,
    );
    check(
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
        r#"{"foo":"bar","baz":"qux"}"#,
    );
    refused(
        r#"{"foo":"bar"}"#,
        r#"[{"op":"add","path":"/baz/bat","value":"qux"}]"#,
        Some(0),
        PatchErrorKind::NotFound("path"),
    );
    check(r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":10}]"#, r#"{"/":9,"~1":10}"#);
    refused(r#"{"/":9,"~1":10}"#, r#"[{"op":"test","path":"/~01","value":"10"}]"#, Some(0), PatchErrorKind::TestFailed);
    check(
        r#"{"foo":["bar"]}"#,
        r#"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
        r#"{"foo":["bar",["abc","def"]]}"#,
    );
}

#[test]
fn the_whole_and_odd_names() {
    check(r#"{"a":1}"#, r#"[{"op":"add","path":"","value":[2]}]"#, "[2]");
    check(r#"{"a":1}"#, r#"[{"op":"replace","path":"","value":2}]"#, "2");
    check(r#"{"a":1}"#, r#"[{"op":"copy","from":"","path":"/b"}]"#, r#"{"a":1,"b":{"a":1}}"#);
    check(r#"{"a":{"b":1}}"#, r#"[{"op":"move","from":"/a","path":""}]"#, r#"{"b":1}"#);
    check(
        r#"{"":1,"-":2,"0":3,"01":4}"#,
        r#"[{"op":"remove","path":"/"},{"op":"remove","path":"/-"},{"op":"replace","path":"/01","value":5}]"#,
        r#"{"0":3,"01":5}"#,
    );
    check(
        r#"{"a":null}"#,
        r#"[{"op":"test","path":"/a","value":null},{"op":"replace","path":"/a","value":1}]"#,
        r#"{"a":1}"#,
    );
    check(
        r#"{"a":[1,2]}"#,
        r#"[{"op":"add","path":"/a/2","value":3},{"op":"move","from":"/a/0","path":"/a/0"},{"op":"move","from":"/a","path":"/a"}]"#,
        r#"{"a":[1,2,3]}"#,
    );
    check(
        r#"{"v":1.00}"#,
        r#"[{"op":"test","path":"/v","value":1},{"op":"copy","from":"/v","path":"/w"}]"#,
        r#"{"v":1.00,"w":1.00}"#,
    );
    check("{}", "[]", "{}");
}

#[test]
fn what_cannot_be_done_is_said() {
    let document = r#"{"a":[1,2],"b":{"c":1}}"#;
    for (operations, kind) in [
        (r#"[{"op":"remove","path":"/x"}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"remove","path":"/a/2"}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"remove","path":"/a/-"}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"remove","path":"/a/01"}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"remove","path":"/a/+1"}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"remove","path":""}]"#, PatchErrorKind::RemovesAll),
        (r#"[{"op":"add","path":"/a/3","value":0}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"add","path":"/a/1e0","value":0}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"add","path":"/a/99999999999999999999","value":0}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"replace","path":"/x","value":0}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"test","path":"/x","value":null}]"#, PatchErrorKind::NotFound("path")),
        (r#"[{"op":"copy","from":"/x","path":"/y"}]"#, PatchErrorKind::NotFound("from")),
        (r#"[{"op":"move","from":"/b","path":"/b/c"}]"#, PatchErrorKind::IntoItself),
        (r#"[{"op":"add","path":"a","value":0}]"#, PatchErrorKind::Pointer("path")),
        (r#"[{"op":"add","path":"/~2","value":0}]"#, PatchErrorKind::Pointer("path")),
        (r#"[{"op":"add","path":"/a~","value":0}]"#, PatchErrorKind::Pointer("path")),
        (r#"[{"op":"add","path":"/x"}]"#, PatchErrorKind::Member("value")),
        (r#"[{"op":"add","value":0}]"#, PatchErrorKind::Member("path")),
        (r#"[{"op":"move","path":"/x"}]"#, PatchErrorKind::Member("from")),
        (r#"[{"path":"/x"}]"#, PatchErrorKind::Member("op")),
        (r#"[{"op":"spam","path":"/x"}]"#, PatchErrorKind::Op),
        ("[1]", PatchErrorKind::NotAPatch),
    ] {
        refused(document, operations, Some(0), kind);
    }
    refused(document, r#"{"op":"remove","path":"/a"}"#, None, PatchErrorKind::NotAPatch);
    refused(
        document,
        r#"[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]"#,
        Some(1),
        PatchErrorKind::NotFound("path"),
    );
}

#[test]
fn a_small_patch_cannot_make_a_huge_document() {
    let wide = [r#"{"op":"copy","from":"","path":"/-"}"#; 60].join(",");
    refused("[1,2,3]", &format!("[{wide}]"), Some(16), PatchErrorKind::TooLarge);
    let deep = [r#"{"op":"copy","from":"","path":"/a"}"#; 70].join(",");
    refused(r#"{"b":{}}"#, &format!("[{deep}]"), Some(62), PatchErrorKind::TooLarge);
}

proptest! {
    #[test]
    fn replacing_the_whole_gives_the_whole(from in any_json(), to in any_json()) {
        let operations = Json::Array(vec![Json::from([("op", Json::from("replace")), ("path", Json::from("")), ("value", to.clone())])]);
        prop_assert_eq!(json_patch(&from, &operations).unwrap(), to);
    }

    #[test]
    fn a_patch_of_anything_ends(document in any_json(), op in "add|remove|replace|move|copy|test", path in "(/[a-c0-2~-]{0,2}){0,3}", value in any_json()) {
        let operation = Json::from([("op", Json::from(op)), ("path", Json::from(path)), ("from", Json::from("")), ("value", value)]);
        if let Ok(patched) = json_patch(&document, &Json::Array(vec![operation])) {
            prop_assert!(depth(&patched) <= MAX_DEPTH);
        }
    }

    #[test]
    fn merging_twice_is_merging_once(document in any_json(), patch in any_json()) {
        let once = merge_patch(&document, &patch);
        prop_assert_eq!(merge_patch(&once, &patch), once);
    }

    #[test]
    fn a_value_equals_itself_in_any_order_of_members(value in any_json()) {
        prop_assert!(equal(&value, &reversed(&value)));
    }
}

fn reversed(value: &Json) -> Json {
    match value {
        Json::Object(object) => {
            Json::Object(object.iter().rev().map(|(name, value)| (name, reversed(value))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(reversed).collect()),
        other => other.clone(),
    }
}

/// Every place in a document, as a JSON Pointer.
fn places(value: &Json) -> Vec<String> {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    let inside: Vec<(String, &Json)> = match value {
        Json::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
        Json::Object(object) => object.iter().map(|(name, member)| (escaped(name), member)).collect(),
        _ => Vec::new(),
    };
    let mut found = vec![String::new()];
    for (name, value) in inside {
        found.extend(places(value).into_iter().map(|rest| format!("/{name}{rest}")));
    }
    found
}

fn operation(op: &str, members: &[(&str, Json)]) -> Json {
    let mut object = Object::from_iter([("op", op)]);
    for (name, value) in members {
        object.insert(*name, value.clone());
    }
    Json::Array(vec![Json::Object(object)])
}

fn at(document: &Json, place: &str) -> Json {
    Pointer::parse(place).unwrap().find(document).unwrap().clone()
}

proptest! {
    #[test]
    fn every_place_is_found_and_holds_what_was_put_there(document in any_json(), which in any::<prop::sample::Index>(), new in any_json()) {
        let all = places(&document);
        let place = which.get(&all).as_str();
        let same = operation("test", &[("path", place.into()), ("value", at(&document, place))]);
        prop_assert_eq!(json_patch(&document, &same).unwrap(), document.clone());
        let replaced = json_patch(&document, &operation("replace", &[("path", place.into()), ("value", new.clone())]));
        match replaced {
            Ok(replaced) => prop_assert_eq!(at(&replaced, place), new),
            Err(error) => prop_assert_eq!(error.kind, PatchErrorKind::TooLarge),
        }
    }

    #[test]
    fn what_is_removed_and_added_again_is_there(document in any_json(), which in any::<prop::sample::Index>()) {
        let all = places(&document);
        let place = which.get(&all).as_str();
        prop_assume!(!place.is_empty());
        let value = at(&document, place);
        let removed = json_patch(&document, &operation("remove", &[("path", place.into())])).unwrap();
        prop_assert_ne!(&removed, &document);
        let again = json_patch(&removed, &operation("add", &[("path", place.into()), ("value", value)])).unwrap();
        prop_assert!(equal(&again, &document), "members may have changed their order, nothing else");
    }

    #[test]
    fn what_is_copied_is_in_both_places_and_what_is_moved_in_one(document in any_json(), which in any::<prop::sample::Index>()) {
        let holder = Json::from([("from", document.clone()), ("to", Json::Object(Object::new()))]);
        let all = places(&document);
        let from = format!("/from{}", which.get(&all));
        let copied = json_patch(&holder, &operation("copy", &[("from", from.as_str().into()), ("path", "/to/x".into())])).unwrap();
        prop_assert_eq!(at(&copied, "/to/x"), at(&holder, &from));
        prop_assert_eq!(at(&copied, "/from"), document.clone());
        let moved = json_patch(&holder, &operation("move", &[("from", from.as_str().into()), ("path", "/to/x".into())])).unwrap();
        prop_assert_eq!(at(&moved, "/to/x"), at(&holder, &from));
        let removed = json_patch(&holder, &operation("remove", &[("path", from.as_str().into())])).unwrap();
        prop_assert_eq!(moved.get("from"), removed.get("from"));
    }

    #[test]
    fn a_merge_says_what_the_patch_says(document in any_json(), patch in any_json()) {
        let merged = merge_patch(&document, &patch);
        for place in places(&patch) {
            let said = at(&patch, &place);
            let found = Pointer::parse(&place).unwrap().find(&merged).cloned();
            match said {
                // Inside an array or at the top, null is a value; as a member it takes away.
                Json::Null if !place.is_empty() && parent_is_merged(&patch, &place) => prop_assert_eq!(found, None),
                Json::Object(_) => {}
                other if parent_is_merged(&patch, &place) => prop_assert_eq!(found, Some(other)),
                _ => {}
            }
        }
    }
}

/// Whether every step to the place is a member of an object: arrays are taken as they are, not merged.
fn parent_is_merged(patch: &Json, place: &str) -> bool {
    let mut value = patch;
    for step in place.split('/').skip(1) {
        let Json::Object(object) = value else { return false };
        value = object.get(&step.replace("~1", "/").replace("~0", "~")).unwrap();
    }
    true
}
