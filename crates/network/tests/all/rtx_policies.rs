//! Policies an RTX can keep.

use clinic::model::ZoneKind;
use network::Policy;
use network::policy::{Match, Side, Uplink};

use super::policies::{built_in_services, end, flow, host, one, random, small, tcp, whole, zone};
use super::properties::nothing;

/// Without IPv6.
pub(crate) fn v4_only(mut policy: Policy) -> Policy {
    for zone in &mut policy.zones {
        zone.subnets.retain(|net| net.addr().is_ipv4());
        zone.router.retain(core::net::IpAddr::is_ipv4);
    }
    policy
}

/// Reception may speak to the chart: https, and ping.
pub(crate) fn reception() -> Policy {
    let chart = host(1, "chart", "電子カルテサーバー", 10);
    let pc = host(0, "pc", "受付PC", 20);
    let office = || end("office", vec![whole(Side::Zone(0))]);
    let flows = vec![
        flow("chart", "電子カルテ", office(), end("chart", vec![one(&chart)]), &[tcp(443, 443)]),
        flow("alive", "死活監視", office(), end("chart", vec![one(&chart)]), &[Match::Ping]),
    ];
    v4_only(Policy {
        zones: vec![zone(0, "office", "受付", ZoneKind::Office), zone(1, "charts", "電子カルテ", ZoneKind::Chart)],
        uplink: Uplink { interface: "uplink".to_owned(), masquerade: true },
        hosts: vec![pc, chart],
        services: built_in_services(),
        flows,
        ..nothing()
    })
}

/// The small clinic, as an RTX with PPPoE has it.
pub(crate) fn clinic() -> Policy {
    let mut policy = v4_only(small());
    for (n, zone) in policy.zones.iter_mut().enumerate() {
        zone.interface = format!("lan1/{}", n + 1);
    }
    policy.uplink.interface = "pp 1".to_owned();
    policy
}

/// Any policy: of both families, or of IPv4; behind tagged VLANs or a divided LAN.
pub(crate) fn any(seed: u64) -> Policy {
    let mut policy = random(seed);
    policy.zones.retain(|zone| !zone.subnets.is_empty());
    if seed.is_multiple_of(2) {
        policy = v4_only(policy);
    }
    if seed.is_multiple_of(3) {
        for (n, zone) in policy.zones.iter_mut().enumerate() {
            zone.interface = format!("vlan{}", n + 1);
        }
        policy.uplink.interface = if seed.is_multiple_of(5) { "lan2" } else { "pp1" }.to_owned();
    }
    policy
}
