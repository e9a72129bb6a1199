//! The policy of a declared clinic at a moment.

use core::net::IpAddr;
use std::collections::BTreeMap;

use clinic::model::{Clinic, DeviceId, Endpoint, Hours, Ports, ServiceId, VendorId};
use ipnet::IpNet;
use jiff::ToSpan;
use jiff::civil::DateTime;

use super::window::open_at;
use super::{Because, Closed, End, Flow, Grant, Host, Match, Place, Policy, Reach, Service, Side, Spot, Uplink, Zone};

/// What persons opened and shut for a while: not declared, and kept by the program that applies rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// Isolated addresses.
    pub quarantine: Vec<IpAddr>,
    /// Vendors let in.
    pub granted: Vec<Granted>,
}

/// A vendor let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Who. All of its declared maintenance is opened.
    pub vendor: VendorId,
    /// Shut at this moment, by the clinic's wall clock.
    pub until: DateTime,
    /// For what reason, this time.
    pub why: String,
}

impl Policy {
    /// What a clinic means at a moment of its own wall clock. A device without an address opens nothing.
    #[must_use]
    pub fn of(clinic: &Clinic, now: DateTime, live: &Live) -> Self {
        let of = Of { clinic };
        let (mut flows, mut closed) = (Vec::new(), Vec::new());
        for flow in &clinic.flows {
            match because(&flow.hours, flow.until, now) {
                None => flows.push(of.flow(flow.id.as_str(), &flow.why, &flow.from, &flow.to, &flow.services)),
                Some(because) => closed.push(Closed { flow: flow.id.to_string(), because }),
            }
        }
        let mut quarantine = live.quarantine.clone();
        quarantine.sort_unstable();
        quarantine.dedup();
        Self {
            zones: clinic.zones.iter().map(zone).collect(),
            uplink: Uplink { interface: clinic.gateway.uplink.clone(), masquerade: has_private(clinic) },
            hosts: clinic.devices.iter().filter_map(|device| of.host(device)).collect(),
            places: of.places(),
            services: of.services(),
            flows,
            closed,
            grants: live.granted.iter().flat_map(|granted| of.grants(granted, now)).collect(),
            quarantine,
        }
    }
}

fn zone(zone: &clinic::model::Zone) -> Zone {
    Zone {
        id: zone.id.to_string(),
        name: zone.name.clone(),
        kind: zone.kind,
        interface: zone.interface.clone(),
        vlan: zone.vlan,
        subnets: zone.subnets.iter().collect(),
        router: zone.router.iter().collect(),
    }
}

/// Private IPv4 (RFC 1918) is not routed outside.
fn has_private(clinic: &Clinic) -> bool {
    clinic.zones.iter().any(|zone| zone.subnets.v4.is_some_and(|net| net.network().is_private()))
}

fn because(hours: &[Hours], until: Option<jiff::civil::Date>, now: DateTime) -> Option<Because> {
    if until.is_some_and(|last| last < now.date()) {
        return Some(Because::Over);
    }
    (!open_at(hours, now)).then_some(Because::Hours)
}

struct Of<'a> {
    clinic: &'a Clinic,
}

impl Of<'_> {
    fn flow(&self, id: &str, why: &str, from: &Endpoint, to: &Endpoint, services: &[ServiceId]) -> Flow {
        let services = services.iter().filter_map(|id| self.clinic.service(id));
        let mut matches: Vec<Match> = services.flat_map(|service| service.ports).map(Match::from).collect();
        matches.sort_unstable();
        matches.dedup();
        Flow { id: id.to_owned(), why: why.to_owned(), from: self.end(from), to: self.end(to), matches }
    }

    fn end(&self, endpoint: &Endpoint) -> End {
        let spots = match endpoint {
            Endpoint::Device(id) => self.hosts([id]),
            Endpoint::Group(id) => self.clinic.group(id).map(|group| self.hosts(&group.members)).unwrap_or_default(),
            Endpoint::Zone(id) => {
                let index = self.clinic.zones.iter().position(|zone| zone.id == *id);
                index.map(|index| Spot { side: Side::Zone(index), reach: Reach::All }).into_iter().collect()
            }
            Endpoint::Internet => vec![Spot { side: Side::Uplink, reach: Reach::All }],
            Endpoint::Outside(_) | Endpoint::Vendor(_) => {
                let nets = self.clinic.prefixes(endpoint);
                if nets.is_empty() { vec![] } else { vec![Spot { side: Side::Uplink, reach: Reach::Nets(nets) }] }
            }
        };
        End { word: endpoint.word().to_owned(), name: self.clinic.name_of(endpoint).to_owned(), spots }
    }

    /// Spots of devices, one for each side.
    fn hosts<'b>(&self, ids: impl IntoIterator<Item = &'b DeviceId>) -> Vec<Spot> {
        let mut nets: BTreeMap<Side, Vec<IpNet>> = BTreeMap::new();
        for device in ids.into_iter().filter_map(|id| self.clinic.device(id)) {
            let side = self.side(device);
            if side == Side::Gateway || !device.addresses.is_empty() {
                nets.entry(side).or_default().extend(device.addresses.iter().map(IpNet::from));
            }
        }
        // Whatever address of its own the gateway is called by, it is the gateway.
        let reach = |side, nets| if side == Side::Gateway { Reach::All } else { Reach::Nets(nets) };
        nets.into_iter().map(|(side, nets)| Spot { side, reach: reach(side, nets) }).collect()
    }

    fn side(&self, device: &clinic::model::Device) -> Side {
        if self.clinic.gateway.device.as_ref() == Some(&device.id) {
            return Side::Gateway;
        }
        Side::Zone(self.clinic.zones.iter().position(|zone| zone.id == device.zone).unwrap_or(usize::MAX))
    }

    fn host(&self, device: &clinic::model::Device) -> Option<Host> {
        let addresses: Vec<IpAddr> = device.addresses.iter().collect();
        let (id, name) = (device.id.to_string(), device.name.clone());
        (!addresses.is_empty()).then(|| Host { id, name, side: self.side(device), addresses })
    }

    fn places(&self) -> Vec<Place> {
        let outside = self.clinic.outside.iter().map(|each| (each.id.as_str(), &each.name, &each.addresses));
        let vendors = self.clinic.vendors.iter().map(|each| (each.id.as_str(), &each.name, &each.addresses));
        let all = outside.chain(vendors).filter(|(_, _, addresses)| !addresses.is_empty());
        all.map(|(id, name, nets)| Place { id: id.to_owned(), name: name.clone(), addresses: nets.clone() }).collect()
    }

    /// The clinic's own names first: they win over the built-in ones.
    fn services(&self) -> Vec<Service> {
        let all = self.clinic.services.iter().cloned().chain(clinic::model::Service::built_in());
        all.map(|service| Service { name: service.name, matches: service.ports.into_iter().map(Match::from).collect() })
            .collect()
    }

    fn grants(&self, granted: &Granted, now: DateTime) -> Vec<Grant> {
        let left = granted.until.duration_since(now).as_secs();
        let Some(vendor) = self.clinic.vendor(&granted.vendor).filter(|_| left > 0) else { return Vec::new() };
        let seconds_left = u32::try_from(left).unwrap_or(u32::MAX);
        let from = Endpoint::Vendor(vendor.id.clone());
        let ways = vendor.maintenance.iter().enumerate();
        ways.map(|(index, way)| {
            let id = if index == 0 { vendor.id.to_string() } else { format!("{}-{}", vendor.id, index + 1) };
            let why = format!("{} ({})", granted.why, way.why);
            let seconds_left = seconds_left.min(u32::from(way.minutes_max) * 60);
            Grant { flow: self.flow(&id, &why, &from, &way.to, &way.services), seconds_left }
        })
        .collect()
    }
}

impl From<Ports> for Match {
    fn from(ports: Ports) -> Self {
        match ports {
            Ports::Tcp(range) => Self::Tcp(range),
            Ports::Udp(range) => Self::Udp(range),
            Ports::Ping => Self::Ping,
        }
    }
}

/// Walks the coming week minute by minute of those that matter: the edges of hours, and midnights.
pub(super) fn next_change(clinic: &Clinic, now: DateTime) -> Option<DateTime> {
    let state = |at: DateTime| -> Vec<bool> {
        clinic.flows.iter().map(|flow| because(&flow.hours, flow.until, at).is_none()).collect()
    };
    let hours = clinic.flows.iter().flat_map(|flow| &flow.hours);
    let mut minutes: Vec<u16> = hours.flat_map(|hours| [hours.from_minute, hours.to_minute % 1440]).collect();
    minutes.push(0);
    minutes.sort_unstable();
    minutes.dedup();
    let before = state(now);
    let midnight = now.date().to_datetime(jiff::civil::Time::midnight());
    (0..=7_i64)
        .flat_map(|day| minutes.iter().map(move |minute| day.days().minutes(i64::from(*minute))))
        .filter_map(|span| midnight.checked_add(span).ok())
        .find(|at| *at > now && state(*at) != before)
}
