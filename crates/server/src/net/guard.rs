//! The socket as hyper's HTTP/1 reader sees it: only bytes that [`Framing`] let through.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::activity::Activity;
use super::framing::Framing;

/// Bytes still read and dropped after we hung up, so that the client sees the answer and not a reset.
const LINGER_BYTES_MAX: usize = 1 << 20;

pub(crate) struct Guard<IO> {
    io: IO,
    framing: Framing,
    /// Let through and not yet read by hyper.
    clean: Vec<u8>,
    clean_at: usize,
    activity: Arc<Activity>,
    hung_up: bool,
    lingered: usize,
}

impl<IO> Guard<IO> {
    pub(crate) fn new(io: IO, activity: Arc<Activity>) -> Self {
        Self { io, framing: Framing::new(), clean: Vec::new(), clean_at: 0, activity, hung_up: false, lingered: 0 }
    }

    fn hand_over(&mut self, buf: &mut ReadBuf<'_>) {
        let rest = &self.clean[self.clean_at..];
        let taken = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..taken]);
        self.clean_at += taken;
        if self.clean_at == self.clean.len() {
            self.clean = Vec::new();
            self.clean_at = 0;
        }
    }
}

impl<IO: AsyncRead + Unpin> AsyncRead for Guard<IO> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let mut scratch = [0; 8192];
        while this.clean.is_empty() {
            let mut raw = ReadBuf::new(&mut scratch);
            ready!(Pin::new(&mut this.io).poll_read(cx, &mut raw))?;
            if raw.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            let result = this.framing.push(raw.filled(), &mut this.clean);
            this.activity.head(this.framing.in_head());
            if result.is_err() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "malformed chunked body")));
            }
        }
        this.hand_over(buf);
        Poll::Ready(Ok(()))
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<IO> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    /// Closes our side, then reads on until the client has closed its own: closing with unread bytes
    /// would reset the connection and destroy the answer on its way. The watch ends this if it lasts.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.hung_up {
            ready!(Pin::new(&mut this.io).poll_shutdown(cx))?;
            this.hung_up = true;
            this.activity.hung_up();
        }
        let mut scratch = [0; 8192];
        while this.lingered < LINGER_BYTES_MAX {
            let mut raw = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.io).poll_read(cx, &mut raw)) {
                Ok(()) if !raw.filled().is_empty() => this.lingered += raw.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn hyper_never_sees_a_refused_head() {
        let (mut client, server) = tokio::io::duplex(64);
        let mut guard = Guard::new(server, Arc::new(Activity::new()));
        let writer = tokio::spawn(async move {
            client
                .write_all(b"GET /ok HTTP/1.1\r\nHost: a\r\n\r\nGET /secret HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
                .await
                .unwrap();
        });
        let mut seen = String::new();
        guard.read_to_string(&mut seen).await.unwrap();
        writer.await.unwrap();
        assert!(seen.starts_with("GET /ok HTTP/1.1\r\nHost: a\r\n\r\nREFUSED /Host"), "{seen}");
        assert!(!seen.contains("secret"));
    }

    #[tokio::test]
    async fn a_head_under_way_is_reported() {
        let (mut client, server) = tokio::io::duplex(64);
        let activity = Arc::new(Activity::new());
        let mut guard = Guard::new(server, Arc::clone(&activity));
        client.write_all(b"GET / HT").await.unwrap();
        let mut buf = [0; 64];
        let pending = tokio::time::timeout(std::time::Duration::from_millis(20), guard.read(&mut buf)).await;
        assert!(pending.is_err());
        assert!(activity.is_in_head());
        client.write_all(b"TP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert!(guard.read(&mut buf).await.unwrap() > 0);
        assert!(!activity.is_in_head());
    }
}
