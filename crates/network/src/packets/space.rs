//! The space sets are made in: the fields, and the interfaces that have names.

use core::net::IpAddr;
use std::collections::HashMap;

use biodivine_lib_bdd::{Bdd, BddNode, BddPointer, BddVariableSet};
use ipnet::IpNet;

use super::field::{Field, State};
use super::set::Set;

/// The value of an interface field that stands for the gateway itself.
pub const GATEWAY: u8 = 0;
/// The value that stands for the loopback interface, `lo`.
pub const LOOPBACK: u8 = 1;
/// Interfaces that can have names; the values left over are the interfaces nobody has named.
const NAMES_MAX: usize = 250;

/// Makes sets. Sets of one space can be combined; interfaces may be named at any time.
#[derive(Clone, Debug)]
pub struct Space {
    variables: BddVariableSet,
    interfaces: Vec<String>,
}

impl Default for Space {
    fn default() -> Self {
        let variables = BddVariableSet::new_anonymous(Field::bits());
        Self { variables, interfaces: vec![String::new(), "lo".to_owned()] }
    }
}

impl Space {
    /// The number of an interface, given now if it is heard of for the first time. None if there are more than
    /// can be told apart (250).
    pub fn interface(&mut self, name: &str) -> Option<u8> {
        let known = self.interfaces.iter().skip(1).position(|known| known == name).map(|index| index + 1);
        let index = known.or_else(|| {
            (self.interfaces.len() < NAMES_MAX).then(|| {
                self.interfaces.push(name.to_owned());
                self.interfaces.len() - 1
            })
        });
        u8::try_from(index?).ok()
    }

    /// The name of an interface; none for the gateway itself and for those nobody has named.
    #[must_use]
    pub fn interface_name(&self, number: u8) -> Option<&str> {
        self.interfaces.get(usize::from(number)).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// No packet.
    #[must_use]
    pub fn none(&self) -> Set {
        Set(self.variables.mk_false())
    }

    /// Every row of bits. See [`Self::sound`].
    #[must_use]
    pub fn all(&self) -> Set {
        Set(self.variables.mk_true())
    }

    /// Rows of bits that stand for packets a gateway can see.
    #[must_use]
    pub fn sound(&self) -> Set {
        let own = self.is(Field::In, GATEWAY.into()).and(&self.is(Field::Out, GATEWAY.into()));
        let states = self.range(Field::State, 0, State::Untracked as u128);
        states.minus(&own)
    }

    /// The union of many.
    #[must_use]
    pub fn any(&self, sets: impl IntoIterator<Item = Set>) -> Set {
        Set::join(sets.into_iter().map(|set| set.0).filter(|bdd| !bdd.is_false()).collect(), self.variables.mk_false())
    }

    /// A set with one field set to a value, whatever it was.
    #[must_use]
    pub fn moved(&self, set: &Set, field: Field, value: u128) -> Set {
        let bits: Vec<_> = (0..field.width()).map(|bit| field.variable(bit)).collect();
        Set(set.0.exists(&bits)).and(&self.is(field, value))
    }

    /// A field with one value.
    #[must_use]
    pub fn is(&self, field: Field, value: u128) -> Set {
        self.range(field, value, value)
    }

    /// A field with a value from first to last.
    #[must_use]
    pub fn range(&self, field: Field, first: u128, last: u128) -> Set {
        self.ranges(field, &[(first, last)])
    }

    /// A field with a value in one of the ranges, in any order, overlapping or not.
    #[must_use]
    pub fn ranges(&self, field: Field, ranges: &[(u128, u128)]) -> Set {
        self.product(&[(field, ranges)])
    }

    /// Packets of which each of some fields has a value in one of its ranges. Built from the last field upwards in
    /// one go: what comes of a thousand such sets is a matter of milliseconds.
    #[must_use]
    pub fn product(&self, parts: &[(Field, &[(u128, u128)])]) -> Set {
        let mut parts: Vec<(Field, Vec<(u128, u128)>)> =
            parts.iter().map(|(field, ranges)| (*field, merged(ranges, (*field).max()))).collect();
        parts.sort_by_key(|(field, _)| std::cmp::Reverse(*field));
        let nodes = vec![BddNode::mk_zero(Field::bits()), BddNode::mk_one(Field::bits())];
        let mut build = Build { field: Field::State, below: BddPointer::one(), nodes, known: HashMap::new() };
        for (field, ranges) in &parts {
            build.field = *field;
            build.below = build.node(0, 0, ranges);
            if build.below.is_zero() {
                return self.none();
            }
            build.known.clear();
        }
        if build.below.is_one() {
            return self.all();
        }
        // A diagram of our own making keeps the order of variables by construction; if it did not, no set is safer
        // than a wrong one, and the round trip test of this file fails.
        Bdd::from_nodes(&build.nodes).map_or_else(|_| self.none(), Set)
    }

    /// Packets of a state.
    #[must_use]
    pub fn state(&self, state: State) -> Set {
        self.is(Field::State, state as u128)
    }

    /// Packets of a protocol.
    #[must_use]
    pub fn protocol(&self, protocol: u8) -> Set {
        self.is(Field::Protocol, protocol.into())
    }

    /// IPv4 or IPv6 packets.
    #[must_use]
    pub fn family(&self, v6: bool) -> Set {
        self.is(Field::Family, v6.into())
    }

    /// Packets with an address of some prefixes, each meaning its own family.
    #[must_use]
    pub fn nets<'a>(&self, field: Field, nets: impl IntoIterator<Item = &'a IpNet>) -> Set {
        self.addresses(field, nets.into_iter().map(|net| (net.network(), net.broadcast())))
    }

    /// Packets with an address in one of the ranges; both ends of a range are of one family.
    #[must_use]
    pub fn addresses(&self, field: Field, ranges: impl IntoIterator<Item = (IpAddr, IpAddr)>) -> Set {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (first, last) in ranges {
            let family = if first.is_ipv4() { &mut v4 } else { &mut v6 };
            family.push((bits(first), bits(last) | free(last)));
        }
        let of = |ranges: &[(u128, u128)], v6| self.ranges(field, ranges).and(&self.family(v6));
        of(&v4, false).or(&of(&v6, true))
    }
}

/// A prefix as the first and last value of its field.
#[must_use]
pub fn values_of(net: &IpNet) -> (u128, u128) {
    (bits(net.network()), bits(net.broadcast()) | free(net.broadcast()))
}

/// An address as the bits of its field.
pub(super) fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The bits of the field that an address leaves free.
fn free(address: IpAddr) -> u128 {
    if address.is_ipv4() { u128::MAX >> 32 } else { 0 }
}

/// Sorted, disjoint, not touching.
fn merged(ranges: &[(u128, u128)], max: u128) -> Vec<(u128, u128)> {
    let mut ranges: Vec<(u128, u128)> =
        ranges.iter().map(|(first, last)| (*first, (*last).min(max))).filter(|(first, last)| first <= last).collect();
    ranges.sort_unstable();
    let mut merged: Vec<(u128, u128)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// Builds the diagram of sorted ranges directly, halving the field bit by bit.
struct Build {
    field: Field,
    /// The diagram of the fields behind: where the values that are meant lead.
    below: BddPointer,
    nodes: Vec<BddNode>,
    known: HashMap<(u16, BddPointer, BddPointer), BddPointer>,
}

impl Build {
    /// The diagram for the values that begin with the bits of `start` before `bit`. The ranges are those that meet
    /// these values. Not deeper than the field has bits.
    fn node(&mut self, bit: u16, start: u128, ranges: &[(u128, u128)]) -> BddPointer {
        let left = self.field.width() - bit;
        let end = start | if left == 0 { 0 } else { u128::MAX >> (128 - left) };
        match ranges {
            [] => return BddPointer::zero(),
            [(first, last)] if *first <= start && end <= *last => return self.below,
            _ => {}
        }
        let half = start | (1 << (left - 1));
        let below = ranges.partition_point(|(first, _)| *first < half);
        let above = ranges.partition_point(|(_, last)| *last < half);
        let low = self.node(bit + 1, start, &ranges[..below]);
        let high = self.node(bit + 1, half, &ranges[above..]);
        if low == high {
            return low;
        }
        *self.known.entry((bit, low, high)).or_insert_with(|| {
            self.nodes.push(BddNode::mk_node(self.field.variable(bit), low, high));
            BddPointer::from_index(self.nodes.len() - 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Packet;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn interfaces_are_numbered_once() {
        let mut space = Space::default();
        let a = space.interface("eth0").unwrap();
        assert_eq!(space.interface("eth0"), Some(a));
        assert_eq!(space.interface("lo"), Some(LOOPBACK));
        assert_eq!((space.interface_name(a), space.interface_name(GATEWAY)), (Some("eth0"), None));
        let names = (0..300).filter_map(|n| space.interface(&format!("v{n}"))).count();
        assert_eq!(names, NAMES_MAX - 3);
    }

    proptest! {
        #[test]
        fn ranges_hold_exactly_what_they_say(ranges in proptest::collection::vec((0u128..70_000, 0u128..70_000), 0..6), probe in 0u16..) {
            let space = Space::default();
            let set = space.ranges(Field::DestinationPort, &ranges);
            let packet = Packet { destination_port: probe, ..Packet::default() };
            let within = ranges.iter().any(|(first, last)| (*first..=*last).contains(&u128::from(probe)));
            prop_assert_eq!(set.contains(&packet), within);
        }

        #[test]
        fn a_product_is_what_its_fields_have_in_common(ranges in proptest::collection::vec((0u128..300, 0u128..300), 0..4), more in proptest::collection::vec((0u128.., 0u128..), 1..4), protocol: u8) {
            let space = Space::default();
            let fields = [(Field::Source, more.as_slice()), (Field::Protocol, &[(protocol.into(), 200)]), (Field::DestinationPort, &ranges)];
            let apart = fields.iter().fold(space.all(), |all, (field, ranges)| all.and(&space.ranges(*field, ranges)));
            prop_assert!(space.product(&fields).equals(&apart));
        }

        #[test]
        fn a_set_made_at_once_is_the_union_of_its_parts(ranges in proptest::collection::vec((0u128.., 0u128..), 0..6)) {
            let space = Space::default();
            let at_once = space.ranges(Field::Source, &ranges);
            let parts = space.any(ranges.iter().map(|(first, last)| space.range(Field::Source, *first, *last)));
            prop_assert!(at_once.equals(&parts));
            prop_assert_eq!(at_once.is_empty(), ranges.iter().all(|(first, last)| first > last));
        }
    }
}
