//! Bodies under watch: requests that are dribbled, answers that are not read.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::BoxError;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

use super::Limits;
use super::activity::Activity;

/// A request body came too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request body came too slowly")]
pub struct TooSlow;

/// A request body that gives up when the client has made us wait longer than its size excuses.
/// Time that the handler takes between two reads is not the client's.
pub(crate) struct Watched {
    inner: Incoming,
    /// Waited for in all so far, without the wait under way.
    waited: Duration,
    waiting_since: Option<Instant>,
    received: u64,
    grace: Duration,
    rate: u32,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Watched {
    pub(crate) fn new(inner: Incoming, limits: &Limits) -> Self {
        Self {
            inner,
            waited: Duration::ZERO,
            waiting_since: None,
            received: 0,
            grace: limits.body_grace,
            rate: limits.body_rate.max(1),
            alarm: None,
        }
    }

    /// How much longer the client may take.
    fn patience(&self) -> Duration {
        let earned = Duration::from_secs(self.received / u64::from(self.rate));
        (self.grace + earned).saturating_sub(self.waited)
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(since) = this.waiting_since.take() {
                    this.waited += since.elapsed();
                    this.alarm = None;
                }
                if let Some(data) = frame.as_ref().and_then(|f| f.as_ref().ok()).and_then(Frame::data_ref) {
                    this.received += data.len() as u64;
                }
                Poll::Ready(frame.map(|f| f.map_err(Into::into)))
            }
            Poll::Pending => {
                let patience = this.patience();
                this.waiting_since.get_or_insert_with(Instant::now);
                let alarm = this.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
                alarm.as_mut().poll(cx).map(|()| Some(Err(TooSlow.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Counts a request as under way for as long as this lives.
pub(crate) struct UnderWay {
    activity: Arc<Activity>,
    answer: u64,
}

impl UnderWay {
    pub(crate) fn begin(activity: &Arc<Activity>) -> Self {
        Self { activity: Arc::clone(activity), answer: activity.begin() }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.activity.end(self.answer);
    }
}

/// Handed to hyper at once. Small, so that a client on a weak line that reads, however slowly, is seen to read.
const PART_BYTES: usize = 32 * 1024;

/// An answer's body that reports when the client took the last part.
pub(crate) struct Reported {
    inner: Body,
    /// What is left of a frame that was larger than a part.
    rest: Bytes,
    under_way: UnderWay,
}

impl Reported {
    pub(crate) fn new(inner: Body, under_way: UnderWay) -> Self {
        Self { inner, rest: Bytes::new(), under_way }
    }

    fn next_part(&mut self, mut data: Bytes) -> Frame<Bytes> {
        self.rest = data.split_off(data.len().min(PART_BYTES));
        Frame::data(data)
    }
}

impl HttpBody for Reported {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        this.under_way.activity.asked(this.under_way.answer);
        let frame = if this.rest.is_empty() {
            ready!(Pin::new(&mut this.inner).poll_frame(cx))
        } else {
            Some(Ok(Frame::data(std::mem::take(&mut this.rest))))
        };
        this.under_way.activity.handed(this.under_way.answer);
        Poll::Ready(frame.map(|frame| {
            frame.map(|frame| match frame.into_data() {
                Ok(data) => this.next_part(data),
                Err(trailers) => trailers,
            })
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_large_answer_goes_out_in_parts_and_whole() {
        let content: Vec<u8> = (0..=255).cycle().take(PART_BYTES * 2 + 5).collect();
        let activity = Arc::new(Activity::new());
        let mut body = Reported::new(Body::from(content.clone()), UnderWay::begin(&activity));
        assert_eq!(body.size_hint().exact(), Some(content.len() as u64));
        let mut seen = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            assert!(data.len() <= PART_BYTES);
            seen.extend_from_slice(&data);
            assert_eq!(body.size_hint().exact(), Some((content.len() - seen.len()) as u64));
            assert_eq!(body.is_end_stream(), seen.len() == content.len());
        }
        assert_eq!(seen, content);
        drop(body);
        assert!(activity.is_quiet());
    }
}
