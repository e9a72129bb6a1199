//! Passwords: what is accepted, how they are kept, how they are checked.

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use zeroize::Zeroizing;

use crate::problem::{Problem, ProblemKind, Text};

/// Without a second factor: 13 characters, then no periodic change is asked for
/// (医療情報システムの安全管理に関するガイドライン 6.0 Q&A シQ-54; チェックリスト 令和7年度 2-⑦).
pub const CHARS_MIN: usize = 13;
/// With a second factor (the same answer, c).
pub const CHARS_MIN_WITH_SECOND_FACTOR: usize = 8;
/// A bound on work, far above any passphrase.
const BYTES_MAX: usize = 1024;
/// What must remain when everything guessable counts as one character.
const EFFECTIVE_MIN: usize = 8;

/// Words that guessers try first, with what is pressed on a Japanese keyboard and said in a clinic.
const COMMON: &[&str] = &[
    "password",
    "passw",
    "pass",
    "passcode",
    "pasuwado",
    "admin",
    "administrator",
    "root",
    "login",
    "welcome",
    "letmein",
    "iloveyou",
    "monkey",
    "dragon",
    "master",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "qwerty",
    "qwertyuiop",
    "asdfgh",
    "asdfghjkl",
    "zxcvbn",
    "zxcvbnm",
    "qazwsx",
    "abcdefg",
    "secret",
    "default",
    "changeme",
    "test",
    "guest",
    "user",
    "temp",
    "demo",
    "sample",
    "hello",
    "computer",
    "internet",
    "windows",
    "summer",
    "winter",
    "spring",
    "autumn",
    "sakura",
    "nippon",
    "nihon",
    "japan",
    "tokyo",
    "osaka",
    "kyoto",
    "aichi",
    "okayama",
    "arigatou",
    "arigato",
    "konnichiwa",
    "doraemon",
    "pokemon",
    "pikachu",
    "naruto",
    "hanako",
    "tarou",
    "taro",
    "yamada",
    "suzuki",
    "satou",
    "sato",
    "tanaka",
    "takahashi",
    "watanabe",
    "byouin",
    "byoin",
    "shinryo",
    "shinryou",
    "clinic",
    "kurinikku",
    "hospital",
    "doctor",
    "nurse",
    "medical",
    "karte",
    "karute",
    "denshi",
    "orca",
    "komainu",
    "naika",
    "geka",
    "shika",
    "iryou",
    "kango",
    "isha",
    "sensei",
    "reiwa",
    "heisei",
    "showa",
];

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than the rule asks for.
    Short {
        /// How many it asks for.
        chars_min: usize,
    },
    /// More bytes than are worth hashing.
    Long,
    /// Letters, digits or symbols are missing.
    Mix,
    /// Little is left of it without common words, names, repetitions and sequences.
    Guessable,
}

impl From<Weakness> for Problem {
    fn from(weakness: Weakness) -> Self {
        let (what, todo) = match weakness {
            Weakness::Short { chars_min } => (
                Text {
                    ja: format!("パスワードは{chars_min}文字以上にしてください(厚生労働省ガイドライン)。").into(),
                    en: format!("The password needs {chars_min} characters or more (ministry guideline).").into(),
                },
                Text::new(
                    "言葉をいくつか並べると長く覚えやすくなります。",
                    "A few words in a row are long and easy to remember.",
                ),
            ),
            Weakness::Long => (
                Text::new("パスワードが長すぎます。", "The password is too long."),
                Text::new("1000文字より短くしてください。", "Keep it below 1,000 characters."),
            ),
            Weakness::Mix => (
                Text::new(
                    "パスワードには英字・数字・記号を混ぜてください。",
                    "The password needs letters, digits and symbols.",
                ),
                Text::new("言葉の間に数字と記号を入れてください。", "Put a digit and a symbol between words."),
            ),
            Weakness::Guessable => (
                Text::new("推測されやすいパスワードです。", "The password is easy to guess."),
                Text::new(
                    "よくある言葉、名前、連続した文字を避けてください。",
                    "Avoid common words, names and runs of letters or digits.",
                ),
            ),
        };
        Self::new(ProblemKind::Invalid, what, todo)
    }
}

/// Checks a new password against the rule. `about` are words about the person and the clinic.
///
/// # Errors
/// The first [`Weakness`] found.
pub fn check(password: &str, about: &[&str], chars_min: usize) -> Result<(), Weakness> {
    if password.len() > BYTES_MAX {
        return Err(Weakness::Long);
    }
    if password.chars().count() < chars_min {
        return Err(Weakness::Short { chars_min });
    }
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    if !(has(char::is_alphabetic) && has(char::is_numeric) && has(|c| !c.is_alphanumeric())) {
        return Err(Weakness::Mix);
    }
    if effective_chars(password, about) < EFFECTIVE_MIN { Err(Weakness::Guessable) } else { Ok(()) }
}

/// How many characters are left when each guessable part counts as one.
fn effective_chars(password: &str, about: &[&str]) -> usize {
    let mut chars: Vec<char> = password.chars().map(lower).collect();
    let about = about.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric()));
    // Three bytes: one kanji of a name is a word, one letter is not.
    let mut words: Vec<Vec<char>> =
        about.chain(COMMON.iter().copied()).filter(|w| w.len() >= 3).map(|w| w.chars().map(lower).collect()).collect();
    // The longest first, or "password" would be counted as "pass" and "word".
    words.sort_by_key(|w| std::cmp::Reverse(w.len()));
    for word in &words {
        for at in 0..(chars.len() + 1).saturating_sub(word.len()) {
            let place = &mut chars[at..at + word.len()];
            if place.iter().zip(word).all(|(&c, &w)| c == w || unleet(c) == w) {
                place.fill('\0');
            }
        }
    }
    for at in 0..chars.len().saturating_sub(3) {
        if matches!(chars[at..at + 4], ['1', '9', c, d] | ['2', '0', c, d] if c.is_ascii_digit() && d.is_ascii_digit())
        {
            chars[at..at + 4].fill('\0');
        }
    }
    let mut left = 0;
    let mut last: Option<(char, i64)> = None;
    for c in chars {
        let step = last.map_or(i64::MAX, |(before, _)| i64::from(u32::from(c)) - i64::from(u32::from(before)));
        // aaa, 123 and cba go on as they began.
        let goes_on = step == 0 || last.is_some_and(|(_, before)| step == before && step.abs() == 1);
        left += usize::from(!goes_on);
        last = Some((c, step));
    }
    left
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The letter that a digit or symbol stands for in disguised words.
fn unleet(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Hashes a password with argon2id (19 MiB, 2 passes: OWASP's floor) to a PHC string. Takes tens of
/// milliseconds: call it off the runtime's own threads.
///
/// # Errors
/// When randomness or memory fails.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| argon2::password_hash::Error::Crypto)?;
    let salt = SaltString::encode_b64(&salt)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// Checks passwords with the same work whether the account exists or not.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// The hash of a password nobody knows.
    nobody: String,
}

impl Verifier {
    /// # Errors
    /// As [`hash`].
    pub fn new() -> Result<Self, argon2::password_hash::Error> {
        let mut random = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *random).map_err(|_| argon2::password_hash::Error::Crypto)?;
        let password = Zeroizing::new(random.iter().map(|b| format!("{b:02x}")).collect::<String>());
        Ok(Self { nobody: hash(&password)? })
    }

    /// Whether the password is that of `stored` (a PHC string). None: there is no such account, and the
    /// answer is no after the same work.
    #[must_use]
    pub fn verify(&self, password: &str, stored: Option<&str>) -> bool {
        let password = if password.len() > BYTES_MAX { "" } else { password };
        let Ok(parsed) = PasswordHash::new(stored.unwrap_or(&self.nobody)) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ministrys_rule_and_common_sense() {
        let about = ["sato", "佐藤 健", "ことり内科クリニック", "kotori"];
        let check = |password| check(password, &about, CHARS_MIN);
        let long = "x7!kQ".repeat(14);
        for good in
            ["tori-ga-3wa-niwa", "青い空に 3つの白い雲と風!", "correct horse 7 battery", &long, "🐦そら4wind-mizu!ame"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", Weakness::Short { chars_min: 13 }),
            ("a1!a1!a1!a1!", Weakness::Short { chars_min: 13 }),
            ("correcthorsebattery", Weakness::Mix),
            ("correcthorse7battery", Weakness::Mix),
            ("1234567890-123", Weakness::Mix),
            ("P@ssw0rd1234!", Weakness::Guessable),
            ("Password!Password1", Weakness::Guessable),
            ("aaaaaaaaaaaa1!", Weakness::Guessable),
            ("abcdefghijkl1!", Weakness::Guessable),
            ("sato-sato-sato1", Weakness::Guessable),
            ("佐藤健佐藤健123456!", Weakness::Guessable),
            ("Kotori#20261234", Weakness::Guessable),
            ("qwertyuiop123!", Weakness::Guessable),
            ("komainu-clinic-1", Weakness::Guessable),
        ] {
            assert_eq!(check(bad), Err(why), "{bad}");
        }
        assert_eq!(super::check(&"x".repeat(2000), &[], CHARS_MIN), Err(Weakness::Long));
        assert_eq!(super::check("k7!wQz2#", &[], CHARS_MIN_WITH_SECOND_FACTOR), Ok(()));
    }

    #[test]
    fn a_password_is_verified_and_nobody_never_is() {
        let verifier = Verifier::new().unwrap();
        let stored = hash("tori-ga-3wa-niwa").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(stored, hash("tori-ga-3wa-niwa").unwrap(), "salted");
        assert!(verifier.verify("tori-ga-3wa-niwa", Some(&stored)));
        for wrong in ["", "Tori-ga-3wa-niwa", "tori-ga-3wa-niwa "] {
            assert!(!verifier.verify(wrong, Some(&stored)));
            assert!(!verifier.verify(wrong, None));
        }
        assert!(
            !verifier.verify(&"x".repeat(5000), Some(&hash("").unwrap()))
                || verifier.verify("", Some(&hash("").unwrap()))
        );
        assert!(!verifier.verify("x", Some("not a hash")));
    }
}
