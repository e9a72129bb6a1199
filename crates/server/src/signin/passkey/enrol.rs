//! Enrolling a passkey, and taking one away.

use audit::Outcome;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use store::{Passkey, Proven, Tx};
use webauthn_rs::prelude::{CredentialID, RegisterPublicKeyCredential};
use zeroize::Zeroizing;

use super::super::typed::{recovery_codes, recovery_hash};
use super::super::{Attempt, Caller, Entered, Known, Proof, SecretHash, SignIn, entity};
use super::ceremony::Ceremony;
use super::{Challenge, malformed, party};
use crate::App;
use crate::problem::{Problem, ProblemKind, Text};

/// Of one account. Enough for every device of a person, too few to fill the database.
const PASSKEYS_MAX: usize = 20;
const LABEL_CHARS_MAX: usize = 50;

/// A passkey that has just been enrolled.
pub(crate) struct EnrolledPasskey {
    pub(crate) entered: Entered,
    /// To be shown once; none when the account has some from before.
    pub(crate) recovery_codes: Vec<Zeroizing<String>>,
}

impl SignIn {
    /// What the device is asked to make a key for. Nothing is kept until it has answered.
    pub(crate) async fn propose_passkey(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        known: &Known,
        proof: Proof,
    ) -> Result<Challenge, Problem> {
        let (account, session) = self.enroller(app, attempt, known).await?;
        let party = party::of(headers, app.clinic())?;
        let id = account.id.clone();
        let work = move |tx: &mut Tx<'_>| Ok(tx.passkeys(&id)?);
        let there = self.step_up(app, attempt, headers, &account, proof, "propose-passkey", work).await?;
        if there.len() >= PASSKEYS_MAX {
            return Err(too_many());
        }
        let there: Vec<CredentialID> = there.into_iter().map(|passkey| passkey.id).collect();
        let (options, state) = party
            .start_passkey_registration(party::handle(&account.id), &account.login, &account.name, Some(there))
            .map_err(|_| Problem::internal())?;
        let mut options = serde_json::to_value(options.public_key).map_err(|_| Problem::internal())?;
        ask_for_a_resident_key(&mut options);
        let ceremony = Ceremony::Enrol { account: account.id, session, state: Box::new(state) };
        self.ceremonies.begin(attempt, ceremony, options)
    }

    /// Keeps the key that the device made. Every session the account had is dead afterwards, and a new one begins.
    pub(crate) async fn confirm_passkey(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        known: &Known,
        (ceremony, credential, label): (String, Value, String),
    ) -> Result<EnrolledPasskey, Problem> {
        let (account, session) = self.enroller(app, attempt, known).await?;
        let label = checked_label(&label)?;
        let credential: RegisterPublicKeyCredential = serde_json::from_value(credential).map_err(|_| malformed())?;
        let state = match self.ceremonies.end(&ceremony, attempt.now_ms) {
            Some(Ceremony::Enrol { account: of, session: within, state }) if of == account.id && within == session => {
                state
            }
            _ => return Err(begin_again()),
        };
        let key = party::of(headers, app.clinic())?.finish_passkey_registration(&credential, &state);
        let mut event = attempt.event(&account.id, "enrol-passkey", Outcome::Done);
        event.entities.push(entity(&account));
        let Ok(key) = key else {
            event.outcome = Outcome::Refused;
            event.detail = Some("passkey-wrong".to_owned());
            super::note(app.store(), event).await?;
            return Err(begin_again());
        };
        let passkey = Passkey {
            id: key.cred_id().to_vec(),
            account: account.id.clone(),
            label,
            data: serde_json::to_vec(&key).map_err(|_| Problem::internal())?,
            created: attempt.now_ms,
            used: None,
        };
        let codes = recovery_codes().map_err(|_| Problem::internal())?;
        let hashes: Vec<SecretHash> = codes.iter().map(|code| recovery_hash(&account.id, code)).collect();
        let opening = self.opening(attempt, &account, Proven::SecondFactor)?;
        let (secret, are_new) = app
            .store()
            .write(move |tx| {
                tx.audit(event);
                // The session may have ended meanwhile.
                if tx.session(&session)?.is_none() || !tx.put_passkey(&passkey)? {
                    return Err(begin_again());
                }
                let are_new = tx.recovery_codes_left(&passkey.account)? == 0;
                if are_new {
                    tx.put_recovery_codes(&passkey.account, &hashes)?;
                }
                tx.close_sessions_of(&passkey.account)?;
                Ok((opening.keep(tx)?, are_new))
            })
            .await?;
        self.seen.forget_all();
        let cookies = self.cookies_of(attempt, headers, &account, &secret, None);
        let recovery_codes = if are_new { codes } else { Vec::new() };
        Ok(EnrolledPasskey { entered: Entered { account, cookies, missing: None }, recovery_codes })
    }

    /// Takes one of the caller's passkeys away. Every session the account had is dead afterwards, and a new one begins.
    pub(crate) async fn remove_passkey(
        &self,
        app: &App,
        attempt: &Attempt,
        headers: &HeaderMap,
        caller: &Caller,
        (id, proof): (Vec<u8>, Proof),
    ) -> Result<HeaderMap, Problem> {
        let take = move |tx: &mut Tx<'_>, account: &str| match tx.drop_passkey(account, &id)? {
            true => Ok(()),
            false => Err(Problem::not_found()),
        };
        self.take_away(app, attempt, headers, caller, proof, ("remove-passkey", last_one), take).await
    }
}

/// The library asks for one only of authenticators whose maker is known; without one nobody could sign in by the
/// key alone.
fn ask_for_a_resident_key(options: &mut Value) {
    let selection = &mut options["authenticatorSelection"];
    selection["residentKey"] = json!("required");
    selection["requireResidentKey"] = json!(true);
}

fn checked_label(label: &str) -> Result<String, Problem> {
    let label = label.trim();
    let fits = (1..=LABEL_CHARS_MAX).contains(&label.chars().count()) && !label.chars().any(char::is_control);
    fits.then(|| label.to_owned()).ok_or_else(|| {
        Problem::new(
            ProblemKind::Invalid,
            Text::new("端末の呼び名は1文字から50文字までです。", "The device's name is 1 to 50 characters."),
            Text::new("例: 受付のiPad", "For example: reception iPad."),
        )
    })
}

fn begin_again() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new("パスキーを登録できませんでした。", "The passkey was not enrolled."),
        Text::new("はじめからやり直してください。", "Begin again."),
    )
}

fn too_many() -> Problem {
    Problem::new(
        ProblemKind::Conflict,
        Text::new("パスキーは一人20個までです。", "A person has at most 20 passkeys."),
        Text::new("使っていないものを先に消してください。", "Remove one that is not used first."),
    )
}

fn last_one() -> Problem {
    Problem::new(
        ProblemKind::Forbidden,
        Text::new("あなたの職種では二段階認証が必要です。", "Your duty must have a second factor."),
        Text::new("先に別の端末を登録してください。", "Enrol another device first."),
    )
}
