//! Passkeys: the public keys that people's devices prove themselves with (W3C Web Authentication).
//!
//! What a credential is and whether an answer is right is the server's part. Here it is bytes under its id; a use of
//! it is written only over the bytes that were read, so that of two answers with one counter one is accepted.

use crate::append::Tx;
use crate::db::{Row, Val};
use crate::error::{DbError, StoreError};
use crate::snapshot::Snapshot;

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, as the authenticator chose it.
    pub id: Vec<u8>,
    /// Whose.
    pub account: String,
    /// What its owner calls it.
    pub label: String,
    /// Public key, counter and flags, as the server wrote them. Nothing in it is secret.
    pub data: Vec<u8>,
    /// ms since 1970 UTC.
    pub created: i64,
    /// When it last opened something, if it did.
    pub used: Option<i64>,
}

const COLUMNS: &str = "id, account, label, data, created, used";

fn read(row: &Row<'_>) -> Result<Passkey, DbError> {
    Ok(Passkey {
        id: row.bytes(0)?,
        account: row.text(1)?,
        label: row.text(2)?,
        data: row.bytes(3)?,
        created: row.int(4)?,
        used: Some(row.int(5)?).filter(|at| *at != 0),
    })
}

/// Looking up; [`StoreError`] only when the database fails.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Snapshot<'_> {
    /// By the credential's id.
    pub fn passkey(&mut self, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM passkey WHERE clinic = ?1 AND id = ?2");
        Ok(self.db.one(&sql, &[self.clinic.into(), id.into()], read)?)
    }

    /// The account's, oldest first.
    pub fn passkeys(&mut self, account: &str) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM passkey WHERE clinic = ?1 AND account = ?2 ORDER BY created, id");
        Ok(self.db.all(&sql, &[self.clinic.into(), account.into()], read)?)
    }
}

/// Changing; [`StoreError`] only when the database fails.
#[expect(clippy::missing_errors_doc, reason = "said once for all")]
impl Tx<'_> {
    /// Keeps a new one. Whether its id was free: one that somebody has is never given to another.
    pub fn put_passkey(&mut self, passkey: &Passkey) -> Result<bool, StoreError> {
        let kept = self.change(
            "INSERT INTO passkey (clinic, id, account, label, data, created, used) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
             ON CONFLICT (clinic, id) DO NOTHING",
            &[
                passkey.id.as_slice().into(),
                passkey.account.as_str().into(),
                passkey.label.as_str().into(),
                passkey.data.as_slice().into(),
                Val::Int(passkey.created),
            ],
        )?;
        Ok(kept > 0)
    }

    /// Writes down that it opened something at `at` (ms), and `data` in place of what was read. Whether it was
    /// still there as it was read.
    pub fn use_passkey(&mut self, read: &Passkey, data: &[u8], at: i64) -> Result<bool, StoreError> {
        let changed = self.change(
            "UPDATE passkey SET data = ?4, used = ?5 WHERE clinic = ?1 AND id = ?2 AND data = ?3",
            &[read.id.as_slice().into(), read.data.as_slice().into(), data.into(), Val::Int(at)],
        )?;
        Ok(changed > 0)
    }

    /// Forgets one of the account's. Whether it was there.
    pub fn drop_passkey(&mut self, account: &str, id: &[u8]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkey WHERE clinic = ?1 AND account = ?2 AND id = ?3";
        let was_there = self.change(sql, &[account.into(), id.into()])? > 0;
        self.drop_idle_recovery_codes(account)?;
        Ok(was_there)
    }
}
