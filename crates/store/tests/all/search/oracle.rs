//! Random resources, random questions: what the database finds is what a plain reading of the query finds in
//! the same values, after every change.

use fhir::Resource;
use fhir::search::query::{DateMatch, Filter, Match, Prefix, QuantityMatch, Unit};
use fhir::search::value::{Indexed, Param, Target, Value, clip};
use fhir::search::{ParamDef, def, extract};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::Store;

use super::{NOW, delete, found, put_all, query};
use crate::harness::{Place, block_on};

/// A few words for everything, so that questions meet answers.
const NAMES: [&str; 6] = ["髙橋", "高橋", "タカハシ", "小野", "オオノ", "ono"];
const CODES: [&str; 3] = ["a", "b", "c"];
const SYSTEMS: [&str; 3] = ["", "s", "t"];
const DATES: [&str; 6] = ["2020", "2020-02", "2020-02-29", "2020-02-29T12:00:00+09:00", "2021-01-01", "1958-04-05"];
const UNITS: [&str; 3] = ["kg", "g", "錠"];
const NUMBERS: [&str; 5] = ["1", "1.0", "0.5", "1000", "500"];

fn pick<T: Copy + std::fmt::Debug + 'static>(from: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(from)
}

fn id() -> impl Strategy<Value = String> {
    (0..4u8).prop_map(|n| format!("i{n}"))
}

fn maybe(member: &'static str, value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop_oneof![3 => value.prop_map(move |value| format!(r#","{member}":{value}"#)), 1 => Just(String::new())]
}

fn coding() -> impl Strategy<Value = String> {
    (pick(&SYSTEMS), pick(&CODES)).prop_map(|(system, code)| {
        if system.is_empty() {
            format!(r#"{{"code":"{code}"}}"#)
        } else {
            format!(r#"{{"system":"{system}","code":"{code}","display":"{code}x"}}"#)
        }
    })
}

fn concept() -> impl Strategy<Value = String> {
    (prop::collection::vec(coding(), 0..3), prop::option::of(pick(&NAMES))).prop_map(|(codings, text)| {
        let text = text.map(|text| format!(r#","text":"{text}""#)).unwrap_or_default();
        format!(r#"{{"coding":[{}]{text}}}"#, codings.join(","))
    })
}

fn quantity() -> impl Strategy<Value = String> {
    (pick(&NUMBERS), pick(&UNITS)).prop_map(|(number, unit)| format!(r#"{{"value":{number},"unit":"{unit}"}}"#))
}

fn effective() -> impl Strategy<Value = String> {
    prop_oneof![
        pick(&DATES).prop_map(|date| format!(r#","effectiveDateTime":"{date}""#)),
        (pick(&DATES), pick(&DATES))
            .prop_map(|(start, end)| format!(r#","effectivePeriod":{{"start":"{start}","end":"{end}"}}"#)),
        pick(&DATES).prop_map(|start| format!(r#","effectivePeriod":{{"start":"{start}"}}"#)),
        Just(String::new()),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        quantity().prop_map(|value| format!(r#","valueQuantity":{value}"#)),
        concept().prop_map(|value| format!(r#","valueCodeableConcept":{value}"#)),
        pick(&NAMES).prop_map(|value| format!(r#","valueString":"{value}""#)),
        Just(String::new()),
    ]
}

fn observation() -> impl Strategy<Value = String> {
    let subject = prop_oneof![
        4 => id().prop_map(|id| format!(r#"{{"reference":"Patient/{id}"}}"#)),
        1 => Just(r#"{"reference":"Group/g"}"#.to_owned()),
        1 => pick(&CODES).prop_map(|code| format!(r#"{{"identifier":{{"system":"s","value":"{code}"}}}}"#)),
    ];
    let component =
        (concept(), quantity()).prop_map(|(code, value)| format!(r#"{{"code":{code},"valueQuantity":{value}}}"#));
    let components = prop::collection::vec(component, 1..3).prop_map(|all| format!("[{}]", all.join(",")));
    (id(), concept(), maybe("subject", subject), effective(), value(), maybe("component", components)).prop_map(|(id, code, subject, effective, value, components)| {
        format!(r#"{{"resourceType":"Observation","id":"{id}","status":"final","code":{code}{subject}{effective}{value}{components}}}"#)
    })
}

fn patient() -> impl Strategy<Value = String> {
    let name = (pick(&NAMES), pick(&NAMES))
        .prop_map(|(family, given)| format!(r#"{{"family":"{family}","given":["{given}"]}}"#));
    let names = prop::collection::vec(name, 0..3).prop_map(|all| format!("[{}]", all.join(",")));
    let identifier = (pick(&SYSTEMS), pick(&CODES))
        .prop_map(|(system, value)| format!(r#"{{"system":"{system}x","value":"{value}"}}"#));
    let identifiers = prop::collection::vec(identifier, 0..3).prop_map(|all| format!("[{}]", all.join(",")));
    let link = id().prop_map(|id| format!(r#"[{{"other":{{"reference":"Patient/{id}"}}}}]"#));
    let gender = pick(&["male", "female"]).prop_map(|gender| format!("\"{gender}\""));
    let birth = pick(&DATES[..3]).prop_map(|date| format!("\"{date}\""));
    (
        id(),
        maybe("name", names),
        maybe("identifier", identifiers),
        maybe("birthDate", birth),
        maybe("gender", gender),
        maybe("link", link),
    )
        .prop_map(|(id, names, identifiers, birth, gender, link)| {
            format!(r#"{{"resourceType":"Patient","id":"{id}"{names}{identifiers}{birth}{gender}{link}}}"#)
        })
}

/// A change of the world.
#[derive(Debug, Clone)]
enum Change {
    Put(String),
    Delete(&'static str, String),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => observation().prop_map(Change::Put),
        3 => patient().prop_map(Change::Put),
        1 => (pick(&["Patient", "Observation"]), id()).prop_map(|(t, id)| Change::Delete(t, id)),
    ]
}

fn comparison() -> impl Strategy<Value = &'static str> {
    pick(&["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"])
}

fn token() -> impl Strategy<Value = String> {
    (pick(&["", "|", "s|", "t|", "sx|"]), pick(&CODES)).prop_map(|(system, code)| format!("{system}{code}"))
}

fn list(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec(value, 1..3).prop_map(|all| all.join(","))
}

fn measured() -> impl Strategy<Value = String> {
    (comparison(), pick(&NUMBERS), pick(&["", "||kg", "||g", "||錠", "|http://unitsofmeasure.org|g"]))
        .prop_map(|(prefix, number, unit)| format!("{prefix}{number}{unit}"))
}

fn when() -> impl Strategy<Value = String> {
    (comparison(), pick(&DATES)).prop_map(|(prefix, date)| format!("{prefix}{date}"))
}

fn of_patient() -> impl Strategy<Value = String> {
    prop_oneof![
        (
            pick(&["name", "family", "given", "name:contains", "name:exact", "phonetic"]),
            list(pick(&NAMES).prop_map(str::to_owned))
        )
            .prop_map(|(n, v)| format!("{n}={v}")),
        (
            pick(&["identifier", "gender:not", "gender"]),
            list(prop_oneof![token(), pick(&["male", "female"]).prop_map(str::to_owned)])
        )
            .prop_map(|(n, v)| format!("{n}={v}")),
        when().prop_map(|v| format!("birthdate={v}")),
        list(id()).prop_map(|v| format!("link={v}")),
        list(id()).prop_map(|v| format!("_id={v}")),
        (pick(&["name", "identifier", "birthdate", "gender", "link"]), any::<bool>())
            .prop_map(|(n, v)| format!("{n}:missing={v}")),
    ]
}

fn of_observation() -> impl Strategy<Value = String> {
    prop_oneof![
        (
            pick(&["code", "code:not", "combo-code", "component-code", "value-concept", "combo-value-concept"]),
            list(token())
        )
            .prop_map(|(n, v)| format!("{n}={v}")),
        (pick(&["code:text", "combo-code:text"]), pick(&["a", "ax", "高", "小野"]))
            .prop_map(|(n, v)| format!("{n}={v}")),
        when().prop_map(|v| format!("date={v}")),
        (pick(&["value-quantity", "combo-value-quantity", "component-value-quantity"]), list(measured()))
            .prop_map(|(n, v)| format!("{n}={v}")),
        (
            pick(&["code-value-quantity", "component-code-value-quantity", "combo-code-value-quantity"]),
            token(),
            measured()
        )
            .prop_map(|(n, t, v)| format!("{n}={t}${v}")),
        (token(), token()).prop_map(|(a, b)| format!("combo-code-value-concept={a}${b}")),
        (pick(&["patient", "subject", "subject:Patient"]), list(id())).prop_map(|(n, v)| format!("{n}={v}")),
        pick(&CODES).prop_map(|v| format!("subject:identifier=s|{v}")),
        (
            pick(&[
                "code",
                "date",
                "value-quantity",
                "patient",
                "subject",
                "combo-code",
                "component-code-value-quantity",
                "code-value-quantity"
            ]),
            any::<bool>()
        )
            .prop_map(|(n, v)| format!("{n}:missing={v}")),
        list(pick(&NAMES).prop_map(str::to_owned)).prop_map(|v| format!("value-string={v}")),
    ]
}

fn question() -> impl Strategy<Value = String> {
    let patients = prop_oneof![
        4 => of_patient(),
        1 => of_patient().prop_map(|inner| format!("link:Patient.{inner}")),
        2 => of_observation().prop_map(|inner| format!("_has:Observation:patient:{inner}")),
        1 => of_observation().prop_map(|inner| format!("_has:Patient:link:_has:Observation:subject:{inner}")),
    ];
    let observations = prop_oneof![
        5 => of_observation(),
        2 => of_patient().prop_map(|inner| format!("patient.{inner}")),
        1 => of_patient().prop_map(|inner| format!("subject:Patient.link:Patient.{inner}")),
    ];
    prop_oneof![
        prop::collection::vec(patients, 0..3).prop_map(|all| format!("Patient?{}", all.join("&"))),
        prop::collection::vec(observations, 0..4).prop_map(|all| format!("Observation?{}", all.join("&"))),
    ]
}

/// The world as the oracle sees it: type, id and values of each resource.
pub(super) type World = Vec<(String, String, Vec<Indexed>)>;

/// Whether a filter holds for a resource.
pub(super) fn holds(
    filter: &Filter,
    (resource_type, id, values): &(String, String, Vec<Indexed>),
    world: &World,
) -> bool {
    let of = |param: Param| kept(def(param).unwrap(), values);
    match filter {
        Filter::Any { param, values: wanted, not } => {
            let def = def(*param).unwrap();
            let any = match def.split {
                _ if def.kept_in.iter().all(|&p| fhir::search::def(p).unwrap().split.is_none()) => {
                    of(*param).iter().any(|value| wanted.iter().any(|wanted| matches(wanted, value)))
                }
                _ => wanted.iter().any(|wanted| composite_by_parts(def, wanted, values)),
            };
            any != *not
        }
        Filter::Missing { param, missing } => {
            let def = def(*param).unwrap();
            let has = match def.split {
                Some(parts) => parts.iter().all(|&part| !of(part).is_empty()),
                None if def.narrowed => of(*param).iter().any(|value| matches!(value, Value::Reference(Target::Local { resource_type, .. }) if def.targets.contains(&resource_type.as_str()))),
                None => !of(*param).is_empty(),
            };
            has != *missing
        }
        Filter::Id(ids) => ids.contains(id),
        Filter::Chain { param, types, inner } => of(*param).iter().any(|value| {
            let Value::Reference(Target::Local { resource_type, id }) = value else { return false };
            let target = world.iter().find(|(t, i, _)| t == resource_type && i == id);
            let filter = types.iter().position(|t| t == resource_type).map(|at| &inner[at]);
            matches!((target, filter), (Some(target), Some(filter)) if holds(filter, target, world))
        }),
        Filter::Has { resource_type: by, param, inner } => world.iter().filter(|(t, ..)| t == by).any(|other| {
            let here = Value::Reference(Target::Local { resource_type: resource_type.clone(), id: id.clone() });
            kept(def(*param).unwrap(), &other.2).contains(&&here) && holds(inner, other, world)
        }),
        Filter::LastUpdated(_) | Filter::Patient(_) => unreachable!("not asked here"),
    }
}

fn kept<'v>(def: &ParamDef, values: &'v [Indexed]) -> Vec<&'v Value> {
    values.iter().filter(|indexed| def.kept_in.contains(&indexed.param)).map(|indexed| &indexed.value).collect()
}

/// A composite for which (in part) nothing is indexed.
fn composite_by_parts(def: &ParamDef, wanted: &Match, values: &[Indexed]) -> bool {
    let Match::Composite(sides) = wanted else { return false };
    def.kept_in.iter().map(|&param| fhir::search::def(param).unwrap()).any(|part| match part.split {
        Some(parts) => parts.into_iter().zip(sides.iter()).all(|(param, side)| {
            kept(fhir::search::def(param).unwrap(), values).iter().any(|value| matches(side, value))
        }),
        None => kept(part, values).iter().any(|value| matches(wanted, value)),
    })
}

fn matches(wanted: &Match, value: &Value) -> bool {
    match (wanted, value) {
        (Match::Token { system, code }, Value::Token { system: s, code: c }) => {
            let ours = s.starts_with(['\u{1}', '\u{2}']) && system.is_none();
            !ours && system.as_ref().is_none_or(|system| system == s) && code.as_ref().is_none_or(|code| code == c)
        }
        (Match::TokenText(folded), Value::Label(label)) => label.starts_with(folded.as_str()),
        (Match::Starts { folded, .. }, Value::Text { folded: text, .. }) => text.starts_with(folded.as_str()),
        (Match::Contains(folded), Value::Text { folded: text, .. }) => text.contains(folded.as_str()),
        (Match::Exact(raw), Value::Text { raw: text, .. }) => clip(raw) == text,
        (Match::Reference(target), Value::Reference(value)) => target == value,
        (Match::ReferenceId { types, id }, Value::Reference(Target::Local { resource_type, id: i })) => {
            i == id && (types.is_empty() || types.contains(resource_type))
        }
        (
            Match::ReferenceIdentifier { system, value },
            Value::Reference(Target::Identifier { system: s, value: v }),
        ) => v == value && system.as_ref().is_none_or(|system| system == s),
        (Match::Date(wanted), Value::Date { low, high }) => date(wanted, *low, *high),
        (Match::Quantity(wanted), Value::Quantity { unit, converted, low, high }) => {
            let of_unit = match &wanted.unit {
                Unit::Any => !converted,
                Unit::Is(key) => key == unit,
                Unit::AnySystem(code) => !converted && (unit == code || unit.ends_with(&format!("|{code}"))),
            };
            of_unit && number(wanted, low.0, high.0)
        }
        (Match::Composite(wanted), Value::Composite(value)) => {
            matches(&wanted[0], &value[0]) && matches(&wanted[1], &value[1])
        }
        _ => false,
    }
}

/// search.html#date, in its own words: the part of time above the searched span, below it, or the span itself.
fn date(wanted: &DateMatch, low: i64, high: i64) -> bool {
    let contained = wanted.low <= low && high <= wanted.high;
    let above_overlaps = high > wanted.high;
    let below_overlaps = low < wanted.low;
    match wanted.prefix {
        Prefix::Eq => contained,
        Prefix::Ne => !contained,
        Prefix::Gt => above_overlaps,
        Prefix::Lt => below_overlaps,
        Prefix::Ge => above_overlaps || contained,
        Prefix::Le => below_overlaps || contained,
        Prefix::Sa => low >= wanted.high,
        Prefix::Eb => high <= wanted.low,
        Prefix::Ap => low < wanted.high && high > wanted.low,
    }
}

fn number(wanted: &QuantityMatch, low: f64, high: f64) -> bool {
    let contained = wanted.low.0 <= low && low < wanted.high.0 && high <= wanted.high.0;
    match wanted.prefix {
        Prefix::Eq => contained,
        Prefix::Ne => !contained,
        Prefix::Gt => high > wanted.exact.0,
        Prefix::Lt => low < wanted.exact.0,
        Prefix::Ge => high >= wanted.exact.0,
        Prefix::Le => low <= wanted.exact.0,
        Prefix::Sa => low > wanted.exact.0,
        Prefix::Eb => high < wanted.exact.0,
        Prefix::Ap => low <= wanted.high.0 && high >= wanted.low.0,
    }
}

/// Makes the world anew and asks all questions of it.
async fn compare(store: &Store, changes: &[Change], questions: &[String]) -> Result<(), TestCaseError> {
    let mut world: World = Vec::new();
    for change in changes {
        match change {
            Change::Put(text) => {
                let resource = Resource::parse(text.as_bytes()).unwrap();
                let (resource_type, id) = (resource.resource_type().to_owned(), resource.id().unwrap().to_owned());
                world.retain(|(t, i, _)| !(*t == resource_type && *i == id));
                world.push((resource_type, id, extract(&resource)));
                put_all(store, vec![resource]).await;
            }
            Change::Delete(resource_type, id) => {
                if world.iter().any(|(t, i, _)| t == resource_type && i == id) {
                    delete(store, resource_type, id).await;
                }
                world.retain(|(t, i, _)| !(t == resource_type && i == id));
            }
        }
    }
    for text in questions {
        let asked = query(text);
        let mut expected: Vec<String> = world
            .iter()
            .filter(|row| row.0 == asked.resource_type && asked.filters.iter().all(|filter| holds(filter, row, &world)))
            .map(|row| row.1.clone())
            .collect();
        expected.sort_unstable();
        let mut ids = found(store, text).await;
        ids.sort_unstable();
        prop_assert_eq!(ids, expected, "{} of {:#?}", text, world);
    }
    Ok(())
}

fn run(place: &Place, cases: u32) {
    let store = Store::open(place.config()).unwrap();
    let input = (
        prop::collection::vec(change(), 1..12),
        prop::collection::vec(question().prop_filter("a query", |text| readable(text)), 1..40),
    );
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 400, failure_persistence: None, ..Config::default() });
    let result = runner.run(&input, |(changes, questions)| {
        block_on(async {
            let asked = compare(&store, &changes, &questions).await;
            for resource_type in ["Patient", "Observation"] {
                for id in found(&store, resource_type).await {
                    delete(&store, resource_type, &id).await;
                }
            }
            asked
        })
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Some combinations are no queries (`ne` of a list, |a where no system is possible); the grammar's tests say which.
pub(super) fn readable(text: &str) -> bool {
    let (resource_type, rest) = text.split_once('?').unwrap();
    let pairs: Vec<(String, String)> =
        rest.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    fhir::search::parse(resource_type, &pairs, NOW).is_ok()
}

/// `PROPTEST_CASES` asks for more.
pub(super) fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

#[test]
fn sqlite_finds_what_the_query_says() {
    run(&Place::sqlite(), cases(60));
}

#[test]
fn postgresql_finds_what_the_query_says() {
    if let Some(place) = Place::postgres() {
        run(&place, cases(15));
    }
}
