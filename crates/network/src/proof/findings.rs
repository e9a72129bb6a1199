//! What else is worth knowing of a rule set, equal or not.

use clinic::model::ZoneKind;

use crate::intent::Intent;
use crate::packets::{Field, Set};
use crate::passage::{Passage, Place};
use crate::policy::{Policy, Side};

use super::beginning;
use super::folding::fold;
use super::names::{Names, Told};

/// Paths of one kind that are told at most.
const PATHS_MAX: usize = 10;
/// Rules that are named as standing before another one.
const BEFORE_MAX: usize = 3;

/// Something about the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No packet can match it.
    Dead {
        /// Which.
        rule: Place,
    },
    /// What it would match is always decided before.
    Shadowed {
        /// Which.
        rule: Place,
        /// By which, some of them.
        by: Vec<Place>,
    },
    /// It lets pass what no flow declares.
    Wider {
        /// Which.
        rule: Place,
    },
    /// Someone outside can begin a conversation with something inside.
    FromInternet {
        /// Who with whom.
        packets: Told,
        /// Whether it is declared.
        meant: bool,
    },
    /// A guest can begin a conversation with where charts are.
    GuestToChart {
        /// Who with whom.
        packets: Told,
        /// Whether it is declared.
        meant: bool,
    },
}

pub(super) fn findings(policy: &Policy, passage: &Passage, intent: &Intent, names: &Names<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reached in passage.reached.iter().filter(|reached| !reached.matched) {
        let rule = reached.place.clone();
        if reached.matches.is_empty() {
            findings.push(Finding::Dead { rule });
            continue;
        }
        let before = passage.decisions.iter().filter(|other| other.packets.meets(&reached.matches));
        let mut by: Vec<Place> = before.map(|other| other.place.clone()).filter(|place| *place != rule).collect();
        by.dedup();
        by.truncate(BEFORE_MAX);
        findings.push(Finding::Shadowed { rule, by });
    }
    // A rule of a chain that is asked first may be wider if a later chain refuses the rest.
    let through = passage.pass.minus(&intent.pass);
    let mut wider: Vec<Place> = Vec::new();
    for decision in passage.decisions.iter().filter(|decision| decision.accept && !through.is_empty()) {
        if !wider.contains(&decision.place) && decision.packets.meets(&through) {
            wider.push(decision.place.clone());
        }
    }
    findings.extend(wider.into_iter().map(|rule| Finding::Wider { rule }));
    let of_kind = |kind| {
        let zones = policy.zones.iter().enumerate().filter(move |(_, zone)| zone.kind == kind);
        zones.map(|(index, _)| Side::Zone(index)).collect::<Vec<_>>()
    };
    let inside: Vec<Side> = (0..policy.zones.len()).map(Side::Zone).collect();
    let paths = |from: &[Side], to: &[Side]| {
        let ends = names.sides(Field::In, from).and(&names.sides(Field::Out, to));
        let open = passage.pass.and(&beginning(names.space)).and(&ends);
        [true, false].map(|meant| {
            let part = if meant { open.and(&intent.pass) } else { open.minus(&intent.pass) };
            let told = names.tell(&part, PATHS_MAX).list.into_iter().map(|sentence| (sentence, ()));
            fold(told.collect()).into_iter().map(move |(sentence, ())| (sentence.told(), meant))
        })
    };
    let inwards = paths(&[Side::Uplink], &inside).into_iter().flatten();
    findings.extend(inwards.map(|(packets, meant)| Finding::FromInternet { packets, meant }));
    let to_charts = paths(&of_kind(ZoneKind::Guest), &of_kind(ZoneKind::Chart)).into_iter().flatten();
    findings.extend(to_charts.map(|(packets, meant)| Finding::GuestToChart { packets, meant }));
    findings
}

impl Names<'_> {
    /// Packets on the interfaces of some sides.
    fn sides(&self, field: Field, sides: &[Side]) -> Set {
        self.space
            .any(sides.iter().filter_map(|side| self.number(*side)).map(|number| self.space.is(field, number.into())))
    }
}
