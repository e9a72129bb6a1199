//! What rules let pass, of whatever make: the side of a proof that was read back.

use std::collections::HashMap;
use std::sync::Arc;

use crate::packets::Set;

/// Where a rule stands, told so that a person finds it: `inet komainu forward handle 12`, `line 12`.
pub type Place = Arc<str>;

/// What a rule set does with packets.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What passes.
    pub pass: Set,
    /// What each rule decided, in the order in which packets meet them.
    pub decisions: Vec<Decision>,
    /// How much came to each rule.
    pub reached: Vec<Reached>,
    /// What was not understood. With any of it nothing is proven.
    pub unknown: Vec<Unknown>,
}

/// A decision of one rule.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whose.
    pub place: Place,
    /// Lets pass; otherwise it refuses.
    pub accept: bool,
    /// Which packets.
    pub packets: Set,
}

/// What came to a rule that decides something.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Which.
    pub place: Place,
    /// Packets it would match, whoever came.
    pub matches: Set,
    /// Whether it ever comes to its turn: some packet that matches is left over by the rules before it.
    pub matched: bool,
}

/// Something that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Where.
    pub place: Place,
    /// What stands there.
    pub what: String,
}

/// One for each place, whatever the ways packets come to it.
pub(crate) fn joined(all: Vec<Reached>) -> Vec<Reached> {
    let mut joined: Vec<Reached> = Vec::with_capacity(all.len());
    let mut known: HashMap<Place, usize> = HashMap::new();
    for one in all {
        match known.get(&one.place).and_then(|at| joined.get_mut(*at)) {
            Some(known) => {
                known.matched |= one.matched;
                known.matches = known.matches.or(&one.matches);
            }
            None => {
                known.insert(one.place.clone(), joined.len());
                joined.push(one);
            }
        }
    }
    joined
}
