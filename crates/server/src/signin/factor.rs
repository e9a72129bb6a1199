//! Enrolling a telephone as second factor, taking it away, and what an administrator may do about others'.

use audit::{Entity, Outcome};
use axum::http::HeaderMap;
use store::{Account, Proven, Totp, TotpState, Tx};
use zeroize::Zeroizing;

use super::qr::{self, Drawing};
use super::second::wrong_code;
use super::typed::{Typed, recovery_codes, recovery_hash};
use super::{
    Attempt, Caller, Entered, Known, Missing, Policy, Proof, SecretHash, SignIn, entity, millis, refused, totp,
};
use crate::App;
use crate::problem::{Problem, ProblemKind, Text};

/// A secret to be shown once.
pub(crate) struct Proposal {
    /// In base 32, groups of four.
    pub(crate) spelled: Zeroizing<String>,
    pub(crate) drawing: Drawing,
}

/// A second factor that has just been confirmed.
pub(crate) struct Enrolled {
    pub(crate) entered: Entered,
    /// To be shown once.
    pub(crate) recovery_codes: Vec<Zeroizing<String>>,
}

impl SignIn {
    /// The account that may enrol: of somebody signed in, or of somebody at the second step who lacks just that.
    pub(super) async fn enroller(
        &self,
        app: &App,
        attempt: &Attempt,
        known: &Known,
    ) -> Result<(Account, SecretHash), Problem> {
        match known {
            Known::Half(half) if half.missing == Missing::Code => {
                Err(self.refuse_half(app.store(), attempt, half).await)
            }
            Known::Half(half) => {
                let id = half.account.clone();
                let account = app.store().read(move |s| s.account(&id)).await.map_err(Problem::from)?;
                Ok((account.ok_or_else(refused)?, half.session))
            }
            Known::Whole(caller) => {
                let account = caller.account(app.store()).await?;
                Ok((account, caller.session.ok_or_else(Problem::internal)?))
            }
        }
    }

    /// Makes a secret. It opens nothing until a code of it has been shown; the factor there is stays meanwhile.
    pub(crate) async fn propose_factor(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        known: &Known,
        proof: Proof,
    ) -> Result<Proposal, Problem> {
        let (account, _) = self.enroller(app, attempt, known).await?;
        let mut secret = Zeroizing::new(vec![0; totp::SECRET_BYTES]);
        getrandom::fill(&mut secret).map_err(|_| Problem::internal())?;
        let address = totp::address(&secret, app.clinic(), &account.login);
        // A clinic's name can be too long for a QR code; the login alone never is.
        let drawing = qr::draw(&address).or_else(|| qr::draw(&totp::address(&secret, "Komainu", &account.login)));
        let proposal = Proposal { spelled: totp::spelled(&secret), drawing: drawing.ok_or_else(Problem::internal)? };
        let proposed = Totp {
            account: account.id.clone(),
            state: TotpState::Proposed,
            secret,
            created: attempt.now_ms,
            used_step: 0,
        };
        let work = move |tx: &mut Tx<'_>| Ok(tx.put_totp(&proposed)?);
        self.step_up(app, attempt, headers, &account, proof, "propose-factor", work).await?;
        Ok(proposal)
    }

    /// Makes the proposed secret the account's second factor, when the code is one of it. Every session the
    /// account had is dead afterwards, and a new one begins.
    pub(crate) async fn confirm_factor(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        known: &Known,
        code: &str,
    ) -> Result<Enrolled, Problem> {
        let (account, session) = self.enroller(app, attempt, known).await?;
        let place = self.place_of(attempt, headers, &account);
        let admitted = self.admit_code(app.store(), attempt, &account, place, "enrol-factor").await?;
        let codes = recovery_codes().map_err(|_| Problem::internal())?;
        let hashes: Vec<SecretHash> = codes.iter().map(|code| recovery_hash(&account.id, code)).collect();
        let opening = self.opening(attempt, &account, Proven::SecondFactor)?;
        let mut event = attempt.event(&account.id, "enrol-factor", Outcome::Done);
        event.entities.push(entity(&account));
        let (id, typed, now_ms) = (account.id.clone(), Typed::read(code), attempt.now_ms);
        let oldest = now_ms - millis(self.lasting.half);
        let secret = app
            .store()
            .write(move |tx| {
                // The session may have ended meanwhile.
                let alive = tx.session(&session)?.is_some();
                let proposed = tx.totp(&id, TotpState::Proposed)?.filter(|totp| alive && totp.created >= oldest);
                let Some(proposed) = proposed else {
                    event.outcome = Outcome::Refused;
                    event.detail = Some("nothing-proposed".to_owned());
                    tx.audit(event);
                    return Ok(Err(begin_again()));
                };
                let step = match typed {
                    Typed::Totp(code) => totp::step_of(&proposed.secret, code, now_ms),
                    _ => None,
                };
                let Some(step) = step else {
                    event.outcome = Outcome::Refused;
                    event.detail = Some("wrong-code".to_owned());
                    tx.audit(event);
                    return Ok(Err(wrong_code()));
                };
                tx.audit(event);
                tx.drop_totp(&id)?;
                tx.forgive_tries(&id)?;
                tx.put_totp(&Totp { state: TotpState::Confirmed, used_step: step, ..proposed })?;
                tx.put_recovery_codes(&id, &hashes)?;
                tx.close_sessions_of(&id)?;
                opening.keep(tx).map(Ok)
            })
            .await
            .and_then(|done: Result<_, Problem>| done)?;
        self.throttle.forgive(admitted);
        self.seen.forget_all();
        let cookies = self.cookies_of(attempt, headers, &account, &secret, None);
        Ok(Enrolled { entered: Entered { account, cookies, missing: None }, recovery_codes: codes })
    }

    /// Takes the caller's one-time codes away. Every session the account had is dead afterwards, and a new one begins.
    pub(crate) async fn remove_factor(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        proof: Proof,
    ) -> Result<HeaderMap, Problem> {
        let take = |tx: &mut Tx<'_>, account: &str| {
            tx.drop_totp(account)?;
            Ok(tx.forgive_tries(account)?)
        };
        self.take_away(app, attempt, headers, caller, proof, ("remove-factor", asked_of_duty), take).await
    }

    /// Takes away what `take` takes, if the caller's duty can do without it (`last` otherwise), and ends every session.
    #[expect(clippy::too_many_arguments, reason = "each is another thing")]
    pub(super) async fn take_away(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        proof: Proof,
        (action, last): (&'static str, fn() -> Problem),
        take: impl FnOnce(&mut Tx<'_>, &str) -> Result<(), Problem> + Send + 'static,
    ) -> Result<HeaderMap, Problem> {
        let account = caller.account(app.store()).await?;
        let (opening, kept) = (self.opening(attempt, &account, Proven::Password)?, account.clone());
        let work = move |tx: &mut Tx<'_>| {
            take(tx, &kept.id)?;
            if !tx.has_second_factor(&kept.id)? && Policy::read(tx)?.asks(&kept.duties) {
                return Err(last());
            }
            tx.close_sessions_of(&kept.id)?;
            opening.keep_with_all_there_is(tx)
        };
        let secret = self.step_up(app, attempt, headers, &account, proof, action, work).await?;
        self.seen.forget_all();
        Ok(self.cookies_of(attempt, headers, &account, &secret, None))
    }

    /// Takes away the second factor of somebody who lost it, and ends their sessions; for an administrator.
    pub(crate) async fn reset_factor(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        (target, proof): (String, Proof),
    ) -> Result<(), Problem> {
        let keeper = self.keeper(app.store(), attempt, caller, "reset-factor").await?;
        let mut event = attempt.event(&keeper.id, "reset-factor", Outcome::Done);
        let work = move |tx: &mut Tx<'_>| {
            let Some(account) = tx.account(&target)? else { return Err(Problem::not_found()) };
            event.entities.push(Entity { kind: "Account".to_owned(), id: account.id.clone(), version: None });
            tx.audit(event);
            tx.drop_factors(&account.id)?;
            tx.close_sessions_of(&account.id)?;
            Ok(())
        };
        self.step_up(app, attempt, headers, &keeper, proof, "step-up", work).await?;
        self.seen.forget_all();
        Ok(())
    }

    /// Asks the caller again for the password, and for a code where there is a second factor.
    pub(crate) async fn prove(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        proof: Proof,
    ) -> Result<(), Problem> {
        let account = caller.account(app.store()).await?;
        self.step_up(app, attempt, headers, &account, proof, "step-up", |_| Ok(())).await
    }

    /// Sets which duties must have a second factor; for an administrator.
    pub(crate) async fn set_policy(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        (policy, proof): (Policy, Proof),
    ) -> Result<(), Problem> {
        let keeper = self.keeper(app.store(), attempt, caller, "set-factor-policy").await?;
        let mut event = attempt.event(&keeper.id, "set-factor-policy", Outcome::Done);
        event.detail = Some(policy.to_text());
        let work = move |tx: &mut Tx<'_>| {
            tx.audit(event);
            Ok(policy.write(tx)?)
        };
        self.step_up(app, attempt, headers, &keeper, proof, "step-up", work).await?;
        self.seen.forget_all();
        Ok(())
    }
}

fn begin_again() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new("登録の手続きが始まっていないか、時間切れです。", "No enrolment is under way, or it took too long."),
        Text::new("はじめからやり直してください。", "Begin again."),
    )
}

fn asked_of_duty() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        Text::new("あなたの職種では二段階認証が必要です。", "Your duty must have a second factor."),
        Text::new("端末を替えるときは、新しい端末を登録してください。", "To change devices, enrol the new one."),
    )
}
