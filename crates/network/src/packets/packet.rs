//! One packet: the value a set is asked about, and the witness it gives.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use biodivine_lib_bdd::BddValuation;

use super::field::{Field, State};
use super::set::Set;
use super::space::{Space, bits};

/// The number of an interface in a [`super::Space`].
pub type Interface = u8;

/// One packet as the gateway sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What connection tracking says.
    pub state: State,
    /// The interface it came in by.
    pub iif: Interface,
    /// The interface it leaves by.
    pub oif: Interface,
    /// Source; of the same family as the destination.
    pub source: IpAddr,
    /// Destination.
    pub destination: IpAddr,
    /// Protocol above IP.
    pub protocol: u8,
    /// Port of the caller, where there is one.
    pub source_port: u16,
    /// Port of the called, where there is one.
    pub destination_port: u16,
    /// ICMP type, where there is one.
    pub icmp_type: u8,
    /// ICMP code, where there is one.
    pub icmp_code: u8,
    /// The six flags of TCP, where there are any.
    pub tcp_flags: u8,
}

impl Default for Packet {
    fn default() -> Self {
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            state: State::New,
            iif: 0,
            oif: 0,
            source: nobody,
            destination: nobody,
            protocol: 0,
            source_port: 0,
            destination_port: 0,
            icmp_type: 0,
            icmp_code: 0,
            tcp_flags: 0,
        }
    }
}

impl Packet {
    /// The value of a field.
    #[must_use]
    pub fn value(&self, field: Field) -> u128 {
        match field {
            Field::State => self.state as u128,
            Field::In => self.iif.into(),
            Field::Out => self.oif.into(),
            Field::Family => self.source.is_ipv6().into(),
            Field::Protocol => self.protocol.into(),
            Field::Source => bits(self.source),
            Field::Destination => bits(self.destination),
            Field::DestinationPort => self.destination_port.into(),
            Field::SourcePort => self.source_port.into(),
            Field::IcmpType => self.icmp_type.into(),
            Field::IcmpCode => self.icmp_code.into(),
            Field::TcpFlags => self.tcp_flags.into(),
        }
    }
}

impl Set {
    /// Whether a packet is in the set.
    #[must_use]
    pub fn contains(&self, packet: &Packet) -> bool {
        let mut row = Vec::with_capacity(usize::from(Field::bits()));
        for field in Field::ALL {
            let value = packet.value(field);
            row.extend((0..field.width()).rev().map(|bit| value >> bit & 1 == 1));
        }
        self.0.eval_in(&BddValuation::new(row))
    }

    /// The values of a field with which every packet of some others is in this set: a set that says something of
    /// that field alone.
    #[must_use]
    pub fn fitting(&self, space: &Space, field: Field, others: &Self) -> Self {
        let rest = Field::ALL.into_iter().filter(|other| *other != field);
        let rest: Vec<_> = rest.flat_map(|other| (0..other.width()).map(move |bit| other.variable(bit))).collect();
        space.all().minus(&Self(others.minus(self).0.exists(&rest)))
    }

    /// Of a set that says something of one field alone: the range of its values around one of them.
    #[must_use]
    pub fn range_at(&self, space: &Space, field: Field, at: u128) -> (u128, u128) {
        let without = space.all().minus(self);
        let value = |row: BddValuation| {
            (0..field.width()).fold(0_u128, |value, bit| value << 1 | u128::from(row.value(field.variable(bit))))
        };
        let below = at.checked_sub(1).and_then(|last| without.and(&space.range(field, 0, last)).0.last_valuation());
        let above =
            at.checked_add(1).and_then(|next| without.and(&space.range(field, next, field.max())).0.first_valuation());
        (below.map_or(0, |row| value(row) + 1), above.map_or(field.max(), |row| value(row) - 1))
    }

    /// Some packet of the set: the first one, with the smallest values.
    #[must_use]
    pub fn first(&self) -> Option<Packet> {
        let row = self.0.first_valuation()?;
        let value = |field: Field| {
            (0..field.width()).fold(0_u128, |value, bit| value << 1 | u128::from(row.value(field.variable(bit))))
        };
        let address = |field: Field| {
            if value(Field::Family) == 1 {
                IpAddr::V6(Ipv6Addr::from_bits(value(field)))
            } else {
                IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(value(field) >> 96).unwrap_or_default()))
            }
        };
        // Each fits: the field is as wide as the type.
        let byte = |field: Field| u8::try_from(value(field)).unwrap_or_default();
        let port = |field: Field| u16::try_from(value(field)).unwrap_or_default();
        Some(Packet {
            state: State::ALL.into_iter().find(|state| *state as u128 == value(Field::State)).unwrap_or(State::Invalid),
            iif: byte(Field::In),
            oif: byte(Field::Out),
            source: address(Field::Source),
            destination: address(Field::Destination),
            protocol: byte(Field::Protocol),
            source_port: port(Field::SourcePort),
            destination_port: port(Field::DestinationPort),
            icmp_type: byte(Field::IcmpType),
            icmp_code: byte(Field::IcmpCode),
            tcp_flags: byte(Field::TcpFlags),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_packet() -> impl Strategy<Value = Packet> {
        let addresses = prop_oneof![
            any::<(Ipv4Addr, Ipv4Addr)>().prop_map(|(a, b)| (IpAddr::V4(a), IpAddr::V4(b))),
            any::<(Ipv6Addr, Ipv6Addr)>().prop_map(|(a, b)| (IpAddr::V6(a), IpAddr::V6(b))),
        ];
        (0..7usize, any::<[u8; 6]>(), addresses, any::<[u16; 2]>()).prop_map(|(state, bytes, addresses, ports)| {
            Packet {
                state: State::ALL[state],
                iif: bytes[0],
                oif: bytes[1],
                source: addresses.0,
                destination: addresses.1,
                protocol: bytes[2],
                source_port: ports[0],
                destination_port: ports[1],
                icmp_type: bytes[3],
                icmp_code: bytes[4],
                tcp_flags: bytes[5] & 0x3f,
            }
        })
    }

    proptest! {
        #[test]
        fn a_set_of_one_packet_gives_it_back(packet in any_packet()) {
            let space = Space::default();
            let one = Field::ALL.iter().fold(space.all(), |set, field| set.and(&space.is(*field, packet.value(*field))));
            prop_assert!(one.contains(&packet));
            prop_assert_eq!(one.first(), Some(packet));
        }

        #[test]
        fn what_fits_is_all_that_fits(a: u16, b: u16, at: u16, packet in any_packet()) {
            let space = Space::default();
            let (first, last) = (a.min(b), a.max(b));
            let known = space.protocol(packet.protocol);
            let set = space.range(Field::DestinationPort, first.into(), last.into()).and(&known);
            let fits = set.fitting(&space, Field::DestinationPort, &known.and(&space.family(true)));
            prop_assert!(fits.equals(&space.range(Field::DestinationPort, first.into(), last.into())));
            prop_assert!(set.fitting(&space, Field::DestinationPort, &space.all()).is_empty());
            let around = fits.range_at(&space, Field::DestinationPort, at.clamp(first, last).into());
            prop_assert_eq!(around, (u128::from(first), u128::from(last)));
        }

        #[test]
        fn a_prefix_holds_its_addresses_and_no_others(net: (Ipv4Addr, Ipv6Addr), lengths in (0u8..=32, 0u8..=128), packet in any_packet()) {
            let space = Space::default();
            let nets = [
                ipnet::IpNet::new(net.0.into(), lengths.0).unwrap(),
                ipnet::IpNet::new(net.1.into(), lengths.1).unwrap(),
            ];
            let set = space.nets(Field::Destination, &nets);
            prop_assert_eq!(set.contains(&packet), nets.iter().any(|net| net.contains(&packet.destination)));
        }
    }
}
