//! The second factor: enrolling it, signing in with it, losing it, and every way around it.

use std::collections::BTreeMap;

use access::Duty;
use audit::Outcome;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use server::signin::enrol;

use super::harness::{Answer, MINUTE_MS, PASSWORD, Server, post, start};
use super::telephone::{STEP_MS, Telephone};

/// Enrols a telephone for `login`, who is signed in with `cookies`: the new cookies, and the recovery codes.
pub(super) async fn enrol(server: &Server, cookies: &str) -> (Telephone, String, Vec<String>) {
    let proposed = ask(server, "/api/session/factor", cookies, json!({ "password": PASSWORD })).await;
    assert_eq!(proposed.status, 201, "{}", String::from_utf8_lossy(&proposed.body));
    let telephone = Telephone::of(proposed.json()["secret"].as_str().unwrap());
    let code = telephone.code(server.app.now_ms());
    let confirmed = ask(server, "/api/session/factor/confirmation", cookies, json!({ "code": code })).await;
    assert_eq!(confirmed.status, 200, "{}", String::from_utf8_lossy(&confirmed.body));
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (telephone, confirmed.cookies(), codes)
}

pub(super) async fn ask(server: &Server, path: &str, cookies: &str, body: Value) -> Answer {
    server.send(post(path, cookies, &body)).await
}

async fn second_step(server: &Server, cookies: &str, code: &str) -> Answer {
    ask(server, "/api/session/second-step", cookies, json!({ "code": code })).await
}

/// `sato` with a second factor, some time ago; the half session of a new sign-in.
async fn at_the_second_step() -> (Server, Telephone, Vec<String>, String) {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let (telephone, _, codes) = enrol(&server, &cookies).await;
    server.pass(10 * MINUTE_MS);
    let half = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!((half.status.as_u16(), half.json()), (202, json!({ "missing": "code" })));
    (server, telephone, codes, half.cookies())
}

async fn is_whole(server: &Server, cookies: &str) -> bool {
    server.get("/api/session", cookies).await.status == 200
}

#[tokio::test]
async fn somebody_enrols_and_then_signs_in_with_a_code() {
    let server = start().await;
    let here = server.sign_in("sato", PASSWORD, "").await.cookies();
    let elsewhere = server.sign_in("sato", PASSWORD, "").await.cookies();
    let (telephone, enrolled, codes) = enrol(&server, &here).await;
    assert_eq!(codes.len(), 10);
    assert!(is_whole(&server, &enrolled).await);
    for dead in [&here, &elsewhere] {
        assert!(!is_whole(&server, dead).await, "sessions from before the change of privilege are dead");
    }
    let factor = server.get("/api/session/factor", &enrolled).await.json();
    assert_eq!((&factor["recovery_codes_left"], &factor["asked"]), (&json!(10), &json!(false)));
    assert_eq!(factor["since"], server.app.now_ms());

    server.pass(STEP_MS);
    let half = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!(half.status, 202);
    assert!(!half.cookies().contains("device"), "who knows just a password stays a stranger");
    let entered = second_step(&server, &half.cookies(), &telephone.code(server.app.now_ms())).await;
    assert_eq!((entered.status.as_u16(), &entered.json()["user"]), (200, &json!("sato")));
    assert!(entered.cookies().contains("device"));
    assert!(is_whole(&server, &entered.cookies()).await);
    assert_eq!(second_step(&server, &half.cookies(), "000000").await.status, 401, "the half session is dead");
}

/// B09. What is open to a half session is named here, and every one of these looks at what is missing.
#[tokio::test]
async fn a_half_session_reaches_the_second_step_and_nothing_else() {
    let (server, _, codes, half) = at_the_second_step().await;
    const OPEN: [(&str, &str); 8] = [
        ("post", "/api/session"),
        ("get", "/api/health"),
        ("get", "/api/authority"),
        ("get", "/ca.crt"),
        ("post", "/api/session/second-step"),
        ("post", "/api/session/passkey"),
        ("post", "/api/passkey-challenge"),
        ("delete", "/api/session"),
    ];
    let description: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    let shown = json!({ "password": PASSWORD, "code": codes[0] });
    let proof = json!({
        "password": PASSWORD, "code": codes[0], "current": PASSWORD, "new": "sora-ga-7iro-desu", "duties": [], "proof": shown,
        "id": "AA", "ceremony": "x", "credential": {}, "label": "x",
    });
    let mut refused = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|m| !OPEN.contains(&(m.as_str(), path.as_str()))) {
            // Exactly the body that each would take.
            let schema = &methods[method]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let name = schema.as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
            let members = description["components"]["schemas"][name]["properties"].as_object();
            let body: BTreeMap<&str, &Value> = members
                .into_iter()
                .flatten()
                .map(|(name, _)| (name.as_str(), &proof[name]))
                .filter(|(_, v)| !v.is_null())
                .collect();
            let answer = send(&server, method, path, &half, &json!(body)).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["kind"]), (401, &json!("second-step-needed")), "{path}");
            assert!(answer.cookies().is_empty());
            refused += 1;
        }
    }
    for route in server::fhir::ROUTES {
        let path = route.path.replace("{type}", "Patient").replace("{id}", "1").replace("{other}", "Observation");
        let answer = send(&server, route.method.as_str(), &path, &half, &json!({ "resourceType": "Patient" })).await;
        assert_eq!(answer.status, 401, "{} {path}", route.method);
        refused += 1;
    }
    let events = server.events().await;
    let skips = events.iter().filter(|e| e.action == "skip-second-step" && e.outcome == Outcome::Refused);
    assert_eq!(skips.clone().count(), refused, "each is in the audit trail");
    assert!(skips.clone().all(|e| e.actor == "sato" && !e.source.is_empty()));
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 202, "the password is what it was");
    assert_eq!(second_step(&server, &half, &codes[0]).await.status, 200, "and the recovery code was not used up");
}

async fn send(server: &Server, method: &str, path: &str, cookies: &str, body: &Value) -> Answer {
    let mut request = post(path, cookies, body);
    *request.method_mut() = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    server.send(request).await
}

/// B07: the window. One step of drift is accepted, and nothing of the rest changes anything.
#[tokio::test]
async fn codes_from_far_off_steps_and_what_is_no_code_are_refused() {
    for drift in -5..=5_i64 {
        let (server, telephone, _, half) = at_the_second_step().await;
        let answer = second_step(&server, &half, &telephone.code(server.app.now_ms() + drift * STEP_MS)).await;
        let expected = if drift.abs() <= 1 { 200 } else { 422 };
        assert_eq!(answer.status, expected, "{drift}");
    }
    let (server, telephone, codes, half) = at_the_second_step().await;
    let right = telephone.code(server.app.now_ms());
    let truncated = right[..5].to_owned();
    for wrong in ["", &truncated, "ZZCANARY氏名", "0000-0000-0000-0000"] {
        let answer = second_step(&server, &half, wrong).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["kind"]), (422, &json!("code-refused")), "{wrong}");
        assert!(answer.cookies().is_empty() && !String::from_utf8_lossy(&answer.body).contains("ZZCANARY"));
    }
    assert!(!is_whole(&server, &half).await);
    let refused = server.events().await.into_iter().filter(|e| e.detail.as_deref() == Some("wrong-code"));
    assert_eq!(refused.filter(|e| (e.action.as_str(), e.outcome) == ("sign-in", Outcome::Refused)).count(), 4);
    // The right one still opens, written as a Japanese keyboard gives it.
    let wide: String = right.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap()).collect();
    assert_eq!(second_step(&server, &half, &wide).await.status, 200);
    assert_eq!(codes.len(), 10);
}

/// B07: replay.
#[tokio::test]
async fn a_code_opens_once() {
    let (server, telephone, _, half) = at_the_second_step().await;
    let code = telephone.code(server.app.now_ms());
    assert_eq!(second_step(&server, &half, &code).await.status, 200);
    let again = server.sign_in("sato", PASSWORD, "").await.cookies();
    let answer = second_step(&server, &again, &code).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["kind"]), (409, &json!("conflict")));
    assert!(!is_whole(&server, &again).await);
    assert!(server.events().await.iter().any(|e| e.detail.as_deref() == Some("spent-code")));
    let before = telephone.code(server.app.now_ms() - STEP_MS);
    assert_eq!(second_step(&server, &again, &before).await.status, 409, "nor does one from before");
    server.pass(STEP_MS);
    assert_eq!(second_step(&server, &again, &telephone.code(server.app.now_ms())).await.status, 200);
}

/// B07: the race.
#[tokio::test]
async fn of_many_that_come_with_one_code_one_gets_in() {
    for with_recovery_code in [false, true] {
        let (server, telephone, codes, first) = at_the_second_step().await;
        let second = server.sign_in("sato", PASSWORD, "").await.cookies();
        let code = if with_recovery_code { codes[3].clone() } else { telephone.code(server.app.now_ms()) };
        let [a, b, c, d] = [&first, &second, &first, &second].map(|half| second_step(&server, half, &code));
        let answers = <[Answer; 4]>::from(tokio::join!(a, b, c, d));
        let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
        assert!(answers.iter().all(|a| a.status == 200 || a.cookies().is_empty()));
        assert!(is_whole(&server, &winners[0].cookies()).await);
    }
}

/// B07: brute force. The count is in the store: it outlives errors, other sessions and a start of the program.
#[tokio::test]
async fn guesses_of_codes_are_slowed_and_the_owners_device_is_not() {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let (telephone, enrolled, _) = enrol(&server, &cookies).await;
    let device = enrolled.split("; ").find(|c| c.contains("device")).unwrap().to_owned();
    server.pass(10 * MINUTE_MS);
    let mut admitted = 0;
    for n in 0..40u8 {
        // From everywhere, in a new half session each time.
        let half = server.sign_in("sato", PASSWORD, "").await.cookies();
        let peer = format!("10.0.{n}.1:1000").parse().unwrap();
        let guess = post("/api/session/second-step", &half, &json!({ "code": "not it" }));
        let answer = server.send_from(peer, guess).await;
        match answer.status.as_u16() {
            422 => admitted += 1,
            429 => assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 60),
            other => panic!("{other}"),
        }
    }
    assert_eq!(admitted, 5);
    let code = telephone.code(server.app.now_ms());
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &half, &code).await.status, 429, "the right one from a stranger waits too");
    assert!(server.events().await.iter().any(|e| e.detail.as_deref() == Some("too-often") && e.actor == "sato"));
    let half = server.sign_in("sato", PASSWORD, &device).await.cookies();
    let entered = second_step(&server, &format!("{half}; {device}"), &code).await;
    assert_eq!(entered.status, 200, "the doctor's own tablet gets in");
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &half, "not it").await.status, 429, "which gives the stranger nothing back");
    server.pass(6 * MINUTE_MS);
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &half, &telephone.code(server.app.now_ms())).await.status, 200, "one was earned");
}

#[tokio::test]
async fn a_recovery_code_opens_once() {
    let (server, _, codes, half) = at_the_second_step().await;
    let entered = second_step(&server, &half, &codes[4].to_lowercase().replace('-', " ")).await;
    assert_eq!(entered.status, 200);
    let factor = server.get("/api/session/factor", &entered.cookies()).await.json();
    assert_eq!(factor["recovery_codes_left"], 9);
    let again = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &again, &codes[4]).await.status, 422);
    let events = server.events().await;
    assert!(events.iter().any(|e| e.action == "sign-in" && e.detail.as_deref() == Some("recovery-code")));
    assert_eq!(second_step(&server, &again, &codes[5]).await.status, 200);
}

#[tokio::test]
async fn a_half_session_does_not_last() {
    let (server, telephone, _, half) = at_the_second_step().await;
    server.pass(11 * MINUTE_MS);
    server.app.forget_callers();
    assert_eq!(second_step(&server, &half, &telephone.code(server.app.now_ms())).await.status, 401);
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    let out = Request::delete("/api/session").header("cookie", &half).body(Body::empty()).unwrap();
    assert_eq!(server.send(out).await.status, 204, "it can be left");
    assert_eq!(second_step(&server, &half, &telephone.code(server.app.now_ms())).await.status, 401);
}

/// B01: fixation. A new id at each step, whatever the browser came with; the old ones open nothing.
#[tokio::test]
async fn every_change_of_privilege_gives_a_new_session() {
    let (server, telephone, _, half) = at_the_second_step().await;
    let planted = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    let half_again = server.sign_in("sato", PASSWORD, &half).await.cookies();
    let whole = second_step(&server, &half_again, &telephone.code(server.app.now_ms())).await.cookies();
    server.pass(STEP_MS);
    let proof = json!({ "password": PASSWORD, "code": telephone.code(server.app.now_ms()) });
    let removed = ask(&server, "/api/session/factor/removal", &whole, proof).await;
    assert_eq!(removed.status, 204);
    let plain = removed.cookies();
    let ids = [&planted, &half, &half_again, &whole, &plain].map(|c| c.split("; ").next().unwrap());
    assert_eq!(std::collections::BTreeSet::from(ids).len(), 5);
    server.app.forget_callers();
    for (cookies, whole) in [(&half, false), (&half_again, false), (&whole, false), (&plain, true), (&planted, true)] {
        assert_eq!(is_whole(&server, cookies).await, whole);
    }
    for cookie in removed.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-") && cookie.contains("; HttpOnly;") && cookie.contains("SameSite=Strict"));
    }
}

/// B12, at the second step too; and what an account's days are for.
#[tokio::test]
async fn whoever_leaves_does_not_get_through_the_second_step() {
    let (server, telephone, codes, half) = at_the_second_step().await;
    let whole = second_step(&server, &half, &codes[0]).await.cookies();
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    let now = server.app.now_ms();
    let mut token = {
        let made = enrol::create_token(server.app.store(), "system/*.rs", "x", 60 * MINUTE_MS, "test", now).await;
        made.unwrap()
    };
    token.0.account = Some("sato".to_owned());
    let kept = token.0.clone();
    let bound: Result<(), store::StoreError> = server
        .app
        .store()
        .write(move |tx| {
            tx.audit(audit::Event::new(now, "test", "bind", Outcome::Done));
            tx.put_token(&kept)
        })
        .await;
    bound.unwrap();
    let bearer = format!("Bearer {}", *token.1);
    let asked = async || {
        let request = Request::get("/api/session").header("authorization", &bearer).body(Body::empty()).unwrap();
        server.send(request).await.status.as_u16()
    };
    assert_eq!((asked().await, is_whole(&server, &whole).await), (200, true));
    let end = server.app.now_ms() + MINUTE_MS;
    enrol::set_validity(server.app.store(), "sato", (None, Some(end)), "test", end).await.unwrap();
    server.app.forget_callers();
    assert!(is_whole(&server, &whole).await, "until the end of the last day");
    server.pass(MINUTE_MS);
    server.app.forget_callers();
    assert_eq!((asked().await, is_whole(&server, &whole).await), (401, false));
    assert_eq!(second_step(&server, &half, &telephone.code(server.app.now_ms())).await.status, 401);
    let refused = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!(refused.json(), server.sign_in("nobody", PASSWORD, "").await.json(), "which is not told from others");
    enrol::set_validity(server.app.store(), "sato", (Some(end + MINUTE_MS), None), "test", end).await.unwrap();
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 401, "not yet");
    assert!(server.events().await.iter().any(|e| e.action == "set-validity" && e.entities[0].id == "sato"));
}

/// Enrolling asks for the password anew, and for a code of the factor that is to be replaced.
#[tokio::test]
async fn a_stolen_session_enrols_nothing() {
    let server = start().await;
    let stolen = server.sign_in("sato", PASSWORD, "").await.cookies();
    for (body, status) in [
        (json!({ "password": "wrong" }), 422),
        (json!({ "password": "" }), 422),
        (json!({}), 400),
        (json!({ "password": PASSWORD, "more": 1 }), 400),
    ] {
        assert_eq!(ask(&server, "/api/session/factor", &stolen, body).await.status, status);
    }
    let nothing = ask(&server, "/api/session/factor/confirmation", &stolen, json!({ "code": "000000" })).await;
    assert_eq!(nothing.status, 409, "nothing was proposed");
    assert!(server.events().await.iter().any(|e| e.action == "propose-factor" && e.outcome == Outcome::Refused));

    let (telephone, whole, codes) = enrol(&server, &stolen).await;
    server.pass(STEP_MS);
    for (path, body) in [
        ("/api/session/factor", json!({ "password": PASSWORD })),
        ("/api/session/factor", json!({ "password": PASSWORD, "code": "000000" })),
        ("/api/session/factor", json!({ "password": "wrong", "code": codes[0] })),
        ("/api/session/factor/removal", json!({ "password": PASSWORD })),
        ("/api/session/factor/removal", json!({ "password": "wrong", "code": codes[0] })),
    ] {
        assert_eq!(ask(&server, path, &whole, body.clone()).await.status, 422, "{path} {body}");
    }
    assert!(is_whole(&server, &whole).await);
    // Proposing another telephone leaves the first as it is until the second has shown a code.
    let proof = json!({ "password": PASSWORD, "code": telephone.code(server.app.now_ms()) });
    let proposed = ask(&server, "/api/session/factor", &whole, proof).await;
    assert_eq!(proposed.status, 201);
    let second = Telephone::of(proposed.json()["secret"].as_str().unwrap());
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &half, &second.code(server.app.now_ms())).await.status, 422);
    let confirm = |code: String| ask(&server, "/api/session/factor/confirmation", &whole, json!({ "code": code }));
    assert_eq!(confirm(telephone.code(server.app.now_ms())).await.status, 422, "the first one's code is not its");
    assert_eq!(confirm(second.code(server.app.now_ms())).await.status, 200);
    server.pass(STEP_MS);
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    assert_eq!(second_step(&server, &half, &telephone.code(server.app.now_ms())).await.status, 422, "the old is out");
    assert_eq!(second_step(&server, &half, &codes[1]).await.status, 422, "with its recovery codes");
    assert_eq!(second_step(&server, &half, &second.code(server.app.now_ms())).await.status, 200);
}

#[tokio::test]
async fn a_proposal_does_not_last() {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let proposed = ask(&server, "/api/session/factor", &cookies, json!({ "password": PASSWORD })).await;
    let telephone = Telephone::of(proposed.json()["secret"].as_str().unwrap());
    server.pass(11 * MINUTE_MS);
    let code = telephone.code(server.app.now_ms());
    let late = ask(&server, "/api/session/factor/confirmation", &cookies, json!({ "code": code })).await;
    assert_eq!(late.status, 409);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 200, "no factor was enrolled");
}

/// B03, for every route of this part: another site's page changes nothing.
#[tokio::test]
async fn another_sites_page_can_do_nothing_here() {
    let (server, telephone, codes, half) = at_the_second_step().await;
    let whole = second_step(&server, &half, &codes[0]).await.cookies();
    let half = server.sign_in("sato", PASSWORD, "").await.cookies();
    let code = telephone.code(server.app.now_ms());
    let proof = json!({ "password": PASSWORD, "code": code });
    let policy = json!({ "duties": ["doctor"], "proof": proof });
    for (method, path, cookies, body) in [
        ("POST", "/api/session/second-step", &half, json!({ "code": code })),
        ("POST", "/api/session/factor", &whole, proof.clone()),
        ("POST", "/api/session/factor/confirmation", &whole, json!({ "code": code })),
        ("POST", "/api/session/factor/removal", &whole, proof.clone()),
        ("POST", "/api/accounts/tanaka/factor-reset", &whole, proof.clone()),
        ("PUT", "/api/factor-policy", &whole, policy),
    ] {
        for (name, value, status) in [
            ("sec-fetch-site", "cross-site", 403),
            ("sec-fetch-site", "same-site", 403),
            ("origin", "https://evil.example", 403),
            ("content-type", "text/plain", 415),
            ("content-type", "application/x-www-form-urlencoded", 415),
        ] {
            let mut request = post(path, cookies, &body);
            *request.method_mut() = method.parse().unwrap();
            if name == "origin" {
                request.headers_mut().remove("sec-fetch-site");
            }
            request.headers_mut().insert(name, value.parse().unwrap());
            let answer = server.send(request).await;
            assert_eq!((answer.status.as_u16(), answer.cookies()), (status, String::new()), "{path} {name}: {value}");
        }
        let read = server.get(path, cookies).await;
        assert!(
            read.status == 405 || read.status == 200 || read.status == 401,
            "GET {path} does nothing: {}",
            read.status
        );
    }
    assert!(is_whole(&server, &whole).await);
    assert_eq!(second_step(&server, &half, &code).await.status, 200, "the code was not used up");
}

#[tokio::test]
async fn a_duty_that_must_have_a_second_factor_is_led_to_it() {
    let server = start().await;
    server.account("kanri", &[Duty::Administrator]).await;
    let admin = server.sign_in("kanri", PASSWORD, "").await.cookies();
    let before = server.sign_in("sato", PASSWORD, "").await.cookies();
    let set = |cookies: &str, duties: Value, password: &str| {
        let mut request =
            post("/api/factor-policy", cookies, &json!({ "duties": duties, "proof": { "password": password } }));
        *request.method_mut() = Method::PUT;
        server.send(request)
    };
    assert_eq!(set(&before, json!(["doctor"]), PASSWORD).await.status, 403, "a doctor sets no policy");
    assert_eq!(set(&admin, json!(["doctor"]), "wrong").await.status, 422);
    assert_eq!(set(&admin, json!(["emperor"]), PASSWORD).await.status, 422);
    assert_eq!(server.get("/api/factor-policy", &admin).await.json(), json!({ "duties": [] }));
    assert_eq!(set(&admin, json!(["doctor"]), PASSWORD).await.status, 204);
    assert_eq!(server.get("/api/factor-policy", &admin).await.json(), json!({ "duties": ["doctor"] }));
    let events = server.events().await;
    let about: Vec<_> = events
        .iter()
        .filter(|e| e.action == "set-factor-policy")
        .map(|e| (e.actor.as_str(), e.outcome, e.detail.as_deref()))
        .collect();
    assert!(
        about.contains(&("kanri", Outcome::Done, Some("doctor"))) && about.contains(&("sato", Outcome::Refused, None)),
        "{about:?}"
    );

    assert!(!is_whole(&server, &before).await, "in effect for what is open, at once");
    assert_eq!(server.sign_in("tanaka", PASSWORD, "").await.status, 200, "others are not touched");
    let half = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!((half.status.as_u16(), half.json()), (202, json!({ "missing": "enrolment" })));
    let half = half.cookies();
    assert!(!is_whole(&server, &half).await);
    assert_eq!(second_step(&server, &half, "000000").await.status, 401, "there is no code to give");
    let (telephone, whole, _) = enrol(&server, &half).await;
    assert!(is_whole(&server, &whole).await);
    server.pass(STEP_MS);
    let proof = json!({ "password": PASSWORD, "code": telephone.code(server.app.now_ms()) });
    assert_eq!(ask(&server, "/api/session/factor/removal", &whole, proof).await.status, 403, "the duty must have one");
    assert!(is_whole(&server, &whole).await);
}

#[tokio::test]
async fn an_administrator_resets_the_factor_of_somebody_who_lost_it() {
    let (server, _, codes, half) = at_the_second_step().await;
    let whole = second_step(&server, &half, &codes[0]).await.cookies();
    server.account("kanri", &[Duty::Administrator]).await;
    let admin = server.sign_in("kanri", PASSWORD, "").await.cookies();
    let reset = |cookies: &str, target: &str, body: Value| {
        server.send(post(&format!("/api/accounts/{target}/factor-reset"), cookies, &body))
    };
    let clerk = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    assert_eq!(reset(&clerk, "sato", json!({ "password": PASSWORD })).await.status, 403);
    assert_eq!(
        reset(&whole, "sato", json!({ "password": PASSWORD, "code": codes[1] })).await.status,
        403,
        "not one's own"
    );
    assert_eq!(reset(&admin, "sato", json!({ "password": "wrong" })).await.status, 422);
    assert_eq!(reset(&admin, "nobody", json!({ "password": PASSWORD })).await.status, 404);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 202, "nothing has changed so far");
    assert_eq!(reset(&admin, "sato", json!({ "password": PASSWORD })).await.status, 204);
    assert!(!is_whole(&server, &whole).await, "what was open is dead");
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 200);
    let events = server.events().await;
    let done = events.iter().find(|e| e.action == "reset-factor" && e.outcome == Outcome::Done).unwrap();
    assert_eq!((done.actor.as_str(), done.entities[0].id.as_str()), ("kanri", "sato"));
    let refused = events.iter().filter(|e| e.action == "reset-factor" && e.outcome == Outcome::Refused);
    assert_eq!(refused.map(|e| e.actor.as_str()).collect::<Vec<_>>(), ["sato", "tanaka"], "newest first");
}

#[tokio::test]
async fn a_changed_password_keeps_the_second_factor() {
    let (server, telephone, codes, half) = at_the_second_step().await;
    let whole = second_step(&server, &half, &codes[0]).await.cookies();
    let body = json!({ "current": PASSWORD, "new": "sora-ga-7iro-desu" });
    let changed = ask(&server, "/api/session/password", &whole, body).await;
    assert_eq!(changed.status, 204);
    assert!(is_whole(&server, &changed.cookies()).await && !is_whole(&server, &whole).await);
    let half = server.sign_in("sato", "sora-ga-7iro-desu", "").await;
    assert_eq!(half.status, 202);
    assert_eq!(second_step(&server, &half.cookies(), &telephone.code(server.app.now_ms())).await.status, 200);
}

#[tokio::test]
async fn no_secret_is_in_a_log_an_audit_line_or_an_address() {
    let log = super::telephone::Log::listen();
    let (server, telephone, codes, half) = at_the_second_step().await;
    let code = telephone.code(server.app.now_ms());
    second_step(&server, &half, "ZZCANARY氏名").await;
    let whole = second_step(&server, &half, &code).await.cookies();
    ask(&server, "/api/session/factor/removal", &whole, json!({ "password": PASSWORD, "code": codes[0] })).await;
    let lines = serde_json::to_string(&server.events().await).unwrap();
    let log = log.text();
    assert!(log.contains("/api/session/second-step"), "it was listened to");
    let cookie = half.split_once('=').unwrap().1;
    for secret in [telephone.base32(), &code, &codes[0], &codes[0].replace('-', ""), PASSWORD, cookie, "ZZCANARY"] {
        assert!(!log.contains(secret) && !lines.contains(secret), "{secret}");
    }
    let description: Value = serde_json::from_str(&server::api::openapi()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for parameters in methods.as_object().unwrap().values().filter_map(|m| m["parameters"].as_array()) {
            let secret = ["password", "code", "secret", "token", "proof", "ceremony", "credential"];
            assert!(!parameters.iter().any(|p| secret.contains(&p["name"].as_str().unwrap())), "{path}");
        }
    }
}
