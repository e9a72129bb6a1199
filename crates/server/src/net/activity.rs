//! What a connection is doing, and whether its client has kept us waiting for too long.
//!
//! One clock-reading watch per connection covers what hyper has no timer for, for both protocols alike.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Limits;

/// Shared by the parts of one connection.
#[derive(Debug)]
pub(crate) struct Activity(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    /// Requests under way.
    active: usize,
    quiet_since: Instant,
    head_since: Option<Instant>,
    hung_up_since: Option<Instant>,
    /// Answers of which hyper holds a part that the client has not taken yet.
    handed: HashMap<u64, Instant>,
    next_answer: u64,
}

/// What the watch does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Leave,
    /// No request for too long: say goodbye.
    Idle,
    /// A head, or an answer, takes too long: cut.
    Slow,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Inner {
            active: 0,
            quiet_since: Instant::now(),
            head_since: None,
            hung_up_since: None,
            handed: HashMap::new(),
            next_answer: 0,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here can panic half-way, so a poisoned lock still holds a sound value.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn begin(&self) -> u64 {
        let mut inner = self.lock();
        inner.active += 1;
        inner.next_answer += 1;
        inner.next_answer
    }

    pub(crate) fn end(&self, answer: u64) {
        let mut inner = self.lock();
        inner.active -= 1;
        inner.handed.remove(&answer);
        inner.quiet_since = Instant::now();
    }

    /// A part of this answer went to hyper, and waits for the client.
    pub(crate) fn handed(&self, answer: u64) {
        self.lock().handed.insert(answer, Instant::now());
    }

    /// hyper asks for more of this answer: the client took the last part.
    pub(crate) fn asked(&self, answer: u64) {
        self.lock().handed.remove(&answer);
    }

    /// Whether a head has begun and not ended.
    pub(crate) fn head(&self, under_way: bool) {
        let mut inner = self.lock();
        match (under_way, inner.head_since) {
            (true, None) => inner.head_since = Some(Instant::now()),
            (false, Some(_)) => inner.head_since = None,
            _ => {}
        }
    }

    pub(crate) fn hung_up(&self) {
        self.lock().hung_up_since = Some(Instant::now());
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.lock().active == 0
    }

    #[cfg(test)]
    pub(crate) fn is_in_head(&self) -> bool {
        self.lock().head_since.is_some()
    }

    pub(crate) fn verdict(&self, now: Instant, limits: &Limits) -> Verdict {
        let inner = self.lock();
        let longer = |since: Instant, limit| now.saturating_duration_since(since) > limit;
        if inner.head_since.is_some_and(|since| longer(since, limits.head))
            || inner.hung_up_since.is_some_and(|since| longer(since, limits.drain))
            || inner.handed.values().any(|&since| longer(since, limits.stalled))
        {
            Verdict::Slow
        } else if inner.active == 0 && longer(inner.quiet_since, limits.idle) {
            Verdict::Idle
        } else {
            Verdict::Leave
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The verdict when each kind of waiting has lasted for `seconds`.
    fn after(activity: &Activity, seconds: u64) -> Verdict {
        activity.verdict(Instant::now() + Duration::from_secs(seconds), &Limits::default())
    }

    #[test]
    fn idle_connections_are_told_goodbye_and_busy_ones_are_not() {
        let activity = Activity::new();
        assert_eq!((after(&activity, 0), after(&activity, 31)), (Verdict::Leave, Verdict::Idle));
        let answer = activity.begin();
        assert_eq!(after(&activity, 3600), Verdict::Leave);
        activity.end(answer);
        assert_eq!(after(&activity, 31), Verdict::Idle);
    }

    #[test]
    fn a_dribbled_head_is_cut() {
        let activity = Activity::new();
        activity.head(true);
        assert_eq!(after(&activity, 11), Verdict::Slow);
        activity.head(false);
        assert_eq!(after(&activity, 11), Verdict::Leave);
    }

    #[test]
    fn an_unread_answer_is_cut_and_a_long_computation_is_not() {
        let activity = Activity::new();
        let (read, unread) = (activity.begin(), activity.begin());
        activity.handed(read);
        activity.handed(unread);
        activity.asked(read);
        assert_eq!(after(&activity, 31), Verdict::Slow);
        activity.end(unread);
        assert_eq!(after(&activity, 31), Verdict::Leave);
    }
}
