//! Which interface of a text is which side of the policy, and where its routes lead.

use ipnet::IpNet;

use super::family::Family;
use super::parse::Via;
use super::tables::Tables;
use crate::packets::{Field, GATEWAY, Set, Space};
use crate::passage::Unknown;
use crate::policy::{Policy, Side, link_local};

/// Somewhere packets come from or go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way<'a> {
    /// Which part of the policy it is; none for an interface nobody declared, and then nothing is meant there.
    pub(super) side: Option<Side>,
    /// Its interface; none for the router itself.
    pub(super) interface: Option<&'a str>,
    /// Its number in the space.
    pub(super) number: u8,
}

/// All of them, and what lies behind.
pub(super) struct Topology<'a> {
    pub(super) ways: Vec<Way<'a>>,
    pub(super) unclear: Vec<Unknown>,
    policy: &'a Policy,
    tables: &'a Tables<'a>,
}

impl<'a> Topology<'a> {
    /// Finds the zones by their addresses and the uplink by the default route: names of interfaces are the router's
    /// own affair.
    pub(super) fn of(policy: &'a Policy, tables: &'a Tables<'a>, space: &mut Space) -> Self {
        let mut found = Self { ways: Vec::new(), unclear: Vec::new(), policy, tables };
        found.ways.push(Way { side: Some(Side::Gateway), interface: None, number: GATEWAY });
        for (index, zone) in policy.zones.iter().enumerate() {
            let own = |network: &IpNet| zone.subnets.contains(&network.trunc());
            let by_address = tables.addresses.iter().find(|(_, _, network)| own(network)).map(|(_, name, _)| *name);
            // Behind a tunnel the router has no address of the zone.
            let route = |subnet: &IpNet| {
                let mut routes = tables.routes.iter().filter(|(_, _, to, _)| to.as_ref() == Some(subnet));
                routes.find_map(|(.., via)| tables.behind(via))
            };
            let interface = by_address.or_else(|| zone.subnets.iter().find_map(route));
            if by_address.is_none() && interface.is_some() {
                for subnet in zone.subnets.iter().filter(|subnet| route(subnet) != interface) {
                    let why = format!("no route leads to {subnet} of {}, which lies behind a tunnel", zone.name);
                    found.unclear.push(unknown(0, why));
                }
            }
            for wanted in
                zone.router.iter().filter(|wanted| zone.subnets.iter().any(|net| net.contains(*wanted))).filter(
                    |wanted| {
                        // Each of them: a zone whose IPv4 address alone is gone is not reached by IPv4.
                        !tables.addresses.iter().any(|(_, name, network)| {
                            Some(*name) == interface && own(network) && network.addr() == **wanted
                        })
                    },
                )
            {
                let why = format!("no interface of {} has its address {wanted}", zone.name);
                found.unclear.push(unknown(0, why));
            }
            if interface.is_none() && zone.router.is_empty() {
                let why = format!("no interface has an address in {}", zone.name);
                found.unclear.push(unknown(0, why));
            }
            found.add(Some(Side::Zone(index)), interface, space.interface(&zone.interface));
        }
        let uplink = found.uplink();
        if uplink.is_none()
            && policy
                .open()
                .any(|flow| flow.from.spots.iter().chain(&flow.to.spots).any(|spot| spot.side == Side::Uplink))
        {
            let why = "neither a default route nor an interface leads to the Internet".to_owned();
            found.unclear.push(unknown(0, why));
        }
        found.add(Some(Side::Uplink), uplink, space.interface(&policy.uplink.interface));
        let live = tables.addresses.iter().map(|(line, name, _)| (*line, *name));
        let live = live.chain(tables.given.iter().map(|(line, name, _)| (*line, *name)));
        for (line, name) in live.chain(tables.selected.iter().map(|(name, line)| (*line, *name))) {
            if found.ways.iter().all(|way| way.interface != Some(name)) {
                // A name of its own in the space, whatever the policy calls its interfaces.
                let taken = policy.sides().any(|side| policy.interface(side) == Some(name));
                let own = if taken { format!("{name} (2)") } else { name.to_owned() };
                let number = space.interface(&own);
                if number.is_none() {
                    found.unclear.push(unknown(line, format!("{name}: too many interfaces")));
                }
                found.add(None, Some(name), number);
            }
        }
        found.routes();
        found
    }

    fn add(&mut self, side: Option<Side>, interface: Option<&'a str>, number: Option<u8>) {
        if let (Some(name), Some(number)) = (interface, number) {
            if self.ways.iter().any(|way| way.interface == Some(name)) {
                let why = format!("{name} belongs to two parts of the network");
                self.unclear.push(unknown(0, why));
            }
            self.ways.push(Way { side, interface, number });
        }
    }

    fn uplink(&self) -> Option<&'a str> {
        let named = self.policy.uplink.interface.replace(' ', "");
        let zones = |name: &str| self.ways.iter().any(|way| way.interface == Some(name));
        let by_route = self.tables.routes.iter().filter(|(_, _, to, _)| to.is_none());
        let by_route = by_route.filter_map(|(.., via)| self.tables.behind(via));
        let by_name = self.tables.given.iter().map(|(_, name, _)| *name);
        let by_name = by_name.chain(self.tables.addresses.iter().map(|(_, name, _)| *name));
        let by_name = by_name.chain(self.tables.selected.keys().copied()).filter(|name| **name == named);
        by_route.chain(by_name).find(|name| !zones(name))
    }

    /// Routes and translations whose effect on this comparison is not known.
    fn routes(&mut self) {
        let side = |name: &str| self.ways.iter().find(|way| way.interface == Some(name)).map(|way| way.side);
        let mut unclear = Vec::new();
        for (line, _, to, via) in &self.tables.routes {
            let name = to.map_or("default".to_owned(), |to| to.to_string());
            match self.tables.behind(via).map(|interface| (interface, side(interface))) {
                None if **via != Via::Null => {
                    unclear.push((*line, format!("where the route to {name} leads is not said here")));
                }
                Some((interface, None)) => {
                    unclear.push((*line, format!("the route to {name} leads to {interface}, which is not set up")));
                }
                Some((_, Some(Some(Side::Zone(index))))) => {
                    let zone = &self.policy.zones[index];
                    if !to.is_some_and(|to| zone.subnets.iter().any(|net| net.contains(&to.trunc()))) {
                        let why = format!("the route to {name} leads to a network behind {}", zone.name);
                        unclear.push((*line, why));
                    }
                }
                Some((interface, Some(place))) => {
                    let inside = to.is_some_and(|to| {
                        self.policy.inside().any(|net| net.contains(&to.trunc()) && net.prefix_len() < to.prefix_len())
                    });
                    if inside {
                        unclear.push((*line, format!("{name} is inside, but its route leads to {interface}")));
                    } else if to.is_none() && place != Some(Side::Uplink) {
                        unclear.push((*line, format!("a second default route leads to {interface}")));
                    }
                }
                None => {}
            }
        }
        for (line, name, _) in &self.tables.translated {
            if side(name).flatten() != Some(Side::Uplink) {
                unclear.push((*line, format!("addresses are translated on {name}, which is not the way out")));
            }
        }
        self.unclear.extend(unclear.into_iter().map(|(line, why)| unknown(line, why)));
    }

    /// Prefixes behind an undeclared interface.
    fn behind(&self, interface: &str) -> Vec<IpNet> {
        let near = self.tables.addresses.iter().filter(|(_, name, _)| *name == interface);
        let far = self.tables.routes.iter().filter(|(.., via)| self.tables.behind(via) == Some(interface));
        near.map(|(_, _, network)| *network).chain(far.filter_map(|(_, _, to, _)| *to)).collect()
    }

    /// Packets that routing sends from one place to another. Multicast is not forwarded; of it, the router is sent
    /// what concerns the link.
    pub(super) fn towards(&self, from: &Way<'_>, to: &Way<'_>, family: Family, space: &Space) -> Set {
        let nets = |nets: &[IpNet]| space.nets(Field::Destination, nets);
        let fixed = |text: &[&str]| nets(&text.iter().filter_map(|net| net.parse().ok()).collect::<Vec<_>>());
        let own: Vec<IpNet> = self.tables.addresses.iter().map(|(_, _, network)| IpNet::from(network.addr())).collect();
        let near = fixed(&["255.255.255.255/32", "ff02::/16"]).or(&nets(&[link_local()]));
        let inside: Vec<IpNet> = self.policy.inside().collect();
        let special = near.or(&fixed(&["224.0.0.0/4", "0.0.0.0/8", "127.0.0.0/8", "ff00::/8", "::/127"]));
        let set = match (to.side, to.interface) {
            (Some(Side::Gateway), _) if from.side == Some(Side::Uplink) => {
                // The outer address may be any, and what is sent to it may have been translated to an inner one.
                nets(&own).or(&near).or(&space.all().minus(&nets(&inside)).minus(&special))
            }
            (Some(Side::Gateway), _) => nets(&own).or(&near),
            (Some(Side::Zone(index)), _) => nets(&self.policy.zones[index].subnets).minus(&nets(&own)),
            (Some(Side::Uplink), Some(interface)) => {
                let others = self.ways.iter().filter(|way| way.side.is_none()).filter_map(|way| way.interface);
                let mut away: Vec<IpNet> = others.flat_map(|name| self.behind(name)).collect();
                let null = self.tables.routes.iter().filter(|(.., via)| **via == Via::Null);
                away.extend(null.filter_map(|(_, _, to, _)| *to));
                let rest = space.all().minus(&nets(&inside)).minus(&special).minus(&nets(&away)).minus(&nets(&own));
                if self.leaves(interface, family) { rest } else { space.none() }
            }
            (_, Some(interface)) => nets(&self.behind(interface)).minus(&nets(&own)),
            (_, None) => space.none(),
        };
        let set = set.and(&space.family(family.is_v6()));
        if from.side == Some(Side::Gateway) { set.and(&self.own_source(to, family, space)) } else { set }
    }

    /// Whether a default route of the family leaves there.
    pub(super) fn leaves(&self, interface: &str, family: Family) -> bool {
        let mut routes = self.tables.routes.iter().filter(|(_, own, to, _)| *own == family && to.is_none());
        let told = |name: &str, own: Family| name == interface && own == family && family.is_v6();
        routes.any(|(.., via)| self.tables.behind(via) == Some(interface))
            || self.tables.given.iter().any(|(_, name, own)| told(name, *own))
    }

    /// What the router calls itself when it speaks.
    fn own_source(&self, to: &Way<'_>, family: Family, space: &Space) -> Set {
        let own = self.tables.addresses.iter().filter(|(_, name, _)| Some(*name) == to.interface);
        let own: Vec<IpNet> = own.map(|(_, _, network)| IpNet::from(network.addr())).collect();
        // On a link without an address of its own it takes one of another.
        let borrows = own.is_empty() && matches!(to.side, Some(Side::Zone(_)));
        let all = self.tables.addresses.iter().filter(|_| borrows).map(|(_, _, network)| IpNet::from(network.addr()));
        let own: Vec<IpNet> = own.into_iter().chain(all).collect();
        let known = space.nets(Field::Source, &own);
        let given = self.tables.given.iter().any(|(_, name, given)| Some(*name) == to.interface && *given == family);
        if to.side == Some(Side::Uplink) && (given || own.is_empty()) {
            let inside: Vec<IpNet> = self.policy.inside().chain([link_local()]).collect();
            return known.or(&space.all().minus(&space.nets(Field::Source, &inside)));
        }
        known
    }
}

/// Something not understood on a line; 0 is the whole text.
pub(super) fn unknown(line: usize, what: String) -> Unknown {
    let place = if line == 0 { "text".to_owned() } else { format!("line {line}") };
    Unknown { place: place.into(), what }
}
