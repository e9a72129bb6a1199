//! Random packets: half of them about what a policy opens, half about anything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use network::packets::{GATEWAY, Packet, Space, State, protocol};
use network::policy::{End, Match, Policy, Reach, Side};
use rand::Rng;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha8Rng;

use super::frames::{Flags, Probe};
use super::world::{UPLINK, ZONES, interface, own};
use crate::policies::address;

/// Ports around those that policies open.
const PORTS: [u16; 12] = [1, 22, 53, 80, 81, 104, 443, 444, 445, 3389, 8000, 50_000];

/// The wire behind which an address is, as the gateway's routes have it; none for the gateway's own.
pub(crate) fn behind(to: IpAddr) -> Option<usize> {
    if (0..=UPLINK).any(|number| own(number, to.is_ipv6()) == to) {
        return None;
    }
    let zone = match to {
        IpAddr::V4(to) => (to.octets()[0] == 10 && to.octets()[2] == 0).then(|| usize::from(to.octets()[1])),
        IpAddr::V6(to) => (to.segments()[..3] == [0xfd00, 0, 0]).then(|| usize::from(to.segments()[3])),
    };
    Some(zone.filter(|zone| (1..=ZONES).contains(zone)).map_or(UPLINK, |zone| zone - 1))
}

/// The number of a wire's interface.
pub(crate) fn number(space: &mut Space, wire: Option<usize>) -> u8 {
    wire.map_or(GATEWAY, |wire| space.interface(&interface(wire)).unwrap())
}

/// A packet from one of the wires (or the gateway itself) to somewhere.
pub(crate) fn probe(rng: &mut ChaCha8Rng, policy: &Policy, space: &mut Space, id: u32) -> (Option<usize>, Probe) {
    let v6 = rng.random();
    let about = policy.open().collect::<Vec<_>>().choose(rng).copied().filter(|_| rng.random_bool(0.6));
    let (mut from, mut to) = (anyone(rng, v6), anyone(rng, v6));
    let mut what = None;
    if let Some(flow) = about {
        from = one_of(rng, policy, &flow.from, v6).unwrap_or(from);
        to = one_of(rng, policy, &flow.to, v6).unwrap_or(to);
        what = flow.matches.choose(rng).copied();
    }
    // Mostly where it belongs; now and then somebody pretends.
    let honest = behind(from);
    let wire = if rng.random_bool(0.9) { honest } else { Some(rng.random_range(0..=UPLINK)) };
    let oif = behind(to);
    let (kind, port, flags, mut state) = match what {
        Some(Match::Tcp(range)) => {
            (protocol::TCP, rng.random_range(range.first()..=range.last()), Flags::Syn, State::New)
        }
        Some(Match::Udp(range)) => {
            (protocol::UDP, rng.random_range(range.first()..=range.last()), Flags::Syn, State::New)
        }
        Some(Match::Ping) => (protocol::ICMP, 0, Flags::Syn, State::New),
        None => {
            let port = *PORTS.choose(rng).unwrap();
            match rng.random_range(0..10) {
                0..3 => (protocol::UDP, port, Flags::Syn, State::New),
                3..5 => (protocol::ICMP, 0, Flags::Syn, State::New),
                // Connection tracking takes up a conversation in the middle, but not at its second step.
                5 => (protocol::TCP, port, Flags::Ack, State::New),
                6 => (protocol::TCP, port, Flags::SynAck, State::Invalid),
                _ => (protocol::TCP, port, Flags::Syn, State::New),
            }
        }
    };
    // An answer nobody asked for.
    let reply = kind == protocol::ICMP && what.is_none() && rng.random_bool(0.3);
    if reply {
        state = State::Invalid;
    }
    // To the gateway only what it answers can be seen to arrive.
    let flags = if oif.is_none() && flags != Flags::Syn { Flags::Syn } else { flags };
    let (state, reply) = if oif.is_none() { (State::New, false) } else { (state, reply) };
    let (protocol, icmp_type) = match (kind, v6, reply) {
        (protocol::ICMP, false, false) => (protocol::ICMP, 8),
        (protocol::ICMP, false, true) => (protocol::ICMP, 0),
        (protocol::ICMP, true, false) => (protocol::ICMPV6, 128),
        (protocol::ICMP, true, true) => (protocol::ICMPV6, 129),
        (other, ..) => (other, 0),
    };
    // Every probe is a conversation of its own.
    let source_port = u16::try_from(1024 + id % 60_000).unwrap();
    let packet = Packet {
        state,
        iif: number(space, wire),
        oif: number(space, oif),
        source: from,
        destination: to,
        protocol,
        source_port,
        destination_port: port,
        icmp_type,
        icmp_code: 0,
        tcp_flags: 0,
    };
    (wire, Probe { id, packet, flags, acknowledges: 1 })
}

fn anyone(rng: &mut ChaCha8Rng, v6: bool) -> IpAddr {
    match rng.random_range(0..10) {
        0 => own(rng.random_range(0..=UPLINK), v6),
        1..4 => outside(rng, v6),
        _ => address(rng.random_range(0..ZONES), rng.random_range(8..18), v6),
    }
}

fn outside(rng: &mut ChaCha8Rng, v6: bool) -> IpAddr {
    let place: bool = rng.random();
    let host = rng.random_range(2..14);
    match (v6, place) {
        (false, true) => Ipv4Addr::new(203, 0, 113, host).into(),
        (false, false) => Ipv4Addr::new(198, 51, 100, host).into(),
        (true, true) => Ipv6Addr::new(0x2001, 0xdb8, 7, 0, 0, 0, 0, host.into()).into(),
        (true, false) => Ipv6Addr::new(0x2001, 0xdb8, 8, 0, 0, 0, 0, host.into()).into(),
    }
}

/// An address of an end, if it has one of the family.
fn one_of(rng: &mut ChaCha8Rng, policy: &Policy, end: &End, v6: bool) -> Option<IpAddr> {
    let spot = end.spots.choose(rng)?;
    match (spot.side, &spot.reach) {
        (Side::Gateway, _) => Some(own(rng.random_range(0..=UPLINK), v6)),
        (Side::Uplink, Reach::All) => Some(outside(rng, v6)),
        (Side::Zone(zone), Reach::All) => Some(address(zone, rng.random_range(8..250), v6)),
        (Side::Uplink, Reach::Nets(_)) => Some(match v6 {
            false => Ipv4Addr::new(203, 0, 113, rng.random_range(2..14)).into(),
            true => Ipv6Addr::new(0x2001, 0xdb8, 7, 0, 0, 0, 0, rng.random_range(2..14)).into(),
        }),
        (Side::Zone(_), Reach::Nets(nets)) => {
            let own: Vec<IpAddr> = nets.iter().map(ipnet::IpNet::addr).filter(|each| each.is_ipv6() == v6).collect();
            debug_assert!(!policy.zones.is_empty());
            own.choose(rng).copied()
        }
    }
}

/// What the called answers to a packet that came through.
pub(crate) fn answer(to: &Probe, id: u32) -> Probe {
    let packet = Packet {
        state: State::Reply,
        iif: to.packet.oif,
        oif: to.packet.iif,
        source: to.packet.destination,
        destination: to.packet.source,
        // An echo keeps its number, which stands in the place of the source port.
        source_port: if to.packet.icmp_type == 0 { to.packet.destination_port } else { to.packet.source_port },
        destination_port: to.packet.source_port,
        icmp_type: match to.packet.icmp_type {
            8 => 0,
            128 => 129,
            other => other,
        },
        ..to.packet
    };
    Probe { id, packet, flags: Flags::SynAck, acknowledges: to.next_sequence() }
}
