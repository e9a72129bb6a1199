//! Time-based one-time codes: RFC 6238 over RFC 4226, with what every authenticator knows: SHA-1, six digits,
//! thirty seconds. SHA-1's collisions do not matter to HMAC.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

/// 160 bits, the length RFC 4226 §4 recommends.
pub(super) const SECRET_BYTES: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: u32 = 6;
/// Steps before and after the present one that are accepted: clocks differ, and people type slowly (RFC 6238 §5.2).
const DRIFT: i64 = 1;

/// The code of a time step.
pub(super) fn code(secret: &[u8], step: i64) -> u32 {
    // HMAC takes a key of any length, so the second way is never gone.
    let mut mac =
        <Hmac<Sha1> as Mac>::new_from_slice(secret).unwrap_or_else(|_| <Hmac<Sha1> as Mac>::new(&Default::default()));
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    // RFC 4226 §5.3: the last four bits say where four bytes are taken from.
    let at = usize::from(digest[19] & 0x0f);
    let taken = u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
    (taken & 0x7fff_ffff) % 10_u32.pow(DIGITS)
}

/// The time step near now (ms since 1970 UTC) whose code this is.
pub(super) fn step_of(secret: &[u8], typed: u32, now_ms: i64) -> Option<i64> {
    let now = now_ms.div_euclid(STEP_MS);
    // All are computed, so that the time says nothing about which it was.
    (now - DRIFT..=now + DRIFT).fold(None, |found, step| if code(secret, step) == typed { Some(step) } else { found })
}

/// The secret as people type it where no camera is at hand: groups of four.
pub(super) fn spelled(secret: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(BASE32_NOPAD.encode(secret));
    let mut spelled = Zeroizing::new(String::with_capacity(text.len() * 5 / 4));
    for (index, letter) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            spelled.push(' ');
        }
        spelled.push(letter);
    }
    spelled
}

/// What an authenticator reads from the QR code. `issuer` and `login` are shown in its list.
pub(super) fn address(secret: &[u8], issuer: &str, login: &str) -> Zeroizing<String> {
    let secret = Zeroizing::new(BASE32_NOPAD.encode(secret));
    let (issuer, login) = (escaped(issuer), escaped(login));
    Zeroizing::new(format!(
        "otpauth://totp/{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        secret.as_str()
    ))
}

/// All but the unreserved characters of RFC 3986 §2.3.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B; the eight digits there end in our six.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (seconds, expected) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000_i64, 353_130),
        ] {
            assert_eq!(code(b"12345678901234567890", seconds / 30), expected, "at {seconds} s");
        }
    }

    #[test]
    fn one_step_of_drift_is_accepted_and_no_more() {
        let (secret, now) = ([7; SECRET_BYTES], 1_800_000_000_000);
        let step = now / STEP_MS;
        for drift in -5..=5 {
            let found = step_of(&secret, code(&secret, step + drift), now);
            assert_eq!(found, (drift.abs() <= 1).then_some(step + drift), "{drift}");
        }
    }

    #[test]
    fn an_authenticator_and_a_person_can_read_the_secret() {
        let secret = *b"12345678901234567890";
        assert_eq!(*spelled(&secret), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            *address(&secret, "こ&", "dr-sato"),
            "otpauth://totp/dr-sato?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E3%81%93%26&algorithm=SHA1&digits=6&period=30"
        );
    }
}
