//! Zone by zone: who may call whom, at a glance.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Clinic;
use super::device::Device;
use super::findings::{Finding, Severity, findings};
use super::flow::{Endpoint, Flow};
use super::ids::{FlowId, ZoneId};
use super::words::words;

/// Where packets come from or go to, as the gateway sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Behind a zone's interface.
    Zone(ZoneId),
    /// The gateway itself.
    Gateway,
    /// Behind the uplink.
    Outside,
}

words! {
    /// What there is to say of a cell, the gravest thing first.
    Mood {
        /// A flow in it is an error.
        Danger "danger" "誤りのある通信" "a flow that is an error",
        /// A flow in it is one that an inspector asks about.
        Caution "caution" "注意のある通信" "a flow to be looked at",
        /// Always open.
        Open "open" "いつも開いている" "always open",
        /// Open in some hours, or until some day.
        Limited "limited" "時間か期限がある" "limited in time",
        /// Its flows are all over.
        Over "over" "期限切れ" "over",
    }
}

/// What may be said in one direction between two sides. What is in no cell is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Who calls.
    pub from: Side,
    /// Who is called.
    pub to: Side,
    /// By which flows, in the order of the file; at least one.
    pub flows: Vec<FlowId>,
    /// How it stands.
    pub mood: Mood,
}

/// All sides, and what may be said between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    /// Zones in the order of the file, the gateway, then what is outside.
    pub sides: Vec<Side>,
    /// The cells that are not empty, by row and column.
    pub cells: Vec<Cell>,
}

/// The matrix of a clinic on a day.
#[must_use]
pub fn matrix(clinic: &Clinic, today: Date) -> Matrix {
    let found = findings(clinic, today);
    let mut sides: Vec<Side> = clinic.zones.iter().map(|zone| Side::Zone(zone.id.clone())).collect();
    sides.extend([Side::Gateway, Side::Outside]);
    let at = |side: &Side| sides.iter().position(|each| each == side);
    let mut flows: BTreeMap<(usize, usize), Vec<&Flow>> = BTreeMap::new();
    for flow in &clinic.flows {
        let (from, to) = (clinic.sides_of(&flow.from), clinic.sides_of(&flow.to));
        for pair in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))).filter(|(from, to)| from != to) {
            if let (Some(row), Some(column)) = (at(pair.0), at(pair.1)) {
                flows.entry((row, column)).or_default().push(flow);
            }
        }
    }
    let cell = |((row, column), flows): ((usize, usize), Vec<&Flow>)| Cell {
        from: sides[row].clone(),
        to: sides[column].clone(),
        mood: mood(&flows, &found, today),
        flows: flows.iter().map(|flow| flow.id.clone()).collect(),
    };
    let cells = flows.into_iter().map(cell).collect();
    Matrix { sides, cells }
}

impl Clinic {
    /// The side a device is on.
    #[must_use]
    pub fn side_of(&self, device: &Device) -> Side {
        if self.gateway.device.as_ref() == Some(&device.id) { Side::Gateway } else { Side::Zone(device.zone.clone()) }
    }

    /// The sides an end has a part in, each once.
    #[must_use]
    pub fn sides_of(&self, end: &Endpoint) -> Vec<Side> {
        let mut sides: Vec<Side> = match end {
            Endpoint::Zone(id) => vec![Side::Zone(id.clone())],
            _ if end.is_outside() => vec![Side::Outside],
            _ => self.devices_of(end).into_iter().map(|device| self.side_of(device)).collect(),
        };
        sides.sort();
        sides.dedup();
        sides
    }
}

fn mood(flows: &[&Flow], found: &[Finding], today: Date) -> Mood {
    if flows.iter().all(|flow| flow.is_over(today)) {
        return Mood::Over;
    }
    let worst = found
        .iter()
        .filter(|finding| finding.flow().is_some_and(|id| flows.iter().any(|flow| flow.id == *id)))
        .map(Finding::severity)
        .min();
    match worst {
        Some(Severity::Error) => Mood::Danger,
        Some(Severity::Warning) => Mood::Caution,
        _ if flows.iter().all(|flow| !flow.hours.is_empty() || flow.until.is_some()) => Mood::Limited,
        _ => Mood::Open,
    }
}
