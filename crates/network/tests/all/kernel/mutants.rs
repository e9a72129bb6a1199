//! One fault put into a right rule set: the proof finds it, every time.
//!
//! A mutant that changes nothing is counted apart, never on the proof's own word: each must be of a kind that cannot
//! change what passes (see [`harmless`]), and real packets are sent through it as well.

use std::collections::BTreeMap;

use network::packets::Space;
use network::{Policy, Proof, nft, prove};
use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::nft::{there, try_load};
use super::packets;
use super::world::World;
use crate::policies;

/// A rule set with one fault.
struct Mutant {
    kind: &'static str,
    chain: String,
    line: String,
    next: String,
    changed: String,
    text: String,
}

/// `KOMAINU_MUTANTS` says how many; few by default.
fn mutants_to_try() -> usize {
    std::env::var("KOMAINU_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

#[test]
fn every_fault_is_found() {
    if !there() {
        return;
    }
    let world = World::new("mutants");
    let mut rng = policies::rng(7);
    let (mut killed, mut equivalent) = (BTreeMap::new(), BTreeMap::new());
    let (mut tried, mut refused, mut next) = (0, 0, 1);
    let mut missed = Vec::new();
    while tried < mutants_to_try() {
        let mut policy = policies::random(rng.random_range(0..500));
        // An empty quarantine would make every fault in it harmless.
        policy.quarantine = [false, true].map(|v6| policies::address(0, 200, v6)).to_vec();
        let text = nft::compile(&policy);
        let Some(mutant) = mutate(&text, &mut rng) else { continue };
        // What the kernel does not load cannot run.
        let Ok(account) = try_load(&mutant.text) else {
            refused += 1;
            continue;
        };
        tried += 1;
        match proof(&policy, &account) {
            Proof::Different => *killed.entry(mutant.kind).or_insert(0) += 1,
            Proof::NotUnderstood => panic!("{}: {}\nis not understood", mutant.kind, mutant.line),
            Proof::Equal => {
                let reason = harmless(&mutant, &text);
                let Some(reason) = reason else {
                    missed
                        .push(format!("{} in {}: {}\n==> {}", mutant.kind, mutant.chain, mutant.line, mutant.changed));
                    continue;
                };
                let wrong = packets::disagreements(&world, &policy, &mutant.text, &mut next);
                assert!(wrong.is_empty(), "{}: {}\n{}", mutant.kind, mutant.line, wrong.join("\n"));
                *equivalent.entry((mutant.kind, reason)).or_insert(0) += 1;
            }
        }
    }
    let found: i32 = killed.values().sum();
    let same: i32 = equivalent.values().sum();
    println!(
        "{tried} mutants: {found} found, {} missed, {same} equivalent; {refused} more the kernel does not load",
        missed.len()
    );
    println!("found: {killed:?}\nequivalent: {equivalent:#?}");
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(killed.len() > 5, "too few kinds: {killed:?}");
}

fn proof(policy: &Policy, account: &str) -> Proof {
    let mut space = Space::default();
    let passage = nft::evaluate(&nft::read(account).unwrap(), &mut space);
    prove(policy, &passage, &mut space).proof
}

/// Why a fault changes nothing, by its kind and place alone; none if it might.
fn harmless(mutant: &Mutant, text: &str) -> Option<&'static str> {
    let refusal = |line: &str| {
        ["goto refused", "goto lost", "counter drop"].contains(&line)
            || line.starts_with("counter reject")
            || line.ends_with("counter drop")
    };
    // Chains whose end leads back to a base chain whose policy is to drop: nothing jumps to them.
    let ends_in_policy = !["isolated", "belonging", "spoofed", "quarantined"].contains(&mutant.chain.as_str())
        && !mutant.chain.starts_with("from_");
    match mutant.kind {
        "drop rule" if refusal(&mutant.line) && ends_in_policy => {
            Some("refused by the policy of the base chain instead")
        }
        "verdict" if mutant.line.contains(": goto ") && mutant.changed.contains(": jump ") => {
            decides(&mutant.changed, text)
        }
        "interface" if mutant.chain == "refused" && refusal(&mutant.changed) => {
            Some("dropped or rejected: both refuse")
        }
        "side" if mutant.chain.contains("GATEWAY") && mutant.line.contains("vmap @") => {
            Some("every address in that place is the gateway's own")
        }
        "verdict" if mutant.line.ends_with("policy drop;") => {
            Some("the chain refuses what is left over itself, so that its policy is never asked")
        }
        "swap" => swapped(mutant),
        _ => None,
    }
    .or_else(|| opened_twice(mutant, text))
}

/// An element or a rule between two sides between which another flow is open too: it may open the same packets.
fn opened_twice(mutant: &Mutant, text: &str) -> Option<&'static str> {
    let sides: Vec<&str> = mutant.chain.split("_to_").collect();
    let [from, to] = sides.as_slice() else { return None };
    let pair = format!("{from}_to_{}", to.split('_').next()?);
    let mut flows = Vec::new();
    let mut here = false;
    for line in text.lines().map(str::trim) {
        if line.ends_with('{') && !line.starts_with("elements") {
            here = line.contains(&format!(" {pair} ")) || line.contains(&format!(" {pair}_"));
        }
        let target = line.rsplit_once("goto ").map(|(_, target)| target.trim_end_matches(','));
        flows.extend(target.filter(|target| here && (target.starts_with("flow_") || target.starts_with("grant_"))));
    }
    flows.sort_unstable();
    flows.dedup();
    (flows.len() > 1).then_some("another flow between the two sides opens the same")
}

/// Jumped to instead of gone to: no difference if nothing comes back, since the chain decides all that comes to it.
fn decides(changed: &str, text: &str) -> Option<&'static str> {
    let target = changed.split(": jump ").skip(1).map(|rest| rest.split([',', ' ']).next().unwrap_or_default());
    let last = |chain: &str| {
        let (_, body) = text.split_once(&format!("chain {chain} {{\n"))?;
        body.lines().take_while(|line| line.trim() != "}").last().map(str::trim)
    };
    let all = |line: &str| line.starts_with("goto ") || line.starts_with("counter ");
    target
        .filter(|chain| *chain != "answers")
        .all(|chain| last(chain).is_some_and(all))
        .then_some("the chain decides all that comes to it")
}

/// Two rules beside each other of which it does not matter which comes first.
fn swapped(mutant: &Mutant) -> Option<&'static str> {
    let (a, b) = (mutant.line.as_str(), mutant.next.as_str());
    let verdict = |line: &str| {
        let words: Vec<&str> = line.split(" comment ").next().unwrap_or(line).split_whitespace().collect();
        words.iter().rev().take(2).rev().map(|word| (*word).to_owned()).collect::<Vec<_>>().join(" ")
    };
    if verdict(a) == verdict(b) && !a.contains("vmap") {
        return Some("both decide the same");
    }
    let refuses = |line: &str| {
        let known = ["goto refused", "goto spoofed", "goto quarantined", "drop", "jump isolated", "jump belonging"];
        known.iter().any(|end| line.ends_with(end)) || line.contains("reject")
    };
    if b.starts_with("oifname != {") && a.starts_with("oifname ") {
        return Some("the two are about different interfaces");
    }
    if refuses(a) && refuses(b) {
        return Some("both refuse");
    }
    let family = |line: &str| {
        if line.contains("ip6 ") || line.contains("icmpv6") {
            6
        } else if line.contains("ip saddr") || line.contains("icmp type") || line.contains("nfproto ipv4") {
            4
        } else {
            0
        }
    };
    if family(a) * family(b) == 24 {
        return Some("one is about IPv4, the other about IPv6");
    }
    let looks_up = |line: &str| line.contains("vmap @");
    if looks_up(a) && looks_up(b) {
        return Some("the two maps lead to acceptance alone");
    }
    None
}

fn mutate(text: &str, rng: &mut ChaCha8Rng) -> Option<Mutant> {
    let lines: Vec<&str> = text.lines().collect();
    let mut chain = "";
    let mut inside = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let line = line.trim();
        if let Some(name) =
            line.strip_prefix("chain ").or_else(|| line.strip_prefix("map ")).or_else(|| line.strip_prefix("set "))
        {
            chain = name.trim_end_matches(" {");
        } else if !chain.is_empty()
            && !line.is_empty()
            && !line.starts_with(['#', '}'])
            && !line.ends_with('{')
            && !line.contains("log prefix")
        {
            // What only writes a log cannot be faulty here.
            inside.push((index, chain));
        }
    }
    let (index, chain) = *inside.choose(rng)?;
    let line = lines[index].trim();
    let rule = !line.starts_with("type ") && !line.starts_with("flags ") && !line.contains(" = ");
    let element = line.ends_with(',');
    let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    let next = lines.get(index + 1).map_or("", |line| line.trim());
    let kind = match rng.random_range(0..9) {
        0 if rule => {
            changed[index].clear();
            if element { "drop element" } else { "drop rule" }
        }
        1 if rule && !element && !next.starts_with('}') && !next.contains("log prefix") => {
            changed.swap(index, index + 1);
            "swap"
        }
        2 => replace(
            &mut changed[index],
            rng,
            "verdict",
            &[
                ("goto refused", "accept"),
                ("goto spoofed", "accept"),
                ("goto quarantined", "continue"),
                ("counter accept", "counter drop"),
                ("counter drop", "counter accept"),
                ("counter reject with icmpx admin-prohibited", "accept"),
                (": goto ", ": jump "),
                ("return", "drop"),
                ("policy drop", "policy accept"),
                ("goto lost", "goto answers"),
            ],
        )?,
        3 => replace(
            &mut changed[index],
            rng,
            "protocol",
            &[("tcp", "udp"), ("udp", "tcp"), ("icmp ", "icmpv6 "), ("echo-request", "echo-reply")],
        )?,
        4 => number(
            &mut changed[index],
            rng,
            "port",
            |word| word.parse::<u16>().ok().map(|port| (port ^ 1).max(1).to_string()),
            &[],
        )?,
        5 => replace(
            &mut changed[index],
            rng,
            "interface",
            &[
                ("\"zone0\"", "\"zone1\""),
                ("\"zone1\"", "\"zone0\""),
                ("\"uplink\"", "\"zone0\""),
                ("\"zone2\"", "\"other\""),
                ("\"lo\"", "\"zone0\""),
                ("iifname", "oifname"),
            ],
        )?,
        6 => replace(
            &mut changed[index],
            rng,
            "state",
            &[
                ("established", "new"),
                ("related : goto errors", "related : accept"),
                ("direction reply", "direction original"),
                ("invalid : goto lost", "invalid : accept"),
                ("untracked : goto lost, ", ""),
                ("untracked : goto lost", "untracked : accept"),
            ],
        )?,
        7 => number(&mut changed[index], rng, "address", neighbour, &['-'])?,
        _ => replace(
            &mut changed[index],
            rng,
            "side",
            &[("saddr", "daddr"), ("daddr", "saddr"), ("sport", "dport"), (" != ", " ")],
        )?,
    };
    let text = changed.join("\n") + "\n";
    let changed = changed.swap_remove(index).trim().to_owned();
    Some(Mutant { kind, chain: chain.to_owned(), line: line.to_owned(), next: next.to_owned(), changed, text })
}

fn replace(
    line: &mut String,
    rng: &mut ChaCha8Rng,
    kind: &'static str,
    table: &[(&str, &str)],
) -> Option<&'static str> {
    let code = line.split(" comment ").next().unwrap_or(line).len();
    let fits: Vec<_> = table.iter().filter_map(|(from, to)| Some((line[..code].find(from)?, *from, *to))).collect();
    let (at, from, to) = *fits.choose(rng)?;
    line.replace_range(at..at + from.len(), to);
    Some(kind)
}

/// Changes one of the words that a function can change.
fn number(
    line: &mut String,
    rng: &mut ChaCha8Rng,
    kind: &'static str,
    change: impl Fn(&str) -> Option<String>,
    not: &[char],
) -> Option<&'static str> {
    if line.contains("comment") || line.contains("limit rate") || line.contains("timeout") && kind == "port" {
        return None;
    }
    let words: Vec<&str> = line.split(' ').collect();
    let clean = |word: &str| word.trim_end_matches(',').to_owned();
    let fits: Vec<usize> = (0..words.len())
        .filter(|index| {
            !clean(words[*index]).contains(not)
                && change(&clean(words[*index])).is_some_and(|new| new != clean(words[*index]))
        })
        .collect();
    let at = *fits.choose(rng)?;
    let comma = if words[at].ends_with(',') { "," } else { "" };
    let new = format!("{}{comma}", change(&clean(words[at]))?);
    let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    words[at] = new;
    *line = words.join(" ");
    Some(kind)
}

/// A prefix half as long or twice as long, an address one further.
fn neighbour(word: &str) -> Option<String> {
    if let Ok(net) = word.parse::<ipnet::IpNet>() {
        let shorter = net.prefix_len().checked_sub(1).and_then(|len| ipnet::IpNet::new(net.addr(), len).ok());
        return shorter.map(|net| net.trunc().to_string());
    }
    match word.parse::<std::net::IpAddr>().ok()? {
        std::net::IpAddr::V4(address) => Some(std::net::Ipv4Addr::from_bits(address.to_bits() ^ 1).to_string()),
        std::net::IpAddr::V6(address) => Some(std::net::Ipv6Addr::from_bits(address.to_bits() ^ 1).to_string()),
    }
}
