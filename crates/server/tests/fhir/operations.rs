//! Operations, over HTTP.

use serde_json::json;

use super::client::{assert_outcome, client, cookies, observation, patient};

#[tokio::test]
async fn an_entry_is_finalised_by_a_doctor_who_has_seen_it_and_then_amended() {
    let client = client().await;
    let patient = client.create(patient()).await;
    let entry = client.post("/fhir/Observation", &observation(&patient)).await;
    let (id, etag) =
        (entry.json()["id"].as_str().unwrap().to_owned(), entry.headers["etag"].to_str().unwrap().to_owned());
    let path = format!("/fhir/Observation/{id}");
    assert_outcome(
        &client.send("POST", &format!("{path}/$finalise"), &[("if-match", &etag)], "{}").await,
        403,
        "a program signs nothing",
    );
    let sato = cookies(&client.server, "sato").await;
    assert_outcome(
        &client.send_signed_in(&sato, "POST", &format!("{path}/$finalise"), &[], "{}").await,
        428,
        "which version?",
    );
    let done = client.send_signed_in(&sato, "POST", &format!("{path}/$finalise"), &[("if-match", &etag)], "{}").await;
    assert_eq!(done.status, 200, "{}", String::from_utf8_lossy(&done.body));
    let refused = client.send("PUT", &path, &[], String::from_utf8(done.body.clone()).unwrap()).await;
    assert_outcome(&refused, 409, "finalised");
    assert!(refused.json()["issue"][0]["diagnostics"].as_str().unwrap().contains("$amend"));
    let mut amended = done.json();
    amended["valueQuantity"]["value"] = json!(61);
    let parameters = json!({"resourceType": "Parameters", "parameter": [{"name": "reason", "valueString": "読み違い"}, {"name": "resource", "resource": amended}]});
    let seen = done.headers["etag"].to_str().unwrap();
    let done = client
        .send_signed_in(&sato, "POST", &format!("{path}/$amend"), &[("if-match", seen)], parameters.to_string())
        .await;
    assert_eq!(
        (done.status.as_u16(), done.json()["valueQuantity"]["value"].as_i64()),
        (200, Some(61)),
        "{}",
        String::from_utf8_lossy(&done.body)
    );
    assert_eq!(client.get(&format!("{path}/_history")).await.json()["entry"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn two_registrations_become_one_and_two_again() {
    let client = client().await;
    let (kept, gone) = (client.create(patient()).await, client.create(patient()).await);
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "target-patient", "valueReference": {"reference": format!("Patient/{kept}")}},
        {"name": "source-patient", "valueReference": {"reference": format!("Patient/{gone}")}},
    ]})
    .to_string();
    assert_eq!(client.post("/fhir/Patient/$merge", &parameters).await.status, 200);
    assert_eq!(client.get(&format!("/fhir/Patient/{gone}")).await.json()["active"], false);
    assert_outcome(&client.post("/fhir/Patient/$merge", &parameters).await, 409, "again");
    assert_eq!(client.post("/fhir/Patient/$unmerge", &parameters).await.status, 200);
    assert_eq!(client.get(&format!("/fhir/Patient/{gone}")).await.json()["active"], true);
    assert_outcome(&client.post("/fhir/Patient/$merge", "{}").await, 400, "who?");
    assert_outcome(&client.post("/fhir/Observation/$merge", &parameters).await, 404, "not for observations");
}

#[tokio::test]
async fn validation_answers_what_it_finds_and_stores_nothing() {
    let client = client().await;
    let good = client.post("/fhir/Patient/$validate", patient()).await;
    assert_eq!((good.status.as_u16(), good.json()["issue"][0]["severity"].as_str()), (200, Some("information")));
    let bad = client.post("/fhir/Patient/$validate", r#"{"resourceType":"Patient","gender":"boar"}"#).await;
    assert_eq!((bad.status.as_u16(), bad.json()["issue"][0]["severity"].as_str()), (200, Some("error")));
    assert_eq!(client.get("/fhir/Patient?_total=accurate").await.json()["total"], 0);
}

#[tokio::test]
async fn an_export_is_asked_for_fetched_and_forgotten() {
    let client = client().await;
    let patient = client.create(patient()).await;
    client.create(&observation(&patient)).await;
    assert_outcome(&client.get("/fhir/$export").await, 400, "only asynchronously");
    let started = client.send("GET", "/fhir/$export", &[("prefer", "respond-async")], "").await;
    assert_eq!(started.status, 202);
    let place =
        started.headers["content-location"].to_str().unwrap().strip_prefix("https://localhost").unwrap().to_owned();
    let manifest = client.get(&place).await.json();
    let urls: Vec<&str> =
        manifest["output"].as_array().unwrap().iter().map(|file| file["url"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), 2);
    for url in urls {
        let file = client.get(url.strip_prefix("https://localhost").unwrap()).await;
        assert_eq!(file.headers["content-type"], "application/fhir+ndjson");
        assert_eq!(file.body.iter().filter(|b| **b == b'\n').count(), 1, "{url}");
    }
    assert_eq!(client.send("DELETE", &place, &[], "").await.status, 202);
    assert_outcome(&client.get(&place).await, 404, "forgotten");
}

#[tokio::test]
async fn lines_are_imported_while_they_arrive() {
    let client = client().await;
    let lines: Vec<String> = (0..1_200).map(|n| patient().replace("\"1\"", &format!("\"{n}\""))).collect();
    let kind = [("content-type", "application/fhir+ndjson")];
    let body = format!("{}\nnonsense\n", lines.join("\n"));
    let answer = client.send("POST", "/fhir/$import", &kind, body.clone()).await;
    assert_eq!(answer.json()["issue"][0]["diagnostics"], "1200 written, 0 there already, 1 refused");
    assert_eq!(answer.json()["issue"][1]["expression"][0], "line 1201");
    let again = client.send("POST", "/fhir/$import", &kind, body).await;
    assert_eq!(again.json()["issue"][0]["diagnostics"], "0 written, 1200 there already, 1 refused");
}
