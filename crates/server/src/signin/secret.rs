//! Session ids and bearer tokens: random text for the client, its hash for us.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Marks a bearer token, so that one that leaked into a text can be searched for.
pub(super) const TOKEN_PREFIX: &str = "komainu_";

/// SHA-256 of a secret; all that is stored of it. The secret has 256 random bits, so no salt or slow hash is needed.
pub type SecretHash = [u8; 32];

/// Makes a secret of 256 random bits with `prefix` in front.
///
/// # Errors
/// When the system has no randomness.
pub(super) fn random(prefix: &str) -> Result<Zeroizing<String>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes)?;
    Ok(Zeroizing::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(*bytes))))
}

/// The hash of a secret as the client sends it.
#[must_use]
pub(super) fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_fit_headers() {
        let (a, b) = (random(TOKEN_PREFIX).unwrap(), random(TOKEN_PREFIX).unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), TOKEN_PREFIX.len() + 43);
        assert!(a.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-'));
        assert_ne!(hash(&a), hash(&b));
    }
}
