//! Signing in and out, and what a session survives.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use super::harness::{MINUTE_MS, PASSWORD, post, sign_in_request, start};

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let server = start().await;
    let entered = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!(entered.status, 200);
    assert_eq!(
        entered.json(),
        json!({ "user": "sato", "name": "佐藤 健", "duties": ["doctor"], "clinic": "ことり内科クリニック" })
    );
    let cookies = entered.cookies();
    assert_eq!(server.get("/api/session", &cookies).await.json(), entered.json());
    let delete = Request::delete("/api/session").header("cookie", &cookies).body(Body::empty()).unwrap();
    let left = server.send(delete).await;
    assert_eq!((left.status.as_u16(), left.headers["clear-site-data"].to_str().unwrap()), (204, "\"cache\""));
    assert_eq!(server.get("/api/session", &cookies).await.status, 401, "the secret opens nothing any more");
}

#[tokio::test]
async fn every_wrong_way_in_gets_the_same_answer() {
    let server = start().await;
    let mut answers = Vec::new();
    for (user, password) in
        [("sato", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD), ("gone", "wrong"), ("", ""), ("SATO", PASSWORD)]
    {
        let answer = server.sign_in(user, password, "").await;
        assert!(answer.cookies().is_empty(), "{user}");
        answers.push((answer.status.as_u16(), answer.json()));
    }
    assert!(answers.iter().all(|a| *a == answers[0] && a.0 == 401), "{answers:?}");
    assert_eq!(answers[0].1["kind"], "sign-in-refused");
}

#[tokio::test]
async fn a_session_planted_before_sign_in_is_not_used() {
    let server = start().await;
    let first = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    let second = server.sign_in("sato", PASSWORD, &first).await.cookies();
    assert_ne!(first, second);
    assert_eq!(server.get("/api/session", &first).await.status, 401, "the old session died");
    assert_eq!(server.get("/api/session", &second).await.json()["user"], "sato");
    assert_eq!(server.get("/api/session", "__Host-komainu=chosen-by-attacker").await.status, 401);
}

#[tokio::test]
async fn sessions_end_when_idle_and_after_a_day() {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    server.pass(31 * MINUTE_MS);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(server.get("/api/session", &cookies).await.status, 401, "idle");

    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let mut minutes = 0;
    while minutes < 11 * 60 {
        server.pass(29 * MINUTE_MS);
        minutes += 29;
        server.app.forget_callers();
        assert_eq!(server.get("/api/session", &cookies).await.status, 200, "in use, after {minutes} minutes");
    }
    server.pass(2 * 60 * MINUTE_MS - 29 * MINUTE_MS);
    server.app.forget_callers();
    assert_eq!(server.get("/api/session", &cookies).await.status, 401, "after a working day");
}

#[tokio::test]
async fn a_clock_that_was_set_back_revives_no_session_from_its_future() {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    server.pass(-24 * 60 * MINUTE_MS);
    server.app.forget_callers();
    assert_eq!(server.get("/api/session", &cookies).await.status, 401);
}

#[tokio::test]
async fn whoever_leaves_is_out_at_once() {
    let server = start().await;
    let cookies = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    assert_eq!(server.get("/api/session", &cookies).await.status, 200);
    server.disable("tanaka").await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(server.get("/api/session", &cookies).await.status, 401);
    assert_eq!(server.sign_in("tanaka", PASSWORD, "").await.status, 401);
}

#[tokio::test]
async fn guesses_are_slowed_and_a_known_device_is_not() {
    let server = start().await;
    let known = server.sign_in("sato", PASSWORD, "").await.cookies();
    let device = known.split("; ").find(|c| c.starts_with("__Host-komainu-device=")).unwrap().to_owned();
    let mut refused = None;
    for n in 0..40u8 {
        let peer = format!("127.0.0.{}:1000", n + 1).parse().unwrap();
        let answer = server.send_from(peer, sign_in_request("sato", "guess", "")).await;
        if answer.status == 429 {
            refused = Some((n, answer));
            break;
        }
    }
    let (after, answer) = refused.expect("guesses are slowed");
    assert_eq!(after, 10);
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 429, "the right password from a stranger waits too");
    assert_eq!(server.sign_in("sato", PASSWORD, &device).await.status, 200, "the doctor's own tablet gets in");
    assert_eq!(server.sign_in("sato", PASSWORD, &device.replace('.', "x")).await.status, 200);
    assert_eq!(server.sign_in("tanaka", PASSWORD, &device).await.status, 200, "others are not touched");
}

#[tokio::test]
async fn another_sites_page_can_do_nothing() {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let body = json!({ "user": "sato", "password": PASSWORD });
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for method in ["POST", "DELETE"] {
            let mut request = post("/api/session", &cookies, &body);
            *request.method_mut() = method.parse().unwrap();
            request.headers_mut().remove("sec-fetch-site");
            request.headers_mut().insert(name, value.parse().unwrap());
            let answer = server.send(request).await;
            assert_eq!((answer.status.as_u16(), answer.cookies()), (403, String::new()), "{method} {name}: {value}");
        }
    }
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", ""]
    {
        let mut request = post("/api/session", &cookies, &body);
        request.headers_mut().insert("content-type", content_type.parse().unwrap());
        assert_eq!(server.send(request).await.status, 415, "{content_type}");
    }
    assert_eq!(server.get("/api/session", &cookies).await.status, 200, "still signed in");
}

#[tokio::test]
async fn a_password_is_changed_by_its_owner_and_other_sessions_die() {
    let server = start().await;
    let here = server.sign_in("sato", PASSWORD, "").await.cookies();
    let elsewhere = server.sign_in("sato", PASSWORD, "").await.cookies();
    let change = |current: &str, new: &str| {
        server.send(post("/api/session/password", &here, &json!({ "current": current, "new": new })))
    };
    assert_eq!(change("wrong", "sora-ga-7iro-desu").await.status, 401);
    assert_eq!(change(PASSWORD, "short").await.json()["kind"], "invalid");
    assert_eq!(server.get("/api/session", &elsewhere).await.status, 200);
}

#[tokio::test]
async fn a_changed_password_opens_and_the_old_one_does_not() {
    let server = start().await;
    let here = server.sign_in("sato", PASSWORD, "").await.cookies();
    let elsewhere = server.sign_in("sato", PASSWORD, "").await.cookies();
    let body = json!({ "current": PASSWORD, "new": "sora-ga-7iro-desu" });
    let changed = server.send(post("/api/session/password", &here, &body)).await;
    assert_eq!(changed.status, 204);
    assert_eq!(server.get("/api/session", &changed.cookies()).await.status, 200);
    for old in [&here, &elsewhere] {
        assert_eq!(server.get("/api/session", old).await.status, 401);
    }
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 401);
    assert_eq!(server.sign_in("sato", "sora-ga-7iro-desu", "").await.status, 200);
}

#[tokio::test]
async fn what_was_sent_is_never_quoted_back() {
    let server = start().await;
    for body in [
        "{\"user\":\"ZZCANARY氏名\"",
        "{\"ZZCANARY氏名\":1}",
        "[\"ZZCANARY氏名\"]",
        "{\"user\":\"ZZCANARY氏名\",\"password\":\"ZZCANARY氏名\"}",
    ] {
        let mut request = post("/api/session", "", &json!(null));
        *request.body_mut() = Body::from(body);
        let answer = server.send(request).await;
        assert!(answer.status.is_client_error());
        assert!(!String::from_utf8_lossy(&answer.body).contains("ZZCANARY"), "{body}");
    }
    for path in ["/api/ZZCANARY", "/ZZCANARY.js", "/fhir/ZZCANARY/ZZCANARY?name=ZZCANARY"] {
        let answer = server.get(path, "").await;
        assert!(!String::from_utf8_lossy(&answer.body).contains("ZZCANARY"), "{path}");
    }
}
