//! A set of packets, told in a clinic's own names.
//!
//! Greedy: take a packet of the set, then widen one side of it after the other to the widest thing that has a name
//! and still lies in the set; tell that, take it out, go on. What is told is exact, and each sentence is as wide
//! as names allow.

use std::collections::HashMap;

use crate::boxes;
use crate::packets::{Field, GATEWAY, LOOPBACK, Packet, Set, Space, State, protocol};
use crate::policy::{Match, Policy, Side};

use super::beginning;
use super::folding::{Sentence, Word, Words};

/// The field of each part of a sentence in which values without a name can be listed.
const FIELDS: [Option<Field>; 5] =
    [Some(Field::SourcePort), None, Some(Field::Source), Some(Field::Destination), Some(Field::DestinationPort)];
/// Sentences about two sides, at most.
const PAIR_MAX: usize = 4;
/// Parts that are looked at for them.
const TRIES_MAX: usize = 16;

/// A set of packets in words, Japanese and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// 日本語.
    pub ja: String,
    /// English.
    pub en: String,
}

/// Packets with a name.
#[derive(Clone, Debug)]
struct Named {
    set: Set,
    ja: String,
    en: String,
}

/// Sentences for a set.
pub(super) struct Sentences {
    pub(super) list: Vec<Sentence>,
    pub(super) more: bool,
}

/// Names of a policy, as sets.
pub(super) struct Names<'a> {
    pub(super) policy: &'a Policy,
    pub(super) space: &'a Space,
    sides: Vec<(Side, u8)>,
    services: Vec<Named>,
}

impl<'a> Names<'a> {
    pub(super) fn of(policy: &'a Policy, space: &'a mut Space) -> Self {
        let numbered = policy.sides().filter_map(|side| match policy.interface(side) {
            None => Some((side, GATEWAY)),
            Some(name) => Some((side, space.interface(name)?)),
        });
        let sides = numbered.collect();
        let space = &*space;
        let services = policy.services.iter().map(|service| {
            let set = space.any(service.matches.iter().map(|each| service_set(space, *each)));
            let name = service.name.clone();
            Named { set, ja: name.clone(), en: name }
        });
        let services = services.collect();
        Self { policy, space, sides, services }
    }

    /// Tells a set in at most so many sentences.
    pub(super) fn tell(&self, set: &Set, most: usize) -> Sentences {
        let mut rest = set.and(&self.space.sound());
        let mut list: Vec<Sentence> = Vec::new();
        let (mut left_off, mut tries) = (false, HashMap::<(u8, u8), usize>::new());
        while list.len() < most {
            let Some(packet) = self.typical(&rest) else { break };
            let (words, whole) = self.widen(&packet, &rest);
            rest = rest.minus(&whole);
            let pair = (packet.iif, packet.oif);
            // Parts that can only be told in the same words are one sentence.
            match list.iter_mut().find(|known| known.words == words && (known.example.iif, known.example.oif) == pair) {
                Some(known) => known.set = known.set.or(&whole),
                None => list.push(Sentence { words, example: packet, set: whole, folded: 1 }),
            }
            // What cannot be said in few words between two sides must not drown the others.
            let tried = tries.entry(pair).or_default();
            *tried += 1;
            let alike = list.iter().filter(|known| (known.example.iif, known.example.oif) == pair).count();
            if alike >= PAIR_MAX || *tried >= TRIES_MAX {
                let pair = self.space.is(Field::In, pair.0.into()).and(&self.space.is(Field::Out, pair.1.into()));
                left_off |= rest.meets(&pair);
                rest = rest.minus(&pair);
            }
        }
        Sentences { more: left_off || !rest.is_empty(), list }
    }

    /// A packet people can picture: it begins a conversation, between devices that have names, over TCP.
    fn typical(&self, set: &Set) -> Option<Packet> {
        let hosts = self.policy.hosts.iter().flat_map(|host| host.addresses.iter().map(|address| (*address, *address)));
        let hosts: Vec<_> = hosts.collect();
        let zones: Vec<_> = self.policy.inside().collect();
        let known = self.space.ranges(Field::In, &self.numbers()).and(&self.space.ranges(Field::Out, &self.numbers()));
        let wishes = [
            known,
            self.honest(),
            beginning(self.space),
            self.space.addresses(Field::Destination, hosts.iter().copied()),
            self.space.addresses(Field::Source, hosts.iter().copied()),
            self.space.nets(Field::Source, &zones),
            self.space.protocol(protocol::TCP),
            self.space.protocol(protocol::UDP),
            self.space.range(Field::SourcePort, 1024, 65535),
            self.space.range(Field::DestinationPort, 1, 65535),
        ];
        let mut best = set.clone();
        for wish in wishes {
            let better = best.and(&wish);
            if !better.is_empty() {
                best = better;
            }
        }
        best.first()
    }

    /// Packets from one zone (or outside) to another, with addresses that belong there.
    fn honest(&self) -> Set {
        let inside: Vec<_> = self.policy.inside().collect();
        let at = |near: Field, field: Field| {
            self.space.any(self.sides.iter().map(|(side, number)| {
                let belongs = match side {
                    Side::Gateway => self.space.all(),
                    Side::Uplink => self.space.all().minus(&self.space.nets(field, &inside)),
                    Side::Zone(index) => self.space.nets(field, &self.policy.zones[*index].subnets),
                };
                self.space.is(near, (*number).into()).and(&belongs)
            }))
        };
        let back = self
            .numbers()
            .into_iter()
            .map(|(number, _)| self.space.is(Field::In, number).and(&self.space.is(Field::Out, number)));
        at(Field::In, Field::Source).and(&at(Field::Out, Field::Destination)).minus(&self.space.any(back))
    }

    /// The interface of a side.
    pub(super) fn number(&self, side: Side) -> Option<u8> {
        self.sides.iter().find(|(known, _)| *known == side).map(|(_, number)| *number)
    }

    fn numbers(&self) -> Vec<(u128, u128)> {
        self.sides.iter().map(|(_, number)| (u128::from(*number), u128::from(*number))).collect()
    }

    fn widen(&self, packet: &Packet, set: &Set) -> (Words, Set) {
        let is = |field| self.space.is(field, packet.value(field));
        let exact = |fields: &[Field]| fields.iter().fold(self.space.all(), |all, field| all.and(&is(*field)));
        let interfaces = exact(&[Field::In, Field::Out]);
        let details = [Field::SourcePort, Field::IcmpType, Field::IcmpCode, Field::TcpFlags];
        // Widest first in each list; the last holds the packet alone, so that something always fits.
        let parts: Vec<Vec<Named>> = vec![
            self.details(exact(&details), packet),
            self.states(packet),
            self.addresses(Field::Source, packet),
            self.addresses(Field::Destination, packet),
            self.what(packet),
        ];
        let mut chosen: Vec<Named> = parts.iter().filter_map(|part| part.last().cloned()).collect();
        for (index, part) in parts.iter().enumerate() {
            let others = chosen.iter().enumerate().filter(|(other, _)| *other != index);
            let others = others.fold(interfaces.clone(), |all, (_, named)| all.and(&named.set));
            let (alone, wider) = part.split_last().map_or((None, &[][..]), |(last, wider)| (Some(last), wider));
            if let Some(wide) = wider.iter().find(|wide| others.and(&wide.set).is_within(set)) {
                chosen[index] = wide.clone();
            } else if let Some((field, alone)) = FIELDS.get(index).copied().flatten().zip(alone) {
                chosen[index] = self.nameless(field, packet, set, &others).unwrap_or_else(|| alone.clone());
            }
        }
        let whole = chosen.iter().fold(interfaces, |all, named| all.and(&named.set));
        let word = |index: usize| {
            let text = |part: fn(&Named) -> &str| chosen.get(index).map(part).unwrap_or_default().to_owned();
            Word { ja: text(|named| &named.ja), en: text(|named| &named.en) }
        };
        let [details, states, from, to, what] = [0, 1, 2, 3, 4].map(word);
        (Words { from, to, what, states, details }, whole)
    }

    /// Everything that fits, where no name does: told by the range around the packet. None if it fits alone.
    fn nameless(&self, field: Field, packet: &Packet, set: &Set, others: &Set) -> Option<Named> {
        let ports = matches!(field, Field::SourcePort | Field::DestinationPort);
        let kind = if ports { Field::Protocol } else { Field::Family };
        if ports && !matches!(packet.protocol, protocol::TCP | protocol::UDP) {
            return None;
        }
        let kind = self.space.is(kind, packet.value(kind));
        let fits = set.fitting(self.space, field, &others.and(&kind));
        if !fits.contains(packet) {
            return None;
        }
        let (first, last) = fits.range_at(self.space, field, packet.value(field));
        let v6 = packet.source.is_ipv6();
        let range = if ports || v6 { (first, last) } else { (first >> 96, last >> 96) };
        let others =
            if fits.is_within(&self.space.range(field, first, last)) { ("", "") } else { (" など", " and others") };
        if range.0 == range.1 && others.0.is_empty() {
            return None;
        }
        let (ja, en) = if field == Field::SourcePort {
            let text = boxes::ports_text(range);
            (format!("送信元ポート {text}"), format!("source port {text}"))
        } else if ports {
            let word = if packet.protocol == protocol::TCP { "tcp" } else { "udp" };
            let text = format!("{}/{word}", boxes::ports_text(range));
            (text.clone(), text)
        } else {
            let number = if field == Field::Source { packet.iif } else { packet.oif };
            let (text, (ja, en)) = (boxes::addresses_text(range, v6), self.side_words(number));
            (format!("{ja} の {text}"), format!("{text} on {en}"))
        };
        Some(self.named(fits.and(&kind), format!("{ja}{}", others.0), format!("{en}{}", others.1)))
    }

    fn named(&self, set: Set, ja: impl Into<String>, en: impl Into<String>) -> Named {
        Named { set, ja: ja.into(), en: en.into() }
    }

    fn details(&self, exact: Set, packet: &Packet) -> Vec<Named> {
        let icmp = matches!(packet.protocol, protocol::ICMP | protocol::ICMPV6);
        let (ja, en) = if icmp {
            (format!("ICMP コード {}", packet.icmp_code), format!("ICMP code {}", packet.icmp_code))
        } else {
            (format!("送信元ポート {}", packet.source_port), format!("source port {}", packet.source_port))
        };
        // For ICMP the type is part of what is told anyway.
        let but_type = self.space.is(Field::IcmpType, packet.icmp_type.into());
        let mut list = vec![self.named(self.space.all(), "", ""), self.named(but_type, "", "")];
        if packet.protocol == protocol::TCP {
            // Rules that look at single segments ask for ACK to tell answers.
            let ack = packet.tcp_flags & 0x10;
            let alike: Vec<(u128, u128)> =
                (0..64_u8).filter(|flags| flags & 0x10 == ack).map(|flags| (flags.into(), flags.into())).collect();
            let (ja, en) = if ack == 0 {
                ("ACK のないもの", "segments without ACK")
            } else {
                ("ACK の付いたもの", "segments with ACK")
            };
            list.push(self.named(self.space.ranges(Field::TcpFlags, &alike), ja, en));
        }
        list.push(self.named(exact, ja, en));
        list
    }

    fn states(&self, packet: &Packet) -> Vec<Named> {
        let caller = self.space.state(State::New).or(&self.space.state(State::Original));
        let (ja, en) = match packet.state {
            State::New => ("新しい接続のみ", "new connections only"),
            State::Original => ("続きの接続のみ", "connections under way only"),
            State::Reply => ("応答", "answers"),
            State::RelatedOriginal | State::RelatedReply => ("関連するエラー通知", "errors about a connection"),
            State::Invalid => ("不正な状態", "invalid state"),
            State::Untracked => ("追跡されない通信", "untracked"),
        };
        let one = self.named(self.space.state(packet.state), ja, en);
        let mut wider = vec![self.named(self.space.all(), "状態を問わず", "in any state")];
        if matches!(packet.state, State::New | State::Original) {
            wider.push(self.named(caller, "", ""));
        }
        wider.push(one);
        wider
    }

    /// What people call everything behind an interface.
    fn side_words(&self, number: u8) -> (String, String) {
        let side = self.sides.iter().find(|(_, known)| *known == number).map(|(side, _)| *side);
        match (side, self.space.interface_name(number)) {
            (Some(Side::Gateway), _) => ("ゲートウェイ自身".to_owned(), "the gateway itself".to_owned()),
            (Some(Side::Uplink), _) => ("インターネット側".to_owned(), "the Internet side".to_owned()),
            (Some(Side::Zone(index)), _) => {
                let name = self.policy.zones.get(index).map_or("", |zone| zone.name.as_str());
                (format!("{name} 側"), format!("the side of {name}"))
            }
            (None, _) if number == LOOPBACK => ("lo".to_owned(), "lo".to_owned()),
            (None, Some(name)) => (format!("宣言にない {name}"), format!("{name}, which is not declared")),
            (None, None) => ("宣言にないインターフェース".to_owned(), "an interface that is not declared".to_owned()),
        }
    }

    /// Who is at one end: everything behind the interface, the zone, a device, an address.
    fn addresses(&self, field: Field, packet: &Packet) -> Vec<Named> {
        let source = field == Field::Source;
        let (number, address) = if source { (packet.iif, packet.source) } else { (packet.oif, packet.destination) };
        let side = self.sides.iter().find(|(_, known)| *known == number).map(|(side, _)| *side);
        let (ja, en) = self.side_words(number);
        let version = if address.is_ipv6() { "IPv6" } else { "IPv4" };
        let family = self.space.family(address.is_ipv6());
        let any = if matches!(side, Some(Side::Zone(_))) {
            (" (どのアドレスでも)", " (any address)")
        } else {
            ("", "")
        };
        let mut list = vec![
            self.named(self.space.all(), format!("{ja}{}", any.0), format!("{en}{}", any.1)),
            self.named(family, format!("{ja} ({version})"), format!("{en} ({version})")),
        ];
        if side == Some(Side::Uplink) {
            let inside: Vec<_> = self.policy.inside().collect();
            let outside = self.space.all().minus(&self.space.nets(field, &inside));
            list.push(self.named(outside, "インターネット", "the Internet"));
            for place in &self.policy.places {
                list.push(self.named(self.space.nets(field, &place.addresses), &place.name, &place.name));
            }
        }
        // Addresses of a zone on another side: somebody pretends, or something is led astray.
        for (index, zone) in self.policy.zones.iter().enumerate() {
            let (own, set) = (side == Some(Side::Zone(index)), self.space.nets(field, &zone.subnets));
            let ja = if own { zone.name.clone() } else { format!("{ja} にある {} のアドレス", zone.name) };
            let en = if own { zone.name.clone() } else { format!("addresses of {} on {en}", zone.name) };
            list.push(self.named(set, ja, en));
        }
        for host in self.policy.hosts.iter().filter(|host| side == Some(host.side)) {
            let addresses = host.addresses.iter().map(|each| (*each, *each));
            list.push(self.named(self.space.addresses(field, addresses), &host.name, &host.name));
        }
        let one = self.space.addresses(field, [(address, address)]);
        let known = self.policy.hosts.iter().find(|host| side == Some(host.side) && host.addresses.contains(&address));
        list.push(match known {
            Some(host) => self.named(one, format!("{} ({address})", host.name), format!("{} ({address})", host.name)),
            None => self.named(one, format!("{ja} の {address}"), format!("{address} on {en}")),
        });
        // Only what holds the packet can be widened to.
        list.retain(|named| named.set.contains(packet));
        list
    }

    /// What is spoken: anything, a protocol, a service by name, a range of ports, one.
    fn what(&self, packet: &Packet) -> Vec<Named> {
        let number = packet.protocol;
        let one_protocol = self.space.protocol(number);
        let mut list = vec![self.named(self.space.all(), "すべての通信", "everything")];
        match number {
            protocol::TCP | protocol::UDP => {
                let word = if number == protocol::TCP { "tcp" } else { "udp" };
                list.push(self.named(one_protocol.clone(), format!("{word} の全ポート"), format!("every {word} port")));
                list.extend(self.services.iter().filter(|service| service.set.contains(packet)).cloned());
                let port = packet.destination_port;
                let known = self.services.iter().find(|service| service.set.contains(packet));
                let (ja, en) = match known {
                    Some(known) => (format!("{port}/{word} ({})", known.ja), format!("{port}/{word} ({})", known.en)),
                    None => (format!("{port}/{word}"), format!("{port}/{word}")),
                };
                let one = self.space.is(Field::DestinationPort, port.into());
                list.push(self.named(one_protocol.and(&one), ja, en));
            }
            protocol::ICMP | protocol::ICMPV6 => {
                let word = if number == protocol::ICMP { "ICMP" } else { "ICMPv6" };
                list.push(self.named(one_protocol.clone(), format!("{word} 全種"), format!("every {word} type")));
                let kind = one_protocol.and(&self.space.is(Field::IcmpType, packet.icmp_type.into()));
                let ping = matches!((number, packet.icmp_type), (protocol::ICMP, 8) | (protocol::ICMPV6, 128));
                let (ja, en) = if ping {
                    ("疎通確認 (ping)".to_owned(), "ping".to_owned())
                } else {
                    (format!("{word} タイプ {}", packet.icmp_type), format!("{word} type {}", packet.icmp_type))
                };
                let exact = kind.and(&self.space.is(Field::DestinationPort, packet.destination_port.into()));
                list.push(self.named(kind, ja.clone(), en.clone()));
                list.push(self.named(exact, ja, en));
            }
            _ => {
                let text = (format!("プロトコル {number}"), format!("protocol {number}"));
                let exact = one_protocol.and(&self.space.is(Field::DestinationPort, packet.destination_port.into()));
                list.push(self.named(one_protocol, text.0.clone(), text.1.clone()));
                list.push(self.named(exact, text.0, text.1));
            }
        }
        list
    }
}

/// The packets of a service.
fn service_set(space: &Space, each: Match) -> Set {
    let port = |protocol, range: clinic::model::PortRange| {
        let ports = space.range(Field::DestinationPort, range.first().into(), range.last().into());
        space.protocol(protocol).and(&ports)
    };
    let echo = |protocol, kind| space.protocol(protocol).and(&space.is(Field::IcmpType, kind));
    match each {
        Match::Tcp(range) => port(protocol::TCP, range),
        Match::Udp(range) => port(protocol::UDP, range),
        Match::Ping => echo(protocol::ICMP, 8).or(&echo(protocol::ICMPV6, 128)),
    }
}
