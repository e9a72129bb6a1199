//! Sets of packets, exact ones.
//!
//! A packet is a row of bits, field by field (see [`Field`]); a set of packets is a Boolean function of them, kept as
//! a binary decision diagram. Two sets are equal exactly if no packet is in one and not in the other: nothing is
//! sampled. Fields a packet does not have (the port of an echo request) are free: whoever looks at them says first
//! which protocol it means, as the kernel does.

mod field;
mod packet;
mod set;
mod space;

pub use field::{Field, State};
pub use packet::{Interface, Packet};
pub use set::Set;
pub use space::{GATEWAY, LOOPBACK, Space, values_of};

/// Protocol numbers (IANA).
pub mod protocol {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMPv6.
    pub const ICMPV6: u8 = 58;
}
