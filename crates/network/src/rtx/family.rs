//! The two families of addresses: RTX commands speak of one of them each.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Inclusive bounds of addresses, as numbers of the family at hand.
pub type Range = (u128, u128);

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// IPv4, `ip …`.
    V4,
    /// IPv6, `ipv6 …`.
    V6,
}

impl Family {
    /// The family of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Whether it is IPv6.
    #[must_use]
    pub fn is_v6(self) -> bool {
        self == Self::V6
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

    /// The first word of its commands.
    #[must_use]
    pub fn word(self) -> &'static str {
        if self == Self::V4 { "ip" } else { "ipv6" }
    }

    /// An address of the family from its number.
    #[must_use]
    pub fn address(self, number: u128) -> IpAddr {
        match self {
            Self::V4 => Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from_bits(number).into(),
        }
    }
}

/// A number for an address.
#[must_use]
pub fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}
