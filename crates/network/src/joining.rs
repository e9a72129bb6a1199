//! Flows put together into as few rules as say the same: routers take a while for each rule or cap their number, and
//! people read them.

use core::net::IpAddr;
use std::collections::BTreeMap;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

use crate::boxes::{Kind, Product, Range, address, merged};
use crate::policy::{Flow, Policy, Side};

/// One rule: everything from these to those by this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// From where to where.
    pub(crate) pair: (Side, Side),
    /// IPv6.
    pub(crate) v6: bool,
    /// Callers, called, services.
    pub(crate) product: Product,
    /// The flows in it: places in [`Policy::open`], in order.
    pub(crate) flows: Vec<usize>,
}

impl Group {
    /// The flows themselves.
    pub(crate) fn members<'a>(&self, policy: &'a Policy) -> Vec<&'a Flow> {
        self.flows.iter().filter_map(|flow| policy.open_at(*flow)).collect()
    }

    /// For what reasons, each once.
    pub(crate) fn why(&self, policy: &Policy) -> String {
        let mut whys: Vec<&str> = Vec::new();
        for flow in self.members(policy) {
            if !whys.contains(&flow.why.as_str()) {
                whys.push(&flow.why);
            }
            if whys.len() == WHYS_MAX {
                break;
            }
        }
        whys.join("; ")
    }
}

/// Reasons that are told of one rule, at most.
const WHYS_MAX: usize = 5;

/// Ranges as the fewest prefixes, for those who take no ranges.
pub(crate) fn prefixes(ranges: &[Range], v6: bool) -> Vec<IpNet> {
    let nets = ranges.iter().flat_map(|(first, last)| -> Vec<IpNet> {
        match (address(*first, v6), address(*last, v6)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).map(IpNet::V4).collect(),
            (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).map(IpNet::V6).collect(),
            _ => Vec::new(),
        }
    });
    nets.collect()
}

/// The rules of a policy, in order of sides. None of them is within another one.
pub(crate) fn groups(policy: &Policy) -> Vec<Group> {
    let mut all = Vec::new();
    for from in policy.sides() {
        for to in policy.sides().filter(|to| *to != from) {
            for v6 in [false, true] {
                all.extend(between(policy, (from, to), v6));
            }
        }
    }
    all
}

fn between(policy: &Policy, pair: (Side, Side), v6: bool) -> Vec<Group> {
    let products = policy.open().enumerate().map(|(flow, declared)| (flow, Product::of(policy, declared, pair, v6)));
    let products = products.filter(|(_, product)| product.blocks() > 0);
    let groups: Vec<Group> = products.map(|(flow, product)| Group { pair, v6, product, flows: vec![flow] }).collect();
    let groups = join(
        groups,
        |one| (one.destinations.clone(), one.services.clone()),
        |one, other| {
            extend(&mut one.sources, &other.sources);
        },
    );
    let groups = join(
        groups,
        |one| (one.sources.clone(), one.services.clone()),
        |one, other| {
            extend(&mut one.destinations, &other.destinations);
        },
    );
    let groups = join(
        groups,
        |one| (one.sources.clone(), one.destinations.clone()),
        |one, other| {
            one.services = services(one.services.iter().chain(&other.services));
        },
    );
    let wider = |own: usize, group: &Group| {
        let mut others = groups.iter().enumerate().filter(|(other, _)| *other != own);
        others.any(|(_, other)| within(&group.product, &other.product))
    };
    groups.iter().enumerate().filter(|(own, group)| !wider(*own, group)).map(|(_, group)| group.clone()).collect()
}

/// Puts together what has the same key, where the first of it stands.
fn join<K: Ord>(groups: Vec<Group>, key: impl Fn(&Product) -> K, add: impl Fn(&mut Product, &Product)) -> Vec<Group> {
    let mut known: BTreeMap<K, usize> = BTreeMap::new();
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        match known.get(&key(&group.product)) {
            Some(at) => {
                let first = &mut joined[*at];
                add(&mut first.product, &group.product);
                first.flows.extend(group.flows);
                first.flows.sort_unstable();
            }
            None => {
                known.insert(key(&group.product), joined.len());
                joined.push(group);
            }
        }
    }
    joined
}

fn extend(ranges: &mut Vec<Range>, more: &[Range]) {
    *ranges = merged(ranges.iter().chain(more).copied().collect());
}

fn services<'a>(all: impl Iterator<Item = &'a (Kind, Range)>) -> Vec<(Kind, Range)> {
    let mut by_kind: BTreeMap<Kind, Vec<Range>> = BTreeMap::new();
    for (kind, range) in all {
        by_kind.entry(*kind).or_default().push(*range);
    }
    by_kind.into_iter().flat_map(|(kind, ranges)| merged(ranges).into_iter().map(move |range| (kind, range))).collect()
}

/// Whether one is wholly in the other.
fn within(one: &Product, other: &Product) -> bool {
    let ranges = |inner: &[Range], outer: &[Range]| {
        inner.iter().all(|(first, last)| outer.iter().any(|(low, high)| low <= first && last <= high))
    };
    let service = |(kind, (first, last)): &(Kind, Range)| {
        other.services.iter().any(|(own, (low, high))| own == kind && low <= first && last <= high)
    };
    ranges(&one.sources, &other.sources)
        && ranges(&one.destinations, &other.destinations)
        && one.services.iter().all(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(sources: &[Range], destinations: &[Range], services: &[(Kind, Range)], flow: usize) -> Group {
        let product =
            Product { sources: sources.to_vec(), destinations: destinations.to_vec(), services: services.to_vec() };
        Group { pair: (Side::Zone(0), Side::Zone(1)), v6: false, product, flows: vec![flow] }
    }

    #[test]
    fn neighbours_with_the_same_key_become_one_where_the_first_stands() {
        let web = [(Kind::Tcp, (443, 443))];
        let all = vec![
            group(&[(10, 10)], &[(1, 1)], &web, 3),
            group(&[(20, 20)], &[(2, 2)], &web, 1),
            group(&[(11, 11)], &[(1, 1)], &web, 0),
        ];
        let joined = join(
            all,
            |one| (one.destinations.clone(), one.services.clone()),
            |one, other| {
                extend(&mut one.sources, &other.sources);
            },
        );
        assert_eq!(
            joined,
            [
                Group { flows: vec![0, 3], ..group(&[(10, 11)], &[(1, 1)], &web, 0) },
                group(&[(20, 20)], &[(2, 2)], &web, 1),
            ]
        );
    }

    #[test]
    fn what_lies_within_another_in_all_three_is_within() {
        let wide = group(&[(0, 255)], &[(1, 9)], &[(Kind::Tcp, (1, 100)), (Kind::Ping, (0, 0))], 0).product;
        let narrow = |services: &[(Kind, Range)]| group(&[(7, 7), (9, 12)], &[(2, 3)], services, 0).product;
        assert!(within(&narrow(&[(Kind::Tcp, (80, 80)), (Kind::Ping, (0, 0))]), &wide));
        assert!(!within(&narrow(&[(Kind::Udp, (80, 80))]), &wide));
        assert!(!within(&narrow(&[(Kind::Tcp, (80, 101))]), &wide));
        assert!(!within(&wide, &narrow(&[(Kind::Tcp, (1, 100))])));
    }

    #[test]
    fn ranges_are_the_fewest_prefixes() {
        let told = |ranges: &[Range], v6| prefixes(ranges, v6).iter().map(ToString::to_string).collect::<Vec<_>>();
        let base = u128::from(u32::from_be_bytes([10, 0, 0, 0]));
        assert_eq!(told(&[(base + 1, base + 4)], false), ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"]);
        assert_eq!(told(&[(0, u128::MAX)], true), ["::/0"]);
        assert_eq!(told(&[], false), [""; 0]);
    }

    #[test]
    fn services_that_touch_are_one_range() {
        let joined =
            services([(Kind::Udp, (5, 9)), (Kind::Tcp, (80, 80)), (Kind::Tcp, (81, 90)), (Kind::Udp, (1, 5))].iter());
        assert_eq!(joined, [(Kind::Tcp, (80, 90)), (Kind::Udp, (1, 9))]);
    }
}
