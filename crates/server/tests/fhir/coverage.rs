//! The table of routes, the router, the CapabilityStatement and the refusals: each held against the others.

use std::collections::BTreeSet;

use serde_json::Value;
use server::fhir::{ROUTES, Route, Takes};

use super::client::{Client, assert_outcome, authorization, client, cookies, observation, patient};

/// A request that the row would do if the actor might, on a resource that is there.
pub(super) fn request(route: &Route, patient: &str, entry: &str) -> (String, &'static str, String) {
    let is_patients = route.path.contains("$everything")
        || route.path.contains("erge")
        || route.path.ends_with("{other}")
        || (route.path.contains("{type}") && route.path.contains("$export"));
    let (resource_type, id) = if is_patients { ("Patient", patient) } else { ("Observation", entry) };
    let path = route
        .path
        .replace("{type}", resource_type)
        .replace("{id}", id)
        .replace("{version}", "00000000.1.1")
        .replace("{other}", "Observation");
    let path = path.replace("{job}", "none").replace("{file}", "Patient.ndjson");
    let conditional = matches!((route.method.as_str(), route.path), ("PUT" | "PATCH" | "DELETE", "/fhir/{type}"));
    let path = if conditional { format!("{path}?_id={id}") } else { path };
    let observation = observation(patient);
    let (kind, body) = match (route.takes, route.path) {
        (Takes::Nothing, _) => ("application/fhir+json", String::new()),
        (Takes::Json, path) if path.contains("erge") => ("application/fhir+json", r#"{"resourceType":"Parameters","parameter":[{"name":"target-patient","valueReference":{"reference":"Patient/a"}},{"name":"source-patient","valueReference":{"reference":"Patient/b"}}]}"#.to_owned()),
        (Takes::Json, path) if path.ends_with("$finalise") => ("application/fhir+json", r#"{"resourceType":"Parameters","parameter":[{"name":"version","valueString":"00000000.1.1"}]}"#.to_owned()),
        (Takes::Json, path) if path.ends_with("$amend") => (
            "application/fhir+json",
            format!(r#"{{"resourceType":"Parameters","parameter":[{{"name":"version","valueString":"00000000.1.1"}},{{"name":"reason","valueString":"x"}},{{"name":"resource","resource":{}}}]}}"#, with_id(&observation, id)),
        ),
        (Takes::Json, path) if path.contains("{id}") => ("application/fhir+json", with_id(&observation, id)),
        (Takes::Json, _) => ("application/fhir+json", observation),
        (Takes::Patch, _) => ("application/merge-patch+json", r#"{"status":"amended"}"#.to_owned()),
        (Takes::Bundle, _) => ("application/fhir+json", format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{observation},"request":{{"method":"POST","url":"Observation"}}}}]}}"#)),
        (Takes::Form, _) => ("application/x-www-form-urlencoded", "code=8867-4".to_owned()),
        (Takes::Lines, _) => ("application/fhir+ndjson", observation),
    };
    let path = if route.path.ends_with("$lastn") { format!("{path}?patient={patient}") } else { path };
    (path, kind, body)
}

fn with_id(resource: &str, id: &str) -> String {
    resource.replacen(r#""Observation""#, &format!(r#""Observation","id":"{id}""#), 1)
}

async fn send(client: &Client, authorization: &str, route: &Route, ids: (&str, &str)) -> crate::api::harness::Answer {
    let (path, kind, body) = request(route, ids.0, ids.1);
    client
        .send_as(
            authorization,
            route.method.as_str(),
            &path,
            &[("content-type", kind), ("prefer", "respond-async")],
            body,
        )
        .await
}

/// Versions in the store, all told.
async fn versions(client: &Client) -> usize {
    client.get("/fhir/_history?_count=1000").await.json()["entry"].as_array().map_or(0, Vec::len)
}

async fn refusals(client: &Client) -> usize {
    client.server.app.store().settle().await.unwrap();
    let events = client.server.app.store().read(|s| {
        s.audit(audit::Event::new(0, "test", "audit", audit::Outcome::Done));
        let permit = access::decide(
            &access::Actor::person("a", "a", &[access::Duty::Auditor]),
            access::Action::Search,
            &["AuditEvent"],
        )
        .unwrap();
        s.audit_events(&permit, None, None, 10_000)
    });
    let events: Result<Vec<(u64, audit::Event)>, store::StoreError> = events.await;
    events.unwrap().iter().filter(|(_, event)| event.outcome == audit::Outcome::Refused).count()
}

#[tokio::test]
async fn strangers_get_nothing_from_any_route() {
    let client = client().await;
    let patient = client.create(patient()).await;
    let entry = client.create(&observation(&patient)).await;
    let before = versions(&client).await;
    for route in ROUTES {
        for authorization in ["", "Bearer komainu_nobody", "Basic YTpi"] {
            let answer = send(&client, authorization, route, (&patient, &entry)).await;
            assert_outcome(&answer, 401, &format!("{} {} {authorization}", route.method, route.path));
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    assert_eq!(versions(&client).await, before, "nothing changed");
}

#[tokio::test]
async fn without_the_right_every_route_refuses_and_writes_it_down() {
    let client = client().await;
    let patient = client.create(patient()).await;
    let entry = client.create(&observation(&patient)).await;
    let before = versions(&client).await;
    // May do all there is, with what is not concerned.
    let other = authorization(&client.server, "system/Location.cruds").await;
    for route in ROUTES {
        let written = refusals(&client).await;
        let answer = send(&client, &other, route, (&patient, &entry)).await;
        let about = format!("{} {}", route.method, route.path);
        if route.path == "/fhir/_history" {
            // Everything the actor may see, which is nothing here.
            assert_eq!((answer.status.as_u16(), answer.json().get("entry")), (200, None), "{about}");
            continue;
        }
        if route.path.contains("{job}") {
            assert_outcome(&answer, 404, &about);
            continue;
        }
        if route.takes == Takes::Lines {
            // An import takes what it may and reports the rest.
            assert_eq!(answer.json()["issue"][0]["diagnostics"], "0 written, 0 there already, 1 refused", "{about}");
            continue;
        }
        if route.path == "/fhir/$export" {
            // A system export is of every type the actor may export.
            assert_eq!(answer.status, 202, "{about}");
            continue;
        }
        assert_outcome(&answer, 403, &about);
        assert_eq!(refusals(&client).await, written + 1, "{about} is in the audit trail");
    }
    assert_eq!(versions(&client).await, before, "nothing changed");
}

#[tokio::test]
async fn every_row_is_served_by_its_handler() {
    let client = client().await;
    let patient = client.create(patient()).await;
    let entry = client.create(&observation(&patient)).await;
    for route in ROUTES {
        let about = format!("{} {}", route.method, route.path);
        let answer = client
            .send_as(
                &authorization(&client.server, "system/*.cruds").await,
                route.method.as_str(),
                &request(route, &patient, &entry).0,
                &[("content-type", request(route, &patient, &entry).1)],
                request(route, &patient, &entry).2,
            )
            .await;
        assert!(answer.status != 405 && answer.status != 500 && answer.status != 501, "{about}: {}", answer.status);
        if answer.status == 404 {
            assert!(
                !answer.json()["issue"][0]["diagnostics"].as_str().unwrap().contains("nothing at this address"),
                "{about}"
            );
        }
    }
}

#[tokio::test]
async fn the_statement_says_what_the_router_does() {
    let client = client().await;
    let statement: Value = client.send_as("", "GET", "/fhir/metadata", &[], "").await.json();
    assert_eq!(
        (statement["resourceType"].as_str(), statement["fhirVersion"].as_str()),
        (Some("CapabilityStatement"), Some("4.0.1"))
    );
    let rest = &statement["rest"][0];
    let codes = |json: &Value, name: &str| -> BTreeSet<String> {
        json.as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
    };
    let resources = rest["resource"].as_array().unwrap();
    assert_eq!(resources.len(), 143, "all of R4 but the three that are not stored");
    let mut said = codes(&rest["interaction"], "code");
    said.extend(codes(&rest["operation"], "name").into_iter().map(|name| format!("${name}")));
    for resource in resources {
        said.extend(codes(&resource["interaction"], "code"));
        said.extend(codes(&resource["operation"], "name").into_iter().map(|name| format!("${name}")));
    }
    let mut done: BTreeSet<String> = ROUTES.iter().map(|route| route.interaction.to_owned()).collect();
    done.insert("batch".to_owned());
    assert_eq!(said, done);
    // Search parameters are those that the parser takes.
    for resource in
        resources.iter().filter(|r| ["Patient", "Observation", "Encounter"].contains(&r["type"].as_str().unwrap()))
    {
        for param in resource["searchParam"].as_array().unwrap() {
            let (name, kind) = (param["name"].as_str().unwrap(), param["type"].as_str().unwrap());
            let value = match kind {
                "date" => "2026-01-01",
                "number" | "quantity" => "1",
                "reference" => "Patient/1",
                "composite" | "special" => continue,
                _ => "a",
            };
            let path = format!("/fhir/{}?{name}={value}", resource["type"].as_str().unwrap());
            let answer = client.get(&path).await;
            let malformed =
                answer.status == 400 && !String::from_utf8_lossy(&answer.body).contains("no such search parameter");
            assert!(answer.status == 200 || malformed, "{path}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_write_with_somebodys_cookie() {
    let client = client().await;
    let cookies = cookies(&client.server, "sato").await;
    for (site, kind) in
        [("cross-site", "application/fhir+json"), ("same-site", "application/fhir+json"), ("cross-site", "text/plain")]
    {
        let request = axum::http::Request::post("/fhir/Patient")
            .header("cookie", &cookies)
            .header("sec-fetch-site", site)
            .header("content-type", kind);
        let answer = client.server.send(request.body(patient().into()).unwrap()).await;
        assert!(answer.status == 403 || answer.status == 415, "{site} {kind}: {}", answer.status);
        assert_eq!(answer.json()["resourceType"], "OperationOutcome");
    }
    let own = client.send_signed_in(&cookies, "POST", "/fhir/Patient", &[], patient()).await;
    assert_eq!(own.status, 201, "{}", String::from_utf8_lossy(&own.body));
}
