//! Rules on trial.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::history::Because;
use crate::moment::{Moment, stamp};

/// Rules on trial: written before they are loaded, taken away when they are confirmed or given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    /// The number of the event that decides it, or an earlier one: vendors may be let in meanwhile.
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
    /// Without it nothing was let pass: there were rules, but no record of them.
    pub(crate) closed: bool,
    /// The start of the computer it is valid in.
    pub(crate) boot: String,
    /// Milliseconds after it.
    pub(crate) deadline_ms: u64,
    /// It was loaded, read back and proven. One that is not yet, and that nobody holds the lock for, was left by a
    /// process that was killed.
    pub(crate) proven: bool,
}

/// What is to be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its event is written already: the kernel is to be told, and the record to go.
    Decided,
    /// Not confirmed in time.
    GiveUp(Because),
    /// Goes on for these milliseconds.
    Wait(u64),
}

impl Pending {
    /// `decided`: whether its event is written.
    pub(crate) fn fate(&self, decided: bool, now: &Moment) -> Fate {
        if decided {
            return Fate::Decided;
        }
        if self.boot != now.boot {
            return Fate::GiveUp(Because::Restarted);
        }
        if !self.proven {
            return Fate::GiveUp(Because::Interrupted);
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
    fn time_and_restarts_confirm_nothing() {
        let now = |boot: &str, up_ms| Moment { wall: Timestamp::UNIX_EPOCH, boot: boot.to_owned(), up_ms };
        let tried = Pending {
            number: 7,
            at: Timestamp::UNIX_EPOCH,
            who: "a".to_owned(),
            why: "b".to_owned(),
            model: String::new(),
            again: None,
            closed: false,
            boot: "first".to_owned(),
            deadline_ms: 60_000,
            proven: true,
        };
        let unproven = Pending { proven: false, ..tried.clone() };
        assert_eq!(unproven.fate(false, &now("first", 59_000)), Fate::GiveUp(Because::Interrupted));
        assert_eq!(tried.fate(false, &now("first", 59_000)), Fate::Wait(1000));
        assert_eq!(tried.fate(false, &now("first", 60_000)), Fate::GiveUp(Because::TimeOver));
        assert_eq!(tried.fate(false, &now("second", 10)), Fate::GiveUp(Because::Restarted));
        assert_eq!(tried.fate(true, &now("second", 10)), Fate::Decided);
    }
}
