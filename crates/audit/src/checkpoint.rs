//! Signed statements "the log had so many events and this root", taken every [`EVENTS`] events or minute.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::tree::{Hash, Tree};

/// A checkpoint is due after so many events.
pub(crate) const EVENTS: u64 = 256;
/// Or after so much time with any event at all, ms.
pub(crate) const INTERVAL_MS: i64 = 60_000;

/// A signed statement about the first `size` events. Kept outside the system (printed, on another medium, at a
/// peer) it also shows that a whole log was put back to an older state, which nothing inside can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose log: a clinic's number, so that one clinic's checkpoints do not fit another's log.
    pub clinic: u32,
    /// How many events it covers.
    pub size: u64,
    /// When it was taken, ms since 1970 UTC.
    pub at: i64,
    /// The tree's root over those events.
    pub root: Hash,
    /// Ed25519 over all of the above.
    pub signature: [u8; 64],
}

impl Checkpoint {
    /// Signs the tree as it is.
    #[must_use]
    pub fn sign(key: &SigningKey, clinic: u32, tree: &Tree, at: i64) -> Self {
        let mut checkpoint = Self { clinic, size: tree.size(), at, root: tree.root(), signature: [0; 64] };
        checkpoint.signature = key.sign(&checkpoint.statement()).to_bytes();
        checkpoint
    }

    /// Whether that key signed it.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        // Strict: no second form of a signature, no weak key.
        key.verify_strict(&self.statement(), &Signature::from_bytes(&self.signature)).is_ok()
    }

    fn statement(&self) -> Vec<u8> {
        let mut statement = b"komainu audit checkpoint 1\0".to_vec();
        statement.extend(self.clinic.to_be_bytes());
        statement.extend(self.size.to_be_bytes());
        statement.extend(self.at.to_be_bytes());
        statement.extend(self.root);
        statement
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_is_signed() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut tree = Tree::default();
        tree.push([1; 32]);
        let checkpoint = Checkpoint::sign(&key, 1, &tree, 5);
        assert!(checkpoint.is_signed_by(&key.verifying_key()));
        assert!(!checkpoint.is_signed_by(&SigningKey::from_bytes(&[8; 32]).verifying_key()));
        let changes: [fn(&mut Checkpoint); 5] =
            [|c| c.clinic += 1, |c| c.size += 1, |c| c.at += 1, |c| c.root[0] ^= 1, |c| c.signature[0] ^= 1];
        for change in changes {
            let mut other = checkpoint.clone();
            change(&mut other);
            assert!(!other.is_signed_by(&key.verifying_key()), "{other:?}");
        }
    }
}
