//! Sentences that say the same but for one word, told as one.

use super::names::Told;
use super::telling::sentence;
use crate::packets::{Packet, Set};

/// Names in one sentence, at most.
const NAMES_MAX: usize = 6;

/// A word in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) ja: String,
    pub(super) en: String,
}

/// What a sentence is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) from: Word,
    pub(super) to: Word,
    pub(super) what: Word,
    pub(super) states: Word,
    pub(super) details: Word,
}

impl Words {
    fn told(&self) -> Told {
        let parts = [&self.from, &self.to, &self.what, &self.states, &self.details];
        let [ja, en] = [parts.map(|word| word.ja.as_str()), parts.map(|word| word.en.as_str())];
        sentence((ja[0], ja[1], ja[2], ja[3], ja[4]), (en[0], en[1], en[2], en[3], en[4]))
    }
}

/// A sentence before it is told.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) words: Words,
    /// One of its packets.
    pub(super) example: Packet,
    pub(super) set: Set,
    /// How many sentences are in it.
    pub(super) folded: usize,
}

impl Sentence {
    pub(super) fn told(&self) -> Told {
        self.words.told()
    }

    /// Takes in another one, if between the same two sides all is the same but one end, or but what is spoken.
    fn fold(&mut self, other: &Self) -> bool {
        let pair = |one: &Packet| (one.iif, one.oif);
        if pair(&self.example) != pair(&other.example) || self.folded + other.folded > NAMES_MAX {
            return false;
        }
        let mut words = self.words.clone();
        let (own, new) = (&mut words, &other.words);
        match (own.from == new.from, own.to == new.to, own.what == new.what) {
            (true, true, true) => {}
            (false, true, true) => own.from = joined(&own.from, &new.from),
            (true, false, true) => own.to = joined(&own.to, &new.to),
            (true, true, false) => own.what = joined(&own.what, &new.what),
            _ => return false,
        }
        if (&own.states, &own.details) != (&new.states, &new.details) {
            return false;
        }
        self.words = words;
        self.set = self.set.or(&other.set);
        self.folded += other.folded;
        true
    }
}

/// Folds sentences into the first they fit into. Only those of one kind (the rule that decides) are told together.
pub(super) fn fold<K: PartialEq>(all: Vec<(Sentence, K)>) -> Vec<(Sentence, K)> {
    let mut folded: Vec<(Sentence, K)> = Vec::new();
    for (sentence, kind) in all {
        let taken = folded.iter_mut().any(|(known, own)| *own == kind && known.fold(&sentence));
        if !taken {
            folded.push((sentence, kind));
        }
    }
    folded
}

fn joined(one: &Word, other: &Word) -> Word {
    Word { ja: both(&one.ja, &other.ja, "、"), en: both(&one.en, &other.en, ", ") }
}

/// `PC (10.0.0.1)` and `PC (10.0.0.2)` are `PC (10.0.0.1, 10.0.0.2)`.
fn both(one: &str, other: &str, comma: &str) -> String {
    fn aside(text: &str) -> Option<(&str, &str)> {
        text.strip_suffix(')')?.split_once(" (").filter(|(name, _)| !name.contains('、') && !name.contains(", "))
    }
    match (aside(one), aside(other)) {
        (Some((name, first)), Some((same, second))) if name == same => format!("{name} ({first}{comma}{second})"),
        _ => format!("{one}{comma}{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_device_stand_behind_its_name() {
        assert_eq!(both("PC (10.0.0.1)", "PC (fd00::1)", "、"), "PC (10.0.0.1、fd00::1)");
        assert_eq!(both("PC", "CT (10.0.0.2)", ", "), "PC, CT (10.0.0.2)");
        assert_eq!(both("A、B (10.0.0.1)", "A、B (10.0.0.2)", "、"), "A、B (10.0.0.1)、A、B (10.0.0.2)");
    }
}
