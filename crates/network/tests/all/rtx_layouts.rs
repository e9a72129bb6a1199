//! Which interfaces an RTX is given, and what is read of the way there.

use network::policy::Side;
use network::rtx::{Model, Refused, compile, parse, prove};
use network::{Policy, Proof};

use super::policies::{end, flow, small, tcp, whole};

fn text(policy: &Policy) -> String {
    compile(policy, Model::Small).unwrap()
}

fn verdict(policy: &Policy, text: &str) -> Proof {
    prove(policy, &parse(text.as_bytes()).unwrap()).proof
}

/// The small clinic, with imaging behind a tunnel in which the router has no address, and its own way to it.
fn tunnelled() -> Policy {
    let mut policy = small();
    policy.grants.clear();
    let zone = &mut policy.zones[1];
    (zone.interface, zone.vlan) = ("wg0".to_owned(), None);
    zone.router.clear();
    let (gateway, imaging) = (end("gateway", vec![whole(Side::Gateway)]), end("imaging", vec![whole(Side::Zone(1))]));
    policy.flows.push(flow("look", "様子を見る", gateway, imaging, &[tcp(443, 443)]));
    policy
}

#[test]
fn names_of_another_make_become_tagged_vlans() {
    let mut policy = small();
    policy.grants.clear();
    let text = text(&policy);
    for line in ["vlan lan1/1 802.1q vid=10", "vlan lan1/4 802.1q vid=40", "ip route default gateway dhcp lan2"] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert_eq!(verdict(&policy, &text), Proof::Equal);
}

#[test]
fn a_tunnel_is_a_tunnel_and_its_far_side_is_reached_by_routes() {
    let policy = tunnelled();
    let text = text(&policy);
    for line in ["ip route 10.2.0.0/24 gateway tunnel 1", "ipv6 route fd00:0:0:2::/64 gateway tunnel 1"] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert!(text.contains("tunnel select 1\nip tunnel secure filter in "), "{text}");
    assert_eq!(verdict(&policy, &text), Proof::Equal);
    // Without one of the two routes nobody knows where half of the zone is.
    let half = text.replace("ipv6 route fd00:0:0:2::/64 gateway tunnel 1\n", "");
    let report = prove(&policy, &parse(half.as_bytes()).unwrap());
    assert_eq!(report.proof, Proof::NotUnderstood);
    assert!(report.unknown.iter().any(|unknown| unknown.what.contains("fd00:0:0:2::/64")), "{report}");
    // A route to some of it elsewhere leads astray what is meant to go there.
    let astray = text.replace("rollback timer 300", "ip route 10.2.0.128/25 gateway dhcp lan2");
    assert_eq!(verdict(&policy, &astray), Proof::NotUnderstood);
}

#[test]
fn what_to_write_is_said_where_no_interface_is_found() {
    let mut policy = tunnelled();
    policy.zones[1].interface = "eth7".to_owned();
    let why = compile(&policy, Model::Small).unwrap_err();
    assert_eq!(why, Refused::NoTag("画像".to_owned()));
    assert!(why.to_string().contains("interface = \"tunnel1\""), "{why}");
    // Some names of an RTX beside others: which of them are meant nobody knows.
    policy.zones[0].interface = "lan1/1".to_owned();
    let why = compile(&policy, Model::Small).unwrap_err();
    assert!(matches!(&why, Refused::Interface(name) if name == "eth7") && why.to_string().contains("\"lan1/2\""));
    for (name, fits) in
        [("vlan8", true), ("vlan9", false), ("vlan0", false), ("lan1/33", false), ("wan1", true), ("pp01", false)]
    {
        let mut policy = small();
        policy.grants.clear();
        for (n, zone) in policy.zones.iter_mut().enumerate() {
            zone.interface = format!("lan1/{}", n + 1);
        }
        policy.uplink.interface = "lan2".to_owned();
        policy.zones[3].interface = name.to_owned();
        assert_eq!(compile(&policy, Model::Small).is_ok(), fits, "{name}");
    }
}

#[test]
fn ping_over_ipv6_is_remembered_by_its_own_word() {
    let mut policy = small();
    policy.grants.clear();
    let text = text(&policy);
    assert!(text.contains("ipv6 filter dynamic 3 * * ping6\n") && text.contains(" icmp6 128\n"), "{text}");
    let forgotten = text.replace("ipv6 filter dynamic 3 * * ping6", "ipv6 filter dynamic 3 * * udp");
    let report = prove(&policy, &parse(forgotten.as_bytes()).unwrap());
    let told: Vec<String> = report.differences.iter().map(network::proof::Difference::ja).collect();
    assert!(told.iter().any(|told| told.contains("疎通確認 (ping)") && told.contains("続きの接続のみ")), "{told:?}");
}

#[test]
fn words_of_ipv6_filters_mean_icmpv6() {
    use network::rtx::Statement;
    use network::rtx::filter::Protocol;
    let read = |line: &str| parse(line.as_bytes()).unwrap().lines.remove(0).statement;
    let protocols = |line: &str| match read(line) {
        Statement::Filter(_, _, filter) => filter.protocols,
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(protocols("ipv6 filter 1 pass * * icmp"), Some(vec![Protocol::Number(58)]));
    assert_eq!(protocols("ipv6 filter 1 pass * * icmp4"), Some(vec![Protocol::Number(1)]));
    assert_eq!(protocols("ipv6 filter 1 pass * * icmp-nd"), Some(vec![Protocol::IcmpTypes(&[133, 134, 135, 136])]));
    for (line, why) in [
        ("ipv6 filter 1 pass * * icmp-error", "which types"),
        ("ipv6 filter dynamic 1 * * ping", "other family"),
        ("ip filter dynamic 1 * * ping6", "other family"),
    ] {
        assert!(matches!(read(line), Statement::NotUnderstood(told) if told.contains(why)), "{line}");
    }
}

/// Two flows that say the same of neighbouring devices are one filter; one that another holds is none.
#[test]
fn flows_are_written_as_few_filters_as_say_the_same() {
    let mut policy = small();
    policy.grants.clear();
    policy.flows.truncate(1);
    let before = text(&policy).matches(" pass 10.1.0.0/24 ").count();
    let narrow = |id: &str| {
        let own = super::policies::host(0, id, id, 30);
        let from = end(id, vec![super::policies::one(&own)]);
        network::policy::Flow { id: id.to_owned(), from, ..policy.flows[0].clone() }
    };
    policy.flows.push(narrow("same"));
    let text = text(&policy);
    assert_eq!((text.matches(" pass 10.1.0.0/24 ").count(), text.contains("10.1.0.30")), (before, false), "{text}");
    assert_eq!(verdict(&policy, &text), Proof::Equal);
}

/// Three services of a hundred devices, each flow declared by itself, fit into the 129 filters of a small model: one
/// by one they would be three hundred.
#[test]
fn many_flows_of_many_devices_fit_into_a_small_model() {
    let mut policy = small();
    policy.grants.clear();
    let images = policy.flows[0].clone();
    let own = |n: u8, port: u16| {
        let device = super::policies::host(0, &format!("pc{n}"), "PC", 20 + 2 * n);
        let from = end(&device.id, vec![super::policies::one(&device)]);
        network::policy::Flow {
            from,
            id: format!("{}-{port}", device.id),
            matches: vec![tcp(port, port)],
            ..images.clone()
        }
    };
    policy.flows = (0..100).flat_map(|n| [443, 104, 2575].map(|port| own(n, port))).collect();
    let written = text(&policy);
    let lists = written.lines().filter(|line| line.contains("secure filter"));
    let longest = lists.map(|line| line.split(' ').filter(|word| word.parse::<u32>().is_ok()).count()).max().unwrap();
    assert!(longest < Model::Small.cap() / 2, "{longest}\n{written}");
    assert_eq!(verdict(&policy, &written), Proof::Equal);
    // One device that may do more is a filter of its own, and nobody else may.
    policy.flows.push(own(7, 8000));
    let written = text(&policy);
    assert!(written.contains(" pass 10.1.0.34/32 10.2.0.20/32 tcp * 8000\n"), "{written}");
    assert_eq!(verdict(&policy, &written), Proof::Equal);
}
