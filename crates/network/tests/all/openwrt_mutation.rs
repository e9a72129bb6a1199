//! Every broken line is found, or changes nothing: held against a reading of rules packet by packet.
//!
//! `KOMAINU_MUTANTS` says how many breaks are tried (default: 60).

use std::collections::BTreeMap;

use network::openwrt::{compile, evaluate, read};
use network::packets::{Packet, Space, State};
use network::{Intent, Policy, Proof};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::openwrt_walk::Walk;
use super::policies::{random, rng};

/// What is done to a text, and why it may change nothing.
const KINDS: [(&str, &str); 10] = [
    ("a section is gone", "what it opens is also opened by another rule, or it refuses what no rule opens"),
    ("an option is gone", "it says what is so without it, or holds what nothing else opens"),
    ("ACCEPT becomes DROP", "another rule opens the same, or the zone has no such address"),
    ("DROP becomes ACCEPT", "the address is nobody's who may pass"),
    ("REJECT becomes ACCEPT", "the zone's policy for its own link, on which nothing is forwarded"),
    ("the other family", "never: its addresses do not fit and fw4 leaves it out"),
    ("the other protocol", "another rule opens the same"),
    ("the next port", "another rule opens the same"),
    ("a wider network", "the addresses around it are opened by another rule, or it is isolated anyway"),
    ("another zone", "another rule opens the same"),
];

/// One break of a text, and its kind; none if the kind has no place at what was drawn.
fn broken(text: &str, rng: &mut ChaCha8Rng) -> Option<(usize, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let kind = rng.random_range(0..KINDS.len());
    let at = rng.random_range(0..lines.len());
    let line = lines[at];
    let swap = |one: &str, other: &str| line.contains(one).then(|| line.replace(one, other));
    let value = || line.split('\'').nth(1);
    let new: String = match kind {
        0 if line.starts_with("config ") && !line.contains("defaults") => {
            let end =
                lines[at + 1..].iter().position(|line| !line.starts_with('\t')).map_or(lines.len(), |n| at + 1 + n);
            let kept: Vec<&str> = lines[..at].iter().chain(&lines[end..]).copied().collect();
            return Some((kind, kept.join("\n")));
        }
        1 if line.starts_with('\t') && !line.contains(" name ") => String::new(),
        2 => swap("'ACCEPT'", "'DROP'")?,
        3 => swap("'DROP'", "'ACCEPT'")?,
        4 => swap("'REJECT'", "'ACCEPT'")?,
        5 => swap("family 'ipv4'", "family 'ipv6'").or_else(|| swap("family 'ipv6'", "family 'ipv4'"))?,
        6 => swap("proto 'tcp'", "proto 'udp'").or_else(|| swap("proto 'udp'", "proto 'tcp'"))?,
        7 if line.contains("dest_port") => {
            let port: u16 = value()?.split('-').next()?.parse().ok()?;
            swap(&port.to_string(), &port.checked_add(1)?.to_string())?
        }
        8 if line.contains("_ip '") && !line.contains('!') => {
            let value = value()?;
            let net: ipnet::IpNet =
                value.parse().or_else(|_| value.parse().map(|one: std::net::IpAddr| one.into())).ok()?;
            line.replace(value, &net.supernet()?.to_string())
        }
        9 if line.contains("option dest '") || line.contains("option src '") => {
            let old = value()?;
            let new = format!("z{}", rng.random_range(0..2));
            (new != old && text.contains(&format!("option name '{new}'"))).then(|| line.replace(old, &new))?
        }
        _ => return None,
    };
    let mut all = lines.clone();
    all[at] = &new;
    Some((kind, all.join("\n")))
}

fn verdict(policy: &Policy, text: &str) -> Proof {
    let Ok(config) = read(text) else { return Proof::NotUnderstood };
    let mut space = Space::default();
    let passage = evaluate(policy, &config, &mut space);
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
        let policy = random(seed);
        let text = compile(&policy).unwrap();
        let before = Walk::of(&policy, &text);
        for _ in 0..40 {
            let Some((kind, text)) = broken(&text, &mut rng) else { continue };
            let verdict = verdict(&policy, &text);
            if verdict == Proof::Equal {
                let (name, why) = KINDS[kind];
                assert!(!why.starts_with("never"), "seed {seed}: {name}\n{text}");
                if let Some(packet) = before.differs(&Walk::of(&policy, &text), &mut rng) {
                    panic!("seed {seed}, {name}: {packet:?} is treated otherwise, and was not found\n{text}");
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
    assert!(found + unclear > equivalent, "most breaks should be noticed");
}

/// The reading by packets agrees with the reading by sets: else it could not judge a mutant.
#[test]
fn the_reading_by_packets_agrees_with_what_is_meant() {
    for seed in 0..20 {
        let policy = random(seed);
        let walk = Walk::of(&policy, &compile(&policy).unwrap());
        let mut rng = rng(seed);
        let mut space = Space::default();
        let intent = Intent::of(&policy, &mut space);
        let mut passed = 0;
        for _ in 0..400 {
            let packet: Packet = walk.draw(&mut rng, &mut space);
            assert_eq!(packet.state, State::New);
            let passes = walk.passes(&packet, &space);
            passed += usize::from(passes);
            assert_eq!(passes, intent.pass.contains(&packet), "seed {seed}: {packet:?}");
        }
        assert!(passed > 0 || policy.open().count() == 0 || seed > 0, "nothing passes");
    }
}
