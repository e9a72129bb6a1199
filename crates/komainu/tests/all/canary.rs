//! A word in every field a client can fill, looked for in every place where nothing of a chart may be.

use serde_json::json;

use crate::harness::{Answer, Place, files, komainu, run, said};

const CANARY: &str = "ZZCANARY氏名";
/// As it would stand in an address.
const CANARY_ENCODED: &str = "ZZCANARY%E6%B0%8F%E5%90%8D";

/// Method, path, headers, body.
type Sent = (&'static str, String, Vec<(&'static str, &'static str)>, String);

/// An answer that refuses something does not quote it.
fn assert_unquoted(what: &str, answer: &Answer) {
    if answer.status >= 400 {
        assert!(!answer.body.contains("ZZCANARY"), "{what}: {}", answer.body);
    }
    assert!(!answer.headers.contains("ZZCANARY"), "{what}: {}", answer.headers);
}

#[test]
fn nothing_of_a_chart_is_in_logs_errors_or_files() {
    let place = Place::new();
    place.run(place.first_start(), "").stop("-TERM");
    let token = place.token("system/*.cruds");
    let mut command = place.start();
    command.env("KOMAINU_LOG", "debug");
    let server = place.run(command, &token);
    let client = &server.client;
    let fhir = ("content-type", "application/fhir+json");
    let patient = json!({
        "resourceType": "Patient", "id": "zz", "name": [{ "text": CANARY, "family": CANARY, "given": [CANARY] }],
        "identifier": [{ "system": "urn:x", "value": CANARY }], "telecom": [{ "system": "phone", "value": CANARY }],
        "address": [{ "text": CANARY }],
        "text": { "status": "generated", "div": format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{CANARY}</div>") },
    });
    let put = client.send("PUT", "/fhir/Patient/zz", &[fhir], &patient.to_string()).unwrap();
    assert_eq!(put.status, 201, "{}", put.body);
    let bad_code = json!({ "resourceType": "Patient", "gender": CANARY, "birthDate": CANARY, "active": CANARY });
    let bad_patch = json!([{ "op": "replace", "path": format!("/{CANARY}"), "value": CANARY }]);
    let bundle = json!({ "resourceType": "Bundle", "type": CANARY, "entry": [{ "fullUrl": CANARY }] });
    let transaction = json!({ "resourceType": "Bundle", "type": "transaction", "entry": [
        { "resource": bad_code, "request": { "method": "POST", "url": "Patient", "ifNoneExist": format!("x={CANARY}") } },
    ] });
    let requests: Vec<Sent> = vec![
        ("GET", format!("/fhir/Patient?name={CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/Patient?birthdate={CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/Patient?_sort={CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/Patient?_include={CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/Patient/{CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/Patient/zz/_history/{CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/fhir/{CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/{CANARY_ENCODED}/{CANARY_ENCODED}.js?x={CANARY_ENCODED}"), vec![], String::new()),
        ("GET", format!("/api/{CANARY_ENCODED}"), vec![], String::new()),
        (
            "GET",
            "/fhir/Patient/zz".into(),
            vec![("user-agent", CANARY), ("x-request-id", CANARY), ("referer", CANARY), ("cookie", CANARY)],
            String::new(),
        ),
        (
            "GET",
            "/fhir/Patient/zz".into(),
            vec![("accept", CANARY), ("prefer", CANARY), ("x-purpose-of-use", CANARY)],
            String::new(),
        ),
        ("GET", "/fhir/Patient/zz".into(), vec![("host", "ZZCANARY.example")], String::new()),
        ("ZZCANARY", "/fhir/Patient/zz".into(), vec![], String::new()),
        ("PUT", "/fhir/Patient/zz".into(), vec![fhir, ("if-match", CANARY)], patient.to_string()),
        (
            "POST",
            "/fhir/Patient".into(),
            vec![fhir, ("if-none-exist", "identifier=ZZCANARY&ZZ=1")],
            patient.to_string(),
        ),
        ("POST", "/fhir/Patient".into(), vec![fhir, ("idempotency-key", CANARY)], patient.to_string()),
        ("POST", "/fhir/Patient".into(), vec![fhir], bad_code.to_string()),
        ("POST", "/fhir/Patient".into(), vec![fhir], format!("{{\"resourceType\":\"{CANARY}\"}}")),
        ("POST", "/fhir/Patient".into(), vec![fhir], format!("{{\"resourceType\":\"Patient\",\"name\":\"{CANARY}")),
        ("POST", "/fhir/Patient".into(), vec![("content-type", CANARY)], patient.to_string()),
        (
            "POST",
            "/fhir/Patient/_search".into(),
            vec![("content-type", "application/x-www-form-urlencoded")],
            format!("birthdate={CANARY}"),
        ),
        ("POST", "/fhir/Patient/$validate".into(), vec![fhir], format!("[\"{CANARY}\"]")),
        (
            "PATCH",
            "/fhir/Patient/zz".into(),
            vec![("content-type", "application/json-patch+json")],
            bad_patch.to_string(),
        ),
        (
            "PATCH",
            "/fhir/Patient/zz".into(),
            vec![("content-type", "application/merge-patch+json")],
            bad_code.to_string(),
        ),
        ("POST", "/fhir".into(), vec![fhir], bundle.to_string()),
        ("POST", "/fhir".into(), vec![fhir], transaction.to_string()),
        (
            "POST",
            "/api/session".into(),
            vec![("content-type", "application/json")],
            json!({ "user": CANARY, "password": CANARY }).to_string(),
        ),
        (
            "POST",
            "/api/session".into(),
            vec![("content-type", "application/json")],
            json!({ CANARY: CANARY }).to_string(),
        ),
    ];
    for (method, path, headers, body) in &requests {
        let answer = client.send(method, path, headers, body);
        let answer = answer.unwrap_or_else(|| panic!("{method} {path}: no answer"));
        assert!(answer.status != 500, "{method} {path}: {}", answer.body);
        assert_unquoted(&format!("{method} {path} {headers:?} {body}"), &answer);
    }
    let stranger = client.stranger().send("GET", "/api/session", &[("authorization", "Bearer ZZCANARY")], "").unwrap();
    assert_unquoted("a token", &stranger);
    assert_eq!(client.get("/fhir/Patient/zz").json()["name"][0]["text"], CANARY, "it is in the chart");
    assert_eq!(server.stop("-TERM"), Some(0));

    std::fs::write(place.path("a.ndjson"), format!("{bad_code}\n{CANARY}\n{{\"{CANARY}\n")).unwrap();
    let import = run(komainu().arg("import").arg(place.path("a.ndjson")).arg("--data").arg(place.data()));
    assert!(!said(&import).contains("ZZCANARY"), "{}", said(&import));
    let log = place.log();
    assert!(log.lines().count() > requests.len(), "there is a log to look at");
    assert!(!log.contains("ZZCANARY"), "{}", log.lines().find(|line| line.contains("ZZCANARY")).unwrap_or_default());
    assert!(!log.contains(&token), "the token is not in the log");
    for line in log.lines().filter(|line| line.starts_with('{')) {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    }
    assert_not_on_disk(&place);
}

/// The data directory is encrypted, whatever encoding one looks for.
fn assert_not_on_disk(place: &Place) {
    let utf_16: Vec<u8> = CANARY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for path in files(&place.data()) {
        let bytes = std::fs::read(&path).unwrap();
        for needle in [CANARY.as_bytes(), b"ZZCANARY", utf_16.as_slice()] {
            let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == needle[0]).map(|(at, _)| at);
            let found = starts.into_iter().any(|at| bytes[at..].starts_with(needle));
            assert!(!found, "{} holds what a chart says", path.display());
        }
    }
}
