//! Vendors that are let in for a while.

use clinic::model::VendorId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use network::policy::{Granted, Live};
use serde::{Deserialize, Serialize};

use crate::moment::{Moment, stamp};

/// A vendor let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// Its id.
    pub vendor: String,
    /// Since when.
    #[serde(with = "stamp")]
    pub since: Timestamp,
    /// Shut at this moment.
    #[serde(with = "stamp")]
    pub until: Timestamp,
    /// By whom.
    pub who: String,
    /// For what reason, this time.
    pub why: String,
}

impl Opened {
    /// Whether it still is. A clock that was set back before it was opened opens nothing again.
    pub(crate) fn is_open(&self, now: &Moment) -> bool {
        self.since <= now.wall && now.wall < self.until
    }
}

/// What rules are made with besides the declared.
pub(crate) fn live(opened: &[Opened], now: &Moment) -> Live {
    let granted = opened.iter().filter(|each| each.is_open(now)).filter_map(|each| {
        Some(Granted {
            vendor: VendorId::new(&each.vendor)?,
            until: each.until.to_zoned(TimeZone::system()).datetime(),
            why: each.why.clone(),
        })
    });
    Live { quarantine: Vec::new(), granted: granted.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_over_or_has_not_begun_opens_nothing() {
        let second = |number| Timestamp::from_second(number).unwrap();
        let opened = Opened {
            vendor: "v".to_owned(),
            since: second(100),
            until: second(200),
            who: "a".to_owned(),
            why: "b".to_owned(),
        };
        let at = |number| Moment { wall: second(number), boot: String::new(), up_ms: 0 };
        let open = |number| !live(std::slice::from_ref(&opened), &at(number)).granted.is_empty();
        assert_eq!([99, 100, 199, 200].map(open), [false, true, true, false]);
    }
}
