//! MAC addresses.

use std::fmt;

/// A MAC address (EUI-48), however it was typed: `AA-BB-…` and `aa:bb:…` are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// Twelve hexadecimal digits, in pairs with `:` or `-`, in fours with `.`, or in one piece.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let groups: Vec<&str> = match text {
            _ if text.contains(':') => text.split(':').collect(),
            _ if text.contains('-') => text.split('-').collect(),
            _ if text.contains('.') => text.split('.').collect(),
            _ => vec![text],
        };
        let each = 12 / groups.len().max(1);
        let is_even = matches!(groups.len(), 1 | 3 | 6) && groups.iter().all(|group| group.len() == each);
        let digits: String = groups.concat();
        if !is_even || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut bytes = [0; 6];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(digits.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether it was drawn at random by the device and will change: of no use as an identity.
    #[must_use]
    pub fn is_locally_administered(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// Whether it names many devices, or none.
    #[must_use]
    pub fn is_multicast_or_zero(self) -> bool {
        self.0[0] & 1 != 0 || self.0 == [0; 6]
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_is_one_address() {
        let mac = Mac([0, 0xa0, 0xde, 1, 2, 0xff]);
        for text in ["00:a0:de:01:02:ff", "00-A0-DE-01-02-FF", "00a0.de01.02ff", "00A0DE0102FF"] {
            assert_eq!(Mac::parse(text), Some(mac), "{text}");
        }
        assert_eq!(mac.to_string(), "00:a0:de:01:02:ff");
        for text in ["", "00:a0:de:01:02", "00:a0:de:01:02:fg", "0:0a0:de:01:02:ff", "00:a0-de:01:02:ff", "::::::"] {
            assert_eq!(Mac::parse(text), None, "{text}");
        }
    }
}
