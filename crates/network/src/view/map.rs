//! The map: zones as areas around the gateway, devices in them, flows as lines between both.
//!
//! Lengths are in rows of text: a screen multiplies them by its own line height. The same policy gives the same
//! map, and a device that comes moves only what stands below it.

use serde::Serialize;

use super::reach::{is_in, named};
use super::{Named, sides};
use crate::policy::{End, Policy, Side};

/// Width of an area, and of the gap between two.
const WIDTH: u32 = 16;
const GAP: u32 = 4;
/// Rows of an area besides its devices: its name and a margin.
const HEAD: u32 = 2;

/// A drawing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Map {
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// The Internet, the gateway, the zones.
    pub areas: Vec<Area>,
    /// Devices.
    pub devices: Vec<Dot>,
    /// Flows, those between the same two ends together.
    pub links: Vec<Link>,
}

/// A side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Which.
    pub side: Named,
    /// Its left edge.
    pub x: u32,
    /// Its upper edge.
    pub y: u32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// A device in its area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dot {
    /// Which.
    pub device: Named,
    /// The word of its area.
    pub area: String,
    /// Its place.
    pub x: u32,
    /// Its row.
    pub y: u32,
}

/// A line from one to the other: words of devices or of areas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// Ids of the flows.
    pub flows: Vec<String>,
}

/// The map of a policy. Zones stand left and right of the gateway, each where there is more room; the Internet is
/// above it.
#[must_use]
pub fn map(policy: &Policy) -> Map {
    let (mut left, mut right) = (GAP, GAP);
    let (mut areas, mut devices) = (Vec::new(), Vec::new());
    let middle = GAP + WIDTH + GAP;
    for (side, own) in sides(policy) {
        let hosts: Vec<_> = policy.hosts.iter().filter(|host| host.side == side).collect();
        let height = HEAD + u32::try_from(hosts.len()).unwrap_or(u32::MAX).max(1);
        let on_left = left <= right;
        let (x, y) = match side {
            Side::Uplink => (middle, GAP),
            Side::Gateway => (middle, GAP + height + GAP),
            Side::Zone(_) if on_left => (GAP, left),
            Side::Zone(_) => (middle + WIDTH + GAP, right),
        };
        if matches!(side, Side::Zone(_)) {
            *if on_left { &mut left } else { &mut right } += height + GAP;
        }
        devices.extend(hosts.iter().zip(1..).map(|(host, row)| Dot {
            device: named(host),
            area: own.word.clone(),
            x: x + 1,
            y: y + row,
        }));
        areas.push(Area { side: own, x, y, width: WIDTH, height });
    }
    let height = areas.iter().map(|area| area.y + area.height + GAP).max().unwrap_or(0);
    Map { width: middle + WIDTH + GAP + WIDTH + GAP, height, areas, devices, links: links(policy) }
}

fn links(policy: &Policy) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for flow in policy.open() {
        for from in ends(policy, &flow.from) {
            for to in ends(policy, &flow.to).into_iter().filter(|to| to.0 != from.0) {
                match links.iter_mut().find(|link| (&link.from, &link.to) == (&from.1, &to.1)) {
                    Some(link) => link.flows.push(flow.id.clone()),
                    None => links.push(Link { from: from.1.clone(), to: to.1, flows: vec![flow.id.clone()] }),
                }
            }
        }
    }
    links
}

/// What a line begins or ends at, with its side: the devices that are meant, or the whole area.
fn ends(policy: &Policy, end: &End) -> Vec<(Side, String)> {
    let sides = sides(policy);
    let spots = end.spots.iter().flat_map(|spot| {
        let whole = spot.reach == crate::policy::Reach::All;
        let hosts = policy.hosts.iter().filter(|host| !whole && host.side == spot.side && is_in(end, host));
        let hosts: Vec<(Side, String)> = hosts.map(|host| (host.side, host.id.clone())).collect();
        let area = || sides.iter().filter(|(side, _)| *side == spot.side).map(|(side, own)| (*side, own.word.clone()));
        if hosts.is_empty() { area().collect() } else { hosts }
    });
    spots.collect()
}
