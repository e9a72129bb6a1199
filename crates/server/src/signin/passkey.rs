//! Passkeys (W3C Web Authentication): a key in the person's device, opened by fingerprint, face or PIN. It proves
//! possession and person at once, and to our name alone, so it cannot be guessed or fished for.
//!
//! One answer to one challenge is used in two places: to sign in ([`SignIn::enter_by_passkey`]), where the
//! authenticator itself says whose it is, and in place of password and code wherever proof is asked for again
//! ([`SignIn::with_passkey`]). Whatever comes of it, the challenge is gone.

mod ceremony;
mod enrol;
mod party;

use std::time::Instant;

use audit::{Entity, Event, Outcome};
use axum::http::HeaderMap;
use serde_json::Value;
use store::{Account, Passkey, Proven, Store, Tx};
use webauthn_rs::prelude::{PublicKeyCredential, WebauthnError};

use super::{Attempt, Entered, SignIn, entity, note, too_often};
use crate::problem::{Problem, ProblemKind, Text};
use ceremony::Ceremony;

pub(super) use ceremony::Ceremonies;

/// What a browser is asked to sign, under which name we will know the answer.
pub(crate) struct Challenge {
    pub(crate) ceremony: String,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`.
    pub(crate) options: Value,
}

/// An authenticator's answer.
pub(crate) struct PasskeyAnswer {
    pub(crate) ceremony: String,
    /// `AuthenticationResponseJSON`.
    pub(crate) credential: Value,
}

/// An answer that was found good, with what has to be written when it is used.
struct Good {
    read: Passkey,
    data: Vec<u8>,
}

/// Why an answer opens nothing; the word in the audit line. To whoever sent it all are the same.
#[derive(Clone, Copy)]
enum Bad {
    Challenge,
    Unknown,
    Signature,
    /// The counter went back: there are two of this key.
    Cloned,
}

impl Bad {
    fn word(self) -> &'static str {
        match self {
            Self::Challenge => "passkey-late",
            Self::Unknown => "passkey-unknown",
            Self::Signature => "passkey-wrong",
            Self::Cloned => "passkey-cloned",
        }
    }
}

impl SignIn {
    /// A challenge for whichever passkey the person chooses.
    pub(crate) fn challenge(&self, attempt: &Attempt, headers: &HeaderMap, clinic: &str) -> Result<Challenge, Problem> {
        let party = party::of(headers, clinic)?;
        let (options, state) = party.start_discoverable_authentication().map_err(|_| Problem::internal())?;
        let options = serde_json::to_value(options.public_key).map_err(|_| Problem::internal())?;
        self.ceremonies.begin(attempt, Ceremony::Answer(Box::new(state)), options)
    }

    /// Signs in whoever the passkey belongs to, in place of any session the browser had.
    pub(crate) async fn enter_by_passkey(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        clinic: &str,
        answer: PasskeyAnswer,
    ) -> Result<Entered, Problem> {
        let admitted = self.throttle.admit_code(attempt.source, Instant::now()).map_err(too_often)?;
        let good = match self.examine(store, attempt, headers, clinic, answer).await? {
            Ok(good) => good,
            Err((bad, account)) => return Err(refuse(store, attempt, "sign-in", bad, account).await),
        };
        let id = good.read.account.clone();
        let account = store.read(move |s| s.account(&id)).await.map_err(Problem::from)?;
        let active = account.filter(|account| account.is_active(attempt.now_ms));
        let Some(account) = active else {
            return Err(refuse(store, attempt, "sign-in", Bad::Unknown, Some(good.read.account)).await);
        };
        let opening = self.opening(attempt, &account, Proven::SecondFactor)?.instead_of(headers);
        let old = opening.old();
        let event = done(attempt, &account, "sign-in");
        let secret = spend(store, attempt.now_ms, good, event, move |tx| opening.keep(tx)).await?;
        if let Some(old) = old {
            self.seen.forget(&old);
        }
        self.throttle.forgive(admitted);
        let cookies = self.cookies_of(attempt, headers, &account, &secret, None);
        Ok(Entered { account, cookies, missing: None })
    }

    /// Does `work` for somebody signed in whose own passkey answers; its audit line is `action`.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    pub(super) async fn with_passkey<T: Send + 'static>(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        (account, clinic): (&Account, &str),
        answer: PasskeyAnswer,
        action: &'static str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.throttle.admit_code(attempt.source, Instant::now()).map_err(too_often)?;
        let own = self
            .examine(store, attempt, headers, clinic, answer)
            .await?
            .and_then(|good| if good.read.account == account.id { Ok(good) } else { Err((Bad::Unknown, None)) });
        let good = match own {
            Ok(good) => good,
            Err((bad, _)) => {
                let refused = refuse(store, attempt, action, bad, Some(account.id.clone())).await;
                // 401 would say that the session has ended.
                return Err(refused.with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY));
            }
        };
        let done = spend(store, attempt.now_ms, good, done(attempt, account, action), work).await?;
        self.throttle.forgive(admitted);
        Ok(done)
    }

    /// Whether the answer is good: an open challenge, a key we know, its owner's, a right signature, a person
    /// who was there and verified. A bad one comes with the account it seems to be about.
    async fn examine(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        clinic: &str,
        answer: PasskeyAnswer,
    ) -> Result<Result<Good, (Bad, Option<String>)>, Problem> {
        let party = party::of(headers, clinic)?;
        let Some(Ceremony::Answer(state)) = self.ceremonies.end(&answer.ceremony, attempt.now_ms) else {
            return Ok(Err((Bad::Challenge, None)));
        };
        let credential: PublicKeyCredential = serde_json::from_value(answer.credential).map_err(|_| malformed())?;
        let id = credential.get_credential_id().to_vec();
        let Some(read) = store.read(move |s| s.passkey(&id)).await.map_err(Problem::from)? else {
            return Ok(Err((Bad::Unknown, None)));
        };
        let named = credential.get_user_unique_id();
        if named.is_some_and(|named| named != party::handle(&read.account).as_bytes()) {
            return Ok(Err((Bad::Unknown, Some(read.account))));
        }
        let mut key: webauthn_rs::prelude::Passkey =
            serde_json::from_slice(&read.data).map_err(|_| Problem::internal())?;
        let checked = party.finish_discoverable_authentication_v2(&credential, *state, &key);
        let result = match checked {
            Ok(result) if result.user_verified() => result,
            Err(WebauthnError::CredentialPossibleCompromise) => return Ok(Err((Bad::Cloned, Some(read.account)))),
            _ => return Ok(Err((Bad::Signature, Some(read.account)))),
        };
        key.update_credential(&result);
        let data = serde_json::to_vec(&key).map_err(|_| Problem::internal())?;
        Ok(Ok(Good { read, data }))
    }
}

/// Uses a good answer and does `work`, all or nothing.
async fn spend<T: Send + 'static>(
    store: &Store,
    now_ms: i64,
    good: Good,
    event: Event,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    store
        .write(move |tx| {
            tx.audit(event);
            // Removed meanwhile, or another answer with this counter came first; and the account may have ended.
            let active = tx.account(&good.read.account)?.is_some_and(|account| account.is_active(now_ms));
            if !active || !tx.use_passkey(&good.read, &good.data, now_ms)? {
                return Err(refused());
            }
            work(tx)
        })
        .await
}

fn done(attempt: &Attempt, account: &Account, action: &str) -> Event {
    let mut event = attempt.event(&account.id, action, Outcome::Done);
    event.entities.push(entity(account));
    event.detail = Some("passkey".to_owned());
    event
}

async fn refuse(store: &Store, attempt: &Attempt, action: &str, bad: Bad, account: Option<String>) -> Problem {
    let mut event = attempt.event("", action, Outcome::Refused);
    event.detail = Some(bad.word().to_owned());
    event.entities = account.map(|id| Entity { kind: "Account".to_owned(), id, version: None }).into_iter().collect();
    note(store, event).await.err().unwrap_or_else(refused)
}

fn refused() -> Problem {
    Problem::new(
        ProblemKind::SignInRefused,
        Text::new("このパスキーでは確かめられませんでした。", "That passkey could not be verified."),
        Text::new("もう一度試すか、パスワードでサインインしてください。", "Try again, or sign in with the password."),
    )
}

fn malformed() -> Problem {
    Problem::new(
        ProblemKind::Invalid,
        Text::new("パスキーの応答の形が正しくありません。", "That is not the answer of a passkey."),
        Text::new("ページを読み込みなおして、もう一度試してください。", "Reload the page and try again."),
    )
}
