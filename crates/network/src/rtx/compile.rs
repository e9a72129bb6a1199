//! The policy as the text of an RTX: static filters for what may begin, dynamic ones for the answers.
//!
//! The list at the entry says exactly what may go where; the list at the exit says it once more, for packets the
//! router sends by itself and in case one of the two is ever taken away.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ipnet::IpNet;

use super::family::Family;
use super::layout::{Layout, comment};
use super::passes::{Pass, icmp_types, passes};
use super::ways_in;
use crate::policy::{Chore, Errand, Policy, Side};

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
    /// A name an RTX does not have, beside others it has.
    #[error(
        "'{0}' is no interface of an RTX: write interface = \"lan1\", \"lan1/2\", \"vlan3\", \"pp1\" or \"tunnel1\" for it"
    )]
    Interface(String),
    /// One interface for two parts of the network.
    #[error("{0} is named twice: each zone and the uplink need an interface of their own")]
    Twice(String),
    /// A tagged VLAN without its tag.
    #[error(
        "the zone {0} has no VLAN tag: give it vlan = 2 to 4094, or interface = \"tunnel1\" if a tunnel leads there"
    )]
    NoTag(String),
    /// A zone in which the router has no address.
    #[error("the router has no address in {1} of the zone {0}: give the zone its router")]
    NoAddress(String, IpNet),
    /// A way in from the Internet that translation cannot express.
    #[error(
        "the flow '{0}' leads in from the Internet through masquerade: name one device and ports no other such flow uses, or use a tunnel"
    )]
    Inward(String),
}

/// Writes the text. The same policy gives the same text.
///
/// # Errors
/// [`Refused`]: nothing is written rather than something narrower or wider.
pub fn compile(policy: &Policy, model: Model) -> Result<String, Refused> {
    let layout = Layout::of(policy)?;
    let mut text = String::from(
        "# 適用後 300 秒以内に confirm を打たなければ元に戻る (without confirm, undone after 300 s)\nrollback timer 300\n",
    );
    layout.write(policy, &mut text)?;
    if policy.uplink.masquerade {
        text.push_str("nat descriptor type 1 masquerade\nnat descriptor masquerade incoming 1 reject\n");
        ways_in::write(policy, &mut text)?;
        layout.on(Side::Uplink, &mut text, |name, text| {
            let _ = writeln!(text, "ip {name} nat descriptor 1");
        });
    }
    let v6 = policy.inside().any(|net| matches!(net, IpNet::V6(_)));
    for family in if v6 { &[Family::V4, Family::V6][..] } else { &[Family::V4][..] } {
        let mut writer = Writer { policy, family: *family, text, known: BTreeMap::new() };
        let lists = writer.lists();
        text = writer.text;
        apply(&layout, lists, *family, model, &mut text)?;
    }
    text.push_str("# 動作を確かめてから打つ (type once it works): confirm, save\n");
    Ok(text)
}

/// The numbers of one interface, and whether conversations begin there.
#[derive(Default)]
struct Lists {
    incoming: Vec<usize>,
    outgoing: Vec<usize>,
}

fn apply(
    layout: &Layout,
    lists: BTreeMap<Side, Lists>,
    family: Family,
    model: Model,
    text: &mut String,
) -> Result<(), Refused> {
    let word = family.word();
    let _ = writeln!(text, "{word} filter dynamic 1 * * tcp\n{word} filter dynamic 2 * * udp");
    let dynamic = ["1", "2", "3"];
    let _ = writeln!(text, "{word} filter dynamic 3 * * {}", if family.is_v6() { "ping6" } else { "ping" });
    for (side, lists) in lists {
        for (direction, numbers) in [("in", lists.incoming), ("out", lists.outgoing)] {
            let needed = numbers.len() + dynamic.len();
            if needed > model.cap() {
                let interface = layout.interface(side).unwrap_or_default().to_owned();
                return Err(Refused::TooMany { interface, direction, needed, cap: model.cap() });
            }
            let numbers = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            layout.on(side, text, |name, text| {
                let _ =
                    writeln!(text, "{word} {name} secure filter {direction} {numbers} dynamic {}", dynamic.join(" "));
            });
        }
    }
    Ok(())
}

struct Writer<'a> {
    policy: &'a Policy,
    family: Family,
    text: String,
    /// Conditions already written, with their numbers.
    known: BTreeMap<String, usize>,
}

impl Writer<'_> {
    /// The number of a filter, written now if it is new.
    fn filter(&mut self, what: String) -> usize {
        if let Some(number) = self.known.get(&what) {
            return *number;
        }
        let number = 1000 + self.known.len();
        let _ = writeln!(self.text, "{} filter {number} {what}", self.family.word());
        self.known.insert(what, number);
        number
    }

    fn lists(&mut self) -> BTreeMap<Side, Lists> {
        let passes = passes(self.policy, self.family);
        let own = self.own();
        let near = self.near();
        let to_router = [own.clone(), near.clone()].concat();
        let inside = self.nets(self.policy.inside());
        let quarantine = self.quarantine();
        let chores = self.policy.housekeeping();
        let mut all = BTreeMap::new();
        for side in self.policy.sides().filter(|side| *side != Side::Gateway) {
            let mut incoming = quarantine.clone();
            let mine = chores.iter().filter(|chore| chore.side == side);
            let (heard, said): (Vec<&Chore>, Vec<&Chore>) = mine.partition(|chore| chore.heard);
            // What asks for an IPv6 prefix speaks by link-local addresses, which are not forwarded.
            let anywhere = ["*".to_owned()];
            let outside = side == Side::Uplink;
            let called: &[String] = if outside && self.family.is_v6() { &anywhere } else { &to_router };
            incoming.extend(heard.iter().filter_map(|chore| self.chore(chore, called)));
            if outside {
                // Nobody outside has an address of the inside.
                let spoofed: Vec<String> = if self.family.is_v6() {
                    inside.iter().cloned().chain(["fe80::/10".to_owned()]).collect()
                } else {
                    inside.clone()
                };
                incoming.extend(self.reject_from(&spoofed));
            }
            let from: Vec<&Pass> = passes.iter().filter(|pass| pass.from == side).collect();
            let of = |to: fn(Side) -> bool| from.iter().copied().filter(move |pass| to(pass.to));
            for pass in of(|to| to == Side::Gateway) {
                incoming.extend(self.pass(pass, &pass.sources, &to_router));
            }
            incoming.extend(self.reject_to(&own));
            for pass in of(|to| matches!(to, Side::Zone(_))) {
                incoming.extend(self.pass(pass, &pass.sources, &pass.destinations));
            }
            // What is left may only go out; from outside, only to the router's own outer address.
            let last = of(if outside { |to| to == Side::Gateway } else { |to| to == Side::Uplink });
            let last: Vec<&Pass> = last.collect();
            incoming.extend(self.reject_to(&[inside.clone(), self.special()].concat()));
            for pass in last {
                let destinations = if outside { vec!["*".to_owned()] } else { pass.destinations.clone() };
                incoming.extend(self.pass(pass, &pass.sources, &destinations));
            }
            if outside {
                incoming.extend(heard.iter().filter_map(|chore| self.chore(chore, &anywhere)));
            }

            let mut outgoing = quarantine.clone();
            outgoing.extend(said.iter().filter_map(|chore| self.chore(chore, &["*".to_owned()])));
            for pass in passes.iter().filter(|pass| pass.to == side) {
                outgoing.extend(self.pass(pass, &pass.sources, &pass.destinations));
            }
            for list in [&mut incoming, &mut outgoing] {
                let mut seen = std::collections::BTreeSet::new();
                list.retain(|number| seen.insert(*number));
                // A list must stand there even where nothing may pass: no list lets everything through.
                if list.is_empty() {
                    list.push(self.filter("reject * *".to_owned()));
                }
            }
            all.insert(side, Lists { incoming, outgoing });
        }
        all
    }

    fn pass(&mut self, pass: &Pass, sources: &[String], destinations: &[String]) -> Vec<usize> {
        let mut numbers = Vec::new();
        for from in sources.chunks(ADDRESSES_MAX) {
            for to in destinations.chunks(ADDRESSES_MAX) {
                for service in &pass.services {
                    let what = format!("pass {} {} {service}", from.join(","), to.join(","));
                    if !self.known.contains_key(&what) && numbers.is_empty() {
                        let _ = writeln!(self.text, "# {}", comment(&pass.why));
                    }
                    numbers.push(self.filter(what));
                }
            }
        }
        numbers
    }

    fn chore(&mut self, chore: &Chore, to_router: &[String]) -> Option<usize> {
        let peers = chore.peers.as_ref().map_or_else(|| vec!["*".to_owned()], |nets| self.nets(nets.iter().copied()));
        let v6 = self.family.is_v6();
        let what = match &chore.what {
            Errand::Icmpv6(types) if v6 => format!("pass * * icmp6 {}", icmp_types(types)),
            Errand::Udp { v6: own, source_port, destination_port } if *own == v6 => {
                let router = to_router.join(",");
                let (from, to) = if chore.heard { (peers.join(","), router) } else { (router, peers.join(",")) };
                format!("pass {from} {to} udp {source_port} {destination_port}")
            }
            _ => return None,
        };
        if !self.known.contains_key(&what) {
            let _ = writeln!(self.text, "# {}", comment(chore.why));
        }
        Some(self.filter(what))
    }

    fn quarantine(&mut self) -> Vec<usize> {
        let isolated = self.nets(self.policy.quarantine.iter().map(|address| IpNet::from(*address)));
        let from = self.reject_from(&isolated);
        from.into_iter().chain(self.reject_to(&isolated)).collect()
    }

    fn reject_from(&mut self, sources: &[String]) -> Vec<usize> {
        sources.chunks(ADDRESSES_MAX).map(|some| self.filter(format!("reject {} *", some.join(",")))).collect()
    }

    fn reject_to(&mut self, destinations: &[String]) -> Vec<usize> {
        destinations.chunks(ADDRESSES_MAX).map(|some| self.filter(format!("reject * {}", some.join(",")))).collect()
    }

    /// Networks of the family, as words.
    fn nets(&self, nets: impl IntoIterator<Item = IpNet>) -> Vec<String> {
        let mine: Vec<IpNet> = nets.into_iter().filter(|net| Family::of(net.addr()) == self.family).collect();
        IpNet::aggregate(&mine).iter().map(ToString::to_string).collect()
    }

    /// The router's own addresses.
    fn own(&self) -> Vec<String> {
        self.nets(self.policy.zones.iter().flat_map(|zone| &zone.router).map(|address| IpNet::from(*address)))
    }

    /// What reaches the router on a link without its address being written.
    fn near(&self) -> Vec<String> {
        let near: &[&str] = if self.family.is_v6() { &["fe80::/10", "ff02::/16"] } else { &["255.255.255.255/32"] };
        near.iter().map(ToString::to_string).collect()
    }

    /// What never leaves a link.
    fn special(&self) -> Vec<String> {
        let special: &[&str] =
            if self.family.is_v6() { &["fe80::/10", "ff00::/8"] } else { &["224.0.0.0/4", "255.255.255.255/32"] };
        special.iter().map(ToString::to_string).collect()
    }
}

/// Addresses in one list of a filter, so that no line comes near the 4095 bytes a router takes.
const ADDRESSES_MAX: usize = 20;
