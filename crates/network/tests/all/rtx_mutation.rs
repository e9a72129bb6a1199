//! Every broken line is found, or changes nothing: held against a reading of lists packet by packet.
//!
//! `KOMAINU_MUTANTS` says how many breaks are tried (default: 60). A break is *found* if the proof calls it
//! different; one that leaves something undefined is counted apart. If the proof calls it equal, [`walk`] must see no packet treated otherwise than before; such breaks are counted apart, by
//! the reason of their kind.

use std::collections::BTreeMap;

use network::packets::Space;
use network::rtx::{Model, compile, evaluate, parse};
use network::{Intent, Policy, Proof};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::policies::rng;
use super::rtx_policies::any;
use super::rtx_walk::Walk;

/// What is done to a line, and why it may change nothing.
const KINDS: [(&str, &str); 14] = [
    ("a filter is gone", "never: its number is named and not defined"),
    ("pass becomes reject", "the entry's list alone decides, or another filter passes the same"),
    ("reject becomes pass", "what is passed here is refused by the list at the other end"),
    ("the other protocol", "the entry's list alone decides"),
    ("every source", "the entry's list alone decides, or the filter had every source"),
    ("every destination", "an earlier filter has refused the rest, or the exit's list refuses it"),
    ("every port", "the exit's list refuses the rest, or the filter had every port"),
    ("the next port", "the entry's list alone decides"),
    ("a wider network", "the exit's list refuses the rest, or addresses around it belong to nobody"),
    ("a number is gone from a list", "the other list says the same, or it refuses what falls out at the end anyway"),
    ("two numbers change places", "their filters have no packet in common, or say the same"),
    ("no dynamic filters", "no conversation begins there"),
    ("a list is gone", "the list at the entry says the same"),
    ("a line of the set-up is gone", "a comment, a tag or a rule that masquerade follows anyway"),
];

/// One break of a text, and its kind; none if the kind has no place on the drawn line.
fn broken(text: &str, rng: &mut ChaCha8Rng) -> Option<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let kind = rng.random_range(0..KINDS.len());
    let at = rng.random_range(0..lines.len());
    let line = lines[at];
    let words: Vec<&str> = line.split(' ').collect();
    let filter = words.get(1) == Some(&"filter") && matches!(words.get(3), Some(&"pass" | &"reject"));
    let list = words.get(2) == Some(&"secure");
    let set_up = !filter && !list && !line.starts_with('#') && !line.contains("rollback") && !line.contains("dynamic");
    let word = |place: usize, new: &str| {
        let old = words.get(place).filter(|old| **old != new)?;
        let mut words = words.clone();
        words[place] = new;
        (!old.is_empty()).then(|| words.join(" "))
    };
    let numbers = || -> (usize, usize) { (5, words.iter().position(|word| *word == "dynamic").unwrap_or(words.len())) };
    let new: Option<String> = match kind {
        0 if filter => None,
        1 if filter && words[3] == "pass" => Some(word(3, "reject")?),
        2 if filter && words[3] == "reject" => Some(word(3, "pass")?),
        3 if filter => Some(word(6, if words.get(6) == Some(&"tcp") { "udp" } else { "tcp" })?),
        4 if filter => Some(word(4, "*")?),
        5 if filter => Some(word(5, "*")?),
        6 if filter => Some(word(8, "*")?),
        7 if filter => {
            let next = words.get(8)?.split(',').next()?.parse::<u16>().ok()?.checked_add(1)?;
            Some(word(8, &next.to_string())?)
        }
        8 if filter => {
            let place = rng.random_range(4..6);
            let (address, length) = words.get(place)?.split_once('/')?;
            let length = length.parse::<u8>().ok()?.checked_sub(1)?;
            Some(word(place, &format!("{address}/{length}"))?)
        }
        9 if list => {
            let (first, end) = numbers();
            (end > first + 1).then_some(())?;
            let gone = rng.random_range(first..end);
            let mut words = words.clone();
            words.remove(gone);
            Some(words.join(" "))
        }
        10 if list => {
            let (first, end) = numbers();
            (end > first + 1).then_some(())?;
            let mut words = words.clone();
            let left = rng.random_range(first..end - 1);
            words.swap(left, left + 1);
            Some(words.join(" "))
        }
        11 if list => Some(words[..numbers().1].join(" ")),
        12 if list => None,
        13 if set_up => None,
        _ => return None,
    };
    let mut all: Vec<String> = lines.iter().map(ToString::to_string).collect();
    match new {
        Some(new) => all[at] = new,
        None => drop(all.remove(at)),
    }
    Some((kind, all.join("\n")))
}

/// What a proof says, without telling the differences.
fn verdict(policy: &Policy, text: &str) -> Proof {
    let mut space = Space::default();
    let passage = evaluate(policy, &parse(text.as_bytes()).unwrap(), &mut space);
    match (passage.unknown.is_empty(), passage.pass.equals(&Intent::of(policy, &mut space).pass)) {
        (false, _) => Proof::NotUnderstood,
        (true, true) => Proof::Equal,
        (true, false) => Proof::Different,
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the counts are what one runs it for")]
fn every_broken_line_is_found_or_changes_nothing() {
    let wanted = std::env::var("KOMAINU_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(60_usize);
    let mut tally: BTreeMap<usize, [usize; 3]> = BTreeMap::new();
    let (mut found, mut seed) = (0, 0);
    while found < wanted {
        seed += 1;
        let mut rng = rng(seed);
        let policy = any(seed);
        let text = compile(&policy, Model::Large).unwrap();
        let before = Walk::of(&policy, &text);
        for _ in 0..60 {
            let Some((kind, text)) = broken(&text, &mut rng) else { continue };
            let verdict = verdict(&policy, &text);
            let equal = verdict == Proof::Equal;
            if equal {
                assert_ne!(KINDS[kind].1.split(':').next(), Some("never"), "seed {seed}: {}\n{text}", KINDS[kind].0);
                if let Some(packet) = before.differs(&Walk::of(&policy, &text), &mut rng) {
                    panic!("seed {seed}, {}: {packet} is treated otherwise, and was not found\n{text}", KINDS[kind].0);
                }
            }
            let place = [Proof::Different, Proof::NotUnderstood, Proof::Equal];
            tally.entry(kind).or_default()[place.iter().position(|one| *one == verdict).unwrap()] += 1;
            found += usize::from(verdict == Proof::Different);
        }
    }
    let sum = |place: usize| tally.values().map(|counts| counts[place]).sum::<usize>();
    let (unclear, equivalent) = (sum(1), sum(2));
    eprintln!(
        "{found} broken texts found different, {unclear} not understood, 0 missed, {equivalent} change nothing ({seed} policies)"
    );
    for (kind, [found, unclear, same]) in &tally {
        let (name, reason) = KINDS[*kind];
        eprintln!("  {name}: {found} different, {unclear} not understood, {same} change nothing ({reason})");
    }
    assert!(found + unclear > 2 * equivalent, "most breaks should be noticed");
}
