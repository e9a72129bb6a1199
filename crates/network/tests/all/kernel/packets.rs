//! Real packets do what the proof says: random policies, random packets, a gateway in a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use network::packets::{Packet, Set, Space, State, protocol};
use network::policy::Side;
use network::{Intent, Policy, Proof, nft, openwrt, prove};

use super::frames::{Flags, Heard, Probe, frame, hear, unreachable};
use super::nft::there;
use super::traffic::{answer, behind, number, probe};
use super::world::{World, mac};
use crate::policies;

const PROBES: usize = 40;
const QUIET: Duration = Duration::from_millis(12);
/// Times of quiet to wait for what should come.
const PATIENCE: usize = 150;

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

/// The same for OpenWrt: the text that is compiled, through the rules fw4 makes of it.
#[test]
fn real_packets_fare_on_openwrt_as_its_text_is_read() {
    if !there() {
        return;
    }
    let world = World::new("openwrt");
    let (mut count, mut next) = (Count::default(), 1);
    for seed in 0..policies_to_try() {
        let policy = policies::random(seed);
        let config = openwrt::read(&openwrt::compile(&policy).unwrap()).unwrap();
        world.load(&crate::openwrt_fw4::fw4(&config));
        let mut space = Space::default();
        let passage = openwrt::walk(&policy, &config, &mut space);
        send(&world, &policy, &passage.pass, &mut space, seed, &mut next, &mut count);
    }
    let (policies, wrong) = (policies_to_try(), count.disagreements.len());
    println!("{policies} policies, {} packets, {} passed, {wrong} disagreements", count.packets, count.passed);
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
    send(world, &policy, &passage.pass, &mut space, seed, next, count);
}

/// Sends packets through some rules for a policy; those that do not fare as the policy means.
pub(crate) fn disagreements(world: &World, policy: &Policy, rules: &str, next: &mut u32) -> Vec<String> {
    world.load(rules);
    let mut space = Space::default();
    let intent = Intent::of(policy, &mut space);
    let mut count = Count::default();
    send(world, policy, &intent.pass, &mut space, u64::from(*next), next, &mut count);
    count.disagreements
}

fn send(world: &World, policy: &Policy, pass: &Set, space: &mut Space, seed: u64, next: &mut u32, count: &mut Count) {
    let mut rng = policies::rng(seed ^ 0x6b6f_6d61);
    let mut sent: BTreeMap<u32, (Option<usize>, Probe)> = BTreeMap::new();
    for _ in 0..PROBES {
        let (wire, probe) = probe(&mut rng, policy, space, *next);
        *next += 1;
        sent.insert(probe.id, (wire, probe));
    }
    let through = round(world, pass, &sent, seed, count);

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
    round(world, pass, &answers, seed, count);
    refusals(world, pass, &errors, space, seed, count);
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
    let came = |heard: &[(usize, Heard)], probe: &Probe| match behind(probe.packet.destination) {
        Some(wire) => heard.contains(&(wire, Heard::Through(probe.id))),
        // An echo comes back as it was sent.
        None => heard.iter().any(|(_, heard)| [Heard::Answered(probe.id), Heard::Through(probe.id)].contains(heard)),
    };
    let meant: Vec<&Probe> =
        probes.values().map(|(_, probe)| probe).filter(|probe| pass.contains(&probe.packet)).collect();
    let heard = listen(world, |heard| meant.iter().all(|probe| came(heard, probe)));
    let mut arrived = BTreeSet::new();
    for (id, (_, probe)) in probes {
        let arrived_now = came(&heard, probe);
        if arrived_now {
            arrived.insert(*id);
        }
        compare(pass, &probe.packet, arrived_now, seed, count);
    }
    arrived
}

/// What the gateway sends until all that should come has come; on a busy machine that may take a while.
fn listen(world: &World, enough: impl Fn(&[(usize, Heard)]) -> bool) -> Vec<(usize, Heard)> {
    let mut heard = Vec::new();
    for _ in 0..PATIENCE {
        heard.extend(world.receive(QUIET).iter().filter_map(|(wire, frame)| Some((*wire, hear(frame)?))));
        if enough(&heard) {
            break;
        }
    }
    heard
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
    let answered = |heard: &[(usize, Heard)], id: u32| heard.iter().any(|(_, heard)| *heard == Heard::Answered(id));
    let heard = listen(world, |heard| errors.keys().all(|id| answered(heard, *id)));
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
        compare(pass, &packet, answered(&heard, *id), seed, count);
    }
}

fn compare(pass: &Set, packet: &Packet, arrived: bool, seed: u64, count: &mut Count) {
    count.packets += 1;
    count.passed += usize::from(arrived);
    if pass.contains(packet) != arrived {
        count.disagreements.push(format!("seed {seed}: arrived {arrived}: {packet:?}"));
    }
}

/// A conversation that is going on ends when its flow closes, and when one of its ends is isolated.
#[test]
fn closing_a_flow_ends_what_is_under_way() {
    if !there() {
        return;
    }
    let world = World::new("closing");
    let end = |zone| policies::end("z", vec![policies::whole(Side::Zone(zone))]);
    let open = Policy {
        flows: vec![policies::flow("f", "w", end(0), end(1), &[policies::udp(7, 7)])],
        quarantine: vec![],
        ..policies::small()
    };
    let closed = Policy { flows: vec![], ..open.clone() };
    let isolated = Policy { quarantine: vec![policies::address(1, 9, false)], ..open.clone() };
    for (id, then, forth, back) in [(1, &open, true, true), (2, &closed, false, true), (3, &isolated, false, false)] {
        world.load(&nft::compile(&open));
        let mut space = Space::default();
        let first = talk(&mut space, id);
        assert!(passes(&world, 0, 1, &first));
        assert!(passes(&world, 1, 0, &answer(&first, first.id)));
        world.load(&nft::compile(then));
        assert_eq!(passes(&world, 0, 1, &first), forth);
        // What the called still has to say is not worth cutting; it hears no answer any more.
        assert_eq!(passes(&world, 1, 0, &answer(&first, first.id)), back);
    }
}

fn talk(space: &mut Space, id: u32) -> Probe {
    let packet = Packet {
        iif: number(space, Some(0)),
        oif: number(space, Some(1)),
        source: policies::address(0, 9, false),
        destination: policies::address(1, 9, false),
        protocol: protocol::UDP,
        source_port: 2000 + u16::try_from(id).unwrap(),
        destination_port: 7,
        ..Packet::default()
    };
    Probe { id, packet, flags: Flags::Syn, acknowledges: 1 }
}

fn passes(world: &World, from: usize, to: usize, probe: &Probe) -> bool {
    world.send(from, &frame(mac(from, true), mac(from, false), &probe.ip()));
    let come = (to, Heard::Through(probe.id));
    // Three times the usual quiet are enough for one packet; the first round waits for most of them.
    (0..3).any(|_| {
        world.receive(QUIET).iter().any(|(wire, frame)| hear(frame).is_some_and(|heard| (*wire, heard) == come))
    })
}
