//! Passkeys: enrolling, signing in, proving oneself again, losing one, and every way around them.

use access::Duty;
use audit::Outcome;
use serde_json::{Value, json};

use super::authenticator::{Authenticator, VERIFIED};
use super::factors::ask;
use super::harness::{Answer, MINUTE_MS, PASSWORD, Server, start};

async fn propose(server: &Server, cookies: &str, proof: Value) -> Answer {
    ask(server, "/api/session/passkeys", cookies, proof).await
}

async fn confirm(server: &Server, cookies: &str, ceremony: &Value, credential: Value) -> Answer {
    let sent = json!({ "ceremony": ceremony, "credential": credential, "label": "受付のiPad" });
    ask(server, "/api/session/passkeys/confirmation", cookies, sent).await
}

/// A key for who is signed in with `cookies`: the new cookies, and the recovery codes.
async fn enrol(server: &Server, cookies: &str, proof: Value) -> (Authenticator, String, Vec<Value>) {
    let proposed = propose(server, cookies, proof).await;
    assert_eq!(proposed.status, 201, "{}", proposed.json());
    let options = &proposed.json()["options"];
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let key = Authenticator::new(options);
    let confirmed = confirm(server, cookies, &proposed.json()["ceremony"], key.register(options)).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.json());
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    (key, confirmed.cookies(), codes)
}

async fn challenge(server: &Server) -> Value {
    let given = ask(server, "/api/passkey-challenge", "", Value::Null).await;
    assert_eq!(given.status, 200);
    given.json()
}

/// An answer to a new challenge.
async fn answered(server: &Server, key: &mut Authenticator) -> Value {
    let given = challenge(server).await;
    json!({ "ceremony": given["ceremony"], "credential": key.answer(&given["options"]) })
}

async fn sign_in(server: &Server, answer: &Value) -> Answer {
    ask(server, "/api/session/passkey", "", answer.clone()).await
}

/// `sato` with a passkey.
async fn with_passkey() -> (Server, Authenticator, String, Vec<Value>) {
    let server = start().await;
    let cookies = server.sign_in("sato", PASSWORD, "").await.cookies();
    let (key, cookies, codes) = enrol(&server, &cookies, json!({ "password": PASSWORD })).await;
    (server, key, cookies, codes)
}

async fn is_whole(server: &Server, cookies: &str) -> bool {
    server.get("/api/session", cookies).await.status == 200
}

#[tokio::test]
async fn somebody_enrols_and_then_signs_in_without_a_name_or_a_password() {
    let (server, mut key, cookies, codes) = with_passkey().await;
    assert_eq!(codes.len(), 10, "for the day the device is lost");
    let factor = server.get("/api/session/factor", &cookies).await.json();
    assert_eq!((&factor["passkeys"][0]["label"], &factor["passkeys"][0]["used"]), (&json!("受付のiPad"), &Value::Null));

    server.pass(MINUTE_MS);
    let entered = sign_in(&server, &answered(&server, &mut key).await).await;
    assert_eq!((entered.status.as_u16(), &entered.json()["user"]), (200, &json!("sato")));
    assert!(is_whole(&server, &entered.cookies()).await && entered.cookies().contains("device"));
    let factor = server.get("/api/session/factor", &entered.cookies()).await.json();
    assert_eq!(factor["passkeys"][0]["used"], server.app.now_ms());
    let events = server.events().await;
    let signed_in = events.iter().find(|e| e.action == "sign-in" && e.detail.as_deref() == Some("passkey")).unwrap();
    assert_eq!((signed_in.actor.as_str(), signed_in.outcome), ("sato", Outcome::Done));
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_and_a_password_alone_no_longer_opens() {
    let (server, mut key, enrolled, codes) = with_passkey().await;
    assert!(is_whole(&server, &enrolled).await);
    let half = server.sign_in("sato", PASSWORD, "").await;
    assert_eq!((half.status.as_u16(), half.json()), (202, json!({ "missing": "code" })));
    assert!(!is_whole(&server, &half.cookies()).await);
    // From there: with the key, which replaces the half session, or with a code from paper.
    let answer = answered(&server, &mut key).await;
    let whole = ask(&server, "/api/session/passkey", &half.cookies(), answer).await;
    assert!(whole.status == 200 && is_whole(&server, &whole.cookies()).await);
    assert_eq!(
        ask(&server, "/api/session/second-step", &half.cookies(), json!({ "code": codes[0] })).await.status,
        401
    );
    let half = server.sign_in("sato", PASSWORD, "").await;
    let paper = ask(&server, "/api/session/second-step", &half.cookies(), json!({ "code": codes[0] })).await;
    assert_eq!(paper.status, 200);
}

#[tokio::test]
async fn an_answer_opens_once_and_only_while_its_challenge_is_open() {
    let (server, mut key, _, _) = with_passkey().await;
    let answer = answered(&server, &mut key).await;
    assert_eq!(sign_in(&server, &answer).await.status, 200);
    assert_eq!(sign_in(&server, &answer).await.status, 401, "replayed");
    let late = answered(&server, &mut key).await;
    server.pass(6 * MINUTE_MS);
    assert_eq!(sign_in(&server, &late).await.status, 401);
    let given = challenge(&server).await;
    let elsewhere = challenge(&server).await;
    let crossed = json!({ "ceremony": elsewhere["ceremony"], "credential": key.answer(&given["options"]) });
    assert_eq!(sign_in(&server, &crossed).await.status, 401, "the answer to another challenge");
    let answer = answered(&server, &mut key).await;
    let made_up = json!({ "ceremony": "ZZCANARY", "credential": answer["credential"] });
    assert_eq!(sign_in(&server, &made_up).await.status, 401);
    let words: Vec<_> = server.events().await.into_iter().filter(|e| e.outcome == Outcome::Refused).collect();
    assert_eq!(words.len(), 4);
    assert!(words.iter().all(|e| e.action == "sign-in" && !e.detail.as_deref().unwrap().contains("CANARY")));
}

/// What an answer may get wrong, one thing at a time. To whoever sent it, all are the same.
#[tokio::test]
async fn wrong_answers_open_nothing_and_do_not_say_why() {
    type Change = fn(&mut Authenticator);
    let changes: [(&str, Change); 5] = [
        ("another site's page", |key| key.origin = "https://localhost.evil.example".to_owned()),
        ("nobody verified", |key| key.flags &= !VERIFIED),
        ("somebody else's handle", |key| key.handle = "AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        ("an unknown key", |key| key.id[0] ^= 1),
        ("a counter that went back: a copy", |key| key.counter = 0),
    ];
    let mut said = Vec::new();
    for (what, change) in changes {
        let (server, mut key, _, _) = with_passkey().await;
        for _ in 0..3 {
            assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 200);
        }
        change(&mut key);
        let answer = sign_in(&server, &answered(&server, &mut key).await).await;
        assert_eq!(answer.status, 401, "{what}");
        assert!(answer.cookies().is_empty());
        said.push(answer.json());
        assert!(server.events().await.iter().any(|e| e.outcome == Outcome::Refused && e.action == "sign-in"), "{what}");
    }
    let (server, mut key, _, _) = with_passkey().await;
    let mut tampered = answered(&server, &mut key).await;
    let signature = tampered["credential"]["response"]["signature"].as_str().unwrap().replacen('A', "B", 1);
    tampered["credential"]["response"]["signature"] = json!(signature.replacen("ME", "MF", 1));
    said.push(sign_in(&server, &tampered).await.json());
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    for garbage in [json!(null), json!({}), json!([1]), json!("ZZCANARY"), json!({ "id": "ZZCANARY", "response": {} })]
    {
        let given = challenge(&server).await;
        let answer = sign_in(&server, &json!({ "ceremony": given["ceremony"], "credential": garbage })).await;
        assert_eq!(answer.status, 422);
        assert!(!String::from_utf8_lossy(&answer.body).contains("CANARY"));
    }
}

#[tokio::test]
async fn an_account_that_ended_is_not_opened_by_its_key() {
    let (server, mut key, _, _) = with_passkey().await;
    server.disable("sato").await;
    assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 401);
}

/// Of two answers with one counter, as two copies of a key would give, one gets in.
#[tokio::test]
async fn two_answers_at_once_open_one_session() {
    let (server, mut key, _, _) = with_passkey().await;
    let first = answered(&server, &mut key).await;
    key.counter -= 1;
    let second = answered(&server, &mut key).await;
    let (a, b) = tokio::join!(sign_in(&server, &first), sign_in(&server, &second));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

/// A key stands in for password and code, but only one's own.
#[tokio::test]
async fn proof_by_passkey_is_ones_own() {
    let (server, mut key, cookies, _) = with_passkey().await;
    let tanaka = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    let (mut other, tanaka, _) = enrol(&server, &tanaka, json!({ "password": PASSWORD })).await;
    let foreign = answered(&server, &mut other).await;
    let refused = propose(&server, &cookies, json!({ "passkey": foreign })).await;
    assert_eq!(refused.status, 422);
    assert!(is_whole(&server, &cookies).await && is_whole(&server, &tanaka).await, "nobody is thrown out by it");
    for both in [
        json!({}),
        json!({ "password": PASSWORD, "passkey": answered(&server, &mut key).await }),
        json!({ "code": "000000" }),
    ] {
        assert_eq!(propose(&server, &cookies, both).await.status, 400);
    }
    assert_eq!(propose(&server, &cookies, json!({ "password": PASSWORD })).await.status, 422, "nor the password alone");
    let proof = json!({ "passkey": answered(&server, &mut key).await });
    let (mut second, cookies, codes) = enrol(&server, &cookies, proof).await;
    assert!(codes.is_empty(), "those on paper stay good");
    assert_eq!(sign_in(&server, &answered(&server, &mut second).await).await.status, 200);
    let factor = server.get("/api/session/factor", &cookies).await.json();
    assert_eq!(factor["passkeys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_is_enrolled_by_whom_and_where_it_was_proposed() {
    let server = start().await;
    let sato = server.sign_in("sato", PASSWORD, "").await.cookies();
    let tanaka = server.sign_in("tanaka", PASSWORD, "").await.cookies();
    let proposed = propose(&server, &sato, json!({ "password": PASSWORD })).await.json();
    let key = Authenticator::new(&proposed["options"]);
    let stolen = confirm(&server, &tanaka, &proposed["ceremony"], key.register(&proposed["options"])).await;
    assert_eq!(stolen.status, 409, "a doctor's key is not planted by the clerk");
    let gone = confirm(&server, &sato, &proposed["ceremony"], key.register(&proposed["options"])).await;
    assert_eq!(gone.status, 409, "and the challenge is gone");
    for label in ["", " ", "a\nb", &"長".repeat(51)] {
        let sent = json!({ "ceremony": "x", "credential": {}, "label": label });
        assert_eq!(ask(&server, "/api/session/passkeys/confirmation", &sato, sent).await.status, 422);
    }
    // An id that another account has.
    let (mut own, sato, _) = enrol(&server, &sato, json!({ "password": PASSWORD })).await;
    let proposed = propose(&server, &tanaka, json!({ "password": PASSWORD })).await.json();
    let again = confirm(&server, &tanaka, &proposed["ceremony"], own.register(&proposed["options"])).await;
    assert_eq!(again.status, 409);
    assert_eq!(sign_in(&server, &answered(&server, &mut own).await).await.json()["user"], "sato");
    assert!(is_whole(&server, &sato).await && is_whole(&server, &tanaka).await);
}

#[tokio::test]
async fn a_removed_key_is_dead_and_the_last_one_of_a_duty_that_needs_it_stays() {
    let (server, mut key, cookies, codes) = with_passkey().await;
    server.account("chief", &[Duty::Administrator]).await;
    let chief = server.sign_in("chief", PASSWORD, "").await.cookies();
    let policy = |duties: Value| json!({ "duties": duties, "proof": { "password": PASSWORD } });
    let put = |body: Value| {
        let mut request = super::harness::post("/api/factor-policy", &chief, &body);
        *request.method_mut() = axum::http::Method::PUT;
        server.send(request)
    };
    assert_eq!(put(policy(json!(["doctor"]))).await.status, 204);
    let factor = server.get("/api/session/factor", &cookies).await.json();
    let id = factor["passkeys"][0]["id"].clone();
    let remove = async |cookies: &str, id: &Value, proof: Value| {
        ask(&server, "/api/session/passkeys/removal", cookies, json!({ "id": id, "proof": proof })).await
    };
    let proof = json!({ "passkey": answered(&server, &mut key).await });
    assert_eq!(remove(&cookies, &id, proof).await.status, 403, "the last one");
    assert_eq!(put(policy(json!([]))).await.status, 204);
    let proof = json!({ "password": PASSWORD, "code": codes[0] });
    assert_eq!(remove(&cookies, &json!("AAAA"), proof).await.status, 404);
    assert_eq!(remove(&cookies, &id, json!({ "password": PASSWORD })).await.status, 422);
    let proof = json!({ "password": PASSWORD, "code": codes[1] });
    let removed = remove(&cookies, &id, proof).await;
    assert_eq!(removed.status, 204);
    assert!(is_whole(&server, &removed.cookies()).await && !is_whole(&server, &cookies).await);
    assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 401);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 200, "and the password suffices again");
    let factor = server.get("/api/session/factor", &removed.cookies()).await.json();
    assert_eq!(factor["recovery_codes_left"], 0, "paper stands in for nothing any more");
}

/// Codes and keys live beside each other: taking one away leaves the other, and the paper.
#[tokio::test]
async fn a_telephone_and_a_key_are_independent() {
    let (server, mut key, cookies, codes) = with_passkey().await;
    let proof = json!({ "passkey": answered(&server, &mut key).await });
    let proposed = ask(&server, "/api/session/factor", &cookies, proof).await;
    assert_eq!(proposed.status, 201);
    let telephone = super::telephone::Telephone::of(proposed.json()["secret"].as_str().unwrap());
    let code = json!({ "code": telephone.code(server.app.now_ms()) });
    let cookies = ask(&server, "/api/session/factor/confirmation", &cookies, code).await.cookies();
    let proof = json!({ "passkey": answered(&server, &mut key).await });
    let removed = ask(&server, "/api/session/factor/removal", &cookies, proof).await;
    assert_eq!(removed.status, 204);
    let factor = server.get("/api/session/factor", &removed.cookies()).await.json();
    assert_eq!((&factor["since"], &factor["recovery_codes_left"]), (&Value::Null, &json!(10)));
    assert_eq!(codes.len(), 10);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 202);
    assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 200);
}

/// An administrator's reset takes keys too: a lost tablet opens nothing.
#[tokio::test]
async fn a_reset_takes_the_keys() {
    let (server, mut key, _, _) = with_passkey().await;
    server.account("chief", &[Duty::Administrator]).await;
    let chief = server.sign_in("chief", PASSWORD, "").await.cookies();
    let mut chiefs = Authenticator::new(&json!({ "user": { "id": "AA" } }));
    let forged = json!({ "passkey": answered(&server, &mut chiefs).await });
    assert_eq!(ask(&server, "/api/accounts/sato/factor-reset", &chief, forged).await.status, 422);
    assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 200, "nothing was reset");
    let reset = ask(&server, "/api/accounts/sato/factor-reset", &chief, json!({ "password": PASSWORD })).await;
    assert_eq!(reset.status, 204);
    assert_eq!(sign_in(&server, &answered(&server, &mut key).await).await.status, 401);
    assert_eq!(server.sign_in("sato", PASSWORD, "").await.status, 200, "the password is what is left");
}

/// Passkeys take no tries from anybody: while an account is hammered by password, its owner gets in by key.
#[tokio::test]
async fn a_doctor_under_attack_gets_in_by_passkey() {
    let (server, mut key, _, _) = with_passkey().await;
    let mut slowed = 0;
    for n in 0..200u8 {
        let peer = format!("127.0.{}.1:1000", n % 50).parse().unwrap();
        let guess = super::harness::sign_in_request("sato", "not-the-password-1", "");
        slowed += usize::from(server.send_from(peer, guess).await.status == 429);
    }
    assert!(slowed >= 180, "{slowed}");
    let entered = sign_in(&server, &answered(&server, &mut key).await).await;
    assert_eq!(entered.status, 200);
}

/// One source's open challenges push out its own, never another's.
#[tokio::test]
async fn challenges_asked_for_in_bulk_are_forgotten_first() {
    let (server, mut key, _, _) = with_passkey().await;
    let given = challenge(&server).await;
    for n in 0..2_000u32 {
        let peer = format!("10.9.{}.1:1000", n % 3).parse().unwrap();
        let asked = server.send_from(peer, super::harness::post("/api/passkey-challenge", "", &Value::Null)).await;
        assert_eq!(asked.status, 200);
    }
    let answer = json!({ "ceremony": given["ceremony"], "credential": key.answer(&given["options"]) });
    assert_eq!(sign_in(&server, &answer).await.status, 200);
}
