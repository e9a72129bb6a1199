//! One resource: create, read, update, patch, delete, and what stands in the way.

use fhir::json::Json;
use record::{ErrorKind, Key, Options, Patch, Precondition, Status, etag};

use crate::harness::*;

#[test]
fn a_resource_lives_through_its_versions() {
    on_both(async |record| {
        let ctx = doctor();
        let created = create(&record, patient("1")).await;
        assert_eq!(created.status, Status::Created);
        let id = id(&created);
        let first = record.read(&ctx, "Patient", &id).await.unwrap();
        assert_eq!(first.json, created.stored.as_ref().unwrap().json);

        let mut changed = fhir::Resource::parse(&first.json).unwrap();
        changed.json_mut().insert("gender", "male");
        let updated = record.update(&ctx, changed, Options::default()).await.unwrap();
        assert_eq!(updated.status, Status::Updated);
        assert_ne!(version(&created), version(&updated));
        let old = record.vread(&ctx, "Patient", &id, &version(&created).to_string()).await.unwrap();
        assert_eq!(old.json, first.json, "a version never changes");

        let deleted = record.delete(&director(), "Patient", &id, Options::default()).await.unwrap();
        assert_eq!(deleted.status, Status::Deleted);
        assert_eq!(kind(record.read(&ctx, "Patient", &id).await), ErrorKind::Gone);
        let again = record.delete(&director(), "Patient", &id, Options::default()).await.unwrap();
        assert_eq!(again.status, Status::Nothing, "deleting what is deleted is no error");

        let back = record.update(&ctx, fhir::Resource::parse(&first.json).unwrap(), Options::default()).await.unwrap();
        assert_eq!(back.status, Status::Created, "a deletion is a version like any other, and one may follow it");
        let scope = record::Scope::Instance("Patient", id);
        assert_eq!(record.history(&ctx, scope, &pairs("")).await.unwrap().rows.len(), 4);
    });
}

#[test]
fn what_never_was_is_not_found() {
    on_both(async |record| {
        let ctx = director();
        assert_eq!(kind(record.read(&ctx, "Patient", "nobody").await), ErrorKind::NotFound);
        assert_eq!(kind(record.vread(&ctx, "Patient", "nobody", "00000000.1.1").await), ErrorKind::NotFound);
        assert_eq!(kind(record.vread(&ctx, "Patient", "nobody", "1").await), ErrorKind::NotFound);
        assert_eq!(kind(record.delete(&ctx, "Patient", "nobody", Options::default()).await), ErrorKind::NotFound);
        let patch = Patch::Merge(Json::from([("active", Json::from(true))]));
        assert_eq!(kind(record.patch(&ctx, "Patient", "nobody", patch, Options::default()).await), ErrorKind::NotFound);
        let scope = record::Scope::Instance("Patient", "nobody".to_owned());
        assert_eq!(kind(record.history(&ctx, scope, &pairs("")).await), ErrorKind::NotFound);
    });
}

#[test]
fn of_two_writers_with_one_etag_one_wins() {
    on_both(async |record| {
        let created = create(&record, patient("1")).await;
        let options = Options { precondition: Precondition::Match(version(&created)), ..Options::default() };
        let resource = || fhir::Resource::parse(&created.stored.as_ref().unwrap().json).unwrap();
        let ctx = doctor();
        let (left, right) = tokio::join!(
            record.update(&ctx, resource(), options.clone()),
            record.update(&ctx, resource(), options.clone())
        );
        let lost: Vec<ErrorKind> = [left, right].into_iter().filter_map(|r| r.err().map(|e| e.kind)).collect();
        assert_eq!(lost, [ErrorKind::Precondition]);
        assert_eq!(kind(record.delete(&director(), "Patient", &id(&created), options).await), ErrorKind::Precondition);
        let absent = Options { precondition: Precondition::Absent, ..Options::default() };
        assert_eq!(kind(record.update(&ctx, resource(), absent).await), ErrorKind::Precondition);
        assert!(etag(created.stored.as_ref().unwrap()).starts_with("W/\""));
    });
}

#[test]
fn patches_make_versions_and_bad_ones_nothing() {
    on_both(async |record| {
        let ctx = doctor();
        let id = id(&create(&record, patient("1")).await);
        let json_patch = |text: &str| Patch::Json(json(text.as_bytes()));
        let add = json_patch(r#"[{"op":"add","path":"/gender","value":"male"}]"#);
        record.patch(&ctx, "Patient", &id, add, Options::default()).await.unwrap();
        let merge = Patch::Merge(json(br#"{"birthDate":"1958-04-06"}"#));
        let done = record.patch(&ctx, "Patient", &id, merge, Options::default()).await.unwrap();
        let now = json(&done.stored.unwrap().json);
        assert_eq!((at(&now, &["gender"]), at(&now, &["birthDate"])), ("male", "1958-04-06"));
        for (patch, expected) in [
            (r#"[{"op":"replace","path":"/gender","value":"boar"}]"#, ErrorKind::Invalid),
            (r#"[{"op":"replace","path":"/id","value":"other"}]"#, ErrorKind::Invalid),
            (r#"[{"op":"replace","path":"/resourceType","value":"Person"}]"#, ErrorKind::Invalid),
            (r#"[{"op":"remove","path":"/photo"}]"#, ErrorKind::Invalid),
            (r#"[{"op":"test","path":"/gender","value":"female"}]"#, ErrorKind::Invalid),
            (r#"[{"op":"steal","path":"/gender"}]"#, ErrorKind::BadRequest),
        ] {
            assert_eq!(
                kind(record.patch(&ctx, "Patient", &id, json_patch(patch), Options::default()).await),
                expected,
                "{patch}"
            );
        }
        let scope = record::Scope::Instance("Patient", id);
        assert_eq!(record.history(&ctx, scope, &pairs("")).await.unwrap().rows.len(), 3);
    });
}

#[test]
fn what_is_not_valid_is_not_written() {
    on_both(async |record| {
        for text in [
            r#"{"resourceType":"Observation","status":"final"}"#,
            r#"{"resourceType":"Observation","status":"done","code":{"text":"x"}}"#,
            r#"{"resourceType":"Patient","birthDate":"yesterday"}"#,
            r#"{"resourceType":"Patient","pet":"dog"}"#,
            r#"{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></div>"}}"#,
            r#"{"resourceType":"Parameters"}"#,
        ] {
            let refused = record.create(&director(), parse(text), Options::default()).await;
            assert_eq!(kind(refused), ErrorKind::Invalid, "{text}");
        }
        assert_eq!(count(&record, "Patient", "").await + count(&record, "Observation", "").await, 0);
    });
}

#[test]
fn without_the_duty_nothing_happens_and_the_attempt_is_kept() {
    on_both(async |record| {
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        let nobody = ctx("nobody", &[]);
        let patient = id(&create(&record, patient("1")).await);
        assert_eq!(
            kind(record.create(&clerk, observation(&patient, 60), Options::default()).await),
            ErrorKind::Forbidden
        );
        assert_eq!(kind(record.read(&nobody, "Patient", &patient).await), ErrorKind::Forbidden);
        assert_eq!(
            kind(record.search(&clerk, "Patient", &pairs("_has:Observation:patient:code=8867-4"), None).await),
            ErrorKind::Forbidden
        );
        assert_eq!(count(&record, "Observation", "").await, 0);
    });
}

#[test]
fn a_request_that_comes_twice_is_done_once() {
    on_both(async |record| {
        let ctx = doctor();
        let options = |body: &[u8]| Options {
            key: Some(Key::new(&ctx, "tablet-2.17", &[b"POST", body]).unwrap()),
            ..Options::default()
        };
        let first = record.create(&ctx, patient("1"), options(b"a")).await.unwrap();
        let second = record.create(&ctx, patient("1"), options(b"a")).await.unwrap();
        assert_eq!((first.status, version(&first)), (second.status, version(&second)));
        assert_eq!(first.stored, second.stored, "and answered the same");
        assert_eq!(count(&record, "Patient", "").await, 1);
        assert_eq!(
            kind(record.create(&ctx, patient("2"), options(b"b")).await),
            ErrorKind::Invalid,
            "the key was used for another request"
        );
        let other = nurse();
        let key = Key::new(&other, "tablet-2.17", &[b"POST", b"b"]).unwrap();
        record.create(&other, patient("2"), Options { key: Some(key), ..Options::default() }).await.unwrap();
        assert_eq!(count(&record, "Patient", "").await, 2);
    });
}

#[test]
fn a_refused_request_may_be_sent_again_under_its_key() {
    on_both(async |record| {
        let ctx = director();
        let id = id(&create(&record, patient("1")).await);
        let delete = |precondition| Options {
            precondition,
            key: Some(Key::new(&ctx, "k", &[b"DELETE"]).unwrap()),
            ..Options::default()
        };
        let wrong = Precondition::Match("00000000.1.999".parse().unwrap());
        assert_eq!(kind(record.delete(&ctx, "Patient", &id, delete(wrong)).await), ErrorKind::Precondition);
        assert_eq!(
            record.delete(&ctx, "Patient", &id, delete(Precondition::None)).await.unwrap().status,
            Status::Deleted
        );
    });
}

#[test]
fn every_line_of_the_trail_names_the_patient() {
    on_both(async |record| {
        let ctx = director();
        let own = id(&create(&record, patient("1")).await);
        let entry = create(&record, observation(&own, 60)).await;
        let name = id(&entry);
        record.read(&ctx, "Observation", &name).await.unwrap();
        record.vread(&ctx, "Observation", &name, &version(&entry).to_string()).await.unwrap();
        record.search(&ctx, "Observation", &pairs(&format!("patient={own}")), None).await.unwrap();
        record.finalise(&ctx, "Observation", &name, version(&entry)).await.unwrap();
        assert_eq!(kind(record.delete(&ctx, "Observation", &name, Options::default()).await), ErrorKind::Conflict);
        record.store().settle().await.unwrap();
        let auditor = access::Actor::person("auditor", "監査", &[access::Duty::Auditor]);
        let events = record.store().read::<_, store::StoreError, _>(move |s| {
            s.audit(audit::Event::new(NOW_MS, "auditor", "search", audit::Outcome::Done));
            s.audit_events(&access::decide(&auditor, access::Action::Search, &["AuditEvent"]).unwrap(), None, None, 100)
        });
        let mut events: Vec<audit::Event> = events.await.unwrap().into_iter().map(|(_, event)| event).collect();
        events.reverse();
        let told: Vec<(&str, audit::Outcome)> = events.iter().map(|e| (e.action.as_str(), e.outcome)).collect();
        use audit::Outcome::{Done, Failed};
        let expected = [
            ("create", Done),
            ("create", Done),
            ("read", Done),
            ("vread", Done),
            ("search", Done),
            ("finalise", Done),
            ("delete", Failed),
        ];
        assert_eq!(told, expected, "one line for each, what failed as failed");
        assert!(events.iter().all(|e| e.patient.as_deref() == Some(own.as_str())), "{events:?}");
    });
}

#[test]
fn every_resource_type_of_the_standard_has_its_place_in_the_policy() {
    let unplaced: Vec<&str> = fhir::tables::types().filter(|t| access::Class::of(t).is_none()).collect();
    assert_eq!(unplaced, [""; 0]);
}
