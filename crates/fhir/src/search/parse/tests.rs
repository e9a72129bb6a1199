//! The golden file (`snapshots/`) shows what each query means; properties hold for queries nobody thought of.

use proptest::prelude::*;

use super::super::query::{Filter, Match};
use super::*;

/// 2026-11-23T00:00:00Z.
const NOW: i64 = 1_795_392_000_000;

/// `a=b&c=d`, as after percent-decoding (so no `&` in values).
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            pair.split_once('=').map_or((pair.to_owned(), String::new()), |(n, v)| (n.to_owned(), v.to_owned()))
        })
        .collect()
}

fn check(query: &str) -> Result<Query, SearchError> {
    let (resource_type, rest) = query.split_once('?').unwrap_or((query, ""));
    parse(resource_type, &pairs(rest), NOW)
}

#[test]
fn queries_mean_what_the_golden_file_says() {
    let queries = include_str!("queries.txt");
    let mut golden = String::new();
    for query in queries.lines() {
        if query.is_empty() || query.starts_with('#') {
            golden.push_str(&format!("{query}\n"));
            continue;
        }
        let meaning = match check(query) {
            Ok(query) => format!("{query:?}")
                .replace("Query { ", "")
                .replace(", cursor: None, total: None, include: [], revinclude: [], view: Whole }", "")
                .replace(", sort: [], count: 50", ""),
            Err(error) => format!("400 {error} / {}", error.ja()),
        };
        golden.push_str(&format!("{query}\n    {meaning}\n"));
    }
    insta::assert_snapshot!(golden);
}

#[test]
fn what_is_too_much_is_refused() {
    let many = (0..=PAIRS_MAX).map(|_| ("name".to_owned(), "x".to_owned())).collect::<Vec<_>>();
    assert!(matches!(parse("Patient", &many, NOW).unwrap_err().what, Problem::TooMany(_)));
    let wild = [("name:contains".to_owned(), "%".repeat(10_000))];
    assert!(matches!(parse("Patient", &wild, NOW).unwrap_err().what, Problem::TooLong(_)));
    let costly = [("name:contains".to_owned(), ["a"; CONTAINS_MAX + 1].join(","))];
    assert_eq!(parse("Patient", &costly, NOW).unwrap_err().what, Problem::TooMany(CONTAINS_MAX));
    let list = [("_id".to_owned(), vec!["a"; VALUES_MAX + 1].join(","))];
    assert!(matches!(parse("Patient", &list, NOW).unwrap_err().what, Problem::TooMany(_)));
    let deep = format!("{}name", "link:Patient.".repeat(DEPTH_MAX + 1));
    assert!(matches!(parse("Patient", &[(deep, "x".to_owned())], NOW).unwrap_err().what, Problem::TooDeep(_)));
    let deep = format!("{}name", "_has:Patient:link:".repeat(DEPTH_MAX + 1));
    assert!(matches!(parse("Patient", &[(deep, "x".to_owned())], NOW).unwrap_err().what, Problem::TooDeep(_)));
}

#[test]
fn one_person_however_typed_is_one_search() {
    let starts = |value: &str| match check(&format!("Patient?name={value}")).unwrap().filters.remove(0) {
        Filter::Any { values, .. } => values
            .into_iter()
            .map(|v| if let Match::Starts { folded, .. } = v { folded } else { String::new() })
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    for typed in ["ヤマダ", "やまだ", "ﾔﾏﾀﾞ", "yamada", "YAMADA", "ｙａｍａｄａ"] {
        assert!(starts(typed).contains(&"やまだ".to_owned()), "{typed}");
    }
    assert_eq!(starts("山田　太郎"), ["山田太郎"]);
    assert_eq!(starts("髙橋"), starts("高橋"));
}

#[test]
fn types_touched_are_all_of_them() {
    let query = check("Observation?patient.organization.name=x&_has:AuditEvent:entity:agent.name=y&_include=Observation:encounter&_revinclude=Provenance:target").unwrap();
    for touched in ["AuditEvent", "Encounter", "Organization", "Patient", "Provenance"] {
        assert!(query.types_touched().contains(&touched), "{touched}");
    }
}

/// Names with modifiers and values as an attacker or a careless client may combine them.
fn any_pair() -> impl Strategy<Value = (String, String)> {
    let names: Vec<&str> =
        crate::search::params("Observation").map(|def| def.name).chain(super::result::NAMES).collect();
    let name = (
        proptest::sample::select(names),
        "(:(missing|not|exact|contains|text|above|below|identifier|of-type|Patient|x))?",
        "(\\.(name|patient|code|_id))?",
    );
    let value = prop_oneof![
        "[A-Za-z0-9/.:|$,\\\\*-]{0,30}",
        "(eq|ne|gt|lt|ge|le|sa|eb|ap)?[0-9]{1,8}([.-][0-9]{1,4}){0,3}(\\|[a-z:/.]*\\|[a-z/\\[\\]]*)?",
        "[MTSHR][0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}",
        any::<String>(),
    ];
    (name, value).prop_map(|((name, modifier, chained), value)| (format!("{name}{modifier}{chained}"), value))
}

proptest! {
    #[test]
    fn any_query_gets_an_answer(pairs in prop::collection::vec(any_pair(), 0..4), now: i64) {
        match parse("Observation", &pairs, now) {
            Ok(query) => {
                prop_assert!(query.count <= COUNT_MAX);
                let asked = pairs.iter().filter(|(name, _)| !["_sort", "_count", "_total", "_summary", "_elements", "_include", "_revinclude", "_format", "_pretty", "_cursor"].iter().any(|p| name.starts_with(p))).count();
                prop_assert_eq!(query.filters.len(), asked, "every condition sent is held");
            }
            Err(error) => {
                prop_assert!(!error.ja().is_empty() && !error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn any_names_and_values_get_an_answer(resource_type: String, name: String, value: String, now: i64) {
        let _ = parse(&resource_type, &[(name.clone(), value.clone())], now);
        let _ = parse("Patient", &[(name, value)], now);
    }

    #[test]
    fn an_escaped_text_is_searched_as_it_is(text in "[a-z,$|\\\\]{1,12}") {
        let escaped = text.replace('\\', "\\\\").replace(',', "\\,").replace('$', "\\$").replace('|', "\\|");
        let query = parse("Patient", &[("name:exact".to_owned(), escaped.clone())], NOW).unwrap();
        let exact = matches!(&query.filters[..], [Filter::Any { values, .. }] if values == &[Match::Exact(text.clone())]);
        prop_assert!(exact, "{} {:?}", escaped, query);
        let token = parse("Patient", &[("identifier".to_owned(), format!("s|{escaped}"))], NOW).unwrap();
        let kept = matches!(&token.filters[..], [Filter::Any { values, .. }] if values == &[Match::Token { system: Some("s".to_owned()), code: Some(text.clone()) }]);
        prop_assert!(kept, "{} {:?}", escaped, token);
    }
}
