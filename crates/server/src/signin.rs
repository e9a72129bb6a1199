//! Sign-in: passwords, sessions, bearer tokens. What a person or program may then do is `access`' part.
//!
//! Passkeys and one-time codes join at [`SignIn::enter`]: whatever proves who somebody is ends in
//! [`SignIn::open_session`], the only place that makes a session.

pub mod caller;
mod cookies;
mod device;
pub mod enrol;
pub mod layer;
mod origin;
pub mod password;
mod secret;
mod throttle;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audit::{Entity, Event, Outcome};
use axum::http::HeaderMap;
use store::{Account, Session, Store};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::App;
use crate::http::RequestId;
use crate::problem::{Problem, ProblemKind, Text};

pub use caller::Caller;
pub use secret::SecretHash;

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Lasting {
    /// Without a request. Shared terminals in a clinic are left open (ガイドライン 6.0 システム運用編 14章).
    pub idle: Duration,
    /// In all: one working day.
    pub absolute: Duration,
}

impl Default for Lasting {
    fn default() -> Self {
        Self { idle: Duration::from_secs(30 * 60), absolute: Duration::from_secs(12 * 3600) }
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
}

/// Somebody came in: who, and the cookies for the answer.
pub(crate) struct Entered {
    pub(crate) account: Account,
    pub(crate) cookies: HeaderMap,
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
        })
    }

    /// Signs in with login and password. An unknown login, a wrong password and a disabled account get the
    /// same answer after the same work.
    pub(crate) async fn enter(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        login: &str,
        password: String,
    ) -> Result<Entered, Problem> {
        let device = cookies::get(headers, cookies::DEVICE).unwrap_or_default();
        let known = self.devices.knows(device, login, attempt.now_ms);
        let admitted = self.throttle.admit(login, known, attempt.source, Instant::now()).map_err(|wait| {
            tracing::warn!(source = %attempt.source, request = %attempt.request, "sign-in tried too often");
            too_often(wait)
        })?;
        let account = self.find(store, login).await?;
        if !self.verify(account.as_ref(), password).await? {
            self.note_refusal(store, attempt, account.as_ref()).await?;
            return Err(refused());
        }
        let account = account.filter(|account| !account.disabled).ok_or_else(refused)?;
        self.throttle.forgive(admitted);
        let mut cookies = self.open_session(store, attempt, &account, cookies::get(headers, cookies::SESSION)).await?;
        let remembered = self.devices.remember(device, login, attempt.now_ms);
        cookies::set_device(&mut cookies, &remembered);
        Ok(Entered { account, cookies })
    }

    async fn find(&self, store: &Store, login: &str) -> Result<Option<Account>, Problem> {
        let login = login.to_owned();
        store.read(move |s| s.account_by_login(&login)).await.map_err(Problem::from)
    }

    async fn verify(&self, account: Option<&Account>, password: String) -> Result<bool, Problem> {
        let _turn = self.hashing.acquire().await.map_err(|_| Problem::internal())?;
        // A disabled account and one without a password are checked against nobody's, to cost the same.
        let stored = account.filter(|a| !a.disabled && !a.password.is_empty()).map(|a| a.password.clone());
        let verifier = Arc::clone(&self.verifier);
        let password = Zeroizing::new(password);
        let checked = tokio::task::spawn_blocking(move || verifier.verify(&password, stored.as_deref()));
        checked.await.map_err(|_| Problem::internal())
    }

    /// The log keeps which account was tried, and never what was typed: people type passwords into the wrong field.
    async fn note_refusal(&self, store: &Store, attempt: &Attempt, account: Option<&Account>) -> Result<(), Problem> {
        let mut event = attempt.event("", "sign-in", Outcome::Refused);
        event.entities = account.into_iter().map(entity).collect();
        note(store, event).await
    }

    /// Makes a session for an account that has proved itself, under a new id; the session the browser had dies.
    async fn open_session(
        &self,
        store: &Store,
        attempt: &Attempt,
        account: &Account,
        old: Option<&str>,
    ) -> Result<HeaderMap, Problem> {
        let secret = secret::random("").map_err(|_| Problem::internal())?;
        let session = Session {
            hash: secret::hash(&secret),
            account: account.id.clone(),
            created: attempt.now_ms,
            last_seen: attempt.now_ms,
        };
        let mut event = attempt.event(&account.id, "sign-in", Outcome::Done);
        event.entities.push(entity(account));
        let old = old.map(secret::hash);
        let forgotten = attempt.now_ms - millis(self.lasting.absolute);
        store
            .write(move |tx| {
                tx.audit(event);
                if let Some(old) = old {
                    tx.close_session(&old)?;
                }
                tx.forget_sessions(forgotten)?;
                tx.open_session(&session)
            })
            .await?;
        if let Some(old) = old {
            self.seen.forget(&old);
        }
        let mut cookies = HeaderMap::new();
        cookies::set_session(&mut cookies, &secret);
        Ok(cookies)
    }

    /// Gives the account that has just entered again a new password. Every session it had is dead afterwards.
    pub(crate) async fn change_password(
        &self,
        app: &App,
        attempt: &Attempt,
        entered: Entered,
        new: String,
    ) -> Result<HeaderMap, Problem> {
        let new = Zeroizing::new(new);
        let mut account = entered.account;
        password::check(&new, &[&account.login, &account.name, app.clinic()], password::CHARS_MIN)?;
        let hashed = tokio::task::spawn_blocking(move || password::hash(&new)).await;
        account.password = hashed.map_err(|_| Problem::internal())?.map_err(|_| Problem::internal())?;
        let mut event = attempt.event(&account.id, "change-password", Outcome::Done);
        event.entities.push(entity(&account));
        let kept = account.clone();
        app.store()
            .write(move |tx| {
                tx.audit(event);
                tx.close_sessions_of(&kept.id)?;
                tx.put_account(&kept)
            })
            .await?;
        self.seen.forget_all();
        self.open_session(app.store(), attempt, &account, None).await
    }

    /// Ends the caller's session, and gives the headers that clear its cookie.
    pub(crate) async fn leave(&self, store: &Store, attempt: &Attempt, caller: &Caller) -> Result<HeaderMap, Problem> {
        if let Some(hash) = caller.session {
            let event = attempt.event(&caller.actor.id, "sign-out", Outcome::Done);
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
    fn event(&self, actor: &str, action: &str, outcome: Outcome) -> Event {
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
