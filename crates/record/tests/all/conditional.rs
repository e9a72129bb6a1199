//! Conditional create, update and delete, and that nobody can come between the question and the write.

use std::collections::HashMap;

use record::{ErrorKind, Options, Status};
use tokio::task::JoinSet;

use crate::harness::*;

const SYSTEM: &str = "urn:oid:1.2.392.100495.20.3.51";

fn unless(number: &str) -> Options {
    Options { if_none_exist: Some(pairs(&format!("identifier={SYSTEM}|{number}"))), ..Options::default() }
}

#[test]
fn a_conditional_create_finds_what_is_there() {
    on_both(async |record| {
        let ctx = doctor();
        let first = record.create(&ctx, patient("1"), unless("1")).await.unwrap();
        let second = record.create(&ctx, patient("1"), unless("1")).await.unwrap();
        assert_eq!((first.status, second.status), (Status::Created, Status::Existing));
        assert_eq!(id(&first), id(&second));
        create(&record, patient("1")).await;
        assert_eq!(kind(record.create(&ctx, patient("1"), unless("1")).await), ErrorKind::Precondition, "two match");
    });
}

#[test]
fn a_condition_that_would_match_everything_or_says_nothing_is_refused() {
    on_both(async |record| {
        for query in ["_count=1", "_sort=name", "nonsense=1", "_include=Patient:organization"] {
            let options = Options { if_none_exist: Some(pairs(query)), ..Options::default() };
            assert_eq!(kind(record.create(&doctor(), patient("1"), options).await), ErrorKind::BadRequest, "{query}");
        }
        let options = Options { if_none_exist: Some(vec![]), ..Options::default() };
        assert_eq!(kind(record.create(&doctor(), patient("1"), options).await), ErrorKind::BadRequest);
        assert_eq!(
            kind(record.delete_where(&director(), "Patient", &vec![], Options::default()).await),
            ErrorKind::BadRequest
        );
    });
}

#[test]
fn conditional_update_makes_or_changes_exactly_one() {
    on_both(async |record| {
        let ctx = doctor();
        let query = pairs(&format!("identifier={SYSTEM}|7"));
        let made = record.update_where(&ctx, patient("7"), &query, Options::default()).await.unwrap();
        let changed = record.update_where(&ctx, patient("7"), &query, Options::default()).await.unwrap();
        assert_eq!((made.status, changed.status), (Status::Created, Status::Updated));
        assert_eq!(id(&made), id(&changed));
        let mut other = patient("7");
        other.set_id("another");
        assert_eq!(kind(record.update_where(&ctx, other, &query, Options::default()).await), ErrorKind::BadRequest);
    });
}

#[test]
fn conditional_delete_of_several_deletes_none() {
    on_both(async |record| {
        for _ in 0..2 {
            create(&record, patient("9")).await;
        }
        let (ctx, query) = (director(), pairs(&format!("identifier={SYSTEM}|9")));
        assert_eq!(
            kind(record.delete_where(&ctx, "Patient", &query, Options::default()).await),
            ErrorKind::Precondition
        );
        assert_eq!(count(&record, "Patient", "").await, 2);
        let none = pairs(&format!("identifier={SYSTEM}|none"));
        assert_eq!(
            record.delete_where(&ctx, "Patient", &none, Options::default()).await.unwrap().status,
            Status::Nothing
        );
    });
}

/// The duplicates that other servers make under load.
#[test]
fn sixteen_writers_and_a_thousand_keys_make_a_thousand_patients() {
    on_each(async |record, is_embedded| {
        // The hub commits slower and runs the same job code.
        let keys = if is_embedded { 1_000 } else { 100 };
        let mut writers = JoinSet::new();
        for writer in 0..16 {
            let record = record.clone();
            writers.spawn(async move {
                let mut found = HashMap::new();
                for n in 0..keys {
                    // Each writer begins elsewhere, so that they meet at different keys all the time.
                    let number = ((n + writer * 61) % keys).to_string();
                    let done = record.create(&doctor(), patient(&number), unless(&number)).await.unwrap();
                    found.insert(number, (id(&done), done.status));
                }
                found
            });
        }
        let mut by_key: HashMap<String, Vec<(String, Status)>> = HashMap::new();
        while let Some(found) = writers.join_next().await {
            for (key, result) in found.unwrap() {
                by_key.entry(key).or_default().push(result);
            }
        }
        assert_eq!(by_key.len(), keys);
        for (key, results) in by_key {
            let made = results.iter().filter(|(_, status)| *status == Status::Created).count();
            assert_eq!(made, 1, "key {key}");
            assert!(results.iter().all(|(id, _)| *id == results[0].0), "key {key}");
        }
    });
}
