//! Real packets do what the proof says: random policies, random packets, a gateway in a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use network::packets::{GATEWAY, Packet, Set, Space, State, protocol};
use network::{Proof, nft, prove};

use super::frames::{Flags, Heard, Probe, frame, hear, unreachable};
use super::nft::there;
use super::traffic::{answer, behind, number, probe};
use super::world::{World, mac};
use crate::policies;

const PROBES: usize = 40;
const QUIET: Duration = Duration::from_millis(12);

#[derive(Default)]
struct Count {
    packets: usize,
    passed: usize,
    disagreements: Vec<String>,
}

/// `KOMAINU_POLICIES` says how many; few by default, since the machine is shared.
fn policies_to_try() -> u64 {
    std::env::var("KOMAINU_POLICIES").ok().and_then(|text| text.parse().ok()).unwrap_or(12)
}

#[test]
fn real_packets_do_what_the_proof_says() {
    if !there() {
        return;
    }
    let world = World::new("packets");
    let mut count = Count::default();
    let mut next = 1;
    for seed in 0..policies_to_try() {
        one_policy(&world, seed, &mut next, &mut count);
    }
    println!(
        "{} policies, {} packets, {} passed, {} disagreements",
        policies_to_try(),
        count.packets,
        count.passed,
        count.disagreements.len()
    );
    assert!(count.disagreements.is_empty(), "{}", count.disagreements.join("\n"));
    assert!(count.passed * 10 > count.packets, "too few pass to say anything: {} of {}", count.passed, count.packets);
}

fn one_policy(world: &World, seed: u64, next: &mut u32, count: &mut Count) {
    let policy = policies::random(seed);
    let account = world.load(&nft::compile(&policy));
    let mut space = Space::default();
    let passage = nft::evaluate(&nft::read(&account).unwrap(), &mut space);
    let report = prove(&policy, &passage, &mut space);
    assert_eq!(report.proof, Proof::Equal, "seed {seed}: {report}");

    let mut rng = policies::rng(seed ^ 0x6b6f_6d61);
    let mut sent: BTreeMap<u32, (Option<usize>, Probe)> = BTreeMap::new();
    for _ in 0..PROBES {
        let (wire, probe) = probe(&mut rng, &policy, &mut space, *next);
        *next += 1;
        sent.insert(probe.id, (wire, probe));
    }
    let through = round(world, &passage.pass, &sent, seed, count);

    // What came through is answered, twice refused by its receiver, and goes on.
    let mut answers = BTreeMap::new();
    let mut errors = BTreeMap::new();
    for id in &through {
        let (wire, first) = &sent[id];
        let far = behind(first.packet.destination);
        if wire.is_none() || far.is_none() || first.flags == Flags::Ack {
            continue;
        }
        let back = answer(first, *next);
        *next += 1;
        answers.insert(back.id, (far, back));
        if first.packet.protocol == protocol::UDP {
            errors.insert(*id, (far, first.clone()));
        }
    }
    round(world, &passage.pass, &answers, seed, count);
    refusals(world, &passage.pass, &errors, &mut space, seed, count);
}

/// Sends probes and compares what arrives with the set; gives back those that came through.
fn round(
    world: &World,
    pass: &Set,
    probes: &BTreeMap<u32, (Option<usize>, Probe)>,
    seed: u64,
    count: &mut Count,
) -> BTreeSet<u32> {
    for (wire, probe) in probes.values() {
        match wire {
            Some(wire) => world.send(*wire, &frame(mac(*wire, true), mac(*wire, false), &probe.ip())),
            None => drop(world.send_own(probe.packet.destination, &probe.ip())),
        }
    }
    let heard: Vec<(usize, Heard)> =
        world.receive(QUIET).iter().filter_map(|(wire, frame)| Some((*wire, hear(frame)?))).collect();
    let mut arrived = BTreeSet::new();
    for (id, (_, probe)) in probes {
        let far = behind(probe.packet.destination);
        let expected = match far {
            Some(wire) => heard.contains(&(wire, Heard::Through(*id))),
            None => heard.iter().any(|(_, heard)| {
                *heard == Heard::Answered(*id) || (*heard == Heard::Through(*id) && probe.packet.oif == GATEWAY)
            }),
        };
        if expected {
            arrived.insert(*id);
        }
        compare(pass, &probe.packet, expected, seed, count);
    }
    arrived
}

/// The called host says that nobody listens; the caller hears of it.
fn refusals(
    world: &World,
    pass: &Set,
    errors: &BTreeMap<u32, (Option<usize>, Probe)>,
    space: &mut Space,
    seed: u64,
    count: &mut Count,
) {
    for (far, probe) in errors.values() {
        let wire = far.unwrap();
        world.send(wire, &frame(mac(wire, true), mac(wire, false), &unreachable(probe)));
    }
    let heard: Vec<Heard> = world.receive(QUIET).iter().filter_map(|(_, frame)| hear(frame)).collect();
    for (id, (far, probe)) in errors {
        let v6 = probe.packet.source.is_ipv6();
        let packet = Packet {
            state: State::RelatedReply,
            iif: number(space, *far),
            oif: probe.packet.iif,
            source: probe.packet.destination,
            destination: probe.packet.source,
            protocol: if v6 { protocol::ICMPV6 } else { protocol::ICMP },
            icmp_type: if v6 { 1 } else { 3 },
            icmp_code: if v6 { 4 } else { 3 },
            ..Packet::default()
        };
        compare(pass, &packet, heard.contains(&Heard::Answered(*id)), seed, count);
    }
}

fn compare(pass: &Set, packet: &Packet, arrived: bool, seed: u64, count: &mut Count) {
    count.packets += 1;
    count.passed += usize::from(arrived);
    if pass.contains(packet) != arrived {
        count.disagreements.push(format!("seed {seed}: arrived {arrived}: {packet:?}"));
    }
}
