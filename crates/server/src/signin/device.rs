//! Devices that have signed in to an account before: a signed cookie that outlives the session.
//!
//! It opens nothing. It only counts tries apart (see [`super::throttle`]), so that an attacker elsewhere
//! cannot use up the tries of a doctor at her own tablet. Nothing is stored: the signature is the memory.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Days after which a device that was not used counts as a stranger again.
const DAYS_MAX: i64 = 180;
/// Accounts remembered per device; a reception PC has a few.
const ACCOUNTS_MAX: usize = 8;

/// Signs and checks device cookies.
#[derive(Clone)]
pub(super) struct Devices {
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Devices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Devices")
    }
}

impl Devices {
    /// With the clinic's own key.
    #[must_use]
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self { key: Zeroizing::new(key) }
    }

    /// Whether the device signed in to `account` within [`DAYS_MAX`].
    #[must_use]
    pub(super) fn knows(&self, cookie: &str, account: &str, now_ms: i64) -> bool {
        cookie.split('.').take(ACCOUNTS_MAX).any(|mark| self.is_mark_of(mark, account, now_ms))
    }

    /// The cookie after a sign-in: this account first, then those the device had.
    #[must_use]
    pub(super) fn remember(&self, cookie: &str, account: &str, now_ms: i64) -> String {
        let day = day_of(now_ms);
        let mine = format!("{day}~{}", URL_SAFE_NO_PAD.encode(self.mac(account, day).finalize().into_bytes()));
        let others = cookie
            .split('.')
            .take(ACCOUNTS_MAX)
            .filter(|mark| !mark.is_empty() && mark.len() < 64 && !self.is_mark_of(mark, account, now_ms));
        std::iter::once(mine.as_str()).chain(others).take(ACCOUNTS_MAX).collect::<Vec<_>>().join(".")
    }

    fn is_mark_of(&self, mark: &str, account: &str, now_ms: i64) -> bool {
        let Some((day, signature)) = mark.split_once('~') else { return false };
        let (Ok(day), Ok(signature)) = (day.parse::<i64>(), URL_SAFE_NO_PAD.decode(signature)) else { return false };
        let age = day_of(now_ms).saturating_sub(day);
        (0..=DAYS_MAX).contains(&age) && self.mac(account, day).verify_slice(&signature).is_ok()
    }

    fn mac(&self, account: &str, day: i64) -> Hmac<Sha256> {
        // HMAC takes a key of any length, so the second way is never gone.
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&*self.key)
            .unwrap_or_else(|_| <Hmac<Sha256> as Mac>::new(&Default::default()));
        mac.update(&day.to_be_bytes());
        mac.update(account.as_bytes());
        mac
    }
}

fn day_of(now_ms: i64) -> i64 {
    now_ms.div_euclid(86_400_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn a_device_is_known_to_the_accounts_that_used_it_and_to_no_others() {
        let devices = Devices::new([7; 32]);
        let cookie = devices.remember("", "sato", 100 * DAY);
        let cookie = devices.remember(&cookie, "tanaka", 110 * DAY);
        assert!(devices.knows(&cookie, "sato", 120 * DAY) && devices.knows(&cookie, "tanaka", 120 * DAY));
        assert!(!devices.knows(&cookie, "sat", 120 * DAY) && !devices.knows("", "sato", 120 * DAY));
        assert!(!devices.knows(&cookie, "sato", 281 * DAY), "too long ago");
        assert!(devices.knows(&cookie, "tanaka", 281 * DAY));
        assert!(!devices.knows(&cookie, "tanaka", 100 * DAY), "before it was made");
        assert!(!Devices::new([8; 32]).knows(&cookie, "sato", 120 * DAY), "another clinic's key");
    }

    #[test]
    fn a_cookie_stays_small_whatever_it_was() {
        let devices = Devices::new([7; 32]);
        let mut cookie = "x".repeat(10_000);
        for n in 0..20 {
            cookie = devices.remember(&cookie, &format!("user{n}"), DAY);
        }
        assert!(cookie.len() < 600, "{}", cookie.len());
        assert!(devices.knows(&cookie, "user19", DAY) && !devices.knows(&cookie, "user0", DAY));
        let again = devices.remember(&cookie, "user19", 2 * DAY);
        assert_eq!(again.split('.').count(), ACCOUNTS_MAX);
        assert!(cookie.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',' && b != b'"'));
    }
}
