//! How often sign-in may be tried, without handing attackers a way to lock a doctor out.
//!
//! Every try takes a token from two buckets before the password is even looked at, and gets both back
//! when it was right. One bucket belongs to the source address. The other belongs to the account *and
//! to whether the device has signed in to it before* (a device cookie, see [`super::device`]): who
//! hammers an account from elsewhere empties the bucket for strangers, and the doctor's own tablet,
//! which has one of its own, still gets in.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::net::source_of;

/// Tries at once, and the time in which one more is earned.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: u32,
    refill: Duration,
}

/// Strangers: at most 20 guesses in an account's first hour, 10 in each later one.
const STRANGER: Rate = Rate { burst: 10, refill: Duration::from_secs(360) };
/// A device that has signed in to the account before: a person who mistypes.
const KNOWN_DEVICE: Rate = Rate { burst: 10, refill: Duration::from_secs(30) };
/// One address: a reception PC that a whole staff shares, but not a sweep over all accounts.
const SOURCE: Rate = Rate { burst: 30, refill: Duration::from_secs(30) };
/// Buckets kept at once. Full ones are forgotten first, for they say nothing.
const BUCKETS_MAX: usize = 10_000;

/// Counts tries.
#[derive(Debug)]
pub(super) struct Throttle {
    /// Keys are hashed with a secret of this process, so nobody can aim at another's bucket, and what
    /// was typed as a name is not kept.
    hasher: RandomState,
    buckets: Mutex<HashMap<u64, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// When it will be full again.
    full_at: Instant,
    rate: Rate,
}

/// A try that was let through. Give it back with [`Throttle::forgive`] when it was right.
#[derive(Debug)]
#[must_use]
pub(super) struct Try(Vec<u64>);

impl Default for Throttle {
    fn default() -> Self {
        Self { hasher: RandomState::new(), buckets: Mutex::default() }
    }
}

impl Throttle {
    /// Takes a token for one try to sign in to `account` (as typed; it need not exist).
    ///
    /// # Errors
    /// How long to wait, when a bucket is empty.
    pub(super) fn admit(
        &self,
        account: &str,
        known_device: bool,
        source: IpAddr,
        now: Instant,
    ) -> Result<Try, Duration> {
        let account_rate = if known_device { KNOWN_DEVICE } else { STRANGER };
        let account = (self.key(&("account", account, known_device)), account_rate);
        self.take(&[account, self.source(source)], now)
    }

    /// Takes a token for one code of a second factor. Its tries by account are counted in the store.
    ///
    /// # Errors
    /// How long to wait, when the source has none left.
    pub(super) fn admit_code(&self, source: IpAddr, now: Instant) -> Result<Try, Duration> {
        self.take(&[self.source(source)], now)
    }

    fn source(&self, source: IpAddr) -> (u64, Rate) {
        (self.key(&("source", source_of(source))), SOURCE)
    }

    fn take(&self, keys: &[(u64, Rate)], now: Instant) -> Result<Try, Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            forget(&mut buckets, now);
        }
        let wait = keys.iter().map(|(key, rate)| buckets.get(key).map_or(Duration::ZERO, |b| b.wait(now, *rate))).max();
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        for &(key, rate) in keys {
            let bucket = buckets.entry(key).or_insert(Bucket { full_at: now, rate });
            bucket.full_at = bucket.full_at.max(now) + rate.refill;
        }
        Ok(Try(keys.iter().map(|(key, _)| *key).collect()))
    }

    /// Gives the tokens back.
    pub(super) fn forgive(&self, admitted: Try) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for key in admitted.0 {
            if let Some(bucket) = buckets.get_mut(&key) {
                bucket.full_at = bucket.full_at.checked_sub(bucket.rate.refill).unwrap_or(bucket.full_at);
            }
        }
    }

    fn key(&self, what: &impl Hash) -> u64 {
        self.hasher.hash_one(what)
    }
}

impl Bucket {
    fn wait(&self, now: Instant, rate: Rate) -> Duration {
        let missing = self.full_at.saturating_duration_since(now);
        missing.saturating_sub(rate.refill * (rate.burst - 1))
    }
}

/// Drops full buckets, and if none is full those that will be soonest: an attacker who spreads over
/// many names must not make us forget the one that is under attack.
fn forget(buckets: &mut HashMap<u64, Bucket>, now: Instant) {
    buckets.retain(|_, bucket| bucket.full_at > now);
    if buckets.len() >= BUCKETS_MAX {
        let mut ends: Vec<Instant> = buckets.values().map(|b| b.full_at).collect();
        let middle = ends.len() / 2;
        let (_, median, _) = ends.select_nth_unstable(middle);
        let median = *median;
        buckets.retain(|_, bucket| bucket.full_at > median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn source(last: u16) -> IpAddr {
        let [a, b] = last.to_be_bytes();
        IpAddr::from([127, 0, a, b])
    }

    /// Guesses admitted for one account within `hours`, one a second, from `sources` addresses.
    fn guesses(throttle: &Throttle, sources: u16, hours: u32, known: bool) -> usize {
        let began = Instant::now();
        (0..hours * 3600)
            .filter(|second| {
                let from = source(u16::try_from(second % u32::from(sources)).unwrap());
                throttle.admit("sato", known, from, began + Duration::from_secs(u64::from(*second))).is_ok()
            })
            .count()
    }

    #[test]
    fn a_stranger_gets_at_most_twenty_guesses_an_hour_from_however_many_addresses() {
        for sources in [1, 50] {
            let got = guesses(&Throttle::default(), sources, 1, false);
            assert!((10..=20).contains(&got), "{got} from {sources}");
            assert!(guesses(&Throttle::default(), sources, 10, false) <= 110);
        }
    }

    #[test]
    fn a_doctor_under_attack_still_gets_in_from_a_known_device() {
        let throttle = Throttle::default();
        guesses(&throttle, 50, 1, false);
        let now = Instant::now() + HOUR;
        assert!(throttle.admit("sato", true, source(200), now).is_ok());
        assert!(throttle.admit("tanaka", false, source(200), now).is_ok(), "and others are not touched");
    }

    #[test]
    fn one_source_cannot_sweep_over_all_accounts() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let admitted = (0..1000).filter(|n| throttle.admit(&format!("user{n}"), false, source(1), now).is_ok()).count();
        assert_eq!(admitted, 30);
    }

    #[test]
    fn right_passwords_cost_nothing() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for _ in 0..100 {
            let admitted = throttle.admit("sato", false, source(1), now).unwrap();
            throttle.forgive(admitted);
        }
    }

    #[test]
    fn who_waits_as_long_as_told_is_admitted() {
        let throttle = Throttle::default();
        let now = Instant::now();
        let wait = loop {
            if let Err(wait) = throttle.admit("sato", true, source(1), now) {
                break wait;
            }
        };
        assert!(throttle.admit("sato", true, source(1), now + wait / 2).is_err());
        assert!(throttle.admit("sato", true, source(1), now + wait).is_ok());
    }

    #[test]
    fn memory_is_bounded_and_the_account_under_attack_is_not_forgotten() {
        let throttle = Throttle::default();
        let now = Instant::now();
        while throttle.admit("sato", false, source(1), now).is_ok() {}
        for n in 0..50_000u32 {
            let [a, b, c, _] = (n << 8).to_be_bytes();
            let _ = throttle.admit(&format!("user{n}"), false, IpAddr::from([10, a, b, c]), now);
        }
        assert!(throttle.buckets.lock().unwrap().len() <= BUCKETS_MAX + 2);
        assert!(throttle.admit("sato", false, source(2), now).is_err());
    }
}
