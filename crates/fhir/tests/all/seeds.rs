//! The properties on seeds, as they are and mutated.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::properties;

static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/seeds");
    super::files(&dir).iter().map(|file| std::fs::read(file).unwrap()).collect()
});

fn all(data: &[u8]) {
    properties::json(data);
    properties::validate_resource(data);
    properties::patch(data);
    properties::search(data);
    properties::dates(data);
}

/// One small change of a text.
#[derive(Debug, Clone)]
enum Mutation {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
    Repeat(prop::sample::Index, usize),
    Splice(prop::sample::Index, prop::sample::Index, prop::sample::Index),
}

/// What is often mistaken.
const PIECES: [&str; 12] = [
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"#\"",
    "-0",
    "1e400",
    "\\ud800",
    "\"_id\":",
    "\"id\":\"x\",",
    "[",
    "{\"extension\":[{\"url\":\"x\"}]}",
];

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        (at(), 1..40_usize).prop_map(|(at, len)| Mutation::Cut(at, len)),
        (at(), prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (at(), 1..60_usize).prop_map(|(at, len)| Mutation::Repeat(at, len)),
        (at(), at(), at()).prop_map(|(at, seed, from)| Mutation::Splice(at, seed, from)),
    ]
}

fn mutate(text: &mut Vec<u8>, mutation: &Mutation) {
    let end = |at: usize, len: usize, text: &[u8]| (at + len).min(text.len());
    if text.is_empty() {
        return;
    }
    match mutation {
        Mutation::Set(at, byte) => {
            let at = at.index(text.len());
            text[at] = *byte;
        }
        Mutation::Cut(at, len) => {
            let at = at.index(text.len());
            text.drain(at..end(at, *len, text));
        }
        Mutation::Insert(at, piece) => {
            let at = at.index(text.len());
            text.splice(at..at, piece.bytes());
        }
        Mutation::Repeat(at, len) => {
            let at = at.index(text.len());
            let piece = text[at..end(at, *len, text)].to_vec();
            text.splice(at..at, piece);
        }
        Mutation::Splice(at, seed, from) => {
            let other = seed.get(&SEEDS);
            let at = at.index(text.len());
            text.splice(at.., other[from.index(other.len())..].iter().copied());
        }
    }
}

#[test]
fn seeds_as_they_are() {
    assert!(SEEDS.len() >= 8);
    SEEDS.iter().for_each(|seed| all(seed));
}

proptest! {
    #[test]
    fn seeds_mutated(seed in any::<prop::sample::Index>(), mutations in proptest::collection::vec(mutation(), 1..5)) {
        let mut text = seed.get(&SEEDS).clone();
        mutations.iter().for_each(|mutation| mutate(&mut text, mutation));
        all(&text);
    }
}
