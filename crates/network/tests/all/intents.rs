//! Random intents.

use ipnet::IpNet;
use network::router::{Flow, Intent, Service, Target, Zone};
use proptest::prelude::*;

/// Zone `n` is 10.0.n.0/24 and fd00:0:0:n::/64, the router at .1.
pub(crate) fn zone(n: usize) -> Zone {
    let gateways = [format!("10.0.{n}.1/24"), format!("fd00:0:0:{n:x}::1/64")];
    Zone {
        name: format!("zone {n}"),
        vlan: u16::try_from(10 + n).unwrap(),
        gateways: gateways.iter().map(|gateway| gateway.parse().unwrap()).collect(),
    }
}

fn host(zone: usize, n: u8, v6: bool) -> IpNet {
    let text = if v6 { format!("fd00:0:0:{zone:x}::{n:x}/128") } else { format!("10.0.{zone}.{n}/32") };
    text.parse().unwrap()
}

fn hosts() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(2..=254_u8, 1..5)
}

/// Flow `k` has ports of its own, so that no flow hides the loss of another.
fn flow(k: usize, zones: usize) -> impl Strategy<Value = Flow> {
    let base = u16::try_from(1000 + 100 * k).unwrap();
    let ports = proptest::collection::vec((0..40_u16, 0..3_u16), 1..14).prop_map(move |list| {
        list.into_iter().map(|(at, more)| (base + 2 * at, base + 2 * at + more)).collect::<Vec<_>>()
    });
    (0..zones, 0..=zones, hosts(), hosts(), ports, 0..2_u8, any::<bool>()).prop_map(
        move |(from, to, sources, destinations, ports, kind, v6)| {
            let zone = if to == from { (to + 1) % zones } else { to };
            let router = to == zones;
            let list = |zone: usize, list: &[u8]| list.iter().map(|n| host(zone, *n, v6)).collect::<Vec<_>>();
            Flow {
                from,
                to: if router { Target::Router } else { Target::Zone(zone) },
                sources: list(from, &sources),
                destinations: if router { vec![host(from, 1, v6)] } else { list(zone, &destinations) },
                service: if kind == 0 { Service::Tcp(ports) } else { Service::Udp(ports) },
                why: format!("理由 {k}"),
            }
        },
    )
}

pub(crate) fn intent() -> impl Strategy<Value = Intent> {
    (2..5_usize, 1..7_usize).prop_flat_map(|(zones, flows)| {
        let flows: Vec<_> = (0..flows).map(|k| flow(k, zones)).collect();
        flows.prop_map(move |flows| Intent { zones: (0..zones).map(zone).collect(), flows })
    })
}

/// Reception may speak to the chart: https, and ping.
pub(crate) fn reception() -> Intent {
    let flow = |service, why: &str| Flow {
        from: 0,
        to: Target::Zone(1),
        sources: vec!["10.0.0.0/24".parse().unwrap()],
        destinations: vec!["10.0.1.10/32".parse().unwrap()],
        service,
        why: why.to_owned(),
    };
    Intent {
        zones: vec![zone(0), zone(1)],
        flows: vec![flow(Service::Tcp(vec![(443, 443)]), "電子カルテ"), flow(Service::Ping, "死活監視")],
    }
}
