//! What a configuration lets through, and whether that is what was meant.
//!
//! RTX routers look at packets one by one; connections are what a dynamic filter has remembered. So first packets
//! are compared with the intent, segments that go on must find a filter or a memory, and so must answers. A filter
//! does not ask whether a packet belongs to a conversation: one that lets every segment with ACK through
//! (`established`) opens what nobody meant, and is told as that.
//!
//! What the router says by itself is held against the intent one way only: what it must say, it can say.

use super::family::Family;
use super::matching::{ACK, Lists, SYN, View};
use super::parse::{Config, Direction, Statement};
use super::tables::Tables;
use super::topology::{Topology, Way};
use crate::Intent;
use crate::packets::{Field, Set, Space, State, protocol};
use crate::policy::{Policy, Side, link_local};
use crate::proof::{Difference, Kind, Proof, Unclear, called, service};

/// Holds a configuration against the policy, both families.
#[must_use]
pub fn prove(policy: &Policy, config: &Config) -> Proof {
    let tables = Tables::new(config);
    let mut space = Space::default();
    let intent = Intent::of(policy, &mut space);
    let topology = Topology::of(policy, &tables, &mut space);
    let mut proof = Proof { unclear: unclear(config, &tables), ..Proof::default() };
    proof.unclear.extend(topology.unclear.iter().cloned());
    let v6 = tables.speaks_v6() || policy.inside().any(|net| Family::of(net.addr()).is_v6());
    for family in if v6 { &[Family::V4, Family::V6][..] } else { &[Family::V4][..] } {
        let lists = Lists { tables: &tables, space: &space, family: *family };
        let held = Held { policy, intent: &intent, topology: &topology, lists };
        for from in &topology.ways {
            for to in topology.ways.iter().filter(|to| *to != from) {
                proof.differences.extend(held.compare(from, to));
            }
        }
    }
    proof.unclear.sort_by_key(|unclear| unclear.line);
    proof
}

/// Addresses nobody has on the Internet.
const PRIVATE: [&str; 7] =
    ["0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

struct Held<'a> {
    policy: &'a Policy,
    intent: &'a Intent,
    topology: &'a Topology<'a>,
    lists: Lists<'a>,
}

impl Held<'_> {
    fn compare(&self, from: &Way<'_>, to: &Way<'_>) -> Vec<Difference> {
        let (space, lists) = (self.lists.space, &self.lists);
        let place = space.is(Field::In, from.number.into()).and(&space.is(Field::Out, to.number.into()));
        let place = place.and(&space.state(State::New));
        let universe = self.forwarded(from, to).and(&place);
        let routed = self.topology.towards(from, to, lists.family, space).and(&universe);
        let family = space.family(lists.family.is_v6());
        // What is meant for the Internet is meant whether a route leads there or not.
        let everything = if to.side == Some(Side::Uplink) { universe.and(&family) } else { routed.clone() };
        let flows = space.any(self.intent.flows.iter().cloned()).and(&everything);
        let meant = self.intent.pass.and(&routed).or(&self.unrouted(from, to, &flows, &routed));

        let enter = |view| from.interface.map_or_else(|| space.all(), |name| lists.passes(name, Direction::In, view));
        let leave = |view| to.interface.map_or_else(|| space.all(), |name| lists.passes(name, Direction::Out, view));
        let apart = from.interface.zip(to.interface).is_some_and(|(from, to)| lists.tables.apart(from, to));
        let (entered, left) = (enter(View::Itself), leave(View::Itself));
        let passed = if apart { space.none() } else { routed.and(&entered).and(&left) };
        let arrives = self.translated_in(from, to, &passed);

        let tcp = space.protocol(protocol::TCP);
        let with = |flags: u8| meant.minus(&tcp).or(&meant.and(&tcp).and(&space.is(Field::TcpFlags, flags.into())));
        let (first, later) = (with(SYN), with(ACK).and(&tcp));
        let known_in = from.interface.map_or_else(|| space.none(), |name| lists.remembered(name, Direction::In));
        let known_out = to.interface.map_or_else(|| space.none(), |name| lists.remembered(name, Direction::Out));
        let goes_on = entered.or(&known_in).and(&left.or(&known_out));
        let mut answered = space.all();
        if let Some(name) = from.interface {
            answered = answered.and(&known_in.or(&lists.passes(name, Direction::Out, View::Answer)));
        }
        if let Some(name) = to.interface {
            answered = answered.and(&known_out.or(&lists.passes(name, Direction::In, View::Answer)));
        }
        let answered = answered.and(&self.translated_out(to));

        let mut found = Vec::new();
        if from.side != Some(Side::Gateway) {
            let wrong = passed.minus(&meant);
            found.extend(self.told(Kind::Opens, (from, to), &wrong, || self.decides(from, to, &wrong)));
        }
        let stopped = first.minus(&arrives).minus(&self.not_needed(from, to)).or(&later.and(&arrives).minus(&goes_on));
        found.extend(self.told(Kind::Closes, (from, to), &stopped, || {
            let at_entry = from.interface.filter(|_| !stopped.is_within(&entered));
            let way = at_entry.map(|name| (name, Direction::In)).or(to.interface.map(|name| (name, Direction::Out)));
            way.and_then(|(name, direction)| lists.decides(name, direction, &stopped))
        }));
        let lonely = flows.and(&first).and(&arrives).minus(&answered);
        found.extend(self.told(Kind::NoReply, (from, to), &lonely, || None));
        found
    }

    /// Packets that are forwarded at all: what concerns a link (RFC 4861, RFC 2710, RFC 3810) dies with its hop limit, and a
    /// link-local address is not forwarded (RFC 4291, 2.5.6).
    fn forwarded(&self, from: &Way<'_>, to: &Way<'_>) -> Set {
        let space = self.lists.space;
        if from.interface.is_none() || to.interface.is_none() {
            return space.all();
        }
        let link = space.ranges(Field::IcmpType, &[(130, 137), (143, 143)]);
        let local = |field| space.nets(field, &[link_local()]);
        let chores = space.protocol(protocol::ICMPV6).and(&link);
        space.all().minus(&chores).minus(&local(Field::Source)).minus(&local(Field::Destination))
    }

    /// Flows to addresses on the Internet that no route leads to.
    fn unrouted(&self, from: &Way<'_>, to: &Way<'_>, flows: &Set, routed: &Set) -> Set {
        let Some(interface) = to.interface.filter(|_| to.side == Some(Side::Uplink)) else {
            return self.lists.space.none();
        };
        if self.topology.leaves(interface, self.lists.family) || from.side == Some(Side::Gateway) {
            return self.lists.space.none();
        }
        flows.minus(routed)
    }

    /// What arrives inside in spite of masquerade: to addresses that have an entry.
    fn translated_in(&self, from: &Way<'_>, to: &Way<'_>, passed: &Set) -> Set {
        let Some(interface) = from.interface.filter(|_| from.side == Some(Side::Uplink)) else { return passed.clone() };
        let hiding = self.lists.tables.hiding(interface);
        if hiding.is_empty() || self.lists.family.is_v6() || !matches!(to.side, Some(Side::Zone(_))) {
            return passed.clone();
        }
        let space = self.lists.space;
        let entries = self.lists.tables.forwards.iter().filter(|(descriptor, _)| hiding.contains(descriptor));
        passed.and(&space.any(entries.map(|(_, entry)| {
            let to = space.addresses(Field::Destination, [(entry.inner, entry.inner)]);
            let (first, last) = entry.ports;
            let ports = space.range(Field::DestinationPort, first.into(), last.into());
            to.and(&space.protocol(entry.protocol)).and(&ports)
        })))
    }

    /// First packets whose answers find back from the Internet.
    fn translated_out(&self, to: &Way<'_>) -> Set {
        let space = self.lists.space;
        let Some(interface) = to.interface.filter(|_| to.side == Some(Side::Uplink)) else { return space.all() };
        let needed = self.policy.uplink.masquerade && !self.lists.family.is_v6();
        if !needed || !self.lists.tables.hiding(interface).is_empty() {
            return space.all();
        }
        let inside: Vec<_> = self.policy.inside().collect();
        space.all().minus(&space.nets(Field::Source, &inside))
    }

    /// Chores the intent allows but nobody misses: of an uplink that asks nobody for its address, and of the
    /// Internet what carries an address of the inside, or a private one that is no declared place's (RFC 6890).
    fn not_needed(&self, from: &Way<'_>, to: &Way<'_>) -> Set {
        let (space, family) = (self.lists.space, self.lists.family);
        let Some(outside) = [from, to].into_iter().find(|way| way.side == Some(Side::Uplink)) else {
            return space.none();
        };
        let inside: Vec<_> = self.policy.inside().collect();
        let far = if from.side == Some(Side::Uplink) { Field::Source } else { Field::Destination };
        let places: Vec<_> = self.policy.places.iter().flat_map(|place| place.addresses.iter().copied()).collect();
        let private: Vec<ipnet::IpNet> = PRIVATE.iter().filter_map(|net| net.parse().ok()).collect();
        let nobody = space.nets(far, &private).minus(&space.nets(far, &places));
        let inner = if from.side == Some(Side::Uplink) { space.nets(far, &inside) } else { space.none() };
        let spoofed = nobody.or(&inner);
        let asks = |(_, name, given): &(usize, &str, Family)| Some(*name) == outside.interface && *given == family;
        if self.lists.tables.given.iter().any(asks) {
            return spoofed;
        }
        let ports = if family.is_v6() { [546, 547] } else { [67, 68] };
        let either = |field| space.is(field, ports[0]).or(&space.is(field, ports[1]));
        let asking = space.protocol(protocol::UDP).and(&either(Field::SourcePort)).and(&either(Field::DestinationPort));
        asking.or(&spoofed)
    }

    fn decides(&self, from: &Way<'_>, to: &Way<'_>, packets: &Set) -> Option<usize> {
        let at = |way: &Way<'_>, direction| self.lists.decides(way.interface?, direction, packets);
        at(from, Direction::In).or_else(|| at(to, Direction::Out))
    }

    fn told(
        &self,
        kind: Kind,
        (from, to): (&Way<'_>, &Way<'_>),
        set: &Set,
        line: impl FnOnce() -> Option<usize>,
    ) -> Option<Difference> {
        let packet = self.plain(set, from).first()?;
        let name = |way: &Way<'_>, address| match (way.side, way.interface) {
            (None, Some(interface)) => format!("{interface} [{address}]"),
            (side, _) => called(self.policy, side, address),
        };
        Some(Difference {
            kind,
            from: name(from, packet.source),
            to: name(to, packet.destination),
            what: service(self.policy, &packet),
            packet,
            line: line(),
        })
    }

    /// Of a set, packets people know: between devices with names, to services with names.
    fn plain(&self, set: &Set, from: &Way<'_>) -> Set {
        let space = self.lists.space;
        let hosts: Vec<ipnet::IpNet> =
            self.policy.hosts.iter().flat_map(|host| &host.addresses).map(|one| ipnet::IpNet::from(*one)).collect();
        let inside: Vec<ipnet::IpNet> = self.policy.inside().collect();
        let ports: Vec<(u128, u128)> = [22, 23, 53, 80, 104, 443, 445, 3389, 8000].map(|port| (port, port)).to_vec();
        let near: Vec<ipnet::IpNet> = match from.side {
            Some(Side::Zone(index)) => self.policy.zones[index].subnets.clone(),
            _ => Vec::new(),
        };
        let wishes = [
            space.nets(Field::Source, &near),
            space.nets(Field::Destination, &hosts),
            space.nets(Field::Source, &hosts),
            space.nets(Field::Source, &inside),
            space.protocol(protocol::TCP),
            space.is(Field::TcpFlags, SYN.into()),
            space.ranges(Field::DestinationPort, &ports),
            space.range(Field::SourcePort, 49152, 65535),
        ];
        let keep = |kept: Set, wish: &Set| Some(kept.and(wish)).filter(|some| !some.is_empty()).unwrap_or(kept);
        wishes.iter().fold(set.clone(), keep)
    }
}

fn unclear(config: &Config, tables: &Tables<'_>) -> Vec<Unclear> {
    let mut found: Vec<Unclear> = Vec::new();
    for line in &config.lines {
        if let Statement::NotUnderstood(why) = &line.statement {
            found.push(Unclear { line: line.number, why: why.clone() });
        }
    }
    for ((_, family, _), (line, numbers)) in &tables.applied {
        for number in tables.undefined(*family, numbers) {
            found.push(Unclear { line: *line, why: format!("filter {number} is named but not defined") });
        }
    }
    found
}
