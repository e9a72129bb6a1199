use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Json {
    Json::parse(text.as_bytes()).unwrap()
}

fn refused(text: &[u8], line: usize, column: usize, kind: JsonErrorKind) {
    assert_eq!(Json::parse(text), Err(JsonError { line, column, kind }), "{}", String::from_utf8_lossy(text));
}

fn syntax(text: &[u8]) {
    match Json::parse(text) {
        Err(JsonError { kind: JsonErrorKind::Syntax(_), .. }) => {}
        other => panic!("{} gave {other:?}", String::from_utf8_lossy(text)),
    }
}

#[test]
fn order_digits_and_text_survive() {
    let text =
        r#"{"b":1.00,"a":[-0.0,1e5,1E+05,12345678901234567890.123456789,null,true,false,{}],"é":"狛犬\n\"\\/ \u0001"}"#;
    assert_eq!(String::from_utf8(parse(text).to_vec()).unwrap(), text);
}

#[test]
fn escapes_are_resolved() {
    assert_eq!(parse(r#""\u72db\ud83d\udc36\/\b\f""#), Json::from("狛🐶/\u{8}\u{c}"));
}

#[test]
fn refused_with_their_place() {
    refused(b"\xEF\xBB\xBF{}", 1, 1, JsonErrorKind::ByteOrderMark);
    refused(b"{\n \"a\":1,\n \"a\":2}", 3, 6, JsonErrorKind::DuplicateName("a".to_owned()));
    refused(br#"{"a":1,"\u0061":2}"#, 1, 17, JsonErrorKind::DuplicateName("a".to_owned()));
    refused(br#"["\ud800"]"#, 1, 9, JsonErrorKind::LoneSurrogate);
    refused(br#"["\udc00"]"#, 1, 8, JsonErrorKind::LoneSurrogate);
    refused(b"{} {}", 1, 4, JsonErrorKind::Trailing);
}

#[test]
fn duplicate_among_many_names_is_found() {
    let members: Vec<String> = (0..100).chain([7]).map(|n| format!("\"n{n}\":0")).collect();
    let error = Json::parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap_err();
    assert_eq!(error.kind, JsonErrorKind::DuplicateName("n7".to_owned()));
}

#[test]
fn syntax_that_some_readers_take() {
    for text in [
        "",
        " ",
        "NaN",
        "[NaN]",
        "Infinity",
        "-Infinity",
        "[-Infinity]",
        "01",
        "[01]",
        "-01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "1.e5",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "'a'",
        "\"a",
        "[1",
        "{\"a\"",
        "{\"a\":",
        "{\"a\" 1}",
        "tru",
        "nul",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "//c\n1",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
    ] {
        syntax(text.as_bytes());
    }
    syntax(b"\"\xFF\"");
    syntax(b"\"\xC0\x80\"");
    syntax(b"\"\xED\xA0\x80\"");
}

#[test]
fn depth_is_limited() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(Json::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    refused(nested(MAX_DEPTH + 1).as_bytes(), 1, MAX_DEPTH + 1, JsonErrorKind::TooDeep);
    let objects = "{\"a\":".repeat(100_000);
    assert_eq!(Json::parse(objects.as_bytes()).unwrap_err().kind, JsonErrorKind::TooDeep);
}

#[test]
fn members_are_replaced_in_place_or_appended() {
    let mut object = Object::from_iter([("a", 1), ("b", 2)]);
    assert_eq!(object.insert("a", 3), Some(Json::from(1)));
    assert_eq!(object.insert("c", "x"), None);
    assert_eq!(object.insert_at(1, "z", true), None);
    assert_eq!(Json::Object(object.clone()).to_vec(), br#"{"a":3,"z":true,"b":2,"c":"x"}"#);
    assert_eq!(object.remove("b"), Some(Json::from(2)));
    assert_eq!(object.remove("b"), None);
    assert_eq!((object.len(), object.position("c"), object.str("c")), (3, Some(2), Some("x")));
}

/// Any value within the depth limit.
pub(crate) fn any_json() -> impl Strategy<Value = Json> {
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?";
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number.prop_map(|digits| Json::Number(digits.into())),
        "\\PC{0,12}|[\u{0}-\u{10ffff}]{0,6}".prop_map(Json::String),
    ];
    leaf.prop_recursive(5, 24, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Json::Array),
            proptest::collection::vec((".{0,8}", inner), 0..8)
                .prop_map(|members| Json::Object(Object::from_iter(members))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_the_same(value in any_json()) {
        let text = value.to_vec();
        let again = Json::parse(&text).unwrap();
        prop_assert_eq!(&again, &value);
        prop_assert_eq!(again.to_vec(), text);
    }

    #[test]
    fn any_bytes_end_in_a_value_or_a_place(text in proptest::collection::vec(any::<u8>(), 0..64)) {
        match Json::parse(&text) {
            Ok(value) => prop_assert_eq!(Json::parse(&value.to_vec()), Ok(value)),
            Err(error) => prop_assert!(error.line >= 1 && error.column <= text.len() + 1),
        }
    }

    #[test]
    fn a_flipped_byte_of_a_value_never_panics(value in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = value.to_vec();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(read) = Json::parse(&text) {
            prop_assert_eq!(Json::parse(&read.to_vec()), Ok(read));
        }
    }
}
