//! Filters and lists as sets of packets.

use super::family::{Family, Range};
use super::filter::{Filter, Protocol};
use super::parse::{Direction, Trigger};
use super::tables::Tables;
use crate::packets::{Field, Set, Space, protocol};
use crate::passage::{Decision, Place, Reached};

/// Is a packet looked at as it is, or is the answer to it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Itself,
    Answer,
}

/// Bits of [`Field::TcpFlags`].
pub(super) const SYN: u8 = 0x02;
pub(super) const ACK: u8 = 0x10;
const FLAGS: u8 = 0x3f;

/// The lists of a text, in one family.
pub(super) struct Lists<'a> {
    pub(super) tables: &'a Tables<'a>,
    pub(super) space: &'a Space,
    pub(super) family: Family,
}

impl Lists<'_> {
    /// What a list lets through; without a list, or with dynamic filters only, everything.
    pub(super) fn passes(&self, interface: &str, direction: Direction, view: View) -> Set {
        let Some((_, numbers)) = self.tables.applied.get(&(interface, self.family, direction)) else {
            return self.space.all();
        };
        if numbers.fixed.is_empty() {
            return self.space.all();
        }
        let (mut passed, mut left) = (self.space.none(), self.space.all());
        for number in &numbers.fixed {
            let Some((_, filter)) = self.tables.filters.get(&(self.family, *number)) else { continue };
            let matched = self.matches(filter, view);
            if filter.pass {
                passed = passed.or(&left.and(&matched));
            }
            left = left.minus(&matched);
        }
        passed
    }

    /// What each filter of a list decides about some packets, and what falls out at its end.
    pub(super) fn decisions(&self, interface: &str, direction: Direction, packets: &Set) -> Vec<(Decision, Reached)> {
        let Some((at, numbers)) = self.tables.applied.get(&(interface, self.family, direction)) else {
            return Vec::new();
        };
        let mut left = packets.clone();
        let mut found = Vec::new();
        let mut decide = |line: usize, accept, matches: Set| {
            let place: Place = format!("line {line}").into();
            let packets = matches.and(&left);
            left = left.minus(&matches);
            let matched = !packets.is_empty();
            let decision = Decision { place: place.clone(), accept, packets };
            found.push((decision, Reached { place, matches, matched }));
        };
        for number in &numbers.fixed {
            let Some((line, filter)) = self.tables.filters.get(&(self.family, *number)) else { continue };
            decide(*line, filter.pass, self.matches(filter, View::Itself).and(packets));
        }
        if !numbers.fixed.is_empty() {
            decide(*at, false, packets.clone());
        }
        // Nobody wrote the end of a list: that nothing comes to it is not worth telling.
        if let Some((_, end)) = found.last_mut().filter(|_| !numbers.fixed.is_empty()) {
            end.matched = true;
        }
        found
    }

    /// First packets that a dynamic filter of the list remembers, and all later ones of the same conversation.
    pub(super) fn remembered(&self, interface: &str, direction: Direction) -> Set {
        let Some((_, numbers)) = self.tables.applied.get(&(interface, self.family, direction)) else {
            return self.space.none();
        };
        let dynamics = numbers.dynamic.iter().filter_map(|number| self.tables.dynamics.get(&(self.family, *number)));
        self.space.any(dynamics.map(|(_, dynamic)| {
            let trigger = match &dynamic.trigger {
                Trigger::Ping => self.echo_request(),
                Trigger::Service(protocols, ports) => {
                    let ports: Vec<Range> = ports.iter().map(|port| (u128::from(*port), u128::from(*port))).collect();
                    let any = self.space.any(protocols.iter().map(|one| self.space.protocol(*one)));
                    if ports.is_empty() { any } else { any.and(&self.space.ranges(Field::DestinationPort, &ports)) }
                }
                // Addresses and verdicts of the filters it names are ignored.
                Trigger::Filters(list) => self.space.any(list.iter().filter_map(|number| {
                    let (_, filter) = self.tables.filters.get(&(self.family, *number))?;
                    let bare = Filter { source: None, destination: None, ..(*filter).clone() };
                    Some(self.matches(&bare, View::Itself))
                })),
            };
            let source = self.addresses(Field::Source, dynamic.source.as_deref());
            trigger.and(&source).and(&self.addresses(Field::Destination, dynamic.destination.as_deref()))
        }))
    }

    /// Echo requests of the family.
    pub(super) fn echo_request(&self) -> Set {
        let (protocol, kind) = if self.family.is_v6() { (protocol::ICMPV6, 128) } else { (protocol::ICMP, 8) };
        self.space.protocol(protocol).and(&self.space.is(Field::IcmpType, kind))
    }

    /// Packets with an address in the bounds; `None` is every one.
    pub(super) fn addresses(&self, field: Field, ranges: Option<&[Range]>) -> Set {
        let bounds = |(low, high): &Range| (self.family.address(*low), self.family.address(*high));
        ranges.map_or_else(|| self.space.all(), |ranges| self.space.addresses(field, ranges.iter().map(bounds)))
    }

    fn numbers(&self, field: Field, list: Option<&Vec<(u16, u16)>>) -> Set {
        let Some(list) = list else { return self.space.all() };
        let wide: Vec<Range> = list.iter().map(|(low, high)| (u128::from(*low), u128::from(*high))).collect();
        self.space.ranges(field, &wide)
    }

    /// The packets a filter matches. Seen as `Answer`: the first packets whose answer it matches.
    fn matches(&self, filter: &Filter, view: View) -> Set {
        let (source, destination, near, far) = match view {
            View::Itself => (Field::Source, Field::Destination, Field::SourcePort, Field::DestinationPort),
            View::Answer => (Field::Destination, Field::Source, Field::DestinationPort, Field::SourcePort),
        };
        let ends = self
            .addresses(source, filter.source.as_deref())
            .and(&self.addresses(destination, filter.destination.as_deref()));
        let echo = if self.family.is_v6() { protocol::ICMPV6 } else { protocol::ICMP };
        // Of any other protocol, ports are compared for TCP and UDP only, and ignored for the rest.
        let ported = || {
            let transport = self.space.protocol(protocol::TCP).or(&self.space.protocol(protocol::UDP));
            let ports = self
                .numbers(near, filter.source_ports.as_ref())
                .and(&self.numbers(far, filter.destination_ports.as_ref()));
            ports.or(&self.space.all().minus(&transport))
        };
        let kinds = match filter.protocols.as_deref() {
            None => ported(),
            Some([Protocol::Number(one)]) if *one == echo => self.space.protocol(echo).and(&self.icmp(filter, view)),
            Some(list) => self.space.any(list.iter().map(|one| self.kind(one, view))).and(&ported()),
        };
        ends.and(&kinds)
    }

    /// Type and code, where the protocol is exactly ICMP: they stand in the places of the ports. The answer to a
    /// request (8, 128) is a reply (0, 129).
    fn icmp(&self, filter: &Filter, view: View) -> Set {
        if view == View::Itself {
            let types = self.numbers(Field::IcmpType, filter.source_ports.as_ref());
            return types.and(&self.numbers(Field::IcmpCode, filter.destination_ports.as_ref()));
        }
        let names = |list: Option<&Vec<(u16, u16)>>, value: u16| {
            list.is_none_or(|list| list.iter().any(|(low, high)| (*low..=*high).contains(&value)))
        };
        let reply = if self.family.is_v6() { 129 } else { 0 };
        let both = names(filter.source_ports.as_ref(), reply) && names(filter.destination_ports.as_ref(), 0);
        if both { self.echo_request() } else { self.space.none() }
    }

    fn kind(&self, one: &Protocol, view: View) -> Set {
        match one {
            Protocol::Number(number) => self.space.protocol(*number),
            Protocol::IcmpTypes(types) => {
                let wide: Vec<Range> = types.iter().map(|kind| (u128::from(*kind), u128::from(*kind))).collect();
                let icmp = if self.family.is_v6() { protocol::ICMPV6 } else { protocol::ICMP };
                match view {
                    View::Itself => self.space.protocol(icmp).and(&self.space.ranges(Field::IcmpType, &wide)),
                    View::Answer if types.contains(&0) => self.echo_request(),
                    View::Answer => self.space.none(),
                }
            }
            Protocol::Flags { value, mask, negated } => {
                let tcp = self.space.protocol(protocol::TCP);
                match view {
                    View::Itself => tcp.and(&self.flags(*value, *mask, *negated)),
                    // Every answer carries ACK; of its other bits nothing is known.
                    View::Answer if (*mask, *value, *negated) == (ACK, ACK, false) => tcp,
                    View::Answer => self.space.none(),
                }
            }
        }
    }

    /// Segments whose flags under the mask are, or are not, the value.
    pub(super) fn flags(&self, value: u8, mask: u8, negated: bool) -> Set {
        let hits = (0..=FLAGS).filter(|flags| (flags & mask == value) != negated);
        let each: Vec<Range> = hits.map(|flags| (u128::from(flags), u128::from(flags))).collect();
        self.space.ranges(Field::TcpFlags, &each)
    }
}
