//! The exact set of packets a policy means to let pass.
//!
//! Written from the words at the head of [`crate::policy`], without a look at any compiler: what a compiler has made
//! is right if the rules read back let exactly this pass.

use std::cell::RefCell;
use std::collections::HashMap;

use ipnet::IpNet;

use crate::packets::{Field, GATEWAY, LOOPBACK, Set, Space, State, protocol};
use crate::policy::{Chore, Errand, Flow, Match, Policy, Reach, Side, Spot, link_local};

/// What shall pass through, to and from a gateway.
#[derive(Clone, Debug)]
pub struct Intent {
    /// All of it.
    pub pass: Set,
    /// For each flow of [`Policy::open`], the packets that begin it or go on from the caller.
    pub flows: Vec<Set>,
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
        let flows: Vec<Set> = policy.open().map(|flow| of.flow(flow)).collect();
        let asked = of.space.any(flows.iter().cloned());
        let quarantine = of.quarantine();
        let belonging = of.belonging();
        let own = asked.or(&of.answers()).and(&belonging);
        let chores = of.space.any(policy.housekeeping().iter().map(|chore| of.chore(chore)));
        let pass = own.or(&chores).minus(&quarantine).or(&of.loopback());
        let meant = |set: Set| set.and(&belonging).minus(&quarantine);
        Self { pass: pass.and(&of.space.sound()), flows: flows.into_iter().map(meant).collect() }
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
    /// Packets of the caller.
    fn flow(&self, flow: &Flow) -> Set {
        let speaks = self.space.state(State::New).or(&self.space.state(State::Original));
        let what = self.space.any(flow.matches.iter().map(|each| self.service(*each)));
        let pairs = flow.from.spots.iter().flat_map(|from| flow.to.spots.iter().map(move |to| (from, to)));
        // Within a zone the gateway is not asked, and what it would be asked is not for it to forward.
        let pairs = pairs.filter(|(from, to)| from.side != to.side);
        let pairs = pairs.map(|(from, to)| {
            let interfaces = self.side(Field::In, from.side).and(&self.side(Field::Out, to.side));
            interfaces.and(&self.addresses(Field::Source, from, to)).and(&self.addresses(Field::Destination, to, from))
        });
        speaks.and(&self.space.any(pairs)).and(&what)
    }

    fn service(&self, what: Match) -> Set {
        let port = |protocol, range: clinic::model::PortRange| {
            let ports = self.space.range(Field::DestinationPort, range.first().into(), range.last().into());
            self.space.protocol(protocol).and(&ports)
        };
        let echo = |v6, protocol, kind| {
            self.space.family(v6).and(&self.space.protocol(protocol)).and(&self.space.is(Field::IcmpType, kind))
        };
        match what {
            Match::Tcp(range) => port(protocol::TCP, range),
            Match::Udp(range) => port(protocol::UDP, range),
            Match::Ping => echo(false, protocol::ICMP, 8).or(&echo(true, protocol::ICMPV6, 128)),
        }
    }

    fn side(&self, field: Field, side: Side) -> Set {
        let number = match side {
            Side::Gateway => Some(GATEWAY),
            Side::Uplink => self.numbers.uplink,
            Side::Zone(index) => self.numbers.zones.get(index).copied().flatten(),
        };
        number.map_or_else(|| self.space.none(), |number| self.space.is(field, number.into()))
    }

    /// The addresses of a spot, as far as they belong to its side. A whole zone speaks to the gateway by
    /// link-local addresses too.
    fn addresses(&self, field: Field, spot: &Spot, other: &Spot) -> Set {
        let named = match &spot.reach {
            Reach::All => self.space.all(),
            Reach::Nets(nets) => self.space.nets(field, nets),
        };
        let whole_link = spot.reach == Reach::All && other.side == Side::Gateway;
        named.and(&self.belongs(field, spot.side, whole_link))
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
