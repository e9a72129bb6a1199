//! The clocks, read in one place.

use std::fs;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment by the clocks that matter for rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock. It can be set, forwards and back.
    pub wall: Timestamp,
    /// Which start of this computer: the kernel's random id of it. Empty if the kernel tells none.
    pub boot: String,
    /// Milliseconds since then; nobody can set this.
    pub up_ms: u64,
}

impl Moment {
    /// Now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place here that reads the clock")]
    pub fn now() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let uptime = fs::read_to_string("/proc/uptime").unwrap_or_default();
        Self { wall: Timestamp::now(), boot: boot.trim().to_owned(), up_ms: milliseconds(&uptime).unwrap_or(0) }
    }

    /// The clinic's wall clock, in which its hours are written.
    #[must_use]
    pub fn local(&self) -> DateTime {
        self.wall.to_zoned(TimeZone::system()).datetime()
    }
}

/// Reads `12345.67 …` seconds.
fn milliseconds(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    let (seconds, hundredths): (u64, u64) = (seconds.parse().ok()?, hundredths.parse().ok()?);
    Some(seconds * 1000 + hundredths * 10)
}

/// A wall clock in records: RFC 3339.
pub(crate) mod stamp {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(at)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_since_the_start_is_read_as_the_kernel_prints_it() {
        assert_eq!(milliseconds("350735.47 234388.90\n"), Some(350_735_470));
        assert_eq!(milliseconds(""), None);
        let (first, second) = (Moment::now(), Moment::now());
        assert!(!first.boot.is_empty() && first.boot == second.boot && first.up_ms <= second.up_ms);
    }
}
