//! What a server keeps over restarts, and what it shows to everybody.

use axum::body::Body;
use axum::http::Request;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use server::http::{Edge, Hosts};
use server::signin::Lasting;
use server::{App, Config, OpenError};

use super::harness::{Server, start};

/// Opens a second server over the same store, as a restart would.
async fn reopen(server: &Server, names: &[&str], new_authority: bool) -> Result<App, OpenError> {
    let edge = Edge { hosts: Hosts::new(names), tls: true };
    let clinic = "another name".to_owned();
    let limits = server::fhir::Limits::default();
    let config = Config { edge, lasting: Lasting::default(), limits, clinic, new_authority };
    let now_ms = server.app.now_ms();
    App::open(server.app.store().clone(), std::sync::Arc::new(move || now_ms), config).await
}

fn shown(certificate: &server::tls::ServerCertificate) -> String {
    format!("{:?} {}", certificate, serde_json::to_string(certificate).unwrap())
}

#[tokio::test]
async fn a_restart_keeps_the_authority_the_certificate_and_the_clinics_name() {
    let server = start().await;
    let certificate = server.app.certificate().await.unwrap();
    let again = reopen(&server, &["localhost"], false).await.unwrap();
    assert_eq!(again.clinic(), "ことり内科クリニック");
    assert_eq!(again.authority().cert_pem(), server.app.authority().cert_pem());
    assert_eq!(shown(&again.certificate().await.unwrap()), shown(&certificate));
}

#[tokio::test]
async fn a_new_name_gets_a_new_certificate_of_the_same_authority() {
    let server = start().await;
    let certificate = server.app.certificate().await.unwrap();
    let again = reopen(&server, &["localhost", "karte.local"], false).await.unwrap();
    assert_ne!(shown(&again.certificate().await.unwrap()), shown(&certificate));
    assert_eq!(again.authority().cert_pem(), server.app.authority().cert_pem());
    let foreign = reopen(&server, &["karte.example.jp"], false).await.unwrap();
    assert!(matches!(foreign.certificate().await, Err(OpenError::Tls(server::tls::TlsError::NotPermitted(_)))));
}

#[tokio::test]
async fn a_new_authority_vouches_for_the_names_of_that_day() {
    let server = start().await;
    server.app.certificate().await.unwrap();
    let again = reopen(&server, &["karte.example.jp"], true).await.unwrap();
    assert_ne!(again.authority().cert_pem(), server.app.authority().cert_pem());
    assert!(again.certificate().await.is_ok());
    let later = reopen(&server, &["karte.example.jp"], false).await.unwrap();
    assert_eq!(later.authority().cert_pem(), again.authority().cert_pem(), "it is kept");
}

#[tokio::test]
async fn anyone_may_fetch_the_authoritys_certificate() {
    let server = start().await;
    let pem = server.get("/api/authority", "").await;
    let der = server.get("/ca.crt", "").await;
    assert_eq!(der.headers["content-type"], "application/x-x509-ca-cert");
    assert_eq!(CertificateDer::from_pem_slice(&pem.body).unwrap().as_ref(), der.body);
    assert!(!String::from_utf8_lossy(&pem.body).contains("PRIVATE"));
}

#[tokio::test]
async fn health_says_no_more_than_that() {
    let server = start().await;
    let health = server.get("/api/health", "").await;
    assert_eq!((health.status.as_u16(), health.body.as_slice()), (200, b"{\"ok\":true}".as_slice()));
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_it() {
    let server = start().await;
    let request = Request::get("/api/authority").header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    let compressed = server.send(request).await;
    assert_eq!(compressed.headers["content-encoding"], "gzip");
    assert!(compressed.body.starts_with(&[0x1f, 0x8b]));
    assert!(server.get("/api/authority", "").await.headers.get("content-encoding").is_none());
}
