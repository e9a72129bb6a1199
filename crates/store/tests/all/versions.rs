//! Versions: appended, found, never lost.

use access::Action;
use store::{Draft, Expect, HistoryScope, Kind, StoreError};

use crate::harness::{event, get, on_both, patient, permit, put};

#[test]
fn what_was_written_is_read() {
    on_both(async |store| {
        let written = put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let read = get(&store, "Patient", "a").await.unwrap().unwrap();
        assert_eq!(read, written);
        assert_eq!((read.kind, read.author.as_str(), read.version.seq), (Kind::Create, "sato", 1));
        assert!(get(&store, "Patient", "b").await.unwrap().is_none());
        assert!(get(&store, "Observation", "a").await.unwrap().is_none());
    });
}

#[test]
fn every_version_stays_readable() {
    on_both(async |store| {
        let first = put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let second = put(&store, patient("a", "鈴木"), Kind::Update, Expect::Head(first.version)).await.unwrap();
        let deletion = Draft::deletion("Patient", "a").unwrap();
        let third = store
            .write(move |tx| {
                tx.audit(event("delete"));
                tx.append(&permit(Action::Delete), deletion, Expect::Head(second.version))
            })
            .await
            .unwrap();
        assert_eq!(get(&store, "Patient", "a").await.unwrap().unwrap().kind, Kind::Delete);
        let newest_first = [third.version, second.version, first.version];
        let seen = store
            .read::<_, StoreError, _>(move |snapshot| {
                snapshot.audit(event("history"));
                let permit = permit(Action::History);
                let old = snapshot.version(&permit, "Patient", "a", first.version)?.unwrap();
                assert_eq!(old, first);
                assert!(snapshot.version(&permit, "Patient", "b", first.version)?.is_none());
                let mut seen = Vec::new();
                for scope in
                    [HistoryScope::Instance("Patient", "a"), HistoryScope::Type("Patient"), HistoryScope::System]
                {
                    let page = snapshot.history(&permit, scope, None, None, 2)?;
                    let rest = snapshot.history(&permit, scope, None, page.next.as_deref(), 2)?;
                    assert_eq!(rest.next, None);
                    seen.push([page.rows, rest.rows].concat().iter().map(|row| row.version).collect::<Vec<_>>());
                }
                Ok(seen)
            })
            .await
            .unwrap();
        assert_eq!(seen, vec![newest_first.to_vec(); 3]);
    });
}

#[test]
fn a_write_that_expects_something_else_is_refused() {
    on_both(async |store| {
        let first = put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        let second = put(&store, patient("a", "鈴木"), Kind::Update, Expect::Any).await.unwrap();
        let conflict = Err(StoreError::Conflict { found: Some(second.version) });
        assert_eq!(put(&store, patient("a", "高橋"), Kind::Update, Expect::Head(first.version)).await, conflict);
        assert_eq!(put(&store, patient("a", "高橋"), Kind::Create, Expect::Absent).await, conflict);
        let missing = put(&store, patient("b", "高橋"), Kind::Update, Expect::Head(first.version)).await;
        assert_eq!(missing, Err(StoreError::Conflict { found: None }));
    });
}

#[test]
fn after_finalising_only_an_amendment_may_follow() {
    on_both(async |store| {
        put(&store, patient("a", "佐藤"), Kind::Finalise, Expect::Absent).await.unwrap();
        for kind in [Kind::Update, Kind::Delete, Kind::Finalise, Kind::Merge] {
            assert_eq!(put(&store, patient("a", "鈴木"), kind, Expect::Any).await, Err(StoreError::Finalised));
        }
        put(&store, patient("a", "鈴木"), Kind::Amend, Expect::Any).await.unwrap();
        assert_eq!(put(&store, patient("a", "高橋"), Kind::Update, Expect::Any).await, Err(StoreError::Finalised));
    });
}

#[test]
fn a_failed_job_leaves_nothing_and_numbers_stay_contiguous() {
    on_both(async |store| {
        for family in ["佐藤", "鈴木"] {
            let draft = Draft::prepare(patient("a", family), Kind::Update).unwrap();
            let failed: Result<(), StoreError> = store
                .write(move |tx| {
                    tx.audit(event("update"));
                    tx.append(&permit(Action::Update), draft, Expect::Any)?;
                    Err(StoreError::Unfit("changed my mind"))
                })
                .await;
            assert_eq!(failed, Err(StoreError::Unfit("changed my mind")));
        }
        assert!(get(&store, "Patient", "a").await.unwrap().is_none());
        let written = put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        assert_eq!(written.version.seq, 1);
    });
}

#[test]
fn a_job_that_panics_does_not_take_the_writer_with_it() {
    on_both(async |store| {
        let draft = Draft::prepare(patient("a", "佐藤"), Kind::Create).unwrap();
        let panicked: Result<(), StoreError> = store
            .write(move |tx| {
                tx.audit(event("update"));
                tx.append(&permit(Action::Update), draft, Expect::Any)?;
                panic!("a mistake in a job")
            })
            .await;
        assert_eq!(panicked, Err(StoreError::Panicked));
        assert!(get(&store, "Patient", "a").await.unwrap().is_none());
        let panicked: Result<(), StoreError> = store.read(|_| panic!("a mistake in a job")).await;
        assert_eq!(panicked, Err(StoreError::Panicked));
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
    });
}

#[test]
fn records_are_not_touched_without_an_audit_event() {
    on_both(async |store| {
        let draft = Draft::prepare(patient("a", "佐藤"), Kind::Create).unwrap();
        let write = store.write(move |tx| tx.append(&permit(Action::Create), draft, Expect::Any)).await;
        assert_eq!(write, Err(StoreError::Unaudited));
        let read = store.read(|snapshot| snapshot.head(&permit(Action::Read), "Patient", "a")).await;
        assert_eq!(read, Err(StoreError::Unaudited));
        assert!(get(&store, "Patient", "a").await.unwrap().is_none());
    });
}
