//! What is compiled, loaded and read back lets pass exactly what was meant.

use network::packets::Space;
use network::proof::Finding;
use network::{Policy, Proof, Report, nft, prove};

use super::nft::{load, there};
use crate::policies;

fn check(policy: &Policy) -> Report {
    let ruleset = nft::read(&load(&nft::compile(policy))).unwrap();
    let mut space = Space::default();
    let passage = nft::evaluate(&ruleset, &mut space);
    let report = prove(policy, &passage, &mut space);
    assert_eq!(report.proof, Proof::Equal, "{report}");
    report
}

#[test]
fn the_small_clinic_is_what_was_meant() {
    if there() {
        let report = check(&policies::small());
        println!("{report}");
    }
}

#[test]
fn random_policies_are_what_was_meant() {
    if there() {
        (0..40).for_each(|seed| drop(check(&policies::random(seed))));
    }
}

#[test]
fn every_pattern_is_what_was_meant() {
    if !there() {
        return;
    }
    for (name, policy) in crate::patterns() {
        let report = check(&policy);
        let rules = report.findings.iter().filter(|finding| finding.en().contains("rule"));
        assert_eq!(rules.map(Finding::en).collect::<Vec<_>>(), [""; 0], "{name}");
    }
}
