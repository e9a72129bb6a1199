//! The declared network over HTTP: who may, what is kept, what two editors do to each other.

use access::Duty;
use audit::Outcome;
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::harness::{Answer, PASSWORD, Server, post, start};

const PATTERN: &str = include_str!("../../../clinic/patterns/floors.toml");

/// A server, and the cookies of an administrator.
async fn administered() -> (Server, String) {
    let server = start().await;
    server.account("kanri", &[Duty::Administrator]).await;
    let cookies = server.sign_in("kanri", PASSWORD, "").await.cookies();
    (server, cookies)
}

async fn save(server: &Server, cookies: &str, condition: (&str, &str), text: &str, why: &str) -> Answer {
    let request = Request::put("/api/network")
        .header("content-type", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookies)
        .header(condition.0, condition.1)
        .body(Body::from(json!({ "text": text, "why": why }).to_string()))
        .unwrap();
    server.send(request).await
}

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

/// With the pattern declared; its tag.
async fn declared() -> (Server, String, String) {
    let (server, cookies) = administered().await;
    let saved = save(&server, &cookies, ("if-none-match", "*"), PATTERN, "はじめに").await;
    assert_eq!(saved.status, 200, "{}", String::from_utf8_lossy(&saved.body));
    let tag = tag(&saved);
    (server, cookies, tag)
}

#[tokio::test]
async fn nothing_is_declared_until_somebody_does() {
    let (server, cookies) = administered().await;
    let empty = server.get("/api/network", &cookies).await;
    assert_eq!((empty.json()["declared"].clone(), empty.json()["may_change"].clone()), (Value::Null, json!(true)));
    assert!(!empty.headers.contains_key("etag"));
    let patterns = server.get("/api/network/patterns", &cookies).await.json();
    assert_eq!(patterns.as_array().unwrap().len(), 5);
    let text = patterns[0]["text"].as_str().unwrap();
    let saved = save(&server, &cookies, ("if-none-match", "*"), text, "はじめに").await;
    assert_eq!((saved.status.as_u16(), saved.json()["declared"]["number"].clone()), (200, json!(1)));
    let read = server.get("/api/network", &cookies).await;
    assert_eq!((read.json()["declared"]["draft"]["text"].as_str().unwrap(), tag(&read)), (text, tag(&saved)));
}

#[tokio::test]
async fn of_two_editors_the_second_is_told_and_nothing_is_lost() {
    let (server, cookies, tag_of_first) = declared().await;
    let one = PATTERN.replace("駐車場カメラ", "玄関カメラ");
    let saved = save(&server, &cookies, ("if-match", &tag_of_first), &one, "名前").await;
    assert_eq!(saved.status, 200);
    let two = PATTERN.replace("駐車場カメラ", "裏口カメラ");
    for condition in [("if-match", tag_of_first.as_str()), ("if-none-match", "*"), ("if-match", "\"nonsense\"")] {
        let late = save(&server, &cookies, condition, &two, "名前").await;
        assert_eq!((late.status.as_u16(), late.json()["kind"].clone()), (412, json!("conflict")), "{condition:?}");
    }
    let is = server.get("/api/network", &cookies).await;
    assert_eq!(is.json()["declared"]["draft"]["text"], json!(one));
    let blind = save(&server, &cookies, ("x-nothing", "x"), &two, "名前").await;
    assert_eq!(blind.status, 428);
}

#[tokio::test]
async fn a_change_is_kept_with_who_when_and_why_and_can_be_taken_back() {
    let (server, cookies, tag) = declared().await;
    server.pass(60_000);
    let two = PATTERN.replace("hours = \"mon-sat 08:00-20:00\"\n", "");
    assert_ne!(two, PATTERN);
    let saved = save(&server, &cookies, ("if-match", &tag), &two, "来院者 Wi-Fi を夜も開ける").await;
    assert_eq!(saved.status, 200);
    let history = server.get("/api/network/history", &cookies).await.json();
    assert_eq!((history[0]["number"].clone(), history[0]["by"].clone()), (json!(2), json!("kanri")));
    assert_eq!(history[0]["why"], "来院者 Wi-Fi を夜も開ける");
    assert_eq!(history[0]["at"].as_i64().unwrap() - history[1]["at"].as_i64().unwrap(), 60_000);
    let version = server.get("/api/network/history/2", &cookies).await.json();
    assert_eq!(version["text"], json!(two));
    let opened = version["plan"]["opens"][0]["what"]["ja"].as_str().unwrap();
    assert!(opened.contains("通るようになります"), "{opened}");
    let first = server.get("/api/network/history/1", &cookies).await.json();
    assert_eq!((first["text"].clone(), first["plan"].clone()), (json!(PATTERN), Value::Null));
    for none in ["0", "3", "x", "99999999999"] {
        assert_eq!(server.get(&format!("/api/network/history/{none}"), &cookies).await.status, 404, "{none}");
    }
    let events = server.events().await;
    let changes: Vec<_> = events.iter().filter(|event| event.action == "network-change").collect();
    assert_eq!(changes.len(), 2);
    assert_eq!((changes[0].actor.as_str(), changes[0].detail.as_deref()), ("kanri", Some("来院者 Wi-Fi を夜も開ける")));
    assert_eq!((changes[0].entities[0].version.as_deref(), changes[0].outcome), (Some("2"), Outcome::Done));
}

#[tokio::test]
async fn what_is_no_clinic_or_has_no_reason_is_not_kept() {
    let (server, cookies, tag) = declared().await;
    let long = "あ".repeat(501);
    for (text, why) in [("[clinic", "w"), ("", "w"), (PATTERN, " "), (PATTERN, long.as_str()), (PATTERN, "a\nb")] {
        let refused = save(&server, &cookies, ("if-match", &tag), text, why).await;
        assert_eq!((refused.status.as_u16(), refused.json()["kind"].clone()), (422, json!("invalid")));
    }
    assert_eq!(server.get("/api/network/history", &cookies).await.json().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_route_asks_for_the_right_and_a_refusal_is_written_down() {
    let (server, _, tag) = declared().await;
    let duties = [
        ("incho", Duty::Director, true),
        ("hoshu", Duty::Vendor, true),
        ("kango", Duty::Nurse, false),
        ("yaku", Duty::Pharmacist, false),
        ("kensa", Duty::Technician, false),
        ("kansa", Duty::Auditor, false),
    ];
    for (login, duty, _) in duties {
        server.account(login, &[duty]).await;
    }
    for (login, reads) in
        duties.map(|(login, _, reads)| (login, reads)).into_iter().chain([("sato", false), ("tanaka", false)])
    {
        let cookies = server.sign_in(login, PASSWORD, "").await.cookies();
        for path in ["", "/history", "/history/1", "/patterns"] {
            let status = server.get(&format!("/api/network{path}"), &cookies).await.status;
            assert_eq!(status, if reads { 200 } else { 403 }, "{login} {path}");
        }
        for (path, body) in [
            ("draft", json!({ "text": PATTERN })),
            ("reach", json!({ "text": PATTERN, "device": "orca" })),
            ("proof", json!({ "text": PATTERN, "rules": "ip lan1 address 192.168.1.1/24" })),
        ] {
            let status = server.send(post(&format!("/api/network/{path}"), &cookies, &body)).await.status;
            assert_eq!(status, if reads { 200 } else { 403 }, "{login} {path}");
        }
        let refused = save(&server, &cookies, ("if-match", &tag), PATTERN, "w").await;
        assert_eq!(refused.status, 403, "{login} saves");
        let events = server.events().await;
        assert_eq!((events[0].actor.as_str(), events[0].action.as_str()), (login, "network-change"));
        assert_eq!(events[0].outcome, Outcome::Refused);
    }
}

async fn draft(server: &Server, cookies: &str, text: &str, edit: Value) -> Value {
    let body = if edit.is_null() { json!({ "text": text }) } else { json!({ "text": text, "edit": edit }) };
    let answer = server.send(post("/api/network/draft", cookies, &body)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    answer.json()
}

fn flow(of: Option<&str>, from: &str, to: &str, why: &str) -> Value {
    json!({ "act": "flow", "of": of, "flow": {
        "id": of.unwrap_or("x"), "from": from, "to": to, "service": ["https"], "why": why, "hours": [], "until": ""
    } })
}

#[tokio::test]
async fn a_form_gives_a_draft_with_its_plan_and_keeps_comments() {
    let (server, cookies, _) = declared().await;
    let made = draft(&server, &cookies, PATTERN, flow(None, "office-pc", "chart-server", "試し")).await;
    assert_eq!(made["refused"], json!([]));
    assert_eq!(made["plan"]["opens"].as_array().unwrap().len(), 1);
    let text = made["text"].as_str().unwrap();
    assert!(text.contains("# 二つの LAN の間で通すのは") && text.contains("why = \"試し\""));
    let unmade = json!({ "act": "remove", "kind": "flow", "id": "x" });
    let back = draft(&server, &cookies, text, unmade).await;
    assert_eq!((back["text"].as_str().unwrap(), back["plan"]["opens"].clone()), (PATTERN, json!([])));
}

#[tokio::test]
async fn what_a_form_cannot_be_is_told_at_its_field() {
    let (server, cookies, _) = declared().await;
    let refused = draft(&server, &cookies, PATTERN, flow(None, "office-pc", "nowhere", "")).await;
    let keys: Vec<&str> =
        refused["refused"].as_array().unwrap().iter().map(|each| each["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["why", "to"], "{}", refused["refused"]);
    assert_eq!(refused["text"], json!(PATTERN));
    let used = json!({ "act": "remove", "kind": "device", "id": "orca" });
    assert_ne!(draft(&server, &cookies, PATTERN, used).await["refused"], json!([]), "flows refer to it");
    for id in ["nobody", "受付", "", "../../etc"] {
        let gone = json!({ "act": "remove", "kind": "device", "id": id });
        assert_eq!(draft(&server, &cookies, PATTERN, gone).await["refused"].as_array().unwrap().len(), 1, "{id}");
    }
}

#[tokio::test]
async fn what_does_not_read_is_told_by_its_line() {
    let (server, cookies, _) = declared().await;
    let broken = PATTERN.replace("zone = \"office\"\nroom = \"f3-office\"", "zone = \"offise\"\nroom = \"f3-office\"");
    let line = broken.lines().position(|line| line.contains("offise")).unwrap() + 1;
    let told = draft(&server, &cookies, &broken, Value::Null).await;
    assert_eq!((told["view"].clone(), told["problems"][0]["line"].clone()), (Value::Null, json!(line)));
    assert!(told["problems"][0]["what"]["ja"].as_str().unwrap().contains("office"));
}

#[tokio::test]
async fn hostile_names_come_back_as_they_are_and_nowhere_else() {
    let (server, cookies, tag) = declared().await;
    let long = "長".repeat(10_000);
    for name in ["<script>alert(1)</script>", "\u{202e}txet\u{202c}", "\" ] [[flow]] id = 'x", &long, "\u{0000}x"] {
        let device = json!({ "act": "device", "of": null, "device": {
            "id": "x", "name": name, "kind": "pc", "zone": "office", "room": "", "mac": [], "ipv4": "", "ipv6": "",
            "maker": "", "model": "", "firmware": "", "maintained_by": "", "depends_on": [], "criticality": "",
            "medical": false
        } });
        let made = draft(&server, &cookies, PATTERN, device).await;
        if made["refused"] == json!([]) {
            let devices = made["view"]["devices"].as_array().unwrap();
            assert_eq!((devices.len(), devices[23]["name"].as_str().unwrap()), (24, name));
            let saved = save(&server, &cookies, ("if-match", &tag), made["text"].as_str().unwrap(), "試し").await;
            assert_eq!(
                (saved.status.as_u16(), saved.headers["content-type"].clone()),
                (200, "application/json".parse().unwrap())
            );
            let back = save(&server, &cookies, ("if-match", &self::tag(&saved)), PATTERN, "戻す").await;
            assert_eq!(self::tag(&back), tag, "the tag is the text's");
        }
    }
    let huge = draft(&server, &cookies, &"#".repeat(1 << 21), Value::Null).await;
    assert_eq!(huge["view"], Value::Null);
}

#[tokio::test]
async fn reach_is_of_the_draft_that_was_sent() {
    let (server, cookies, _) = declared().await;
    let ask =
        |text: String, device: &str| post("/api/network/reach", &cookies, &json!({ "text": text, "device": device }));
    let told = server.send(ask(PATTERN.to_owned(), "orca")).await.json();
    assert_eq!(told["callers"][0]["who"]["ja"], "自動精算機");
    let more = draft(&server, &cookies, PATTERN, flow(None, "office-pc", "orca", "試し")).await;
    let told = server.send(ask(more["text"].as_str().unwrap().to_owned(), "orca")).await.json();
    assert_eq!(told["callers"].as_array().unwrap().len(), 2);
    for none in ["nobody", "受付", ""] {
        assert_eq!(server.send(ask(PATTERN.to_owned(), none)).await.status, 404, "{none}");
    }
    assert_eq!(server.send(ask("[".to_owned(), "orca")).await.status, 422);
}

#[tokio::test]
async fn a_proof_says_equal_different_or_not_understood() {
    let (server, cookies, _) = declared().await;
    // Echo over IPv6 is what no text of an RTX can say.
    let text = PATTERN.replace(", \"ping\"", "");
    let clinic = clinic::model::read(&text).unwrap();
    // The harness' clock stands on a Friday evening in January; what is open then is compiled.
    let now = jiff::Timestamp::from_millisecond(server.app.now_ms()).unwrap();
    let now = now.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).datetime();
    let policy = network::Policy::of(&clinic, now, &network::policy::Live::default());
    let rules = network::rtx::compile(&policy, network::rtx::Model::Small).unwrap();
    let ask = |rules: &str| post("/api/network/proof", &cookies, &json!({ "text": text, "rules": rules }));
    let equal = server.send(ask(&rules)).await.json();
    assert_eq!((equal["proof"].clone(), equal["differences"].clone()), (json!("equal"), json!([])), "{equal}");
    let broken: Vec<&str> = rules.lines().collect();
    let at = broken.iter().position(|line| line.contains("filter") && line.contains("445")).unwrap();
    let broken = [&broken[..at], &broken[at + 1..]].concat().join("\n");
    let different = server.send(ask(&broken)).await.json();
    assert_ne!(different["proof"], json!("equal"));
    let strange = server.send(ask(&format!("{rules}\nip filter 7777 pass-sometimes * * * * *\n"))).await.json();
    assert_eq!(strange["proof"], json!("not-understood"));
    assert!(!strange["unknown"].as_array().unwrap().is_empty());
    let none = server.send(ask("{\"hello\": 1}")).await;
    assert_eq!((none.status.as_u16(), none.json()["kind"].clone()), (422, json!("invalid")));
}
