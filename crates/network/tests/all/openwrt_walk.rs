//! A second reading of UCI, packet by packet and without sets: chain by chain as fw4 lays them out.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use network::Policy;
use network::openwrt::config::{Bounds, Config, End, Family, Looks, Protocol, Rule, Sided, Word, Zone};
use network::openwrt::read;
use network::packets::{GATEWAY, Packet, Space, State, protocol};
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

/// A text, read for single packets that begin something.
pub(crate) struct Walk {
    config: Config,
    policy: Policy,
}

impl Walk {
    pub(crate) fn of(policy: &Policy, text: &str) -> Self {
        Self { config: read(text).unwrap(), policy: policy.clone() }
    }

    /// A packet, among many drawn, that one text passes and the other does not.
    pub(crate) fn differs(&self, other: &Self, rng: &mut ChaCha8Rng) -> Option<Packet> {
        let mut space = Space::default();
        for _ in 0..3000 {
            let packet = self.draw(rng, &mut space);
            if packet.iif != packet.oif && self.passes(&packet, &space) != other.passes(&packet, &space) {
                return Some(packet);
            }
        }
        None
    }

    /// A packet between addresses that matter, mostly from where its source belongs.
    pub(crate) fn draw(&self, rng: &mut ChaCha8Rng, space: &mut Space) -> Packet {
        let v6 = rng.random_bool(0.4);
        let zones = self.policy.zones.len();
        let places: Vec<usize> = (0..zones + 2).collect();
        let (from, to) = {
            let mut draw = || *places.choose(&mut *rng).unwrap();
            (draw(), draw())
        };
        let mut address = |place: usize| -> IpAddr {
            let host = *[1, 9, 10, 11, 12, 13, 14, 15, 20, 200].choose(&mut *rng).unwrap();
            let third = u8::try_from(place + 1).unwrap();
            match (v6, place < zones) {
                (false, true) => Ipv4Addr::new(10, third, 0, host).into(),
                (false, false) => Ipv4Addr::new(203, 0, if host > 15 { 112 } else { 113 }, host).into(),
                (true, true) => Ipv6Addr::new(0xfd00, 0, 0, third.into(), 0, 0, 0, host.into()).into(),
                (true, false) => Ipv6Addr::new(0x2001, 0xdb8, if host > 12 { 6 } else { 7 }, 0, 0, 0, 0, 1).into(),
            }
        };
        let (source, destination) = (address(from), address(to));
        let mut number = |place: usize| match place {
            place if place < zones => space.interface(&self.policy.zones[place].interface).unwrap(),
            place if place == zones => space.interface(&self.policy.uplink.interface).unwrap(),
            _ => GATEWAY,
        };
        let (iif, oif) = (number(from), number(to));
        let ports =
            [22, 23, 53, 54, 67, 68, 80, 81, 104, 105, 300, 443, 444, 445, 446, 546, 547, 700, 3389, 8000, 8001];
        let icmp = if v6 { protocol::ICMPV6 } else { protocol::ICMP };
        let protocol = *[6, 6, 6, 17, 17, icmp, 47].choose(rng).unwrap();
        Packet {
            state: State::New,
            iif,
            // Nothing is from the gateway to itself here.
            oif: if iif == GATEWAY && oif == GATEWAY {
                space.interface(&self.policy.uplink.interface).unwrap()
            } else {
                oif
            },
            source,
            destination,
            protocol,
            source_port: if rng.random_bool(0.1) { 67 } else { 50_000 },
            destination_port: *ports.choose(rng).unwrap(),
            icmp_type: *[0, 8, 13, 128, 129, 133, 134, 135].choose(rng).unwrap(),
            icmp_code: 0,
            tcp_flags: 2,
        }
    }

    /// Whether it passes.
    pub(crate) fn passes(&self, packet: &Packet, space: &Space) -> bool {
        let name = |number: u8| space.interface_name(number).unwrap_or_default().to_owned();
        let (iif, oif) = (name(packet.iif), name(packet.oif));
        let on = |zone: &Zone, device: &str, address: IpAddr| {
            let near =
                zone.devices.iter().any(|own| own == device) || (zone.devices.is_empty() && !zone.subnets.is_empty());
            near && (zone.subnets.is_empty() || inside(&zone.subnets, address))
                && zone.family != Family::One(!address.is_ipv6())
        };
        let zone_of = |end: &End| match end {
            End::Zone(name) => self.config.zones.iter().find(|zone| zone.name == *name),
            _ => None,
        };
        let input = packet.oif == GATEWAY;
        let output = packet.iif == GATEWAY;
        // A rule decides, or hands the packet to the verdict of a zone it is not on, and then does not.
        let decided = |rules: Vec<&Rule>| {
            rules.into_iter().find_map(|rule| {
                let leads = zone_of(&rule.to).is_none_or(|zone| on(zone, &oif, packet.destination));
                (self.matches(rule, packet) && leads).then_some(rule.accept)
            })
        };
        let to_router = |rule: &Rule| rule.to == End::Router;
        let from_router = |rule: &Rule| rule.from == End::Router;
        let chain = |zone: Option<&Zone>| -> Vec<&Rule> {
            let own = |rule: &&Rule| {
                let far = if output { &rule.to } else { &rule.from };
                let fits = match (input, output) {
                    (true, _) => to_router(rule) && !from_router(rule),
                    (_, true) => from_router(rule),
                    _ => !to_router(rule) && !from_router(rule),
                };
                let here = match zone {
                    Some(zone) => *far == End::Zone(zone.name.clone()),
                    None => !matches!(far, End::Zone(_)),
                };
                fits && here
            };
            self.config.rules.iter().filter(own).collect()
        };
        if let Some(accept) = decided(chain(None)) {
            return accept;
        }
        for zone in &self.config.zones {
            let here = if output { on(zone, &oif, packet.destination) } else { on(zone, &iif, packet.source) };
            if !here {
                continue;
            }
            if let Some(accept) = decided(chain(Some(zone))) {
                return accept;
            }
            let own = if input {
                Some(zone.accept.input)
            } else if output {
                Some(zone.accept.output)
            } else {
                on(zone, &oif, packet.destination).then_some(zone.accept.forward)
            };
            if let Some(accept) = own {
                return accept;
            }
        }
        let accept = self.config.defaults.accept;
        if input {
            accept.input
        } else if output {
            accept.output
        } else {
            accept.forward
        }
    }

    fn matches(&self, rule: &Rule, packet: &Packet) -> bool {
        let v6 = packet.source.is_ipv6();
        let sided = |sided: &Sided<Bounds>, address: IpAddr| {
            let mine = |list: &[Bounds]| list.iter().filter(|one| one.0.is_ipv6() == v6).copied().collect::<Vec<_>>();
            let named = |list: &[Bounds]| !list.is_empty() && mine(list).is_empty();
            // Addresses of the other family alone: the rule is not of this one.
            let other = named(&sided.only) || (sided.only.is_empty() && named(&sided.not));
            let only = mine(&sided.only);
            !other && (only.is_empty() || inside(&only, address)) && !inside(&mine(&sided.not), address)
        };
        let ports = |sided: &Sided<(u16, u16)>, port: u16| {
            let within = |list: &[(u16, u16)]| list.iter().any(|(low, high)| (*low..=*high).contains(&port));
            (sided.only.is_empty() || within(&sided.only)) && !within(&sided.not)
        };
        let family = rule.family != Family::One(!v6);
        let icmp = if v6 { protocol::ICMPV6 } else { protocol::ICMP };
        let protocols = rule.protocols.iter().any(|one| match one {
            Protocol::Any => true,
            Protocol::Icmp | Protocol::Icmpv6 => {
                let kind = |each: &network::openwrt::config::Icmp| if v6 { each.v6 } else { each.v4 };
                let types: Vec<u8> = rule.icmp.iter().filter_map(kind).map(|(kind, _)| kind).collect();
                packet.protocol == icmp
                    && (*one == Protocol::Icmp || v6)
                    && (types.is_empty() || types.contains(&packet.icmp_type))
            }
            Protocol::Number(number) => {
                let ported = !matches!(number, 6 | 17)
                    || (ports(&rule.source_ports, packet.source_port)
                        && ports(&rule.destination_ports, packet.destination_port));
                packet.protocol == *number && ported
            }
        });
        let set = rule.set.as_ref().is_none_or(|(name, negated)| {
            let set = self.config.sets.iter().find(|set| set.name == *name).unwrap();
            let word = |(word, looks): (&Word, &Looks)| match (word, looks) {
                (Word::Addresses(bounds), Looks::Address { source }) => {
                    inside(&[*bounds], if *source { packet.source } else { packet.destination })
                }
                (Word::Port(port), Looks::Port { source }) => {
                    *port == if *source { packet.source_port } else { packet.destination_port }
                }
                _ => false,
            };
            let held = set.entries.iter().any(|entry| entry.iter().zip(&set.looks).all(word));
            set.v6 == v6 && held != *negated
        });
        family
            && protocols
            && set
            && sided(&rule.sources, packet.source)
            && sided(&rule.destinations, packet.destination)
    }
}

fn inside(bounds: &[Bounds], address: IpAddr) -> bool {
    bounds.iter().any(|(first, last)| first.is_ipv4() == address.is_ipv4() && *first <= address && address <= *last)
}
