//! What pages that wait are told of writes: types and a count, and never whose.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::harness::{PASSWORD, Server, start};

async fn register(server: &Server, cookies: &str) {
    let patient = json!({ "resourceType": "Patient", "name": [{ "text": "山田 花" }] });
    let request = Request::post("/fhir/Patient")
        .header("content-type", "application/fhir+json")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookies)
        .body(Body::from(patient.to_string()))
        .unwrap();
    assert_eq!(server.send(request).await.status, 201);
}

#[tokio::test]
async fn who_waits_is_told_the_type_and_nothing_of_the_patient() {
    let server = start().await;
    let cookies = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    let now = server.get("/api/changes", &cookies).await.json();
    assert_eq!(now["types"], json!([]));
    let address = format!("/api/changes?after={}", now["count"]);
    let (told, ()) = tokio::join!(server.get(&address, &cookies), register(&server, &cookies));
    assert_eq!(told.json()["types"], json!(["Patient"]));
    assert!(told.json()["count"].as_u64() > now["count"].as_u64());
    assert!(!String::from_utf8(told.body).unwrap().contains("山田"));
}

#[tokio::test]
async fn a_number_of_another_run_gets_all_types_at_once() {
    let server = start().await;
    let cookies = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    register(&server, &cookies).await;
    assert_eq!(server.get("/api/changes?after=4000", &cookies).await.json()["types"], json!(["Patient"]));
    assert_eq!(server.get("/api/changes?after=x", &cookies).await.status, 400);
}
