//! What was done to the rules: one file per event, numbered, never changed.

use clinic::model::Clinic;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::moment::stamp;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place: 1, 2, 3.
    pub number: u64,
    /// When it was decided.
    #[serde(with = "stamp")]
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// For what reason, in that person's words.
    pub why: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// Rules were confirmed. The last such event is what is in force.
    Applied(Applied),
    /// Rules were on trial and given up.
    GivenUp {
        /// Why.
        because: Because,
        /// The clinic's file they were made of.
        model: String,
    },
    /// A vendor was let in.
    Opened {
        /// Who.
        vendor: String,
        /// Until when, at the latest.
        #[serde(with = "stamp")]
        until: Timestamp,
    },
    /// A vendor was shut out before its time was over.
    Closed {
        /// Who.
        vendor: String,
    },
}

/// Rules that were confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The clinic's file.
    pub model: String,
    /// The text that was loaded, without vendors that were let in.
    pub rules: String,
    /// Who confirmed it.
    pub confirmed_by: String,
    /// The event whose file this is again, if it was a way back.
    pub again: Option<u64>,
}

/// Why rules on trial were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// Nobody confirmed them in time.
    TimeOver,
    /// The computer was started again before anybody had.
    Restarted,
    /// The process that applied them was killed before it had proven them.
    Interrupted,
    /// What the kernel had loaded was not proven to be what was declared.
    NotProven,
    /// Somebody took them back.
    Withdrawn,
}

impl Applied {
    /// The clinic.
    ///
    /// # Errors
    /// If this Komainu no longer reads the file.
    pub fn clinic(&self) -> Result<Clinic> {
        clinic::model::read(&self.model).map_err(Error::NotAClinic)
    }
}

impl Entry {
    /// The rules it put in force, if it did.
    #[must_use]
    pub fn applied(&self) -> Option<&Applied> {
        match &self.what {
            What::Applied(applied) => Some(applied),
            _ => None,
        }
    }
}
