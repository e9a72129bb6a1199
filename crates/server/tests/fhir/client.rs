//! A program with a token, and the few words tests share.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use server::signin::enrol::create_token;

use crate::api::harness::{Answer, PASSWORD, Server, start};

pub(crate) const FHIR_JSON: &str = "application/fhir+json";

pub(crate) struct Client {
    pub(crate) server: Server,
    authorization: String,
}

/// A new server, and a program that may do all that a program may.
pub(crate) async fn client() -> Client {
    scoped("system/*.cruds").await
}

pub(crate) async fn scoped(scope: &str) -> Client {
    let server = start().await;
    let authorization = authorization(&server, scope).await;
    Client { server, authorization }
}

pub(crate) async fn authorization(server: &Server, scope: &str) -> String {
    let now = server.app.now_ms();
    let (_, secret) = create_token(server.app.store(), scope, "test", 86_400_000, "test", now).await.unwrap();
    format!("Bearer {}", *secret)
}

/// The session cookie of somebody who signed in.
pub(crate) async fn cookies(server: &Server, login: &str) -> String {
    server.sign_in(login, PASSWORD, "").await.cookies()
}

impl Client {
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        self.send_as(&self.authorization, method, path, headers, body).await
    }

    pub(crate) async fn send_as(
        &self,
        authorization: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("authorization", authorization);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", FHIR_JSON);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.server.send(request.body(body.into()).unwrap()).await
    }

    /// As a person on the page.
    pub(crate) async fn send_signed_in(
        &self,
        cookies: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookies)
            .header("sec-fetch-site", "same-origin");
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", FHIR_JSON);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.server.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[], body.to_owned()).await
    }

    /// Creates a resource and gives its id.
    pub(crate) async fn create(&self, body: &str) -> String {
        let resource: Value = serde_json::from_str(body).unwrap();
        let answer = self.post(&format!("/fhir/{}", resource["resourceType"].as_str().unwrap()), body).await;
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn patient() -> &'static str {
    r#"{"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51","value":"1"}],"name":[{"family":"山田","given":["太郎"]}],"birthDate":"1958-04-05"}"#
}

pub(crate) fn observation(patient: &str) -> String {
    format!(
        r#"{{"resourceType":"Observation","status":"final","code":{{"coding":[{{"system":"http://loinc.org","code":"8867-4"}}]}},"subject":{{"reference":"Patient/{patient}"}},"effectiveDateTime":"2026-04-01T09:00:00+09:00","valueQuantity":{{"value":60.0,"unit":"/min"}}}}"#
    )
}

/// A refusal says so in FHIR's form, whatever refused it.
pub(crate) fn assert_outcome(answer: &Answer, status: u16, about: &str) {
    assert_eq!(answer.status.as_u16(), status, "{about}: {}", String::from_utf8_lossy(&answer.body));
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with(FHIR_JSON), "{about}");
    assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{about}");
}
