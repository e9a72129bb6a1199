//! The REST interactions, as a client sees them.

use super::client::{assert_outcome, client, patient};

#[tokio::test]
async fn create_read_update_delete_and_their_headers() {
    let client = client().await;
    let created = client.post("/fhir/Patient", patient()).await;
    assert_eq!(created.status, 201);
    let location = created.headers["location"].to_str().unwrap().to_owned();
    let etag = created.headers["etag"].to_str().unwrap().to_owned();
    let path = location.strip_prefix("https://localhost").unwrap();
    assert_eq!(path.split('/').count(), 6, "{path}");
    let (place, version) = path.split_once("/_history/").unwrap();
    assert_eq!(etag, format!("W/\"{version}\""));

    let read = client.get(place).await;
    assert_eq!((read.status.as_u16(), read.body == created.body), (200, true));
    assert!(read.headers["last-modified"].to_str().unwrap().ends_with(" GMT"));
    assert_eq!(client.get(path).await.body, created.body);
    for (name, value) in
        [("if-none-match", etag.as_str()), ("if-modified-since", read.headers["last-modified"].to_str().unwrap())]
    {
        let cached = client.send("GET", place, &[(name, value)], "").await;
        assert_eq!((cached.status.as_u16(), cached.body.len()), (304, 0), "{name}");
    }
    assert_eq!(
        client.send("GET", place, &[("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT")], "").await.status,
        200
    );

    let mut changed = created.json();
    changed["gender"] = "male".into();
    let stale = client.send("PUT", place, &[("if-match", "W/\"00000000.1.1\"")], changed.to_string()).await;
    assert_outcome(&stale, 412, "stale");
    let updated = client.send("PUT", place, &[("if-match", &etag)], changed.to_string()).await;
    assert_eq!((updated.status.as_u16(), updated.json()["gender"].as_str()), (200, Some("male")));
    assert_outcome(&client.send("PUT", place, &[("if-match", &etag)], changed.to_string()).await, 412, "lost update");
    assert_outcome(&client.send("PUT", "/fhir/Patient/other", &[], changed.to_string()).await, 400, "another id");
    assert_outcome(
        &client.send("PUT", place, &[("if-none-match", "*")], changed.to_string()).await,
        412,
        "only if absent",
    );

    let patch = r#"[{"op":"replace","path":"/gender","value":"female"}]"#;
    let patched = client.send("PATCH", place, &[("content-type", "application/json-patch+json")], patch).await;
    assert_eq!(patched.json()["gender"], "female");
    let merged =
        client.send("PATCH", place, &[("content-type", "application/merge-patch+json")], r#"{"gender":null}"#).await;
    assert_eq!(merged.json().get("gender"), None);

    assert_eq!(client.send("DELETE", place, &[], "").await.status, 204);
    assert_outcome(&client.get(place).await, 410, "deleted");
    assert_eq!(client.send("DELETE", place, &[], "").await.status, 204);
    let history = client.get(&format!("{place}/_history")).await.json();
    assert_eq!(history["entry"].as_array().unwrap().len(), 5);
    assert_eq!(client.send("HEAD", path, &[], "").await.body.len(), 0);
}

#[tokio::test]
async fn what_is_preferred_is_returned() {
    let client = client().await;
    for (prefer, length) in [("return=minimal", 0), ("return=representation", 100)] {
        let answer = client.send("POST", "/fhir/Patient", &[("prefer", prefer)], patient()).await;
        assert_eq!(answer.status, 201);
        assert!(answer.body.len() >= length && (length > 0 || answer.body.is_empty()), "{prefer}");
        assert!(answer.headers.contains_key("location"));
    }
    let answer = client
        .send("POST", "/fhir/Patient", &[("prefer", "return=OperationOutcome; handling=strict")], patient())
        .await;
    assert_eq!(answer.json()["resourceType"], "OperationOutcome");
    assert_outcome(&client.send("GET", "/fhir/Patient", &[("prefer", "handling=lenient")], "").await, 400, "lenient");
}

#[tokio::test]
async fn conditions_in_headers_and_addresses() {
    let client = client().await;
    let unless = [("if-none-exist", "identifier=urn:oid:1.2.392.100495.20.3.51|1")];
    assert_eq!(client.send("POST", "/fhir/Patient", &unless, patient()).await.status, 201);
    let second = client.send("POST", "/fhir/Patient", &unless, patient()).await;
    assert_eq!(second.status, 200);
    assert_eq!(
        client.send("PUT", "/fhir/Patient?identifier=urn:oid:1.2.392.100495.20.3.51%7C1", &[], patient()).await.status,
        200
    );
    assert_eq!(
        client
            .send(
                "PUT",
                "/fhir/Patient?identifier=urn:oid:1.2.392.100495.20.3.51%7C2",
                &[],
                patient().replace("\"1\"", "\"2\"")
            )
            .await
            .status,
        201
    );
    assert_outcome(&client.send("DELETE", "/fhir/Patient?family=%E5%B1%B1%E7%94%B0", &[], "").await, 412, "two match");
    assert_outcome(&client.send("DELETE", "/fhir/Patient", &[], "").await, 400, "would match all");
    assert_outcome(&client.send("PUT", "/fhir/Patient", &[], patient()).await, 400, "would match all");
    assert_eq!(client.send("DELETE", "/fhir/Patient?identifier=2", &[], "").await.status, 204);
    assert_eq!(client.get("/fhir/Patient?_total=accurate").await.json()["total"], 1);
}

#[tokio::test]
async fn searches_by_address_and_by_form_are_the_same() {
    let client = client().await;
    let id = client.create(patient()).await;
    let by_address = client.get("/fhir/Patient?family=%E5%B1%B1%E7%94%B0&birthdate=1958-04-05").await.json();
    assert_eq!(by_address["entry"][0]["fullUrl"], format!("https://localhost/fhir/Patient/{id}"));
    assert_eq!(by_address["link"][0]["relation"], "self");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let by_form = client
        .send("POST", "/fhir/Patient/_search", &form, "family=%E5%B1%B1%E7%94%B0&birthdate=1958-04-05")
        .await
        .json();
    assert_eq!(by_form["entry"], by_address["entry"]);
    assert_eq!(client.get(&format!("/fhir/Patient/{id}/Observation")).await.json()["type"], "searchset");
}

#[tokio::test]
async fn a_request_under_a_key_is_done_once() {
    let client = client().await;
    let key = [("idempotency-key", "tablet-2.1")];
    let first = client.send("POST", "/fhir/Patient", &key, patient()).await;
    let second = client.send("POST", "/fhir/Patient", &key, patient()).await;
    assert_eq!(
        (first.status, &first.headers["location"], &first.body),
        (second.status, &second.headers["location"], &second.body)
    );
    assert_outcome(
        &client.send("POST", "/fhir/Patient", &key, patient().replace("山田", "佐藤")).await,
        422,
        "another body",
    );
    assert_eq!(client.get("/fhir/Patient?_total=accurate").await.json()["total"], 1);
}

#[tokio::test]
async fn a_transaction_is_posted_to_the_base() {
    let client = client().await;
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"transaction","entry":[{{"resource":{},"request":{{"method":"POST","url":"Patient"}}}}]}}"#,
        patient()
    );
    for path in ["/fhir", "/fhir/"] {
        let answer = client.post(path, &bundle).await;
        assert_eq!(answer.json()["type"], "transaction-response", "{path}");
        assert!(answer.json()["entry"][0].get("resource").is_none());
    }
    let whole = client.send("POST", "/fhir", &[("prefer", "return=representation")], bundle).await;
    assert_eq!(whole.json()["entry"][0]["resource"]["resourceType"], "Patient");
}
