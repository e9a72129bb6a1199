//! Who is there, and what the clinic's file lets each say to whom.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clinic::model::{Clinic, DeviceId, Endpoint, Ports, Zone, ZoneId};
use ipnet::IpNet;

/// Behind which interface of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Gateway,
    Uplink,
    Zone(ZoneId),
}

/// Somebody with an address of each family.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub(super) name: String,
    pub(super) side: Side,
    pub(super) device: Option<DeviceId>,
    pub(super) addresses: Vec<IpAddr>,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) tcp: bool,
    pub(super) port: u16,
    pub(super) declared: bool,
}

pub(super) struct Parties {
    pub(super) list: Vec<Party>,
}

/// The gateway's own address towards the outside, and that of whoever is next there.
pub(super) const UPLINK: [(IpAddr, IpAddr); 2] = [
    (IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 254))),
    (
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 1)),
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 0xfe)),
    ),
];

impl Parties {
    /// Every device, somebody unknown in every zone, the gateway, every place and vendor outside, and somebody on the
    /// Internet.
    pub(super) fn of(clinic: &Clinic) -> Self {
        let mut list = Vec::new();
        for device in &clinic.devices {
            let gateway = clinic.gateway.device.as_ref() == Some(&device.id);
            let side = if gateway { Side::Gateway } else { Side::Zone(device.zone.clone()) };
            let addresses: Vec<IpAddr> = device.addresses.iter().collect();
            let device_id = Some(device.id.clone());
            list.push(Party { name: device.id.to_string(), side, device: device_id, addresses });
        }
        for zone in &clinic.zones {
            let nobody = zone.subnets.iter().map(|net| nth(net, 200)).collect();
            let name = format!("unknown-in-{}", zone.id);
            list.push(Party { name, side: Side::Zone(zone.id.clone()), device: None, addresses: nobody });
        }
        let places = clinic.outside.iter().map(|each| (each.id.to_string(), &each.addresses));
        let vendors = clinic.vendors.iter().map(|each| (each.id.to_string(), &each.addresses));
        for (name, nets) in places.chain(vendors) {
            let mut addresses = Vec::new();
            for v6 in [false, true] {
                addresses.extend(nets.iter().find(|net| net.addr().is_ipv6() == v6).map(|net| nth(*net, 3)));
            }
            list.push(Party { name, side: Side::Uplink, device: None, addresses });
        }
        let stranger = vec![IpAddr::from([198, 18, 7, 7]), IpAddr::from([0x2001, 0xdb8, 0xdead, 0, 0, 0, 0, 7])];
        list.push(Party { name: "somebody".to_owned(), side: Side::Uplink, device: None, addresses: stranger });
        Self { list }
    }

    /// Every call from one side of the gateway to another. Within a zone the gateway is not asked.
    pub(super) fn probes(&self, clinic: &Clinic, ports: &[u16]) -> Vec<Probe> {
        let mut probes = Vec::new();
        for (from, caller) in self.list.iter().enumerate() {
            for (to, called) in self.list.iter().enumerate().filter(|(_, called)| called.side != caller.side) {
                for v6 in [false, true] {
                    let towards = |party: &Party, other: &Party| address(clinic, party, other, v6);
                    let (Some(source), Some(destination)) = (towards(caller, called), towards(called, caller)) else {
                        continue;
                    };
                    for port in ports {
                        for tcp in [true, false] {
                            let says = |flow: &clinic::model::Flow| {
                                is(clinic, &flow.from, caller, source)
                                    && is(clinic, &flow.to, called, destination)
                                    && flow.services.iter().any(|id| opens(clinic, id, tcp, *port))
                            };
                            let declared = clinic.flows.iter().any(says);
                            probes.push(Probe { from, to, source, destination, tcp, port: *port, declared });
                        }
                    }
                }
            }
        }
        probes
    }
}

/// The address a party has for another: the gateway has one on every side.
fn address(clinic: &Clinic, party: &Party, other: &Party, v6: bool) -> Option<IpAddr> {
    let of = |addresses: &[IpAddr]| addresses.iter().copied().find(|each| each.is_ipv6() == v6);
    match (&party.side, &other.side) {
        (Side::Gateway, Side::Uplink) => of(&UPLINK.map(|(own, _)| own)),
        (Side::Gateway, Side::Zone(id)) => of(&own(clinic.zone(id)?).map(|(address, _)| address).collect::<Vec<_>>()),
        _ => of(&party.addresses),
    }
}

/// The gateway's own addresses in a zone, with the lengths of its prefixes. A VPN may be declared without any.
pub(super) fn own(zone: &Zone) -> impl Iterator<Item = (IpAddr, u8)> {
    zone.subnets.iter().map(|net| {
        let declared = zone.router.iter().find(|each| each.is_ipv6() == net.addr().is_ipv6());
        (declared.unwrap_or_else(|| nth(net, 1)), net.prefix_len())
    })
}

/// Whether an end of a flow means a party.
fn is(clinic: &Clinic, end: &Endpoint, party: &Party, address: IpAddr) -> bool {
    match end {
        Endpoint::Device(id) => party.device.as_ref() == Some(id),
        Endpoint::Group(id) => {
            party.device.as_ref().is_some_and(|device| clinic.group(id).unwrap().members.contains(device))
        }
        Endpoint::Zone(id) => party.side == Side::Zone(id.clone()),
        Endpoint::Internet => party.side == Side::Uplink,
        Endpoint::Outside(_) | Endpoint::Vendor(_) => {
            party.side == Side::Uplink && clinic.prefixes(end).iter().any(|net| net.contains(&address))
        }
    }
}

fn opens(clinic: &Clinic, id: &clinic::model::ServiceId, tcp: bool, port: u16) -> bool {
    clinic.service(id).unwrap().ports.iter().any(|ports| match ports {
        Ports::Tcp(range) => tcp && (range.first()..=range.last()).contains(&port),
        Ports::Udp(range) => !tcp && (range.first()..=range.last()).contains(&port),
        Ports::Ping => false,
    })
}

/// An address some way into a prefix.
fn nth(net: IpNet, number: u8) -> IpAddr {
    match net {
        IpNet::V4(net) => Ipv4Addr::from_bits(net.network().to_bits() + u32::from(number)).into(),
        IpNet::V6(net) => Ipv6Addr::from_bits(net.network().to_bits() + u128::from(number)).into(),
    }
}
