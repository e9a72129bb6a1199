//! Seals, refusals, visits and broken glass, as the page asks for them. Rows A09 and A10 of the attack list.

use access::Duty;
use serde_json::{Value, json};

use super::harness::{MINUTE_MS, PASSWORD};
use crate::fhir::closed::{World, observation, patient, world};

async fn sealed() -> World {
    let world = world().await;
    world.put(&patient("p1", "山田")).await;
    world.put(&observation("o1", "p1", 60)).await;
    world.seal("p1", true).await;
    world
}

async fn status(world: &World, who: &str, method: &str, path: &str, body: &Value) -> u16 {
    world.api(who, method, path, body).await.status.as_u16()
}

fn visit(id: &str, names: &[&str], status: &str) -> Value {
    let participants: Vec<Value> =
        names.iter().map(|name| json!({"individual": {"reference": format!("Practitioner/{name}")}})).collect();
    json!({"resourceType": "Encounter", "id": id, "status": status, "class": {"code": "AMB"},
        "subject": {"reference": "Patient/p1"}, "participant": participants, "period": {"start": "2027-01-15T08:00:00Z"}})
}

#[tokio::test]
async fn whoever_looks_for_a_sealed_patient_finds_the_name_and_the_way_in() {
    let world = sealed().await;
    let found = world.get("clerk", "/api/closed-charts?name=%E5%B1%B1").await.json();
    assert_eq!((found[0]["patient"].as_str(), found[0]["names"][0].as_str()), (Some("p1"), Some("山田 太郎")));
    let text = found.to_string();
    assert!(!text.contains("03-0000"), "no telephone: {text}");
    assert_eq!(world.get("clerk", "/api/closed-charts?phone=03-0000-0000").await.status, 400, "nor found by it");
    assert_eq!(world.get("clerk", "/api/closed-charts").await.status, 400);
    assert_eq!(world.get("auditor", "/api/closed-charts?name=%E5%B1%B1").await.status, 403);
    let chart = world.get("clerk", "/api/patients/p1/chart").await.json();
    assert_eq!((&chart["closed"], &chart["guards"][0]["label"]), (&json!(true), &json!("staff")));
    assert_eq!(chart["guards"][0]["by"], "", "who sealed it is told to those who may open it");
}

#[tokio::test]
async fn who_may_not_be_known_of_is_nowhere() {
    let world = world().await;
    world.put(&patient("p1", "山田")).await;
    world.seal("p1", false).await;
    assert_eq!(world.get("clerk", "/api/closed-charts?name=%E5%B1%B1").await.json(), json!([]));
    for (method, path, body) in [
        ("GET", "/api/patients/p1/chart", Value::Null),
        ("GET", "/api/patients/p1/trail", Value::Null),
        ("POST", "/api/openings", json!({"patient": "p1", "reason": "確かめたい"})),
    ] {
        let nobody = (path.replace("p1", "nobody"), body.to_string().replace("p1", "nobody"));
        let known = world.api("doctor", method, path, &body).await;
        let unknown = world.api("doctor", method, &nobody.0, &serde_json::from_str(&nobody.1).unwrap()).await;
        assert_eq!((known.status, unknown.status), (unknown.status, 404.try_into().unwrap()), "{method} {path}");
        assert_eq!(
            String::from_utf8(known.body).unwrap().replace("p1", "nobody"),
            String::from_utf8(unknown.body).unwrap()
        );
    }
    assert_eq!(
        status(
            &world,
            "director",
            "POST",
            "/api/patients/p1/unseal",
            &json!({"reason": "退院した", "proof": {"password": PASSWORD}})
        )
        .await,
        204
    );
    assert_eq!(world.get("clerk", "/fhir/Patient/p1").await.status, 200);
}

#[tokio::test]
async fn a10_breaking_the_glass_needs_a_reason_opens_one_chart_and_ends() {
    let world = sealed().await;
    world.put(&patient("p2", "佐藤")).await;
    world.seal("p2", true).await;
    for body in [
        json!({"patient": "p1"}),
        json!({"patient": "p1", "reason": ""}),
        json!({"patient": "p1", "reason": "   急  "}),
        json!({"patient": "p1", "reason": "救急で搬送", "until": 9_999_999_999_999u64}),
        json!({"patient": ["p1", "p2"], "reason": "救急で搬送"}),
    ] {
        assert!(matches!(status(&world, "nurse", "POST", "/api/openings", &body).await, 400 | 422), "{body}");
    }
    for who in ["auditor"] {
        assert_eq!(world.open(who, "p1").await.status, 403, "{who}");
    }
    let opening = world.open("nurse", "p1").await.json();
    let id = opening["id"].as_str().unwrap();
    assert_eq!(opening["until"].as_i64().unwrap() - opening["at"].as_i64().unwrap(), 30 * MINUTE_MS);
    assert_eq!(world.open("nurse", "p1").await.json()["id"], opening["id"], "a double click is one");
    assert_eq!(world.get("nurse", "/fhir/Observation?patient=p1").await.json()["entry"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("nurse", "/fhir/Patient/p2").await.status, 404, "one patient");
    assert_eq!(world.get("doctor", "/fhir/Patient/p1").await.status, 404, "one person");
    for method in ["PUT", "PATCH"] {
        assert_eq!(status(&world, "nurse", method, &format!("/api/openings/{id}"), &json!({"until": 1})).await, 405);
    }
    assert_eq!(status(&world, "doctor", "DELETE", &format!("/api/openings/{id}"), &Value::Null).await, 404);
    assert_eq!(status(&world, "nurse", "DELETE", &format!("/api/openings/{id}"), &Value::Null).await, 204);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "ended by one click");
    assert_eq!(status(&world, "nurse", "DELETE", &format!("/api/openings/{id}"), &Value::Null).await, 404, "once");
    let events = world.client.server.events().await;
    let broken: Vec<_> =
        events.iter().filter(|e| e.action == "break-glass" && e.outcome == audit::Outcome::Done).collect();
    assert_eq!(broken.len(), 2, "both clicks");
    assert!(broken.iter().all(|e| e.purpose.as_deref() == Some("BTG") && e.patient.as_deref() == Some("p1")));
    assert!(broken.iter().all(|e| e.detail.as_deref() == Some("救急で搬送された")));
}

#[tokio::test]
async fn a10_many_charts_at_once_are_no_emergency() {
    let world = world().await;
    for n in 0..8 {
        world.put(&patient(&format!("p{n}"), "山田")).await;
        world.seal(&format!("p{n}"), true).await;
    }
    for n in 0..5 {
        assert_eq!(world.open("nurse", &format!("p{n}")).await.status, 201, "{n}");
    }
    assert_eq!(world.open("nurse", "p5").await.status, 429);
    assert_eq!(world.get("nurse", "/fhir/Patient?_summary=count").await.json()["total"], 5);
    let events = world.client.server.events().await;
    let stopped = events.iter().find(|e| e.action == "break-glass" && e.outcome == audit::Outcome::Refused).unwrap();
    assert_eq!(stopped.detail.as_deref(), Some("too-many"));
}

#[tokio::test]
async fn a10_a_leaver_opens_nothing_and_what_was_open_is_closed() {
    let world = sealed().await;
    assert_eq!(world.open("nurse", "p1").await.status, 201);
    world.client.server.disable("nurse").await;
    world.client.server.app.forget_callers();
    assert_eq!(world.open("nurse", "p1").await.status, 401);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 401);
}

#[tokio::test]
async fn an_opening_waits_for_a_reviewer_who_is_somebody_else() {
    let world = sealed().await;
    let id = world.open("director", "p1").await.json()["id"].as_str().unwrap().to_owned();
    for (who, list, sign) in [("doctor", 403, 403), ("nurse", 403, 403), ("clerk", 403, 403), ("director", 200, 403)] {
        assert_eq!(world.get(who, "/api/opening-reviews?waiting=true").await.status.as_u16(), list, "{who}");
        let body = json!({"verdict": "justified"});
        assert_eq!(status(&world, who, "POST", &format!("/api/openings/{id}/review"), &body).await, sign, "{who}");
    }
    let waiting = world.get("auditor", "/api/opening-reviews?waiting=true").await.json();
    assert_eq!(
        (waiting[0]["account"].as_str(), waiting[0]["reason"].as_str()),
        (Some("director"), Some("救急で搬送された"))
    );
    assert_eq!(world.get("auditor", "/api/opening-reviews/waiting").await.json()["waiting"], 1);
    let review = format!("/api/openings/{id}/review");
    assert_eq!(status(&world, "auditor", "POST", &review, &json!({"verdict": "fine"})).await, 422);
    assert_eq!(
        status(&world, "auditor", "POST", &review, &json!({"verdict": "questioned"})).await,
        422,
        "without a word"
    );
    assert_eq!(
        status(&world, "auditor", "POST", &review, &json!({"verdict": "questioned", "note": "本人に確認する"})).await,
        204
    );
    assert_eq!(status(&world, "auditor", "POST", &review, &json!({"verdict": "justified"})).await, 409, "said once");
    assert_eq!(world.get("auditor", "/api/opening-reviews?waiting=true").await.json(), json!([]));
    assert_eq!(world.get("auditor", "/api/opening-reviews/waiting").await.json()["waiting"], 0);
    let all = world.get("auditor", "/api/opening-reviews").await.json();
    assert_eq!(all[0]["review"]["note"], "本人に確認する");
}

#[tokio::test]
async fn a_current_visit_opens_the_chart_to_those_somebody_else_named_on_it() {
    let world = sealed().await;
    // By the laboratory's program, which may create blindly; at the desk it is a clerk with a broken glass.
    let name = |id: &'static str, names: &'static [&'static str], status| visit(id, names, status);
    world.put(&name("e1", &["doctor"], "arrived")).await;
    assert_eq!(world.get("doctor", "/fhir/Patient/p1").await.status, 200, "named by somebody else");
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "not named");
    assert_eq!(world.get("doctor", "/api/patients/p1/chart").await.json()["way"], "visit");
    // The doctor goes on with the visit and takes the nurse in.
    let both = name("e1", &["doctor", "nurse"], "in-progress");
    assert_eq!(world.send("doctor", "PUT", "/fhir/Encounter/e1", &both).await.status, 200);
    assert_eq!(world.get("doctor", "/fhir/Patient/p1").await.status, 200);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200);
    let done = name("e1", &["doctor", "nurse"], "finished");
    assert_eq!(world.send("doctor", "PUT", "/fhir/Encounter/e1", &done).await.status, 200);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "the visit is over");
}

#[tokio::test]
async fn nobody_names_themselves_into_a_chart() {
    let world = sealed().await;
    assert_eq!(world.open("nurse", "p1").await.status, 201);
    let own = visit("e2", &["nurse"], "in-progress");
    assert_eq!(world.send("nurse", "PUT", "/fhir/Encounter/e2", &own).await.status, 201);
    world.client.server.pass(31 * MINUTE_MS);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404);
    // Nor does a visit of last week count, nor one that is only planned.
    world.put(&visit("e3", &["nurse"], "planned")).await;
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404);
    world.put(&visit("e4", &["nurse"], "arrived")).await;
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200);
    world.client.server.pass(25 * 60 * MINUTE_MS);
    let again = world.client.server.sign_in("nurse", PASSWORD, "").await.cookies();
    let answer = world.client.send_signed_in(&again, "GET", "/fhir/Patient/p1", &[], "").await;
    assert_eq!(answer.status, 404, "a day later");
}

#[tokio::test]
async fn what_a_patient_refuses_holds_for_whom_it_names_in_spite_of_a_visit() {
    let world = world().await;
    world.put(&patient("p1", "山田")).await;
    let consent = |status: &str| {
        json!({"resourceType": "Consent", "id": "k1", "status": status, "patient": {"reference": "Patient/p1"},
            "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"}]},
            "category": [{"text": "閲覧の制限"}], "policyRule": {"text": "x"},
            "provision": {"type": "deny", "actor": [{"role": {"text": "x"}, "reference": {"reference": "Practitioner/nurse"}}]}})
    };
    assert_eq!(world.send("doctor", "PUT", "/fhir/Consent/k1", &consent("active")).await.status, 201);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404);
    assert_eq!(world.get("clerk", "/fhir/Patient/p1").await.status, 200, "nobody else");
    world.put(&visit("e1", &["nurse"], "arrived")).await;
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404, "naming her does not undo it");
    assert_eq!(world.send("nurse", "PUT", "/fhir/Consent/k1", &consent("inactive")).await.status, 404, "nor does she");
    assert_eq!(world.open("nurse", "p1").await.status, 201);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200, "an emergency does, and is told");
    assert_eq!(world.get("auditor", "/api/opening-reviews").await.json()[0]["label"], "refusal");
    let id = world.get("nurse", "/api/openings").await.json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(status(&world, "nurse", "DELETE", &format!("/api/openings/{id}"), &Value::Null).await, 204);
    assert_eq!(world.send("doctor", "PUT", "/fhir/Consent/k1", &consent("inactive")).await.status, 200);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200, "taken back");
    assert_eq!(world.send("doctor", "PUT", "/fhir/Consent/k1", &consent("active")).await.status, 200);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 404);
    assert_eq!(world.send("doctor", "DELETE", "/fhir/Consent/k1", &Value::Null).await.status, 204);
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200, "deleted");
}

#[tokio::test]
async fn a09_seals_are_set_and_lifted_by_those_who_may_with_their_password() {
    let world = world().await;
    world.put(&patient("p1", "山田")).await;
    let body = |password: &str| json!({"label": "vip", "known": true, "reason": "本人の希望", "proof": {"password": password}, "spared": ["clerk"]});
    let seal = "/api/patients/p1/seal";
    for (who, expected) in [("nurse", 403), ("clerk", 403), ("auditor", 403), ("doctor", 204)] {
        assert_eq!(status(&world, who, "PUT", seal, &body(PASSWORD)).await, expected, "{who}");
    }
    assert_eq!(world.get("clerk", "/fhir/Patient/p1").await.status, 200, "spared");
    assert_eq!(world.get("doctor", "/fhir/Patient/p1").await.status, 404, "who sealed it is held too");
    assert_eq!(status(&world, "director", "PUT", seal, &body("wrong")).await, 422);
    let mut odd = body(PASSWORD);
    odd["label"] = json!("secret");
    assert_eq!(status(&world, "director", "PUT", seal, &odd).await, 422);
    odd = body(PASSWORD);
    odd["spared"] = json!(["nobody"]);
    assert_eq!(status(&world, "director", "PUT", seal, &odd).await, 422);
    assert_eq!(status(&world, "doctor", "PUT", seal, &body(PASSWORD)).await, 403, "changing it is unsealing");
    let lift = json!({"reason": "退職した", "proof": {"password": PASSWORD}});
    for (who, expected) in
        [("doctor", 403), ("nurse", 403), ("clerk", 403), ("auditor", 403), ("director", 204), ("director", 404)]
    {
        assert_eq!(status(&world, who, "POST", "/api/patients/p1/unseal", &lift).await, expected, "{who}");
    }
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200);
    let events = world.client.server.events().await;
    for (action, outcome) in [
        ("seal", audit::Outcome::Done),
        ("seal", audit::Outcome::Refused),
        ("unseal", audit::Outcome::Done),
        ("unseal", audit::Outcome::Refused),
    ] {
        assert!(
            events.iter().any(|e| e.action == action && e.outcome == outcome && e.patient.as_deref() == Some("p1")),
            "{action} {outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_trail_of_a_chart_and_of_a_person_is_for_those_who_look_after_it() {
    let world = world().await;
    world.client.server.account("keeper", &[Duty::Administrator]).await;
    world.put(&patient("p1", "山田")).await;
    assert_eq!(world.get("nurse", "/fhir/Patient/p1").await.status, 200);
    for (who, chart, person) in
        [("director", 200, 200), ("doctor", 200, 403), ("nurse", 403, 403), ("clerk", 403, 403), ("auditor", 200, 200)]
    {
        assert_eq!(world.get(who, "/api/patients/p1/trail").await.status.as_u16(), chart, "{who}");
        assert_eq!(world.get(who, "/api/accounts/nurse/trail").await.status.as_u16(), person, "{who}");
    }
    let trail = world.get("auditor", "/api/patients/p1/trail").await.json();
    let line = trail["lines"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["actor"] == "nurse" && line["action"] == "read")
        .unwrap();
    assert_eq!((line["name"].as_str(), line["outcome"].as_str()), (Some("佐藤 健"), Some("done")));
    let person = world.get("auditor", "/api/accounts/nurse/trail").await.json();
    assert!(person["lines"].as_array().unwrap().iter().all(|line| line["actor"] == "nurse"));
    let csv = world.get("auditor", "/api/patients/p1/trail.csv").await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"trail.csv\"");
    assert!(String::from_utf8(csv.body).unwrap().contains("\"nurse\",\"佐藤 健\",\"read\",\"done\""));
}
