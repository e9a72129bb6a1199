//! The same request twice is done once (Idempotency-Key; draft-ietf-httpapi-idempotency-key-header).
//!
//! The answer is kept in the transaction of the write, so there is no moment at which one is there without the other.

use fhir::json::Json;
use sha2::{Digest, Sha256};
use store::Tx;

use crate::write::{Done, Rights, Status};
use crate::{Ctx, Error, ErrorKind};

/// A key with what it was sent for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    request: [u8; 32],
}

impl Key {
    /// `parts` are what makes two requests the same: method, URL, conditions, body.
    ///
    /// # Errors
    /// `BadRequest` for a key that is empty, longer than 200 characters, or not printable ASCII.
    pub fn new(ctx: &Ctx, key: &str, parts: &[&[u8]]) -> Result<Self, Error> {
        if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(ErrorKind::BadRequest, "an Idempotency-Key is 1 to 200 printable ASCII characters"));
        }
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        // One actor's key says nothing about another's.
        Ok(Self { name: format!("{} {key}", ctx.actor.id), request: hash.finalize().into() })
    }
}

/// The answer that was given to this key before.
///
/// # Errors
/// `Invalid` when it was sent with another request: one of the two would be lost.
pub(crate) fn replay(tx: &mut Tx<'_>, rights: &Rights, key: &Key) -> Result<Option<Vec<Done>>, Error> {
    let Some((request, answer)) = tx.answer(&key.name)? else { return Ok(None) };
    if request != key.request {
        return Err(Error::new(ErrorKind::Invalid, "this Idempotency-Key was used for another request")
            .todo("Use a new key for each request"));
    }
    let answer = Json::parse(&answer)?;
    let broken = || Error::new(ErrorKind::Internal, "a kept answer does not read back");
    let mut all = Vec::new();
    for one in answer.items() {
        let text = |at: usize| one.items().get(at).and_then(Json::as_str).unwrap_or_default();
        let status = Status::parse(text(0)).ok_or_else(broken)?;
        let resource_type = crate::url::resource_type(text(1));
        let stored = match (resource_type, &rights.replay) {
            (Some(resource_type), Some(read)) if read.covers(resource_type) => {
                tx.version(read, resource_type, text(2), text(3).parse().map_err(|_| broken())?)?
            }
            _ => None,
        };
        all.push(Done { status, stored });
    }
    Ok(Some(all))
}

/// Keeps the answer: status, type, id and version of each change.
pub(crate) fn keep(tx: &mut Tx<'_>, key: &Key, done: &[Done]) -> Result<(), Error> {
    let one = |done: &Done| {
        let mut parts = vec![Json::from(done.status.as_str())];
        if let Some(stored) = &done.stored {
            parts.extend([
                Json::from(stored.resource_type),
                Json::from(stored.id.as_str()),
                Json::from(stored.version.to_string()),
            ]);
        }
        Json::Array(parts)
    };
    let answer = Json::Array(done.iter().map(one).collect());
    Ok(tx.keep_answer(&key.name, &key.request, &answer.to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_actor_and_one_request() {
        let (a, b) = (Ctx::system("a", 0), Ctx::system("b", 0));
        let key = |ctx: &Ctx, parts: &[&[u8]]| Key::new(ctx, "k-1", parts).unwrap();
        assert_eq!(key(&a, &[b"PUT", b"x"]), key(&a, &[b"PUT", b"x"]));
        assert_ne!(key(&a, &[b"PUT", b"x"]), key(&b, &[b"PUT", b"x"]));
        assert_ne!(key(&a, &[b"PUT", b"x"]), key(&a, &[b"PUTx", b""]));
        for bad in ["", "a b", "あ", &"k".repeat(201)] {
            assert!(Key::new(&a, bad, &[]).is_err(), "{bad}");
        }
    }
}
