//! What a configuration lets through, and whether that is what was meant.

use std::collections::BTreeMap;

use biodivine_lib_bdd::Bdd;

use super::filter::{Filter, Protocol};
use super::parse::{Config, Direction, Dynamic, Numbers, Statement, Trigger};
use crate::packet::{Family, Field, Range, Space, number};
use crate::proof::{Difference, Kind, Proof, Unclear};
use crate::router::{Intent, Target, Zone, echo_request};

/// Is a packet looked at as it is, or is the answer to it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Itself,
    Answer,
}

/// A list in force: the line that puts it there, and its numbers.
type Applied<'a> = (usize, &'a Numbers);

/// A text put in order. A later definition of a number replaces the earlier, as it does when typed in.
pub(super) struct Tables<'a> {
    pub(super) filters: BTreeMap<(Family, u32), (usize, &'a Filter)>,
    pub(super) dynamics: BTreeMap<(Family, u32), (usize, &'a Dynamic)>,
    pub(super) applied: BTreeMap<(&'a str, Family, Direction), Applied<'a>>,
    pub(super) sets: BTreeMap<(Family, &'a str, Direction), &'a Numbers>,
    addresses: Vec<(&'a str, ipnet::IpNet)>,
    closed: Vec<&'a str>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(config: &'a Config) -> Self {
        let mut tables = Self {
            filters: BTreeMap::new(),
            dynamics: BTreeMap::new(),
            applied: BTreeMap::new(),
            sets: BTreeMap::new(),
            addresses: Vec::new(),
            closed: Vec::new(),
        };
        for line in &config.lines {
            let at = line.number;
            match &line.statement {
                Statement::Filter(family, number, filter) => {
                    tables.filters.insert((*family, *number), (at, filter));
                }
                Statement::Dynamic(family, number, dynamic) => {
                    tables.dynamics.insert((*family, *number), (at, dynamic));
                }
                Statement::Set(family, name, direction, numbers) => {
                    tables.sets.insert((*family, name, *direction), numbers);
                }
                Statement::Apply(interface, family, direction, numbers) => {
                    tables.applied.insert((interface, *family, *direction), (at, numbers));
                }
                Statement::Address(interface, network) => tables.addresses.push((interface, *network)),
                Statement::Interconnect(lan, open) => {
                    tables.closed.retain(|closed| closed != lan);
                    if !open {
                        tables.closed.push(lan);
                    }
                }
                _ => {}
            }
        }
        // A set by name is looked up when the whole text is known. A name that is nowhere is no filter at all.
        for line in &config.lines {
            if let Statement::ApplySet(interface, family, name) = &line.statement {
                for direction in [Direction::In, Direction::Out] {
                    match tables.sets.get(&(*family, name.as_str(), direction)) {
                        Some(numbers) => {
                            tables.applied.insert((interface, *family, direction), (line.number, *numbers))
                        }
                        None => tables.applied.remove(&(interface.as_str(), *family, direction)),
                    };
                }
            }
        }
        tables
    }

    fn interface(&self, zone: &Zone) -> Option<&'a str> {
        let own = |at: &ipnet::IpNet| zone.gateways.iter().any(|gateway| gateway == at);
        self.addresses.iter().find(|(_, network)| own(network)).map(|(interface, _)| *interface)
    }

    /// What a list lets through; without a list, or with dynamic filters only, everything.
    fn passes(&self, interface: &str, direction: Direction, view: View, space: &Space) -> Bdd {
        let Some((_, numbers)) = self.applied.get(&(interface, space.family(), direction)) else { return space.all() };
        if numbers.fixed.is_empty() {
            return space.all();
        }
        let (mut passed, mut left) = (space.none(), space.all());
        for number in &numbers.fixed {
            let Some((_, filter)) = self.filters.get(&(space.family(), *number)) else { continue };
            let matched = matches(filter, view, space);
            if filter.pass {
                passed = passed.or(&left.and(&matched));
            }
            left = left.and_not(&matched);
        }
        passed
    }

    /// The line that decides about one packet: its filter, or the list it fell out of.
    fn decides(&self, interface: &str, direction: Direction, packet: &Bdd, space: &Space) -> Option<usize> {
        let (at, numbers) = self.applied.get(&(interface, space.family(), direction))?;
        let filters = numbers.fixed.iter().filter_map(|number| self.filters.get(&(space.family(), *number)));
        let mut hits = filters.filter(|(_, filter)| !matches(filter, View::Itself, space).and(packet).is_false());
        Some(hits.next().map_or(*at, |(line, _)| *line))
    }

    /// First packets that a dynamic filter of the list remembers.
    fn remembered(&self, interface: &str, direction: Direction, space: &Space) -> Bdd {
        let family = space.family();
        let Some((_, numbers)) = self.applied.get(&(interface, family, direction)) else { return space.none() };
        let dynamics = numbers.dynamic.iter().filter_map(|number| self.dynamics.get(&(family, *number)));
        dynamics.fold(space.none(), |found, (_, dynamic)| {
            let trigger = match &dynamic.trigger {
                Trigger::Ping => echo_request(space),
                Trigger::Service(protocols, ports) => {
                    let ports: Vec<Range> = ports.iter().map(|port| (u128::from(*port), u128::from(*port))).collect();
                    let any = protocols.iter().fold(space.none(), |found, one| found.or(&space.protocol(*one)));
                    if ports.is_empty() { any } else { any.and(&space.ranges(Field::DestinationPort, &ports)) }
                }
                // Addresses and verdicts of the filters it names are ignored.
                Trigger::Filters(list) => list.iter().fold(space.none(), |found, number| {
                    let Some((_, filter)) = self.filters.get(&(family, *number)) else { return found };
                    let bare = Filter { source: None, destination: None, ..(*filter).clone() };
                    found.or(&matches(&bare, View::Itself, space))
                }),
            };
            let ends = addresses(Field::Source, dynamic.source.as_deref(), space).and(&addresses(
                Field::Destination,
                dynamic.destination.as_deref(),
                space,
            ));
            found.or(&trigger.and(&ends))
        })
    }

    /// Packets that VLAN interconnection itself stops: all between two VLANs of a LAN that is set to `none`.
    fn connected(&self, from: &str, to: &str, space: &Space) -> Bdd {
        let lan = |interface: &'_ str| interface.split_once('/').map(|(lan, _)| lan.to_owned());
        match (lan(from), lan(to)) {
            (Some(a), Some(b)) if a == b && self.closed.contains(&a.as_str()) => space.none(),
            _ => space.all(),
        }
    }
}

fn addresses(field: Field, ranges: Option<&[Range]>, space: &Space) -> Bdd {
    ranges.map_or_else(|| space.all(), |ranges| space.ranges(field, ranges))
}

/// The packets a filter matches. Seen as `Answer`: the first packets whose answer it matches.
fn matches(filter: &Filter, view: View, space: &Space) -> Bdd {
    let (source, destination) = match view {
        View::Itself => (Field::Source, Field::Destination),
        View::Answer => (Field::Destination, Field::Source),
    };
    let ends = addresses(source, filter.source.as_deref(), space).and(&addresses(
        destination,
        filter.destination.as_deref(),
        space,
    ));
    let echo = if space.family() == Family::V4 { 1 } else { 58 };
    let transport = space.protocol(6).or(&space.protocol(17));
    let ports = || {
        let list = |field, list: &Option<Vec<(u16, u16)>>| {
            let wide = list.iter().flatten().map(|(low, high)| (u128::from(*low), u128::from(*high)));
            if list.is_some() { space.ranges(field, &wide.collect::<Vec<_>>()) } else { space.all() }
        };
        let (near, far) = match view {
            View::Itself => (Field::SourcePort, Field::DestinationPort),
            View::Answer => (Field::DestinationPort, Field::SourcePort),
        };
        list(near, &filter.source_ports).and(&list(far, &filter.destination_ports))
    };
    // Type and code, where the protocol is exactly ICMP. The answer to a request (8, 128) is a reply (0, 129).
    let icmp = || match view {
        View::Itself => ports(),
        View::Answer => {
            let reply = if echo == 1 { 0 } else { 129 };
            let names = |list: &Option<Vec<(u16, u16)>>, value: u16| {
                list.as_ref().is_none_or(|list| list.iter().any(|(low, high)| (*low..=*high).contains(&value)))
            };
            let both = names(&filter.source_ports, reply) && names(&filter.destination_ports, 0);
            if both { echo_request(space) } else { space.none() }
        }
    };
    // Of any other protocol, ports are compared for TCP and UDP only, and ignored for the rest.
    let ported = || ports().or(&transport.not());
    let kinds = match filter.protocols.as_deref() {
        None => ported(),
        Some([Protocol::Number(one)]) if *one == echo => space.protocol(echo).and(&icmp()),
        Some(list) => list.iter().fold(space.none(), |found, one| found.or(&kind(one, view, space))).and(&ported()),
    };
    ends.and(&kinds)
}

fn kind(protocol: &Protocol, view: View, space: &Space) -> Bdd {
    match protocol {
        Protocol::Number(number) => space.protocol(*number),
        Protocol::IcmpTypes(types) => {
            let wide: Vec<Range> = types.iter().map(|kind| (u128::from(*kind), u128::from(*kind))).collect();
            match view {
                View::Itself => space.protocol(1).and(&space.ranges(Field::SourcePort, &wide)),
                View::Answer if types.contains(&0) => echo_request(space),
                View::Answer => space.none(),
            }
        }
        Protocol::Flags { value, mask, negated } => {
            let tcp = space.protocol(6);
            let hit = match view {
                View::Itself => space.masked(Field::Flags, u128::from(*value), u128::from(*mask)),
                // Every answer carries ACK; of its other bits nothing is known.
                View::Answer if *mask == 0x10 && *value == 0x10 => space.all(),
                View::Answer => return space.none(),
            };
            if *negated { tcp.and_not(&hit) } else { tcp.and(&hit) }
        }
    }
}

/// Holds a configuration against the intent, both families. Neighbour discovery (ICMPv6 133 to 136) is left out: it
/// stays on its link.
#[must_use]
pub fn prove(intent: &Intent, config: &Config) -> Proof {
    let tables = Tables::new(config);
    let mut proof = Proof { unclear: unclear(config, &tables), ..Proof::default() };
    let interfaces: Vec<Option<&str>> = intent.zones.iter().map(|zone| tables.interface(zone)).collect();
    for (zone, interface) in intent.zones.iter().zip(&interfaces) {
        // Each of them: a zone whose IPv4 address alone is gone is not reached by IPv4.
        let there = |gateway: &&ipnet::IpNet| {
            tables.addresses.iter().any(|(name, network)| Some(*name) == *interface && network == *gateway)
        };
        for gateway in zone.gateways.iter().filter(|gateway| !there(gateway)) {
            let why = format!("the interface of {} does not have its address {gateway}", zone.name);
            proof.unclear.push(Unclear { line: 0, why });
        }
    }
    proof.unclear.extend(undeclared(intent, config, &interfaces));
    for family in [Family::V4, Family::V6] {
        let space = Space::new(family);
        for (from, entry) in interfaces.iter().enumerate() {
            let Some(entry) = entry else { continue };
            for (to, exit) in interfaces.iter().enumerate().filter(|(to, _)| *to != from) {
                let Some(exit) = exit else { continue };
                compare(intent, &tables, (from, entry), (Target::Zone(to), Some(exit)), &space, &mut proof);
            }
            compare(intent, &tables, (from, entry), (Target::Router, None), &space, &mut proof);
        }
    }
    proof
}

/// Ways in and out that nobody declared: the comparison would not look at them.
fn undeclared(intent: &Intent, config: &Config, interfaces: &[Option<&str>]) -> Vec<Unclear> {
    let stray = |name: &String| !interfaces.contains(&Some(name.as_str()));
    let why = |statement: &Statement| match statement {
        Statement::Address(name, network) => {
            let mut zones = intent.zones.iter().zip(interfaces);
            let declared = zones.any(|(zone, own)| *own == Some(name.as_str()) && zone.gateways.contains(network));
            (!declared).then(|| format!("{name} has the address {network}, which belongs to no declared zone"))
        }
        Statement::Select(name)
        | Statement::Vlan(name, _)
        | Statement::Apply(name, ..)
        | Statement::ApplySet(name, ..)
            if stray(name) =>
        {
            Some(format!("the interface {name} belongs to no declared zone"))
        }
        Statement::Route(to) => Some(format!("the route to {to} leads out of the declared zones")),
        _ => None,
    };
    let lines = config.lines.iter();
    lines.filter_map(|line| Some(Unclear { line: line.number, why: why(&line.statement)? })).collect()
}

fn compare(
    intent: &Intent,
    tables: &Tables<'_>,
    (from, entry): (usize, &str),
    (to, exit): (Target, Option<&str>),
    space: &Space,
    proof: &mut Proof,
) {
    let mut universe = intent.towards(to, space);
    if space.family() == Family::V6 {
        universe = universe.and_not(&space.protocol(58).and(&space.range(Field::SourcePort, (133, 136))));
    }
    let meant = intent.permitted(from, to, space).and(&universe);
    let mut passed = tables.passes(entry, Direction::In, View::Itself, space).and(&universe);
    let back = |interface: &str, forward: Direction, backward: Direction| {
        let remembered = tables.remembered(interface, forward, space);
        remembered.or(&tables.passes(interface, backward, View::Answer, space))
    };
    let mut answered = back(entry, Direction::In, Direction::Out);
    if let Some(exit) = exit {
        passed = passed.and(&tables.passes(exit, Direction::Out, View::Itself, space));
        passed = passed.and(&tables.connected(entry, exit, space));
        answered = answered.and(&back(exit, Direction::Out, Direction::In));
    }
    let mut found = |kind, set: &Bdd| {
        let Some(example) = space.example(set) else { return };
        let one = single(&example, set, space);
        let line = match kind {
            Kind::NoReply => None,
            Kind::Opens => tables.decides(entry, Direction::In, &one, space),
            Kind::Closes if tables.passes(entry, Direction::In, View::Itself, space).and(&one).is_false() => {
                tables.decides(entry, Direction::In, &one, space)
            }
            Kind::Closes => exit.and_then(|exit| tables.decides(exit, Direction::Out, &one, space)),
        };
        let name = |target| match target {
            Target::Zone(zone) => intent.zones[zone].name.clone(),
            Target::Router => "ルーター (router)".to_owned(),
        };
        proof.differences.push(Difference { kind, from: name(Target::Zone(from)), to: name(to), example, line });
    };
    found(Kind::Opens, &passed.and_not(&meant));
    found(Kind::Closes, &meant.and_not(&passed));
    found(Kind::NoReply, &meant.and(&passed).and_not(&answered));
}

/// The packets of the set that look like the example.
fn single(example: &crate::packet::Example, set: &Bdd, space: &Space) -> Bdd {
    let at = |field, value: u128| space.range(field, (value, value));
    set.and(&space.protocol(example.protocol))
        .and(&at(Field::Source, number(example.source)))
        .and(&at(Field::Destination, number(example.destination)))
        .and(&at(Field::SourcePort, u128::from(example.source_port)))
        .and(&at(Field::DestinationPort, u128::from(example.destination_port)))
}

fn unclear(config: &Config, tables: &Tables<'_>) -> Vec<Unclear> {
    let mut found: Vec<Unclear> = Vec::new();
    for line in &config.lines {
        if let Statement::NotUnderstood(why) = &line.statement {
            found.push(Unclear { line: line.number, why: why.clone() });
        }
    }
    for ((_, family, _), (line, numbers)) in &tables.applied {
        let undefined = numbers.fixed.iter().filter(|number| !tables.filters.contains_key(&(*family, **number)));
        let forgotten = numbers.dynamic.iter().filter(|number| !tables.dynamics.contains_key(&(*family, **number)));
        for number in undefined.chain(forgotten) {
            found.push(Unclear { line: *line, why: format!("filter {number} is named but not defined") });
        }
    }
    found
}
