//! Who a request comes from: the bearer token or session cookie, looked up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use access::{Actor, ActorKind, Scope};
use axum::http::{HeaderMap, header};
use store::{Account, Snapshot, Store, StoreError};

use super::{Lasting, Missing, SecretHash, SignIn, cookies, millis, policy, secret};
use crate::problem::{Problem, ProblemKind, Text};

/// Who a request comes from, as far as they have proved it. The two have nothing in common that a handler could
/// mistake one for the other by.
#[derive(Debug, Clone)]
pub enum Known {
    /// May act.
    Whole(Caller),
    /// Has given the right password and nothing more, where more is asked.
    Half(Half),
}

/// Somebody at the second step. Not an actor: may do nothing.
#[derive(Debug, Clone)]
pub struct Half {
    /// The account whose password was given.
    pub account: String,
    /// The half session.
    pub session: SecretHash,
    /// What it lacks.
    pub missing: Missing,
}

impl Known {
    pub(super) fn session(&self) -> Option<SecretHash> {
        match self {
            Self::Whole(caller) => caller.session,
            Self::Half(half) => Some(half.session),
        }
    }

    /// The account or token, for an audit line.
    pub(super) fn actor_id(&self) -> &str {
        match self {
            Self::Whole(caller) => &caller.actor.id,
            Self::Half(half) => &half.account,
        }
    }
}

/// Someone who proved who they are, with all that is asked of them.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who acts.
    pub actor: Actor,
    /// The session they came with; None for a bearer token.
    pub session: Option<SecretHash>,
}

impl Caller {
    /// The account of a person who signed in.
    ///
    /// # Errors
    /// Forbidden for programs, which have none of their own.
    pub(crate) async fn account(&self, store: &Store) -> Result<Account, Problem> {
        let id = self.actor.id.clone();
        let account = match self.session {
            Some(_) => store.read(move |s| s.account(&id)).await.map_err(Problem::from)?,
            None => None,
        };
        account.ok_or_else(|| {
            Problem::new(
                ProblemKind::Forbidden,
                Text::new("サインインした人だけができます。", "Only a person who signed in can do this."),
                Text::new("画面からサインインしてください。", "Sign in on the page."),
            )
        })
    }
}

/// How long an answer of the store is believed: a disabled account, a revoked token or a lost duty is
/// dead within it everywhere, and a busy program does not ask the store for each of its requests.
const BELIEVED: Duration = Duration::from_secs(1);
const BELIEVED_MAX: usize = 4096;
/// How exactly a session's last use is kept. A write per request would be too much.
const SEEN_EVERY_MS: i64 = 60_000;

/// Callers looked up a moment ago.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<HashMap<SecretHash, (Instant, Arc<Known>)>>);

impl Seen {
    fn get(&self, hash: &SecretHash) -> Option<Arc<Known>> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(hash).filter(|(at, _)| at.elapsed() < BELIEVED).map(|(_, caller)| Arc::clone(caller))
    }

    fn put(&self, hash: SecretHash, caller: Arc<Known>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= BELIEVED_MAX {
            seen.retain(|_, (at, _)| at.elapsed() < BELIEVED);
        }
        if seen.len() < BELIEVED_MAX {
            seen.insert(hash, (Instant::now(), caller));
        }
    }

    /// Everything: a change to one account is in effect everywhere at once.
    pub(super) fn forget_all(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn forget(&self, hash: &SecretHash) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }
}

/// What a request carries.
enum Carried<'a> {
    Token(&'a str),
    Session(&'a str),
    Nothing,
}

/// Whether the request carries a bearer token; then no browser sent it by itself.
pub(super) fn carries_token(headers: &HeaderMap) -> bool {
    matches!(carried(headers), Carried::Token(_))
}

fn carried(headers: &HeaderMap) -> Carried<'_> {
    let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
    match (authorization.next(), authorization.next()) {
        (Some(value), None) => match value.to_str().ok().and_then(|text| text.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Carried::Token(token.trim()),
            _ => Carried::Nothing,
        },
        (Some(_), Some(_)) => Carried::Nothing,
        (None, _) => cookies::get(headers, cookies::SESSION).map_or(Carried::Nothing, Carried::Session),
    }
}

impl SignIn {
    /// Who the request comes from.
    ///
    /// # Errors
    /// [`ProblemKind::SignInNeeded`], the same whatever is wrong: nothing sent, unknown, ended, revoked, not active.
    pub(super) async fn identify(
        &self,
        store: &Store,
        headers: &HeaderMap,
        now_ms: i64,
    ) -> Result<Arc<Known>, Problem> {
        let (hash, is_session) = match carried(headers) {
            Carried::Token(token) => (secret::hash(token), false),
            Carried::Session(id) => (secret::hash(id), true),
            Carried::Nothing => return Err(needed()),
        };
        if let Some(caller) = self.seen.get(&hash) {
            return Ok(caller);
        }
        let lasting = self.lasting;
        let looked_up =
            store.read(move |s| if is_session { session(s, hash, lasting, now_ms) } else { token(s, hash, now_ms) });
        let (caller, last_seen) = looked_up.await.map_err(Problem::from)?.ok_or_else(needed)?;
        if is_session && now_ms - last_seen >= SEEN_EVERY_MS {
            store.write(move |tx| tx.see_session(&hash, now_ms)).await.map_err(Problem::from)?;
        }
        let caller = Arc::new(caller);
        self.seen.put(hash, Arc::clone(&caller));
        Ok(caller)
    }
}

fn session(
    store: &mut Snapshot<'_>,
    hash: SecretHash,
    lasting: Lasting,
    now_ms: i64,
) -> Result<Option<(Known, i64)>, StoreError> {
    let Some(session) = store.session(&hash)? else { return Ok(None) };
    // A clock that was set back revives nothing: a session from the future is not one of ours.
    let idle = now_ms - session.last_seen;
    let age = now_ms - session.created;
    if age < 0 || age > millis(lasting.absolute) || idle > millis(lasting.idle) {
        return Ok(None);
    }
    let account = store.account(&session.account)?.filter(|account| account.is_active(now_ms));
    let Some(account) = account else { return Ok(None) };
    let known = match policy::missing(store, &account, session.proven)? {
        None => Known::Whole(Caller { actor: account.actor(), session: Some(hash) }),
        Some(_) if age > millis(lasting.half) => return Ok(None),
        Some(missing) => Known::Half(Half { account: account.id, session: hash, missing }),
    };
    Ok(Some((known, session.last_seen)))
}

fn token(store: &mut Snapshot<'_>, hash: SecretHash, now_ms: i64) -> Result<Option<(Known, i64)>, StoreError> {
    let Some(token) = store.token(&hash)? else { return Ok(None) };
    if token.revoked || token.expires.is_some_and(|end| end <= now_ms) || token.created > now_ms {
        return Ok(None);
    }
    let duties = match &token.account {
        None => Vec::new(),
        Some(id) => match store.account(id)?.filter(|account| account.is_active(now_ms)) {
            Some(account) => account.duties,
            None => return Ok(None),
        },
    };
    // A scope that does not read is no scope: never a wider one.
    let Ok(scope) = Scope::parse(&token.scope) else { return Ok(None) };
    let actor = Actor { id: token.id, name: token.label, kind: ActorKind::Token, duties, scope };
    Ok(Some((Known::Whole(Caller { actor, session: None }), now_ms)))
}

fn needed() -> Problem {
    Problem::new(
        ProblemKind::SignInNeeded,
        Text::new("サインインが必要です。", "Sign in first."),
        Text::new("サインインし直してください。", "Sign in again."),
    )
}
