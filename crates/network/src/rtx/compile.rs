//! The intent as the text of an RTX: static filters for what may begin, dynamic ones for the answers.

use std::fmt::Write;

use ipnet::IpNet;

use super::filter::PORTS_MAX;
use crate::packet::Family;
use crate::router::{Flow, Intent, Service, Target};

/// Addresses in one list of a filter, so that no line comes near the 4095 bytes a router takes.
const ADDRESSES_MAX: usize = 20;

/// Models, told apart by how many numbers one list takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// RTX830, 840, 1210, 1220, 1300.
    Small,
    /// RTX3500, 3510, 5000 and vRX.
    Large,
}

impl Model {
    /// The most static and dynamic numbers per interface and direction (command reference 8.1.25).
    #[must_use]
    pub fn cap(self) -> usize {
        if self == Self::Small { 129 } else { 300 }
    }
}

/// How zones are kept apart on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segmentation {
    /// Tagged VLANs on lan1: `lan1/1`, `lan1/2` and so on.
    Tagged,
    /// LAN divide: a port of the built-in switch for each zone, `vlan1`, `vlan2` and so on.
    Divided,
}

/// Why no text was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A list would be too long.
    #[error(
        "{interface} needs {needed} filters {direction}, and this model takes {cap}: join addresses into networks, or use a larger model"
    )]
    TooMany {
        /// The interface.
        interface: String,
        /// `in` or `out`.
        direction: &'static str,
        /// How many it needs.
        needed: usize,
        /// How many there may be.
        cap: usize,
    },
    /// More zones than the interface can be divided into.
    #[error("{0} zones, but a LAN takes {1}: use a second LAN or fewer zones")]
    Zones(usize, usize),
    /// Echo over IPv6: which service name remembers it is not known for certain.
    #[error("the flow '{0}' asks for ping over IPv6, for which no dynamic filter is known: name IPv4 addresses only")]
    PingV6(String),
    /// A flow whose zone does not exist.
    #[error("the flow '{0}' names a zone that does not exist")]
    NoSuchZone(String),
}

/// Writes the text. The same intent gives the same text.
///
/// # Errors
/// [`Refused`]: nothing is written rather than something narrower or wider.
pub fn compile(intent: &Intent, model: Model, segmentation: Segmentation) -> Result<String, Refused> {
    let limit = if segmentation == Segmentation::Tagged { 32 } else { 4 };
    if intent.zones.len() > limit {
        return Err(Refused::Zones(intent.zones.len(), limit));
    }
    let bad = |zone: usize| zone >= intent.zones.len();
    if let Some(flow) =
        intent.flows.iter().find(|flow| bad(flow.from) || matches!(flow.to, Target::Zone(to) if bad(to)))
    {
        return Err(Refused::NoSuchZone(flow.why.clone()));
    }
    let mut text = String::from(
        "# 適用後 300 秒以内に confirm を打たなければ元に戻る (without confirm, undone after 300 s)\nrollback timer 300\n",
    );
    interfaces(intent, segmentation, &mut text);
    for family in [Family::V4, Family::V6] {
        filters(intent, family, model, segmentation, &mut text)?;
    }
    text.push_str("# 動作を確かめてから打つ (type once it works): confirm, save\n");
    Ok(text)
}

fn interface(zone: usize, segmentation: Segmentation) -> String {
    match segmentation {
        Segmentation::Tagged => format!("lan1/{}", zone + 1),
        Segmentation::Divided => format!("vlan{}", zone + 1),
    }
}

fn keyword(family: Family) -> &'static str {
    if family == Family::V4 { "ip" } else { "ipv6" }
}

/// A comment is one line: what a name holds cannot become a command.
fn comment(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

fn interfaces(intent: &Intent, segmentation: Segmentation, text: &mut String) {
    if segmentation == Segmentation::Divided {
        text.push_str("lan type lan1 port-based-option=divide-network\n");
    } else {
        // Between zones both must allow: the filters, and this.
        let between = intent.flows.iter().any(|flow| matches!(flow.to, Target::Zone(to) if to != flow.from));
        let _ = writeln!(text, "vlan interconnect group lan1 {}", if between { "all" } else { "none" });
    }
    for (at, zone) in intent.zones.iter().enumerate() {
        let name = interface(at, segmentation);
        let _ = writeln!(text, "# {}", comment(&zone.name));
        let _ = match segmentation {
            Segmentation::Tagged => writeln!(text, "vlan {name} 802.1q vid={}", zone.vlan),
            Segmentation::Divided => writeln!(text, "vlan port mapping lan1.{} {name}", at + 1),
        };
        for gateway in &zone.gateways {
            let _ = writeln!(text, "{} {name} address {gateway}", keyword(Family::of(gateway.addr())));
        }
    }
}

/// The lists of one zone.
#[derive(Default)]
struct Lists {
    incoming: Vec<usize>,
    outgoing: Vec<usize>,
}

fn filters(
    intent: &Intent,
    family: Family,
    model: Model,
    segmentation: Segmentation,
    text: &mut String,
) -> Result<(), Refused> {
    let word = keyword(family);
    let mut lists: Vec<Lists> = intent.zones.iter().map(|_| Lists::default()).collect();
    let mut next = 1000;
    for flow in joined(&intent.flows) {
        let of = |networks: &[IpNet]| -> Vec<IpNet> {
            let mine: Vec<IpNet> = networks.iter().copied().filter(|one| Family::of(one.addr()) == family).collect();
            IpNet::aggregate(&mine)
        };
        let (sources, destinations) = (of(&flow.sources), of(&flow.destinations));
        if sources.is_empty() || destinations.is_empty() {
            continue;
        }
        if family == Family::V6 && flow.service == Service::Ping {
            return Err(Refused::PingV6(flow.why));
        }
        let _ = writeln!(text, "# {}", comment(&flow.why));
        for from in sources.chunks(ADDRESSES_MAX) {
            for to in destinations.chunks(ADDRESSES_MAX) {
                for service in services(&flow.service) {
                    let _ = writeln!(text, "{word} filter {next} pass {} {} {service}", list(from), list(to));
                    lists[flow.from].incoming.push(next);
                    if let Target::Zone(to) = flow.to {
                        lists[to].outgoing.push(next);
                    }
                    next += 1;
                }
            }
        }
    }
    let _ = writeln!(text, "{word} filter 1 reject * *");
    if family == Family::V6 {
        text.push_str("# 近隣探索 (neighbour discovery)\nipv6 filter 2 pass * * icmp6 133-136\n");
    }
    let ping = if family == Family::V4 { " 3" } else { "" };
    let _ = writeln!(text, "{word} filter dynamic 1 * * tcp\n{word} filter dynamic 2 * * udp");
    if family == Family::V4 {
        text.push_str("ip filter dynamic 3 * * ping\n");
    }
    let fixed = if family == Family::V4 { 3 } else { 2 };
    for (at, lists) in lists.iter().enumerate() {
        let name = interface(at, segmentation);
        for (direction, numbers) in [("in", &lists.incoming), ("out", &lists.outgoing)] {
            let mut all: Vec<String> = if family == Family::V6 { vec!["2".to_owned()] } else { Vec::new() };
            all.extend(numbers.iter().map(ToString::to_string));
            // A list must stand there even where nothing may pass: no list lets everything through.
            if all.is_empty() {
                all.push("1".to_owned());
            }
            let needed = all.len() + fixed;
            if needed > model.cap() {
                return Err(Refused::TooMany { interface: name, direction, needed, cap: model.cap() });
            }
            let _ = writeln!(text, "{word} {name} secure filter {direction} {} dynamic 1 2{ping}", all.join(" "));
        }
    }
    Ok(())
}

fn list(networks: &[IpNet]) -> String {
    networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn services(service: &Service) -> Vec<String> {
    let chunks = |name: &str, ports: &[(u16, u16)]| {
        let word = |(low, high): &(u16, u16)| if low == high { low.to_string() } else { format!("{low}-{high}") };
        let words: Vec<String> = ports.iter().map(word).collect();
        words.chunks(PORTS_MAX).map(|some| format!("{name} * {}", some.join(","))).collect()
    };
    match service {
        Service::Tcp(ports) => chunks("tcp", ports),
        Service::Udp(ports) => chunks("udp", ports),
        Service::Ping => vec!["icmp 8".to_owned()],
    }
}

/// Flows between the same ends and of one transport become one, with all their ports and reasons.
fn joined(flows: &[Flow]) -> Vec<Flow> {
    let mut all: Vec<Flow> = Vec::new();
    for flow in flows {
        let same = |one: &&mut Flow| {
            (one.from, one.to) == (flow.from, flow.to)
                && (&one.sources, &one.destinations) == (&flow.sources, &flow.destinations)
                && std::mem::discriminant(&one.service) == std::mem::discriminant(&flow.service)
        };
        let Some(one) = all.iter_mut().find(same) else {
            all.push(flow.clone());
            continue;
        };
        if let (Service::Tcp(known) | Service::Udp(known), Service::Tcp(more) | Service::Udp(more)) =
            (&mut one.service, &flow.service)
        {
            known.extend(more);
        }
        if one.why != flow.why {
            one.why = format!("{}; {}", one.why, flow.why);
        }
    }
    for flow in &mut all {
        if let Service::Tcp(ports) | Service::Udp(ports) = &mut flow.service {
            merge(ports);
        }
    }
    all
}

/// Sorted, and no two that touch: fewer filters, and none that another makes idle.
fn merge(ports: &mut Vec<(u16, u16)>) {
    ports.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::new();
    for (low, high) in ports.drain(..) {
        match merged.last_mut() {
            Some((_, end)) if low <= end.saturating_add(1) => *end = high.max(*end),
            _ => merged.push((low, high)),
        }
    }
    *ports = merged;
}
