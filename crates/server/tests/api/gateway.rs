//! Rules of this computer over HTTP, as far as no kernel is needed; with one, the page's own tests go all the way.

use access::Duty;
use audit::Outcome;
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::harness::{Answer, PASSWORD, Server, post, start, start_gateway};

const ROUTER: &str = include_str!("../../../clinic/patterns/floors.toml");

async fn administrator(server: &Server) -> String {
    server.account("kanri", &[Duty::Administrator]).await;
    server.sign_in("kanri", PASSWORD, "").await.cookies()
}

async fn ask(server: &Server, method: &str, path: &str, cookies: &str, body: serde_json::Value, tag: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/network{path}"))
        .header("content-type", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookies)
        .header(if tag.is_empty() { "if-none-match" } else { "if-match" }, if tag.is_empty() { "*" } else { tag })
        .body(Body::from(body.to_string()))
        .unwrap();
    server.send(request).await
}

async fn declare(server: &Server, cookies: &str) -> String {
    let saved = ask(server, "PUT", "", cookies, json!({ "text": ROUTER, "why": "はじめに" }), "").await;
    saved.headers["etag"].to_str().unwrap().to_owned()
}

const CHANGES: [(&str, &str); 5] = [
    ("POST", "/gateway/trial"),
    ("DELETE", "/gateway/trial"),
    ("POST", "/gateway/confirmation"),
    ("POST", "/gateway/openings"),
    ("DELETE", "/gateway/openings/netcare"),
];

fn body(path: &str) -> serde_json::Value {
    match path {
        "/gateway/trial" => json!({ "why": "試し", "seconds": 60 }),
        _ => json!({ "vendor": "netcare", "minutes": 60, "why": "障害対応" }),
    }
}

#[tokio::test]
async fn elsewhere_nothing_is_applied_and_it_says_where_it_would_be() {
    let server = start().await;
    let cookies = administrator(&server).await;
    let tag = declare(&server, &cookies).await;
    let status = server.get("/api/network/gateway", &cookies).await.json();
    assert_eq!((status["here"].clone(), status["history"].clone()), (json!(false), json!([])));
    for (method, path) in CHANGES {
        let answer = ask(&server, method, path, &cookies, body(path), &tag).await;
        assert_eq!(answer.status, 409, "{method} {path}");
        assert!(answer.json()["what"]["ja"].as_str().unwrap().contains("ゲートウェイではありません"));
    }
}

#[tokio::test]
async fn who_may_not_change_what_is_declared_may_not_apply_it() {
    let server = start_gateway().await;
    let cookies = administrator(&server).await;
    let tag = declare(&server, &cookies).await;
    server.account("incho", &[Duty::Director]).await;
    server.account("hoshu", &[Duty::Vendor]).await;
    for (login, reads) in [("incho", true), ("hoshu", true), ("sato", false)] {
        let cookies = server.sign_in(login, PASSWORD, "").await.cookies();
        let status = server.get("/api/network/gateway", &cookies).await.status;
        assert_eq!(status, if reads { 200 } else { 403 }, "{login}");
        for (method, path) in CHANGES {
            assert_eq!(
                ask(&server, method, path, &cookies, body(path), &tag).await.status,
                403,
                "{login} {method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_applied_is_told_and_written_down_as_failed() {
    let server = start_gateway().await;
    let cookies = administrator(&server).await;
    let tag = declare(&server, &cookies).await;
    // The pattern is for a router of another make: it goes no further than the file.
    let refused = ask(&server, "POST", "/gateway/trial", &cookies, body("/gateway/trial"), &tag).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json()["what"]["ja"].as_str().unwrap().contains("YAMAHA RTX"), "{:?}", refused.json());
    let events = server.events().await;
    let told: Vec<_> =
        events.iter().filter(|event| event.action == "network-apply").map(|event| event.outcome).collect();
    assert_eq!(told, [Outcome::Failed, Outcome::Done], "tried, and then failed");
    for (method, path) in [("POST", "/gateway/confirmation"), ("DELETE", "/gateway/trial")] {
        assert_eq!(ask(&server, method, path, &cookies, json!({}), &tag).await.status, 409, "{path}");
    }
    let opened = server.send(post("/api/network/gateway/openings", &cookies, &body("/gateway/openings"))).await;
    assert_eq!(opened.status, 409);
}

#[tokio::test]
async fn what_is_applied_is_what_was_seen_and_for_a_reason() {
    let server = start_gateway().await;
    let cookies = administrator(&server).await;
    let tag = declare(&server, &cookies).await;
    let stale = ask(&server, "POST", "/gateway/trial", &cookies, body("/gateway/trial"), "\"other\"").await;
    assert_eq!(stale.status, 412);
    let silent = ask(&server, "POST", "/gateway/trial", &cookies, json!({ "why": " ", "seconds": 60 }), &tag).await;
    assert_eq!(silent.status, 422);
    let blind = server.send(post("/api/network/gateway/trial", &cookies, &body("/gateway/trial"))).await;
    assert_eq!(blind.status, 428);
}
