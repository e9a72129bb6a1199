//! Every operation of the description, asked by nobody: an operation that is open has to be named here.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

use super::harness::start;

/// Operations that anyone who reaches the server may use.
const OPEN: [(&str, &str); 6] = [
    ("post", "/api/session"),
    ("post", "/api/session/passkey"),
    ("post", "/api/passkey-challenge"),
    ("get", "/api/health"),
    ("get", "/api/authority"),
    ("get", "/ca.crt"),
];

#[tokio::test]
async fn nobody_gets_nothing() {
    let server = start().await;
    let description: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    let mut operations = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            operations += 1;
            let http_method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let request = Request::builder().method(http_method).uri(path).header("content-type", "application/json");
            let answer = server.send(request.body(Body::from("{}")).unwrap()).await;
            let is_open = OPEN.contains(&(method.as_str(), path.as_str()));
            assert_eq!(answer.status == 401, !is_open, "{method} {path}: {}", answer.status);
            assert!(answer.status != 404 && answer.status != 405 && answer.status != 500, "{method} {path} is served");
        }
    }
    assert!(operations > OPEN.len());
}

#[tokio::test]
async fn there_are_no_doors_that_others_forgot_to_close() {
    let server = start().await;
    for path in [
        "/metrics",
        "/debug",
        "/openapi.json",
        "/admin/health",
        "/setup",
        "/.env",
        "/.git/config",
        "/server-status",
        "/api/setup",
        "/api/users",
    ] {
        let answer = server.get(path, "").await;
        let is_page = answer.headers.get("content-type").is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
        assert!(answer.status == 404 || answer.status == 401 || is_page, "{path}: {}", answer.status);
    }
}
