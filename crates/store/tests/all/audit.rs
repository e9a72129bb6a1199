//! One line for everything that was done or tried.

use access::Action;
use audit::{Event, Outcome};
use store::{Draft, Expect, Kind, Store, StoreError};

use crate::harness::{event, get, on_both, patient, permit, put};

/// All events so far, oldest first.
async fn events(store: &Store) -> Vec<Event> {
    store.settle().await.unwrap();
    let events = store
        .read::<_, StoreError, _>(|snapshot| {
            snapshot.audit(event("audit"));
            snapshot.audit_events(&permit(Action::Read), None, None, 1000)
        })
        .await
        .unwrap();
    events.into_iter().rev().map(|(_, event)| event).collect()
}

#[test]
fn what_was_done_and_what_was_tried_are_on_the_log() {
    on_both(async |store| {
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap_err();
        get(&store, "Patient", "a").await.unwrap();
        let refused: Result<(), StoreError> = store
            .read(|snapshot| {
                snapshot.audit(Event { outcome: Outcome::Refused, ..event("read") });
                Err(StoreError::NotPermitted("Patient".to_owned()))
            })
            .await;
        refused.unwrap_err();
        let seen: Vec<_> = events(&store).await.into_iter().map(|event| (event.action, event.outcome)).collect();
        let expected = [
            ("update", Outcome::Done),
            ("update", Outcome::Failed),
            ("read", Outcome::Done),
            ("read", Outcome::Refused),
        ];
        assert_eq!(seen, expected.map(|(action, outcome)| (action.to_owned(), outcome)));
        let key = store.audit_key();
        store.settle().await.unwrap();
        let verified = store.read::<_, StoreError, _>(move |snapshot| snapshot.verify_audit(&key, &[])).await;
        assert_eq!(verified.unwrap().events, 5);
    });
}

#[test]
fn a_write_puts_its_versions_under_the_logs_signature() {
    on_both(async |store| {
        let drafts = ["a", "b", "c"].map(|id| Draft::prepare(patient(id, "佐藤"), Kind::Create).unwrap());
        let written = store
            .write::<_, StoreError, _>(move |tx| {
                tx.audit(event("transaction"));
                let permit = permit(Action::Create);
                drafts.into_iter().map(|draft| tx.append(&permit, draft, Expect::Absent)).collect::<Result<Vec<_>, _>>()
            })
            .await
            .unwrap();
        let line = events(&store).await.remove(0).written.unwrap();
        assert_eq!((line.origin, line.seq), (written[0].version.origin.to_string(), written[0].version.seq));
        assert_eq!((line.count, line.digest.len()), (3, 64));
    });
}

#[test]
fn a_patients_events_are_found() {
    on_both(async |store| {
        put(&store, patient("a", "佐藤"), Kind::Create, Expect::Absent).await.unwrap();
        for (action, who) in [("one", Some("a")), ("two", None), ("three", Some("a")), ("four", Some("nobody"))] {
            let event = Event { patient: who.map(str::to_owned), ..event(action) };
            store
                .read::<_, StoreError, _>(move |snapshot| {
                    snapshot.audit(event.clone());
                    Ok(())
                })
                .await
                .unwrap();
        }
        store.settle().await.unwrap();
        let seen = store
            .read::<_, StoreError, _>(|snapshot| {
                snapshot.audit(event("audit"));
                let permit = permit(Action::Read);
                let all = snapshot.audit_events(&permit, Some("a"), None, 10)?;
                let rest = snapshot.audit_events(&permit, Some("a"), Some(all[0].0), 10)?;
                let unknown = snapshot.audit_events(&permit, Some("nobody"), None, 10)?;
                Ok([all, rest, unknown].map(|page| page.into_iter().map(|(_, event)| event.action).collect::<Vec<_>>()))
            })
            .await
            .unwrap();
        assert_eq!(seen, [vec!["three", "one"], vec!["one"], vec![]]);
    });
}
