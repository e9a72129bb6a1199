//! Flows taken apart into conversations, and put together again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::Clinic;
use super::super::device::Device;
use super::super::flow::Endpoint;
use super::super::ids::{FlowId, ServiceId};
use super::super::service::Ports;
use super::{Party, Row};

/// By what, and when: what is the same for all conversations of a row. Hours are kept as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Manner {
    service: ServiceId,
    ports: Vec<Ports>,
    hours: Vec<String>,
}

/// One caller, one called, one manner; and the flows that allow it.
pub(super) type Talks = BTreeMap<(Party, Party, Manner), BTreeSet<FlowId>>;

pub(super) fn talks(clinic: &Clinic, today: Date) -> Talks {
    let mut talks = Talks::new();
    for flow in clinic.flows.iter().filter(|flow| !flow.is_over(today)) {
        let (from, to) = (parties(clinic, &flow.from), parties(clinic, &flow.to));
        let mut hours: Vec<String> = flow.hours.iter().map(ToString::to_string).collect();
        hours.sort();
        for service in flow.services.iter().filter_map(|id| clinic.service(id)) {
            let manner = Manner { service: service.id, ports: service.ports, hours: hours.clone() };
            for caller in &from {
                for called in to.iter().filter(|called| *called != caller && pass(clinic, caller, called)) {
                    let talk = (caller.clone(), called.clone(), manner.clone());
                    talks.entry(talk).or_default().insert(flow.id.clone());
                }
            }
        }
    }
    talks
}

fn parties(clinic: &Clinic, end: &Endpoint) -> Vec<Party> {
    // A zone is what lies behind its interface: the gateway, listed there, is on the other side and has to be named.
    let is_meant =
        |device: &&Device| !matches!(end, Endpoint::Zone(_)) || clinic.gateway.device.as_ref() != Some(&device.id);
    let devices = clinic.devices_of(end).into_iter().filter(is_meant);
    let mut parties: Vec<Party> = devices.map(|device| Party::Device(device.id.clone())).collect();
    match end {
        Endpoint::Zone(id) => parties.push(Party::RestOf(id.clone())),
        Endpoint::Outside(id) => parties.push(Party::Outside(id.clone())),
        Endpoint::Vendor(id) => parties.push(Party::Vendor(id.clone())),
        Endpoint::Internet => parties.push(Party::Internet),
        Endpoint::Device(_) | Endpoint::Group(_) => {}
    }
    parties
}

/// Whether the gateway sees what the two say: it does not see neighbours in one zone, unless it is one of them.
fn pass(clinic: &Clinic, a: &Party, b: &Party) -> bool {
    let gateway = clinic.gateway.device.as_ref();
    let zone = |party: &Party| match party {
        Party::Device(id) if gateway == Some(id) => None,
        Party::Device(id) => clinic.device(id).map(|device| device.zone.clone()),
        Party::RestOf(id) => Some(id.clone()),
        Party::Outside(_) | Party::Vendor(_) | Party::Internet => None,
    };
    zone(a).is_none_or(|own| zone(b) != Some(own))
}

/// The callers of some, and how they call.
type Called<'a> = (&'a BTreeSet<FlowId>, &'a Manner, BTreeSet<&'a Party>);

/// What all conversations of a row share besides the service.
type Shared<'a> = (&'a BTreeSet<FlowId>, &'a [String], BTreeSet<&'a Party>, BTreeSet<&'a Party>);

/// What `these` has and `those` has not, in few rows, in the order of the clinic's flows.
pub(super) fn rows(these: &Talks, those: &Talks, clinic: &Clinic) -> Vec<Row> {
    // First every caller of one called, then every called one of the same callers, then every service of both.
    let mut callers: BTreeMap<(&BTreeSet<FlowId>, &Manner, &Party), BTreeSet<&Party>> = BTreeMap::new();
    for ((from, to, manner), flows) in these.iter().filter(|(talk, _)| !those.contains_key(talk)) {
        callers.entry((flows, manner, to)).or_default().insert(from);
    }
    let mut called: BTreeMap<Called<'_>, BTreeSet<&Party>> = BTreeMap::new();
    for ((flows, manner, to), from) in callers {
        called.entry((flows, manner, from)).or_default().insert(to);
    }
    let mut rows: BTreeMap<Shared<'_>, BTreeSet<(&ServiceId, &[Ports])>> = BTreeMap::new();
    for ((flows, manner, from), to) in called {
        let services = rows.entry((flows, manner.hours.as_slice(), from, to)).or_default();
        services.insert((&manner.service, &manner.ports));
    }
    let all = |set: BTreeSet<&Party>| set.into_iter().cloned().collect();
    let row = |((flows, _, from, to), services): (Shared<'_>, BTreeSet<(&ServiceId, &[Ports])>)| {
        let said: Vec<_> = clinic.flows.iter().filter(|flow| flows.contains(&flow.id)).collect();
        Row {
            from: all(from),
            to: all(to),
            services: services.into_iter().filter_map(|(id, _)| clinic.service(id)).collect(),
            hours: said.first().map(|flow| flow.hours.clone()).unwrap_or_default(),
            flows: flows.clone(),
            why: said.iter().map(|flow| flow.why.clone()).collect(),
        }
    };
    let mut rows: Vec<Row> = rows.into_iter().map(row).collect();
    rows.sort_by_key(|row| clinic.flows.iter().position(|flow| row.flows.contains(&flow.id)));
    rows
}
