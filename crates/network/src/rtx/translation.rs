//! Lines about routes and the translation of addresses.

use core::net::IpAddr;

use ipnet::IpNet;

use super::family::Family;
use super::filter::port_range;
use super::parse::{Forward, Statement, Via, number};

/// Reads what follows `nat descriptor`.
///
/// Masquerade is understood; other kinds of translation are not. What comes in unasked is refused by masquerade, but
/// only where it is sent to the outer address: a proof does not lean on it.
pub(super) fn descriptor(words: &[&str]) -> Result<Statement, String> {
    match words {
        ["type", which, "masquerade"] => Ok(Statement::Masquerade(number(which)?)),
        ["address", "outer", which, "primary" | "ipcp"] | ["address", "inner", which, "auto"] => {
            number(which).map(|_| Statement::Irrelevant)
        }
        ["address", "outer", which, address] if address.parse::<IpAddr>().is_ok() => {
            number(which).map(|_| Statement::Irrelevant)
        }
        ["masquerade", "incoming", which, "reject" | "discard"] => number(which).map(|_| Statement::Irrelevant),
        ["masquerade", "static", which, _, inner, rest @ ..] => {
            Ok(Statement::Forward(number(which)?, forward(inner, rest)?))
        }
        _ => Err(format!("'nat descriptor {}' is not known", words.join(" "))),
    }
}

fn forward(inner: &str, rest: &[&str]) -> Result<Forward, String> {
    let inner: IpAddr = inner.parse().map_err(|_| format!("'{inner}' is no address inside"))?;
    let (protocol, ports) = match rest {
        ["esp"] => (50, (0, u16::MAX)),
        ["ah"] => (51, (0, u16::MAX)),
        ["gre"] => (47, (0, u16::MAX)),
        ["icmp"] => (1, (0, u16::MAX)),
        ["tcp", ports] => (6, port_range(ports)?),
        ["udp", ports] => (17, port_range(ports)?),
        _ => return Err(format!("'{}' as a way in is not understood", rest.join(" "))),
    };
    Ok(Forward { inner, protocol, ports })
}

/// Reads a route: to where, and what follows `gateway`.
pub(super) fn route(to: &str, via: &[&str], family: Family) -> Result<Statement, String> {
    let network = if to == "default" {
        None
    } else {
        let network: IpNet = to.parse().map_err(|_| format!("'{to}' is no network"))?;
        if Family::of(network.addr()) != family {
            return Err(format!("'{to}' is of the other family"));
        }
        Some(network).filter(|network| network.prefix_len() > 0)
    };
    let via = match via {
        [kind @ ("pp" | "tunnel"), which] => Via::Interface(format!("{kind}{which}")),
        ["dhcp", interface] => Via::Interface((*interface).to_owned()),
        ["null"] => Via::Null,
        [address] => Via::Address(address.parse().map_err(|_| format!("'{address}' is no neighbour"))?),
        _ => return Err(format!("a route by '{}' depends on more than the destination", via.join(" "))),
    };
    Ok(Statement::Route(family, network, via))
}
