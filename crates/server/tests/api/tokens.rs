//! Programs with bearer tokens.

use axum::body::Body;
use axum::http::Request;
use server::signin::enrol::{EnrolError, create_token};

use super::harness::{Answer, Server, start};

const DAY_MS: i64 = 86_400_000;

async fn ask(server: &Server, authorization: &str) -> Answer {
    let request = Request::get("/api/session").header("authorization", authorization).body(Body::empty()).unwrap();
    server.send(request).await
}

#[tokio::test]
async fn a_token_opens_until_its_end() {
    let server = start().await;
    let now = server.app.now_ms();
    let (token, secret) = create_token(server.app.store(), "system/*.rs", "bench", DAY_MS, "test", now).await.unwrap();
    assert_eq!(token.id, "token:1");
    assert!(secret.starts_with("komainu_"));
    let known = ask(&server, &format!("Bearer {}", *secret)).await;
    assert_eq!(known.json()["user"], "token:1");
    for wrong in [
        format!("Bearer {}x", *secret),
        format!("Basic {}", *secret),
        secret.to_string(),
        "Bearer ".into(),
        "Bearer".into(),
    ] {
        let answer = ask(&server, &wrong).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["www-authenticate"]),
            (401, &"Bearer".parse().unwrap()),
            "{wrong}"
        );
    }
    server.pass(DAY_MS);
    server.app.forget_callers();
    assert_eq!(ask(&server, &format!("Bearer {}", *secret)).await.status, 401);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_dead_and_its_number_is_not_used_again() {
    let server = start().await;
    let now = server.app.now_ms();
    let (mut token, secret) =
        create_token(server.app.store(), "system/Patient.rs", "x", DAY_MS, "test", now).await.unwrap();
    token.revoked = true;
    let revoked: Result<(), store::StoreError> = server
        .app
        .store()
        .write(move |tx| {
            tx.audit(audit::Event::new(now, "test", "revoke-token", audit::Outcome::Done));
            tx.put_token(&token)
        })
        .await;
    revoked.unwrap();
    assert_eq!(ask(&server, &format!("Bearer {}", *secret)).await.status, 401);
    let (next, _) = create_token(server.app.store(), "system/*.rs", "y", DAY_MS, "test", now).await.unwrap();
    assert_eq!(next.id, "token:2");
}

#[tokio::test]
async fn a_scope_that_is_not_one_makes_no_token() {
    let server = start().await;
    for scope in ["", "everything", "system/*.rs patient/*.rs"] {
        let made = create_token(server.app.store(), scope, "x", DAY_MS, "test", 0).await;
        assert!(matches!(made, Err(EnrolError::Scope(_))), "{scope}");
    }
}

#[tokio::test]
async fn a_program_has_no_password_to_change_and_no_session_to_end() {
    let server = start().await;
    let now = server.app.now_ms();
    let (_, secret) = create_token(server.app.store(), "system/*.rs", "x", DAY_MS, "test", now).await.unwrap();
    let request = Request::post("/api/session/password")
        .header("authorization", format!("Bearer {}", *secret))
        .header("content-type", "application/json")
        .body(Body::from(r#"{"current":"x","new":"y"}"#))
        .unwrap();
    assert_eq!(server.send(request).await.status, 403);
}
