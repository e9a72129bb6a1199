//! A server with short timers around a few routes that show what reached them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{get, post};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use server::http::{Edge, Hosts};
use server::net::{Limits, Tls};
use server::tls::{Authority, server_config};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Long enough for any machine, so that only a connection that is never closed fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    authority: Authority,
    /// Requests that reached a handler.
    pub(crate) reached: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
    _config: watch::Sender<Arc<rustls::ServerConfig>>,
}

pub(crate) fn short() -> Limits {
    let ms = Duration::from_millis;
    Limits {
        handshake: ms(300),
        head: ms(300),
        idle: ms(600),
        body_grace: ms(300),
        stalled: ms(500),
        ping: ms(400),
        drain: ms(500),
        tick: ms(20),
        ..Limits::default()
    }
}

fn routes(reached: Arc<AtomicUsize>) -> Router {
    let counted = move |path: &'static str| {
        let reached = Arc::clone(&reached);
        async move || {
            reached.fetch_add(1, Ordering::SeqCst);
            path
        }
    };
    Router::new()
        .route("/", get(counted("root")))
        .route(
            "/echo",
            post(async |request: Request| {
                let (parts, body) = request.into_parts();
                server::http::read_body(&parts.headers, body, 1 << 20).await
            }),
        )
        .route("/broken", get(async || axum::http::StatusCode::INTERNAL_SERVER_ERROR))
        .route("/panics", get(async || assert!(std::hint::black_box(false), "on purpose")))
        .route("/big", get(async || Body::from(vec![b'x'; 64 << 20])))
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(Duration::from_millis(1500)).await;
                "done"
            }),
        )
}

pub(crate) async fn start(limits: Limits) -> Server {
    #[expect(clippy::disallowed_methods, reason = "the client compares the certificate with the real time")]
    let now = jiff::Timestamp::now();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let authority = Authority::create("test", &[], now).unwrap();
    let config = server_config(&authority.issue(&names, now).unwrap(), false).unwrap();
    let reached = Arc::new(AtomicUsize::new(0));
    let router = server::http::wrap(routes(Arc::clone(&reached)), Edge { hosts: Hosts::new(names), tls: true });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let (config_sender, config) = watch::channel(config);
    let running = tokio::spawn(server::net::serve(listener, Tls::On(config), router, limits, stopping));
    Server { address, authority, reached, stop, running, _config: config_sender }
}

impl Server {
    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub(crate) async fn tls(&self, alpn: &str) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.authority.cert_pem().as_bytes()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
        let name = ServerName::try_from("localhost").unwrap();
        tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, self.tcp().await).await.unwrap()
    }

    /// One HTTP/1 exchange, read to the end of the connection.
    pub(crate) async fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.tls("http/1.1").await;
        stream.write_all(request).await.unwrap();
        read_to_close(&mut stream).await
    }

    pub(crate) async fn assert_still_serves(&self) {
        let answer = self.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    pub(crate) fn reached(&self) -> usize {
        self.reached.load(Ordering::SeqCst)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.running).await.expect("stops").unwrap();
    }

    pub(crate) fn ask_to_stop(&self) {
        self.stop.send_replace(true);
    }
}

/// What the server says until it closes. A reset counts as closed.
pub(crate) async fn read_to_close(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut seen = Vec::new();
    let mut buf = [0; 4096];
    let closed = async {
        while let Ok(read @ 1..) = stream.read(&mut buf).await {
            seen.extend_from_slice(&buf[..read]);
        }
    };
    tokio::time::timeout(PATIENCE, closed).await.expect("the server closes the connection");
    String::from_utf8_lossy(&seen).into_owned()
}

/// Sends one byte at a time until the server has closed.
pub(crate) async fn dribble(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    byte: &'static [u8],
) -> String {
    let (mut reading, mut writing) = tokio::io::split(stream);
    let dribbling = tokio::spawn(async move {
        while writing.write_all(byte).await.is_ok() && writing.flush().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    });
    let seen = read_to_close(&mut reading).await;
    dribbling.abort();
    seen
}
