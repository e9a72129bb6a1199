//! Ours: from a declared policy to text, and from the kernel's account of it to a proof.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::{Command, Stdio};

use clinic::model::{PortRange, ZoneKind};
use ipnet::IpNet;
use network::packets::Space;
use network::policy::{End, Flow, Host, Match, Policy, Reach, Side, Spot, Uplink, Zone};
use network::{Proof, nft, prove};

use super::Line;
use crate::Done;

/// Repetitions of what takes a millisecond.
const TIMES: u32 = 20;

/// The services: name and port.
pub(super) const SERVICES: [(&str, u16); 3] = [("chart", 443), ("dicom", 104), ("hl7", 2575)];

/// The address of a device. Every third one, so that no two can be written as one range.
pub(super) fn device(n: usize, v6: bool) -> IpAddr {
    let low = u32::try_from(n * 3 + 10).unwrap_or(u32::MAX);
    if v6 {
        Ipv6Addr::from_bits((0xfd00_u128 << 112 | 1 << 64) + u128::from(low)).into()
    } else {
        Ipv4Addr::from_bits(0x0a01_0000 + low).into()
    }
}

/// The server, the same for all.
pub(super) fn server(v6: bool) -> IpAddr {
    if v6 { Ipv6Addr::from_bits(0xfd00_u128 << 112 | 2 << 64 | 10).into() } else { Ipv4Addr::new(10, 2, 0, 10).into() }
}

pub(super) fn measure(devices: usize, each: bool) -> Done<Line> {
    let mut policy = policy(devices);
    if each {
        policy.flows = one_by_one(&policy);
    }
    let start = cpu_ms()?;
    let mut text = String::new();
    for _ in 0..TIMES {
        text = nft::compile(&policy);
    }
    let compile_cpu_ms = (cpu_ms()? - start) / f64::from(TIMES);
    let account = kernel(&text)?;
    let start = cpu_ms()?;
    let ruleset = nft::read(&account).map_err(|why| why.to_string())?;
    let mut space = Space::default();
    let passage = nft::evaluate(&ruleset, &mut space);
    let report = prove(&policy, &passage, &mut space);
    let prove_cpu_ms = Some(cpu_ms()? - start);
    if report.proof != Proof::Equal {
        return Err(report.to_string());
    }
    Ok(Line { who: "komainu", devices, compile_cpu_ms, bytes: text.len(), prove_cpu_ms })
}

/// A flow of its own for every device of a group.
fn one_by_one(policy: &Policy) -> Vec<Flow> {
    let devices = policy.hosts.iter().filter(|host| host.side == Side::Zone(0));
    let one = |host: &Host, flow: &Flow| {
        let nets = host.addresses.iter().map(|address| IpNet::from(*address)).collect();
        let spots = vec![Spot { side: host.side, reach: Reach::Nets(nets) }];
        let from = End { word: host.id.clone(), name: host.name.clone(), spots };
        Flow { id: format!("{}-{}", host.id, flow.id), from, ..flow.clone() }
    };
    devices.flat_map(|host| policy.flows.iter().map(|flow| one(host, flow)).collect::<Vec<_>>()).collect()
}

/// CPU time of this thread.
fn cpu_ms() -> Done<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").map_err(|why| format!("schedstat: {why}"))?;
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.map(|ns| ns / 1e6).ok_or_else(|| "schedstat has no figure".to_owned())
}

/// What the kernel says of a rule set, loaded in a namespace of its own.
fn kernel(text: &str) -> Done<String> {
    let failed = |why: &dyn std::fmt::Display| format!("nft in a network namespace (needs root): {why}");
    let mut child = Command::new("unshare")
        .args(["-n", "sh", "-c", "nft -f - && nft -j list ruleset"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| failed(&why))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(|why| failed(&why))?;
    }
    let output = child.wait_with_output().map_err(|why| failed(&why))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    String::from_utf8(output.stdout).map_err(|why| failed(&why))
}

fn policy(devices: usize) -> Policy {
    let zone = |id: &str, kind, interface: &str, subnets: [&str; 2]| Zone {
        id: id.to_owned(),
        name: id.to_owned(),
        kind,
        interface: interface.to_owned(),
        vlan: None,
        subnets: subnets.iter().filter_map(|net| net.parse().ok()).collect(),
        router: vec![],
    };
    let host = |id: String, zone, addresses: [IpAddr; 2]| Host {
        name: id.clone(),
        id,
        side: Side::Zone(zone),
        addresses: addresses.to_vec(),
    };
    let hosts: Vec<Host> = (0..devices)
        .map(|n| host(format!("device{n}"), 0, [device(n, false), device(n, true)]))
        .chain([host("server".to_owned(), 1, [server(false), server(true)])])
        .collect();
    let end = |zone, word: &str| {
        let own = hosts.iter().filter(|host| host.side == Side::Zone(zone)).flat_map(|host| &host.addresses);
        let nets: Vec<IpNet> = own.map(|address| IpNet::from(*address)).collect();
        End {
            word: word.to_owned(),
            name: word.to_owned(),
            spots: vec![Spot { side: Side::Zone(zone), reach: Reach::Nets(nets) }],
        }
    };
    let flows = SERVICES.iter().map(|(id, port)| Flow {
        id: (*id).to_owned(),
        why: "every device may".to_owned(),
        from: end(0, "devices"),
        to: end(1, "server"),
        matches: PortRange::new(*port, *port).map(Match::Tcp).into_iter().collect(),
    });
    Policy {
        flows: flows.collect(),
        zones: vec![
            zone("devices", ZoneKind::Office, "lan1", ["10.1.0.0/16", "fd00:0:0:1::/64"]),
            zone("servers", ZoneKind::Chart, "lan2", ["10.2.0.0/16", "fd00:0:0:2::/64"]),
        ],
        uplink: Uplink { interface: "wan".to_owned(), masquerade: true },
        hosts,
        places: vec![],
        services: vec![],
        closed: vec![],
        grants: vec![],
        quarantine: vec![],
    }
}
