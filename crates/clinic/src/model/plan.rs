//! What changes when one declared clinic takes the place of another.
//!
//! Flows are compared by what they do, not by how they are written: each is taken apart into conversations (one
//! caller, one called, one service), and those that only one of the two clinics allows are put together again into
//! as few rows as say the same.

mod sentences;
mod talks;
mod things;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Clinic;
use super::hours::Hours;
use super::ids::{DeviceId, FlowId, OutsideId, VendorId, ZoneId};
use super::service::Service;

pub use sentences::{COLUMNS_EN, COLUMNS_JA, names};
pub use things::{Change, Field, Kind, Thing};

/// Someone who talks. A zone is its listed devices and the rest of it, so that a device that moves is seen to move.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// A listed device.
    Device(DeviceId),
    /// Whatever else has an address in the zone.
    RestOf(ZoneId),
    /// A place outside.
    Outside(OutsideId),
    /// A vendor.
    Vendor(VendorId),
    /// Whatever lies behind the uplink.
    Internet,
}

/// Conversations of every caller with every called one, by every service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who calls.
    pub from: BTreeSet<Party>,
    /// Who is called.
    pub to: BTreeSet<Party>,
    /// By what.
    pub services: Vec<Service>,
    /// When; empty means always.
    pub hours: Vec<Hours>,
    /// The flows that say so.
    pub flows: BTreeSet<FlowId>,
    /// Their reasons, in the order of the flows.
    pub why: Vec<String>,
}

/// The difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What may be said that could not be.
    pub opens: Vec<Row>,
    /// What may no longer be said.
    pub closes: Vec<Row>,
    /// What is new, gone or otherwise. A flow is here when its words or its last day change.
    pub things: Vec<Thing>,
}

impl Plan {
    /// Whether the two clinics say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.opens.is_empty() && self.closes.is_empty() && self.things.is_empty()
    }
}

/// What changes from `old` to `new`. Flows that are over on `today` allow nothing.
#[must_use]
pub fn plan(old: &Clinic, new: &Clinic, today: Date) -> Plan {
    let (before, after) = (talks::talks(old, today), talks::talks(new, today));
    Plan {
        opens: talks::rows(&after, &before, new),
        closes: talks::rows(&before, &after, old),
        things: things::things(old, new),
    }
}

/// Everything a clinic allows on a day, in rows.
#[must_use]
pub fn conversations(clinic: &Clinic, today: Date) -> Vec<Row> {
    talks::rows(&talks::talks(clinic, today), &talks::Talks::new(), clinic)
}
