//! What is told of a device's reach is what its packets can do.

use std::collections::BTreeSet;
use std::net::IpAddr;

use clinic::model::patterns::PATTERNS;
use clinic::model::plan::Party;
use clinic::model::{Clinic, DeviceId, Ports, Service, reach, read};
use jiff::civil::{DateTime, date};
use network::packets::{GATEWAY, Packet, Space, State, protocol};
use network::policy::Live;
use network::{Intent, Policy};

/// A Tuesday at noon: every flow of the patterns is open.
const NOW: DateTime = date(2026, 12, 1).at(12, 0, 0, 0);

/// Where a device is, and an address of it, by family.
fn place(clinic: &Clinic, space: &mut Space, id: &DeviceId, v6: bool) -> Option<(u8, IpAddr)> {
    let device = clinic.device(id)?;
    let zone = clinic.zone(&device.zone)?;
    let side =
        if clinic.gateway.device.as_ref() == Some(id) { Some(GATEWAY) } else { space.interface(&zone.interface) };
    let address = device.addresses.iter().find(|address| address.is_ipv6() == v6)?;
    Some((side?, address))
}

/// A first packet of a conversation by a port.
fn first(ports: Ports, v6: bool, from: (u8, IpAddr), to: (u8, IpAddr)) -> Packet {
    let packet = Packet {
        state: State::New,
        iif: from.0,
        oif: to.0,
        source: from.1,
        destination: to.1,
        source_port: 40_000,
        ..Packet::default()
    };
    match ports {
        Ports::Tcp(range) => Packet { protocol: protocol::TCP, destination_port: range.last(), tcp_flags: 2, ..packet },
        Ports::Udp(range) => Packet { protocol: protocol::UDP, destination_port: range.last(), ..packet },
        Ports::Ping if v6 => Packet { protocol: protocol::ICMPV6, icmp_type: 128, ..packet },
        Ports::Ping => Packet { protocol: protocol::ICMP, icmp_type: 8, ..packet },
    }
}

#[test]
fn every_pair_of_devices_by_every_service_says_what_the_packets_say() {
    let mut asked = 0;
    for pattern in PATTERNS {
        let clinic = read(pattern.text).unwrap();
        let policy = Policy::of(&clinic, NOW, &Live::default());
        assert!(policy.closed.is_empty(), "{}", pattern.name);
        let mut space = Space::default();
        let intent = Intent::of(&policy, &mut space);
        for to in &clinic.devices {
            let told = reach(&clinic, &to.id, NOW.date()).unwrap();
            for from in clinic.devices.iter().filter(|from| from.id != to.id) {
                let near = from.zone == to.zone
                    && ![&from.id, &to.id].into_iter().any(|id| clinic.gateway.device.as_ref() == Some(id));
                let caller = Party::Device(from.id.clone());
                let rows = told.callers.iter().filter(|row| row.from.contains(&caller));
                let open: BTreeSet<Ports> =
                    rows.flat_map(|row| &row.services).flat_map(|service| service.ports.clone()).collect();
                if near {
                    assert!(open.is_empty() && told.neighbours.contains(&from.id), "{} {}", from.id, to.id);
                    continue;
                }
                for ports in Service::built_in().flat_map(|service| service.ports).collect::<BTreeSet<_>>() {
                    for v6 in [false, true] {
                        let Some((source, target)) =
                            place(&clinic, &mut space, &from.id, v6).zip(place(&clinic, &mut space, &to.id, v6))
                        else {
                            continue;
                        };
                        let passes = intent.pass.contains(&first(ports, v6, source, target));
                        let said = open.contains(&ports);
                        // The gateway does chores of its own (DHCP answers), which are nobody's reach.
                        let chore = source.0 == GATEWAY || target.0 == GATEWAY;
                        assert!(
                            said == passes || (chore && passes && !said),
                            "{}: {} to {} by {ports}: told {said}",
                            pattern.name,
                            from.id,
                            to.id
                        );
                        asked += 1;
                    }
                }
            }
        }
    }
    println!("{asked} first packets");
    assert!(asked > 10_000);
}
