//! Order and pages.

use store::{Store, StoreError};

use super::{delete, found, ids, load, page, query};
use crate::harness::on_both;

fn patient(id: usize, family: &str, birth: Option<&str>) -> String {
    let birth = birth.map(|birth| format!(r#","birthDate":"{birth}""#)).unwrap_or_default();
    format!(r#"{{"resourceType":"Patient","id":"p{id:02}","name":[{{"family":"{family}"}}]{birth}}}"#)
}

async fn thirty(store: &Store) {
    let families = ["佐藤", "鈴木", "高橋", "髙橋"];
    let births = [Some("1990-01-01"), Some("1980"), None, Some("1990-01-01"), Some("2000-05")];
    let all: Vec<String> = (0..30).map(|n| patient(n, families[n % 4], births[n % 5])).collect();
    load(store, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

const ORDERS: &[&str] = &[
    "Patient?_count=7",
    "Patient?name=高橋&_count=4",
    "Patient?_sort=birthdate&_count=7",
    "Patient?_sort=-birthdate,family&_count=7",
    "Patient?_sort=family,-_id&_count=4",
    "Patient?_sort=_lastUpdated&_count=7",
    "Patient?_sort=-_lastUpdated&_count=1",
    "Patient?_sort=gender,-_id&_count=7",
    "Patient?_sort=organization&_count=7",
    "Patient?birthdate=ge1980&_count=5",
    "Patient?gender:missing=true&_sort=-_id&_count=5",
];

/// All pages, one after the other; `between` happens after each.
async fn walk(store: &Store, text: &str, between: impl AsyncFn(&Store, usize)) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), None);
    for turn in 0.. {
        let mut query = query(text);
        query.cursor = cursor;
        let count = query.count as usize;
        let found = page(store, query).await.unwrap();
        all.extend(ids(&found.rows));
        cursor = found.next;
        assert!(found.rows.len() == count || cursor.is_none());
        if cursor.is_none() {
            break;
        }
        between(store, turn).await;
    }
    all
}

#[test]
fn pages_together_are_the_whole() {
    on_both(async |store| {
        thirty(&store).await;
        for text in ORDERS {
            let whole = found(&store, &text.replace("_count=", "_count=100&_elements=")).await;
            assert!(whole.len() >= 7);
            assert_eq!(walk(&store, text, async |_, _| ()).await, whole, "{text}");
        }
    });
}

#[test]
fn sorting_goes_by_the_value_and_what_has_none_comes_last() {
    on_both(async |store| {
        thirty(&store).await;
        let births = |ids: &[String]| {
            ids.iter()
                .map(|id| ["1990", "1980", "-", "1990", "2000"][id[1..].parse::<usize>().unwrap() % 5])
                .collect::<Vec<_>>()
        };
        let up = births(&found(&store, "Patient?_sort=birthdate").await);
        assert_eq!(up, [["1980"; 6].as_slice(), &["1990"; 12], &["2000"; 6], &["-"; 6]].concat());
        let down = births(&found(&store, "Patient?_sort=-birthdate").await);
        assert_eq!(down, [["2000"; 6].as_slice(), &["1990"; 12], &["1980"; 6], &["-"; 6]].concat());
        assert_eq!(found(&store, "Patient?_sort=_id&_count=2").await, ["p00", "p01"]);
        assert_eq!(found(&store, "Patient?_sort=-_id&_count=2").await, ["p29", "p28"]);
        assert_eq!(found(&store, "Patient?_count=2").await, ["p29", "p28"]);
    });
}

#[test]
fn writes_between_pages_neither_repeat_nor_leave_out() {
    on_both(async |store| {
        thirty(&store).await;
        for (n, text) in
            ORDERS.iter().filter(|text| !text.contains("_lastUpdated") && !text.contains("name=")).enumerate()
        {
            let whole = found(&store, &text.replace("_count=", "_count=100&_elements=")).await;
            let gone = whole.last().unwrap().clone();
            let seen = walk(&store, text, async |store, turn| {
                // New patients come, and one at the end goes.
                load(store, &[&patient(40 + n * 10 + turn, "高橋", Some("1985-05-05"))]).await;
                delete(store, "Patient", &gone).await;
            })
            .await;
            let expected: Vec<String> = whole.iter().filter(|id| **id != gone).cloned().collect();
            assert_eq!(seen, expected, "{text}");
            // As it was, for the next order.
            load(&store, &[&patient(gone[1..].parse().unwrap(), "高橋", Some("1990-01-01"))]).await;
        }
    });
}

#[test]
fn a_cursor_is_good_for_its_own_search_only() {
    on_both(async |store| {
        thirty(&store).await;
        let next = page(&store, query("Patient?_sort=birthdate&_count=7")).await.unwrap().next.unwrap();
        let with = |text: &str, cursor: &str| {
            let mut query = query(text);
            query.cursor = Some(cursor.to_owned());
            query
        };
        assert!(page(&store, with("Patient?_sort=birthdate&_count=3", &next)).await.is_ok());
        for (text, cursor) in [
            ("Patient?_sort=-birthdate", next.as_str()),
            ("Patient?_sort=birthdate&name=x", &next),
            ("Patient", &next),
            ("Patient?_sort=birthdate", ""),
            ("Patient?_sort=birthdate", "1"),
            ("Patient?_sort=birthdate", "x' OR 1=1 --"),
            ("Patient?_sort=birthdate", &next.replace(".i", ".t")),
            ("Patient?_sort=birthdate", &format!("{next}.i1")),
            ("Patient?_sort=birthdate", &next.replacen('.', ".+", 2)),
        ] {
            let refused = page(&store, with(text, cursor)).await;
            assert!(matches!(refused, Err(StoreError::Unfit(_))), "{text} {cursor} {refused:?}");
        }
    });
}
