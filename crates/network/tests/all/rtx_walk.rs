//! A second reading of lists, packet by packet and without sets: what a mutant must not change if it is called equal.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;

use network::Policy;
use network::rtx::family::{Family, number};
use network::rtx::filter::{Filter, Protocol};
use network::rtx::parse::{Config, Direction, Dynamic, Numbers, Trigger};
use network::rtx::{Statement, parse};
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

/// A first packet, with the ways it takes.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    from: String,
    to: Option<String>,
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    ports: (u16, u16),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A text, read for single packets.
pub(crate) struct Walk {
    config: Config,
    policy: Policy,
}

impl Walk {
    pub(crate) fn of(policy: &Policy, text: &str) -> Self {
        Self { config: parse(text.as_bytes()).unwrap(), policy: policy.clone() }
    }

    /// A packet, among many drawn, that one text passes and answers and the other does not.
    pub(crate) fn differs(&self, other: &Self, rng: &mut ChaCha8Rng) -> Option<Step> {
        (0..3000).filter_map(|_| self.draw(rng)).find(|step| self.fate(step) != other.fate(step))
    }

    /// Behind which interface an address lies; none for the router itself.
    fn interface(&self, address: IpAddr) -> Option<Option<String>> {
        let mut uplink = None;
        for line in &self.config.lines {
            match &line.statement {
                Statement::Address(_, network) if network.addr() == address => return Some(None),
                Statement::Address(name, network) if network.contains(&address) => return Some(Some(name.clone())),
                Statement::Given(name, family) if *family == Family::of(address) => uplink = Some(name.clone()),
                Statement::Route(family, None, network::rtx::parse::Via::Interface(name))
                    if *family == Family::of(address) =>
                {
                    uplink = Some(name.clone());
                }
                _ => {}
            }
        }
        uplink.map(Some)
    }

    /// A packet between addresses that matter, from the interface its source belongs to.
    fn draw(&self, rng: &mut ChaCha8Rng) -> Option<Step> {
        let v6 = rng.random_bool(0.4) && self.policy.inside().any(|net| net.addr().is_ipv6());
        let mut address = || {
            let zone = rng.random_range(1..=self.policy.zones.len() + 2);
            let host = *[1, 9, 10, 11, 12, 13, 14, 15, 20, 200].choose(rng).unwrap();
            let far = zone > self.policy.zones.len();
            let third = u8::try_from(zone).unwrap();
            match (v6, far) {
                (false, false) => IpAddr::V4(Ipv4Addr::new(10, third, 0, host)),
                (false, true) => IpAddr::V4(Ipv4Addr::new(203, 0, if host > 15 { 112 } else { 113 }, host)),
                (true, false) => Ipv6Addr::new(0xfd00, 0, 0, third.into(), 0, 0, 0, host.into()).into(),
                (true, true) => Ipv6Addr::new(0x2001, 0xdb8, if host > 12 { 6 } else { 7 }, 0, 0, 0, 0, 1).into(),
            }
        };
        let (source, destination) = (address(), address());
        let from = self.interface(source)??;
        let to = self.interface(destination)?;
        if to.as_ref() == Some(&from) {
            return None;
        }
        let ports = [22, 23, 53, 54, 67, 68, 80, 81, 104, 105, 300, 443, 444, 445, 446, 700, 3389, 8000, 8001];
        let protocol = *[6, 6, 17, 17, if v6 { 58 } else { 1 }, 47].choose(rng).unwrap();
        let ports = match protocol {
            1 | 58 => (*[0, 8, 13, 128, 129].choose(rng).unwrap(), 0),
            _ => (if rng.random_bool(0.1) { 67 } else { 50_000 }, *ports.choose(rng).unwrap()),
        };
        Some(Step { from, to, source, destination, protocol, ports })
    }

    /// Whether it passes, and whether an answer to it does.
    fn fate(&self, step: &Step) -> (bool, bool) {
        let back = Step {
            source: step.destination,
            destination: step.source,
            ports: match (step.protocol, step.ports) {
                (1, (8, _)) => (0, 0),
                (58, (128, _)) => (129, 0),
                (_, (caller, called)) => (called, caller),
            },
            ..step.clone()
        };
        let passes = self.list(&step.from, Direction::In, step)
            && step.to.as_ref().is_none_or(|to| self.list(to, Direction::Out, step));
        let near = self.remembers(&step.from, Direction::In, step) || self.list(&step.from, Direction::Out, &back);
        let far = step
            .to
            .as_ref()
            .is_none_or(|to| self.remembers(to, Direction::Out, step) || self.list(to, Direction::In, &back));
        // Only a flow needs an answer: tcp, udp but the housekeeping, and ping.
        let asked = matches!((step.protocol, step.ports), (6 | 17, (50_000, _)) | (1, (8, _)) | (58, (128, _)));
        (passes, passes && asked && near && far)
    }

    fn numbers(&self, interface: &str, direction: Direction, family: Family) -> Option<&Numbers> {
        self.config.lines.iter().rev().find_map(|line| match &line.statement {
            Statement::Apply(name, own, way, numbers) if name == interface && *own == family && *way == direction => {
                Some(numbers)
            }
            _ => None,
        })
    }

    fn list(&self, interface: &str, direction: Direction, step: &Step) -> bool {
        let family = Family::of(step.source);
        let Some(numbers) = self.numbers(interface, direction, family) else { return true };
        if numbers.fixed.is_empty() {
            return true;
        }
        let filters = numbers.fixed.iter().filter_map(|number| self.filter(family, *number));
        filters.filter(|filter| matches(filter, step)).map(|filter| filter.pass).next().unwrap_or(false)
    }

    fn filter(&self, family: Family, number: u32) -> Option<&Filter> {
        self.config.lines.iter().rev().find_map(|line| match &line.statement {
            Statement::Filter(own, known, filter) if *own == family && *known == number => Some(filter),
            _ => None,
        })
    }

    fn remembers(&self, interface: &str, direction: Direction, step: &Step) -> bool {
        let family = Family::of(step.source);
        let Some(numbers) = self.numbers(interface, direction, family) else { return false };
        let dynamic = |number: u32| -> Option<&Dynamic> {
            self.config.lines.iter().rev().find_map(|line| match &line.statement {
                Statement::Dynamic(own, known, dynamic) if *own == family && *known == number => Some(dynamic),
                _ => None,
            })
        };
        numbers.dynamic.iter().filter_map(|number| dynamic(*number)).any(|dynamic| match &dynamic.trigger {
            Trigger::Service(protocols, ports) => {
                protocols.contains(&step.protocol) && (ports.is_empty() || ports.contains(&step.ports.1))
            }
            Trigger::Ping => matches!((step.protocol, step.ports.0), (1, 8) | (58, 128)),
            Trigger::Filters(_) => false,
        })
    }
}

fn matches(filter: &Filter, step: &Step) -> bool {
    let within = |list: &Option<Vec<(u128, u128)>>, address| {
        let at = number(address);
        list.as_ref().is_none_or(|list| list.iter().any(|(low, high)| (*low..=*high).contains(&at)))
    };
    let port = |list: &Option<Vec<(u16, u16)>>, port: u16| {
        list.as_ref().is_none_or(|list| list.iter().any(|(low, high)| (*low..=*high).contains(&port)))
    };
    let ports = port(&filter.source_ports, step.ports.0) && port(&filter.destination_ports, step.ports.1);
    let kind = match filter.protocols.as_deref() {
        None => ports || !matches!(step.protocol, 6 | 17),
        Some([Protocol::Number(one @ (1 | 58))]) => *one == step.protocol && ports,
        Some(list) => list.contains(&Protocol::Number(step.protocol)) && (ports || !matches!(step.protocol, 6 | 17)),
    };
    kind && within(&filter.source, step.source) && within(&filter.destination, step.destination)
}
