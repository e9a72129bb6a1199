//! Whether rules leave the connection through which somebody works alive.

use core::net::IpAddr;

use crate::intent::Intent;
use crate::packets::{GATEWAY, Packet, Space, State, protocol};
use crate::policy::{Policy, Side};

/// A connection from somewhere to the gateway itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The person's computer.
    pub client: IpAddr,
    /// Its port.
    pub client_port: u16,
    /// The gateway's address.
    pub server: IpAddr,
    /// Its port: 22 for SSH.
    pub server_port: u16,
    /// The interface it comes in by; where it is not known, the one behind which its address belongs.
    pub interface: Option<String>,
}

/// Whether what the person types still arrives, and a new connection like this one would be taken. (What the gateway
/// answers always passes.)
#[must_use]
pub fn survives(policy: &Policy, session: &Session) -> bool {
    if session.client.to_canonical().is_loopback() {
        return true;
    }
    let (source, destination) = (session.client.to_canonical(), session.server.to_canonical());
    let mut space = Space::default();
    let intent = Intent::of(policy, &mut space);
    let home = || policy.interface(behind(policy, source)).unwrap_or_default().to_owned();
    let interface = session.interface.clone().unwrap_or_else(home);
    let Some(iif) = space.interface(&interface) else { return false };
    [State::Original, State::New].into_iter().all(|state| {
        intent.pass.contains(&Packet {
            state,
            iif,
            oif: GATEWAY,
            source,
            destination,
            protocol: protocol::TCP,
            source_port: session.client_port,
            destination_port: session.server_port,
            ..Packet::default()
        })
    })
}

fn behind(policy: &Policy, address: IpAddr) -> Side {
    let zone = policy.zones.iter().position(|zone| zone.subnets.iter().any(|net| net.contains(&address)));
    zone.map_or(Side::Uplink, Side::Zone)
}
