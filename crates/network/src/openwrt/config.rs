//! What the sections of UCI say.

use core::net::IpAddr;

/// First and last address, of one family.
pub type Bounds = (IpAddr, IpAddr);

/// Which addresses a section says it is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// It does not say: its other options decide.
    #[default]
    Unsaid,
    /// Both, in so many words.
    Both,
    /// IPv6 (`true`) or IPv4.
    One(bool),
}

/// Values that are meant, and values (written with `!`) that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sided<T> {
    /// One of these, if there are any.
    pub only: Vec<T>,
    /// None of these.
    pub not: Vec<T>,
}

/// One item of `proto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Every one.
    Any,
    /// ICMP, and over IPv6 its ICMP.
    Icmp,
    /// ICMPv6.
    Icmpv6,
    /// By number.
    Number(u8),
}

/// One item of `icmp_type`: type and code in either family; no code is every code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icmp {
    /// In IPv4.
    pub v4: Option<(u8, Option<u8>)>,
    /// In IPv6.
    pub v6: Option<(u8, Option<u8>)>,
}

/// One end of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Not said: the router itself.
    Router,
    /// `*`.
    Any,
    /// A zone.
    Zone(String),
}

/// `config defaults`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Whether what no zone decides is accepted: to the router, from it, through it.
    pub accept: Policies,
    /// Whether what belongs to no conversation is dropped first.
    pub drop_invalid: bool,
}

/// Three policies: to the router (input), from it (output), through it (forward).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policies {
    /// To the router.
    pub input: bool,
    /// From it.
    pub output: bool,
    /// Through it; of a zone, to the same zone.
    pub forward: bool,
}

/// `config zone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its line.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// Names of interfaces in `/etc/config/network`.
    pub networks: Vec<String>,
    /// Devices.
    pub devices: Vec<String>,
    /// Addresses it is kept to.
    pub subnets: Vec<Bounds>,
    /// What passes without a rule.
    pub accept: Policies,
    /// Whether it hides addresses.
    pub hides: bool,
}

/// `config rule` with a verdict, or `config forwarding`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its line.
    pub line: usize,
    /// From whom.
    pub from: End,
    /// To whom.
    pub to: End,
    /// Its family.
    pub family: Family,
    /// Protocols.
    pub protocols: Vec<Protocol>,
    /// Source addresses.
    pub sources: Sided<Bounds>,
    /// Destination addresses.
    pub destinations: Sided<Bounds>,
    /// Source ports.
    pub source_ports: Sided<(u16, u16)>,
    /// Destination ports.
    pub destination_ports: Sided<(u16, u16)>,
    /// Types of ICMP.
    pub icmp: Vec<Icmp>,
    /// A set it asks, and whether what is in it is not meant.
    pub set: Option<(String, bool)>,
    /// Accepts; otherwise it refuses.
    pub accept: bool,
}

/// What a set looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// At an address.
    Address {
        /// The source, otherwise the destination.
        source: bool,
    },
    /// At a port.
    Port {
        /// The source, otherwise the destination.
        source: bool,
    },
}

/// `config ipset`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpSet {
    /// Its line.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// IPv6.
    pub v6: bool,
    /// What it looks at, in the order of its entries' words.
    pub looks: Vec<Looks>,
    /// Its entries: bounds for each word.
    pub entries: Vec<Vec<Word>>,
}

/// A word of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Addresses.
    Addresses(Bounds),
    /// A port.
    Port(u16),
}

/// `config redirect` with target DNAT: a way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Its line.
    pub line: usize,
    /// From which zone.
    pub from: String,
    /// To which zone.
    pub to: String,
    /// By which protocols.
    pub protocols: Vec<Protocol>,
    /// Callers.
    pub sources: Sided<Bounds>,
    /// To which address inside.
    pub inner: IpAddr,
    /// To which ports there; none are all of them.
    pub ports: Option<(u16, u16)>,
}

/// `config interface` of `/etc/config/network`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its device, if it says.
    pub device: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// A whole text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Policies for what belongs to no zone.
    pub defaults: Defaults,
    /// Zones.
    pub zones: Vec<Zone>,
    /// Rules, then forwardings, as fw4 takes them.
    pub rules: Vec<Rule>,
    /// Sets.
    pub sets: Vec<IpSet>,
    /// Ways in.
    pub redirects: Vec<Redirect>,
    /// Interfaces.
    pub interfaces: Vec<Interface>,
    /// What was not understood: line and what.
    pub unknown: Vec<(usize, String)>,
}

impl<T> Default for Sided<T> {
    fn default() -> Self {
        Self { only: Vec::new(), not: Vec::new() }
    }
}
