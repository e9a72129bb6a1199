//! The exact set of packets a policy means to let pass.
//!
//! Written from the words at the head of [`crate::policy`], without a look at any compiler: what a compiler has made
//! is right if the rules read back let exactly this pass.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use ipnet::IpNet;

use crate::packets::{Field, GATEWAY, LOOPBACK, Set, Space, State, protocol, values_of};
use crate::policy::{Chore, Errand, Match, Policy, Reach, Side, Spot, link_local};

/// What shall pass through, to and from a gateway.
#[derive(Clone, Debug)]
pub struct Intent {
    /// All of it.
    pub pass: Set,
    /// What flows open, of it: packets that begin a conversation or go on from the caller.
    pub asked: Set,
}

impl Intent {
    /// The set of a policy. Names its interfaces in the space; one too many to be told apart (see
    /// [`Space::interface`]) is left closed.
    #[must_use]
    pub fn of(policy: &Policy, space: &mut Space) -> Self {
        let numbers = Numbers {
            uplink: space.interface(&policy.uplink.interface),
            zones: policy.zones.iter().map(|zone| space.interface(&zone.interface)).collect(),
        };
        let inside: Vec<IpNet> = policy.inside().collect();
        let of = Of { policy, numbers, inside, space, known: RefCell::default() };
        let quarantine = of.quarantine();
        let belonging = of.belonging();
        let asked = of.asked().and(&belonging);
        let own = asked.or(&of.answers().and(&belonging));
        let chores = of.space.any(policy.housekeeping().iter().map(|chore| of.chore(chore)));
        let pass = own.or(&chores).minus(&quarantine).or(&of.loopback());
        Self { pass: pass.and(&of.space.sound()), asked: asked.minus(&quarantine) }
    }
}

struct Numbers {
    uplink: Option<u8>,
    zones: Vec<Option<u8>>,
}

struct Of<'a> {
    policy: &'a Policy,
    numbers: Numbers,
    inside: Vec<IpNet>,
    space: &'a Space,
    /// What belongs to a side, by field and with or without its link: asked for by every flow.
    known: RefCell<HashMap<(Field, Side, bool), Set>>,
}

impl Of<'_> {
    /// Packets of the callers. Flows between the same sides are put together before it is asked what belongs there.
    fn asked(&self) -> Set {
        let mut between: BTreeMap<(Side, Side, bool, bool), Vec<Set>> = BTreeMap::new();
        for flow in self.policy.open() {
            for from in &flow.from.spots {
                // Within a zone the gateway is not asked, and what it would be asked is not for it to forward.
                for to in flow.to.spots.iter().filter(|to| to.side != from.side) {
                    // A whole zone speaks to the gateway by link-local addresses too.
                    let whole = |spot: &Spot, other: &Spot| spot.reach == Reach::All && other.side == Side::Gateway;
                    let key = (from.side, to.side, whole(from, to), whole(to, from));
                    between.entry(key).or_default().extend(self.named(from, to, &flow.matches));
                }
            }
        }
        self.space.any(between.into_iter().map(|((from, to, from_link, to_link), named)| {
            let ends = self.belongs(Field::Source, from, from_link).and(&self.belongs(Field::Destination, to, to_link));
            self.space.any(named).and(&ends)
        }))
    }

    /// What a flow says of two sides, whatever belongs there: a set for each family and kind of service.
    fn named(&self, from: &Spot, to: &Spot, matches: &[Match]) -> Vec<Set> {
        let Some((iif, oif)) = self.number(from.side).zip(self.number(to.side)) else { return Vec::new() };
        let mut sets = Vec::new();
        for v6 in [false, true] {
            let (sources, destinations) = (values(&from.reach, v6), values(&to.reach, v6));
            if sources.is_empty() || destinations.is_empty() {
                continue;
            }
            for (protocol, field, ranges) in services(matches, v6) {
                sets.push(self.space.product(&[
                    (Field::State, &[(State::New as u128, State::Original as u128)]),
                    (Field::In, &[(iif.into(), iif.into())]),
                    (Field::Out, &[(oif.into(), oif.into())]),
                    (Field::Family, &[(v6.into(), v6.into())]),
                    (Field::Protocol, &[(protocol.into(), protocol.into())]),
                    (Field::Source, &sources),
                    (Field::Destination, &destinations),
                    (field, &ranges),
                ]));
            }
        }
        sets
    }

    fn number(&self, side: Side) -> Option<u8> {
        match side {
            Side::Gateway => Some(GATEWAY),
            Side::Uplink => self.numbers.uplink,
            Side::Zone(index) => self.numbers.zones.get(index).copied().flatten(),
        }
    }

    fn side(&self, field: Field, side: Side) -> Set {
        self.number(side).map_or_else(|| self.space.none(), |number| self.space.is(field, number.into()))
    }

    /// Addresses that belong to a side.
    fn belongs(&self, field: Field, side: Side, with_link: bool) -> Set {
        if let Some(known) = self.known.borrow().get(&(field, side, with_link)) {
            return known.clone();
        }
        let set = self.belongs_anew(field, side, with_link);
        self.known.borrow_mut().insert((field, side, with_link), set.clone());
        set
    }

    fn belongs_anew(&self, field: Field, side: Side, with_link: bool) -> Set {
        let link = self.space.nets(field, &[link_local()]);
        let own = match side {
            Side::Gateway => self.space.all(),
            // A link-local address means nothing beyond its link, and is not forwarded.
            Side::Uplink => self.space.all().minus(&self.space.nets(field, &self.inside)).minus(&link),
            Side::Zone(index) => {
                let subnets = self.policy.zones.get(index).map(|zone| zone.subnets.as_slice()).unwrap_or_default();
                self.space.nets(field, subnets)
            }
        };
        if with_link { own.or(&link) } else { own }
    }

    /// Packets whose source belongs behind the interface they came in by.
    fn belonging(&self) -> Set {
        self.space.any(self.policy.sides().map(|side| {
            let to_gateway = self.space.is(Field::Out, GATEWAY.into());
            let near = self.belongs(Field::Source, side, true).and(&to_gateway);
            self.side(Field::In, side).and(&self.belongs(Field::Source, side, false).or(&near))
        }))
    }

    /// Answers, and errors about conversations, between sides the policy knows.
    fn answers(&self) -> Set {
        let errors = self.space.state(State::RelatedOriginal).or(&self.space.state(State::RelatedReply));
        let icmp = self.space.protocol(protocol::ICMP).or(&self.space.protocol(protocol::ICMPV6));
        let what = self.space.state(State::Reply).or(&errors.and(&icmp));
        let known = |field| self.space.any(self.policy.sides().map(|side| self.side(field, side)));
        what.and(&known(Field::In)).and(&known(Field::Out))
    }

    fn quarantine(&self) -> Set {
        let nets: Vec<IpNet> = self.policy.quarantine.iter().map(|address| IpNet::from(*address)).collect();
        self.space.nets(Field::Source, &nets).or(&self.space.nets(Field::Destination, &nets))
    }

    fn chore(&self, chore: &Chore) -> Set {
        let (near, far, peer) = if chore.heard {
            (Field::In, Field::Out, Field::Source)
        } else {
            (Field::Out, Field::In, Field::Destination)
        };
        let place = self.side(near, chore.side).and(&self.side(far, Side::Gateway));
        let what = match &chore.what {
            Errand::Icmpv6(types) => {
                let types: Vec<(u128, u128)> =
                    types.iter().map(|kind| (u128::from(*kind), u128::from(*kind))).collect();
                let icmp = self.space.family(true).and(&self.space.protocol(protocol::ICMPV6));
                icmp.and(&self.space.ranges(Field::IcmpType, &types))
            }
            Errand::Udp { v6, source_port, destination_port } => {
                let udp = self.space.family(*v6).and(&self.space.protocol(protocol::UDP));
                let ports = self.space.is(Field::SourcePort, (*source_port).into());
                udp.and(&ports).and(&self.space.is(Field::DestinationPort, (*destination_port).into()))
            }
        };
        let peers = chore.peers.as_ref().map_or_else(|| self.space.all(), |nets| self.space.nets(peer, nets));
        place.and(&what).and(&peers)
    }

    /// What the gateway's own programs say to each other.
    fn loopback(&self) -> Set {
        let on = |near, far| self.space.is(near, LOOPBACK.into()).and(&self.space.is(far, GATEWAY.into()));
        on(Field::In, Field::Out).or(&on(Field::Out, Field::In))
    }
}

/// The values of an address field that a reach names in a family.
fn values(reach: &Reach, v6: bool) -> Vec<(u128, u128)> {
    match reach {
        Reach::All => vec![(0, u128::MAX)],
        Reach::Nets(nets) => nets.iter().filter(|net| net.addr().is_ipv6() == v6).map(values_of).collect(),
    }
}

/// What is compared of a service: the protocol, the field, its values.
type Compared = (u8, Field, Vec<(u128, u128)>);

/// Services in a family, each protocol once.
fn services(matches: &[Match], v6: bool) -> Vec<Compared> {
    let mut all: Vec<Compared> = Vec::new();
    for each in matches {
        let ports = |range: &clinic::model::PortRange| (u128::from(range.first()), u128::from(range.last()));
        let (protocol, field, range) = match each {
            Match::Tcp(range) => (protocol::TCP, Field::DestinationPort, ports(range)),
            Match::Udp(range) => (protocol::UDP, Field::DestinationPort, ports(range)),
            Match::Ping if v6 => (protocol::ICMPV6, Field::IcmpType, (128, 128)),
            Match::Ping => (protocol::ICMP, Field::IcmpType, (8, 8)),
        };
        match all.iter_mut().find(|(known, ..)| *known == protocol) {
            Some((.., ranges)) => ranges.push(range),
            None => all.push((protocol, field, vec![range])),
        }
    }
    all
}
