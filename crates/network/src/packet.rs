//! Sets of packets as binary decision diagrams: exact, and equal sets are equal graphs.

use core::net::IpAddr;

use biodivine_lib_bdd::{Bdd, BddPartialValuation, BddVariable, BddVariableSet};
use ipnet::IpNet;

/// The two families of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Bits of an address.
    #[must_use]
    pub fn bits(self) -> u16 {
        if self == Self::V4 { 32 } else { 128 }
    }

    /// The greatest address, as a number.
    #[must_use]
    pub fn last(self) -> u128 {
        if self == Self::V4 { u128::from(u32::MAX) } else { u128::MAX }
    }
}

/// Inclusive bounds of addresses, as numbers of the family at hand.
pub type Range = (u128, u128);

/// A number for an address.
#[must_use]
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// The bounds of a network.
#[must_use]
pub fn bounds(network: &IpNet) -> Range {
    (number(network.network()), number(network.broadcast()))
}

/// A field of the header. Of ICMP the type stands in `SourcePort` and the code in `DestinationPort`: RTX texts write
/// them in the same two places, and no packet has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Protocol number, 8 bits.
    Protocol,
    /// The six TCP flags of RFC 9293: URG ACK PSH RST SYN FIN, from the highest bit.
    Flags,
    /// Destination address; only the first 32 bits are used for IPv4.
    Destination,
    /// Destination port, or the code of ICMP.
    DestinationPort,
    /// Source address.
    Source,
    /// Source port, or the type of ICMP.
    SourcePort,
}

impl Field {
    fn place(self) -> (u16, u16) {
        match self {
            Self::Protocol => (0, 8),
            Self::Flags => (8, 6),
            Self::Destination => (14, 128),
            Self::DestinationPort => (142, 16),
            Self::Source => (158, 128),
            Self::SourcePort => (286, 16),
        }
    }
}

/// The variables of one family's headers.
#[derive(Debug)]
pub struct Space {
    family: Family,
    set: BddVariableSet,
    variables: Vec<BddVariable>,
}

/// One packet of a set, to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Where it comes from.
    pub source: IpAddr,
    /// Where it goes.
    pub destination: IpAddr,
    /// The protocol's number.
    pub protocol: u8,
    /// Source port, or the type of ICMP.
    pub source_port: u16,
    /// Destination port, or the code of ICMP.
    pub destination_port: u16,
}

impl std::fmt::Display for Example {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { source, destination, protocol, source_port, destination_port } = self;
        match protocol {
            6 => write!(f, "{source}:{source_port} → {destination}:{destination_port}/tcp"),
            17 => write!(f, "{source}:{source_port} → {destination}:{destination_port}/udp"),
            1 | 58 => write!(f, "{source} → {destination} icmp type {source_port} code {destination_port}"),
            other => write!(f, "{source} → {destination} protocol {other}"),
        }
    }
}

impl Space {
    /// The space of one family.
    #[must_use]
    pub fn new(family: Family) -> Self {
        let set = BddVariableSet::new_anonymous(302);
        let variables = set.variables();
        Self { family, set, variables }
    }

    /// The family it speaks of.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// Every packet.
    #[must_use]
    pub fn all(&self) -> Bdd {
        self.set.mk_true()
    }

    /// No packet.
    #[must_use]
    pub fn none(&self) -> Bdd {
        self.set.mk_false()
    }

    fn width(&self, field: Field) -> (u16, u16) {
        let (first, bits) = field.place();
        match field {
            Field::Source | Field::Destination => (first, self.family.bits()),
            _ => (first, bits),
        }
    }

    /// Packets whose field has the bits of `mask` as in `value`.
    #[must_use]
    pub fn masked(&self, field: Field, value: u128, mask: u128) -> Bdd {
        let (first, bits) = self.width(field);
        let mut clause = BddPartialValuation::empty();
        for bit in 0..bits {
            let weight = 1_u128 << (bits - 1 - bit);
            if mask & weight != 0 {
                clause.set_value(self.variables[usize::from(first + bit)], value & weight != 0);
            }
        }
        self.set.mk_conjunctive_clause(&clause)
    }

    /// Packets whose field lies in the bounds: aligned blocks, at most two of each size.
    #[must_use]
    pub fn range(&self, field: Field, (low, high): Range) -> Bdd {
        let (_, bits) = self.width(field);
        let top = if bits == 128 { u128::MAX } else { (1 << bits) - 1 };
        let high = high.min(top);
        let mut found = self.none();
        let mut at = low;
        while at <= high {
            let mut size = at.trailing_zeros().min(u32::from(bits));
            let block = |size: u32| if size >= 128 { u128::MAX } else { (1_u128 << size) - 1 };
            while size > 0 && block(size) > high - at {
                size -= 1;
            }
            found = found.or(&self.masked(field, at, top & !block(size)));
            match at.checked_add(block(size)).and_then(|end| end.checked_add(1)) {
                Some(next) => at = next,
                None => break,
            }
        }
        found
    }

    /// Packets whose field lies in any of the bounds.
    #[must_use]
    pub fn ranges(&self, field: Field, ranges: &[Range]) -> Bdd {
        ranges.iter().fold(self.none(), |found, range| found.or(&self.range(field, *range)))
    }

    /// Packets of one protocol.
    #[must_use]
    pub fn protocol(&self, number: u8) -> Bdd {
        self.masked(Field::Protocol, u128::from(number), 0xff)
    }

    /// One packet of the set, if there is one.
    #[must_use]
    pub fn example(&self, set: &Bdd) -> Option<Example> {
        let valuation = set.sat_witness()?;
        let read = |field: Field| {
            let (first, bits) = self.width(field);
            (first..first + bits)
                .fold(0_u128, |value, at| value << 1 | u128::from(valuation.value(self.variables[usize::from(at)])))
        };
        let small = |field| u16::try_from(read(field)).unwrap_or(u16::MAX);
        let address = |field| match self.family {
            Family::V4 => IpAddr::from(u32::try_from(read(field)).unwrap_or(u32::MAX).to_be_bytes()),
            Family::V6 => IpAddr::from(read(field).to_be_bytes()),
        };
        Some(Example {
            source: address(Field::Source),
            destination: address(Field::Destination),
            protocol: u8::try_from(small(Field::Protocol)).unwrap_or(u8::MAX),
            source_port: small(Field::SourcePort),
            destination_port: small(Field::DestinationPort),
        })
    }
}
