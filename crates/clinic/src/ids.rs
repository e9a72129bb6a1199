//! One type per kind of id, listed alphabetically.

use std::fmt;
use std::str::FromStr;

/// A clinic within a store. Number 1 is the only clinic of a `serve` data directory; a hub has many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClinicId(pub u32);

impl ClinicId {
    /// The clinic of a store that holds just one.
    pub const ONLY: Self = Self(1);
}

/// Where versions are made: a device *and an epoch*. Every restore or clone opens a new epoch, because
/// a reused origin gives one name to two different versions (58 of 300 simulated histories did).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// Random, drawn once per data directory; 40 bits are shown as eight letters.
    pub device: u64,
    /// Counts restores and clones of that device, from 1.
    pub epoch: u32,
}

/// The name of one version everywhere and for ever: its origin and the contiguous number given there.
/// Shown as FHIR `versionId` and in the ETag, e.g. `k3f9q2wz.1.1042`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId {
    /// Who made it.
    pub origin: Origin,
    /// Contiguous per origin from 1, given inside the transaction that writes.
    pub seq: u64,
}

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}: {text:?}")]
pub struct NotAnId {
    kind: &'static str,
    text: String,
}

/// Crockford's base 32 in lower case: no letter that reads as a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Origin {
    /// Only the low 40 bits of `random` are kept, so that the name stays short enough to read aloud.
    #[must_use]
    pub fn first(random: u64) -> Self {
        Self { device: random & 0xff_ffff_ffff, epoch: 1 }
    }

    /// The origin to use after a restore or clone.
    #[must_use]
    pub fn next_epoch(self) -> Self {
        Self { epoch: self.epoch + 1, ..self }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for shift in (0..8).rev() {
            let digit = usize::try_from((self.device >> (shift * 5)) & 31).unwrap_or(0);
            write!(f, "{}", char::from(ALPHABET[digit]))?;
        }
        write!(f, ".{}", self.epoch)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.origin, self.seq)
    }
}

impl FromStr for Origin {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let error = || NotAnId { kind: "origin", text: text.to_owned() };
        let (device_text, epoch_text) = text.split_once('.').ok_or_else(error)?;
        if device_text.len() != 8 {
            return Err(error());
        }
        let mut device = 0u64;
        for byte in device_text.bytes() {
            let digit = ALPHABET.iter().position(|&a| a == byte).ok_or_else(error)?;
            device = device << 5 | digit as u64;
        }
        let origin = Self { device, epoch: epoch_text.parse().map_err(|_| error())? };
        // A second spelling of the same id ("01", "+1") would be a second name for one thing.
        if origin.to_string() == text { Ok(origin) } else { Err(error()) }
    }
}

impl FromStr for VersionId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let error = || NotAnId { kind: "version", text: text.to_owned() };
        let (origin, seq) = text.rsplit_once('.').ok_or_else(error)?;
        let id = Self { origin: origin.parse().map_err(|_| error())?, seq: seq.parse().map_err(|_| error())? };
        if id.to_string() == text { Ok(id) } else { Err(error()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_version_id_reads_back(random: u64, epoch in 1u32.., seq: u64) {
            let id = VersionId { origin: Origin { epoch, ..Origin::first(random) }, seq };
            prop_assert_eq!(id.to_string().parse::<VersionId>().unwrap(), id);
        }
    }

    #[test]
    fn a_second_spelling_is_refused() {
        for text in ["", "k3f9q2wz", "k3f9q2wz.1", "K3F9Q2WZ.1.1", "k3f9q2wz.01.1", "k3f9q2wz.1.+1", "k3f9q2wo.1.1"] {
            assert!(text.parse::<VersionId>().is_err(), "{text}");
        }
    }
}
