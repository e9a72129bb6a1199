//! Flows in the words of filters.

use ipnet::IpNet;

use super::compile::Refused;
use super::family::Family;
use super::filter::PORTS_MAX;
use crate::policy::{Flow, Match, Policy, Reach, Side, Spot, link_local};

/// What may begin between two sides in one family, as words of filters.
pub(super) struct Pass {
    pub(super) from: Side,
    pub(super) to: Side,
    pub(super) sources: Vec<String>,
    pub(super) destinations: Vec<String>,
    /// Protocol and ports: `tcp * 80,443`.
    pub(super) services: Vec<String>,
    pub(super) why: String,
}

/// All of a policy's flows. Those between the same ends become one, with all their ports and reasons.
pub(super) fn passes(policy: &Policy, family: Family) -> Result<Vec<Pass>, Refused> {
    let mut joined: Vec<(Spot, Spot, Vec<Match>, String)> = Vec::new();
    for flow in policy.open() {
        for (from, to) in pairs(flow) {
            match joined.iter_mut().find(|(known, other, ..)| (known, other) == (from, to)) {
                Some((.., matches, why)) => {
                    matches.extend(&flow.matches);
                    if !why.contains(&flow.why) {
                        *why = format!("{why}; {}", flow.why);
                    }
                }
                None => joined.push((from.clone(), to.clone(), flow.matches.clone(), flow.why.clone())),
            }
        }
    }
    let mut all = Vec::new();
    for (from, to, matches, why) in joined {
        let sources = addresses(policy, &from, to.side, family);
        let destinations = addresses(policy, &to, from.side, family);
        // One family is not asked for where an end has no address of it; the router has one wherever the other has.
        if sources.is_empty() || destinations.is_empty() {
            continue;
        }
        if family.is_v6() && matches.contains(&Match::Ping) {
            return Err(Refused::PingV6(why));
        }
        let services = services(&matches);
        all.push(Pass { from: from.side, to: to.side, sources, destinations, services, why });
    }
    Ok(all)
}

/// The ends of a flow that the router stands between.
pub(super) fn pairs(flow: &Flow) -> impl Iterator<Item = (&Spot, &Spot)> {
    let pairs = flow.from.spots.iter().flat_map(|from| flow.to.spots.iter().map(move |to| (from, to)));
    pairs.filter(|(from, to)| from.side != to.side)
}

/// The addresses of a spot, as far as they belong to its side.
fn addresses(policy: &Policy, spot: &Spot, other: Side, family: Family) -> Vec<String> {
    let mine = |net: &IpNet| Family::of(net.addr()) == family;
    let subnets = |index: usize| policy.zones.get(index).map(|zone| zone.subnets.as_slice()).unwrap_or_default();
    let mut found: Vec<IpNet> = match (&spot.reach, spot.side) {
        (Reach::All, Side::Gateway | Side::Uplink) => return vec!["*".to_owned()],
        (Reach::All, Side::Zone(index)) => {
            let link = Some(link_local()).filter(|_| other == Side::Gateway);
            subnets(index).iter().copied().chain(link).collect()
        }
        (Reach::Nets(nets), Side::Gateway | Side::Uplink) => nets.clone(),
        (Reach::Nets(nets), Side::Zone(index)) => {
            let common = |a: &IpNet, b: &IpNet| if a.contains(b) { Some(*b) } else { b.contains(a).then_some(*a) };
            nets.iter().flat_map(|net| subnets(index).iter().filter_map(move |own| common(net, own))).collect()
        }
    };
    found.retain(mine);
    IpNet::aggregate(&found).iter().map(ToString::to_string).collect()
}

fn services(matches: &[Match]) -> Vec<String> {
    let ports = |udp: bool| {
        let mut list: Vec<(u16, u16)> = matches
            .iter()
            .filter_map(|each| match each {
                Match::Tcp(range) if !udp => Some((range.first(), range.last())),
                Match::Udp(range) if udp => Some((range.first(), range.last())),
                _ => None,
            })
            .collect();
        merge(&mut list);
        let words: Vec<String> = list.iter().map(word).collect();
        let name = if udp { "udp" } else { "tcp" };
        words.chunks(PORTS_MAX).map(|some| format!("{name} * {}", some.join(","))).collect::<Vec<_>>()
    };
    let ping = matches.contains(&Match::Ping).then(|| "icmp 8".to_owned());
    ports(false).into_iter().chain(ports(true)).chain(ping).collect()
}

/// Types of ICMP as a list.
pub(super) fn icmp_types(types: &[u8]) -> String {
    let mut list = types.iter().map(|kind| (u16::from(*kind), u16::from(*kind))).collect();
    merge(&mut list);
    list.iter().map(word).collect::<Vec<_>>().join(",")
}

fn word((low, high): &(u16, u16)) -> String {
    if low == high { low.to_string() } else { format!("{low}-{high}") }
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
