//! Rules as the kernel prints them, without a kernel: what is understood means what it means there, and what is not
//! is said.

use network::nft::{self, ReadError, TEXT_MAX};
use network::packets::{GATEWAY, Packet, Space, State, protocol};
use network::{Passage, Proof, prove};
use serde_json::{Value, json};

use crate::policies;

/// A chain at `forward` that drops what its rules do not decide, and whatever else is given.
fn ruleset(rules: &[Value], more: &[Value]) -> String {
    let chain = json!({"chain": {"family": "inet", "table": "t", "name": "c", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}});
    let rules = rules.iter().enumerate().map(|(index, expr)| {
        json!({"rule": {"family": "inet", "table": "t", "chain": "c", "handle": index + 1, "expr": expr}})
    });
    let all: Vec<Value> = [chain].into_iter().chain(more.iter().cloned()).chain(rules).collect();
    json!({"nftables": all}).to_string()
}

fn passage(text: &str) -> (Passage, Space) {
    let mut space = Space::default();
    let passage = nft::evaluate(&nft::read(text).unwrap(), &mut space);
    (passage, space)
}

/// A new TCP connection between two interfaces nobody has named.
fn packet() -> Packet {
    Packet {
        iif: 200,
        oif: 201,
        source: "10.1.0.5".parse().unwrap(),
        destination: "10.2.0.9".parse().unwrap(),
        protocol: protocol::TCP,
        source_port: 40_000,
        destination_port: 443,
        ..Packet::default()
    }
}

fn matching(op: &str, left: Value, right: Value) -> Value {
    json!({"match": {"op": op, "left": left, "right": right}})
}

fn payload(protocol: &str, field: &str) -> Value {
    json!({"payload": {"protocol": protocol, "field": field}})
}

#[test]
fn a_match_means_what_it_means_in_the_kernel() {
    let (dport, saddr) = (payload("tcp", "dport"), payload("ip", "saddr"));
    let state = json!({"ct": {"key": "state"}});
    let v6 = Packet { source: "fd00::5".parse().unwrap(), destination: "fd00::9".parse().unwrap(), ..packet() };
    let udp = Packet { protocol: protocol::UDP, ..packet() };
    let ping = Packet { protocol: protocol::ICMP, icmp_type: 8, ..packet() };
    let reply = Packet { state: State::Reply, ..packet() };
    let invalid = Packet { state: State::Invalid, ..packet() };
    let direction = json!({"ct": {"key": "direction"}});
    for (rule, packet, passes) in [
        (matching("==", dport.clone(), json!(443)), packet(), true),
        (matching("==", dport.clone(), json!(80)), packet(), false),
        (matching("==", dport.clone(), json!(443)), udp, false),
        (matching("!=", dport.clone(), json!(80)), packet(), true),
        // What has no such field is not matched, negated or not.
        (matching("!=", dport.clone(), json!(80)), udp, false),
        (matching("==", payload("th", "dport"), json!(443)), udp, true),
        (matching("==", dport.clone(), json!({"range": [400, 500]})), packet(), true),
        (matching(">", dport.clone(), json!(443)), packet(), false),
        (matching(">=", dport.clone(), json!(443)), packet(), true),
        (matching("<", dport, json!(444)), packet(), true),
        (matching("==", saddr.clone(), json!({"prefix": {"addr": "10.1.0.0", "len": 16}})), packet(), true),
        (
            matching("==", saddr.clone(), json!({"set": ["10.9.0.1", {"range": ["10.1.0.0", "10.1.0.5"]}]})),
            packet(),
            true,
        ),
        (matching("!=", saddr, json!("10.9.0.1")), v6, false),
        (matching("==", payload("ip6", "saddr"), json!({"prefix": {"addr": "fd00::", "len": 8}})), v6, true),
        (matching("==", payload("icmp", "type"), json!("echo-request")), ping, true),
        (matching("==", payload("icmp", "type"), json!({"set": ["echo-reply", 3]})), ping, false),
        (matching("in", state.clone(), json!(["established", "related"])), packet(), false),
        (matching("in", state.clone(), json!(["established", "new"])), packet(), true),
        (matching("!=", state, json!("established")), reply, false),
        (matching("==", direction.clone(), json!("reply")), reply, true),
        // An invalid packet has no direction.
        (matching("!=", direction, json!("reply")), invalid, false),
        (matching("==", json!({"meta": {"key": "l4proto"}}), json!({"set": ["udp", "ipv6-icmp"]})), udp, true),
        (matching("==", json!({"meta": {"key": "nfproto"}}), json!("ipv6")), v6, true),
        (matching("==", json!({"meta": {"key": "iifname"}}), json!("lan1")), packet(), false),
        (matching("!=", json!({"meta": {"key": "iifname"}}), json!("lan1")), packet(), true),
    ] {
        let (passage, _) = passage(&ruleset(&[json!([rule, {"accept": null}])], &[]));
        assert_eq!(passage.unknown, vec![], "{rule}");
        assert_eq!(passage.pass.contains(&packet), passes, "{rule} {packet:?}");
    }
}

#[test]
fn sets_and_maps_by_name_hold_elements_of_every_form() {
    let set = json!({"set": {"family": "inet", "table": "t", "name": "s", "type": ["ipv4_addr", "inet_service"], "elem": [
        {"concat": [{"prefix": {"addr": "10.1.0.0", "len": 24}}, {"range": [440, 450]}]},
        {"elem": {"val": {"concat": ["10.1.0.7", 22]}, "timeout": 60, "expires": 59, "comment": "x"}},
    ]}});
    let map = json!({"map": {"family": "inet", "table": "t", "name": "m", "map": "verdict", "type": "inet_service", "elem": [
        [22, {"drop": null}],
        [{"elem": {"val": 23, "comment": "x"}}, {"accept": null}],
    ]}});
    let keys = json!({"concat": [payload("ip", "saddr"), payload("tcp", "dport")]});
    let rules = [
        json!([{"vmap": {"key": payload("tcp", "dport"), "data": "@m"}}]),
        json!([matching("==", keys, json!("@s")), {"counter": {"packets": 1, "bytes": 2}}, {"accept": null}]),
    ];
    let (passage, _) = passage(&ruleset(&rules, &[set, map]));
    assert_eq!(passage.unknown, vec![]);
    let at = |source: &str, destination_port| Packet { source: source.parse().unwrap(), destination_port, ..packet() };
    for (packet, passes) in [
        (at("10.1.0.5", 443), true),
        (at("10.1.0.5", 451), false),
        (at("10.1.1.5", 443), false),
        // The map decides before the set.
        (at("10.1.0.7", 22), false),
        (at("10.9.9.9", 23), true),
    ] {
        assert_eq!(passage.pass.contains(&packet), passes, "{packet:?}");
    }
}

#[test]
fn chains_lead_where_the_kernel_leads() {
    let chain = |name: &str| json!({"chain": {"family": "inet", "table": "t", "name": name}});
    let in_chain = |name: &str, handle: u64, expr: Value| json!({"rule": {"family": "inet", "table": "t", "chain": name, "handle": handle, "expr": expr}});
    let port = |number: u16| matching("==", payload("tcp", "dport"), json!(number));
    let rules = [
        json!([port(1), {"jump": {"target": "d"}}]),
        json!([port(2), {"goto": {"target": "d"}}]),
        json!([port(3), {"return": null}]),
        json!([port(4), {"reject": {"type": "tcp reset"}}]),
        json!([port(5), {"continue": null}]),
        json!([{"limit": {"rate": 1, "per": "second"}}, {"log": {"prefix": "x"}}]),
        json!([{"accept": null}]),
    ];
    let more = [
        chain("d"),
        in_chain("d", 20, json!([matching("==", payload("ip", "saddr"), json!("10.1.0.5")), {"return": null}])),
        in_chain("d", 21, json!([{"drop": null}])),
    ];
    let (passage, _) = passage(&ruleset(&rules, &more));
    assert_eq!(passage.unknown, vec![]);
    let passes = |destination_port| passage.pass.contains(&Packet { destination_port, ..packet() });
    // Who comes back from a jump goes on; who comes back from a goto meets the policy.
    assert_eq!([1, 2, 3, 4, 5, 6].map(passes), [true, false, false, false, true, true]);
    // Nothing asks about what the gateway says or hears itself.
    assert!(passage.pass.contains(&Packet { oif: GATEWAY, ..packet() }));
}

#[test]
fn every_chain_at_a_hook_may_refuse() {
    let second = |family: &str| {
        [
            json!({"chain": {"family": family, "table": "u", "name": "e", "type": "filter", "hook": "postrouting", "prio": 5, "policy": "accept"}}),
            json!({"rule": {"family": family, "table": "u", "chain": "e", "handle": 9, "expr": [matching("==", payload("tcp", "dport"), json!(443)), {"drop": null}]}}),
        ]
    };
    let v6 = Packet { source: "fd00::5".parse().unwrap(), destination: "fd00::9".parse().unwrap(), ..packet() };
    for (family, passes) in [("inet", [false, false]), ("ip", [false, true]), ("ip6", [true, false])] {
        let (passage, _) = passage(&ruleset(&[json!([{"accept": null}])], &second(family)));
        assert_eq!([packet(), v6].map(|packet| passage.pass.contains(&packet)), passes, "{family}");
    }
}

#[test]
fn what_is_not_understood_is_said_and_nothing_is_proven() {
    let accept = json!({"accept": null});
    let rules = [
        json!([matching("==", json!({"meta": {"key": "mark"}}), json!(1)), accept]),
        json!([matching("==", json!({"meta": {"key": "iifname"}}), json!("eth*")), accept]),
        json!([matching("==", json!({"ct": {"key": "saddr", "dir": "original"}}), json!("10.0.0.1")), accept]),
        json!([matching("==", json!({"&": [payload("tcp", "flags"), "syn"]}), json!("syn")), accept]),
        json!([matching("==", payload("ip6", "nexthdr"), json!("tcp")), accept]),
        json!([matching("in", payload("tcp", "dport"), json!([1, 2])), accept]),
        json!([matching("==", payload("tcp", "dport"), json!(70_000)), accept]),
        json!([matching("==", payload("tcp", "dport"), json!("@nowhere")), accept]),
        json!([{"limit": {"rate": 1, "per": "second"}}, accept]),
        json!([{"queue": {"num": 0}}]),
        json!([{"dnat": {"addr": "10.0.0.1"}}]),
        json!([{"jump": {"target": "nowhere"}}]),
        json!([{"notrack": null}]),
        json!(["accept"]),
    ];
    for rule in rules {
        let (passage, mut space) = passage(&ruleset(std::slice::from_ref(&rule), &[]));
        assert!(!passage.unknown.is_empty(), "{rule}");
        let report = prove(&policies::small(), &passage, &mut space);
        assert_eq!(report.proof, Proof::NotUnderstood, "{rule}");
    }
    let chains = [
        json!({"chain": {"family": "inet", "table": "t", "name": "n", "type": "nat", "hook": "prerouting", "prio": -100, "policy": "accept"}}),
        json!({"chain": {"family": "netdev", "table": "t", "name": "n", "type": "filter", "hook": "ingress", "dev": "eth0", "prio": 0, "policy": "accept"}}),
        json!({"chain": {"family": "bridge", "table": "t", "name": "n", "type": "filter", "hook": "forward", "prio": 0, "policy": "accept"}}),
        json!({"flowtable": {"family": "inet", "table": "t", "name": "f"}}),
    ];
    for chain in chains {
        let (passage, _) = passage(&ruleset(&[], std::slice::from_ref(&chain)));
        assert_eq!(passage.unknown.len(), 1, "{chain}");
    }
}

#[test]
fn chains_that_call_each_other_end() {
    let names: Vec<String> = (0..18).map(|n| format!("d{n}")).collect();
    let mut more = Vec::new();
    for (n, name) in names.iter().enumerate() {
        more.push(json!({"chain": {"family": "inet", "table": "t", "name": name}}));
        for (handle, next) in names.iter().skip(n + 1).chain(&names[..n]).enumerate() {
            more.push(json!({"rule": {"family": "inet", "table": "t", "chain": name, "handle": 100 + handle, "expr": [{"jump": {"target": next}}]}}));
        }
    }
    let (passage, _) = passage(&ruleset(&[json!([{"jump": {"target": "d0"}}])], &more));
    assert!(!passage.unknown.is_empty());
}

#[test]
fn other_texts_are_refused_with_a_reason() {
    assert!(matches!(nft::read("table inet t {}"), Err(ReadError::NotJson(_))));
    assert!(matches!(nft::read("{}"), Err(ReadError::NoList)));
    assert!(matches!(nft::read(&"[".repeat(1000)), Err(ReadError::NotJson(_))));
    assert!(matches!(nft::read(&" ".repeat(TEXT_MAX + 1)), Err(ReadError::TooLong(_))));
    // With nothing loaded everything passes, and that is told.
    let (passage, mut space) = passage(r#"{"nftables": []}"#);
    assert_eq!(prove(&policies::small(), &passage, &mut space).proof, Proof::Different);
}
