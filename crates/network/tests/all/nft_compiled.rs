//! The text a policy becomes.

use clinic::model::PortRange;
use network::nft::compile;
use network::policy::{Match, Policy, Side};

use crate::golden;
use crate::policies::{self, end, flow, host, one, small, tcp, whole};

#[test]
fn the_small_clinic_reads_like_this() {
    golden("small.nft", &compile(&small()));
}

#[test]
fn the_same_policy_gives_the_same_text() {
    for seed in 0..20 {
        assert_eq!(compile(&policies::random(seed)), compile(&policies::random(seed)));
    }
}

/// Rules grow with zones and flows, never with devices: a hundred more are a hundred more elements of one set.
#[test]
fn devices_are_elements_not_rules() {
    let with = |devices: u8| {
        let mut policy = Policy { flows: vec![], grants: vec![], ..small() };
        let hosts: Vec<_> = (0..devices).map(|n| host(0, &format!("d{n}"), "d", 2 * n + 1)).collect();
        let from = end("devices", hosts.iter().map(one).collect());
        policy.flows.push(flow("f", "w", from, end("pacs", vec![whole(Side::Zone(1))]), &[tcp(104, 104)]));
        compile(&policy)
    };
    let (few, many) = (with(40), with(100));
    assert_eq!(few.lines().count(), many.lines().count());
    let commas = |text: &str| text.matches(',').count();
    assert_eq!(commas(&many) - commas(&few), 2 * 60, "{few}\n{many}");
}

/// Overlapping flows: keys of one map must not overlap, or the kernel refuses it.
#[test]
fn a_narrow_flow_inside_a_wide_one_adds_nothing() {
    let narrow = host(0, "d", "d", 7);
    let wide =
        flow("wide", "w", end("z", vec![whole(Side::Zone(0))]), end("y", vec![whole(Side::Zone(1))]), &[tcp(100, 200)]);
    let inner =
        flow("inner", "w", end("d", vec![one(&narrow)]), end("y", vec![whole(Side::Zone(1))]), &[tcp(150, 150)]);
    let both = Policy { flows: vec![inner, wide.clone()], ..small() };
    let alone = Policy { flows: vec![wide], ..small() };
    assert_eq!(compile(&both), compile(&alone));
}

/// A why is a person's text; in a rule set it stays a comment.
#[test]
fn a_why_cannot_become_a_rule() {
    let mut policy = small();
    policy.flows[0].why = "x\" accept\n} chain input { accept\\".to_owned();
    policy.flows[0].from.name = "a\nchain b {".to_owned();
    let text = compile(&policy);
    assert!(text.contains("comment \"x  accept } chain input { accept \""), "{text}");
    assert_eq!(text.lines().count(), compile(&small()).lines().count());
}

#[test]
fn a_grant_carries_the_time_it_has_left() {
    let mut policy = small();
    policy.grants[0].seconds_left = 90;
    assert!(compile(&policy).contains(". tcp . 22 timeout 90s : goto grant_acme"));
    policy.grants[0].flow.matches = vec![Match::Udp(PortRange::new(7, 7).unwrap())];
    assert!(compile(&policy).contains(". udp . 7 timeout 90s : goto grant_acme"));
}
