//! Lines of equal value: marching squares, the pieces joined end to end.

use std::collections::{BTreeMap, BTreeSet};

/// An edge between two neighbouring cells: the lower or left one, and whether it goes upwards.
type Edge = (usize, bool);

/// Chains of points in cells (0 is the middle of the first) at which `values` pass `level`; `columns` values a row.
pub(super) fn chains(columns: usize, values: &[f32], level: f32) -> Vec<Vec<(f32, f32)>> {
    let mut next: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    let rows = values.len().checked_div(columns).unwrap_or(0);
    for y in 0..rows.saturating_sub(1) {
        for x in 0..columns.saturating_sub(1) {
            let cell = y * columns + x;
            for (a, b) in pieces(cell, columns, values, level) {
                next.entry(a).or_default().push(b);
                next.entry(b).or_default().push(a);
            }
        }
    }
    let mut seen = BTreeSet::new();
    // Open chains from their ends, then rings from anywhere.
    let ends: Vec<Edge> = next.iter().filter(|(_, to)| to.len() == 1).map(|(edge, _)| *edge).collect();
    let starts: Vec<Edge> = ends.into_iter().chain(next.keys().copied()).collect();
    let mut chains = Vec::new();
    for start in starts {
        if !seen.insert(start) {
            continue;
        }
        let mut chain = vec![start];
        let mut now = start;
        while let Some(to) = next[&now].iter().find(|to| !seen.contains(*to)) {
            now = *to;
            seen.insert(now);
            chain.push(now);
        }
        if chain.len() > 2 && next[&now].contains(&start) {
            chain.push(start);
        }
        if chain.len() > 1 {
            chains.push(chain.into_iter().map(|edge| point(edge, columns, values, level)).collect());
        }
    }
    chains
}

/// The pieces of line within the square whose lower left corner is `cell`.
fn pieces(cell: usize, columns: usize, values: &[f32], level: f32) -> Vec<(Edge, Edge)> {
    let corners = [cell, cell + 1, cell + columns + 1, cell + columns];
    let above = corners.map(|c| values[c] >= level);
    // Bottom, right, top, left.
    let edges = [(cell, false), (cell + 1, true), (cell + columns, false), (cell, true)];
    let passed: Vec<Edge> = (0..4).filter(|&i| above[i] != above[(i + 1) % 4]).map(|i| edges[i]).collect();
    match passed[..] {
        [a, b] => vec![(a, b)],
        [a, b, c, d] => {
            // A saddle: the mean says which corners belong together.
            let mean = corners.iter().map(|&c| values[c]).sum::<f32>() / 4.0;
            if (mean >= level) == above[0] { vec![(a, b), (c, d)] } else { vec![(d, a), (b, c)] }
        }
        _ => Vec::new(),
    }
}

fn point((cell, up): Edge, columns: usize, values: &[f32], level: f32) -> (f32, f32) {
    let other = if up { cell + columns } else { cell + 1 };
    let (a, b) = (values[cell], values[other]);
    let along = if (b - a).is_finite() { ((level - a) / (b - a)).clamp(0.0, 1.0) } else { 0.5 };
    let (x, y) = ((cell % columns) as f32, (cell / columns) as f32);
    if up { (x, y + along) } else { (x + along, y) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hill_has_a_ring_and_a_slope_a_line() {
        let hill: Vec<f32> = (0..49).map(|i| 10.0 - ((i % 7 - 3) as f32).hypot((i / 7 - 3) as f32)).collect();
        let rings = chains(7, &hill, 8.0);
        assert_eq!(rings.len(), 1);
        assert_eq!(rings[0].first(), rings[0].last());
        assert!(rings[0].iter().all(|(x, y)| ((x - 3.0).hypot(y - 3.0) - 2.0).abs() < 0.35), "{rings:?}");
        let slope: Vec<f32> = (0..20).map(|i| (i % 5) as f32).collect();
        assert_eq!(chains(5, &slope, 1.5), [vec![(1.5, 0.0), (1.5, 1.0), (1.5, 2.0), (1.5, 3.0)]]);
        assert!(
            chains(5, &slope, 9.0).is_empty() && chains(1, &slope, 1.5).is_empty() && chains(0, &[], 1.0).is_empty()
        );
    }
}
