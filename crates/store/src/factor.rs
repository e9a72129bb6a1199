//! Second factors: shared secrets for one-time codes, recovery codes, and how often somebody guessed.
//!
//! What a code must look like and whether it is right is the server's part; that it counts once is this one's:
//! each of the changes that spend something says whether it was still there to be spent.

use zeroize::Zeroizing;

use crate::append::Tx;
use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::snapshot::Snapshot;

/// An account's shared secret for time-based one-time codes (RFC 6238).
#[derive(Clone, PartialEq, Eq)]
pub struct Totp {
    /// Whose.
    pub account: String,
    /// Proposed ones open nothing; an account has at most one of each.
    pub state: TotpState,
    /// The bytes shared with the person's telephone.
    pub secret: Zeroizing<Vec<u8>>,
    /// When it was proposed, in ms since 1970 UTC.
    pub created: i64,
    /// The last time step whose code was accepted; this and all before it are spent.
    pub used_step: i64,
}

/// Whether the person has shown to hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotpState {
    /// Shown once, and not yet confirmed by a code.
    Proposed = 0,
    /// The account's second factor.
    Confirmed = 1,
}

/// Where somebody tries from: a device that came in before has a count of its own, so that who knows a doctor's
/// password cannot use up the tries that she has at her own tablet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Never signed in to the account.
    Stranger = 0,
    /// Has signed in to it, with all factors.
    KnownDevice = 1,
}

/// How many tries there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// At once.
    pub burst: i64,
    /// ms until one more is earned.
    pub refill_ms: i64,
}

impl std::fmt::Debug for Totp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Totp").field("account", &self.account).field("state", &self.state).finish_non_exhaustive()
    }
}

fn read(account: &str, state: TotpState, row: &Row<'_>) -> Result<Totp, DbError> {
    Ok(Totp {
        account: account.to_owned(),
        state,
        secret: Zeroizing::new(row.bytes(0)?),
        created: row.int(1)?,
        used_step: row.int(2)?,
    })
}

/// Looking up; [`StoreError`] only when the database fails.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Snapshot<'_> {
    /// The account's secret in that state.
    pub fn totp(&mut self, account: &str, state: TotpState) -> Result<Option<Totp>, StoreError> {
        let sql = "SELECT secret, created, used_step FROM totp WHERE clinic = ?1 AND account = ?2 AND state = ?3";
        let params = [self.clinic.into(), account.into(), Val::Int(state as i64)];
        Ok(self.db.one(sql, &params, |row| read(account, state, row))?)
    }

    /// Whether the account has a second factor: one-time codes, or a passkey.
    pub fn has_second_factor(&mut self, account: &str) -> Result<bool, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM totp WHERE clinic = ?1 AND account = ?2 AND state = ?3)
            + (SELECT count(*) FROM passkey WHERE clinic = ?1 AND account = ?2)";
        let params = [self.clinic.into(), account.into(), Val::Int(TotpState::Confirmed as i64)];
        Ok(self.db.one(sql, &params, |row| row.int(0))?.unwrap_or(0) > 0)
    }

    /// Recovery codes that have not been used.
    pub fn recovery_codes_left(&mut self, account: &str) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM recovery_code WHERE clinic = ?1 AND account = ?2 AND used = 0";
        let left = self.db.one(sql, &[self.clinic.into(), account.into()], |row| row.int(0))?;
        Ok(left.unwrap_or(0).unsigned_abs())
    }
}

/// Changing; [`StoreError`] only when the database fails.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Tx<'_> {
    /// Keeps a secret, in place of the one the account had in that state.
    pub fn put_totp(&mut self, totp: &Totp) -> Result<(), StoreError> {
        self.change(
            "INSERT INTO totp (clinic, account, state, secret, created, used_step) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (clinic, account, state) DO UPDATE SET secret = excluded.secret,
             created = excluded.created, used_step = excluded.used_step",
            &[
                totp.account.as_str().into(),
                Val::Int(totp.state as i64),
                totp.secret.as_slice().into(),
                Val::Int(totp.created),
                Val::Int(totp.used_step),
            ],
        )?;
        Ok(())
    }

    /// Forgets a proposed secret.
    pub fn drop_proposed_totp(&mut self, account: &str) -> Result<(), StoreError> {
        let proposed = Val::Int(TotpState::Proposed as i64);
        self.change("DELETE FROM totp WHERE clinic = ?1 AND account = ?2 AND state = ?3", &[account.into(), proposed])?;
        Ok(())
    }

    /// Spends a time step of the account's second factor. Whether it was still to be spent: no step twice, and
    /// none before one that was.
    pub fn spend_totp_step(&mut self, account: &str, step: i64) -> Result<bool, StoreError> {
        let changed = self.change(
            "UPDATE totp SET used_step = ?4 WHERE clinic = ?1 AND account = ?2 AND state = ?3 AND used_step < ?4",
            &[account.into(), Val::Int(TotpState::Confirmed as i64), Val::Int(step)],
        )?;
        Ok(changed > 0)
    }

    /// Gives the account these recovery codes, by their hashes, in place of all it had.
    pub fn put_recovery_codes(&mut self, account: &str, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        self.change("DELETE FROM recovery_code WHERE clinic = ?1 AND account = ?2", &[account.into()])?;
        for hash in hashes {
            self.change(
                "INSERT INTO recovery_code (clinic, account, hash, used) VALUES (?1, ?2, ?3, 0)",
                &[account.into(), hash[..].into()],
            )?;
        }
        Ok(())
    }

    /// Spends a recovery code at `at` (ms). Whether there was one that had not been used.
    pub fn spend_recovery_code(&mut self, account: &str, hash: &[u8; 32], at: i64) -> Result<bool, StoreError> {
        let changed = self.change(
            "UPDATE recovery_code SET used = ?4 WHERE clinic = ?1 AND account = ?2 AND hash = ?3 AND used = 0",
            &[account.into(), hash[..].into(), Val::Int(at)],
        )?;
        Ok(changed > 0)
    }

    /// Takes away everything the account proves itself with besides its password.
    pub fn drop_factors(&mut self, account: &str) -> Result<(), StoreError> {
        self.change("DELETE FROM passkey WHERE clinic = ?1 AND account = ?2", &[account.into()])?;
        self.drop_totp(account)?;
        self.forgive_tries(account)
    }

    /// Takes away the account's one-time codes. Recovery codes stand in for a second factor and go with the last.
    pub fn drop_totp(&mut self, account: &str) -> Result<(), StoreError> {
        self.change("DELETE FROM totp WHERE clinic = ?1 AND account = ?2", &[account.into()])?;
        self.drop_idle_recovery_codes(account)
    }

    /// Recovery codes of an account that has no second factor left stand in for nothing.
    pub(crate) fn drop_idle_recovery_codes(&mut self, account: &str) -> Result<(), StoreError> {
        if !self.has_second_factor(account)? {
            self.change("DELETE FROM recovery_code WHERE clinic = ?1 AND account = ?2", &[account.into()])?;
        }
        Ok(())
    }

    /// Counts a try before it is looked at, in a job of its own, so that whatever becomes of it is counted. Needs
    /// no audit event: what becomes of it has one. Otherwise says in how many ms there is a try again.
    pub fn count_try(
        &mut self,
        account: &str,
        place: Place,
        tries: Tries,
        now_ms: i64,
    ) -> Result<Result<(), i64>, StoreError> {
        let key = [self.clinic.into(), account.into(), Val::Int(place as i64)];
        let sql = "SELECT failures, failed_at FROM second_try WHERE clinic = ?1 AND account = ?2 AND place = ?3";
        let found = self.db.one(sql, &key, |row| Ok((row.int(0)?, row.int(1)?)))?;
        let (failures, failed_at) = found.unwrap_or((0, now_ms));
        // A clock that was set back earns nothing, and costs no more than was lost.
        let failed_at = failed_at.min(now_ms);
        let earned = (now_ms - failed_at) / tries.refill_ms;
        let left = (failures - earned).max(0);
        // The part of a try that has been earned already stays earned.
        let since = if left == 0 { now_ms } else { failed_at + earned * tries.refill_ms };
        if left >= tries.burst {
            return Ok(Err(since + tries.refill_ms - now_ms));
        }
        self.db.execute(
            "INSERT INTO second_try (clinic, account, place, failures, failed_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (clinic, account, place) DO UPDATE SET failures = excluded.failures,
             failed_at = excluded.failed_at",
            &[key[0], key[1], key[2], Val::Int(left + 1), Val::Int(since)],
        )?;
        Ok(Ok(()))
    }

    /// Gives the account all its tries from that place back, because one was right.
    pub fn forgive_tries_from(&mut self, account: &str, place: Place) -> Result<(), StoreError> {
        let sql = "DELETE FROM second_try WHERE clinic = ?1 AND account = ?2 AND place = ?3";
        self.change(sql, &[account.into(), Val::Int(place as i64)])?;
        Ok(())
    }

    /// Gives the account all its tries back.
    pub fn forgive_tries(&mut self, account: &str) -> Result<(), StoreError> {
        self.change("DELETE FROM second_try WHERE clinic = ?1 AND account = ?2", &[account.into()])?;
        Ok(())
    }
}
