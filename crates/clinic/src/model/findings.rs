//! What is well-formed but at odds with itself, or unwise.
//!
//! *Errors* are of two kinds: a clinic that contradicts itself (two devices of one address), for which no right
//! rules exist; and a path that has no place in any clinic (the Internet to a desk, guests to charts). Rules are
//! not compiled while there is one. *Warnings* are paths and places that an inspector asks about, which a clinic
//! may have a reason for. *Advice* is what is missing in the inventory or can be said in a narrower way.

mod addresses;
mod inventory;
mod paths;
mod sentences;

use core::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;

use super::Clinic;
use super::ids::{DeviceId, FlowId, ServiceId, VendorId, ZoneId};
use super::line::Line;
use super::mac::Mac;
use super::words::words;

words! {
    /// How much it matters.
    Severity {
        /// Rules are not compiled.
        Error "error" "誤り" "error",
        /// An inspector would ask.
        Warning "warning" "注意" "warning",
        /// It could be better.
        Advice "advice" "助言" "advice",
    }
}

/// Something to be said about a clinic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it is declared.
    pub line: Line,
    /// What it is.
    pub what: What,
}

/// What can be found. `other` is the thing declared first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the words of the sentences")]
pub enum What {
    /// Error: two zones claim one address.
    OverlappingSubnets { zone: ZoneId, other: ZoneId },
    /// Error: a place outside is said to lie where a zone is.
    OutsideWithin { end: String, zone: ZoneId },
    /// Error: the gateway could not tell two zones apart.
    SharedInterface { zone: ZoneId, other: String, interface: String },
    /// Error: no packet of the device would be let through.
    OutsideItsZone { device: DeviceId, address: IpAddr, zone: ZoneId },
    /// Error: the gateway's address is not in the zone it serves.
    RouterOutsideZone { address: IpAddr, zone: ZoneId },
    /// Error: two devices, or a device and the gateway, have one address.
    DuplicateAddress { device: DeviceId, other: String, address: IpAddr },
    /// Error: two devices have one MAC address.
    DuplicateMac { device: DeviceId, other: DeviceId, mac: Mac },
    /// Error: an end has no address, or the ends have no family in common: no rule can allow the flow.
    FlowToNowhere { flow: FlowId, end: String },
    /// Error: the whole Internet may call something that is not in a public zone.
    InternetInwards { flow: FlowId, end: String },
    /// Error: guests may call what holds charts, or a zone of charts, images or eligibility.
    GuestToCharts { flow: FlowId, end: String },
    /// Error: a medical device may call the whole Internet, or be called by it.
    MedicalToInternet { flow: FlowId, device: DeviceId },
    /// Error: anyone nearby lands in a zone that is not for guests.
    OpenWifi { ssid: String, zone: ZoneId },
    /// Warning: the last day has passed; no rule is compiled for it.
    ExpiredFlow { flow: FlowId, last: Date },
    /// Warning: a vendor, or the far side of a VPN, may come in at any hour and for ever.
    VendorWithoutLimit { flow: FlowId, end: String },
    /// Warning: what holds charts may call the whole Internet.
    ChartsToInternet { flow: FlowId, device: DeviceId },
    /// Warning: passwords cross the network as they are typed.
    PlainPasswords { flow: FlowId, service: ServiceId },
    /// Warning: a device among others it has no business with.
    Misplaced { device: DeviceId, zone: ZoneId },
    /// Warning: one network name leads to two zones.
    SsidOfTwoZones { ssid: String, zone: ZoneId, other: ZoneId },
    /// Warning: a tag used twice.
    DuplicateVlan { zone: ZoneId, other: ZoneId, vlan: u16 },
    /// Warning: an address that stands in documents only, left from a pattern.
    Placeholder { end: String, address: IpNet },
    /// Warning: checklist 1-① has no answer.
    NoSafetyManager,
    /// Advice: checklist 2-③ has no answer for this vendor.
    NoDisclosure { vendor: VendorId },
    /// Advice: every device of one zone may call every device of another.
    ZoneToZone { flow: FlowId },
    /// Advice: another flow says the same.
    SaidTwice { flow: FlowId, other: FlowId },
    /// Advice: a device that matters lacks what is needed when it fails.
    Incomplete { device: DeviceId, missing: Vec<&'static str> },
    /// Advice: the address will change, and the device will look new.
    RandomMac { device: DeviceId, mac: Mac },
    /// Advice: declared, but no flow or device refers to it.
    Unused { kind: Unused, id: String },
}

/// What nothing refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unused {
    Group,
    Outside,
    Service,
}

impl Finding {
    /// The flow it is about, if it is about one.
    #[must_use]
    pub fn flow(&self) -> Option<&FlowId> {
        match &self.what {
            What::FlowToNowhere { flow, .. }
            | What::InternetInwards { flow, .. }
            | What::GuestToCharts { flow, .. }
            | What::MedicalToInternet { flow, .. }
            | What::ExpiredFlow { flow, .. }
            | What::VendorWithoutLimit { flow, .. }
            | What::ChartsToInternet { flow, .. }
            | What::PlainPasswords { flow, .. }
            | What::ZoneToZone { flow }
            | What::SaidTwice { flow, .. } => Some(flow),
            _ => None,
        }
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        use What as W;
        match self.what {
            W::OverlappingSubnets { .. }
            | W::OutsideWithin { .. }
            | W::SharedInterface { .. }
            | W::OutsideItsZone { .. }
            | W::RouterOutsideZone { .. }
            | W::DuplicateAddress { .. }
            | W::DuplicateMac { .. }
            | W::FlowToNowhere { .. }
            | W::InternetInwards { .. }
            | W::GuestToCharts { .. }
            | W::MedicalToInternet { .. }
            | W::OpenWifi { .. } => Severity::Error,
            W::ExpiredFlow { .. }
            | W::VendorWithoutLimit { .. }
            | W::ChartsToInternet { .. }
            | W::PlainPasswords { .. }
            | W::Misplaced { .. }
            | W::SsidOfTwoZones { .. }
            | W::DuplicateVlan { .. }
            | W::Placeholder { .. }
            | W::NoSafetyManager => Severity::Warning,
            W::NoDisclosure { .. }
            | W::ZoneToZone { .. }
            | W::SaidTwice { .. }
            | W::Incomplete { .. }
            | W::RandomMac { .. }
            | W::Unused { .. } => Severity::Advice,
        }
    }
}

/// All there is to say about a clinic on a day, the gravest first, then by line.
#[must_use]
pub fn findings(clinic: &Clinic, today: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    addresses::find(clinic, &mut findings);
    paths::find(clinic, today, &mut findings);
    inventory::find(clinic, &mut findings);
    findings.sort_by_key(|finding| (finding.severity(), finding.line.0));
    findings
}
