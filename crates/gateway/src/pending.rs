//! Rules on trial.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::Because;
use crate::moment::{Moment, stamp};

/// Rules on trial: written before they are loaded, taken away when they are confirmed or given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    /// The number its event will have.
    pub(crate) number: u64,
    /// When it was tried.
    #[serde(with = "stamp")]
    pub(crate) at: Timestamp,
    pub(crate) who: String,
    pub(crate) why: String,
    /// The clinic's file.
    pub(crate) model: String,
    /// The event whose file this is, if it is a way back.
    pub(crate) again: Option<u64>,
    /// The start of the computer it is valid in.
    pub(crate) boot: String,
    /// Milliseconds after it.
    pub(crate) deadline_ms: u64,
    /// Somebody has confirmed it: from here on it is only finished, never taken back.
    pub(crate) confirmed_by: Option<String>,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its event is written already: only the record is left.
    Done,
    /// Confirmed, but not finished.
    Finish,
    /// Not confirmed in time.
    GiveUp(Because),
    /// Goes on for these milliseconds.
    Wait(u64),
}

impl Pending {
    pub(crate) fn fate(&self, last: u64, now: &Moment) -> Fate {
        if self.number <= last {
            return Fate::Done;
        }
        if self.confirmed_by.is_some() {
            return Fate::Finish;
        }
        if self.boot != now.boot {
            return Fate::GiveUp(Because::Restarted);
        }
        match self.deadline_ms.checked_sub(now.up_ms).filter(|left| *left > 0) {
            Some(left) => Fate::Wait(left),
            None => Fate::GiveUp(Because::TimeOver),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_confirmed_trial_is_finished_and_a_restart_confirms_nothing() {
        let now = |boot: &str, up_ms| Moment { wall: Timestamp::UNIX_EPOCH, boot: boot.to_owned(), up_ms };
        let tried = Pending {
            number: 7,
            at: Timestamp::UNIX_EPOCH,
            who: "a".to_owned(),
            why: "b".to_owned(),
            model: String::new(),
            again: None,
            boot: "first".to_owned(),
            deadline_ms: 60_000,
            confirmed_by: None,
        };
        assert_eq!(tried.fate(6, &now("first", 59_000)), Fate::Wait(1000));
        assert_eq!(tried.fate(6, &now("first", 60_000)), Fate::GiveUp(Because::TimeOver));
        assert_eq!(tried.fate(6, &now("second", 10)), Fate::GiveUp(Because::Restarted));
        assert_eq!(tried.fate(7, &now("second", 10)), Fate::Done);
        let confirmed = Pending { confirmed_by: Some("c".to_owned()), ..tried };
        for (boot, up_ms) in [("first", 59_000), ("first", 90_000), ("second", 10)] {
            assert_eq!(confirmed.fate(6, &now(boot, up_ms)), Fate::Finish);
        }
        assert_eq!(confirmed.fate(7, &now("first", 59_000)), Fate::Done);
    }
}
