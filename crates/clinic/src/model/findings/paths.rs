//! Flows that lead where they should not, or nowhere.

use jiff::civil::Date;

use super::super::Clinic;
use super::super::flow::{Endpoint, Flow};
use super::super::ids::ServiceId;
use super::super::zone::ZoneKind;
use super::{Finding, What};

/// Services that send the password in clear.
const PLAIN: [&str; 3] = ["ftp", "telnet", "vnc"];

pub(super) fn find(clinic: &Clinic, today: Date, findings: &mut Vec<Finding>) {
    for (index, flow) in clinic.flows.iter().enumerate() {
        let mut say = |what| findings.push(Finding { line: flow.line, what });
        let id = || flow.id.clone();
        if let Some(last) = flow.until.filter(|_| flow.is_over(today)) {
            say(What::ExpiredFlow { flow: id(), last });
            continue;
        }
        if let Some(end) = nowhere(clinic, flow) {
            say(What::FlowToNowhere { flow: id(), end });
        }
        inwards(clinic, flow, &mut say);
        to_internet(clinic, flow, &mut say);
        for service in flow.services.iter().filter(|service| PLAIN.contains(&service.as_str())) {
            say(What::PlainPasswords { flow: id(), service: service.clone() });
        }
        if matches!((&flow.from, &flow.to), (Endpoint::Zone(_), Endpoint::Zone(_))) {
            say(What::ZoneToZone { flow: id() });
        }
        if let Some(other) = clinic.flows[..index].iter().find(|other| same(flow, other) && !other.is_over(today)) {
            say(What::SaidTwice { flow: id(), other: other.id.clone() });
        }
    }
}

/// The end that keeps a flow from being a rule: one without addresses, or without one the other can speak to.
fn nowhere(clinic: &Clinic, flow: &Flow) -> Option<String> {
    let families = |end: &Endpoint| -> [bool; 2] {
        if *end == Endpoint::Internet {
            return [true; 2];
        }
        let prefixes = clinic.prefixes(end);
        [prefixes.iter().any(|net| net.addr().is_ipv4()), prefixes.iter().any(|net| net.addr().is_ipv6())]
    };
    let (from, to) = (families(&flow.from), families(&flow.to));
    if from == [false; 2] {
        return Some(flow.from.word().to_owned());
    }
    let meet = (from[0] && to[0]) || (from[1] && to[1]);
    (!meet).then(|| flow.to.word().to_owned())
}

/// Callers that come from without, or from guests.
fn inwards(clinic: &Clinic, flow: &Flow, say: &mut impl FnMut(What)) {
    let kinds = |end: &Endpoint| -> Vec<ZoneKind> {
        clinic.zones_of(end).into_iter().filter_map(|id| clinic.zone(id)).map(|zone| zone.kind).collect()
    };
    let (from, to) = (kinds(&flow.from), kinds(&flow.to));
    let end = || flow.to.word().to_owned();
    if flow.from == Endpoint::Internet && to.iter().any(|kind| *kind != ZoneKind::Public) {
        say(What::InternetInwards { flow: flow.id.clone(), end: end() });
    }
    let is_guest = |kind: &ZoneKind| matches!(kind, ZoneKind::Guest);
    let is_private = |kind: &ZoneKind| matches!(kind, ZoneKind::Chart | ZoneKind::Eligibility | ZoneKind::Imaging);
    let holds = || clinic.devices_of(&flow.to).iter().any(|device| device.kind.holds_charts());
    if from.iter().any(is_guest) && (to.iter().any(is_private) || holds()) {
        say(What::GuestToCharts { flow: flow.id.clone(), end: end() });
    }
    let is_far = matches!(flow.from, Endpoint::Vendor(_)) || from.contains(&ZoneKind::Remote);
    if is_far && flow.until.is_none() && flow.hours.is_empty() {
        say(What::VendorWithoutLimit { flow: flow.id.clone(), end: flow.from.word().to_owned() });
    }
}

/// Conversations of single devices with the whole Internet.
fn to_internet(clinic: &Clinic, flow: &Flow, say: &mut impl FnMut(What)) {
    let inside = match (&flow.from, &flow.to) {
        (inside, Endpoint::Internet) | (Endpoint::Internet, inside) => inside,
        _ => return,
    };
    for device in clinic.devices_of(inside) {
        let (flow_id, device_id) = (flow.id.clone(), device.id.clone());
        if device.medical {
            say(What::MedicalToInternet { flow: flow_id, device: device_id });
        } else if device.kind.holds_charts() && flow.to == Endpoint::Internet {
            say(What::ChartsToInternet { flow: flow_id, device: device_id });
        }
    }
}

/// Whether a flow says again what another has said.
fn same(flow: &Flow, other: &Flow) -> bool {
    let shared = |service: &ServiceId| other.services.contains(service);
    flow.from == other.from && flow.to == other.to && flow.hours == other.hours && flow.services.iter().any(shared)
}
