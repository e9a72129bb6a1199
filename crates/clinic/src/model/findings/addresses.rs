//! Addresses, interfaces and tags that contradict each other.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::super::Clinic;
use super::super::flow::Endpoint;
use super::super::line::Line;
use super::{Finding, What};

pub(super) fn find(clinic: &Clinic, findings: &mut Vec<Finding>) {
    zones(clinic, findings);
    devices(clinic, findings);
    let places = clinic.outside.iter().map(|place| (Endpoint::Outside(place.id.clone()), place.line, &place.addresses));
    let vendors =
        clinic.vendors.iter().map(|vendor| (Endpoint::Vendor(vendor.id.clone()), vendor.line, &vendor.addresses));
    for (end, line, addresses) in places.chain(vendors) {
        if let Some(address) = addresses.iter().copied().find(|net| is_for_documents(*net)) {
            findings.push(Finding { line, what: What::Placeholder { end: end.word().to_owned(), address } });
        }
        for zone in clinic
            .zones
            .iter()
            .filter(|zone| addresses.iter().any(|net| zone.subnets.iter().any(|own| overlap(*net, own))))
        {
            findings.push(Finding {
                line,
                what: What::OutsideWithin { end: end.word().to_owned(), zone: zone.id.clone() },
            });
        }
    }
}

/// RFC 5737 and RFC 3849, RFC 9637: never in use anywhere.
fn is_for_documents(net: IpNet) -> bool {
    let v4 = [[192, 0, 2, 0], [198, 51, 100, 0], [203, 0, 113, 0]].map(Ipv4Addr::from);
    let v6 = [(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20)];
    let v4 = v4.into_iter().map(|address| Ipv4Net::new_assert(address, 24)).map(IpNet::V4);
    let v6 = v6.into_iter().map(|(address, length)| Ipv6Net::new_assert(address, length)).map(IpNet::V6);
    v4.chain(v6).any(|documents| documents.contains(&net))
}

/// Whether two prefixes have an address in common.
fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

fn zones(clinic: &Clinic, findings: &mut Vec<Finding>) {
    for (index, zone) in clinic.zones.iter().enumerate() {
        let mut say = |what| findings.push(Finding { line: zone.line, what });
        if zone.interface == clinic.gateway.uplink {
            say(What::SharedInterface {
                zone: zone.id.clone(),
                other: "internet".to_owned(),
                interface: zone.interface.clone(),
            });
        }
        for other in &clinic.zones[..index] {
            let (id, other_id) = (zone.id.clone(), other.id.clone());
            if zone.subnets.iter().any(|net| other.subnets.iter().any(|own| overlap(net, own))) {
                say(What::OverlappingSubnets { zone: id.clone(), other: other_id.clone() });
            }
            if zone.interface == other.interface {
                let interface = zone.interface.clone();
                say(What::SharedInterface { zone: id.clone(), other: other_id.to_string(), interface });
            }
            if let Some(vlan) = zone.vlan.filter(|vlan| other.vlan == Some(*vlan)) {
                say(What::DuplicateVlan { zone: id, other: other_id, vlan });
            }
        }
        for address in zone.router.iter().filter(|address| !zone.subnets.contains(*address)) {
            say(What::RouterOutsideZone { address, zone: zone.id.clone() });
        }
    }
}

fn devices(clinic: &Clinic, findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<IpAddr, &str> = BTreeMap::new();
    for zone in &clinic.zones {
        let own = clinic.gateway.device.as_ref();
        owners.extend(zone.router.iter().map(|address| (address, own.map_or("gateway", |device| device.as_str()))));
    }
    let mut macs = BTreeMap::new();
    for device in &clinic.devices {
        let mut say = |line: Line, what| findings.push(Finding { line, what });
        let subnets = clinic.zone(&device.zone).map(|zone| zone.subnets).unwrap_or_default();
        for address in device.addresses.iter() {
            if !subnets.contains(address) {
                say(
                    device.line,
                    What::OutsideItsZone { device: device.id.clone(), address, zone: device.zone.clone() },
                );
            }
            match owners.entry(address) {
                Entry::Vacant(free) => drop(free.insert(device.id.as_str())),
                Entry::Occupied(own) if *own.get() == device.id.as_str() => {}
                Entry::Occupied(taken) => {
                    let other = (*taken.get()).to_owned();
                    say(device.line, What::DuplicateAddress { device: device.id.clone(), other, address });
                }
            }
        }
        for mac in &device.macs {
            match macs.entry(*mac) {
                Entry::Vacant(free) => drop(free.insert(&device.id)),
                Entry::Occupied(taken) => {
                    let other = (*taken.get()).clone();
                    say(device.line, What::DuplicateMac { device: device.id.clone(), other, mac: *mac });
                }
            }
        }
    }
}
