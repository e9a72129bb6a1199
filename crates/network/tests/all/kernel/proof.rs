//! What is compiled, loaded and read back lets pass exactly what was meant.

use network::packets::Space;
use network::{Intent, Policy, nft};

use super::nft::{load, there};
use crate::policies;

fn check(policy: &Policy) {
    let ruleset = nft::read(&load(&nft::compile(policy))).unwrap();
    let mut space = Space::default();
    let intent = Intent::of(policy, &mut space);
    let passage = nft::evaluate(&ruleset, &mut space);
    assert_eq!((&ruleset.unknown, &passage.unknown), (&vec![], &vec![]));
    for (a, b, what) in
        [(&passage.pass, &intent.pass, "passes, not meant"), (&intent.pass, &passage.pass, "meant, does not pass")]
    {
        let d = a.minus(b);
        assert!(d.is_empty(), "{what}: {:?} {space:?}", d.first());
    }
}

#[test]
fn the_small_clinic_is_what_was_meant() {
    if there() {
        check(&policies::small());
    }
}

#[test]
fn random_policies_are_what_was_meant() {
    if there() {
        (0..40).for_each(|seed| check(&policies::random(seed)));
    }
}
