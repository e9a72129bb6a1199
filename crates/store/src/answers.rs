//! Answers kept under a name, in the transaction of the write they tell of: a request that is sent again, because
//! its answer was lost on a weak line, is answered from here and done only once.

use crate::append::Tx;
use crate::db::Val;
use crate::error::StoreError;

/// A tablet may come back into the network after days; a month covers a holiday.
const KEPT_MS: i64 = 31 * 24 * 60 * 60 * 1000;

/// The hash of a request and its answer.
pub(crate) type Kept = (Vec<u8>, Vec<u8>);

impl Tx<'_> {
    /// What was kept under this name: the hash of the request and its answer.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn answer(&mut self, name: &str) -> Result<Option<Kept>, StoreError> {
        let (clinic, oldest) = (self.clinic.into(), Val::Int(self.now_ms - KEPT_MS));
        let found = self.db.one(
            "SELECT request, answer FROM answer WHERE clinic = ?1 AND name = ?2 AND at >= ?3",
            &[clinic, name.into(), oldest],
            |row| Ok((row.bytes(0)?, row.bytes(1)?)),
        );
        Ok(found?)
    }

    /// Keeps an answer under a name, and forgets those that are older than a month.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn keep_answer(&mut self, name: &str, request: &[u8], answer: &[u8]) -> Result<(), StoreError> {
        let (clinic, now_ms) = (self.clinic.into(), self.now_ms);
        self.db.execute("DELETE FROM answer WHERE clinic = ?1 AND at < ?2", &[clinic, Val::Int(now_ms - KEPT_MS)])?;
        self.db.execute(
            "INSERT INTO answer (clinic, name, at, request, answer) VALUES (?1, ?2, ?3, ?4, ?5)",
            &[clinic, name.into(), Val::Int(now_ms), Val::Bytes(request), Val::Bytes(answer)],
        )?;
        Ok(())
    }
}
