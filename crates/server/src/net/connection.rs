//! One connection, from its first clear byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tower::Service;

use super::activity::{Activity, Verdict};
use super::body::{Reported, UnderWay, Watched};
use super::guard::Guard;
use super::{HEAD_BYTES_MAX, HEADERS_MAX, Limits, Peer};

/// Which builder serves it; ALPN decides, never the first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Serves until the client goes, is cut, or `stopping` turns true and its requests are done.
pub(crate) async fn run<IO>(
    io: IO,
    peer: SocketAddr,
    protocol: Protocol,
    router: Router,
    limits: Arc<Limits>,
    stopping: watch::Receiver<bool>,
) where
    IO: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let service = {
        let (activity, limits) = (Arc::clone(&activity), Arc::clone(&limits));
        service_fn(move |request| answer(request, peer, router.clone(), Arc::clone(&activity), Arc::clone(&limits)))
    };
    // A connection that ends in an error ended by the client's doing; there is nobody to tell.
    match protocol {
        Protocol::Http1 => {
            let guarded = TokioIo::new(Guard::new(io, Arc::clone(&activity)));
            watched(http1_builder(&limits).serve_connection(guarded, service), &activity, &limits, stopping).await;
        }
        Protocol::Http2 => {
            watched(http2_builder(&limits).serve_connection(TokioIo::new(io), service), &activity, &limits, stopping)
                .await;
        }
    }
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    mut router: Router,
    activity: Arc<Activity>,
    limits: Arc<Limits>,
) -> Result<Response<Reported>, Infallible> {
    let under_way = UnderWay::begin(&activity);
    let mut request = request.map(|body| Body::new(Watched::new(body, &limits)));
    request.extensions_mut().insert(Peer(peer));
    let response = router.call(request).await?;
    Ok(response.map(|body| Reported::new(body, under_way)))
}

fn http1_builder(limits: &Limits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // Runs between requests too, so it is the longer one; the watch keeps the time of heads.
        .header_read_timeout(limits.idle + limits.head)
        .max_headers(HEADERS_MAX + 1)
        .max_buf_size(HEAD_BYTES_MAX * 2)
        .half_close(false);
    builder
}

fn http2_builder(limits: &Limits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.ping)
        .keep_alive_timeout(limits.ping)
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        // Rapid reset (CVE-2023-44487): a client that opens and drops streams is sent away early.
        .max_pending_accept_reset_streams(20)
        .max_local_error_reset_streams(100)
        .initial_stream_window_size(256 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .max_send_buf_size(256 * 1024);
    builder
}

/// What both kinds of hyper connection can do.
trait Connection: Future<Output = Result<(), hyper::Error>> {
    fn say_goodbye(self: Pin<&mut Self>);
}

impl<IO, S> Connection for http1::Connection<IO, S>
where
    IO: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
    S: hyper::service::HttpService<Incoming, ResBody = Reported>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    fn say_goodbye(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<IO, S, E> Connection for http2::Connection<IO, S, E>
where
    IO: hyper::rt::Read + hyper::rt::Write + Unpin + 'static,
    S: hyper::service::HttpService<Incoming, ResBody = Reported>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    E: hyper::rt::bounds::Http2ServerConnExec<S::Future, Reported>,
{
    fn say_goodbye(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

async fn watched<C: Connection>(
    connection: C,
    activity: &Activity,
    limits: &Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let mut connection = std::pin::pin!(connection);
    let mut tick = tokio::time::interval(limits.tick);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut goodbye_since = None;
    loop {
        let stop = tokio::select! {
            _ = &mut connection => return,
            _ = tick.tick() => false,
            _ = stopping.wait_for(|stop| *stop), if goodbye_since.is_none() => true,
        };
        let now = Instant::now();
        let verdict = activity.verdict(now, limits);
        if verdict == Verdict::Slow {
            return;
        }
        match goodbye_since {
            None if stop || verdict == Verdict::Idle => {
                goodbye_since = Some(now);
                connection.as_mut().say_goodbye();
            }
            // An idle client that does not leave holds nothing we owe it; one with requests gets time.
            Some(since)
                if now.duration_since(since) > limits.drain || (verdict == Verdict::Idle && activity.is_quiet()) =>
            {
                return;
            }
            _ => {}
        }
    }
}
