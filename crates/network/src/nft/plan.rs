//! Which flows become elements of a map, and which rules of their own.
//!
//! A flow of few blocks is an element or two in the map of its pair of sides: however many such flows there are, a
//! packet is looked up once. A flow of many (a group of a thousand devices, the whole Internet) would fill the map
//! with every combination; it becomes one rule over sets, each device written once.

use std::collections::BTreeMap;

use crate::boxes::{Block, Kind, Product, Range, blocks};
use crate::policy::{Flow, Policy, Side};

/// A flow of more blocks than this is a rule.
const BLOCKS_MAX: usize = 32;
/// One of at least this many is, if its parts are fewer than its blocks.
const BLOCKS_MIN: usize = 6;

/// Which map a block goes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MapKey {
    pub(super) pair: (Side, Side),
    pub(super) granted: bool,
    pub(super) ping: bool,
    pub(super) v6: bool,
}

/// A flow that is a rule.
pub(super) struct Wide {
    pub(super) pair: (Side, Side),
    pub(super) v6: bool,
    pub(super) flow: usize,
    pub(super) product: Product,
}

/// What a policy becomes.
pub(super) struct Plan<'a> {
    pub(super) policy: &'a Policy,
    pub(super) open: Vec<&'a Flow>,
    pub(super) maps: BTreeMap<MapKey, Vec<Block>>,
    pub(super) wide: Vec<Wide>,
    /// Sets of several ranges by family and content, with their names.
    pub(super) sets: BTreeMap<(bool, Vec<Range>), String>,
}

impl<'a> Plan<'a> {
    pub(super) fn of(policy: &'a Policy) -> Self {
        let open: Vec<&Flow> = policy.open().collect();
        let mut plan = Self { policy, open, maps: BTreeMap::new(), wide: Vec::new(), sets: BTreeMap::new() };
        for from in policy.sides() {
            for to in policy.sides().filter(|to| *to != from) {
                for v6 in [false, true] {
                    plan.between((from, to), v6);
                }
            }
        }
        plan
    }

    fn between(&mut self, pair: (Side, Side), v6: bool) {
        let declared = self.policy.flows.len();
        let (mut small, mut grants) = (Vec::new(), Vec::new());
        for (index, flow) in self.open.clone().into_iter().enumerate() {
            let product = Product::of(self.policy, flow, pair, v6);
            // Elements of a grant end one by one, with their own timeout: a rule would not.
            if index >= declared {
                grants.push((index, flow));
            } else if is_wide(&product) {
                self.name(v6, &product.sources, &flow.from.word);
                self.name(v6, &product.destinations, &flow.to.word);
                self.wide.push(Wide { pair, v6, flow: index, product });
            } else {
                small.push((index, flow));
            }
        }
        for (granted, flows) in [(false, small), (true, grants)] {
            for block in blocks(self.policy, flows, pair, v6) {
                let key = MapKey { pair, granted, ping: block.what == Kind::Ping, v6 };
                self.maps.entry(key).or_default().push(block);
            }
        }
    }

    /// Gives a set its name: the end's own, with a number if that means other addresses elsewhere.
    fn name(&mut self, v6: bool, ranges: &[Range], word: &str) {
        let key = (v6, ranges.to_vec());
        if ranges.len() < 2 || self.sets.contains_key(&key) {
            return;
        }
        let word: String = word.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let plain = format!("all_{word}_{}", if v6 { 6 } else { 4 });
        let taken = |name: &str| self.sets.values().any(|known| known == name);
        let mut name = plain.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{plain}_{number}");
            number += 1;
        }
        self.sets.insert(key, name);
    }

    /// Pairs of sides between which anything is open, in order.
    pub(super) fn pairs(&self) -> Vec<(Side, Side)> {
        let mut pairs: Vec<(Side, Side)> =
            self.maps.keys().map(|key| key.pair).chain(self.wide.iter().map(|wide| wide.pair)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    /// Flows that are used, in order.
    pub(super) fn flows(&self) -> Vec<usize> {
        let mut used: Vec<usize> = self.maps.values().flatten().map(|block| block.flow).collect();
        used.extend(self.wide.iter().map(|wide| wide.flow));
        used.sort_unstable();
        used.dedup();
        used
    }
}

fn is_wide(product: &Product) -> bool {
    let blocks = product.blocks();
    blocks > BLOCKS_MAX || (blocks >= BLOCKS_MIN && blocks > product.ranges())
}
