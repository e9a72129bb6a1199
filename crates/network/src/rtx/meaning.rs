//! What a configuration lets through, and whether that is what was meant.
//!
//! RTX routers look at packets one by one; connections are what a dynamic filter has remembered. So first packets
//! are compared with the intent, segments that go on must find a filter or a memory, and so must answers. A filter
//! does not ask whether a packet belongs to a conversation: one that lets every segment with ACK through
//! (`established`) opens what nobody meant, and is told as that.
//!
//! What the router says by itself is held against the intent one way only: what it must say, it can say.

use super::family::Family;
use super::filter::Protocol;
use super::matching::{ACK, Lists, SYN, View};
use super::parse::{Config, Direction, Statement};
use super::tables::Tables;
use super::topology::{Topology, Way, unknown};
use crate::packets::{Field, Set, Space, State, protocol};
use crate::passage::{Decision, Passage, Unknown, joined};
use crate::policy::{Policy, Side, link_local};
use crate::{Intent, Report};

/// Holds a configuration against the policy, both families.
#[must_use]
pub fn prove(policy: &Policy, config: &Config) -> Report {
    let mut space = Space::default();
    let passage = evaluate(policy, config, &mut space);
    crate::prove(policy, &passage, &mut space)
}

/// What a configuration lets pass. Of packets it is not judged by (see the head of this file) what was meant is
/// taken to pass.
#[must_use]
pub fn evaluate(policy: &Policy, config: &Config, space: &mut Space) -> Passage {
    let tables = Tables::new(config);
    let intent = Intent::of(policy, space);
    let topology = Topology::of(policy, &tables, space);
    let mut passage = Passage { pass: intent.pass.clone(), decisions: vec![], reached: vec![], unknown: vec![] };
    passage.unknown = unclear(config, &tables);
    passage.unknown.extend(topology.unclear.iter().cloned());
    let v6 = tables.speaks_v6() || policy.inside().any(|net| Family::of(net.addr()).is_v6());
    for family in if v6 { &[Family::V4, Family::V6][..] } else { &[Family::V4][..] } {
        let lists = Lists { tables: &tables, space, family: *family };
        let held = Held { policy, intent: &intent, topology: &topology, lists };
        for from in &topology.ways {
            for to in topology.ways.iter().filter(|to| *to != from) {
                held.compare(from, to, &mut passage);
            }
        }
    }
    passage.reached = joined(passage.reached);
    passage
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
    fn compare(&self, from: &Way<'_>, to: &Way<'_>, passage: &mut Passage) {
        let (space, lists) = (self.lists.space, &self.lists);
        let place = space.is(Field::In, from.number.into()).and(&space.is(Field::Out, to.number.into()));
        let universe = self.forwarded(from, to).and(&place);
        let routed = self.topology.towards(from, to, lists.family, space).and(&universe);
        let family = space.family(lists.family.is_v6());
        // What is meant for the Internet is meant whether a route leads there or not.
        let everything = if to.side == Some(Side::Uplink) { universe.and(&family) } else { routed.clone() };
        let flows = self.intent.asked.and(&everything);
        let (new, original) = (space.state(State::New), space.state(State::Original));
        let meant = self.intent.pass.and(&routed).or(&self.unrouted(from, to, &flows, &routed)).and(&new);

        let enter = |view| from.interface.map_or_else(|| space.all(), |name| lists.passes(name, Direction::In, view));
        let leave = |view| to.interface.map_or_else(|| space.all(), |name| lists.passes(name, Direction::Out, view));
        let apart = from.interface.zip(to.interface).is_some_and(|(from, to)| lists.tables.apart(from, to));
        let (entered, left) = (enter(View::Itself), leave(View::Itself));
        let passed = if apart { space.none() } else { routed.and(&entered).and(&left) };
        let arrives = self.translated_in(from, to, &passed);

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

        let opens = passed.and(&new).minus(&meant);
        let stopped = self.with(SYN, &meant).minus(&arrives).minus(&self.not_needed(from, to));
        // A conversation whose answers do not come back, or whose later segments are stopped, does not go on.
        let lasting = self.with(ACK, &flows.and(&original).and(&routed)).minus(&self.not_needed(from, to));
        let lonely = lasting.minus(&goes_on.and(&answered));
        if from.side != Some(Side::Gateway) {
            passage.pass = passage.pass.or(&opens);
        }
        passage.pass = passage.pass.minus(&stopped).minus(&lonely);
        let known = routed.or(&self.on_link(from, to).and(&universe)).and(&new);
        let entry = from.interface.map(|name| lists.decisions(name, Direction::In, &known)).unwrap_or_default();
        let exit = to.interface.map(|name| lists.decisions(name, Direction::Out, &known.and(&entered)));
        for (decision, reached) in entry.into_iter().chain(exit.unwrap_or_default()) {
            let Decision { packets, .. } = &decision;
            if !packets.is_empty() {
                passage.decisions.push(decision);
            }
            passage.reached.push(reached);
        }
    }

    /// Packets with these flags, where they are TCP and the text asks for flags at all.
    fn with(&self, flags: u8, packets: &Set) -> Set {
        let asks = |filter: &super::filter::Filter| {
            let flags = |one: &Protocol| matches!(one, Protocol::Flags { .. });
            filter.protocols.as_ref().is_some_and(|list| list.iter().any(flags))
        };
        if !self.lists.tables.filters.values().any(|(_, filter)| asks(filter)) {
            return packets.clone();
        }
        let space = self.lists.space;
        let tcp = space.protocol(protocol::TCP);
        packets.minus(&tcp).or(&packets.and(&space.is(Field::TcpFlags, flags.into())))
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

    /// What the router says to neighbours by link-local addresses: no route leads to them, and filters are asked.
    fn on_link(&self, from: &Way<'_>, to: &Way<'_>) -> Set {
        let space = self.lists.space;
        if from.interface.is_some() || to.interface.is_none() || !self.lists.family.is_v6() {
            return space.none();
        }
        space.nets(Field::Destination, &[link_local()])
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
}

fn unclear(config: &Config, tables: &Tables<'_>) -> Vec<Unknown> {
    let mut found: Vec<Unknown> = Vec::new();
    for line in &config.lines {
        if let Statement::NotUnderstood(why) = &line.statement {
            found.push(unknown(line.number, why.clone()));
        }
    }
    for ((_, family, _), (line, numbers)) in &tables.applied {
        for number in tables.undefined(*family, numbers) {
            found.push(unknown(*line, format!("filter {number} is named but not defined")));
        }
    }
    found
}
