//! What a packet consists of, and the order of its bits.

use biodivine_lib_bdd::BddVariable;

/// A field of a packet, most significant bit first.
///
/// The order of the variables is the order here. What splits a policy into parts that have nothing to do with each
/// other comes first (state, interfaces), then what a rule's elements list (source, destination, port), so that a
/// diagram is about as large as the list of elements it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// What connection tracking says: a [`State`].
    State,
    /// The interface it came in by; for packets of the gateway itself: [`super::GATEWAY`].
    In,
    /// The interface it leaves by; for packets to the gateway itself: [`super::GATEWAY`].
    Out,
    /// 0 for IPv4, 1 for IPv6.
    Family,
    /// The protocol above IP.
    Protocol,
    /// Source address. IPv4 takes the first 32 bits and leaves the others free.
    Source,
    /// Destination address, likewise.
    Destination,
    /// Port of the side that is called (TCP, UDP).
    DestinationPort,
    /// Port of the caller (TCP, UDP).
    SourcePort,
    /// Type of an ICMP or ICMPv6 message.
    IcmpType,
    /// Code of it.
    IcmpCode,
    /// Flags of a TCP segment (RFC 9293), lowest bit last: URG ACK PSH RST SYN FIN. Free where nobody asks.
    TcpFlags,
}

impl Field {
    /// All, in order.
    pub const ALL: [Self; 12] = [
        Self::State,
        Self::In,
        Self::Out,
        Self::Family,
        Self::Protocol,
        Self::Source,
        Self::Destination,
        Self::DestinationPort,
        Self::SourcePort,
        Self::IcmpType,
        Self::IcmpCode,
        Self::TcpFlags,
    ];

    /// Its bits.
    #[must_use]
    pub fn width(self) -> u16 {
        match self {
            Self::State => 3,
            Self::TcpFlags => 6,
            Self::Family => 1,
            Self::In | Self::Out | Self::Protocol | Self::IcmpType | Self::IcmpCode => 8,
            Self::Source | Self::Destination => 128,
            Self::DestinationPort | Self::SourcePort => 16,
        }
    }

    /// Its largest value.
    #[must_use]
    pub fn max(self) -> u128 {
        u128::MAX >> (128 - self.width())
    }

    /// The variable of one of its bits, most significant first.
    pub(super) fn variable(self, bit: u16) -> BddVariable {
        let before: u16 = Self::ALL.iter().take_while(|field| **field != self).map(|field| field.width()).sum();
        BddVariable::from_index(usize::from(before + bit))
    }

    /// Bits of a whole packet.
    pub(super) fn bits() -> u16 {
        Self::ALL.iter().map(|field| field.width()).sum()
    }
}

/// What connection tracking says of a packet, with the direction where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Begins a conversation.
    New = 0,
    /// Goes on, from the side that began it.
    Original = 1,
    /// Goes on, from the other side.
    Reply = 2,
    /// Is about a conversation (an ICMP error), in the direction of its beginning.
    RelatedOriginal = 3,
    /// Likewise, in the other direction.
    RelatedReply = 4,
    /// Belongs to nothing.
    Invalid = 5,
    /// Is not tracked: neighbour discovery.
    Untracked = 6,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Original,
        Self::Reply,
        Self::RelatedOriginal,
        Self::RelatedReply,
        Self::Invalid,
        Self::Untracked,
    ];
}
