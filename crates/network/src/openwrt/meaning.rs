//! What a text lets pass, and whether that is what was meant.
//!
//! fw4 accepts whatever belongs to a conversation before it asks any rule. So rules are judged by what begins: a
//! packet that goes on passes if one that begins passes too. That a conversation under way outlives the rule that
//! let it begin cannot be told in UCI; see the head of what [`super::compile`] writes.

use super::config::{Config, End, Policies, Protocol, Rule, Zone};
use super::devices::Devices;
use super::matching::Matching;
use crate::packets::{Field, GATEWAY, LOOPBACK, Set, Space, State, protocol};
use crate::passage::{Decision, Passage, Place, Reached, Unknown, joined};
use crate::policy::Policy;
use crate::{Intent, Report};

/// Holds a text against the policy.
#[must_use]
pub fn prove(policy: &Policy, config: &Config) -> Report {
    let mut space = Space::default();
    let passage = evaluate(policy, config, &mut space);
    crate::prove(policy, &passage, &mut space)
}

/// What a text lets pass, of packets it is judged by (see the head of this file); of the others, what was meant.
#[must_use]
pub fn evaluate(policy: &Policy, config: &Config, space: &mut Space) -> Passage {
    let intent = Intent::of(policy, space);
    let mut passage = walk(policy, config, space);
    let kernel = &passage.pass;
    let state = |state| space.state(state);
    let begins = kernel.and(&state(State::New));
    let goes_on = space.moved(&begins, Field::State, State::Original as u128).and(kernel);
    let answers = space.ranges(Field::State, &[(State::Reply as u128, State::RelatedReply as u128)]);
    let answered = kernel.and(&answers).and(&intent.pass);
    // Of all packets only what looks for neighbours and listeners is not tracked (RFC 4861, RFC 2710, RFC 3810).
    let link = space.ranges(Field::IcmpType, &[(130, 137), (143, 143)]);
    let link = space.family(true).and(&space.protocol(protocol::ICMPV6)).and(&link);
    let untracked = kernel.and(&link).or(&intent.pass.minus(&link)).and(&state(State::Untracked));
    // Housekeeping is not tracked, or begins something: it is never invalid.
    let invalid = kernel.or(&intent.pass).and(&state(State::Invalid));
    let judged = space.any([begins, goes_on, answered, untracked, invalid]);
    // What goes back where it came from stays within its zone, where the router is not asked.
    let back = space.any((0..=u8::MAX).map(|n| space.is(Field::In, n.into()).and(&space.is(Field::Out, n.into()))));
    passage.pass = judged.minus(&back).or(&intent.pass.and(&back));
    passage
}

/// What the kernel lets pass with the rules fw4 makes of a text, packet by packet.
#[must_use]
pub fn walk(policy: &Policy, config: &Config, space: &mut Space) -> Passage {
    let devices = Devices::of(policy, config);
    let mut unknown = devices.unknown;
    let told = config.unknown.iter().map(|(line, what)| Unknown { place: place(*line), what: what.clone() });
    unknown.splice(0..0, told);
    let mut numbers = Vec::new();
    for (zone, devices) in config.zones.iter().zip(&devices.zones) {
        let found: Vec<Option<u8>> = devices.iter().map(|device| space.interface(device)).collect();
        if found.contains(&None) {
            unknown.push(Unknown { place: place(zone.line), what: "too many interfaces to be told apart".to_owned() });
        }
        numbers.push(found.into_iter().flatten().collect());
    }
    let mut walk =
        Walk { matching: Matching { config, space }, numbers, sets: Vec::new(), decisions: vec![], reached: vec![] };
    for rule in &config.rules {
        let set = walk.matching.rule(rule);
        if let Err(what) = &set {
            unknown.push(Unknown { place: place(rule.line), what: format!("fw4 leaves this rule out: {what}") });
        }
        walk.sets.push(set.unwrap_or_else(|_| space.none()));
    }
    let pass = space.any([walk.input(), walk.forward(), walk.output()]);
    Passage { pass, decisions: walk.decisions, reached: joined(walk.reached), unknown }
}

fn place(line: usize) -> Place {
    format!("line {line}").into()
}

/// One decision of a hook.
struct Step {
    place: Place,
    accept: bool,
    packets: Set,
    /// Written by a person, so that it is worth telling if its turn never comes.
    written: bool,
}

struct Walk<'a> {
    matching: Matching<'a>,
    /// Numbers of the devices of each zone.
    numbers: Vec<Vec<u8>>,
    /// What each rule matches.
    sets: Vec<Set>,
    decisions: Vec<Decision>,
    reached: Vec<Reached>,
}

impl Walk<'_> {
    fn space(&self) -> &Space {
        self.matching.space
    }

    /// Packets on the devices of a zone, with its addresses.
    fn on(&self, index: usize, near: Field, address: Field) -> Set {
        let zone = &self.matching.config.zones[index];
        let numbers: Vec<(u128, u128)> = self.numbers[index].iter().map(|n| ((*n).into(), (*n).into())).collect();
        let mut set = if zone.devices.is_empty() && zone.networks.is_empty() {
            if zone.subnets.is_empty() { self.space().none() } else { self.space().all() }
        } else {
            self.space().ranges(near, &numbers)
        };
        if !zone.subnets.is_empty() {
            set = set.and(&self.space().addresses(address, zone.subnets.iter().copied()));
        }
        match zone.only() {
            Some(v6) => set.and(&self.space().family(v6)),
            None => set,
        }
    }

    /// Packets that a rule or a policy hands to a zone's verdict. A zone that hides addresses drops what is invalid
    /// before it accepts: nobody could answer it.
    fn towards(&self, index: usize, step: Step) -> Vec<Step> {
        let to = self.on(index, Field::Out, Field::Destination);
        let step = Step { packets: step.packets.and(&to), ..step };
        if !(step.accept && self.matching.config.zones[index].hides) {
            return vec![step];
        }
        let packets = step.packets.and(&self.space().state(State::Invalid));
        vec![Step { place: step.place.clone(), accept: false, packets, written: false }, step]
    }

    fn index(&self, end: &End) -> Option<usize> {
        let End::Zone(name) = end else { return None };
        self.matching.config.zones.iter().position(|zone| zone.name == *name)
    }

    fn rules(&self) -> impl Iterator<Item = (&Rule, &Set)> {
        self.matching.config.rules.iter().zip(&self.sets)
    }

    /// Answers and errors first, then what belongs to nothing.
    fn states(&self) -> Vec<Step> {
        let known = self.space().ranges(Field::State, &[(State::Original as u128, State::RelatedReply as u128)]);
        let mut steps = vec![Step { place: "fw4: established".into(), accept: true, packets: known, written: false }];
        if self.matching.config.defaults.drop_invalid {
            let packets = self.space().state(State::Invalid);
            steps.push(Step { place: "fw4: invalid".into(), accept: false, packets, written: false });
        }
        steps
    }

    fn step(rule: &Rule, packets: Set) -> Step {
        Step { place: place(rule.line), accept: rule.accept, packets, written: true }
    }

    fn policy(zone: &Zone, accept: bool, packets: Set) -> Step {
        Step { place: place(zone.line), accept, packets, written: false }
    }

    fn zones(&self) -> impl Iterator<Item = (usize, &Zone)> {
        self.matching.config.zones.iter().enumerate()
    }

    fn lo(&self, field: Field) -> Step {
        let packets = self.space().is(field, LOOPBACK.into());
        Step { place: "fw4: lo".into(), accept: true, packets, written: false }
    }

    fn input(&mut self) -> Set {
        let mut steps = vec![self.lo(Field::In)];
        steps.extend(self.states());
        let to_router = |rule: &Rule| rule.to == End::Router;
        let any = self.rules().filter(|(rule, _)| to_router(rule) && rule.from == End::Any);
        steps.extend(any.map(|(rule, set)| Self::step(rule, set.clone())));
        for (index, zone) in self.zones() {
            let from = self.on(index, Field::In, Field::Source);
            let own = self.rules().filter(|(rule, _)| to_router(rule) && self.index(&rule.from) == Some(index));
            steps.extend(own.map(|(rule, set)| Self::step(rule, set.and(&from))));
            steps.push(Self::policy(zone, zone.accept.input, from));
        }
        let domain = self.space().is(Field::Out, GATEWAY.into()).and(&self.space().sound());
        self.run(&steps, domain, |policies| policies.input)
    }

    fn forward(&mut self) -> Set {
        let mut steps = self.states();
        let verdict = |rule: &Rule, set: Set| match self.index(&rule.to) {
            Some(to) => self.towards(to, Self::step(rule, set)),
            None => vec![Self::step(rule, set)],
        };
        let through = |rule: &Rule| rule.to != End::Router;
        let any = self.rules().filter(|(rule, _)| through(rule) && rule.from == End::Any);
        steps.extend(any.flat_map(|(rule, set)| verdict(rule, set.clone())));
        for (index, zone) in self.zones() {
            let from = self.on(index, Field::In, Field::Source);
            let own = self.rules().filter(|(rule, _)| through(rule) && self.index(&rule.from) == Some(index));
            steps.extend(own.flat_map(|(rule, set)| verdict(rule, set.and(&from))));
            let redirects = self.matching.config.redirects.iter().filter(|way| way.from == zone.name);
            steps.extend(redirects.map(|way| {
                let packets = self.redirected(way).and(&from);
                Step { place: place(way.line), accept: true, packets, written: true }
            }));
            steps.extend(self.towards(index, Self::policy(zone, zone.accept.forward, from)));
        }
        let own = |field| self.space().is(field, GATEWAY.into());
        let domain = self.space().sound().minus(&own(Field::In)).minus(&own(Field::Out));
        self.run(&steps, domain, |policies| policies.forward)
    }

    fn output(&mut self) -> Set {
        let mut steps = vec![self.lo(Field::Out)];
        steps.extend(self.states());
        let from_router = |rule: &Rule| rule.from == End::Router;
        let any = self.rules().filter(|(rule, _)| from_router(rule) && self.index(&rule.to).is_none());
        steps.extend(any.map(|(rule, set)| Self::step(rule, set.clone())));
        for (index, zone) in self.zones() {
            let to = self.on(index, Field::Out, Field::Destination);
            let own = self.rules().filter(|(rule, _)| from_router(rule) && self.index(&rule.to) == Some(index));
            steps.extend(own.flat_map(|(rule, set)| self.towards(index, Self::step(rule, set.and(&to)))));
            steps.extend(self.towards(index, Self::policy(zone, zone.accept.output, to)));
        }
        let domain = self.space().is(Field::In, GATEWAY.into()).and(&self.space().sound());
        self.run(&steps, domain, |policies| policies.output)
    }

    /// What a way in lets through: the rules see the address and port inside.
    fn redirected(&self, way: &super::config::Redirect) -> Set {
        let space = self.space();
        let v6 = way.inner.is_ipv6();
        let to = space.addresses(Field::Destination, [(way.inner, way.inner)]);
        let from = self.matching.addresses(Field::Source, &way.sources, v6);
        let what = space.any(way.protocols.iter().map(|one| match one {
            Protocol::Any => space.all(),
            Protocol::Icmp => space.protocol(protocol::ICMP),
            Protocol::Icmpv6 => space.protocol(protocol::ICMPV6),
            Protocol::Number(number) => {
                let ports = way.ports.filter(|_| matches!(number, 6 | 17));
                let ports = ports.map_or_else(
                    || space.all(),
                    |(low, high)| space.range(Field::DestinationPort, low.into(), high.into()),
                );
                space.protocol(*number).and(&ports)
            }
        }));
        let zone = self.index(&End::Zone(way.to.clone()));
        // Its route leads there.
        let out = zone.map_or_else(|| space.none(), |zone| self.on(zone, Field::Out, Field::Destination));
        to.and(&from).and(&what).and(&out)
    }

    /// The first step that matches decides; what none does, the policy.
    fn run(&mut self, steps: &[Step], domain: Set, policy: fn(&Policies) -> bool) -> Set {
        let mut left = domain.clone();
        let mut accepted = Vec::new();
        for step in steps {
            let packets = left.and(&step.packets);
            if step.written {
                let matches = step.packets.and(&domain);
                self.reached.push(Reached { place: step.place.clone(), matches, matched: !packets.is_empty() });
            }
            if packets.is_empty() {
                continue;
            }
            left = left.minus(&packets);
            if step.accept {
                accepted.push(packets.clone());
            }
            self.decisions.push(Decision { place: step.place.clone(), accept: step.accept, packets });
        }
        let accept = policy(&self.matching.config.defaults.accept);
        if accept {
            accepted.push(left.clone());
        }
        if !left.is_empty() {
            self.decisions.push(Decision { place: "config defaults".into(), accept, packets: left });
        }
        self.space().any(accepted)
    }
}
