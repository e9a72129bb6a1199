//! The properties on seeds, as they are, cut off anywhere, and with pieces changed.

use proptest::prelude::*;

use super::properties::bundle;

const SEEDS: [&[u8]; 2] = [include_bytes!("seeds/transaction.json"), include_bytes!("seeds/batch.json")];

/// What is often mistaken.
const PIECES: [&str; 8] = ["null", "[]", "{}", "\"\"", "\"PATCH\"", "\"Patient?\"", "{\"entry\":[{},{}]}", "\\"];

#[test]
fn seeds_are_read() {
    let read =
        |seed| record::bundle::parse::parse(seed, 10).unwrap().1.into_iter().map(|entry| entry.is_ok()).collect();
    let [transaction, batch]: [Vec<bool>; 2] = SEEDS.map(read);
    assert_eq!((transaction, batch), (vec![true; 3], vec![true, false, true]));
    SEEDS.iter().for_each(|seed| bundle(seed));
}

#[test]
fn a_bundle_that_breaks_off_is_refused() {
    for seed in SEEDS {
        for end in 0..seed.trim_ascii_end().len() {
            bundle(&seed[..end]);
            assert!(record::bundle::parse::parse(&seed[..end], 10).is_err(), "{end}");
        }
    }
}

proptest! {
    #[test]
    fn properties_hold_for_mutations(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..30_usize, prop::sample::select(&PIECES[..])), 1..4),
    ) {
        let mut text = SEEDS[seed].to_vec();
        for (at, length, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.bytes());
        }
        bundle(&text);
    }
}
