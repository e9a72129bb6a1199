//! Making sessions. Whatever somebody proves ends here, and always under a new id: a session that was planted, or
//! that knew less, never becomes one that opens more.

use audit::Outcome;
use axum::http::HeaderMap;
use store::{Account, Proven, Session, Store, Tx};
use zeroize::Zeroizing;

use super::{Attempt, Entered, Missing, SecretHash, SignIn, cookies, entity, millis, policy, secret};
use crate::problem::Problem;

/// A session that is about to begin.
pub(super) struct Opening {
    secret: Zeroizing<String>,
    session: Session,
    /// The session the browser had, which dies.
    old: Option<SecretHash>,
    /// Sessions last seen before this have ended; ms since 1970 UTC.
    forgotten: i64,
}

impl Opening {
    /// In place of the session that the browser came with.
    pub(super) fn instead_of(mut self, headers: &HeaderMap) -> Self {
        self.old = cookies::get(headers, cookies::SESSION).map(secret::hash);
        self
    }

    /// In place of that session.
    pub(super) fn instead_of_session(mut self, old: SecretHash) -> Self {
        self.old = Some(old);
        self
    }

    /// The session that dies.
    pub(super) fn old(&self) -> Option<SecretHash> {
        self.old
    }

    /// Keeps it for somebody who has just proved all there was to prove, of whom that may be less from now on.
    pub(super) fn keep_with_all_there_is(mut self, tx: &mut Tx<'_>) -> Result<Zeroizing<String>, Problem> {
        let has_factor = tx.has_second_factor(&self.session.account)?;
        self.session.proven = if has_factor { Proven::SecondFactor } else { Proven::Password };
        self.keep(tx)
    }

    /// Keeps it, within the change that it belongs to, and gives its secret.
    pub(super) fn keep(self, tx: &mut Tx<'_>) -> Result<Zeroizing<String>, Problem> {
        if let Some(old) = self.old {
            tx.close_session(&old)?;
        }
        tx.forget_sessions(self.forgotten)?;
        tx.open_session(&self.session)?;
        Ok(self.secret)
    }
}

impl SignIn {
    pub(super) fn opening(&self, attempt: &Attempt, account: &Account, proven: Proven) -> Result<Opening, Problem> {
        let secret = secret::random("").map_err(|_| Problem::internal())?;
        let session = Session {
            hash: secret::hash(&secret),
            account: account.id.clone(),
            created: attempt.now_ms,
            last_seen: attempt.now_ms,
            proven,
        };
        Ok(Opening { secret, session, old: None, forgotten: attempt.now_ms - millis(self.lasting.absolute) })
    }

    /// Opens the session of somebody who has given the right password.
    pub(super) async fn open(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        opening: Opening,
        account: Account,
    ) -> Result<Entered, Problem> {
        let (old, proven, kept) = (opening.old, opening.session.proven, account.clone());
        let mut event = attempt.event(&account.id, "sign-in", Outcome::Done);
        event.entities.push(entity(&account));
        let (secret, missing) = store
            .write(move |tx| {
                let missing = policy::missing(tx, &kept, proven)?;
                if missing.is_some() {
                    "sign-in-first-step".clone_into(&mut event.action);
                }
                tx.audit(event);
                Ok::<_, Problem>((opening.keep(tx)?, missing))
            })
            .await?;
        if let Some(old) = old {
            self.seen.forget(&old);
        }
        let cookies = self.cookies_of(attempt, headers, &account, &secret, missing);
        Ok(Entered { account, cookies, missing })
    }

    /// The session's cookie. The device is remembered only when nothing was lacking: who knows just a password
    /// stays a stranger.
    pub(super) fn cookies_of(
        &self,
        attempt: &Attempt,
        headers: &HeaderMap,
        account: &Account,
        secret: &str,
        missing: Option<Missing>,
    ) -> HeaderMap {
        let mut set = HeaderMap::new();
        cookies::set_session(&mut set, secret);
        if missing.is_none() {
            let device = cookies::get(headers, cookies::DEVICE).unwrap_or_default();
            cookies::set_device(&mut set, &self.devices.remember(device, &account.login, attempt.now_ms));
        }
        set
    }
}
