//! Clients that keep the server waiting. In each mode the connection ends and others are served.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::harness::{PATIENCE, dribble, read_to_close, short, start};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

#[tokio::test]
async fn a_socket_that_says_nothing_is_closed() {
    let server = start(short()).await;
    let mut tcp = server.tcp().await;
    assert_eq!(read_to_close(&mut tcp).await, "");
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_client_idle_after_the_handshake_is_closed() {
    let server = start(short()).await;
    for alpn in ["http/1.1", "h2"] {
        read_to_close(&mut server.tls(alpn).await).await;
    }
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_dribbled_head_is_cut() {
    let server = start(short()).await;
    let mut tls = server.tls("http/1.1").await;
    tls.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ").await.unwrap();
    dribble(tls, b"x").await;
    assert_eq!(server.reached(), 0);
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_dribbled_handshake_is_cut() {
    let server = start(short()).await;
    // A TLS record that promises 255 bytes of ClientHello.
    let mut tcp = server.tcp().await;
    tcp.write_all(b"\x16\x03\x01\x00\xff").await.unwrap();
    dribble(tcp, b"\x01").await;
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_dribbled_body_is_cut() {
    let server = start(short()).await;
    let mut tls = server.tls("http/1.1").await;
    tls.write_all(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n").await.unwrap();
    let seen = dribble(tls, b"x").await;
    assert!(seen.starts_with("HTTP/1.1 408"), "{seen}");
    server.assert_still_serves().await;
}

#[tokio::test]
async fn an_idle_http2_client_is_sent_away() {
    let server = start(short()).await;
    let mut tls = server.tls("h2").await;
    tls.write_all(PREFACE).await.unwrap();
    read_to_close(&mut tls).await;
    server.assert_still_serves().await;
}

#[tokio::test]
async fn an_http2_client_that_only_answers_pings_is_sent_away() {
    let server = start(short()).await;
    let mut tls = server.tls("h2").await;
    tls.write_all(PREFACE).await.unwrap();
    let answering = async {
        let mut head = [0; 9];
        while tls.read_exact(&mut head).await.is_ok() {
            let length = usize::from(head[1]) << 8 | usize::from(head[2]);
            let mut payload = vec![0; length];
            if tls.read_exact(&mut payload).await.is_err() {
                break;
            }
            let is_ping = head[3] == 6 && head[4] & 1 == 0;
            if is_ping && tls.write_all(&[&[0, 0, 8, 6, 1, 0, 0, 0, 0], payload.as_slice()].concat()).await.is_err() {
                break;
            }
        }
    };
    tokio::time::timeout(PATIENCE, answering).await.expect("the server closes the connection");
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut() {
    let server = start(short()).await;
    let mut tls = server.tls("http/1.1").await;
    tls.write_all(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut first = [0; 1];
    tls.read_exact(&mut first).await.unwrap();
    tokio::time::sleep(short().stalled * 4).await;
    let seen = read_to_close(&mut tls).await;
    assert!(seen.len() < 64 << 20, "the rest was sent all the same");
    server.assert_still_serves().await;
}

#[tokio::test]
async fn connections_beyond_a_sources_share_are_closed_and_the_share_comes_back() {
    let mut limits = short();
    limits.connections_per_source = 3;
    let server = start(limits).await;
    let mut held = [server.tcp().await, server.tcp().await, server.tcp().await];
    assert_eq!(read_to_close(&mut server.tcp().await).await, "");
    for tcp in &mut held {
        read_to_close(tcp).await;
    }
    server.assert_still_serves().await;
}

#[tokio::test]
async fn connections_beyond_the_total_wait_for_their_turn() {
    let mut limits = short();
    limits.connections = 2;
    let server = start(limits).await;
    let _held = [server.tcp().await, server.tcp().await];
    server.assert_still_serves().await;
}

/// A frame of HTTP/2: type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// HPACK: GET / of https://localhost.
const GET: &[u8] = b"\x82\x84\x87\x41\x09localhost";

#[tokio::test]
async fn a_client_that_opens_and_drops_requests_without_end_is_sent_away() {
    let server = start(short()).await;
    let (mut reading, mut writing) = tokio::io::split(server.tls("h2").await);
    writing.write_all(PREFACE).await.unwrap();
    let flood = tokio::spawn(async move {
        for stream in (1..200_000).step_by(2) {
            let open_and_drop = [frame(1, 5, stream, GET), frame(3, 0, stream, &8u32.to_be_bytes())].concat();
            if writing.write_all(&open_and_drop).await.is_err() {
                return stream;
            }
        }
        u32::MAX
    });
    read_to_close(&mut reading).await;
    assert!(flood.await.unwrap() < 200_000, "it was let through to the end");
    server.assert_still_serves().await;
}

#[tokio::test]
async fn a_head_in_endless_pieces_is_cut() {
    let server = start(short()).await;
    let (mut reading, mut writing) = tokio::io::split(server.tls("h2").await);
    writing.write_all(PREFACE).await.unwrap();
    let flood = tokio::spawn(async move {
        // HEADERS without END_HEADERS, then CONTINUATION after CONTINUATION.
        let _gone = writing.write_all(&frame(1, 1, 1, GET)).await;
        let piece = frame(9, 0, 1, &[b"\x00\x01x\x7f\x80\x7f".as_slice(), &[b'y'; 255]].concat());
        let mut sent = 0;
        while sent < 100_000 && writing.write_all(&piece).await.is_ok() {
            sent += 1;
        }
        sent
    });
    read_to_close(&mut reading).await;
    assert!(flood.await.unwrap() < 100_000);
    assert_eq!(server.reached(), 0);
    server.assert_still_serves().await;
}
