//! Whole answers, kept as golden files.

use super::client::{Client, client, observation, patient};
use crate::api::harness::Answer;

/// What differs from run to run, made the same.
fn masked(client: &Client, text: &str, ids: &[&str]) -> String {
    let mut text = text.to_owned();
    for (n, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("id-{n}"));
    }
    // Origins are random: `k3f9q2wz.1.7` becomes `origin.1.7`.
    let origin = text
        .split("W/\\\"")
        .nth(1)
        .or_else(|| text.split("\"versionId\": \"").nth(1))
        .and_then(|rest| rest.split('.').next())
        .map(str::to_owned);
    if let Some(origin) = origin {
        text = text.replace(&origin, "origin");
    }
    let now = store::instant(client.server.app.now_ms());
    text.replace(&now[..19], "now")
}

fn check(client: &Client, name: &str, answer: &Answer, ids: &[&str]) {
    let pretty = serde_json::to_string_pretty(&answer.json()).unwrap();
    let now = format!("{}\n\n{}\n", answer.status, masked(client, &pretty, ids));
    let path = format!("{}/tests/fhir/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(now == agreed, "{name} changed; read `git diff` after running with KOMAINU_BLESS=1\n{now}");
}

#[tokio::test]
async fn answers_are_as_agreed() {
    let client = client().await;
    let person = client.create(patient()).await;
    let entry = client.create(&observation(&person)).await;
    let ids = [person.as_str(), entry.as_str()];
    check(&client, "read", &client.get(&format!("/fhir/Observation/{entry}")).await, &ids);
    check(
        &client,
        "search",
        &client.get(&format!("/fhir/Observation?patient={person}&_include=Observation:patient&_total=accurate")).await,
        &ids,
    );
    check(&client, "history", &client.get(&format!("/fhir/Patient/{person}/_history")).await, &ids);
    check(&client, "unknown_parameter", &client.get("/fhir/Patient?birthDate=1958").await, &ids);
    check(
        &client,
        "invalid",
        &client.post("/fhir/Patient", r#"{"resourceType":"Patient","gender":"boar","birthDate":"1958-02-30"}"#).await,
        &ids,
    );
    check(&client, "not_json", &client.post("/fhir/Patient", "{\"resourceType\":\"Patient\",").await, &ids);
    check(&client, "stranger", &client.send_as("", "GET", "/fhir/Patient", &[], "").await, &ids);
    let entries =
        r#"{"request":{"method":"GET","url":"Patient/nobody"}},{"request":{"method":"DELETE","url":"Patient/nobody"}}"#;
    check(
        &client,
        "batch",
        &client.post("/fhir", &format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#)).await,
        &ids,
    );
    check(
        &client,
        "transaction_refused",
        &client
            .post("/fhir", &format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#))
            .await,
        &ids,
    );
}
