//! Devices in the wrong place, and what the inventory lacks.

use super::super::Clinic;
use super::super::building::WifiSecurity;
use super::super::device::{Criticality, Device, DeviceKind};
use super::super::flow::Endpoint;
use super::super::people::Role;
use super::super::zone::ZoneKind;
use super::{Finding, Line, Unused, What};

pub(super) fn find(clinic: &Clinic, findings: &mut Vec<Finding>) {
    wifi(clinic, findings);
    unused(clinic, findings);
    let mut say = |line: Line, what| findings.push(Finding { line, what });
    if !clinic.persons.iter().any(|person| person.roles.contains(&Role::SafetyManager)) {
        say(Line(1), What::NoSafetyManager);
    }
    for vendor in clinic.vendors.iter().filter(|vendor| vendor.disclosure.is_none()) {
        say(vendor.line, What::NoDisclosure { vendor: vendor.id.clone() });
    }
    for device in &clinic.devices {
        let kind = clinic.zone(&device.zone).map(|zone| zone.kind);
        if kind.is_some_and(|kind| is_misplaced(device, kind)) {
            say(device.line, What::Misplaced { device: device.id.clone(), zone: device.zone.clone() });
        }
        let missing = missing(device);
        if !missing.is_empty() {
            say(device.line, What::Incomplete { device: device.id.clone(), missing });
        }
        for mac in device.macs.iter().filter(|mac| mac.is_locally_administered()) {
            say(device.line, What::RandomMac { device: device.id.clone(), mac: *mac });
        }
    }
}

/// Charts among desks that read mail, medical devices among guests: what one infected neighbour reaches at once,
/// since nothing stands between the devices of a zone.
fn is_misplaced(device: &Device, zone: ZoneKind) -> bool {
    let exposed = matches!(zone, ZoneKind::Office | ZoneKind::Guest | ZoneKind::Public | ZoneKind::Remote);
    match device.kind {
        _ if device.medical || device.kind.holds_charts() => exposed,
        DeviceKind::EligibilityTerminal | DeviceKind::CardReader => zone != ZoneKind::Eligibility,
        DeviceKind::Router | DeviceKind::Switch | DeviceKind::AccessPoint => zone != ZoneKind::Management,
        DeviceKind::Camera | DeviceKind::Kiosk => {
            matches!(zone, ZoneKind::Chart | ZoneKind::Eligibility | ZoneKind::Imaging | ZoneKind::Medical)
        }
        _ => zone == ZoneKind::Guest,
    }
}

/// What one needs to know at two in the morning.
fn missing(device: &Device) -> Vec<&'static str> {
    if device.criticality == Criticality::Ordinary && !device.medical {
        return Vec::new();
    }
    let fields = [
        ("maker", device.maker.is_none()),
        ("model", device.model.is_none()),
        ("maintained_by", device.maintained_by.is_none()),
        ("room", device.room.is_none()),
    ];
    fields.into_iter().filter(|(_, is_missing)| *is_missing).map(|(key, _)| key).collect()
}

fn wifi(clinic: &Clinic, findings: &mut Vec<Finding>) {
    let mut seen: Vec<(&str, &super::ZoneId)> = Vec::new();
    for (point, ssid) in clinic.access_points.iter().flat_map(|point| point.ssids.iter().map(move |ssid| (point, ssid)))
    {
        let is_guest = clinic.zone(&ssid.zone).is_some_and(|zone| zone.kind == ZoneKind::Guest);
        if ssid.security == WifiSecurity::Open && !is_guest {
            let what = What::OpenWifi { ssid: ssid.name.clone(), zone: ssid.zone.clone() };
            findings.push(Finding { line: point.line, what });
        }
        match seen.iter().find(|(name, _)| *name == ssid.name) {
            Some((_, other)) if **other != ssid.zone => {
                let (zone, other) = (ssid.zone.clone(), (*other).clone());
                findings.push(Finding {
                    line: point.line,
                    what: What::SsidOfTwoZones { ssid: ssid.name.clone(), zone, other },
                });
            }
            Some(_) => {}
            None => seen.push((&ssid.name, &ssid.zone)),
        }
    }
}

fn unused(clinic: &Clinic, findings: &mut Vec<Finding>) {
    let flows = clinic
        .flows
        .iter()
        .map(|flow| (&flow.from, &flow.services))
        .chain(clinic.flows.iter().map(|flow| (&flow.to, &flow.services)));
    let ways = clinic.vendors.iter().flat_map(|vendor| &vendor.maintenance).map(|way| (&way.to, &way.services));
    let uses: Vec<_> = flows.chain(ways).collect();
    let is_used = |end: &Endpoint| uses.iter().any(|(used, _)| *used == end);
    let mut say =
        |line, kind, id: &str| findings.push(Finding { line, what: What::Unused { kind, id: id.to_owned() } });
    for group in clinic.groups.iter().filter(|group| !is_used(&Endpoint::Group(group.id.clone()))) {
        say(group.line, Unused::Group, group.id.as_str());
    }
    for place in clinic.outside.iter().filter(|place| !is_used(&Endpoint::Outside(place.id.clone()))) {
        say(place.line, Unused::Outside, place.id.as_str());
    }
    for service in clinic.services.iter().filter(|service| !uses.iter().any(|(_, used)| used.contains(&service.id))) {
        say(service.line, Unused::Service, service.id.as_str());
    }
}
