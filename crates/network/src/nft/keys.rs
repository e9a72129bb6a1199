//! What a rule looks at, and how the kernel writes the values.

use core::net::{Ipv4Addr, Ipv6Addr};

use serde_json::Value;

use crate::packets::{Field, Set, Space, State, protocol};

/// Something a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The field of a packet.
    pub field: Field,
    /// How values are written.
    pub kind: Kind,
    /// What a packet must be to have it; without, the rule does not match, negated or not.
    pub needs: Needs,
}

/// How the values of a key are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Names of interfaces.
    Interface,
    /// Numbers and names of protocols.
    Protocol,
    /// `ipv4`, `ipv6`.
    Family,
    /// IPv4 addresses.
    V4,
    /// IPv6 addresses.
    V6,
    /// Numbers.
    Number,
    /// Types of ICMP messages.
    Icmp,
    /// Types of ICMPv6 messages.
    Icmpv6,
    /// States of connections.
    State,
    /// Directions of connections.
    Direction,
}

/// What a packet must be to have a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Needs {
    /// Of this family.
    pub v6: Option<bool>,
    /// Of this protocol.
    pub protocol: Option<u8>,
    /// Tracked.
    pub tracked: bool,
}

/// Values from first to last, in the numbers of the field; or an interface by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Span {
    /// Numbers.
    Range(u128, u128),
    /// An interface.
    Interface(String),
}

impl Key {
    /// Reads what the left side of a match names.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let object = value.as_object().filter(|object| object.len() == 1)?;
        let (what, inner) = object.iter().next()?;
        let word = |name: &str| inner.get(name).and_then(Value::as_str);
        // Anything beside the key itself (`ct original saddr`) means something else.
        let alone = inner.as_object().is_some_and(|inner| inner.len() == 1);
        let key = |field, kind| Some(Self { field, kind, needs: Needs::default() });
        match what.as_str() {
            "meta" => match word("key").filter(|_| alone)? {
                "iifname" | "iif" => key(Field::In, Kind::Interface),
                "oifname" | "oif" => key(Field::Out, Kind::Interface),
                "l4proto" => key(Field::Protocol, Kind::Protocol),
                "nfproto" => key(Field::Family, Kind::Family),
                _ => None,
            },
            "ct" => match word("key").filter(|_| alone)? {
                "state" => key(Field::State, Kind::State),
                "direction" => {
                    let needs = Needs { tracked: true, ..Needs::default() };
                    Some(Self { field: Field::State, kind: Kind::Direction, needs })
                }
                _ => None,
            },
            "payload" => Self::payload(word("protocol")?, word("field")?),
            _ => None,
        }
    }

    fn payload(layer: &str, field: &str) -> Option<Self> {
        let address = if layer == "ip" { Kind::V4 } else { Kind::V6 };
        let (field, kind) = match (layer, field) {
            ("ip" | "ip6", "saddr") => (Field::Source, address),
            ("ip" | "ip6", "daddr") => (Field::Destination, address),
            ("ip", "protocol") => (Field::Protocol, Kind::Protocol),
            ("tcp" | "udp" | "th", "sport") => (Field::SourcePort, Kind::Number),
            ("tcp" | "udp" | "th", "dport") => (Field::DestinationPort, Kind::Number),
            ("icmp", "type") => (Field::IcmpType, Kind::Icmp),
            ("icmpv6", "type") => (Field::IcmpType, Kind::Icmpv6),
            ("icmp" | "icmpv6", "code") => (Field::IcmpCode, Kind::Number),
            _ => return None,
        };
        let (v6, protocol) = match layer {
            "ip" => (Some(false), None),
            "ip6" => (Some(true), None),
            "tcp" => (None, Some(protocol::TCP)),
            "udp" => (None, Some(protocol::UDP)),
            "icmp" => (Some(false), Some(protocol::ICMP)),
            "icmpv6" => (Some(true), Some(protocol::ICMPV6)),
            _ => (None, None),
        };
        Some(Self { field, kind, needs: Needs { v6, protocol, tracked: false } })
    }

    /// Reads one value: a number, a name, a prefix or a range.
    pub(super) fn span(self, value: &Value) -> Option<Vec<Span>> {
        if let Some(prefix) = value.get("prefix") {
            let first = self.number(prefix.get("addr")?)?;
            let len = u32::try_from(prefix.get("len")?.as_u64()?).ok()?;
            let width = match self.kind {
                Kind::V4 => 32,
                Kind::V6 => 128,
                _ => return None,
            };
            // The bits of the address that the prefix leaves open; an IPv4 address leaves 96 more.
            let open = width - width.min(len) + 128 - width;
            let mask = if open >= 128 { u128::MAX } else { (1 << open) - 1 };
            return Some(vec![Span::Range(first & !mask, first | mask)]);
        }
        if let Some(range) = value.get("range") {
            let (first, last) = (self.number(range.get(0)?)?, self.number(range.get(1)?)?);
            return Some(vec![Span::Range(first, last | self.open())]);
        }
        match self.kind {
            Kind::Interface => {
                let name = value.as_str().filter(|name| !name.is_empty() && !name.contains('*'))?;
                Some(vec![Span::Interface(name.to_owned())])
            }
            Kind::State => Some(states(value.as_str()?)?.iter().map(|state| single(*state as u128)).collect()),
            Kind::Direction => {
                let states = match value.as_str()? {
                    "original" => [State::New, State::Original, State::RelatedOriginal].as_slice(),
                    "reply" => &[State::Reply, State::RelatedReply],
                    _ => return None,
                };
                Some(states.iter().map(|state| single(*state as u128)).collect())
            }
            _ => self.number(value).map(|number| vec![Span::Range(number, number | self.open())]),
        }
    }

    /// Bits of the field that an IPv4 address does not fill.
    fn open(self) -> u128 {
        if self.kind == Kind::V4 { u128::MAX >> 32 } else { 0 }
    }

    fn number(self, value: &Value) -> Option<u128> {
        let name = value.as_str();
        let number = match self.kind {
            Kind::V4 => u128::from(name?.parse::<Ipv4Addr>().ok()?.to_bits()) << 96,
            Kind::V6 => name?.parse::<Ipv6Addr>().ok()?.to_bits(),
            Kind::Family => match name? {
                "ipv4" => 0,
                "ipv6" => 1,
                _ => return None,
            },
            Kind::Protocol => name.and_then(protocol_number).or_else(|| value.as_u64())?.into(),
            Kind::Icmp => name.and_then(icmp_type).or_else(|| value.as_u64())?.into(),
            Kind::Icmpv6 => name.and_then(icmpv6_type).or_else(|| value.as_u64())?.into(),
            Kind::Number => value.as_u64()?.into(),
            Kind::Interface | Kind::State | Kind::Direction => return None,
        };
        (number <= self.field.max()).then_some(number)
    }

    /// Values less or greater than one, by the operator of a match.
    pub(super) fn beyond(self, operator: &str, value: &Value) -> Option<Vec<Span>> {
        let ordered = matches!(self.kind, Kind::Number | Kind::V4 | Kind::V6);
        let at = self.number(value).filter(|_| ordered)?;
        let (first, last) = match operator {
            "<" => (0, at.checked_sub(1)?),
            "<=" => (0, at | self.open()),
            ">" => ((at | self.open()).checked_add(1)?, self.field.max()),
            ">=" => (at, self.field.max()),
            _ => return None,
        };
        Some(vec![Span::Range(first, last)])
    }

    /// Packets that have the field.
    pub(super) fn present(self, space: &Space) -> Set {
        let mut set = space.all();
        if let Some(v6) = self.needs.v6 {
            set = set.and(&space.family(v6));
        }
        if let Some(protocol) = self.needs.protocol {
            set = set.and(&space.protocol(protocol));
        }
        if self.needs.tracked {
            set = set.and(&space.range(Field::State, State::New as u128, State::RelatedReply as u128));
        }
        set
    }
}

fn single(number: u128) -> Span {
    Span::Range(number, number)
}

fn states(word: &str) -> Option<&'static [State]> {
    Some(match word {
        "new" => &[State::New],
        "established" => &[State::Original, State::Reply],
        "related" => &[State::RelatedOriginal, State::RelatedReply],
        "invalid" => &[State::Invalid],
        "untracked" => &[State::Untracked],
        _ => return None,
    })
}

fn find(table: &[(&str, u64)], name: &str) -> Option<u64> {
    table.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}

/// Names as `nft` takes them from the system's list of protocols.
fn protocol_number(name: &str) -> Option<u64> {
    let table = [
        ("icmp", 1),
        ("igmp", 2),
        ("tcp", 6),
        ("udp", 17),
        ("dccp", 33),
        ("gre", 47),
        ("esp", 50),
        ("ah", 51),
        ("icmpv6", 58),
        ("ipv6-icmp", 58),
        ("vrrp", 112),
        ("sctp", 132),
        ("udplite", 136),
    ];
    find(&table, name)
}

/// Names of `nft describe icmp type`.
fn icmp_type(name: &str) -> Option<u64> {
    let table = [
        ("echo-reply", 0),
        ("destination-unreachable", 3),
        ("source-quench", 4),
        ("redirect", 5),
        ("echo-request", 8),
        ("router-advertisement", 9),
        ("router-solicitation", 10),
        ("time-exceeded", 11),
        ("parameter-problem", 12),
        ("timestamp-request", 13),
        ("timestamp-reply", 14),
        ("info-request", 15),
        ("info-reply", 16),
        ("address-mask-request", 17),
        ("address-mask-reply", 18),
    ];
    find(&table, name)
}

/// Names of `nft describe icmpv6 type`.
fn icmpv6_type(name: &str) -> Option<u64> {
    let table = [
        ("destination-unreachable", 1),
        ("packet-too-big", 2),
        ("time-exceeded", 3),
        ("parameter-problem", 4),
        ("echo-request", 128),
        ("echo-reply", 129),
        ("mld-listener-query", 130),
        ("mld-listener-report", 131),
        ("mld-listener-done", 132),
        ("mld-listener-reduction", 132),
        ("nd-router-solicit", 133),
        ("nd-router-advert", 134),
        ("nd-neighbor-solicit", 135),
        ("nd-neighbor-advert", 136),
        ("nd-redirect", 137),
        ("router-renumbering", 138),
        ("ind-neighbor-solicit", 141),
        ("ind-neighbor-advert", 142),
        ("mld2-listener-report", 143),
    ];
    find(&table, name)
}
