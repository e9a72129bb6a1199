//! What was meant: zones behind one router and the conversations they may begin.

use biodivine_lib_bdd::Bdd;
use ipnet::IpNet;

use crate::packet::{Family, Field, Range, Space, bounds, number};

/// Everything a router is asked to keep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// The zones, each behind an interface of its own.
    pub zones: Vec<Zone>,
    /// The conversations. What is not named is refused.
    pub flows: Vec<Flow>,
}

/// A part of the network behind one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// The clinic's own name for it.
    pub name: String,
    /// The tag, 2 to 4094.
    pub vlan: u16,
    /// The router's addresses in it, each with the zone's prefix.
    pub gateways: Vec<IpNet>,
}

/// Where a conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A zone, by its place in [`Intent::zones`].
    Zone(usize),
    /// The router itself (name service, time).
    Router,
}

/// One permitted kind of conversation: from any of the sources to any of the destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The zone that begins it, by its place in [`Intent::zones`].
    pub from: usize,
    /// The zone that answers.
    pub to: Target,
    /// Who may begin it; within the zone's networks.
    pub sources: Vec<IpNet>,
    /// Who is spoken to.
    pub destinations: Vec<IpNet>,
    /// On what.
    pub service: Service,
    /// Why it is there; it stands beside the rule.
    pub why: String,
}

/// A transport with its destination ports as inclusive bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// TCP.
    Tcp(Vec<(u16, u16)>),
    /// UDP.
    Udp(Vec<(u16, u16)>),
    /// Echo request, with its reply.
    Ping,
}

/// The bounds of those networks that are of the family.
#[must_use]
pub fn of_family(networks: &[IpNet], family: Family) -> Vec<Range> {
    networks.iter().filter(|network| Family::of(network.addr()) == family).map(bounds).collect()
}

impl Intent {
    /// The router's own addresses, each as bounds of one.
    #[must_use]
    pub fn router(&self, family: Family) -> Vec<Range> {
        let gateways = self.zones.iter().flat_map(|zone| &zone.gateways);
        let own = gateways.map(IpNet::addr).filter(|address| Family::of(*address) == family);
        own.map(|address| (number(address), number(address))).collect()
    }

    /// Packets that routing sends towards the target.
    #[must_use]
    pub fn towards(&self, target: Target, space: &Space) -> Bdd {
        let router = space.ranges(Field::Destination, &self.router(space.family()));
        match target {
            Target::Router => router,
            Target::Zone(zone) => {
                let networks = of_family(&self.zones[zone].gateways, space.family());
                space.ranges(Field::Destination, &networks).and_not(&router)
            }
        }
    }

    /// Packets that may begin a conversation from the zone to the target.
    #[must_use]
    pub fn permitted(&self, from: usize, to: Target, space: &Space) -> Bdd {
        let flows = self.flows.iter().filter(|flow| flow.from == from && flow.to == to);
        flows.fold(space.none(), |found, flow| found.or(&flow.packets(space))).and(&self.towards(to, space))
    }
}

impl Flow {
    /// The packets that begin it or belong to its forward direction.
    #[must_use]
    pub fn packets(&self, space: &Space) -> Bdd {
        let family = space.family();
        let ends = space
            .ranges(Field::Source, &of_family(&self.sources, family))
            .and(&space.ranges(Field::Destination, &of_family(&self.destinations, family)));
        let ports = |ports: &[(u16, u16)]| {
            let wide: Vec<Range> = ports.iter().map(|(low, high)| (u128::from(*low), u128::from(*high))).collect();
            space.ranges(Field::DestinationPort, &wide)
        };
        ends.and(&match &self.service {
            Service::Tcp(list) => space.protocol(6).and(&ports(list)),
            Service::Udp(list) => space.protocol(17).and(&ports(list)),
            Service::Ping => echo_request(space),
        })
    }
}

/// Echo requests of the family.
#[must_use]
pub fn echo_request(space: &Space) -> Bdd {
    let (protocol, kind) = if space.family() == Family::V4 { (1, 8) } else { (58, 128) };
    space.protocol(protocol).and(&space.range(Field::SourcePort, (kind, kind)))
}
