//! Flows in the words of filters.

use super::family::Family;
use super::filter::PORTS_MAX;
use crate::boxes::{Kind, Range, belonging, ports_text};
use crate::joining::{Group, groups, prefixes};
use crate::policy::{Flow, Policy, Side, Spot};

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

/// All of a policy's flows, as few as say the same.
pub(super) fn passes(policy: &Policy, family: Family) -> Vec<Pass> {
    let mine = groups(policy).into_iter().filter(|group| group.v6 == family.is_v6());
    let pass = |group: Group| {
        let (from, to) = group.pair;
        let sources = addresses(policy, &group.product.sources, from, family);
        let destinations = addresses(policy, &group.product.destinations, to, family);
        let services = services(&group.product.services, family);
        Pass { from, to, sources, destinations, services, why: group.why(policy) }
    };
    mine.map(pass).collect()
}

/// The ends of a flow that the router stands between.
pub(super) fn pairs(flow: &Flow) -> impl Iterator<Item = (&Spot, &Spot)> {
    let pairs = flow.from.spots.iter().flat_map(|from| flow.to.spots.iter().map(move |to| (from, to)));
    pairs.filter(|(from, to)| from.side != to.side)
}

/// Ranges of a side, as words. Everything behind the uplink is a star: what is inside is refused before.
fn addresses(policy: &Policy, ranges: &[Range], side: Side, family: Family) -> Vec<String> {
    let whole = |with_link| ranges == belonging(policy, side, with_link, family.is_v6());
    if side == Side::Gateway || (side == Side::Uplink && (whole(false) || whole(true))) {
        return vec!["*".to_owned()];
    }
    prefixes(ranges, family.is_v6()).iter().map(ToString::to_string).collect()
}

fn services(all: &[(Kind, Range)], family: Family) -> Vec<String> {
    let ports = |kind: Kind, name: &str| {
        let words: Vec<String> =
            all.iter().filter(|(own, _)| *own == kind).map(|(_, range)| ports_text(*range)).collect();
        words.chunks(PORTS_MAX).map(|some| format!("{name} * {}", some.join(","))).collect::<Vec<_>>()
    };
    let echo = if family.is_v6() { "icmp6 128" } else { "icmp 8" };
    let ping = all.iter().any(|(kind, _)| *kind == Kind::Ping).then(|| echo.to_owned());
    ports(Kind::Tcp, "tcp").into_iter().chain(ports(Kind::Udp, "udp")).chain(ping).collect()
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
