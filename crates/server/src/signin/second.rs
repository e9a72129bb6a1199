//! The second step: a one-time or recovery code, at sign-in and before what needs more than being signed in.
//!
//! A code is looked at in two jobs. The first counts the try and is committed, so that whatever then goes wrong,
//! the guess has been counted. The second checks the code, spends it and does what it was given for, all or nothing:
//! of two that come with one code, one gets in.

use std::time::{Duration, Instant};

use audit::Outcome;
use axum::http::HeaderMap;
use store::{Account, Place, Proven, Store, TotpState, Tries, Tx};

use super::typed::{Typed, recovery_hash};
use super::{
    Attempt, Caller, Entered, Half, Missing, PasskeyAnswer, SignIn, entity, note, policy, refused, too_often, totp,
};
use crate::App;
use crate::problem::{Problem, ProblemKind, Text};

/// Somebody who knows the password: ten guesses in an hour, of a million codes of which three are good.
const STRANGER: Tries = Tries { burst: 5, refill_ms: 6 * 60_000 };
/// On a device that came in before.
const KNOWN_DEVICE: Tries = Tries { burst: 10, refill_ms: 3 * 60_000 };

/// What somebody signed in shows again before a step that needs it.
pub(crate) enum Proof {
    /// And a code, where the account has a second factor.
    Password { password: String, code: Option<String> },
    /// Both at once.
    Passkey(PasskeyAnswer),
}

/// What a code turned out to be; the word in the audit line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Right(&'static str),
    Wrong,
    Spent,
    /// A code was needed and none was sent.
    None,
}

impl SignIn {
    /// The second step of signing in: a whole session, in place of the half one.
    pub(crate) async fn second_step(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        half: &Half,
        code: &str,
    ) -> Result<Entered, Problem> {
        if half.missing != Missing::Code {
            return Err(self.refuse_half(store, attempt, half).await);
        }
        let id = half.account.clone();
        let account = store.read(move |s| s.account(&id)).await.map_err(Problem::from)?.ok_or_else(refused)?;
        let old = half.session;
        let opening = self.opening(attempt, &account, Proven::SecondFactor)?.instead_of_session(old);
        let (now_ms, kept) = (attempt.now_ms, account.clone());
        let work = move |tx: &mut Tx<'_>| {
            // The half session may have ended while the code was typed, and is spent with it.
            let active = tx.account(&kept.id)?.is_some_and(|account| account.is_active(now_ms));
            if tx.session(&old)?.is_none() || !active {
                return Err(refused());
            }
            match policy::missing(tx, &kept, Proven::SecondFactor)? {
                None => opening.keep(tx),
                Some(_) => Err(refused()),
            }
        };
        let secret = self.with_code(store, attempt, headers, &account, Some(code), "sign-in", work).await?;
        self.seen.forget(&old);
        let cookies = self.cookies_of(attempt, headers, &account, &secret, None);
        Ok(Entered { account, cookies, missing: None })
    }

    /// Does `work` for somebody who is asked again for the password, and for a code if the account has a second
    /// factor, or for one of its passkeys instead. Its audit line is `action`, about `about`.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    pub(super) async fn step_up<T: Send + 'static>(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        account: &Account,
        proof: Proof,
        action: &'static str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (password, code) = match proof {
            Proof::Password { password, code } => (password, code),
            Proof::Passkey(answer) => {
                let whose = (account, app.clinic());
                return self.with_passkey(app.store(), attempt, headers, whose, answer, action, work).await;
            }
        };
        let proved = self.prove_password(app.store(), attempt, headers, &account.login, password, action).await;
        // 401 would say that the session has ended.
        let account = proved.map_err(|problem| match problem.kind {
            ProblemKind::SignInRefused => problem.with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
            _ => problem,
        })?;
        self.with_code(app.store(), attempt, headers, &account, code.as_deref(), action, work).await
    }

    /// Does `work` when the code is right, or when the account has no second factor.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    async fn with_code<T: Send + 'static>(
        &self,
        store: &Store,
        attempt: &Attempt,
        headers: &HeaderMap,
        account: &Account,
        code: Option<&str>,
        action: &'static str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = self.place_of(attempt, headers, account);
        let admitted = match code {
            Some(_) => Some(self.admit_code(store, attempt, account, place, action).await?),
            None => None,
        };
        let (attempt_now, id) = (attempt.now_ms, account.id.clone());
        let typed = code.map(Typed::read);
        let mut event = attempt.event(&account.id, action, Outcome::Done);
        event.entities.push(entity(account));
        let done = store
            .write(move |tx| {
                let verdict = match typed {
                    _ if !tx.has_second_factor(&id)? => Verdict::Right("password"),
                    Some(typed) => spend(tx, &id, typed, attempt_now)?,
                    None => Verdict::None,
                };
                let (outcome, word) = verdict.told();
                event.outcome = outcome;
                event.detail = Some(word.to_owned());
                tx.audit(event);
                if let Some(problem) = verdict.problem() {
                    return Ok(Err(problem));
                }
                tx.forgive_tries_from(&id, place)?;
                work(tx).map(Ok)
            })
            .await
            .and_then(|done| done)?;
        if let Some(admitted) = admitted {
            self.throttle.forgive(admitted);
        }
        Ok(done)
    }

    /// Counts a try, by source and by account, before the code is looked at.
    pub(super) async fn admit_code(
        &self,
        store: &Store,
        attempt: &Attempt,
        account: &Account,
        place: Place,
        action: &str,
    ) -> Result<super::throttle::Try, Problem> {
        let admitted = self.throttle.admit_code(attempt.source, Instant::now());
        let id = account.id.clone();
        let tries = if place == Place::KnownDevice { KNOWN_DEVICE } else { STRANGER };
        let now_ms = attempt.now_ms;
        let wait = match admitted {
            Err(wait) => wait,
            Ok(admitted) => {
                let counted = store.write(move |tx| tx.count_try(&id, place, tries, now_ms)).await;
                match counted.map_err(Problem::from)? {
                    Ok(()) => return Ok(admitted),
                    Err(wait) => Duration::from_millis(wait.unsigned_abs()),
                }
            }
        };
        let mut event = attempt.event(&account.id, action, Outcome::Refused);
        event.entities.push(entity(account));
        event.detail = Some("too-often".to_owned());
        note(store, event).await?;
        Err(too_often(wait))
    }

    pub(super) fn place_of(&self, attempt: &Attempt, headers: &HeaderMap, account: &Account) -> Place {
        let known = self.is_known_device(headers, &account.login, attempt.now_ms);
        if known { Place::KnownDevice } else { Place::Stranger }
    }

    /// A half session came to a door that is not the second step's.
    pub(super) async fn refuse_half(&self, store: &Store, attempt: &Attempt, half: &Half) -> Problem {
        let mut event = attempt.event(&half.account, "skip-second-step", Outcome::Refused);
        event.entities.push(audit::Entity { kind: "Account".to_owned(), id: half.account.clone(), version: None });
        match note(store, event).await {
            Ok(()) => second_step_needed(),
            Err(problem) => problem,
        }
    }

    /// Refuses, and writes it down, unless the caller keeps the clinic's accounts.
    pub(super) async fn keeper(
        &self,
        store: &Store,
        attempt: &Attempt,
        caller: &Caller,
        action: &str,
    ) -> Result<Account, Problem> {
        if caller.actor.keeps_accounts() {
            return caller.account(store).await;
        }
        note(store, attempt.event(&caller.actor.id, action, Outcome::Refused)).await?;
        Err(Problem::new(
            ProblemKind::Forbidden,
            Text::new("管理者だけができます。", "Only an administrator can do this."),
            Text::new("管理者に頼んでください。", "Ask an administrator."),
        ))
    }
}

/// Spends what was typed, if it is good.
fn spend(tx: &mut Tx<'_>, account: &str, typed: Typed, now_ms: i64) -> Result<Verdict, Problem> {
    Ok(match typed {
        Typed::Nothing => Verdict::Wrong,
        Typed::Recovery(code) => {
            let hash = recovery_hash(account, &code);
            if tx.spend_recovery_code(account, &hash, now_ms)? {
                Verdict::Right("recovery-code")
            } else {
                Verdict::Wrong
            }
        }
        Typed::Totp(code) => {
            let Some(kept) = tx.totp(account, TotpState::Confirmed)? else { return Ok(Verdict::Wrong) };
            match totp::step_of(&kept.secret, code, now_ms) {
                None => Verdict::Wrong,
                Some(step) if tx.spend_totp_step(account, step)? => Verdict::Right("totp"),
                Some(_) => Verdict::Spent,
            }
        }
    })
}

impl Verdict {
    fn told(self) -> (Outcome, &'static str) {
        match self {
            Self::Right(means) => (Outcome::Done, means),
            Self::Wrong => (Outcome::Refused, "wrong-code"),
            Self::Spent => (Outcome::Refused, "spent-code"),
            Self::None => (Outcome::Refused, "no-code"),
        }
    }

    fn problem(self) -> Option<Problem> {
        match self {
            Self::Right(_) => None,
            Self::Wrong | Self::None => Some(wrong_code()),
            Self::Spent => Some(Problem::new(
                ProblemKind::Conflict,
                Text::new("そのコードはもう使われています。", "That code has been used already."),
                Text::new(
                    "次のコードが表示されるまで、30秒ほど待ってください。",
                    "Wait about 30 seconds for the next one.",
                ),
            )),
        }
    }
}

pub(super) fn wrong_code() -> Problem {
    Problem::new(
        ProblemKind::CodeRefused,
        Text::new("コードが違います。", "The code is wrong."),
        Text::new(
            "認証アプリに今出ている6桁か、未使用の回復コードを入れてください。",
            "Enter the six digits that the authenticator shows now, or an unused recovery code.",
        ),
    )
}

fn second_step_needed() -> Problem {
    Problem::new(
        ProblemKind::SecondStepNeeded,
        Text::new("サインインの二段階目がまだです。", "The second step of signing in is still missing."),
        Text::new("サインインし直してください。", "Sign in again."),
    )
}
