//! Transactions and batches.

use fhir::json::Json;
use record::{Ctx, ErrorKind, Key, Limits, Record};

use crate::harness::*;

const BASE: &str = "https://clinic.example/fhir";

async fn post(record: &Record, ctx: &Ctx, kind: &str, entries: &[String]) -> Result<Json, record::Error> {
    let text = format!(r#"{{"resourceType":"Bundle","type":"{kind}","entry":[{}]}}"#, entries.join(","));
    record.bundle(ctx, text.as_bytes(), BASE, None, false).await.map(|bytes| json(&bytes))
}

fn entry(full_url: &str, method: &str, url: &str, resource: &str, more: &str) -> String {
    let full_url = if full_url.is_empty() { String::new() } else { format!(r#""fullUrl":"{full_url}","#) };
    let resource = if resource.is_empty() { String::new() } else { format!(r#""resource":{resource},"#) };
    format!(r#"{{{full_url}{resource}"request":{{"method":"{method}","url":"{url}"{more}}}}}"#)
}

fn text(resource: &fhir::Resource) -> String {
    String::from_utf8(resource.to_vec()).unwrap()
}

/// `Type/id` of an answered entry.
fn location(answer: &Json, index: usize) -> String {
    let location = at(&entries(answer)[index], &["response", "location"]);
    location.strip_prefix(&format!("{BASE}/")).unwrap().split("/_history").next().unwrap().to_owned()
}

fn status(answer: &Json, index: usize) -> &str {
    at(&entries(answer)[index], &["response", "status"])
}

#[test]
fn entries_refer_to_each_other_in_any_order_and_in_circles() {
    on_both(async |record| {
        let (a, b) = ("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059");
        let link = |other: &str| {
            format!(r#"{{"resourceType":"Patient","link":[{{"other":{{"reference":"{other}"}},"type":"seealso"}}]}}"#)
        };
        let measured = observation_text("x", 60).replace("Patient/x", a);
        let sent = [
            entry("", "POST", "Observation", &measured, ""),
            entry(a, "POST", "Patient", &link(b), ""),
            entry(b, "POST", "Patient", &link(a), ""),
        ];
        let answer = post(&record, &director(), "transaction", &sent).await.unwrap();
        assert_eq!((0..3).map(|i| status(&answer, i)).collect::<Vec<_>>(), ["201 Created"; 3]);
        let get = async |name: &str| {
            let (resource_type, id) = name.split_once('/').unwrap();
            json(&record.read(&director(), record::url::resource_type(resource_type).unwrap(), id).await.unwrap().json)
        };
        let (observation, first, second) =
            (get(&location(&answer, 0)).await, get(&location(&answer, 1)).await, get(&location(&answer, 2)).await);
        assert_eq!(at(&observation, &["subject", "reference"]), location(&answer, 1));
        let other = |patient: &Json| at(&patient.get("link").unwrap().items()[0], &["other", "reference"]).to_owned();
        assert_eq!((other(&first), other(&second)), (location(&answer, 2), location(&answer, 1)));
    });
}

#[test]
fn one_bad_entry_undoes_a_transaction_and_is_named() {
    on_both(async |record| {
        let good = || entry("", "POST", "Patient", &text(&patient("1")), "");
        for (bad, expected) in [
            (entry("", "POST", "Patient", r#"{"resourceType":"Patient","pet":1}"#, ""), ErrorKind::Invalid),
            (entry("", "DELETE", "Patient/nobody", "", ""), ErrorKind::NotFound),
            (
                entry(
                    "",
                    "PUT",
                    "Patient/p",
                    r#"{"resourceType":"Patient","id":"p"}"#,
                    r#","ifMatch":"W/\"00000000.1.9\"""#,
                ),
                ErrorKind::Precondition,
            ),
            (
                entry(
                    "",
                    "POST",
                    "Observation",
                    &observation_text("x", 60).replace("Patient/x", "urn:uuid:00000000-0000-4000-8000-000000000000"),
                    "",
                ),
                ErrorKind::BadRequest,
            ),
            (
                entry(
                    "",
                    "POST",
                    "Observation",
                    &observation_text("x", 60).replace("Patient/x", "Patient?identifier=none"),
                    "",
                ),
                ErrorKind::Precondition,
            ),
            (entry("", "GET", "Patient?pet=dog", "", ""), ErrorKind::BadRequest),
        ] {
            let error = post(&record, &director(), "transaction", &[good(), bad.clone()]).await.unwrap_err();
            assert_eq!(error.kind, expected, "{bad}: {}", error.what);
            let is_read = bad.contains("GET");
            assert!(error.entry == Some(1) || expected == ErrorKind::Precondition, "{bad}: {:?}", error.entry);
            assert_eq!(count(&record, "Patient", "").await, usize::from(is_read), "{bad}");
            if is_read {
                // Reads come after the writes; a read that cannot be understood is refused before any of them.
                break;
            }
        }
    });
}

#[test]
fn a_transaction_deletes_first_and_reads_last() {
    on_both(async |record| {
        let old = id(&create(&record, patient("1")).await);
        let new = text(&patient("2"));
        let sent = [
            entry("", "GET", "Patient", "", ""),
            entry("", "PUT", "Patient/fixed", &new.replacen(r#""Patient""#, r#""Patient","id":"fixed""#, 1), ""),
            entry("", "DELETE", &format!("Patient/{old}"), "", ""),
            entry("", "GET", "Patient/fixed", "", ""),
        ];
        let answer = post(&record, &director(), "transaction", &sent).await.unwrap();
        assert_eq!(
            (0..4).map(|i| status(&answer, i)).collect::<Vec<_>>(),
            ["200 OK", "201 Created", "204 No Content", "200 OK"]
        );
        let found = entries(&answer)[0].get("resource").unwrap();
        assert_eq!(entries(found).len(), 1, "the deleted one is gone, the new one is there");
        assert_eq!(at(&entries(&answer)[3], &["resource", "id"]), "fixed");
    });
}

#[test]
fn the_same_resource_twice_or_the_same_name_twice_is_refused() {
    on_both(async |record| {
        let put = || entry("", "PUT", "Patient/a", r#"{"resourceType":"Patient","id":"a"}"#, "");
        let named =
            || entry("urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a", "POST", "Patient", &text(&patient("1")), "");
        let condition = || entry("", "POST", "Patient", &text(&patient("1")), r#","ifNoneExist":"identifier=1""#);
        for sent in [
            [put(), put()],
            [put(), entry("", "DELETE", "Patient/a", "", "")],
            [named(), named()],
            [condition(), condition()],
        ] {
            let error = post(&record, &director(), "transaction", &sent).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadRequest, "{}", error.what);
        }
        assert_eq!(count(&record, "Patient", "").await, 0);
    });
}

#[test]
fn conditions_are_resolved_inside_the_job() {
    on_both(async |record| {
        let there = id(&create(&record, patient("1")).await);
        let name = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";
        let system = "urn:oid:1.2.392.100495.20.3.51";
        let unless = |number: &str| format!(r#","ifNoneExist":"identifier={system}|{number}""#);
        let measured = |subject: &str| observation_text("x", 60).replace("Patient/x", subject);
        let sent = [
            entry(name, "POST", "Patient", &text(&patient("1")), &unless("1")),
            entry("", "POST", "Observation", &measured(name), ""),
            entry("", "POST", "Observation", &measured(&format!("Patient?identifier={system}|1")), ""),
            // Not there yet: made by this very bundle.
            entry("", "POST", "Patient", &text(&patient("2")), ""),
            entry("", "POST", "Observation", &measured(&format!("Patient?identifier={system}|2")), ""),
        ];
        let answer = post(&record, &director(), "transaction", &sent).await.unwrap();
        assert_eq!(status(&answer, 0), "200 OK", "found, not made");
        assert_eq!(location(&answer, 0), format!("Patient/{there}"));
        assert_eq!(count(&record, "Observation", &format!("patient={there}")).await, 2);
        let second = location(&answer, 3);
        assert_eq!(count(&record, "Observation", &format!("subject={second}")).await, 1);
        // The same again finds both patients; a transaction is not repeatable, its conditions are.
        let answer = post(&record, &director(), "transaction", &sent[..3]).await.unwrap();
        assert_eq!(location(&answer, 0), format!("Patient/{there}"));
        let put = entry(name, "PUT", &format!("Patient?identifier={system}|2"), &text(&patient("2")), "");
        let answer =
            post(&record, &director(), "transaction", &[put, entry("", "POST", "Observation", &measured(name), "")])
                .await
                .unwrap();
        assert_eq!(location(&answer, 0), second);
        assert_eq!(count(&record, "Observation", &format!("subject={second}")).await, 2);
    });
}

#[test]
fn batch_entries_stand_each_for_itself() {
    on_both(async |record| {
        let sent = [
            entry("", "POST", "Patient", &text(&patient("1")), ""),
            entry("", "GET", "Patient/nobody", "", ""),
            entry("", "POST", "Patient", r#"{"resourceType":"Patient","pet":1}"#, ""),
            "{}".to_owned(),
            entry("", "GET", "Patient?pet=dog", "", ""),
            entry("", "POST", "Patient", &text(&patient("2")), ""),
        ];
        let answer = post(&record, &director(), "batch", &sent).await.unwrap();
        let statuses: Vec<&str> = (0..6).map(|i| &status(&answer, i)[..3]).collect();
        assert_eq!(statuses, ["201", "404", "422", "400", "400", "201"]);
        assert_eq!(at(&entries(&answer)[1], &["response", "outcome", "resourceType"]), "OperationOutcome");
        assert_eq!(count(&record, "Patient", "").await, 2);
    });
}

#[test]
fn a_batch_asks_for_each_right_and_a_transaction_for_all() {
    on_both(async |record| {
        let clerk = ctx("clerk", &[access::Duty::Clerk]);
        let sent = [
            entry("", "POST", "Patient", &text(&patient("1")), ""),
            entry("", "POST", "Observation", &observation_text("x", 60), ""),
        ];
        assert_eq!(post(&record, &clerk, "transaction", &sent).await.unwrap_err().kind, ErrorKind::Forbidden);
        assert_eq!(count(&record, "Patient", "").await, 0);
        let answer = post(&record, &clerk, "batch", &sent).await.unwrap();
        assert_eq!((&status(&answer, 0)[..3], &status(&answer, 1)[..3]), ("201", "403"));
    });
}

#[test]
fn a_repeated_transaction_is_done_once() {
    on_both(async |record| {
        let ctx = director();
        let text = format!(
            r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#,
            entry("", "POST", "Patient", &text(&patient("1")), "")
        );
        let key = || Some(Key::new(&ctx, "t-1", &[text.as_bytes()]).unwrap());
        let first = record.bundle(&ctx, text.as_bytes(), BASE, key(), true).await.unwrap();
        let second = record.bundle(&ctx, text.as_bytes(), BASE, key(), true).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(count(&record, "Patient", "").await, 1);
    });
}

#[test]
fn too_many_entries_are_refused_before_they_are_read() {
    on_both(async |record| {
        let small = Record::new(record.store().clone(), Limits { bundle_entries: 3, ..Limits::default() });
        let sent = vec![entry("", "POST", "Patient", &text(&patient("1")), ""); 4];
        assert_eq!(post(&small, &director(), "batch", &sent).await.unwrap_err().kind, ErrorKind::TooLarge);
        post(&small, &director(), "batch", &sent[..3]).await.unwrap();
    });
}

#[test]
fn patches_in_a_bundle() {
    on_both(async |record| {
        let id = id(&create(&record, patient("1")).await);
        let data = "W3sib3AiOiJhZGQiLCJwYXRoIjoiL2dlbmRlciIsInZhbHVlIjoibWFsZSJ9XQ==";
        let binary =
            format!(r#"{{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{data}"}}"#);
        let answer =
            post(&record, &director(), "transaction", &[entry("", "PATCH", &format!("Patient/{id}"), &binary, "")])
                .await
                .unwrap();
        assert_eq!(status(&answer, 0), "200 OK");
        assert_eq!(count(&record, "Patient", "gender=male").await, 1);
    });
}
