//! What was typed as the second step: six digits from an authenticator, or a recovery code from paper.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::SecretHash;

/// How many recovery codes an account gets.
pub(super) const RECOVERY_CODES: usize = 10;
/// Of five bits each: 80 bits, too many to find from a hash.
const RECOVERY_CHARS: usize = 16;
/// Crockford's base 32: no letter that looks like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Far above anything that is a code, with all its spaces.
const TYPED_MAX: usize = 64;

/// A code as it was typed.
pub(super) enum Typed {
    /// Six digits.
    Totp(u32),
    /// A recovery code, without hyphens.
    Recovery(Zeroizing<String>),
    /// Neither; it counts as a wrong one.
    Nothing,
}

impl Typed {
    /// Full-width characters, which a Japanese keyboard gives, spaces and hyphens are all as good as their likes.
    pub(super) fn read(text: &str) -> Self {
        if text.len() > TYPED_MAX {
            return Self::Nothing;
        }
        let plain: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .map(narrow)
                .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '−' | 'ー' | '–'))
                .map(|c| c.to_ascii_uppercase())
                .collect(),
        );
        if plain.len() == 6 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return plain.parse().map_or(Self::Nothing, Self::Totp);
        }
        let code: Zeroizing<String> = Zeroizing::new(
            plain
                .chars()
                .map(|c| match c {
                    'O' => '0',
                    'I' | 'L' => '1',
                    other => other,
                })
                .collect(),
        );
        let is_code = code.len() == RECOVERY_CHARS && code.bytes().all(|byte| ALPHABET.contains(&byte));
        if is_code { Self::Recovery(code) } else { Self::Nothing }
    }
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// New recovery codes, as they are shown: four groups of four.
///
/// # Errors
/// When the system has no randomness.
pub(super) fn recovery_codes() -> Result<Vec<Zeroizing<String>>, getrandom::Error> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut bytes = Zeroizing::new([0; RECOVERY_CHARS]);
            getrandom::fill(&mut *bytes)?;
            let mut code = Zeroizing::new(String::with_capacity(RECOVERY_CHARS + 3));
            for (index, byte) in bytes.iter().enumerate() {
                if index > 0 && index % 4 == 0 {
                    code.push('-');
                }
                // 256 is a multiple of 32: every letter is as likely.
                code.push(char::from(ALPHABET[usize::from(byte % 32)]));
            }
            Ok(code)
        })
        .collect()
}

/// All that is stored of a recovery code; the account in it makes equal codes of two accounts differ.
pub(super) fn recovery_hash(account: &str, code: &str) -> SecretHash {
    let mut hasher = Sha256::new();
    hasher.update(account.as_bytes());
    hasher.update([0]);
    hasher.update(code.replace('-', "").as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_read_however_a_keyboard_gives_them() {
        for text in ["012345", " 012 345 ", "０１２３４５", "012-345", "０１２　３４５"] {
            assert!(matches!(Typed::read(text), Typed::Totp(12_345)), "{text}");
        }
        for text in ["", "12345", "1234567", "12345a", "-1", "٠١٢٣٤٥", "0x1234", &"1".repeat(10_000)] {
            assert!(matches!(Typed::read(text), Typed::Nothing), "{text}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_as_it_was_shown_and_as_it_is_copied_by_hand() {
        for code in recovery_codes().unwrap() {
            for text in [code.to_string(), code.to_lowercase(), code.replace('-', " "), code.replace('0', "o")] {
                let Typed::Recovery(read) = Typed::read(&text) else { panic!("{text}") };
                assert_eq!(recovery_hash("a1", &read), recovery_hash("a1", &code));
                assert_ne!(recovery_hash("a2", &read), recovery_hash("a1", &code));
            }
        }
    }

    #[test]
    fn no_two_recovery_codes_are_alike() {
        let codes = recovery_codes().unwrap();
        let different: std::collections::BTreeSet<&str> = codes.iter().map(|code| code.as_str()).collect();
        assert_eq!((codes.len(), different.len()), (RECOVERY_CODES, RECOVERY_CODES));
    }
}
