//! What a rule set lets pass: every chain followed with sets of packets instead of packets.

use std::collections::{BTreeMap, HashMap};

use super::keys::{Key, Span};
use super::rules::{Base, ChainId, Hook, Place, Rule, Ruleset, Statement, Unknown, Verdict};
use crate::packets::{Field, GATEWAY, Set, Space};
use crate::passage::{self, Decision, Passage, Reached};

/// The kernel follows no more jumps inside each other than this, and loads no rule set that would.
const DEPTH_MAX: u32 = 16;
/// Rules visited at most. A rule set in which chains call each other in every combination is given up on.
const VISITS_MAX: u32 = 200_000;

/// Follows every packet through a rule set. Interfaces it names are named in the space.
#[must_use]
pub fn evaluate(ruleset: &Ruleset, space: &mut Space) -> Passage {
    let mut unknown = name_interfaces(ruleset, space);
    let mut walk = Walk {
        ruleset,
        space,
        known: HashMap::new(),
        decisions: Vec::new(),
        reached: BTreeMap::new(),
        unknown: Vec::new(),
        visits: 0,
    };
    let pass = walk.whole();
    unknown.append(&mut walk.unknown);
    let unknown = ruleset.unknown.iter().chain(&unknown);
    let unknown = unknown.map(|each| passage::Unknown { place: each.place.told(), what: each.what.clone() }).collect();
    let reached = walk.reached.into_values().collect();
    Passage { pass, decisions: walk.decisions, reached, unknown }
}

/// Gives every interface of the rules its number, so that "any other" means the same throughout.
fn name_interfaces(ruleset: &Ruleset, space: &mut Space) -> Vec<Unknown> {
    let mut unknown = Vec::new();
    for rule in ruleset.chains.values().flat_map(|chain| &chain.rules) {
        let lists = rule.statements.iter().flat_map(|statement| match statement {
            Statement::Match { list, .. } => vec![list],
            Statement::Map { arms, .. } => arms.iter().map(|(_, list)| list).collect(),
            _ => vec![],
        });
        for span in lists.flatten().flatten() {
            if let Span::Interface(name) = span
                && space.interface(name).is_none()
            {
                unknown.push(Unknown {
                    place: rule.place.clone(),
                    what: format!("interface {name}: too many to tell apart"),
                });
            }
        }
    }
    unknown
}

struct Walk<'a> {
    ruleset: &'a Ruleset,
    space: &'a mut Space,
    /// Sets of statements that are asked for again and again, by their address in the rule set.
    known: HashMap<*const Statement, Vec<Set>>,
    decisions: Vec<Decision>,
    reached: BTreeMap<Place, Reached>,
    unknown: Vec<Unknown>,
    visits: u32,
}

/// Where packets end up in a chain, in parts: a map with a thousand arms would otherwise copy the whole a thousand
/// times.
#[derive(Default)]
struct Ends {
    accepted: Vec<Set>,
    /// Neither accepted nor dropped: back to where they came from.
    left: Vec<Set>,
}

impl Walk<'_> {
    /// Prerouting, then input or forward; output; then postrouting: each packet by the hooks on its way.
    fn whole(&mut self) -> Set {
        let own = |field| self.space.is(field, GATEWAY.into());
        let (from, to) = (own(Field::In), own(Field::Out));
        let sound = self.space.sound();
        let (outgoing, incoming) = (sound.and(&from), sound.and(&to));
        let through = sound.minus(&from).minus(&to);
        let entered = self.hook(Hook::Prerouting, &incoming.or(&through));
        let incoming = self.hook(Hook::Input, &entered.and(&to));
        let through = self.hook(Hook::Forward, &entered.minus(&to));
        let outgoing = self.hook(Hook::Output, &outgoing);
        incoming.or(&self.hook(Hook::Postrouting, &through.or(&outgoing)))
    }

    /// What passes all chains at a hook. Each may refuse; none can let pass what another refuses.
    fn hook(&mut self, hook: Hook, packets: &Set) -> Set {
        let chains = self.ruleset.chains.iter().filter_map(|(id, chain)| Some((id, chain.base?)));
        let mut chains: Vec<(&ChainId, Base)> = chains.filter(|(_, base)| base.hook == hook && !base.nat).collect();
        chains.sort_by_key(|(_, base)| base.priority);
        let mut pass = packets.clone();
        for (id, base) in chains {
            let own = match id.family.as_str() {
                "ip" => pass.and(&self.space.family(false)),
                "ip6" => pass.and(&self.space.family(true)),
                _ => pass.clone(),
            };
            let ends = self.chain(id, &own, 0);
            let (left, mut accepted) = (self.space.any(ends.left), ends.accepted);
            self.decide(&Place { chain: id.clone(), ..Place::default() }, base.accept, &left);
            accepted.extend(base.accept.then_some(left));
            let accepted = self.space.any(accepted);
            pass = pass.minus(&own).or(&accepted);
        }
        pass
    }

    fn decide(&mut self, place: &Place, accept: bool, packets: &Set) {
        if !packets.is_empty() {
            self.decisions.push(Decision { place: place.told(), accept, packets: packets.clone() });
        }
    }

    fn give_up(&mut self, place: &Place, what: &str) {
        let unknown = Unknown { place: place.clone(), what: what.to_owned() };
        if !self.unknown.contains(&unknown) {
            self.unknown.push(unknown);
        }
    }

    fn chain(&mut self, id: &ChainId, packets: &Set, depth: u32) -> Ends {
        let mut ends = Ends::default();
        let mut here = packets.clone();
        let Some(chain) = self.ruleset.chains.get(id).filter(|_| depth <= DEPTH_MAX) else {
            self.give_up(
                &Place { chain: id.clone(), ..Place::default() },
                "a chain that is not there, or jumps too deep",
            );
            return ends;
        };
        for rule in &chain.rules {
            here = self.rule(rule, here, depth, &mut ends);
        }
        ends.left.push(here);
        ends
    }

    /// Follows packets through a rule; gives back what goes on with the next one.
    fn rule(&mut self, rule: &Rule, mut here: Set, depth: u32, ends: &mut Ends) -> Set {
        let deciding = |each: &Statement| matches!(each, Statement::Verdict(_) | Statement::Map { .. });
        let Some(decides) = rule.statements.iter().position(deciding) else { return here };
        let before = &rule.statements[..decides];
        self.visits += 1;
        if self.visits > VISITS_MAX {
            self.give_up(&rule.place, "too many ways through the chains");
            return here;
        }
        // What is not understood was told when it was read; nobody can say what comes past it.
        if before.iter().any(|each| matches!(each, Statement::Unknown)) {
            return here;
        }
        if before.iter().any(|each| matches!(each, Statement::Some)) {
            self.give_up(&rule.place, "a decision by rate");
            return here;
        }
        if let [Statement::Verdict(verdict)] = rule.statements[decides..]
            .iter()
            .filter(|each| !matches!(each, Statement::Nothing))
            .collect::<Vec<_>>()
            .as_slice()
            && !before.iter().any(|each| matches!(each, Statement::Match { .. }))
        {
            // It asks nothing: everything that is here goes its way.
            self.note(&rule.place, &here, before);
            return if here.is_empty() { here } else { self.follow(&rule.place, verdict, &here, depth, ends) };
        }
        let mut current = here.clone();
        for statement in before.iter().filter(|each| matches!(each, Statement::Match { .. })) {
            current = if current.is_empty() { current } else { self.matching(statement, &current) };
        }
        self.note(&rule.place, &current, before);
        // Behind a map there may be another decision, for what it does not know.
        for statement in &rule.statements[decides..] {
            match statement {
                _ if current.is_empty() => break,
                Statement::Verdict(verdict) => {
                    here = here.minus(&current);
                    here = here.or(&self.follow(&rule.place, verdict, &current, depth, ends));
                    current = self.space.none();
                }
                Statement::Map { arms, .. } => {
                    // Keys of a map exclude each other, so that all arms are taken from the same packets.
                    let sets = self.sets(statement);
                    let found = current.and(&self.space.any(sets.iter().cloned()));
                    let mut back = Vec::new();
                    for ((verdict, _), arm) in arms.iter().zip(sets) {
                        let taken = found.and(&arm);
                        if !taken.is_empty() {
                            back.push(self.follow(&rule.place, verdict, &taken, depth, ends));
                        }
                    }
                    current = current.minus(&found);
                    here = here.minus(&found).or(&self.space.any(back));
                }
                Statement::Match { .. } => current = self.matching(statement, &current),
                Statement::Some | Statement::Unknown => {
                    self.give_up(&rule.place, "something behind a map");
                    break;
                }
                Statement::Nothing => {}
            }
        }
        here
    }

    /// Does what a verdict says; gives back what goes on with the next rule.
    fn follow(&mut self, place: &Place, verdict: &Verdict, packets: &Set, depth: u32, ends: &mut Ends) -> Set {
        let none = self.space.none();
        match verdict {
            Verdict::Accept => {
                self.decide(place, true, packets);
                ends.accepted.push(packets.clone());
                none
            }
            Verdict::Drop => {
                self.decide(place, false, packets);
                none
            }
            Verdict::Return => {
                ends.left.push(packets.clone());
                none
            }
            Verdict::Continue => packets.clone(),
            Verdict::Jump(target) | Verdict::Goto(target) => {
                let there = self.chain(&ChainId { chain: target.clone(), ..place.chain.clone() }, packets, depth + 1);
                ends.accepted.extend(there.accepted);
                if matches!(verdict, Verdict::Jump(_)) {
                    return self.space.any(there.left);
                }
                ends.left.extend(there.left);
                none
            }
        }
    }

    /// Remembers what a rule matches and whether any of it came.
    fn note(&mut self, place: &Place, matched: &Set, before: &[Statement]) {
        let matched = !matched.is_empty();
        if let Some(reached) = self.reached.get_mut(place) {
            reached.matched |= matched;
            return;
        }
        // A set that happens to be empty now (a quarantine) says nothing against the rule that asks it.
        if before.iter().any(|each| matches!(each, Statement::Match { list, .. } if list.is_empty())) {
            return;
        }
        let mut matches = self.space.sound();
        for statement in before.iter().filter(|statement| matches!(statement, Statement::Match { .. })) {
            matches = self.matching(statement, &matches);
        }
        self.reached.insert(place.clone(), Reached { place: place.told(), matches, matched });
    }

    /// Those of some packets that a match goes on with.
    fn matching(&mut self, statement: &Statement, packets: &Set) -> Set {
        let list = self.sets(statement).first().cloned().unwrap_or_else(|| self.space.none());
        match statement {
            Statement::Match { negated: true, .. } => packets.and(&self.present(statement)).minus(&list),
            _ => packets.and(&list),
        }
    }

    fn present(&self, statement: &Statement) -> Set {
        let keys = match statement {
            Statement::Match { keys, .. } | Statement::Map { keys, .. } => keys.as_slice(),
            _ => &[],
        };
        keys.iter().fold(self.space.all(), |set, key| set.and(&key.present(self.space)))
    }

    /// The sets a statement looks up: one of a match, one for each arm of a map.
    fn sets(&mut self, statement: &Statement) -> Vec<Set> {
        if let Some(known) = self.known.get(&std::ptr::from_ref(statement)) {
            return known.clone();
        }
        let present = self.present(statement);
        let sets: Vec<Set> = match statement {
            Statement::Match { keys, list, .. } => vec![self.list(keys, list).and(&present)],
            Statement::Map { keys, arms } => arms.iter().map(|(_, list)| self.list(keys, list).and(&present)).collect(),
            _ => vec![],
        };
        self.known.insert(std::ptr::from_ref(statement), sets.clone());
        sets
    }

    /// The packets of a list. Rows that differ in the first field alone are made at once.
    fn list(&mut self, keys: &[Key], list: &[Vec<Span>]) -> Set {
        let mut by_rest: BTreeMap<&[Span], Vec<(u128, u128)>> = BTreeMap::new();
        for row in list {
            if let Some((first, rest)) = row.split_first()
                && let Some(range) = self.range(first)
            {
                by_rest.entry(rest).or_default().push(range);
            }
        }
        let mut sets = Vec::with_capacity(by_rest.len());
        for (rest, ranges) in by_rest {
            let spans: Option<Vec<[(u128, u128); 1]>> = rest.iter().map(|span| Some([self.range(span)?])).collect();
            let Some((first, spans)) = keys.first().zip(spans) else { continue };
            let mut parts: Vec<(Field, &[(u128, u128)])> = vec![(first.field, &ranges)];
            parts.extend(keys.iter().skip(1).zip(&spans).map(|(key, span)| (key.field, span.as_slice())));
            sets.push(self.product(&parts));
        }
        self.space.any(sets)
    }

    /// Of each field one part, or, where a rule looks at a field twice, what its parts have in common.
    fn product(&self, parts: &[(Field, &[(u128, u128)])]) -> Set {
        let twice = |at: usize| parts[..at].iter().any(|(own, _)| *own == parts[at].0);
        if (0..parts.len()).any(twice) {
            return parts.iter().fold(self.space.all(), |all, part| all.and(&self.space.product(&[*part])));
        }
        self.space.product(parts)
    }

    fn range(&mut self, span: &Span) -> Option<(u128, u128)> {
        match span {
            Span::Range(first, last) => Some((*first, *last)),
            Span::Interface(name) => self.space.interface(name).map(|number| (number.into(), number.into())),
        }
    }
}
