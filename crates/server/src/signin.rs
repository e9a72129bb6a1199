//! Sign-in: passwords, sessions, bearer tokens. What a person or program may then do is `access`' part.
//!
//! A password opens a session ([`SignIn::enter`]), which is whole only if [`policy::missing`] finds that nothing
//! is lacking; a half one reaches the second step ([`second`]) and nothing else. Every session is made by
//! [`session::Opening`], under a new id.

pub mod caller;
mod cookies;
mod device;
pub mod enrol;
mod factor;
pub mod layer;
mod origin;
mod passkey;
pub mod password;
mod policy;
mod qr;
mod second;
mod secret;
mod session;
mod throttle;
mod totp;
mod typed;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Entity, Event, Outcome};
use axum::http::HeaderMap;
use store::{Account, Proven, Store};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::App;
use crate::http::RequestId;
use crate::problem::{Problem, ProblemKind, Text};

pub use caller::{Caller, Half, Known};
pub(crate) use passkey::{Challenge, PasskeyAnswer};
pub use policy::Missing;
pub(crate) use policy::Policy;
pub(crate) use second::Proof;
pub use secret::SecretHash;

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// Without a request. Shared terminals in a clinic are left open (ガイドライン 6.0 システム運用編 14章).
    pub idle: Duration,
    /// In all: one working day.
    pub absolute: Duration,
    /// Of a half session, in all: as long as it takes to find one's telephone, or to enrol it.
    pub half: Duration,
}

impl Default for Lasting {
    fn default() -> Self {
        Self {
            idle: Duration::from_secs(30 * 60),
            absolute: Duration::from_secs(12 * 3600),
            half: Duration::from_secs(10 * 60),
        }
    }
}

/// Who tries to come in, and from where.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) source: IpAddr,
    pub(crate) request: RequestId,
    pub(crate) now_ms: i64,
}

/// Everything sign-in remembers between requests.
#[derive(Debug)]
pub struct SignIn {
    lasting: Lasting,
    throttle: throttle::Throttle,
    verifier: Arc<password::Verifier>,
    devices: device::Devices,
    /// argon2 takes 19 MiB and tens of milliseconds; more at once would be a way to exhaust the server.
    hashing: Semaphore,
    seen: caller::Seen,
    ceremonies: passkey::Ceremonies,
}

/// Somebody has a session: who, the cookies for the answer, and what is still lacking before it opens anything.
pub(crate) struct Entered {
    pub(crate) account: Account,
    pub(crate) cookies: HeaderMap,
    pub(crate) missing: Option<Missing>,
}

impl SignIn {
    /// `device_key` signs device cookies and stays the same over restarts.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new(device_key: [u8; 32], lasting: Lasting) -> Result<Self, argon2::password_hash::Error> {
        Ok(Self {
            lasting,
            throttle: throttle::Throttle::default(),
            verifier: Arc::new(password::Verifier::new()?),
            devices: device::Devices::new(device_key),
            hashing: Semaphore::new(2),
            seen: caller::Seen::default(),
            ceremonies: passkey::Ceremonies::default(),
        })
    }

    /// Signs in with login and password. An unknown login, a wrong password and an account that is not active get
    /// the same answer after the same work.
    pub(crate) async fn enter(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        login: &str,
        password: String,
    ) -> Result<Entered, Problem> {
        let account = self.prove_password(store, attempt, headers, login, password, "sign-in").await?;
        let opening = self.opening(attempt, &account, Proven::Password)?.instead_of(headers);
        self.open(store, attempt, headers, opening, account).await
    }

    /// Checks a password, for signing in and wherever somebody signed in is asked for it again.
    async fn prove_password(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        login: &str,
        password: String,
        action: &str,
    ) -> Result<Account, Problem> {
        let known = self.is_known_device(headers, login, attempt.now_ms);
        let admitted = self.throttle.admit(login, known, attempt.source, Instant::now()).map_err(|wait| {
            tracing::warn!(source = %attempt.source, request = %attempt.request, "sign-in tried too often");
            too_often(wait)
        })?;
        let account = self.find(store, login).await?;
        if !self.verify(account.as_ref(), password, attempt.now_ms).await? {
            self.note_refusal(store, attempt, account.as_ref(), action).await?;
            return Err(refused());
        }
        let account = account.filter(|account| account.is_active(attempt.now_ms)).ok_or_else(refused)?;
        self.throttle.forgive(admitted);
        Ok(account)
    }

    fn is_known_device(&self, headers: &HeaderMap, login: &str, now_ms: i64) -> bool {
        self.devices.knows(cookies::get(headers, cookies::DEVICE).unwrap_or_default(), login, now_ms)
    }

    pub(crate) fn forget_callers(&self) {
        self.seen.forget_all();
    }

    async fn find(&self, store: &Store, login: &str) -> Result<Option<Account>, Problem> {
        let login = login.to_owned();
        store.read(move |s| s.account_by_login(&login)).await.map_err(Problem::from)
    }

    async fn verify(&self, account: Option<&Account>, password: String, now_ms: i64) -> Result<bool, Problem> {
        let _turn = self.hashing.acquire().await.map_err(|_| Problem::internal())?;
        // An account that is not active and one without a password are checked against nobody's, to cost the same.
        let stored = account.filter(|a| a.is_active(now_ms) && !a.password.is_empty()).map(|a| a.password.clone());
        let verifier = Arc::clone(&self.verifier);
        let password = Zeroizing::new(password);
        let checked = tokio::task::spawn_blocking(move || verifier.verify(&password, stored.as_deref()));
        checked.await.map_err(|_| Problem::internal())
    }

    /// The log keeps which account was tried, and never what was typed: people type passwords into the wrong field.
    async fn note_refusal(
        &self,
        store: &Store,
        attempt: &Attempt,
        account: Option<&Account>,
        action: &str,
    ) -> Result<(), Problem> {
        let mut event = attempt.event("", action, Outcome::Refused);
        event.entities = account.into_iter().map(entity).collect();
        note(store, event).await
    }

    /// Gives the caller's account a new password. Every session it had is dead afterwards, and a new one begins.
    pub(crate) async fn change_password(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        (current, new): (String, String),
    ) -> Result<HeaderMap, Problem> {
        let new = Zeroizing::new(new);
        let login = caller.account(app.store()).await?.login;
        let account = self.prove_password(app.store(), attempt, headers, &login, current, "change-password").await?;
        password::check(&new, &[&account.login, &account.name, app.clinic()], password::CHARS_MIN)?;
        let hashed = tokio::task::spawn_blocking(move || password::hash(&new)).await;
        let hashed = hashed.map_err(|_| Problem::internal())?.map_err(|_| Problem::internal())?;
        let mut event = attempt.event(&account.id, "change-password", Outcome::Done);
        event.entities.push(entity(&account));
        let (opening, kept) = (self.opening(attempt, &account, Proven::Password)?, account.clone());
        let secret = app
            .store()
            .write(move |tx| {
                tx.audit(event);
                // Anew: duties may have changed meanwhile.
                let mut account = tx.account(&kept.id)?.ok_or_else(Problem::internal)?;
                account.password = hashed;
                tx.close_sessions_of(&account.id)?;
                tx.put_account(&account)?;
                // The caller lacks nothing, so a second factor that is there was proved.
                opening.keep_with_all_there_is(tx)
            })
            .await?;
        self.seen.forget_all();
        Ok(self.cookies_of(attempt, headers, &account, &secret, None))
    }

    /// Ends a session, a half one too, and gives the headers that clear its cookie.
    pub(crate) async fn leave(&self, store: &Store, attempt: &Attempt, known: &Known) -> Result<HeaderMap, Problem> {
        if let Some(hash) = known.session() {
            let event = attempt.event(known.actor_id(), "sign-out", Outcome::Done);
            store
                .write(move |tx| {
                    tx.audit(event);
                    tx.close_session(&hash)
                })
                .await?;
            self.seen.forget(&hash);
        }
        let mut headers = HeaderMap::new();
        cookies::clear_session(&mut headers);
        Ok(headers)
    }
}

impl Attempt {
    /// The context in which `record` does something for the caller.
    pub(crate) fn ctx(&self, caller: &Caller) -> record::Ctx {
        record::Ctx {
            actor: caller.actor.clone(),
            purpose: None,
            source: self.source.to_string(),
            now_ms: self.now_ms,
            request: self.request.to_string(),
        }
    }

    pub(crate) fn event(&self, actor: &str, action: &str, outcome: Outcome) -> Event {
        Event {
            source: self.source.to_string(),
            request: self.request.to_string(),
            ..Event::new(self.now_ms, actor, action, outcome)
        }
    }
}

fn entity(account: &Account) -> Entity {
    Entity { kind: "Account".to_owned(), id: account.id.clone(), version: None }
}

async fn note(store: &Store, event: Event) -> Result<(), Problem> {
    let noted: Result<(), store::StoreError> = store
        .write(move |tx| {
            tx.audit(event);
            Ok(())
        })
        .await;
    Ok(noted?)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn refused() -> Problem {
    Problem::new(
        ProblemKind::SignInRefused,
        Text::new("利用者名かパスワードが違います。", "The user name or password is wrong."),
        Text::new(
            "もう一度入力してください。続くときは管理者に確かめてください。",
            "Enter them again; if it goes on, ask the administrator.",
        ),
    )
}

fn too_often(wait: Duration) -> Problem {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Problem::new(
        ProblemKind::TooManyRequests,
        Text::new("サインインの失敗が続いたため、少し待つ必要があります。", "Sign-in failed too often; wait a little."),
        Text::new(
            "いつも使っている端末からは、すぐにサインインできます。",
            "A device you have used before lets you in at once.",
        ),
    )
    .retry_after(seconds)
}
