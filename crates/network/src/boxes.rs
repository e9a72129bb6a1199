//! Flows as boxes: ranges of source × ranges of destination × protocol × ports, none overlapping another.
//!
//! Tables that are looked up by key (sets of nftables, ipsets) refuse keys that overlap, and where two flows open
//! the same packet one of them is enough.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::policy::{Flow, Match, Policy, Reach, Side, Spot, link_local};

/// Numbers from first to last.
pub type Range = (u128, u128);

/// One element: everything in all four ranges. Addresses are numbers of their family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The flow that opens it: its place in [`Policy::open`].
    pub flow: usize,
    /// Callers.
    pub source: Range,
    /// Called.
    pub destination: Range,
    /// TCP or UDP to ports, or echo requests.
    pub what: Kind,
    /// Ports; `(0, 0)` for echo requests.
    pub ports: Range,
}

/// What a block's ports are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Echo requests, which have none.
    Ping,
}

/// The blocks of some flows between two sides in one family, disjoint, in order of address. Wider ones swallow
/// narrower ones.
#[must_use]
pub fn blocks<'a>(
    policy: &Policy,
    flows: impl IntoIterator<Item = (usize, &'a Flow)>,
    between: (Side, Side),
    v6: bool,
) -> Vec<Block> {
    let mut all: Vec<Block> =
        flows.into_iter().flat_map(|(index, flow)| of_flow(policy, index, flow, between, v6)).collect();
    all.sort_by_key(|block| std::cmp::Reverse(width(block)));
    let mut taken = Taken::default();
    let mut disjoint: Vec<Block> = Vec::with_capacity(all.len());
    for block in all {
        let mut rest = vec![block];
        // Blocks of one flow are disjoint as they are made.
        for other in taken.beside(&block).filter(|other| other.flow != block.flow) {
            if rest.iter().any(|part| meet(part, other)) {
                rest = rest.iter().flat_map(|part| without(part, other)).collect();
            }
        }
        rest.iter().for_each(|part| taken.add(*part));
        disjoint.append(&mut rest);
    }
    disjoint.sort_by_key(|block| (block.source, block.destination, block.what, block.ports));
    disjoint
}

/// Blocks by their source, so that a thousand devices need not be compared with each other.
#[derive(Default)]
struct Taken {
    one: BTreeMap<u128, Vec<Block>>,
    many: Vec<Block>,
}

impl Taken {
    fn add(&mut self, block: Block) {
        let (first, last) = block.source;
        if first == last { self.one.entry(first).or_default().push(block) } else { self.many.push(block) }
    }

    /// Those that might overlap a block.
    fn beside<'a>(&'a self, block: &Block) -> Box<dyn Iterator<Item = &'a Block> + 'a> {
        let (first, last) = block.source;
        if first == last {
            Box::new(self.many.iter().chain(self.one.get(&first).into_iter().flatten()))
        } else {
            Box::new(self.many.iter().chain(self.one.values().flatten()))
        }
    }
}

/// A flow between two sides in one family: every source to every destination by every service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Callers: sorted, disjoint.
    pub sources: Vec<Range>,
    /// Called: sorted, disjoint.
    pub destinations: Vec<Range>,
    /// Services, with their ports; `(0, 0)` for echo requests.
    pub services: Vec<(Kind, Range)>,
}

impl Product {
    /// What a flow is between two sides in one family.
    #[must_use]
    pub fn of(policy: &Policy, flow: &Flow, (from, to): (Side, Side), v6: bool) -> Self {
        let ranges = |spots: &[Spot], side: Side, other: Side| {
            let spots = spots.iter().filter(|spot| spot.side == side);
            merged(spots.flat_map(|spot| ranges(policy, spot, other, v6)).collect())
        };
        let sources = ranges(&flow.from.spots, from, to);
        // Most flows are between two other sides.
        if sources.is_empty() {
            return Self::default();
        }
        Self { sources, destinations: ranges(&flow.to.spots, to, from), services: services(&flow.matches) }
    }

    /// How many blocks it has.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.sources.len() * self.destinations.len() * self.services.len()
    }

    /// How many ranges it is made of.
    #[must_use]
    pub fn ranges(&self) -> usize {
        self.sources.len() + self.destinations.len() + self.services.len()
    }
}

fn of_flow(policy: &Policy, flow: usize, declared: &Flow, between: (Side, Side), v6: bool) -> Vec<Block> {
    let product = Product::of(policy, declared, between, v6);
    let mut blocks = Vec::with_capacity(product.blocks());
    for source in &product.sources {
        for destination in &product.destinations {
            let block = |(what, ports)| Block { flow, source: *source, destination: *destination, what, ports };
            blocks.extend(product.services.iter().copied().map(block));
        }
    }
    blocks
}

fn services(matches: &[Match]) -> Vec<(Kind, Range)> {
    let ports = |kind| {
        let of_kind = matches.iter().filter_map(move |each| match (each, kind) {
            (Match::Tcp(range), Kind::Tcp) | (Match::Udp(range), Kind::Udp) => {
                Some((u128::from(range.first()), u128::from(range.last())))
            }
            (Match::Ping, Kind::Ping) => Some((0, 0)),
            _ => None,
        });
        merged(of_kind.collect()).into_iter().map(move |range| (kind, range))
    };
    [Kind::Tcp, Kind::Udp, Kind::Ping].into_iter().flat_map(ports).collect()
}

/// The addresses of a spot in one family, as far as they belong to its side.
fn ranges(policy: &Policy, spot: &Spot, other: Side, v6: bool) -> Vec<Range> {
    let own = belonging(policy, spot.side, other == Side::Gateway && spot.reach == Reach::All, v6);
    match &spot.reach {
        Reach::All => own,
        Reach::Nets(nets) => {
            let named = merged(nets.iter().filter_map(|net| range(net, v6)).collect());
            let parts = named.iter().flat_map(|named| own.iter().filter_map(|own| common(*named, *own)));
            merged(parts.collect())
        }
    }
}

/// The addresses of a side in one family.
#[must_use]
pub fn belonging(policy: &Policy, side: Side, with_link: bool, v6: bool) -> Vec<Range> {
    let link = range(&link_local(), v6);
    let mut own = match side {
        Side::Gateway => vec![(0, max(v6))],
        Side::Uplink => {
            let not: Vec<Range> = policy.inside().filter_map(|net| range(&net, v6)).chain(link).collect();
            complement(&merged(not), max(v6))
        }
        Side::Zone(index) => {
            let subnets = policy.zones.get(index).map(|zone| zone.subnets.as_slice()).unwrap_or_default();
            subnets.iter().filter_map(|net| range(net, v6)).collect()
        }
    };
    own.extend(link.filter(|_| with_link));
    merged(own)
}

/// A prefix as a range, if it is of the family.
#[must_use]
pub fn range(net: &IpNet, v6: bool) -> Option<Range> {
    match net {
        IpNet::V4(net) if !v6 => Some((net.network().to_bits().into(), net.broadcast().to_bits().into())),
        IpNet::V6(net) if v6 => Some((net.network().to_bits(), net.broadcast().to_bits())),
        _ => None,
    }
}

/// A number as an address of the family.
#[must_use]
pub fn address(number: u128, v6: bool) -> IpAddr {
    if v6 {
        Ipv6Addr::from_bits(number).into()
    } else {
        Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into()
    }
}

/// A range of addresses: one, a prefix, or from-to.
#[must_use]
pub fn addresses_text(range: Range, v6: bool) -> String {
    let (first, last) = range;
    let width = if v6 { 128 } else { 32 };
    let free = (first ^ last).checked_add(1).map_or(width, u128::trailing_zeros);
    // A prefix: the ends differ in low bits only, which are all zero in the first and all one in the last.
    let mask = if free >= 128 { u128::MAX } else { (1 << free) - 1 };
    if first == last {
        address(first, v6).to_string()
    } else if first ^ last == mask && first & mask == 0 {
        format!("{}/{}", address(first, v6), width - free)
    } else {
        format!("{}-{}", address(first, v6), address(last, v6))
    }
}

/// A range of ports.
#[must_use]
pub fn ports_text((first, last): Range) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

fn max(v6: bool) -> u128 {
    if v6 { u128::MAX } else { u32::MAX.into() }
}

/// Sorted, disjoint, not touching.
#[must_use]
pub fn merged(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut merged: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// What lies between merged ranges.
fn complement(ranges: &[Range], max: u128) -> Vec<Range> {
    let mut gaps = Vec::new();
    let mut next = Some(0);
    for (first, last) in ranges {
        gaps.extend(next.filter(|next| next < first).map(|next| (next, first - 1)));
        next = last.checked_add(1).filter(|next| *next <= max);
    }
    gaps.extend(next.map(|next| (next, max)));
    gaps
}

fn common(a: Range, b: Range) -> Option<Range> {
    let (first, last) = (a.0.max(b.0), a.1.min(b.1));
    (first <= last).then_some((first, last))
}

fn width(block: &Block) -> u32 {
    let bits = |(first, last): Range| 128 - (last - first).leading_zeros();
    bits(block.source) + bits(block.destination) + bits(block.ports)
}

fn meet(a: &Block, b: &Block) -> bool {
    a.what == b.what
        && common(a.source, b.source).is_some()
        && common(a.destination, b.destination).is_some()
        && common(a.ports, b.ports).is_some()
}

/// A block less another: up to six pieces around what is cut out.
fn without(block: &Block, cut: &Block) -> Vec<Block> {
    if !meet(block, cut) {
        return vec![*block];
    }
    let mut pieces = Vec::new();
    let mut rest = *block;
    let fields: [fn(&mut Block) -> &mut Range; 3] =
        [|block| &mut block.source, |block| &mut block.destination, |block| &mut block.ports];
    let mut cut = *cut;
    for field in fields {
        let (whole, hole) = (*field(&mut rest), *field(&mut cut));
        if whole.0 < hole.0 {
            *field(&mut rest) = (whole.0, hole.0 - 1);
            pieces.push(rest);
        }
        if hole.1 < whole.1 {
            *field(&mut rest) = (hole.1 + 1, whole.1);
            pieces.push(rest);
        }
        *field(&mut rest) = (whole.0.max(hole.0), whole.1.min(hole.1));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block() -> impl Strategy<Value = Block> {
        let range = || (0u128..12, 0u128..12).prop_map(|(a, b)| (a.min(b), a.max(b)));
        (range(), range(), range()).prop_map(|(source, destination, ports)| Block {
            flow: 0,
            source,
            destination,
            what: Kind::Tcp,
            ports,
        })
    }

    fn holds(block: &Block, at: [u128; 3]) -> bool {
        let within = |range: Range, at| range.0 <= at && at <= range.1;
        within(block.source, at[0]) && within(block.destination, at[1]) && within(block.ports, at[2])
    }

    #[test]
    fn ranges_are_written_as_people_write_them() {
        for (range, v6, text) in [
            ((0x0a00_0001, 0x0a00_0001), false, "10.0.0.1"),
            ((0x0a00_0000, 0x0a00_00ff), false, "10.0.0.0/24"),
            ((0x0a00_0001, 0x0a00_0002), false, "10.0.0.1-10.0.0.2"),
            ((0, 0xffff_ffff), false, "0.0.0.0/0"),
            ((0, u128::MAX), true, "::/0"),
            ((0xfe80 << 112, (0xfec0 << 112) - 1), true, "fe80::/10"),
            ((1, 2), true, "::1-::2"),
        ] {
            assert_eq!(addresses_text(range, v6), text);
        }
    }

    proptest! {
        #[test]
        fn cutting_leaves_the_rest_each_packet_once(whole in block(), cut in block(), at: [u8; 3]) {
            let at = at.map(|at| u128::from(at % 12));
            let times = without(&whole, &cut).iter().filter(|piece| holds(piece, at)).count();
            prop_assert_eq!(times, usize::from(holds(&whole, at) && !holds(&cut, at)));
        }

        #[test]
        fn gaps_and_ranges_fill_the_line(ranges in proptest::collection::vec((0u128..20, 0u128..20), 0..5), at in 0u128..30) {
            let ranges = merged(ranges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect());
            let holds = |ranges: &[Range]| ranges.iter().any(|(first, last)| (*first..=*last).contains(&at));
            prop_assert_ne!(holds(&ranges), holds(&complement(&ranges, 29)));
        }
    }
}
