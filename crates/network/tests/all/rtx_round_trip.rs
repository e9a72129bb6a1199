//! What is written reads back as what was meant.

use network::packets::Space;
use network::policy::{Flow, Reach, Side, Spot};
use network::rtx::{Model, Refused, compile, evaluate, parse, prove};
use network::{Intent, Policy};

use super::policies::{end, tcp};
use super::rtx_policies::{any, clinic, reception};

fn proven(policy: &Policy, text: &str) {
    let config = parse(text.as_bytes()).unwrap();
    let mut space = Space::default();
    let passage = evaluate(policy, &config, &mut space);
    let equal = passage.pass.equals(&Intent::of(policy, &mut space).pass) && passage.unknown.is_empty();
    assert!(equal, "{}\n{text}", prove(policy, &config));
}

#[test]
fn written_and_read_it_is_what_was_meant() {
    for seed in 0..40 {
        let policy = any(seed);
        let text = compile(&policy, Model::Large).unwrap();
        assert_eq!(text, compile(&policy, Model::Large).unwrap());
        proven(&policy, &text);
    }
}

#[test]
fn a_clinic_with_pppoe() {
    let text = compile(&clinic(), Model::Small).unwrap();
    super::golden("rtx-clinic.txt", &text);
    proven(&clinic(), &text);
}

#[test]
fn a_list_too_long_is_refused_with_its_interface() {
    let mut policy = reception();
    let first = policy.flows[0].clone();
    policy.flows = (0..130_u16)
        .map(|k| {
            let net = format!("10.1.0.{}/32", k + 2).parse().unwrap();
            let from = end("pc", vec![Spot { side: Side::Zone(0), reach: Reach::Nets(vec![net]) }]);
            Flow { from, matches: vec![tcp(k + 1, k + 1)], ..first.clone() }
        })
        .collect();
    let Err(Refused::TooMany { interface, needed, cap: 129, .. }) = compile(&policy, Model::Small) else {
        panic!("not refused")
    };
    assert!(interface.starts_with("lan1/") && needed > 130);
    assert!(compile(&policy, Model::Large).is_ok());
}

#[test]
fn ports_and_addresses_are_joined() {
    let mut policy = reception();
    let first = policy.flows[0].clone();
    policy.flows = (0..300_u16).map(|k| Flow { matches: vec![tcp(2 * k + 1, 2 * k + 1)], ..first.clone() }).collect();
    let text = compile(&policy, Model::Small).unwrap();
    assert_eq!(text.matches(" pass 10.1.0.0/24 10.2.0.10/32 tcp ").count(), 30, "{text}");
}

#[test]
fn a_reason_cannot_become_a_command() {
    let mut policy = reception();
    policy.flows[0].why = "x\nip filter 1 pass * *".to_owned();
    let text = compile(&policy, Model::Small).unwrap();
    assert!(text.contains("# x ip filter 1 pass * *"));
    proven(&policy, &text);
}

#[test]
fn what_cannot_be_said_is_refused() {
    let refused = |change: fn(&mut Policy)| {
        let mut policy = clinic();
        change(&mut policy);
        compile(&policy, Model::Small).unwrap_err().to_string()
    };
    assert!(refused(|policy| policy.zones[0].interface = "eth0".to_owned()).contains("eth0"));
    assert!(refused(|policy| policy.zones[0].interface = "lan1/2".to_owned()).contains("twice"));
    assert!(refused(|policy| policy.zones[0].vlan = None).contains("tag"));
    assert!(refused(|policy| policy.zones[0].router.clear()).contains("no address"));
    assert!(
        refused(|policy| policy.grants[0].flow.to = end("imaging", vec![super::policies::whole(Side::Zone(1))]))
            .contains("masquerade")
    );
}

/// With no vendor let in, and with each of them: two at once may ask for the same port of the one outer address.
#[test]
fn every_pattern_compiles_and_no_filter_is_idle() {
    for (name, whole) in super::patterns() {
        let grants = whole.grants.iter().map(|grant| vec![grant.clone()]);
        for grants in std::iter::once(vec![]).chain(grants) {
            let policy = Policy { grants, ..whole.clone() };
            let text = compile(&policy, Model::Small).unwrap_or_else(|why| panic!("{name}: {why}"));
            let mut space = Space::default();
            let passage = evaluate(&policy, &parse(text.as_bytes()).unwrap(), &mut space);
            assert_eq!(passage.unknown, [], "{name}\n{text}");
            assert!(passage.pass.equals(&Intent::of(&policy, &mut space).pass), "{name}\n{text}");
            let idle: Vec<_> = passage.reached.iter().filter(|one| !one.matched).map(|one| &one.place).collect();
            assert_eq!(idle, [""; 0].map(std::sync::Arc::<str>::from).iter().collect::<Vec<_>>(), "{name}\n{text}");
        }
    }
}
