//! A rule of UCI as a set of packets, by the steps in which fw4 makes rules of nftables of it: for each protocol one
//! rule for both families where nothing tells them apart, else one for each family.

use super::config::{Bounds, Config, End, Family, Icmp, IpSet, Looks, Protocol, Rule, Sided, Word, Zone};
use super::fields::everything;
use crate::packets::{Field, Set, Space, protocol};

/// Sets of rules of one text.
pub(super) struct Matching<'a> {
    pub(super) config: &'a Config,
    pub(super) space: &'a Space,
}

impl Matching<'_> {
    /// The packets a rule matches, wherever they come from; or why fw4 leaves it out.
    pub(super) fn rule(&self, rule: &Rule) -> Result<Set, String> {
        let parts = rule.protocols.iter().map(|one| self.one(rule, *one)).collect::<Result<Vec<_>, _>>()?;
        Ok(self.space.any(parts))
    }

    fn one(&self, rule: &Rule, one: Protocol) -> Result<Set, String> {
        let set = rule.set.as_ref().and_then(|(name, _)| self.config.sets.iter().find(|set| set.name == *name));
        let said = match (rule.family, one) {
            (_, Protocol::Icmpv6) => Family::One(true),
            (said, _) => said,
        };
        let zones = [&rule.from, &rule.to].map(|end| self.zone(end).and_then(Zone::only));
        let wishes = [set.map(|set| set.v6), only(&rule.sources), only(&rule.destinations), zones[0], zones[1]];
        let family = wishes.into_iter().flatten().try_fold(said, |known, wish| match known {
            Family::One(v6) if v6 != wish => Err("its options name both IPv4 and IPv6 only".to_owned()),
            _ => Ok(Family::One(wish)),
        })?;
        let icmp = matches!(one, Protocol::Icmp | Protocol::Icmpv6);
        let types = |v6: bool| -> Vec<(u8, Option<u8>)> {
            let of = |each: &Icmp| if v6 { each.v6 } else { each.v4 };
            let fits = icmp && (v6 || one == Protocol::Icmp);
            rule.icmp.iter().filter(|_| fits).filter_map(of).collect()
        };
        let specific = |v6: bool| has(&rule.sources, v6) || has(&rule.destinations, v6) || !types(v6).is_empty();
        let family = match family {
            Family::Unsaid if specific(false) != specific(true) => Family::One(specific(true)),
            other => other,
        };
        let common = self.ports(rule, one).and(&self.asked(rule, set, one)?);
        let both = !matches!(family, Family::One(_)) && !specific(false) && !specific(true);
        if both {
            return Ok(common.and(&self.kind(one, None, &[])));
        }
        let part = |v6: bool| {
            let fits = family != Family::One(!v6);
            let ends = self.addresses(Field::Source, &rule.sources, v6);
            let ends = ends.and(&self.addresses(Field::Destination, &rule.destinations, v6));
            let part = ends.and(&self.kind(one, Some(v6), &types(v6))).and(&self.space.family(v6));
            if fits { part } else { self.space.none() }
        };
        Ok(common.and(&part(false).or(&part(true))))
    }

    pub(super) fn zone(&self, end: &End) -> Option<&Zone> {
        let End::Zone(name) = end else { return None };
        self.config.zones.iter().find(|zone| zone.name == *name)
    }

    /// A protocol, in one family or in both, of these types.
    fn kind(&self, one: Protocol, v6: Option<bool>, types: &[(u8, Option<u8>)]) -> Set {
        let icmp = |v6| if v6 { protocol::ICMPV6 } else { protocol::ICMP };
        let bare = match (one, v6) {
            (Protocol::Any, _) => self.space.all(),
            (Protocol::Number(number), _) => self.space.protocol(number),
            (Protocol::Icmpv6, _) => self.space.protocol(protocol::ICMPV6),
            // With types the rule itself says which family it is of.
            (Protocol::Icmp, Some(v6)) => self.space.protocol(icmp(v6)),
            (Protocol::Icmp, None) => self.space.protocol(icmp(false)).or(&self.space.protocol(icmp(true))),
        };
        if types.is_empty() {
            return bare;
        }
        let each = types.iter().map(|(kind, code)| {
            let kind = self.space.is(Field::IcmpType, (*kind).into());
            code.map_or_else(|| kind.clone(), |code| kind.and(&self.space.is(Field::IcmpCode, code.into())))
        });
        bare.and(&self.space.any(each))
    }

    /// Ports, which only TCP and UDP are asked for.
    pub(super) fn ports(&self, rule: &Rule, one: Protocol) -> Set {
        if !matches!(one, Protocol::Number(protocol::TCP | protocol::UDP)) {
            return self.space.all();
        }
        let ports = |field, sided: &Sided<(u16, u16)>| {
            let ranges = |list: &[(u16, u16)]| {
                let wide: Vec<(u128, u128)> = list.iter().map(|(low, high)| ((*low).into(), (*high).into())).collect();
                self.space.ranges(field, &wide)
            };
            let only = if sided.only.is_empty() { self.space.all() } else { ranges(&sided.only) };
            only.minus(&ranges(&sided.not))
        };
        ports(Field::SourcePort, &rule.source_ports).and(&ports(Field::DestinationPort, &rule.destination_ports))
    }

    /// Addresses of a family.
    pub(super) fn addresses(&self, field: Field, sided: &Sided<Bounds>, v6: bool) -> Set {
        let mine =
            |list: &[Bounds]| -> Vec<Bounds> { list.iter().filter(|one| one.0.is_ipv6() == v6).copied().collect() };
        let (only, not) = (mine(&sided.only), mine(&sided.not));
        let only = if only.is_empty() { vec![everything(v6)] } else { only };
        self.space.addresses(field, only).minus(&self.space.addresses(field, not))
    }

    /// What a set says of a packet.
    fn asked(&self, rule: &Rule, set: Option<&IpSet>, one: Protocol) -> Result<Set, String> {
        let Some((set, (_, negated))) = set.zip(rule.set.as_ref()) else { return Ok(self.space.all()) };
        let ported = set.looks.iter().any(|looks| matches!(looks, Looks::Port { .. }));
        if ported && !matches!(one, Protocol::Number(protocol::TCP | protocol::UDP)) {
            return Err(format!("the set '{}' looks at ports, which not every protocol of the rule has", set.name));
        }
        let entries = set.entries.iter().map(|entry| {
            entry.iter().zip(&set.looks).fold(self.space.all(), |all, (word, looks)| all.and(&self.word(*word, *looks)))
        });
        let entries = self.space.any(entries);
        // A packet of the other family has no such address, and is in the set as little as outside it.
        let family = set.looks.iter().any(|looks| matches!(looks, Looks::Address { .. }));
        let present = if family { self.space.family(set.v6) } else { self.space.all() };
        Ok(if *negated { present.minus(&entries) } else { present.and(&entries) })
    }

    fn word(&self, word: Word, looks: Looks) -> Set {
        match (word, looks) {
            (Word::Addresses(bounds), Looks::Address { source }) => {
                self.space.addresses(if source { Field::Source } else { Field::Destination }, [bounds])
            }
            (Word::Port(port), Looks::Port { source }) => {
                self.space.is(if source { Field::SourcePort } else { Field::DestinationPort }, port.into())
            }
            _ => self.space.none(),
        }
    }
}

impl Zone {
    /// The one family it is kept to.
    pub(super) fn only(&self) -> Option<bool> {
        match self.family {
            Family::One(v6) => Some(v6),
            _ => one_of(self.subnets.iter()),
        }
    }
}

fn has(sided: &Sided<Bounds>, v6: bool) -> bool {
    sided.only.iter().chain(&sided.not).any(|bounds| bounds.0.is_ipv6() == v6)
}

fn only(sided: &Sided<Bounds>) -> Option<bool> {
    one_of(sided.only.iter().chain(&sided.not))
}

fn one_of<'a>(mut bounds: impl Iterator<Item = &'a Bounds>) -> Option<bool> {
    let first = bounds.next()?.0.is_ipv6();
    bounds.all(|bounds| bounds.0.is_ipv6() == first).then_some(first)
}
