//! The two ends of a flow.

use ipnet::IpNet;

/// Where packets come from or go to, as seen from the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// The gateway itself: what runs on it.
    Gateway,
    /// Behind the uplink: everything that is not inside.
    Uplink,
    /// Behind a zone's interface: an index into [`super::Policy::zones`].
    Zone(usize),
}

/// Which addresses of a side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// Every address that belongs there: a zone's prefixes; behind the uplink everything that is not inside; any
    /// for the gateway.
    All,
    /// These, as far as they belong there; host bits zero.
    Nets(Vec<IpNet>),
}

/// Some addresses behind one interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spot {
    /// Behind which.
    pub side: Side,
    /// Which of them.
    pub reach: Reach,
}

/// One end of a flow: a device, a zone, a group, a place, a vendor, the Internet or the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// As it is typed in the clinic's file.
    pub word: String,
    /// What people call it.
    pub name: String,
    /// Where it is: one spot for each side; none if nothing of it has an address, and then nothing passes.
    pub spots: Vec<Spot>,
}
