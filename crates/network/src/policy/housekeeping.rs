//! What a gateway needs besides the flows, or nothing would work: finding neighbours, getting an address.
//!
//! One list for everyone. Compilers write it out, the intent contains it, and it is shown to people beside the flows.

use core::net::Ipv6Addr;

use ipnet::{IpNet, Ipv6Net};

use super::{Match, Policy, Side};

/// Something the gateway itself must say or hear on an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chore {
    /// For what reason.
    pub why: &'static str,
    /// On the interface of which side.
    pub side: Side,
    /// Whether the gateway hears it; otherwise it says it.
    pub heard: bool,
    /// What it is.
    pub what: Errand,
    /// Only from (heard) or to (said) these.
    pub peers: Option<Vec<IpNet>>,
}

/// A message of the network's own housekeeping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// ICMPv6 messages of these types; sorted.
    Icmpv6(Vec<u8>),
    /// UDP from a port to a port.
    Udp {
        /// IPv6, otherwise IPv4.
        v6: bool,
        /// From.
        source_port: u16,
        /// To.
        destination_port: u16,
    },
}

/// ICMPv6 (RFC 4861): router and neighbour discovery.
const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
const NEIGHBOUR_SOLICITATION: u8 = 135;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
/// Multicast listeners (RFC 2710, RFC 3810): switches that snoop hold back what nobody has asked for.
const LISTENER_QUERY: u8 = 130;
const LISTENER_REPORT: u8 = 131;
const LISTENER_DONE: u8 = 132;
const LISTENER_REPORT_V2: u8 = 143;

/// `fe80::/10`: addresses that mean nothing beyond one link.
#[must_use]
pub fn link_local() -> IpNet {
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10).into()
}

impl Policy {
    /// The housekeeping of every interface.
    #[must_use]
    pub fn housekeeping(&self) -> Vec<Chore> {
        self.sides().filter(|side| *side != Side::Gateway).flat_map(|side| self.chores(side)).collect()
    }

    fn chores(&self, side: Side) -> Vec<Chore> {
        let outside = side == Side::Uplink;
        let (mut heard, mut said) = (vec![LISTENER_QUERY], vec![LISTENER_REPORT, LISTENER_DONE, LISTENER_REPORT_V2]);
        // Who tells the way: the provider outside, the gateway inside. Never the other way round.
        heard.push(if outside { ROUTER_ADVERTISEMENT } else { ROUTER_SOLICITATION });
        said.push(if outside { ROUTER_SOLICITATION } else { ROUTER_ADVERTISEMENT });
        let chore = |why, heard, mut types: Vec<u8>| {
            types.extend([NEIGHBOUR_SOLICITATION, NEIGHBOUR_ADVERTISEMENT]);
            types.sort_unstable();
            Chore { why, side, heard, what: Errand::Icmpv6(types), peers: None }
        };
        let mut chores =
            vec![chore("IPv6 neighbours are found", true, heard), chore("IPv6 neighbours are found", false, said)];
        let dhcp = |why, v6, client_heard: bool, peers: Option<Vec<IpNet>>| {
            let (server, client) = if v6 { (547, 546) } else { (67, 68) };
            let chore = |heard, source_port, destination_port| Chore {
                why,
                side,
                heard,
                what: Errand::Udp { v6, source_port, destination_port },
                peers: peers.clone(),
            };
            // What a client hears comes from the server's port.
            [chore(client_heard, server, client), chore(!client_heard, client, server)]
        };
        if outside {
            chores.extend(dhcp("the gateway is given its own address", false, true, None));
            let [heard, said] = dhcp("the gateway is given its own prefix", true, true, Some(vec![link_local()]));
            chores.extend([heard, Chore { peers: None, ..said }]);
        }
        // A device that has no address yet cannot be named by one.
        if self.serves(side, 67) {
            chores.extend(dhcp("devices are given addresses", false, false, None));
        }
        if self.serves(side, 547) {
            chores.extend(dhcp("devices are given addresses", true, false, Some(vec![link_local()])));
        }
        chores
    }

    /// Whether some flow from a zone to the gateway opens a UDP port.
    fn serves(&self, side: Side, port: u16) -> bool {
        matches!(side, Side::Zone(_))
            && self.open().any(|flow| {
                flow.from.spots.iter().any(|spot| spot.side == side)
                    && flow.to.spots.iter().any(|spot| spot.side == Side::Gateway)
                    && flow
                        .matches
                        .iter()
                        .any(|each| matches!(each, Match::Udp(range) if range.first() <= port && port <= range.last()))
            })
    }
}
