//! The record of one version: what every replica keeps of it, and the hash over all of that.

use std::fmt;

use clinic::{Hlc, VersionId};
use sha2::{Digest, Sha256};

/// SHA-256. Shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What a version did to its resource. Numbers are kept in stores: only ever append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The first version, or the first after a deletion.
    Create = 0,
    /// Replaced the content.
    Update = 1,
    /// Took the resource out of sight; the content before it stays.
    Delete = 2,
    /// 確定: from here on only an amendment may follow.
    Finalise = 3,
    /// 追記・訂正: a new version beside the finalised one.
    Amend = 4,
    /// Two patients were found to be one (or a merge was taken back).
    Merge = 5,
}

impl Kind {
    /// All kinds in the order of their numbers.
    pub const ALL: [Self; 6] = [Self::Create, Self::Update, Self::Delete, Self::Finalise, Self::Amend, Self::Merge];

    /// The number kept in stores.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind of that number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether the entry is 確定 after this version.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Finalise | Self::Amend)
    }
}

/// One version, without its content but with the content's hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its name everywhere.
    pub id: VersionId,
    /// When, for display; decides nothing.
    pub hlc: Hlc,
    /// For instance `Patient`.
    pub resource_type: String,
    /// The logical id.
    pub resource_id: String,
    /// The versions it was made from: none for the first, two or more for a merge.
    pub parents: Vec<VersionId>,
    /// What it did.
    pub kind: Kind,
    /// Id of the account or token that made it.
    pub author: String,
    /// [`content_hash`] of the stored content.
    pub content: Hash,
}

/// The hash of a version's content: compact JSON without `meta.versionId` and `meta.lastUpdated`, which are
/// given only when it is written. Apart from [`Version::hash`] so that it can be taken outside the transaction.
#[must_use]
pub fn content_hash(json: &[u8]) -> Hash {
    Hash(Sha256::digest(json).into())
}

impl Version {
    /// The hash over everything in the record. Two replicas that show different hashes for one id hold
    /// different versions under one name, which must never happen and must never pass unseen.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(b"komainu version 1\0");
        id(&mut hasher, self.id);
        hasher.update(self.hlc.0.to_be_bytes());
        text(&mut hasher, &self.resource_type);
        text(&mut hasher, &self.resource_id);
        hasher.update((self.parents.len() as u64).to_be_bytes());
        self.parents.iter().for_each(|parent| id(&mut hasher, *parent));
        hasher.update([self.kind.code()]);
        text(&mut hasher, &self.author);
        hasher.update(self.content.0);
        Hash(hasher.finalize().into())
    }
}

fn id(hasher: &mut Sha256, id: VersionId) {
    hasher.update(id.origin.device.to_be_bytes());
    hasher.update(id.origin.epoch.to_be_bytes());
    hasher.update(id.seq.to_be_bytes());
}

/// With its length in front: otherwise ("ab", "c") and ("a", "bc") would be one preimage.
fn text(hasher: &mut Sha256, text: &str) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use clinic::Origin;

    fn version() -> Version {
        let origin = Origin::first(7);
        Version {
            id: VersionId { origin, seq: 2 },
            hlc: Hlc(9 << 16),
            resource_type: "Patient".into(),
            resource_id: "p1".into(),
            parents: vec![VersionId { origin, seq: 1 }],
            kind: Kind::Update,
            author: "sato".into(),
            content: content_hash(b"{}"),
        }
    }

    #[test]
    fn the_hash_covers_every_field() {
        let base = version().hash();
        let changes: [fn(&mut Version); 10] = [
            |v| v.id.seq += 1,
            |v| v.id.origin.epoch += 1,
            |v| v.hlc.0 += 1,
            |v| v.resource_type = "Patien".into(),
            |v| v.resource_id = "tp1".into(),
            |v| v.parents.clear(),
            |v| v.parents[0].seq += 1,
            |v| v.kind = Kind::Amend,
            |v| v.author.push('1'),
            |v| v.content = content_hash(b"{ }"),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut other = version();
            change(&mut other);
            assert_ne!(other.hash(), base, "change {number}");
        }
    }

    #[test]
    fn the_hash_is_this_one_for_ever() {
        // Other programs will compare it; a new preimage is a new word in front of it.
        assert_eq!(version().hash().to_string(), "55dbab6b8d77088148aeae34a4711585b4bb3afbe7558fb57bcc10679ccc5423");
    }

    #[test]
    fn moving_a_letter_between_fields_changes_the_hash() {
        let mut other = version();
        other.resource_type = "Patientp".into();
        other.resource_id = "1".into();
        assert_ne!(other.hash(), version().hash());
    }

    #[test]
    fn kinds_keep_their_numbers() {
        for (code, kind) in (0..).zip(Kind::ALL) {
            assert_eq!((kind.code(), Kind::from_code(code)), (code, Some(kind)));
        }
        assert_eq!(Kind::from_code(6), None);
    }
}
