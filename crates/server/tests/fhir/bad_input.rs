//! Hostile and broken input: refused with a sentence, nothing changed, and the server goes on.

use super::client::{Client, FHIR_JSON, assert_outcome, client, patient};

async fn refused(client: &Client, about: &str, method: &str, path: &str, kind: &str, body: Vec<u8>, status: u16) {
    let answer = client.send(method, path, &[("content-type", kind)], body).await;
    assert_outcome(&answer, status, about);
    assert!(answer.body.len() < 20_000, "{about}: a refusal is short");
}

#[tokio::test]
async fn bodies() {
    let client = client().await;
    let nested = |n: usize| {
        [r#"{"resourceType":"Patient","extension":"#.repeat(n), "1".to_owned(), "}".repeat(n)].concat().into_bytes()
    };
    let in_patient = |member: &[u8]| [br#"{"resourceType":"Patient","#.as_slice(), member, b"}"].concat();
    for (about, body, status) in [
        ("10,000 levels deep", nested(10_000), 400),
        ("10,000 arrays deep", [vec![b'['; 10_000], vec![b']'; 10_000]].concat(), 400),
        ("the same name twice", in_patient(br#""active":true,"active":false"#), 400),
        ("a lone surrogate", in_patient(br#""language":"\ud800""#), 400),
        ("not UTF-8", in_patient(b"\"language\":\"\xff\""), 400),
        ("NaN", in_patient(br#""multipleBirthInteger":NaN"#), 400),
        ("Infinity", in_patient(br#""multipleBirthInteger":-Infinity"#), 400),
        (
            "a number of 100 kB",
            in_patient([b"\"multipleBirthInteger\":".to_vec(), vec![b'9'; 100_000]].concat().as_slice()),
            400,
        ),
        ("a byte order mark", [b"\xef\xbb\xbf", patient().as_bytes()].concat(), 400),
        ("two resources", [patient().as_bytes(), patient().as_bytes()].concat(), 400),
        ("nothing", vec![], 400),
        ("an array", b"[]".to_vec(), 400),
        ("no type", b"{}".to_vec(), 400),
        ("another type", br#"{"resourceType":"Person"}"#.to_vec(), 400),
        ("an unknown type", br#"{"resourceType":"Pet"}"#.to_vec(), 400),
        ("a bad id", br#"{"resourceType":"Patient","id":"../../etc/passwd"}"#.to_vec(), 400),
        ("an unknown element", br#"{"resourceType":"Patient","pet":"dog"}"#.to_vec(), 422),
        (
            "3 MB",
            in_patient([b"\"language\":\"".to_vec(), vec![b'a'; 3_000_000], b"\"".to_vec()].concat().as_slice()),
            413,
        ),
    ] {
        refused(&client, about, "POST", "/fhir/Patient", FHIR_JSON, body, status).await;
    }
    assert_eq!(client.get("/fhir/Patient?_total=accurate").await.json()["total"], 0);
}

#[tokio::test]
async fn bundles() {
    let client = client().await;
    let bundle =
        |entries: String| format!(r#"{{"resourceType":"Bundle","type":"batch","entry":[{entries}]}}"#).into_bytes();
    refused(&client, "a million entries", "POST", "/fhir", FHIR_JSON, bundle(vec!["{}"; 1_000_000].join(",")), 413)
        .await;
    refused(&client, "17 MB", "POST", "/fhir", FHIR_JSON, vec![b' '; 17 << 20], 413).await;
    refused(
        &client,
        "a collection",
        "POST",
        "/fhir",
        FHIR_JSON,
        br#"{"resourceType":"Bundle","type":"collection"}"#.to_vec(),
        400,
    )
    .await;
    // References in a circle are legal.
    let person = |own: &str, other: &str| {
        format!(
            r#"{{"fullUrl":"urn:uuid:{own}","resource":{{"resourceType":"Patient","link":[{{"other":{{"reference":"urn:uuid:{other}"}},"type":"seealso"}}]}},"request":{{"method":"POST","url":"Patient"}}}}"#
        )
    };
    let (a, b) = ("61ebe359-bfdc-4613-8bf2-c5e300945f0a", "88f151c0-a954-468a-88bd-5ae15c08e059");
    let circle =
        format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{},{}]}}"#, person(a, b), person(b, a));
    assert_eq!(client.post("/fhir", &circle).await.status, 200);
    // So is following them in a search; it ends.
    let looped = client.get("/fhir/Patient?_include:iterate=Patient:link&_revinclude:iterate=Patient:link").await;
    assert_eq!((looped.status.as_u16(), looped.json()["entry"].as_array().map(Vec::len)), (200, Some(2)));
}

#[tokio::test]
async fn queries() {
    let client = client().await;
    client.create(patient()).await;
    let wild = format!("/fhir/Patient?name:contains={}", "%25".repeat(3_400));
    let many = format!("/fhir/Patient?{}", vec!["name=a"; 65].join("&"));
    let long = format!("/fhir/Patient?_id={}", vec!["a"; 20_000].join(","));
    let deep = format!("/fhir/Patient?{}name=a", "_has:Patient:link:".repeat(20));
    for path in [
        "/fhir/Patient?pet=dog",
        "/fhir/Patient?name",
        "/fhir/Patient?name=",
        "/fhir/Patient?name:sounds=a",
        "/fhir/Patient?birthdate=tomorrow",
        "/fhir/Patient?birthdate=eq",
        "/fhir/Patient?_sort=photo",
        "/fhir/Patient?_sort=name;DROP%20TABLE%20version",
        "/fhir/Patient?_sort=secret",
        "/fhir/Patient?_count=all",
        "/fhir/Patient?_count=-1",
        "/fhir/Patient?_elements=",
        "/fhir/Patient?_summary=perhaps",
        "/fhir/Patient?_include=Pet:owner",
        "/fhir/Patient?_include=Patient:pet",
        "/fhir/Patient?_has:Pet:owner:name=a",
        "/fhir/Patient?organization.pet=a",
        "/fhir/Patient?_filter=name%20eq%20a",
        "/fhir/Patient?_cursor=' OR 1=1".trim_end_matches(" OR 1=1"),
        "/fhir/Patient?name=%",
        "/fhir/Patient?name=%ff",
        "/fhir/Patient?name=%00",
        "/fhir/Patient/_history?_since=yesterday",
        "/fhir/Patient/_history?pet=dog",
        "/fhir/_history?_count=0",
        &wild,
        &many,
        &long,
        &deep,
    ] {
        assert_outcome(&client.get(path).await, 400, path);
    }
    for path in [
        "/fhir/Pet",
        "/fhir/Pet/1",
        "/fhir/Patient/a_b",
        "/fhir/Patient/nobody",
        "/fhir/Patient/1/$steal",
        "/fhir/Patient/1/2/3",
        "/fhir/metadata/x",
        "/fhir/Observation/1/$everything",
        "/fhir/Patient/$lastn",
    ] {
        assert_outcome(&client.get(path).await, 404, path);
    }
}

#[tokio::test]
async fn methods_media_types_and_headers() {
    let client = client().await;
    for (method, path) in [
        ("PATCH", "/fhir"),
        ("DELETE", "/fhir/_history"),
        ("POST", "/fhir/Patient/1"),
        ("PUT", "/fhir/Patient/_search"),
        ("GET", "/fhir/Patient/$validate"),
    ] {
        let answer = client.send(method, path, &[], "").await;
        assert!(answer.status == 405 || answer.status == 404, "{method} {path}: {}", answer.status);
        assert_eq!(answer.json()["resourceType"], "OperationOutcome");
    }
    for kind in
        ["text/plain", "application/fhir+xml", "application/x-www-form-urlencoded", "application/json-patch+json", ""]
    {
        refused(&client, kind, "POST", "/fhir/Patient", kind, patient().into(), 415).await;
    }
    for kind in [
        "application/fhir+json",
        "application/json",
        "application/fhir+json; charset=UTF-8; fhirVersion=4.0",
        "Application/FHIR+JSON",
    ] {
        assert_eq!(
            client.send("POST", "/fhir/Patient", &[("content-type", kind)], patient()).await.status,
            201,
            "{kind}"
        );
    }
    assert_outcome(&client.send("GET", "/fhir/Patient", &[("accept", "application/fhir+xml")], "").await, 406, "XML");
    assert_eq!(
        client.send("GET", "/fhir/Patient", &[("accept", "text/html, application/fhir+json;q=0.9")], "").await.status,
        200
    );
    assert_outcome(&client.get("/fhir/Patient?_format=xml").await, 400, "XML by parameter");
    for (name, value, status) in [
        ("if-match", "nonsense", 412),
        ("if-none-exist", "", 400),
        ("if-none-exist", "pet=dog", 400),
        ("idempotency-key", "a b", 400),
    ] {
        assert_outcome(&client.send("POST", "/fhir/Patient", &[(name, value)], patient()).await, status, name);
    }
}
