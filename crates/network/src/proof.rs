//! What passes, held against what was meant.
//!
//! Equal means: no packet whatever passes that was not meant to, and none is held back that was. Where they differ
//! it is told in the clinic's own names, widest differences first, each with the rule that decides.

mod findings;
mod folding;
mod names;
mod telling;

use crate::intent::Intent;
use crate::packets::{Field, Packet, Set, Space, State};
use crate::passage::{Passage, Place, Unknown};
use crate::policy::Policy;

pub use findings::Finding;
pub use names::Told;

/// Differences that are told; more than a person reads.
pub const TOLD_MAX: usize = 40;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Exactly what was meant passes.
    Equal,
    /// Something else passes, or something does not.
    Different,
    /// Some of it was not understood; what was is told, and nothing is proven.
    NotUnderstood,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The answer.
    pub proof: Proof,
    /// Where what passes and what was meant differ, at most [`TOLD_MAX`].
    pub differences: Vec<Difference>,
    /// Whether there are more differences than are told.
    pub more: bool,
    /// What was not understood, with its place.
    pub unknown: Vec<Unknown>,
    /// What else is worth knowing of the rules.
    pub findings: Vec<Finding>,
}

/// Packets that pass and should not, or the other way round.
#[derive(Clone, Debug)]
pub struct Difference {
    /// They pass and were not meant to; otherwise they were meant to and do not.
    pub passes: bool,
    /// Which packets.
    pub packets: Told,
    /// One of them.
    pub example: Packet,
    /// The rule that decides; none if no rule says anything of them.
    pub rule: Option<Place>,
}

/// Holds what passes against what is meant. The space must be the one the passage was made in.
#[must_use]
pub fn prove(policy: &Policy, passage: &Passage, space: &mut Space) -> Report {
    let intent = Intent::of(policy, space);
    let names = names::Names::of(policy, space);
    let mut differences = Vec::new();
    let mut more = false;
    for (passes, one, other) in [(true, &passage.pass, &intent.pass), (false, &intent.pass, &passage.pass)] {
        let told = names.tell(&one.minus(other), TOLD_MAX);
        more |= told.more;
        let ruled = told.list.into_iter().map(|sentence| {
            let rule = deciding(passage, passes, &sentence.set);
            (sentence, rule)
        });
        for (sentence, rule) in folding::fold(ruled.collect()) {
            differences.push(Difference { passes, packets: sentence.told(), example: sentence.example, rule });
        }
    }
    let proof = match (passage.unknown.is_empty(), differences.is_empty()) {
        (false, _) => Proof::NotUnderstood,
        (true, true) => Proof::Equal,
        (true, false) => Proof::Different,
    };
    let findings = findings::findings(policy, passage, &intent, &names);
    Report { proof, differences, more, unknown: passage.unknown.clone(), findings }
}

/// The rule that lets packets pass is the last that did; the one that holds them back is the first.
fn deciding(passage: &Passage, accept: bool, packets: &Set) -> Option<Place> {
    let mut about =
        passage.decisions.iter().filter(|decision| decision.accept == accept && decision.packets.meets(packets));
    let decision = if accept { about.next_back() } else { about.next() };
    decision.map(|decision| decision.place.clone())
}

/// Packets that begin a conversation.
fn beginning(space: &Space) -> Set {
    space.is(Field::State, State::New as u128)
}
