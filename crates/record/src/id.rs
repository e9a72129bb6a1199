//! Ids the server gives.

use sha2::{Digest, Sha256};

/// A new logical id: a UUID of version 7, so that ids made one after another lie together in the index.
#[must_use]
pub(crate) fn new_id(now_ms: i64) -> String {
    let mut bytes = [0u8; 16];
    // The operating system's generator fails only where there is none; the clock alone would not be unique.
    getrandom::fill(&mut bytes[6..]).unwrap_or_else(|error| panic!("no source of randomness: {error}"));
    bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
    bytes[6] = 0x70 | bytes[6] & 0x0f;
    write(bytes)
}

/// An id that follows from content, so that importing the same file twice names the same resources.
#[must_use]
pub(crate) fn id_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    // Version 8: made by a rule of our own (RFC 9562 section 5.8).
    bytes[6] = 0x80 | bytes[6] & 0x0f;
    write(bytes)
}

fn write(mut bytes: [u8; 16]) -> String {
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    let mut out = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_logical_ids_and_in_order() {
        let (first, second) = (new_id(1_700_000_000_000), new_id(1_700_000_000_001));
        assert!(fhir::is_id(&first) && first < second, "{first} {second}");
        assert_ne!(new_id(5), new_id(5));
    }

    #[test]
    fn the_same_content_has_the_same_id() {
        assert_eq!(id_of(&[b"a", b"b"]), id_of(&[b"a", b"b"]));
        assert_ne!(id_of(&[b"a", b"b"]), id_of(&[b"ab", b""]));
        assert_eq!(&id_of(&[])[14..15], "8");
    }
}
