//! Flows: who may call whom, by which service, why, when, and until when.

use jiff::civil::Date;

use super::hours::Hours;
use super::ids::{DeviceId, FlowId, GroupId, OutsideId, ServiceId, VendorId, ZoneId};
use super::line::Line;

/// One end of a flow. Devices, zones, groups, outside places and vendors share one space of ids, so that an end
/// is written as the bare id; `internet` is reserved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// One device, by its addresses.
    Device(DeviceId),
    /// Every address of a zone, the unknown ones too.
    Zone(ZoneId),
    /// The devices of a group.
    Group(GroupId),
    /// The declared addresses of a place outside; the uplink leads there.
    Outside(OutsideId),
    /// The declared addresses of a vendor; the uplink leads there.
    Vendor(VendorId),
    /// Everything behind the uplink.
    Internet,
}

impl Endpoint {
    /// As it is typed.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Device(id) => id.as_str(),
            Self::Zone(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
            Self::Outside(id) => id.as_str(),
            Self::Vendor(id) => id.as_str(),
            Self::Internet => "internet",
        }
    }

    /// Whether the uplink leads there.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Outside(_) | Self::Vendor(_) | Self::Internet)
    }
}

/// A declared conversation. The caller speaks first; answers need no flow of their own. What no flow allows is
/// refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its id.
    pub id: FlowId,
    /// Who calls.
    pub from: Endpoint,
    /// Who is called.
    pub to: Endpoint,
    /// By what; at least one, each once.
    pub services: Vec<ServiceId>,
    /// For what reason: one sentence that the next person understands.
    pub why: String,
    /// Only then; empty means always.
    pub hours: Vec<Hours>,
    /// The last day on which it is open.
    pub until: Option<Date>,
    /// Where it is declared.
    pub line: Line,
}

impl Flow {
    /// Whether it is over by a day.
    #[must_use]
    pub fn is_over(&self, today: Date) -> bool {
        self.until.is_some_and(|last| last < today)
    }
}
