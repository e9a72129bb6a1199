//! Random people and visits, random questions whose answers have an order: page by page, whatever is written in
//! between, the database gives what a plain reading of the order gives.

use std::cell::Cell;
use std::time::Duration;

use fhir::Resource;
use fhir::search::query::{Filter, Match, Query, SortBy};
use fhir::search::value::{Indexed, Value};
use fhir::search::{Kind, def, extract};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::Store;

use super::oracle::{World, cases, holds, readable};
use super::{delete, ids, page, put_all, query};
use crate::harness::{Place, block_on};

const FAMILIES: [&str; 8] = ["髙橋", "高橋", "齋藤", "斉藤", "タカハシ", "ﾀｶﾊｼ", "さいとう", "Sato"];
const GIVENS: [&str; 6] = ["花子", "ハナコ", "はな", "太郎", "Taro", "高"];
const TYPED: [&str; 16] = [
    "髙",
    "髙橋",
    "高橋",
    "高 橋",
    "髙橋花",
    "斎藤",
    "齋藤　太郎",
    "た",
    "タ",
    "たかはし",
    "さ",
    "sai",
    "saito",
    "taka",
    "Sato",
    "高橋,太郎",
];
const DAYS: [&str; 3] = ["2025-03-31", "2025-04-01", "2025-04-02"];
const TIMES: [&str; 3] = ["T00:00:00+09:00", "T09:00:00+09:00", "T09:30:00+09:00"];

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(from)
}

fn patient() -> impl Strategy<Value = String> {
    let space = prop_oneof![3 => Just(""), 1 => Just(" ")];
    let name = (pick(&FAMILIES), pick(&GIVENS), space).prop_map(|(family, given, space)| {
        let mut spaced: Vec<char> = family.chars().collect();
        spaced.splice(1..1, space.chars());
        format!(r#"{{"family":"{}","given":["{given}"]}}"#, spaced.into_iter().collect::<String>())
    });
    let rest = [
        r#""gender":"male","birthDate":"1950""#,
        r#""gender":"female","birthDate":"1950-04-01","identifier":[{"value":"x"}]"#,
        r#""gender":"male","identifier":[{"value":"x"}]"#,
    ];
    (prop::collection::vec(name, 0..3), proptest::sample::select(rest.to_vec()))
        .prop_map(|(names, rest)| format!(r#"{{"resourceType":"Patient","name":[{}],{rest}}}"#, names.join(",")))
}

fn visit() -> impl Strategy<Value = String> {
    let time = (pick(&DAYS), pick(&TIMES)).prop_map(|(day, time)| format!("{day}{time}"));
    let other = prop_oneof![
        3 => (pick(&DAYS), pick(&TIMES)).prop_map(|(day, time)| format!(r#","end":"{day}{time}""#)),
        1 => Just(r#","end":"2025-06-01""#.to_owned()),
        1 => Just(String::new()),
    ];
    let start = prop_oneof![
        6 => time.prop_map(|time| format!(r#""start":"{time}""#)),
        1 => Just(r#""start":"2025-04-01""#.to_owned()),
        1 => Just(r#""start":"2024""#.to_owned()),
    ];
    let period = prop_oneof![
        6 => (start, other).prop_map(|(start, end)| format!(r#","period":{{{start}{end}}}"#)),
        1 => Just(r#","period":{"end":"2025-04-01"}"#.to_owned()),
        1 => Just(String::new()),
    ];
    (period, pick(&["planned", "finished"])).prop_map(|(period, status)| {
        format!(r#"{{"resourceType":"Encounter","status":"{status}","class":{{"code":"AMB"}}{period}}}"#)
    })
}

fn question() -> impl Strategy<Value = String> {
    let more =
        pick(&["", "", "&gender=male", "&identifier=x", "&birthdate=1950-04-01", "&gender:not=male&birthdate=ge1950"]);
    let name = (pick(&["name", "family", "given", "phonetic"]), pick(&TYPED), more)
        .prop_map(|(name, typed, more)| format!("Patient?{name}={typed}{more}"));
    let date = (pick(&["", "ge", "gt", "le", "lt", "sa", "eb", "ap", "ne"]), pick(&DAYS))
        .prop_map(|(prefix, day)| format!("&date={prefix}{day}"));
    let status = pick(&["", "&status=planned", "&status:not=planned"]);
    let visits = (pick(&["date", "-date"]), prop::collection::vec(date, 0..3), status)
        .prop_map(|(sort, dates, status)| format!("Encounter?_sort={sort}{}{status}", dates.concat()));
    prop_oneof![name, visits].prop_filter("a query", |text| readable(text))
}

/// Where a resource stands: what has no value comes after all that have one. The place in `world` breaks ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Text(u32, String),
    Time(i64),
    Never,
}

/// The nearness of a text: its rank and the text that it is sorted by.
fn near(wanted: &Match, value: &Value) -> Option<Standing> {
    let (Match::Starts { folded, raw, far }, Value::Text { folded: text, raw: written }) = (wanted, value) else {
        return None;
    };
    let tight = |text: &str| text.replace([' ', '\u{3000}'], "");
    let (typed, written) = (tight(raw), tight(written));
    let first = u32::from(*far) * 4;
    Some(match text {
        _ if !text.starts_with(folded.as_str()) => return None,
        _ if written == typed && text == folded => Standing::Text(first, written),
        _ if text == folded => Standing::Text(first + 1, text.clone()),
        _ if written.starts_with(&typed) => Standing::Text(first + 2, written),
        _ => Standing::Text(first + 3, text.clone()),
    })
}

fn standing(query: &Query, values: &[Indexed]) -> Standing {
    let of = |param| values.iter().filter(move |value| value.param == param).map(|value| &value.value);
    match query.sort.first().map(|sort| (&sort.by, sort.descending)) {
        Some((SortBy::Param(param), descending)) => {
            let low =
                of(*param).filter_map(|value| if let Value::Date { low, .. } = value { Some(*low) } else { None });
            // Only so can the order be turned: no date is the last either way.
            low.min().map_or(Standing::Never, |low| Standing::Time(if descending { -low.max(-i64::MAX) } else { low }))
        }
        _ => {
            let texts = query.filters.iter().find_map(|filter| match filter {
                Filter::Any { param, values, .. } if def(*param)?.kind == Kind::String => Some((*param, values)),
                _ => None,
            });
            let (param, wanted) = texts.unwrap();
            of(param).flat_map(|value| wanted.iter().filter_map(|wanted| near(wanted, value))).min().unwrap()
        }
    }
}

/// What is found, in order; among equals the newest made first, which is the last in the world.
fn expected(query: &Query, world: &World) -> Vec<String> {
    let is_match = |row: &(String, String, Vec<Indexed>)| {
        row.0 == query.resource_type && query.filters.iter().all(|filter| holds(filter, row, world))
    };
    let mut found: Vec<(Standing, &str)> = world
        .iter()
        .rev()
        .filter(|row| is_match(row))
        .map(|(_, id, values)| (standing(query, values), id.as_str()))
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found.into_iter().map(|(_, id)| id.to_owned()).collect()
}

/// A world that grows.
#[derive(Debug)]
struct Clinic<'c> {
    world: World,
    /// The ids given out. None is used twice: whoever was deleted and comes again is as old as ever.
    made: &'c Cell<usize>,
}

impl Clinic<'_> {
    async fn put(&mut self, store: &Store, text: &str) {
        self.made.set(self.made.get() + 1);
        let id = format!("n{}", self.made.get());
        let resource = Resource::parse(text.replacen("\",", &format!("\",\"id\":\"{id}\","), 1).as_bytes()).unwrap();
        self.world.push((resource.resource_type().to_owned(), id, extract(&resource)));
        put_all(store, vec![resource]).await;
    }

    async fn delete(&mut self, store: &Store, id: &str) {
        let at = self.world.iter().position(|row| row.1 == id).unwrap();
        delete(store, &self.world.remove(at).0, id).await;
    }
}

/// They would match almost everything.
const COMES: [&str; 2] = [
    r#"{"resourceType":"Patient","name":[{"family":"髙橋"},{"family":"さいとう"}],"gender":"male","birthDate":"1950-04-01"}"#,
    r#"{"resourceType":"Encounter","status":"planned","class":{"code":"AMB"},"period":{"start":"2025-04-01T09:00:00+09:00"}}"#,
];

/// Asks page by page. After each page somebody new comes; after the first, one who was still to be shown goes.
async fn walk(store: &Store, clinic: &mut Clinic<'_>, text: &str, count: usize) -> Result<(), TestCaseError> {
    let asked = query(&format!("{text}&_count={count}"));
    let mut left = expected(&asked, &clinic.world);
    let mut cursor = None;
    for number in 0.. {
        let found = page(store, Query { cursor, ..asked.clone() }).await.unwrap();
        let shown: Vec<String> = left.drain(..count.min(left.len())).collect();
        prop_assert_eq!(ids(&found.rows), shown, "{} page {} of {:#?}", text, number, clinic);
        prop_assert_eq!(found.next.is_some(), !left.is_empty(), "{} page {}", text, number);
        if left.is_empty() {
            break;
        }
        cursor = found.next;
        for comes in COMES {
            clinic.put(store, comes).await;
        }
        if number == 0 && left.len() > 1 {
            let gone = left.remove(left.len() / 2);
            clinic.delete(store, &gone).await;
        }
    }
    Ok(())
}

async fn compare(
    store: &Store,
    clinic: &mut Clinic<'_>,
    texts: &[String],
    questions: &[(String, usize)],
) -> Result<(), TestCaseError> {
    for text in texts {
        clinic.put(store, text).await;
    }
    for (text, count) in questions {
        walk(store, clinic, text, *count).await?;
    }
    Ok(())
}

fn run(place: &Place, cases: u32) {
    let input = (
        prop::collection::vec(prop_oneof![patient(), visit()], 10..40),
        prop::collection::vec((question(), 1..8usize), 1..12),
    );
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() });
    // Beside much else a statement may wait for its turn.
    let config = store::Config { read_deadline: Duration::from_secs(60), ..place.config() };
    let (store, made) = (Store::open(config).unwrap(), Cell::new(0));
    let result = runner.run(&input, |(texts, questions)| {
        block_on(async {
            let mut clinic = Clinic { world: World::new(), made: &made };
            let asked = compare(&store, &mut clinic, &texts, &questions).await;
            while let Some((_, id, _)) = clinic.world.last().cloned() {
                clinic.delete(&store, &id).await;
            }
            asked
        })
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn sqlite_gives_pages_in_the_order_asked_for() {
    run(&Place::sqlite(), cases(40));
}

#[test]
fn postgresql_gives_pages_in_the_order_asked_for() {
    if let Some(place) = Place::postgres() {
        run(&place, cases(8));
    }
}

/// A page that ends among visits without a time, found by something else than their time.
#[test]
fn a_page_goes_on_where_the_visits_have_no_time() {
    let place = Place::sqlite();
    let (store, made) = (Store::open(place.config()).unwrap(), Cell::new(0));
    let visit =
        |rest: &str| format!(r#"{{"resourceType":"Encounter","status":"planned","class":{{"code":"AMB"}}{rest}}}"#);
    let timed = visit(r#","period":{"start":"2025-03-31T09:00:00+09:00"}"#);
    let texts = [timed.clone(), visit(""), timed, visit(""), visit("")];
    let questions = ["date", "-date"].map(|sort| (format!("Encounter?_sort={sort}&status=planned"), 3));
    let mut clinic = Clinic { world: World::new(), made: &made };
    block_on(compare(&store, &mut clinic, &texts, &questions)).unwrap();
}
