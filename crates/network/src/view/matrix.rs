//! The zones against each other.

use serde::Serialize;

use super::{Named, services, sides};
use crate::policy::{Match, Policy};

/// Who may begin conversations with whom: a row calls a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Rows and columns alike: the Internet, the gateway, the zones in the order of the file.
    pub sides: Vec<Named>,
    /// Cells by row, then column.
    pub cells: Vec<Vec<Cell>>,
}

/// One pair of sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Ids of the declared flows that are open.
    pub flows: Vec<String>,
    /// Ids of what a vendor was let in by, for a while.
    pub grants: Vec<String>,
    /// Services of all of them.
    pub services: Vec<String>,
    /// A zone with itself: the gateway does not stand between.
    pub within: bool,
}

/// The matrix of a policy.
#[must_use]
pub fn matrix(policy: &Policy) -> Matrix {
    let sides = sides(policy);
    let cell = |from, to| {
        let mut cell = Cell { within: from == to, ..Cell::default() };
        let mut matches: Vec<Match> = Vec::new();
        for (index, flow) in policy.open().enumerate().filter(|_| from != to) {
            let at = |spots: &[crate::policy::Spot], side| spots.iter().any(|spot| spot.side == side);
            if at(&flow.from.spots, from) && at(&flow.to.spots, to) {
                let list = if index < policy.flows.len() { &mut cell.flows } else { &mut cell.grants };
                list.push(flow.id.clone());
                matches.extend(&flow.matches);
            }
        }
        matches.sort_unstable();
        matches.dedup();
        Cell { services: services(policy, &matches), ..cell }
    };
    let cells = sides.iter().map(|(from, _)| sides.iter().map(|(to, _)| cell(*from, *to)).collect()).collect();
    Matrix { sides: sides.into_iter().map(|(_, named)| named).collect(), cells }
}
