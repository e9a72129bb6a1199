//! What a policy opens, as plain data for screens: who talks to whom, the zones against each other, a map.
//!
//! Nothing here decides anything: it is all read off a [`crate::Policy`].

mod map;
mod matrix;
mod reach;

use serde::Serialize;

pub use map::{Area, Dot, Link, Map, map};
pub use matrix::{Cell, Matrix, matrix};
pub use reach::{Reach, Talk, reach};

use crate::policy::{Match, Policy, Side};

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// As it is typed in the clinic's file: `zone:office`, `ct`, `internet`; of a zone, its id.
    pub word: String,
    /// What people call it.
    pub name: String,
}

/// The sides of a policy in the order of rows and columns: the Internet, the gateway, the zones of the file.
fn sides(policy: &Policy) -> Vec<(Side, Named)> {
    let named = |side| match side {
        Side::Uplink => Named { word: "internet".to_owned(), name: "インターネット".to_owned() },
        Side::Gateway => Named { word: "gateway".to_owned(), name: "ゲートウェイ".to_owned() },
        Side::Zone(index) => {
            let zone = policy.zones.get(index);
            let text = |of: fn(&crate::policy::Zone) -> &String| zone.map(of).cloned().unwrap_or_default();
            Named { word: text(|zone| &zone.id), name: text(|zone| &zone.name) }
        }
    };
    let zones = (0..policy.zones.len()).map(Side::Zone);
    [Side::Uplink, Side::Gateway].into_iter().chain(zones).map(|side| (side, named(side))).collect()
}

/// Services by the names people have for them; what has none, by protocol and ports.
fn services(policy: &Policy, matches: &[Match]) -> Vec<String> {
    let mut left: Vec<Match> = matches.to_vec();
    let mut names = Vec::new();
    for service in &policy.services {
        let whole = !service.matches.is_empty() && service.matches.iter().all(|each| matches.contains(each));
        if whole && service.matches.iter().any(|each| left.contains(each)) {
            left.retain(|each| !service.matches.contains(each));
            names.push(service.name.clone());
        }
    }
    let ports = |range: &clinic::model::PortRange| {
        crate::boxes::ports_text((u128::from(range.first()), u128::from(range.last())))
    };
    names.extend(left.iter().map(|each| match each {
        Match::Tcp(range) => format!("{}/tcp", ports(range)),
        Match::Udp(range) => format!("{}/udp", ports(range)),
        Match::Ping => "ping".to_owned(),
    }));
    names
}
