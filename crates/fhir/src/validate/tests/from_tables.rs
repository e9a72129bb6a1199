//! Resources and mistakes made from the tables: every element of every type is tried.

use proptest::prelude::*;

use super::*;
use crate::json::Object;
use crate::tables::{self, ElementDef, Kind, Primitive, TypeDef};

/// A value of each primitive type that keeps its rules.
fn primitive(of: Primitive) -> Json {
    Json::from(match of {
        Primitive::Boolean => return Json::from(true),
        Primitive::Decimal => return Json::Number("1.50".into()),
        Primitive::Integer | Primitive::PositiveInt | Primitive::UnsignedInt => return Json::from(1),
        Primitive::Base64Binary => "AAAA",
        Primitive::Canonical | Primitive::Uri | Primitive::Url => "http://example.org/x",
        Primitive::Code | Primitive::Id | Primitive::Markdown | Primitive::String => "x",
        Primitive::Date | Primitive::DateTime => "2020-01-02",
        Primitive::Instant => "2020-01-02T03:04:05Z",
        Primitive::Oid => "urn:oid:1.2.3",
        Primitive::Time => "01:02:03",
        Primitive::Uuid => "urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        Primitive::Xhtml => "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>",
    })
}

/// An object with what must be in it and, of the rest, what `wanted` picks, as the tables have it.
fn generated(def: &'static TypeDef, depth: usize, wanted: &mut impl FnMut() -> usize) -> Object {
    let mut object = Object::new();
    if def.is_resource() {
        object.insert("resourceType", def.name);
    }
    for element in &def.elements {
        let pick = wanted();
        if !element.is_required && (depth > 3 || !pick.is_multiple_of(4)) || element.name == "contained" {
            continue;
        }
        let kind = &element.kinds[pick % element.kinds.len()];
        let value = match kind {
            Kind::Primitive(Primitive::Code) => {
                Json::from(element.codes.map_or("x", |codes| codes.codes().nth(pick % codes.codes().count()).unwrap()))
            }
            Kind::Primitive(of) => primitive(*of),
            Kind::Resource => basic(),
            Kind::Complex(id) | Kind::SimpleQuantity(id) | Kind::Reference(id, _) => {
                Json::Object(generated(id.def(), depth + 1, wanted))
            }
        };
        let is_empty = value.as_object().is_some_and(Object::is_empty);
        let value = if is_empty { Json::from([("id", Json::from("x"))]) } else { value };
        let name = if element.is_choice { choice(element.name, kind.name()) } else { element.name.to_owned() };
        object.insert(name, if element.is_many { Json::Array(vec![value]) } else { value });
    }
    object
}

fn choice(element: &str, kind: &str) -> String {
    format!("{element}{}{}", kind[..1].to_uppercase(), &kind[1..])
}

fn basic() -> Json {
    Json::from([("resourceType", Json::from("Basic")), ("code", Json::from([("text", Json::from("x"))]))])
}

/// Only what must be there.
fn least(def: &'static TypeDef) -> Object {
    generated(def, usize::MAX - 100, &mut || 0)
}

/// A value of the element's first type.
fn value(element: &ElementDef) -> Json {
    match &element.kinds[0] {
        Kind::Primitive(Primitive::Code) => {
            Json::from(element.codes.and_then(|codes| codes.codes().next()).unwrap_or("x"))
        }
        Kind::Primitive(of) => primitive(*of),
        Kind::Resource => basic(),
        Kind::Complex(id) | Kind::SimpleQuantity(id) | Kind::Reference(id, _) => {
            let object = least(id.def());
            // Any member will do where none must be there: ele-1.
            if object.is_empty() {
                Json::from([("extension", Json::Array(vec![extension()]))])
            } else {
                Json::Object(object)
            }
        }
    }
}

fn extension() -> Json {
    Json::from([("url", Json::from("urn:x")), ("valueString", Json::from("x"))])
}

fn json_name(element: &ElementDef) -> String {
    if element.is_choice { choice(element.name, element.kinds[0].name()) } else { element.name.to_owned() }
}

/// A resource with `object`, of type `def`, where such a thing may stand, and the path to it. None for types that
/// only stand in others which stand nowhere in a resource's own elements.
fn placed(def: &'static TypeDef, object: Object) -> Option<(Json, String)> {
    if def.is_resource() {
        return Some((Json::Object(object), def.name.to_owned()));
    }
    if let Some((parent, name)) = def.name.rsplit_once('.') {
        let parent = tables::structure(parent)?.def();
        let element = parent.element(name.trim_end_matches("[x]"))?;
        let mut outer = least(parent);
        outer.remove(&json_name(element));
        outer.insert(
            json_name(element),
            if element.is_many { Json::Array(vec![Json::Object(object)]) } else { Json::Object(object) },
        );
        let (resource, path) = placed(parent, outer)?;
        let index = if element.is_many { "[0]" } else { "" };
        return Some((resource, format!("{path}.{}{index}", element.name)));
    }
    tables::structure("Extension")?.def().member(&choice("value", def.name))?;
    let mut basic = basic();
    let carrier = Json::from([("url", Json::from("urn:x")), (&*choice("value", def.name), Json::Object(object))]);
    basic.as_object_mut()?.insert("extension", vec![carrier]);
    Some((basic, "Basic.extension[0].value".to_owned()))
}

/// Calls `check` for every element of every type that can be placed.
fn every_element(mut check: impl FnMut(&'static TypeDef, &'static ElementDef)) -> usize {
    let mut count = 0;
    for def in tables::structures() {
        let is_abstract = matches!(def.name, "Element" | "BackboneElement" | "Resource" | "DomainResource");
        if is_abstract || placed(def, least(def)).is_none() {
            continue;
        }
        // The id of a resource is checked before validation, and meta must be an object by then.
        for element in
            def.elements.iter().filter(|element| !(def.is_resource() && matches!(element.name, "id" | "meta")))
        {
            check(def, element);
            count += 1;
        }
    }
    count
}

/// The findings for an object of a type in which one member is replaced, and the path of the element.
fn findings(def: &'static TypeDef, element: &ElementDef, replaced: Option<Json>) -> (Vec<Issue>, String) {
    let mut object = least(def);
    object.remove(&json_name(element));
    if let Some(value) = replaced {
        object.insert(json_name(element), value);
    }
    let (resource, path) = placed(def, object).unwrap();
    (validate(&Resource::from_json(resource).unwrap(), Mode::Strict), format!("{path}.{}", element.name))
}

fn has(issues: &[Issue], code: IssueType, path: &str) -> bool {
    issues.iter().any(|issue| issue.code == code && issue.expression == path && issue.severity == Severity::Error)
}

#[test]
fn every_element_is_one_or_many_as_the_table_says() {
    let count = every_element(|def, element| {
        let one = value(element);
        let many = Json::Array(vec![one.clone()]);
        let (right, wrong) = if element.is_many { (many, one) } else { (one, many) };
        let (issues, path) = findings(def, element, Some(wrong));
        assert!(has(&issues, IssueType::Structure, &path), "{path}: {issues:?}");
        let (issues, path) = findings(def, element, Some(right));
        assert!(!has(&issues, IssueType::Structure, &path), "{path}: {issues:?}");
    });
    assert!(count > 4000, "{count}");
}

#[test]
fn every_element_refuses_another_kind_of_json() {
    every_element(|def, element| {
        let one = match &element.kinds[0] {
            Kind::Primitive(_) => Json::from([("x", Json::from("y"))]),
            _ => Json::from("x"),
        };
        let (wrong, index) = if element.is_many { (Json::Array(vec![one]), "[0]") } else { (one, "") };
        let (issues, path) = findings(def, element, Some(wrong));
        assert!(has(&issues, IssueType::Structure, &format!("{path}{index}")), "{path}: {issues:?}");
        let (issues, path) = findings(def, element, Some(Json::Null));
        assert!(has(&issues, IssueType::Structure, &path), "{path}: {issues:?}");
    });
}

#[test]
fn every_element_that_must_be_there_is_missed() {
    let mut missed = 0;
    every_element(|def, element| {
        let (issues, path) = findings(def, element, None);
        assert_eq!(has(&issues, IssueType::Required, &path), element.is_required, "{path}: {issues:?}");
        missed += usize::from(element.is_required);
    });
    assert!(missed > 700, "{missed}");
}

#[test]
fn every_required_binding_refuses_a_code_of_its_own() {
    let mut bound = 0;
    every_element(|def, element| {
        let Some(codes) = element.codes else { return };
        assert!(!codes.has("komainu"));
        let wrong = match &element.kinds[0] {
            Kind::Primitive(_) => Json::from("komainu"),
            _ => Json::from([("coding", Json::Array(vec![Json::from([("code", Json::from("komainu"))])]))]),
        };
        let (wrong, index) = if element.is_many { (Json::Array(vec![wrong]), "[0]") } else { (wrong, "") };
        let (issues, path) = findings(def, element, Some(wrong));
        assert!(has(&issues, IssueType::CodeInvalid, &format!("{path}{index}")), "{path}: {issues:?}");
        bound += 1;
    });
    assert!(bound > 300, "{bound}");
}

#[test]
fn every_reference_refuses_a_type_that_it_may_not_name() {
    every_element(|def, element| {
        let Kind::Reference(_, targets) = &element.kinds[0] else { return };
        let Some(other) = (0..146).find(|code| !targets.is_empty() && !targets.contains(code)) else { return };
        let wrong = Json::from([("reference", Json::from(format!("{}/1", tables::type_name(other).unwrap())))]);
        let (wrong, index) = if element.is_many { (Json::Array(vec![wrong]), "[0]") } else { (wrong, "") };
        let (issues, path) = findings(def, element, Some(wrong));
        assert!(has(&issues, IssueType::Value, &format!("{path}{index}")), "{path}: {issues:?}");
    });
}

proptest! {
    /// Whatever the tables allow is of the right structure; invariants and coded concepts are left to chance.
    #[test]
    fn what_the_tables_allow_has_no_structural_finding(type_code in 0_u16..146, picks in proptest::collection::vec(0_usize..1000, 1..200)) {
        let mut picks = picks.iter().copied().cycle();
        let def = tables::resource_structure(type_code).unwrap().def();
        let object = generated(def, 0, &mut || picks.next().unwrap());
        let resource = Resource::from_json(Json::Object(object)).unwrap();
        let issues = validate(&resource, Mode::Strict);
        let wrong: Vec<_> = issues.iter().filter(|issue| match issue.code {
            IssueType::Structure => !issue.diagnostics.contains("ele-1"),
            IssueType::Required | IssueType::Value => !issue.diagnostics.contains("must refer to") && !issue.expression.ends_with("reference"),
            _ => false,
        }).collect();
        prop_assert!(wrong.is_empty(), "{:?} in {}", wrong, String::from_utf8_lossy(&resource.to_vec()));
    }

    /// Whatever is sent, the walk ends, and what is without error stays so when it is written and read again.
    #[test]
    fn any_object_is_judged_the_same_twice(type_code in 0_u16..146, value in crate::json::tests::any_json(), names in proptest::collection::vec(0_usize..64, 0..6)) {
        let def = tables::resource_structure(type_code).unwrap().def();
        let mut object = Object::from_iter([("resourceType", def.name)]);
        for at in names {
            let element = &def.elements[at % def.elements.len()];
            if !matches!(element.name, "id" | "meta") {
                object.insert(element.name, value.clone());
                object.insert(format!("_{}", element.name), value.clone());
            }
        }
        let resource = Resource::from_json(Json::Object(object)).unwrap();
        let issues = validate(&resource, Mode::Strict);
        prop_assert_eq!(validate(&Resource::parse(&resource.to_vec()).unwrap(), Mode::Strict), issues);
    }
}
