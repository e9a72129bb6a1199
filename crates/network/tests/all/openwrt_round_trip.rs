//! What is written for OpenWrt reads back as what was meant.

use network::openwrt::compile::Refused;
use network::openwrt::{compile, evaluate, prove, read};
use network::packets::Space;
use network::proof::Finding;
use network::{Intent, Policy, Proof};

use super::patterns;
use super::policies::{host, random, small};

fn proven(policy: &Policy) -> String {
    let text = compile(policy).unwrap();
    let config = read(&text).unwrap();
    let mut space = Space::default();
    let passage = evaluate(policy, &config, &mut space);
    let equal = passage.pass.equals(&Intent::of(policy, &mut space).pass) && passage.unknown.is_empty();
    assert!(equal, "{}\n{text}", prove(policy, &config));
    text
}

#[test]
fn written_and_read_it_is_what_was_meant() {
    for seed in 0..60 {
        let policy = random(seed);
        assert_eq!(proven(&policy), compile(&policy).unwrap());
    }
}

#[test]
fn the_small_clinic() {
    super::golden("openwrt-small.uci", &proven(&small()));
}

#[test]
fn every_pattern_compiles_and_no_rule_is_idle() {
    for (name, policy) in patterns() {
        let config = read(&proven(&policy)).unwrap();
        let report = prove(&policy, &config);
        let idle = |finding: &&Finding| {
            matches!(finding, Finding::Dead { .. } | Finding::Shadowed { .. } | Finding::Wider { .. })
        };
        let idle: Vec<String> = report.findings.iter().filter(idle).map(Finding::en).collect();
        assert_eq!((report.proof, idle), (Proof::Equal, vec![]), "{name}");
    }
}

/// A thousand flows of a thousand devices are a rule over a set, and each device is written once.
#[test]
fn many_alike_are_one_rule_over_a_set() {
    let mut policy = small();
    let pacs = policy.flows[0].clone();
    let hosts: Vec<_> = (0..200).map(|n| host(0, &format!("pc{n}"), "PC", n + 20)).collect();
    let one = |host: &network::policy::Host| network::policy::Flow {
        id: format!("{}-images", host.id),
        from: super::policies::end(&host.id, vec![super::policies::one(host)]),
        ..pacs.clone()
    };
    policy.flows = hosts.iter().step_by(2).map(one).collect();
    let text = proven(&policy);
    assert_eq!(text.matches("config ipset").count(), 2, "{text}");
    assert_eq!(text.matches("list entry '10.1.0.").count(), 100, "{text}");
    let rules = text
        .split("\nconfig ")
        .filter(|section| section.contains("dest 'imaging'") && section.contains("src 'charts'"));
    assert_eq!(rules.count(), 2);
}

#[test]
fn a_name_cannot_become_a_line_and_an_odd_device_is_refused() {
    let mut policy = small();
    policy.flows[0].why = "x\nconfig include\n\toption path '/tmp/evil'".to_owned();
    assert!(proven(&policy).contains("# x config include"));
    policy.zones[0].interface = policy.zones[1].interface.clone();
    assert_eq!(compile(&policy), Err(Refused::Twice("zone1".to_owned())));
    policy.zones[0].interface = "pp 1".to_owned();
    assert!(proven(&policy).contains("list device 'br-lan.10'"));
    policy.zones[0].vlan = None;
    assert_eq!(compile(&policy), Err(Refused::Interface("pp 1".to_owned())));
}
