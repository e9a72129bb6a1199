//! Policies for tests: one a person can read, and any number from seeds.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clinic::model::{PortRange, Service as Known, ZoneKind};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use network::policy::{End, Flow, Grant, Host, Match, Place, Policy, Reach, Service, Side, Spot, Uplink, Zone};
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// A generator for a seed.
pub(crate) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The `n`th zone: `10.(n+1).0.0/24` and `fd00:0:0:n+1::/64` behind `zone<n>`.
pub(crate) fn zone(n: usize, id: &str, name: &str, kind: ZoneKind) -> Zone {
    let byte = u8::try_from(n + 1).unwrap();
    let v4 = Ipv4Net::new(Ipv4Addr::new(10, byte, 0, 0), 24).unwrap();
    let v6 = Ipv6Net::new(Ipv6Addr::new(0xfd00, 0, 0, byte.into(), 0, 0, 0, 0), 64).unwrap();
    Zone {
        id: id.to_owned(),
        name: name.to_owned(),
        kind,
        interface: format!("zone{n}"),
        vlan: Some(u16::from(byte) * 10),
        subnets: vec![v4.into(), v6.into()],
        router: vec![address(n, 1, false), address(n, 1, true)],
    }
}

/// An address in the `n`th zone.
pub(crate) fn address(n: usize, host: u8, v6: bool) -> IpAddr {
    let byte = u8::try_from(n + 1).unwrap();
    if v6 {
        Ipv6Addr::new(0xfd00, 0, 0, byte.into(), 0, 0, 0, host.into()).into()
    } else {
        Ipv4Addr::new(10, byte, 0, host).into()
    }
}

/// A device in the `n`th zone.
pub(crate) fn host(n: usize, id: &str, name: &str, number: u8) -> Host {
    let addresses = vec![address(n, number, false), address(n, number, true)];
    Host { id: id.to_owned(), name: name.to_owned(), side: Side::Zone(n), addresses }
}

pub(crate) fn tcp(first: u16, last: u16) -> Match {
    Match::Tcp(PortRange::new(first, last).unwrap())
}

pub(crate) fn udp(first: u16, last: u16) -> Match {
    Match::Udp(PortRange::new(first, last).unwrap())
}

pub(crate) fn end(word: &str, spots: Vec<Spot>) -> End {
    End { word: word.to_owned(), name: word.to_owned(), spots }
}

pub(crate) fn whole(side: Side) -> Spot {
    Spot { side, reach: Reach::All }
}

pub(crate) fn one(host: &Host) -> Spot {
    Spot { side: host.side, reach: Reach::Nets(host.addresses.iter().map(|address| IpNet::from(*address)).collect()) }
}

pub(crate) fn flow(id: &str, why: &str, from: End, to: End, matches: &[Match]) -> Flow {
    Flow { id: id.to_owned(), why: why.to_owned(), from, to, matches: matches.to_vec() }
}

pub(crate) fn built_in_services() -> Vec<Service> {
    Known::built_in()
        .map(|known| Service { name: known.name, matches: known.ports.into_iter().map(Match::from).collect() })
        .collect()
}

/// A small clinic: charts, imaging, office, guests; a vendor that is let in.
pub(crate) fn small() -> Policy {
    let hosts = vec![
        host(0, "chart-server", "電子カルテサーバー", 10),
        host(0, "reception-pc", "受付PC", 20),
        host(1, "ct", "CT", 10),
        host(1, "pacs", "PACS", 20),
    ];
    let by_id = |id: &str| one(hosts.iter().find(|host| host.id == id).unwrap());
    let vendor: IpNet = "203.0.113.0/28".parse().unwrap();
    let vendor_end = || end("acme", vec![Spot { side: Side::Uplink, reach: Reach::Nets(vec![vendor]) }]);
    let flows = vec![
        flow(
            "images",
            "診察室で画像を見る",
            end("charts", vec![whole(Side::Zone(0))]),
            end("pacs", vec![by_id("pacs")]),
            &[tcp(104, 104), tcp(11112, 11112)],
        ),
        flow(
            "worklist",
            "撮影の予定を取りに行く",
            end("ct", vec![by_id("ct")]),
            end("chart-server", vec![by_id("chart-server")]),
            &[tcp(2575, 2575), Match::Ping],
        ),
        flow(
            "web",
            "事務で調べものをする",
            end("office", vec![whole(Side::Zone(2))]),
            end("internet", vec![whole(Side::Uplink)]),
            &[tcp(80, 80), tcp(443, 443), udp(443, 443)],
        ),
        flow(
            "guest-web",
            "待合室の Wi-Fi",
            end("guests", vec![whole(Side::Zone(3))]),
            end("internet", vec![whole(Side::Uplink)]),
            &[tcp(443, 443)],
        ),
        flow(
            "address",
            "アドレスを配る",
            end("guests", vec![whole(Side::Zone(3))]),
            end("gateway", vec![whole(Side::Gateway)]),
            &[udp(67, 67), udp(547, 547)],
        ),
        flow(
            "time",
            "時刻を合わせる",
            end("gateway", vec![whole(Side::Gateway)]),
            end("internet", vec![whole(Side::Uplink)]),
            &[udp(123, 123)],
        ),
    ];
    let grants = vec![Grant {
        flow: flow("acme", "CT の保守", vendor_end(), end("ct", vec![by_id("ct")]), &[tcp(22, 22)]),
        seconds_left: 3600,
    }];
    Policy {
        zones: vec![
            zone(0, "charts", "電子カルテ", ZoneKind::Chart),
            zone(1, "imaging", "画像", ZoneKind::Imaging),
            zone(2, "office", "事務", ZoneKind::Office),
            zone(3, "guests", "来院者 Wi-Fi", ZoneKind::Guest),
        ],
        uplink: Uplink { interface: "uplink".to_owned(), masquerade: true },
        hosts,
        places: vec![Place { id: "acme".to_owned(), name: "アクメ保守".to_owned(), addresses: vec![vendor] }],
        services: built_in_services(),
        flows,
        closed: vec![],
        grants,
        quarantine: vec![address(2, 66, false), address(2, 66, true)],
    }
}

const PORTS: [u16; 8] = [22, 53, 80, 104, 443, 445, 3389, 8000];

/// A policy from a seed: up to five zones, up to twelve flows between any ends, with overlaps.
pub(crate) fn random(seed: u64) -> Policy {
    let mut rng = rng(seed);
    let kinds = [ZoneKind::Chart, ZoneKind::Imaging, ZoneKind::Office, ZoneKind::Guest, ZoneKind::Medical];
    let count = rng.random_range(1..=5);
    let mut zones: Vec<Zone> = (0..count).map(|n| zone(n, &format!("z{n}"), &format!("ゾーン{n}"), kinds[n])).collect();
    for zone in &mut zones {
        // Some know only one family.
        match rng.random_range(0..8) {
            0 => zone.subnets.truncate(1),
            1 => drop(zone.subnets.remove(0)),
            _ => {}
        }
    }
    let mut hosts = Vec::new();
    for n in 0..count {
        for number in 0..rng.random_range(0..5_u8) {
            hosts.push(host(n, &format!("h{n}-{number}"), &format!("機器{n}-{number}"), 10 + number));
        }
    }
    let flows: Vec<Flow> =
        (0..rng.random_range(0..12)).map(|n| random_flow(&mut rng, &format!("f{n}"), count, &hosts)).collect();
    let grants = (0..rng.random_range(0..3))
        .map(|n| Grant { flow: random_flow(&mut rng, &format!("v{n}"), count, &hosts), seconds_left: 3600 });
    let grants = grants.collect();
    let mut quarantine: Vec<IpAddr> = (0..rng.random_range(0..3))
        .map(|_| address(rng.random_range(0..count), 10 + rng.random_range(0..5), rng.random()))
        .collect();
    quarantine.sort_unstable();
    quarantine.dedup();
    Policy {
        zones,
        uplink: Uplink { interface: "uplink".to_owned(), masquerade: false },
        hosts,
        places: vec![],
        services: built_in_services(),
        flows,
        closed: vec![],
        grants,
        quarantine,
    }
}

fn random_flow(rng: &mut ChaCha8Rng, id: &str, zones: usize, hosts: &[Host]) -> Flow {
    let (from, to) = (random_end(rng, zones, hosts), random_end(rng, zones, hosts));
    let mut matches: Vec<Match> = (0..rng.random_range(1..4)).map(|_| random_match(rng)).collect();
    matches.sort_unstable();
    matches.dedup();
    flow(id, "試験", from, to, &matches)
}

fn random_match(rng: &mut ChaCha8Rng) -> Match {
    let port = *PORTS.choose(rng).unwrap();
    let last = if rng.random_bool(0.3) { port + rng.random_range(1..500) } else { port };
    match rng.random_range(0..5) {
        0 => Match::Ping,
        1 => udp(port, last),
        _ => tcp(port, last),
    }
}

fn random_end(rng: &mut ChaCha8Rng, zones: usize, hosts: &[Host]) -> End {
    match rng.random_range(0..10) {
        0 => end("gateway", vec![whole(Side::Gateway)]),
        1 => end("internet", vec![whole(Side::Uplink)]),
        2 => {
            let nets = ["203.0.113.0/28", "2001:db8:7::/48"].map(|net| net.parse().unwrap()).to_vec();
            end("place", vec![Spot { side: Side::Uplink, reach: Reach::Nets(nets) }])
        }
        3 | 4 => {
            // A group: a spot for each side, its members' addresses.
            let members: Vec<&Host> = hosts.iter().filter(|_| rng.random_bool(0.4)).collect();
            let spots = (0..zones).map(Side::Zone).map(|side| {
                let own = members.iter().filter(|host| host.side == side).flat_map(|host| &host.addresses);
                Spot { side, reach: Reach::Nets(own.map(|address| IpNet::from(*address)).collect()) }
            });
            end("group", spots.filter(|spot| spot.reach != Reach::Nets(vec![])).collect())
        }
        5 | 6 if !hosts.is_empty() => end("host", vec![one(hosts.choose(rng).unwrap())]),
        _ => end("zone", vec![whole(Side::Zone(rng.random_range(0..zones)))]),
    }
}
