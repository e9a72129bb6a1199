//! Who can reach a device, and whom it can reach.

use serde::Serialize;

use super::{Named, services};
use crate::policy::{End, Host, Policy, Reach as Spread, Spot};

/// Both directions of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Which device.
    pub device: Named,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// It is isolated: nothing passes, whatever is declared.
    pub quarantined: bool,
    /// Who can reach it, in the order of the file.
    pub from: Vec<Talk>,
    /// Whom it can reach.
    pub to: Vec<Talk>,
    /// Devices on its own link, which the gateway does not stand between.
    pub beside: Vec<Named>,
}

/// A conversation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Talk {
    /// The other end.
    pub peer: Named,
    /// Devices of the other end that have names.
    pub devices: Vec<Named>,
    /// By what.
    pub services: Vec<String>,
    /// The flow's id.
    pub flow: String,
    /// For what reason.
    pub why: String,
    /// Seconds after which it shuts by itself; none for what is declared.
    pub seconds_left: Option<u32>,
}

/// What concerns a device, by its id. None if the policy has no such device, or it has no address.
#[must_use]
pub fn reach(policy: &Policy, device: &str) -> Option<Reach> {
    let host = policy.hosts.iter().find(|host| host.id == device)?;
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (index, flow) in policy.open().enumerate() {
        let grant = index.checked_sub(policy.flows.len()).and_then(|index| policy.grants.get(index));
        let talk = |peer: &End, own: &Spot| Talk {
            peer: Named { word: peer.word.clone(), name: peer.name.clone() },
            devices: policy
                .hosts
                .iter()
                .filter(|other| other.side != own.side && is_in(peer, other))
                .map(named)
                .collect(),
            services: services(policy, &flow.matches),
            flow: flow.id.clone(),
            why: flow.why.clone(),
            seconds_left: grant.map(|grant| grant.seconds_left),
        };
        // Between two devices of one zone the gateway does not stand.
        let across = |end: &End, own: &Spot| end.spots.iter().any(|spot| spot.side != own.side);
        if let Some(own) = spot_of(&flow.to, host).filter(|own| across(&flow.from, own)) {
            from.push(talk(&flow.from, own));
        }
        if let Some(own) = spot_of(&flow.from, host).filter(|own| across(&flow.to, own)) {
            to.push(talk(&flow.to, own));
        }
    }
    let beside = policy.hosts.iter().filter(|other| other.side == host.side && other.id != host.id);
    Some(Reach {
        device: named(host),
        addresses: host.addresses.iter().map(ToString::to_string).collect(),
        quarantined: host.addresses.iter().any(|address| policy.quarantine.contains(address)),
        from,
        to,
        beside: beside.map(named).collect(),
    })
}

pub(super) fn named(host: &Host) -> Named {
    Named { word: host.id.clone(), name: host.name.clone() }
}

/// The spot of an end that holds a device.
fn spot_of<'a>(end: &'a End, host: &Host) -> Option<&'a Spot> {
    end.spots.iter().find(|spot| {
        spot.side == host.side
            && match &spot.reach {
                Spread::All => true,
                Spread::Nets(nets) => host.addresses.iter().any(|own| nets.iter().any(|net| net.contains(own))),
            }
    })
}

pub(super) fn is_in(end: &End, host: &Host) -> bool {
    spot_of(end, host).is_some()
}
