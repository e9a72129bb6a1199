//! Rows of the attack list that are a table of requests. Each shows the safe answer, that nothing was written, and that
//! the server goes on answering.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use access::Duty;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use hyper::body::Frame;
use serde_json::{Value, json};
use server::fhir::ROUTES;

use super::client::{Client, client, cookies, observation, patient};
use super::closed::world;

async fn versions(client: &Client) -> String {
    let vector = client.server.app.store().read::<_, store::StoreError, _>(|s| s.vector()).await;
    format!("{:?}", vector.unwrap())
}

/// Sends everything, holds each status against what is safe, and that nothing was written by it.
async fn check(client: &Client, cookies: &str, requests: &[(&str, String, &str)], safe: &[u16]) {
    let before = versions(client).await;
    for (method, path, body) in requests {
        let answer = client.send_signed_in(cookies, method, path, &[], (*body).to_owned()).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(safe.contains(&answer.status.as_u16()), "{method} {path}: {} {text}", answer.status);
        assert!(!text.contains("SELECT") && !text.contains("sqlite"), "{method} {path}: {text}");
    }
    assert_eq!(versions(client).await, before, "nothing was written");
    assert_eq!(client.send_signed_in(cookies, "GET", "/fhir/metadata", &[], "").await.status, 200, "still there");
}

fn gets(paths: &[&str]) -> Vec<(&'static str, String, &'static str)> {
    paths.iter().map(|path| ("GET", (*path).to_owned(), "")).collect()
}

#[tokio::test]
async fn a03_what_a_duty_may_not_read_is_not_told_by_a_detour() {
    let world = world().await;
    world.client.create(&observation(&world.client.create(patient()).await)).await;
    let detours = gets(&[
        "/fhir/Patient?_has:Observation:patient:code-value-quantity=http://loinc.org|8867-4$gt5",
        "/fhir/Patient?_has:Observation:subject:value-quantity=gt5&_summary=count",
        "/fhir/Patient?_has:Encounter:patient:_has:Observation:encounter:code=8867-4",
        "/fhir/Encounter?_has:Observation:encounter:code=8867-4",
        "/fhir/Observation?subject.name=%E5%B1%B1&_total=accurate",
        "/fhir/Observation?_summary=count",
        "/fhir/Observation?_sort=value-quantity",
        "/fhir/Patient?_revinclude=Observation:patient",
        "/fhir/Patient?_include:iterate=Patient:general-practitioner&_revinclude=Composition:subject",
        "/fhir/Observation/_history",
        "/fhir/Observation/$lastn?patient=x",
        "/fhir/Observation/x/_history/00000000.1.1",
    ]);
    check(&world.client, world.cookies("clerk"), &detours, &[403]).await;
    let text = String::from_utf8(world.get("clerk", "/fhir/_history").await.body).unwrap();
    assert!(!text.contains("\"Observation\""), "nor in the history of everything");
}

#[tokio::test]
async fn a06_without_a_duty_there_is_nothing() {
    let client = client().await;
    client.create(patient()).await;
    client.server.account("nobody", &[]).await;
    let cookies = cookies(&client.server, "nobody").await;
    let all = gets(&[
        "/fhir/Patient",
        "/fhir/_history",
        "/fhir/Patient/x",
        "/fhir/$export",
        "/fhir/AuditEvent",
        "/api/openings",
    ]);
    check(&client, &cookies, &all[..3], &[403]).await;
    check(&client, &cookies, &all[3..5], &[400, 403]).await;
    assert_eq!(client.send_signed_in(&cookies, "GET", "/api/openings", &[], "").await.json(), json!([]));
}

#[tokio::test]
async fn a13_nothing_is_destroyed_and_the_trail_is_nobodys_to_change() {
    let client = client().await;
    client.server.account("chief", &[Duty::Director, Duty::Doctor, Duty::Administrator]).await;
    let cookies = cookies(&client.server, "chief").await;
    let event = r#"{"resourceType":"AuditEvent","id":"a1"}"#;
    let tries = [
        ("POST", "/fhir/AuditEvent".to_owned(), event),
        ("PUT", "/fhir/AuditEvent/a1".to_owned(), event),
        ("DELETE", "/fhir/AuditEvent/a1".to_owned(), ""),
        ("PATCH", "/fhir/AuditEvent/a1".to_owned(), "{}"),
    ];
    check(&client, &cookies, &tries, &[403, 415]).await;
    let id = client.create(patient()).await;
    let erasing = [
        ("POST", format!("/fhir/Patient/{id}/$expunge"), "{}"),
        ("POST", "/fhir/$expunge".to_owned(), "{}"),
        ("DELETE", format!("/fhir/Patient/{id}/_history"), ""),
        ("DELETE", format!("/fhir/Patient/{id}/_history/00000000.1.1"), ""),
        ("DELETE", "/fhir/Patient".to_owned(), ""),
    ];
    check(&client, &cookies, &erasing, &[400, 404, 405, 415]).await;
    let path = format!("/fhir/Patient/{id}");
    assert_eq!(client.send_signed_in(&cookies, "DELETE", &path, &[], "").await.status, 204);
    let kept = client.get(&format!("{path}/_history")).await.json();
    assert_eq!(kept["entry"].as_array().unwrap().len(), 2, "a deletion is a version");
}

#[tokio::test]
async fn c01_a_quote_is_a_character() {
    let client = client().await;
    client.create(&observation(&client.create(patient()).await)).await;
    let cookies = cookies(&client.server, "sato").await;
    const PAYLOADS: [&str; 9] = [
        "'",
        "\"",
        "';--",
        "' OR '1'='1",
        "1;DROP TABLE version",
        "x') UNION SELECT 1,2,3--",
        "\\",
        "?1",
        "%27%20OR%201=1",
    ];
    for payload in PAYLOADS {
        let sent: String = payload.bytes().map(|byte| format!("%{byte:02X}")).collect();
        // As a value it finds nothing; where a word of ours is wanted it is refused.
        for path in
            ["Patient?name=", "Patient?identifier=", "Patient?_id=", "Observation?code=", "Observation?subject="]
        {
            let answer = client.send_signed_in(&cookies, "GET", &format!("/fhir/{path}{sent}"), &[], "").await;
            let found = answer.status == 200 && answer.json().get("entry").is_some();
            assert!(!found && answer.status.as_u16() < 500, "{path}{payload}: {}", answer.status);
        }
        let words: Vec<String> =
            ["_sort=", "_elements=name,", "_count=", "_total=", "_summary=", "_include=", "_cursor=", "birthdate="]
                .iter()
                .map(|word| format!("/fhir/Patient?{word}{sent}"))
                .chain([
                    format!("/fhir/Patient/{sent}"),
                    format!("/fhir/{sent}"),
                    format!("/fhir/Patient/x/_history/{sent}"),
                ])
                .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        check(&client, &cookies, &gets(&words), &[400, 403, 404]).await;
    }
}

#[tokio::test]
async fn c02_wild_characters_are_characters_and_long_words_are_words() {
    let client = client().await;
    client.create(patient()).await;
    let cookies = cookies(&client.server, "sato").await;
    for value in
        ["%25".repeat(3000), "_".repeat(1000), "%28".repeat(1000), "a%2A%20b%2A".to_owned(), "NEAR(a,b)".to_owned()]
    {
        for modifier in ["", ":contains", ":exact"] {
            let path = format!("/fhir/Patient?name{modifier}={value}");
            let answer = client.send_signed_in(&cookies, "GET", &path, &[], "").await;
            let found = answer.status == 200 && answer.json().get("entry").is_some();
            assert!(!found && answer.status.as_u16() < 500, "{modifier}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn c06_no_address_leads_out_of_the_page() {
    let client = client().await;
    let cookies = cookies(&client.server, "sato").await;
    for path in [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%252e%252e/etc/passwd",
        "/assets/..%5c..%5cboot.ini",
        "/assets/%00",
        "/C:%5cboot.ini",
        "/fhir/Patient/..%2f..%2fkey.json",
        "/fhir/$export/..%2f..%2fx/Patient.ndjson",
    ] {
        let answer = client.send_signed_in(&cookies, "GET", path, &[], "").await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let is_page = answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        assert!(answer.status.as_u16() >= 400 || is_page, "{path}: {}", answer.status);
        assert!(!text.contains("root:") && !text.contains("\"sealed\""), "{path}");
    }
}

#[tokio::test]
async fn c07_no_xml_is_read_at_all() {
    let client = client().await;
    let before = versions(&client).await;
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient>&x;</Patient>"#;
    for kind in
        ["application/fhir+xml", "application/xml", "text/xml", "text/xml; charset=utf-16", "application/soap+xml"]
    {
        let answer = client.send("POST", "/fhir/Patient", &[("content-type", kind)], bomb).await;
        assert_eq!(answer.status, 415, "{kind}");
    }
    assert_eq!(client.send("POST", "/fhir/Patient", &[], bomb).await.status, 400, "nor under another name");
    assert_eq!(versions(&client).await, before);
}

#[tokio::test]
async fn c08_a_strangers_body_is_not_even_read() {
    let client = client().await;
    for route in ROUTES {
        let read = Arc::new(AtomicUsize::new(0));
        let stream = Body::new(Told(Arc::clone(&read)));
        let path = route.path.replace("{type}", "Patient").replace("{id}", "x").replace("{other}", "Observation");
        let path = path.replace("{version}", "1").replace("{job}", "x").replace("{file}", "x");
        let request =
            Request::builder().method(route.method.clone()).uri(&path).header("content-type", "application/fhir+json");
        let answer = client.server.send(request.body(stream).unwrap()).await;
        assert_eq!(answer.status, 401, "{} {path}", route.method);
        assert_eq!(read.load(Ordering::SeqCst), 0, "{} {path}", route.method);
    }
}

/// A body that counts how often it is asked for more.
struct Told(Arc<AtomicUsize>);

impl HttpBody for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(None)
    }
}

#[tokio::test]
async fn c09_depth_is_refused_before_it_is_walked() {
    let client = client().await;
    let before = versions(&client).await;
    for depth in [65, 128, 10_000] {
        let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let extension = format!("{}{}", r#"{"url":"x","extension":["#.repeat(depth), "]}".repeat(depth));
        for body in [
            format!(r#"{{"resourceType":"Patient","x":{nested}}}"#),
            format!(r#"{{"resourceType":"Patient","extension":[{extension}]}}"#),
            format!(r#"{{"resourceType":"Bundle","type":"batch","entry":{nested}}}"#),
        ] {
            let path = if body.contains("Bundle") { "/fhir" } else { "/fhir/Patient" };
            assert!(matches!(client.send("POST", path, &[], body).await.status.as_u16(), 400 | 413), "{depth}");
        }
        let filter = format!("/fhir/Patient?_filter={}", "(".repeat(depth.min(4000)));
        assert!(matches!(client.get(&filter).await.status.as_u16(), 400 | 414 | 431), "{depth}");
    }
    assert_eq!(versions(&client).await, before);
}

#[tokio::test]
async fn d09_no_other_origin_is_let_in() {
    let client = client().await;
    let cookies = cookies(&client.server, "sato").await;
    for origin in
        ["null", "https://evil.example", "https://localhost.evil.example", "https://localhost:8443", "http://localhost"]
    {
        for (method, path) in [
            ("GET", "/fhir/Patient"),
            ("OPTIONS", "/fhir/Patient"),
            ("GET", "/api/session"),
            ("OPTIONS", "/api/session"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header("origin", origin)
                .header("cookie", &cookies)
                .header("access-control-request-method", "POST");
            let answer = client.server.send(request.body(Body::empty()).unwrap()).await;
            let allowed: Vec<_> =
                answer.headers.keys().filter(|name| name.as_str().starts_with("access-control")).collect();
            assert!(allowed.is_empty(), "{method} {path} from {origin}: {allowed:?}");
        }
    }
}

#[tokio::test]
async fn a02_foreign_ids_in_a_list_add_nothing() {
    let world = world().await;
    for id in ["p1", "p2"] {
        world.put(&super::closed::patient(id, "山田")).await;
        world.put(&super::closed::observation(&format!("o-{id}"), id, 60)).await;
    }
    world.seal("p1", true).await;
    for query in [
        "patient=p1",
        "subject=Patient/p1",
        "subject:Patient=p1",
        "subject=https://localhost/fhir/Patient/p1",
        "patient.identifier=p1",
        "patient._id=p1",
        "_id=o-p1",
        "subject.name=%E5%B1%B1&_id=o-p1",
    ] {
        let answer = world.get("nurse", &format!("/fhir/Observation?{query}&_total=accurate")).await;
        if answer.status == 200 {
            let found: Value = answer.json();
            assert_eq!((&found["total"], found.get("entry")), (&json!(0), None), "{query}");
        } else {
            assert_eq!(answer.status, 400, "{query}");
        }
    }
    for query in ["patient=p1,p2", "patient=p1%2Cp2", "_id=o-p1,o-p2", "subject:Patient=p2,p1"] {
        let found = world.get("nurse", &format!("/fhir/Observation?{query}&_total=accurate")).await.json();
        assert_eq!((&found["total"], found["entry"].as_array().unwrap().len()), (&json!(1), 1), "{query}");
    }
    let form = world
        .client
        .send_signed_in(
            world.cookies("nurse"),
            "POST",
            "/fhir/Observation/_search",
            &[("content-type", "application/x-www-form-urlencoded")],
            "patient=p1%2Cp2&_total=accurate",
        )
        .await;
    assert_eq!(form.json()["total"], 1);
}
