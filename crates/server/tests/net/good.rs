//! Clients that behave get everything they ask for.

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper::{Request, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::AsyncWriteExt;

use super::harness::{Server, read_to_close, short, start};

async fn http2(server: &Server) -> http2::SendRequest<Full<Bytes>> {
    let (sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(server.tls("h2").await)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(format!("https://localhost{path}")).body(Full::default()).unwrap()
}

#[tokio::test]
async fn http2_is_spoken_when_asked_for() {
    let server = start(short()).await;
    let mut sender = http2(&server).await;
    let response = sender.send_request(get("/")).await.unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, Version::HTTP_2));
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "root");
    let foreign = Request::get("https://evil.example/").body(Full::default()).unwrap();
    assert_eq!(sender.send_request(foreign).await.unwrap().status(), 421);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = start(short()).await;
    let (mut sender, connection) = http1::handshake(TokioIo::new(server.tls("http/1.1").await)).await.unwrap();
    tokio::spawn(connection);
    for size in [0, 10, 100_000] {
        let body = Full::new(Bytes::from(vec![b'a'; size]));
        let request = Request::post("/echo").header("host", "localhost").body(body).unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), size);
    }
}

#[tokio::test]
async fn a_long_computation_is_not_taken_for_an_idle_connection() {
    let server = start(short()).await;
    let response = http2(&server).await.send_request(get("/slow")).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "done");
}

#[tokio::test]
async fn a_large_answer_that_is_read_arrives_whole() {
    let server = start(short()).await;
    let response = http2(&server).await.send_request(get("/big")).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 64 << 20);
}

#[tokio::test]
async fn every_status_has_the_security_headers() {
    let server = start(short()).await;
    let too_large = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n", 2 << 20);
    for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: localhost\r\n", "200"),
        ("GET /none HTTP/1.1\r\nHost: localhost\r\n", "404"),
        ("POST / HTTP/1.1\r\nHost: localhost\r\n", "405"),
        (too_large.as_str(), "413"),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n", "421"),
        ("GET /broken HTTP/1.1\r\nHost: localhost\r\n", "500"),
        ("GET /panics HTTP/1.1\r\nHost: localhost\r\n", "500"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "400"),
    ] {
        let seen = server.exchange(format!("{head}Connection: close\r\n\r\n").as_bytes()).await;
        assert!(seen.starts_with(&format!("HTTP/1.1 {status}")), "{seen}");
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
            "referrer-policy: no-referrer",
            "cross-origin-opener-policy: same-origin",
            "cross-origin-resource-policy: same-origin",
            "permissions-policy: ",
            "strict-transport-security: ",
            "cache-control: no-store",
            "x-request-id: ",
        ] {
            assert!(seen.contains(header), "{status} lacks {header}: {seen}");
        }
        assert!(!seen.contains("\r\nserver: ") && !seen.contains("x-powered-by"), "{seen}");
        assert!(!seen.contains("access-control-"), "{seen}");
    }
}

#[tokio::test]
async fn requests_under_way_are_finished_before_the_server_stops() {
    let mut limits = short();
    limits.drain = super::harness::PATIENCE;
    let server = start(limits).await;
    let mut busy = server.tls("http/1.1").await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    server.ask_to_stop();
    let seen = read_to_close(&mut busy).await;
    assert!(seen.starts_with("HTTP/1.1 200") && seen.ends_with("done"), "{seen}");
    drop(busy);
    let address = server.address;
    server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it no longer listens");
}

#[tokio::test]
async fn old_tls_is_refused() {
    let server = start(short()).await;
    let mut tcp = server.tcp().await;
    // A TLS 1.2 ClientHello with one suite (ECDHE-ECDSA-AES128-GCM) and no supported_versions.
    let hello: Vec<u8> =
        [&[0x16, 3, 1, 0, 0x2d, 1, 0, 0, 0x29, 3, 3][..], &[7; 32], &[0, 0, 2, 0xc0, 0x2b, 1, 0]].concat();
    tcp.write_all(&hello).await.unwrap();
    let seen = read_to_close(&mut tcp).await;
    assert!(seen.is_empty() || seen.as_bytes()[0] == 0x15, "an alert or nothing");
    server.assert_still_serves().await;
}
