//! What is meant at one moment: the form every compiler starts from and every proof is held against.
//!
//! A [`Policy`] is the declared clinic with ids resolved to addresses and time resolved to "open" or "closed". It
//! keeps the names, since rules are commented and proofs are told in them.
//!
//! What it means, in words (in packets: `intent`):
//! - What no flow opens is refused, in both directions, between zones, to and from the gateway, and for devices the
//!   gateway has never heard of. Within a zone the gateway sees nothing.
//! - The caller speaks first. Its packets are held against the flows every time, not only the first one, so that a
//!   flow that closes is closed for conversations that are already going on. Answers pass.
//! - A packet whose source does not belong behind the interface it came in by is refused before anything else is
//!   asked, and so is one from or to an address in quarantine.

mod derive;
mod end;
mod housekeeping;
mod window;

use core::net::IpAddr;

use clinic::model::{PortRange, ZoneKind};
use ipnet::IpNet;
use jiff::civil::DateTime;

pub use derive::{Granted, Live};
pub use end::{End, Reach, Side, Spot};
pub use housekeeping::{Chore, Errand, link_local};
pub use window::{Shut, window};

/// What shall pass, at the moment it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The inside, in the order of the clinic's file.
    pub zones: Vec<Zone>,
    /// The way out.
    pub uplink: Uplink,
    /// Devices with addresses, for telling what a packet is.
    pub hosts: Vec<Host>,
    /// Names of places behind the uplink, for the same.
    pub places: Vec<Place>,
    /// Names of services, for the same.
    pub services: Vec<Service>,
    /// What is open now: declared flows in the order of the file.
    pub flows: Vec<Flow>,
    /// What is declared but closed at this moment, with the reason.
    pub closed: Vec<Closed>,
    /// What a person opened for a vendor, for a while.
    pub grants: Vec<Grant>,
    /// Addresses that nothing may come from or go to; sorted, each once.
    pub quarantine: Vec<IpAddr>,
}

/// A part of the network behind one interface of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The clinic's id of it (see [`clinic::model::ids::is_id`]): fit for names of chains and sets.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub kind: ZoneKind,
    /// The gateway's interface, in the gateway's words.
    pub interface: String,
    /// 802.1Q tag.
    pub vlan: Option<u16>,
    /// Its prefixes, IPv4 first.
    pub subnets: Vec<IpNet>,
    /// The gateway's own addresses there, IPv4 first.
    pub router: Vec<IpAddr>,
}

/// The interface behind which everything lies that is not inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplink {
    /// In the gateway's words.
    pub interface: String,
    /// Whether private IPv4 addresses are hidden behind the gateway's own on the way out.
    pub masquerade: bool,
}

/// A device as a rule can name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The clinic's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is: an index into [`Policy::zones`], or the gateway itself.
    pub side: Side,
    /// Its addresses, at least one.
    pub addresses: Vec<IpAddr>,
}

/// A named part of the world behind the uplink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The clinic's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its prefixes.
    pub addresses: Vec<IpNet>,
}

/// A name for ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What people call it.
    pub name: String,
    /// Its ports.
    pub matches: Vec<Match>,
}

/// What a conversation is recognised by, on the side that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Match {
    /// TCP to these ports.
    Tcp(PortRange),
    /// UDP to these ports.
    Udp(PortRange),
    /// ICMP or ICMPv6 echo requests.
    Ping,
}

/// A conversation that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The clinic's id of it: fit for names of chains and sets.
    pub id: String,
    /// For what reason, in the clinic's words.
    pub why: String,
    /// Who calls.
    pub from: End,
    /// Who is called.
    pub to: End,
    /// By what; sorted, each once.
    pub matches: Vec<Match>,
}

/// A flow that is declared, but not open at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The clinic's id of the flow.
    pub flow: String,
    /// Why it is closed.
    pub because: Because,
}

/// Why a flow is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Its last day is over.
    Over,
    /// It is outside its hours.
    Hours,
}

/// A way in that a person opened and that shuts by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What it opens. The id is the vendor's, with a number behind it if the vendor has several ways in.
    pub flow: Flow,
    /// Seconds for which it still stays open; at least one.
    pub seconds_left: u32,
}

impl Policy {
    /// Everything that is open, declared or granted.
    pub fn open(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter().chain(self.grants.iter().map(|grant| &grant.flow))
    }

    /// Everything that belongs inside.
    pub fn inside(&self) -> impl Iterator<Item = IpNet> + '_ {
        self.zones.iter().flat_map(|zone| zone.subnets.iter().copied())
    }

    /// The interface of a side; none for the gateway itself.
    #[must_use]
    pub fn interface(&self, side: Side) -> Option<&str> {
        match side {
            Side::Gateway => None,
            Side::Uplink => Some(&self.uplink.interface),
            Side::Zone(index) => self.zones.get(index).map(|zone| zone.interface.as_str()),
        }
    }

    /// A word for a side, fit for names of chains and sets. Ids are lower case, so these two are nobody's.
    #[must_use]
    pub fn word(&self, side: Side) -> &str {
        match side {
            Side::Gateway => "GATEWAY",
            Side::Uplink => "INTERNET",
            Side::Zone(index) => self.zones.get(index).map_or("unknown", |zone| zone.id.as_str()),
        }
    }

    /// Every side packets can come from or go to: the gateway, the uplink, then the zones.
    pub fn sides(&self) -> impl Iterator<Item = Side> + use<> {
        [Side::Gateway, Side::Uplink].into_iter().chain((0..self.zones.len()).map(Side::Zone))
    }

    /// When a flow next opens or closes by its hours or its last day, looking a week ahead: until then the policy
    /// stays as it is.
    #[must_use]
    pub fn next_change(clinic: &clinic::model::Clinic, now: DateTime) -> Option<DateTime> {
        derive::next_change(clinic, now)
    }
}
