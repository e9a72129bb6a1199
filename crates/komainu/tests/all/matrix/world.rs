//! The gateway's wires, and a namespace behind each with everybody who lives there.

use std::fmt::Write as _;
use std::net::IpAddr;

use clinic::model::Clinic;

use super::parties::{Parties, Side, UPLINK, own};
use crate::namespace::Namespace;

/// Where parties live: the gateway's namespace first, then one for each wire.
pub(super) struct World {
    homes: Vec<Home>,
}

pub(super) struct Home {
    pub(super) side: Side,
    /// Of the namespace.
    pub(super) name: String,
    _own: Option<Namespace>,
}

const SYSCTLS: &str = "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.rp_filter=0 \
    net.ipv4.conf.default.rp_filter=0 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv6.conf.all.accept_dad=0 \
    net.ipv6.conf.default.accept_dad=0 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 \
    net.ipv4.neigh.default.gc_thresh3=16384 net.ipv6.neigh.default.gc_thresh3=16384 || true";
const FAR_MAC: &str = "02:00:00:00:00:02";
const NEAR_MAC: &str = "02:00:00:00:00:01";

impl World {
    pub(super) fn new(gateway: &Namespace, clinic: &Clinic, parties: &Parties) -> Self {
        gateway.sh(SYSCTLS);
        let mut homes = vec![Home { side: Side::Gateway, name: gateway.name.clone(), _own: None }];
        for zone in &clinic.zones {
            let near: Vec<(IpAddr, u8)> = own(zone).collect();
            homes.push(home(gateway, parties, Side::Zone(zone.id.clone()), &zone.interface, &near, None));
        }
        let near = [(UPLINK[0].0, 24), (UPLINK[1].0, 64)];
        let next = Some(UPLINK.map(|(_, next)| next));
        homes.push(home(gateway, parties, Side::Uplink, &clinic.gateway.uplink, &near, next));
        Self { homes }
    }

    pub(super) fn homes(&self) -> &[Home] {
        &self.homes
    }
}

/// A wire with a namespace at its end. Neighbours are told to each other beforehand: a packet that waits for one to be
/// found may be lost, and a call that was lost looks like one that was refused.
fn home(
    gateway: &Namespace,
    parties: &Parties,
    side: Side,
    interface: &str,
    near: &[(IpAddr, u8)],
    next: Option<[IpAddr; 2]>,
) -> Home {
    let own = Namespace::new("home");
    own.sh(SYSCTLS);
    let mut script = format!(
        "ip link add '{interface}' address {NEAR_MAC} type veth peer name far address {FAR_MAC} netns {}\n\
         ip link set '{interface}' up\n",
        own.name
    );
    let mut there = "ip link set far up\n".to_owned();
    for (address, length) in near {
        let (family, dad) = family(*address);
        writeln!(script, "ip addr add {address}/{length} dev '{interface}' {dad}").unwrap();
        let own_length = if next.is_some() { *length } else { family.1 };
        let first = next.and_then(|next| next.into_iter().find(|each| each.is_ipv6() == address.is_ipv6()));
        if let Some(first) = first {
            writeln!(there, "ip addr add {first}/{own_length} dev far {dad}").unwrap();
            writeln!(script, "ip {} neigh add {first} lladdr {FAR_MAC} dev '{interface}' nud permanent", family.0)
                .unwrap();
            writeln!(script, "ip {} route add default via {first} dev '{interface}'", family.0).unwrap();
        }
        writeln!(there, "ip {} neigh add {address} lladdr {NEAR_MAC} dev far nud permanent", family.0).unwrap();
        writeln!(there, "ip {} route add {address} dev far", family.0).unwrap();
        writeln!(there, "ip {} route add default via {address} dev far", family.0).unwrap();
    }
    for address in parties.list.iter().filter(|party| party.side == side).flat_map(|party| &party.addresses) {
        let (family, dad) = family(*address);
        writeln!(there, "ip addr add {address}/{} dev far {dad}", family.1).unwrap();
        if next.is_none() {
            writeln!(script, "ip {} neigh add {address} lladdr {FAR_MAC} dev '{interface}' nud permanent", family.0)
                .unwrap();
        }
    }
    gateway.sh(&script);
    own.sh(&there);
    Home { side, name: own.name.clone(), _own: Some(own) }
}

/// The option for the family, the length of a single address; what is not to be waited for.
fn family(address: IpAddr) -> ((&'static str, u8), &'static str) {
    if address.is_ipv6() { (("-6", 128), "nodad") } else { (("-4", 32), "") }
}
