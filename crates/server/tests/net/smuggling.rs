//! Requests that two readers could cut differently, and requests meant for another name.

use super::harness::{short, start};

/// Sends it, and says the status of the first answer and how many answers came.
async fn answers(request: &str) -> (String, usize, usize) {
    let server = start(short()).await;
    let seen = server.exchange(request.as_bytes()).await;
    let status = seen.split(' ').nth(1).unwrap_or_default().to_owned();
    let statuses = seen.matches("HTTP/1.1 ").count();
    if !status.is_empty() {
        assert!(seen.contains("x-request-id: ") && seen.contains("content-security-policy: "), "{seen}");
    }
    server.assert_still_serves().await;
    (status, statuses, server.reached() - 1)
}

#[tokio::test]
async fn ambiguous_requests_are_refused_once_and_reach_nothing() {
    let smuggled = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (request, status) in [
        (
            format!(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
            ),
            "400",
        ),
        (
            format!(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n{smuggled}"
            ),
            "400",
        ),
        (format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n{smuggled}"), "400"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n{smuggled}"), "400"),
        (format!("GET / HTTP/1.1\r\n\r\n{smuggled}"), "400"),
        (format!("GET / HTTP/1.1\nHost: localhost\n\n{smuggled}"), "400"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n{smuggled}"), "400"),
        (format!("GET https://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n{smuggled}"), "400"),
        (format!("CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n{smuggled}"), "405"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n{smuggled}"), "417"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n{smuggled}", "X: y\r\n".repeat(150)), "431"),
        (format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "y".repeat(1 << 20)), "431"),
        (format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "y".repeat(20_000)), "414"),
    ] {
        let got = answers(&request).await;
        assert_eq!((got.0.as_str(), got.1, got.2), (status, 1, 0), "{}", &request[..request.len().min(100)]);
    }
}

#[tokio::test]
async fn foreign_names_are_misdirected() {
    for host in ["evil.example", "evil.example:443", "localhost.evil.example", "", "[::1", "203.0.113.1"] {
        let (status, _, reached) =
            answers(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!((status.as_str(), reached), ("421", 0), "{host}");
    }
    for target in ["https://evil.example/", "http://evil.example/"] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        assert_eq!(answers(&request).await.0, "421");
    }
}

#[tokio::test]
async fn headers_that_pretend_change_nothing() {
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: DELETE\r\nX-Forwarded-Host: evil.example\r\n\
                   X-Forwarded-For: 203.0.113.1\r\nForwarded: host=evil.example\r\nUpgrade: h2c\r\nX-Request-Id: mine\r\n\
                   Connection: close\r\n\r\n";
    let (status, _, reached) = answers(request).await;
    assert_eq!((status.as_str(), reached), ("200", 1));
}

#[tokio::test]
async fn a_body_with_crooked_chunks_is_not_taken_for_whole() {
    let request = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n";
    let server = start(short()).await;
    let seen = server.exchange(request.as_bytes()).await;
    assert!(!seen.starts_with("HTTP/1.1 200"), "{seen}");
}
