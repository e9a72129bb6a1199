//! What a proof says: the same for every kind of rules, told in the clinic's own names.

use core::net::IpAddr;

use crate::packets::{Packet, protocol};
use crate::policy::{Match, Policy, Side};

/// How a configuration differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It lets through what was not meant.
    Opens,
    /// It stops what was meant.
    Closes,
    /// The first packet passes, but no answer comes back.
    NoReply,
}

/// One difference, shown by one packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what way.
    pub kind: Kind,
    /// Who speaks, in the clinic's words.
    pub from: String,
    /// Who is spoken to.
    pub to: String,
    /// By what: `445/tcp (SMB)`.
    pub what: String,
    /// One such packet.
    pub packet: Packet,
    /// The line that decides; none where a missing line does.
    pub line: Option<usize>,
}

/// Something in the text whose effect on packets is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The line; 0 where it is the whole text.
    pub line: usize,
    /// What is not understood.
    pub why: String,
}

/// Everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// Where it differs, as far as it was understood.
    pub differences: Vec<Difference>,
    /// What stands in the way of a proof.
    pub unclear: Vec<Unclear>,
}

/// The one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It lets through exactly what was meant.
    Equal,
    /// It does not, and everything in it was understood.
    Different,
    /// Something was not understood: neither the one nor the other is claimed.
    NotUnderstood,
}

impl Proof {
    /// The verdict. Nothing with an unclear line is ever called equal.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (self.unclear.is_empty(), self.differences.is_empty()) {
            (false, _) => Verdict::NotUnderstood,
            (true, false) => Verdict::Different,
            (true, true) => Verdict::Equal,
        }
    }
}

impl Difference {
    /// The sentence in Japanese.
    #[must_use]
    pub fn ja(&self) -> String {
        let Self { from, to, what, .. } = self;
        let line = self.line.map_or_else(String::new, |line| format!("理由となる規則は {line} 行目。"));
        match self.kind {
            Kind::Opens => format!("{from} から {to} の {what} へ、意図しない通信が届く。{line}"),
            Kind::Closes => format!("{from} から {to} の {what} へ、必要な通信が止められる。{line}"),
            Kind::NoReply => format!("{from} から {to} の {what} への通信に返事が戻らない。{line}"),
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn en(&self) -> String {
        let Self { from, to, what, .. } = self;
        let line = self.line.map_or_else(String::new, |line| format!(" Line {line} decides it."));
        match self.kind {
            Kind::Opens => format!("{from} reaches {what} of {to} though nobody meant it.{line}"),
            Kind::Closes => format!("{from} cannot reach {what} of {to} though it should.{line}"),
            Kind::NoReply => format!("{from} reaches {what} of {to}, but no answer returns.{line}"),
        }
    }
}

/// What an address is called: a device, else a place, else the side with the address behind it.
#[must_use]
pub fn called(policy: &Policy, side: Option<Side>, address: IpAddr) -> String {
    // A device is where it belongs: elsewhere its address is only claimed.
    let own = |host: &&crate::policy::Host| Some(host.side) == side && host.addresses.contains(&address);
    if let Some(host) = policy.hosts.iter().find(own) {
        return host.name.clone();
    }
    match side {
        Some(Side::Gateway) => "ルーター (router)".to_owned(),
        Some(Side::Uplink) => {
            let place = policy.places.iter().find(|place| place.addresses.iter().any(|net| net.contains(&address)));
            let name = place.map_or("インターネット (Internet)", |place| place.name.as_str());
            format!("{name} [{address}]")
        }
        Some(Side::Zone(index)) => {
            let name = policy.zones.get(index).map_or("?", |zone| zone.name.as_str());
            format!("{name} [{address}]")
        }
        None => format!("[{address}]"),
    }
}

/// What a packet is for: its port with the service's name, or its protocol.
#[must_use]
pub fn service(policy: &Policy, packet: &Packet) -> String {
    let port = packet.destination_port;
    let within = |one: &Match| match (packet.protocol, one) {
        (protocol::TCP, Match::Tcp(range)) | (protocol::UDP, Match::Udp(range)) => {
            (range.first()..=range.last()).contains(&port)
        }
        _ => false,
    };
    let known = policy.services.iter().find(|service| service.matches.iter().any(within));
    let name = known.map_or_else(String::new, |service| format!(" ({})", service.name));
    // Callers speak from high ports: where only a low one is hit, that is what matters.
    let caller = if packet.source_port < 1024 { format!(" ← {}", packet.source_port) } else { String::new() };
    match packet.protocol {
        protocol::TCP => format!("{port}/tcp{name}{caller}"),
        protocol::UDP => format!("{port}/udp{name}{caller}"),
        protocol::ICMP | protocol::ICMPV6 => match packet.icmp_type {
            8 | 128 => "ping".to_owned(),
            other => format!("ICMP {other}"),
        },
        47 => "GRE".to_owned(),
        50 => "ESP".to_owned(),
        other => format!("IP {other}"),
    }
}
