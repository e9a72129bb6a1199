//! Route × method × duty, as one table that somebody can read. It is made from the router's own lists, and a route of
//! `/api` for which nobody said what a request looks like fails here.

use std::fmt::Write as _;

use access::Duty;
use serde_json::{Value, json};
use server::fhir::ROUTES;

use super::client::{client, cookies, observation, patient};
use super::coverage::request;
use crate::api::harness::{PASSWORD, post};

/// What is sent to each route of `/api` for which one must be signed in: what it takes to get past its form.
fn sent(method: &str, path: &str, patient: &str) -> Option<(String, Value)> {
    let password = json!({"password": PASSWORD});
    let proof = |mut body: Value| {
        body["proof"] = password.clone();
        body
    };
    let body = match (method, path) {
        ("get", "/api/closed-charts") => return Some(("/api/closed-charts?name=x".to_owned(), Value::Null)),
        ("get" | "delete", _) => Value::Null,
        ("post", "/api/session/second-step" | "/api/session/factor/confirmation") => json!({"code": "123456"}),
        ("post", "/api/session/password") => json!({"current": "wrong", "new": "tori-ga-3wa-niwa-2"}),
        ("post", "/api/session/factor" | "/api/session/passkeys" | "/api/accounts/{account}/factor-reset") => {
            password.clone()
        }
        // A wrong one: the right one would end the session that the next rows are asked in.
        ("post", "/api/session/factor/removal") => json!({"password": "wrong"}),
        ("post", "/api/session/passkeys/confirmation") => json!({"ceremony": "x", "credential": {}, "label": "iPad"}),
        ("post", "/api/session/passkeys/removal") => proof(json!({"id": "AA"})),
        // No If-Match: whoever may is told that it is missing, and nothing is changed.
        ("put", "/api/network") => json!({"text": "", "why": "x"}),
        ("post", "/api/network/draft") => json!({"text": ""}),
        ("post", "/api/network/reach") => json!({"text": "", "device": "x"}),
        ("post", "/api/network/proof") => json!({"text": "", "rules": ""}),
        ("post", "/api/network/gateway/trial") => json!({"why": "x", "seconds": 60}),
        ("post", "/api/network/gateway/confirmation") => Value::Null,
        ("post", "/api/network/gateway/openings") => json!({"vendor": "x", "minutes": 10, "why": "x"}),
        ("put", "/api/factor-policy") => proof(json!({"duties": []})),
        ("put", "/api/patients/{patient}/seal") => {
            proof(json!({"label": "vip", "known": true, "reason": "本人の希望"}))
        }
        ("post", "/api/patients/{patient}/unseal") => proof(json!({"reason": "本人の希望"})),
        ("post", "/api/openings") => json!({"patient": patient, "reason": "救急の診療"}),
        ("post", "/api/openings/{opening}/review") => json!({"verdict": "justified"}),
        _ => return None,
    };
    Some((
        path.replace("{patient}", patient)
            .replace("{account}", "nobody")
            .replace("{opening}", "none")
            .replace("{number}", "1")
            .replace("{vendor}", "x"),
        body,
    ))
}

/// Rows that open or end a session are asked in no order that a table could keep.
const OF_SESSIONS: [(&str, &str); 3] =
    [("post", "/api/session"), ("post", "/api/session/passkey"), ("delete", "/api/session")];
/// For everyone.
const OPEN: [&str; 4] = ["/api/health", "/api/authority", "/ca.crt", "/api/passkey-challenge"];

#[tokio::test]
async fn every_route_answers_each_duty_as_was_agreed() {
    let client = client().await;
    let mut people = Vec::new();
    for (duty, name, _) in Duty::ALL {
        client.server.account(name, &[duty]).await;
        people.push((name, cookies(&client.server, name).await));
    }
    let mut table =
        String::from("Status of each route for each duty. FHIR rows are asked about an Observation or its Patient.\n");
    let heading: Vec<&str> = people.iter().map(|(name, _)| &name[..4]).collect();
    writeln!(table, "{:<58}{}", "", heading.join(" ")).unwrap();
    for route in ROUTES {
        let mut row = format!("{:<6} {:<51}", route.method.as_str(), route.path);
        for (_, cookies) in &people {
            // Anew for each: some of these take it away.
            let patient = client.create(patient()).await;
            let entry = client.create(&observation(&patient)).await;
            let (path, kind, body) = request(route, &patient, &entry);
            let headers = [("content-type", kind), ("prefer", "respond-async")];
            let answer = client.send_signed_in(cookies, route.method.as_str(), &path, &headers, body).await;
            write!(row, " {:<4}", answer.status.as_u16()).unwrap();
        }
        writeln!(table, "{}", row.trim_end()).unwrap();
    }
    let description: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            if OPEN.contains(&path.as_str()) || OF_SESSIONS.contains(&(method.as_str(), path.as_str())) {
                continue;
            }
            let mut row = format!("{:<6} {path:<51}", method.to_uppercase());
            for (_, cookies) in &people {
                let patient = client.create(patient()).await;
                let (path, body) = sent(method, path, &patient)
                    .unwrap_or_else(|| panic!("say in `sent` what {method} {path} takes, and read the new row"));
                let mut request = post(&path, cookies, &body);
                *request.method_mut() = method.to_uppercase().parse().unwrap();
                let answer = client.server.send(request).await;
                assert!(answer.status != 500 && answer.status != 405, "{method} {path}: {}", answer.status);
                write!(row, " {:<4}", answer.status.as_u16()).unwrap();
            }
            writeln!(table, "{}", row.trim_end()).unwrap();
        }
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fhir/golden/matrix.txt");
    if std::env::var_os("KOMAINU_BLESS").is_some() {
        std::fs::write(golden, &table).unwrap();
    }
    let agreed = std::fs::read_to_string(golden).unwrap_or_default();
    assert!(table == agreed, "who may what on which route has changed; read `git diff` after KOMAINU_BLESS=1\n{table}");
}
