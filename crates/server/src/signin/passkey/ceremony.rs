//! Challenges that were given and not answered yet. They live in memory: one lasts five minutes, and a start of the
//! program only means asking for another.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};
use zeroize::Zeroizing;

use super::super::{Attempt, SecretHash, secret};
use super::Challenge;
use crate::net::source_of;
use crate::problem::Problem;

const LASTS_MS: i64 = 5 * 60_000;
/// Open at once from one source, whose oldest then goes: nobody can push out another's.
const PER_SOURCE: usize = 16;
/// Open at once, at some 600 bytes each.
const MAX: usize = 10_000;

/// What a challenge was given for.
pub(super) enum Ceremony {
    /// To prove oneself, whoever that will be.
    Answer(Box<DiscoverableAuthentication>),
    /// To enrol a key for that account, within that session.
    Enrol { account: String, session: SecretHash, state: Box<PasskeyRegistration> },
}

struct Open {
    source: IpAddr,
    at: i64,
    ceremony: Ceremony,
}

/// The open ones, by the hash of their names.
#[derive(Default)]
pub(in crate::signin) struct Ceremonies(Mutex<HashMap<SecretHash, Open>>);

impl std::fmt::Debug for Ceremonies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ceremonies").finish_non_exhaustive()
    }
}

impl Ceremonies {
    pub(super) fn begin(&self, attempt: &Attempt, ceremony: Ceremony, options: Value) -> Result<Challenge, Problem> {
        let name: Zeroizing<String> = secret::random("").map_err(|_| Problem::internal())?;
        let (source, now) = (source_of(attempt.source), attempt.now_ms);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, one| is_open(one.at, now));
        let mut own: Vec<_> =
            open.iter().filter(|(_, one)| one.source == source).map(|(k, one)| (one.at, *k)).collect();
        own.sort_unstable();
        for (_, oldest) in own.iter().take(own.len().saturating_sub(PER_SOURCE - 1)) {
            open.remove(oldest);
        }
        if open.len() >= MAX {
            return Err(super::too_often(std::time::Duration::from_secs(60)));
        }
        open.insert(secret::hash(&name), Open { source, at: now, ceremony });
        Ok(Challenge { ceremony: name.to_string(), options })
    }

    /// Takes the challenge out, if it is still open: it is answered once, rightly or not.
    pub(super) fn end(&self, name: &str, now_ms: i64) -> Option<Ceremony> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&secret::hash(name));
        taken.filter(|open| is_open(open.at, now_ms)).map(|open| open.ceremony)
    }
}

fn is_open(at: i64, now_ms: i64) -> bool {
    (0..=LASTS_MS).contains(&(now_ms - at))
}
