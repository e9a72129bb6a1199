//! Closed charts over HTTP: who whose chart is closed to gets the very answers there would be without that patient.
//!
//! Rows of the attack list: A01 (reading by id), A02 (search parameters), A03 (inference), A04 (includes), A05
//! (operations and bundles), A08 (labels in a resource decide nothing), A11 (the right goes while somebody reads).

use access::Duty;
use serde_json::{Value, json};

use super::client::{Client, client, cookies};
use crate::api::harness::{Answer, MINUTE_MS, PASSWORD, post};

/// Staff of the tests, with the duty each holds.
const STAFF: [(&str, Duty); 5] = [
    ("director", Duty::Director),
    ("doctor", Duty::Doctor),
    ("nurse", Duty::Nurse),
    ("clerk", Duty::Clerk),
    ("auditor", Duty::Auditor),
];

pub(crate) struct World {
    pub(crate) client: Client,
    cookies: Vec<(&'static str, String)>,
}

pub(crate) async fn world() -> World {
    let client = client().await;
    let mut signed_in = Vec::new();
    for (login, duty) in STAFF {
        client.server.account(login, &[duty]).await;
        signed_in.push((login, cookies(&client.server, login).await));
    }
    World { client, cookies: signed_in }
}

impl World {
    pub(crate) fn cookies(&self, who: &str) -> &str {
        self.cookies.iter().find(|(login, _)| *login == who).map(|(_, cookies)| cookies.as_str()).unwrap()
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.client.send_signed_in(self.cookies(who), "GET", path, &[], "").await
    }

    pub(crate) async fn send(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.client.send_signed_in(self.cookies(who), method, path, &[], body).await
    }

    pub(crate) async fn api(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = post(path, self.cookies(who), body);
        *request.method_mut() = method.parse().unwrap();
        self.client.server.send(request).await
    }

    pub(crate) async fn put(&self, resource: &Value) {
        let (kind, id) = (resource["resourceType"].as_str().unwrap(), resource["id"].as_str().unwrap());
        let answer = self.client.send("PUT", &format!("/fhir/{kind}/{id}"), &[], resource.to_string()).await;
        assert!(answer.status.is_success(), "{kind}/{id}: {}", String::from_utf8_lossy(&answer.body));
    }

    pub(crate) async fn seal(&self, patient: &str, known: bool) {
        let body = json!({"label": "staff", "known": known, "reason": "職員の受診", "proof": {"password": PASSWORD}});
        let answer = self.api("director", "PUT", &format!("/api/patients/{patient}/seal"), &body).await;
        assert_eq!(answer.status, 204, "{}", String::from_utf8_lossy(&answer.body));
    }

    pub(crate) async fn open(&self, who: &str, patient: &str) -> Answer {
        self.api(who, "POST", "/api/openings", &json!({"patient": patient, "reason": "救急で搬送された"})).await
    }
}

pub(crate) fn patient(id: &str, family: &str) -> Value {
    json!({"resourceType": "Patient", "id": id, "name": [{"family": family, "given": ["太郎"]}], "birthDate": "1958-04-05",
        "identifier": [{"system": "urn:oid:1.2.392.100495.20.3.51", "value": id}], "telecom": [{"system": "phone", "value": "03-0000-0000"}]})
}

pub(crate) fn observation(id: &str, patient: &str, value: u32) -> Value {
    json!({"resourceType": "Observation", "id": id, "status": "final", "subject": {"reference": format!("Patient/{patient}")},
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "encounter": {"reference": format!("Encounter/e-{patient}")},
        "effectiveDateTime": format!("2026-04-0{}T09:00:00+09:00", value % 9 + 1),
        "valueQuantity": {"value": value, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"}})
}

/// All of one patient's: what is in the chart, and what speaks of it from outside.
fn chart(id: &str, family: &str, seed: u32) -> Vec<Value> {
    let subject = json!({"reference": format!("Patient/{id}")});
    let mut all = vec![
        patient(id, family),
        json!({"resourceType": "Encounter", "id": format!("e-{id}"), "status": "finished", "class": {"code": "AMB"},
            "subject": subject, "period": {"start": "2026-04-01T09:00:00+09:00"}}),
        json!({"resourceType": "Condition", "id": format!("c-{id}"), "subject": subject,
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": format!("E1{}", seed % 3)}]}}),
        json!({"resourceType": "Binary", "id": format!("b-{id}"), "contentType": "text/plain", "data": "eA==",
            "securityContext": subject}),
        // In nobody's chart, and about this one.
        json!({"resourceType": "List", "id": format!("l-{id}"), "status": "current", "mode": "working",
            "entry": [{"item": {"reference": format!("Observation/o-{id}-0")}}]}),
        json!({"resourceType": "Group", "id": format!("g-{id}"), "type": "person", "actual": true,
            "member": [{"entity": subject}, {"entity": {"reference": "Patient/other"}}]}),
        json!({"resourceType": "Provenance", "id": format!("v-{id}"), "recorded": "2026-04-01T09:00:00+09:00",
            "target": [{"reference": format!("Observation/o-{id}-0")}], "agent": [{"who": {"display": "x"}}]}),
    ];
    all.extend((0..seed % 4 + 1).map(|n| observation(&format!("o-{id}-{n}"), id, 55 + (seed * 7 + n * 3) % 40)));
    all
}

/// Every way of asking that the table of routes has for reading, and the ways of inferring.
fn questions(ids: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = [
        "Patient",
        "Patient?name=山田",
        "Patient?family=山&_sort=family",
        "Patient?birthdate=1958-04-05&_total=accurate",
        "Patient?_summary=count",
        "Patient?_sort=-_lastUpdated&_count=1",
        "Patient?phone=03-0000-0000",
        "Patient?_has:Observation:patient:code=8867-4",
        "Patient?_has:Observation:subject:value-quantity=gt70",
        "Patient?_revinclude=Observation:subject&_revinclude=Condition:subject",
        "Patient?identifier=p1",
        "Patient?_revinclude=Provenance:target&_revinclude:iterate=Observation:subject",
        "Observation",
        "Observation?_sort=-date&_count=2&_total=accurate",
        "Observation?_sort=value-quantity",
        "Observation?subject.name=山田",
        "Observation?patient.identifier=p1",
        "Observation?code=8867-4&_summary=count",
        "Observation?subject=Patient/p0,Patient/p1",
        "Observation?subject:Patient=p1",
        "Observation?value-quantity=gt60",
        "Observation?_include=Observation:subject&_include:iterate=Patient:general-practitioner",
        "Observation?_include=*",
        "Observation?encounter.status=finished&_sort=patient",
        "Observation?date=ge2026-04-01&_elements=subject",
        "Condition?_sort=code",
        "Condition?code=E10,E11,E12&_total=accurate",
        "Encounter?_sort=date",
        "List",
        "List?item=Observation/o-p1-0",
        "List?_include=List:item",
        "Group",
        "Group?member=Patient/p1",
        "Provenance",
        "Provenance?_include=Provenance:target",
        "Binary",
        "_history",
        "_history?_count=2",
        "Patient/_history",
        "Observation/_history?_count=3",
        "Observation/$lastn?subject=Patient/p0&max=2",
        "Observation/$lastn?patient=Patient/p1",
    ]
    .map(str::to_owned)
    .to_vec();
    for id in ids {
        for path in ["", "/_history", "/$everything", "/Observation", "/Observation?_summary=count", "/Condition"] {
            all.push(format!("Patient/{id}{path}"));
        }
        for (kind, prefix) in
            [("Observation", "o"), ("Binary", "b"), ("List", "l"), ("Group", "g"), ("Provenance", "v")]
        {
            let suffix = if prefix == "o" { "-0" } else { "" };
            all.push(format!("{kind}/{prefix}-{id}{suffix}"));
            all.push(format!("{kind}/{prefix}-{id}{suffix}/_history"));
        }
        all.push(format!("Observation?patient={id}&_total=accurate"));
    }
    all
}

/// Without what a store gives out as it goes: versions, times, row keys in cursors, the id of the answer.
fn bare(text: &str) -> String {
    let mut out = String::new();
    for token in text.split_inclusive(['"', '&', ' ']) {
        let word = token.trim_end_matches(['"', '&', ' ', '\\']);
        let is_version = word.rsplit('/').next().is_some_and(|last| {
            let parts: Vec<&str> = last.split('.').collect();
            parts.len() == 3 && parts[0].len() == 8 && parts[1..].iter().all(|p| p.bytes().all(|b| b.is_ascii_digit()))
        });
        let is_instant = word.len() == 24 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
        if is_version || is_instant {
            out.push('~');
        } else if let Some((before, _)) = token.split_once("_cursor=") {
            out.push_str(before);
            out.push_str("_cursor=~");
        } else {
            out.push_str(token);
        }
    }
    out
}

/// An answer and all pages that follow it.
async fn all_pages(world: &World, who: &str, question: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut next = Some(format!("/fhir/{question}"));
    while let Some(path) = next.take() {
        let answer = world.get(who, &path).await;
        let etag = answer.headers.contains_key("etag");
        let body = String::from_utf8(answer.body).unwrap();
        if let Ok(json) = serde_json::from_str::<Value>(&body) {
            let link = json["link"].as_array().into_iter().flatten().find(|link| link["relation"] == "next");
            let url = link.and_then(|link| link["url"].as_str());
            next = url.and_then(|url| url.find("/fhir/").map(|at| url[at..].to_owned()));
        }
        pages.push(format!("{} {etag} {}", answer.status.as_u16(), bare(&body)));
    }
    pages
}

/// A small generator of its own, so that a failing seed can be run again.
fn mix(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 16
}

#[tokio::test]
async fn answers_are_those_that_there_would_be_without_the_closed_charts() {
    for first in 1..=3u32 {
        let mut seed = first;
        let ids = ["p0", "p1", "p2", "p3"];
        let (with, without) = (world().await, world().await);
        let closed: Vec<&str> = ids.into_iter().filter(|_| mix(&mut seed).is_multiple_of(2)).collect();
        let who = ["doctor", "nurse", "clerk", "director"][mix(&mut seed) as usize % 4];
        for id in ids {
            let family = ["山田", "山本", "佐藤"][mix(&mut seed) as usize % 3];
            for resource in chart(id, family, mix(&mut seed)) {
                with.put(&resource).await;
                if !closed.contains(&id) {
                    without.put(&resource).await;
                }
            }
        }
        for id in &closed {
            with.seal(id, mix(&mut seed).is_multiple_of(2)).await;
        }
        for question in questions(&ids) {
            let (a, b) = (all_pages(&with, who, &question).await, all_pages(&without, who, &question).await);
            assert_eq!(a, b, "seed {first}: {who}, closed {closed:?}, asks {question}");
        }
        let batch: Vec<Value> = questions(&ids)
            .into_iter()
            .filter(|question| !question.contains('$') && !question.starts_with('_'))
            .map(|url| json!({"request": {"method": "GET", "url": url}}))
            .collect();
        let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": batch});
        let (a, b) = (with.send(who, "POST", "/fhir", &batch).await, without.send(who, "POST", "/fhir", &batch).await);
        let text = |answer: &Answer| bare(&String::from_utf8(answer.body.clone()).unwrap());
        assert_eq!(text(&a), text(&b), "seed {first}: a batch");
    }
}

#[tokio::test]
async fn an_export_holds_no_closed_chart() {
    let world = world().await;
    for (at, id) in ["p0", "p1"].into_iter().enumerate() {
        for resource in chart(id, "山田", u32::try_from(at).unwrap()) {
            world.put(&resource).await;
        }
    }
    world.seal("p1", true).await;
    let prefer = [("prefer", "respond-async")];
    let begun = world.client.send_signed_in(world.cookies("director"), "GET", "/fhir/$export", &prefer, "").await;
    assert_eq!(begun.status, 202);
    let place = begun.headers["content-location"].to_str().unwrap().to_owned();
    let manifest = world.get("director", &place[place.find("/fhir/").unwrap()..]).await.json();
    let mut lines = 0;
    for file in manifest["output"].as_array().unwrap() {
        let url = file["url"].as_str().unwrap();
        let text = String::from_utf8(world.get("director", &url[url.find("/fhir/").unwrap()..]).await.body).unwrap();
        assert!(!text.contains("p1"), "{url}: {text}");
        lines += text.lines().count();
    }
    assert!(lines > 5, "what is open is there");
}

#[tokio::test]
async fn a_closed_chart_is_not_written_and_every_try_is_in_the_trail() {
    let world = world().await;
    for resource in chart("p1", "山田", 1) {
        world.put(&resource).await;
    }
    world.seal("p1", true).await;
    let versions = |world: &World| {
        let store = world.client.server.app.store().clone();
        async move {
            let vector = store.read::<_, store::StoreError, _>(|s| s.vector()).await.unwrap();
            format!("{vector:?}")
        }
    };
    let before = versions(&world).await;
    let moved = observation("o-p1-0", "p2", 60);
    for (method, path, body) in [
        ("PUT", "/fhir/Patient/p1", patient("p1", "別人")),
        ("PUT", "/fhir/Observation/o-p1-0", moved),
        ("PUT", "/fhir/Observation/new", observation("new", "p1", 60)),
        ("POST", "/fhir/Observation", observation("x", "p1", 60)),
        ("DELETE", "/fhir/Observation/o-p1-0", Value::Null),
        ("DELETE", "/fhir/Patient/p1", Value::Null),
    ] {
        let answer = world.send("director", method, path, &body).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
    }
    let transaction = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": observation("x", "p9", 60), "request": {"method": "POST", "url": "Observation"}},
        {"resource": observation("x", "p1", 60), "request": {"method": "POST", "url": "Observation"}}]});
    assert_eq!(world.send("director", "POST", "/fhir", &transaction).await.status, 404, "all or nothing");
    assert_eq!(versions(&world).await, before, "nothing changed");
    assert_eq!(world.get("nurse", "/fhir/Observation/o-p1-0").await.status, 404);
    let events = world.client.server.events().await;
    let refused = |actor: &str| {
        let of = |e: &&audit::Event| e.actor == actor && e.detail.as_deref() == Some("closed-chart");
        events.iter().filter(of).filter(|e| e.patient.as_deref() == Some("p1")).count()
    };
    assert_eq!(refused("nurse"), 1, "who tried, and whose chart it was");
    assert!(refused("director") >= 4);
}

#[tokio::test]
async fn a_program_adds_to_a_closed_chart_and_sees_nothing_of_it() {
    let world = world().await;
    world.put(&patient("p1", "山田")).await;
    world.seal("p1", true).await;
    let laboratory = &world.client;
    let id = laboratory.create(&observation("x", "p1", 60).to_string().replace("\"id\":\"x\",", "")).await;
    assert_eq!(laboratory.get(&format!("/fhir/Observation/{id}")).await.status, 404);
    assert_eq!(laboratory.get("/fhir/Patient?_summary=count").await.json()["total"], 0);
    assert_eq!(world.open("doctor", "p1").await.status, 201);
    assert_eq!(world.get("doctor", &format!("/fhir/Observation/{id}")).await.status, 200, "the result is not lost");
}

#[tokio::test]
async fn a08_a_label_in_a_resource_decides_nothing() {
    let world = world().await;
    let mut labelled = patient("p1", "山田");
    labelled["meta"] =
        json!({"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "V"}]});
    world.put(&labelled).await;
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200, "a label closes nothing");
    world.seal("p1", true).await;
    assert_eq!(world.open("clerk", "p1").await.status, 201);
    assert_eq!(world.send("clerk", "PUT", "/fhir/Patient/p1", &patient("p1", "山田")).await.status, 200);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "taking the label out opens nothing");
}

#[tokio::test]
async fn a11_the_seal_holds_from_the_moment_it_is_set() {
    let world = world().await;
    for n in 0..8 {
        world.put(&observation(&format!("o{n}"), "p1", 60)).await;
    }
    world.put(&patient("p1", "山田")).await;
    let first = world.get("nurse", "/fhir/Observation?_count=3").await.json();
    assert_eq!(first["entry"].as_array().unwrap().len(), 3);
    world.seal("p1", true).await;
    let next = first["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next").unwrap();
    let next = next["url"].as_str().unwrap();
    let second = world.get("nurse", &next[next.find("/fhir/").unwrap()..]).await.json();
    assert_eq!(second.get("entry"), None, "a page that was begun before goes on without it");
    assert_eq!(world.open("nurse", "p1").await.status, 201);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200);
    world.client.server.pass(30 * MINUTE_MS);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "and is over when the time is");
}
