//! Real frames for packets, and what the gateway's frames say about them.

use std::net::IpAddr;

use etherparse::{Icmpv4Type, Icmpv6Type, PacketBuilder};
use network::packets::{Packet, protocol};

/// Begins the payload of everything that is sent, so that it is known again.
const MAGIC: [u8; 4] = *b"KMN!";

/// TCP flags of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flags {
    Syn,
    Ack,
    SynAck,
}

/// A packet to be sent, with the number it is known by.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) id: u32,
    pub(crate) packet: Packet,
    pub(crate) flags: Flags,
    /// What an answer acknowledges.
    pub(crate) acknowledges: u32,
}

/// What a frame of the gateway says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A probe came through.
    Through(u32),
    /// The gateway itself answered a probe: it reached the gateway's own programs.
    Answered(u32),
    /// The gateway refused a probe, and said so.
    Refused(u32),
}

impl Probe {
    fn payload(&self) -> Vec<u8> {
        [MAGIC, self.id.to_be_bytes()].concat()
    }

    /// The sequence number tells the probe: a reset carries nothing else.
    pub(crate) fn sequence(&self) -> u32 {
        self.id << 8
    }

    pub(crate) fn next_sequence(&self) -> u32 {
        self.sequence() + 1 + 8
    }

    /// The IP packet.
    pub(crate) fn ip(&self) -> Vec<u8> {
        let Packet { source, destination, protocol, source_port, destination_port, icmp_type, .. } = self.packet;
        let builder = match (source, destination) {
            (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64),
            (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64),
            _ => panic!("two families in one packet"),
        };
        let mut out = Vec::new();
        let payload = self.payload();
        let (id, seq) = (source_port, 1);
        match protocol {
            protocol::TCP => {
                let tcp = builder.tcp(source_port, destination_port, self.sequence(), 64_000);
                let tcp = match self.flags {
                    Flags::Syn => tcp.syn(),
                    Flags::Ack => tcp.ack(self.acknowledges),
                    Flags::SynAck => tcp.syn().ack(self.acknowledges),
                };
                tcp.write(&mut out, &payload).unwrap();
            }
            protocol::UDP => builder.udp(source_port, destination_port).write(&mut out, &payload).unwrap(),
            protocol::ICMP => {
                let header = etherparse::IcmpEchoHeader { id, seq };
                let kind = if icmp_type == 8 { Icmpv4Type::EchoRequest(header) } else { Icmpv4Type::EchoReply(header) };
                builder.icmpv4(kind).write(&mut out, &payload).unwrap();
            }
            protocol::ICMPV6 => {
                let header = etherparse::IcmpEchoHeader { id, seq };
                let kind =
                    if icmp_type == 128 { Icmpv6Type::EchoRequest(header) } else { Icmpv6Type::EchoReply(header) };
                builder.icmpv6(kind).write(&mut out, &payload).unwrap();
            }
            other => panic!("no frame for protocol {other}"),
        }
        out
    }
}

/// An IP packet on the wire.
pub(crate) fn frame(to: [u8; 6], from: [u8; 6], ip: &[u8]) -> Vec<u8> {
    let kind: [u8; 2] = if ip[0] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xdd] };
    [&to[..], &from[..], &kind, ip].concat()
}

/// The error a called host sends back for a packet it was sent: port unreachable.
pub(crate) fn unreachable(about: &Probe) -> Vec<u8> {
    let inner = about.ip();
    let mut out = Vec::new();
    match (about.packet.destination, about.packet.source) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let kind = Icmpv4Type::DestinationUnreachable(etherparse::icmpv4::DestUnreachableHeader::Port);
            PacketBuilder::ipv4(from.octets(), to.octets(), 64).icmpv4(kind).write(&mut out, &inner).unwrap();
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let kind = Icmpv6Type::DestinationUnreachable(etherparse::icmpv6::DestUnreachableCode::Port);
            PacketBuilder::ipv6(from.octets(), to.octets(), 64).icmpv6(kind).write(&mut out, &inner).unwrap();
        }
        _ => panic!("two families in one packet"),
    }
    out
}

/// Reads a frame of the gateway.
pub(crate) fn hear(frame: &[u8]) -> Option<Heard> {
    let ip = frame.get(14..)?;
    let (number, rest) =
        if ip.first()? >> 4 == 4 { (*ip.get(9)?, ip.get(20..)?) } else { (*ip.get(6)?, ip.get(40..)?) };
    let carried = ip.windows(8).find(|window| window[..4] == MAGIC);
    let id = carried.map(|window| u32::from_be_bytes(window[4..].try_into().unwrap()));
    let (kind, code) = (*rest.first()?, *rest.get(1)?);
    match (number, kind, code) {
        (protocol::ICMP, 3, 3) | (protocol::ICMPV6, 1, 4) => Some(Heard::Answered(id?)),
        (protocol::ICMP, 3, _) | (protocol::ICMPV6, 1, _) => Some(Heard::Refused(id?)),
        // A reset acknowledges the probe's sequence number, its SYN and its eight bytes.
        (protocol::TCP, ..) if rest.get(13)? & 0x04 != 0 && id.is_none() => {
            let acknowledged = u32::from_be_bytes(rest.get(8..12)?.try_into().ok()?);
            Some(Heard::Answered(acknowledged.wrapping_sub(9) >> 8))
        }
        _ => id.map(Heard::Through),
    }
}
