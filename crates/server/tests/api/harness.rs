//! A whole server over a store in a new directory, spoken to without a socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use access::Duty;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use server::http::{Edge, Hosts};
use server::net::Peer;
use server::signin::{Lasting, enrol};
use server::{App, Config};
use store::{Keys, Store};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const PASSWORD: &str = "tori-ga-3wa-niwa";
pub(crate) const MINUTE_MS: i64 = 60_000;

pub(crate) struct Server {
    pub(crate) app: App,
    router: Router,
    /// What time it is, in ms.
    clock: Arc<AtomicI64>,
    _directory: TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.body)))
    }

    /// `name=value` of each cookie set.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap().split(';').next().unwrap());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

pub(crate) async fn start() -> Server {
    begin(false).await
}

/// On a computer that is the clinic's gateway.
pub(crate) async fn start_gateway() -> Server {
    begin(true).await
}

async fn begin(gateway: bool) -> Server {
    let directory = TempDir::new().unwrap();
    let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
    let now: store::Clock = {
        let clock = Arc::clone(&clock);
        Arc::new(move || clock.load(Ordering::SeqCst))
    };
    let config = store::Config {
        clock: Arc::clone(&now),
        ..store::Config::directory(directory.path(), Keys::random().unwrap())
    };
    let store = Store::open(config).unwrap();
    let edge = Edge { hosts: Hosts::new(["localhost"]), tls: true };
    let config = Config {
        edge,
        lasting: Lasting::default(),
        limits: server::fhir::Limits::default(),
        clinic: "ことり内科クリニック".to_owned(),
        directory: directory.path().to_owned(),
        gateway: gateway.then(|| directory.path().join("gateway")),
        new_authority: false,
    };
    let app = App::open(store, now, config).await.unwrap();
    let server = Server { router: server::router(app.clone()), app, clock, _directory: directory };
    for (login, duties) in [("sato", [Duty::Doctor].as_slice()), ("tanaka", &[Duty::Clerk]), ("gone", &[Duty::Nurse])] {
        server.account(login, duties).await;
    }
    server.disable("gone").await;
    server
}

impl Server {
    pub(crate) fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) async fn account(&self, login: &str, duties: &[Duty]) {
        let new = enrol::NewAccount { login, name: "佐藤 健", duties, password: PASSWORD };
        enrol::create_account(self.app.store(), new, self.app.clinic(), "test", self.app.now_ms()).await.unwrap();
    }

    /// The audit trail so far, newest first.
    pub(crate) async fn events(&self) -> Vec<audit::Event> {
        self.app.store().settle().await.unwrap();
        let events: Result<Vec<(u64, audit::Event)>, store::StoreError> = self
            .app
            .store()
            .read(|s| {
                s.audit(audit::Event::new(0, "test", "audit", audit::Outcome::Done));
                let auditor = access::Actor::person("a", "a", &[Duty::Auditor]);
                let permit = access::decide(&auditor, access::Action::Search, &["AuditEvent"]).unwrap();
                s.audit_events(&permit, None, None, 10_000)
            })
            .await;
        events.unwrap().into_iter().map(|(_, event)| event).collect()
    }

    pub(crate) async fn disable(&self, account: &'static str) {
        let at = self.app.now_ms();
        let disabled: Result<(), store::StoreError> = self
            .app
            .store()
            .write(move |tx| {
                let mut account = tx.account(account)?.unwrap();
                account.disabled = true;
                tx.audit(audit::Event::new(at, "test", "disable", audit::Outcome::Done));
                tx.put_account(&account)
            })
            .await;
        disabled.unwrap();
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.send_from("192.168.1.20:50000".parse().unwrap(), request).await
    }

    pub(crate) async fn send_from(&self, peer: SocketAddr, mut request: Request<Body>) -> Answer {
        request.headers_mut().insert("host", "localhost".parse().unwrap());
        request.extensions_mut().insert(Peer(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Answer {
        self.send(Request::get(path).header("cookie", cookies).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn sign_in(&self, user: &str, password: &str, cookies: &str) -> Answer {
        self.send(sign_in_request(user, password, cookies)).await
    }
}

pub(crate) fn sign_in_request(user: &str, password: &str, cookies: &str) -> Request<Body> {
    post("/api/session", cookies, &serde_json::json!({ "user": user, "password": password }))
}

pub(crate) fn post(path: &str, cookies: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookies)
        .body(Body::from(body.to_string()))
        .unwrap()
}
