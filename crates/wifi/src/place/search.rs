//! A cover by fewer columns, searched for by exchanging one at a time: row-weighting local search (Gao et al., "An
//! efficient local search heuristic with row weighting for the unicost set covering problem", EJOR 2015), here for
//! demands above one too.

use super::cover::Cover;
use rand::Rng;
use rand::seq::IndexedRandom;

struct Search<'a> {
    cover: &'a Cover,
    chosen: Vec<bool>,
    /// How many chosen columns count in a row.
    count: Vec<usize>,
    /// Rows that stayed open long weigh more.
    weight: Vec<i64>,
    /// Weight that adding the column would close, or that removing it would open.
    score: Vec<i64>,
    /// Step at which the column was last changed.
    changed: Vec<usize>,
    /// Whether anything around the column changed since it was removed.
    fresh: Vec<bool>,
    /// Rows short of their demand, and where each stands in that list.
    open: Vec<usize>,
    at: Vec<usize>,
}

/// The smallest cover found within `steps` exchanges, starting from one that covers.
pub(super) fn improve(cover: &Cover, start: &[usize], steps: usize, random: &mut impl Rng) -> Vec<usize> {
    let mut best = start.to_vec();
    if best.len() < 2 {
        return best;
    }
    let mut search = Search::new(cover, start);
    let mut last_added = usize::MAX;
    for step in 1..=steps {
        while search.open.is_empty() {
            best = (0..cover.columns()).filter(|&c| search.chosen[c]).collect();
            let Some(cheapest) = search.cheapest(usize::MAX) else { return best };
            search.flip(cheapest, step);
        }
        let Some(out) = search.cheapest(last_added) else { break };
        search.flip(out, step);
        let Some(&row) = search.open.choose(random) else { continue };
        let able = cover.rows()[row].columns.iter().copied().filter(|&c| !search.chosen[c] && search.fresh[c]);
        let Some(into) = able.max_by_key(|&c| (search.score[c], std::cmp::Reverse(search.changed[c]))) else {
            continue;
        };
        search.flip(into, step);
        last_added = into;
        search.weigh();
    }
    if search.open.is_empty() {
        best = (0..cover.columns()).filter(|&c| search.chosen[c]).collect();
    }
    best
}

impl<'a> Search<'a> {
    fn new(cover: &'a Cover, start: &[usize]) -> Self {
        let (columns, rows) = (cover.columns(), cover.rows().len());
        let mut search = Self {
            cover,
            chosen: vec![false; columns],
            count: vec![0; rows],
            weight: vec![1; rows],
            score: (0..columns).map(|c| cover.of(c).len() as i64).collect(),
            changed: vec![0; columns],
            fresh: vec![true; columns],
            open: (0..rows).collect(),
            at: (0..rows).collect(),
        };
        start.iter().for_each(|&c| search.flip(c, 0));
        search
    }

    /// The chosen column whose removal opens least, the longest unchanged of equals.
    fn cheapest(&self, except: usize) -> Option<usize> {
        let chosen = (0..self.chosen.len()).filter(|&c| self.chosen[c] && c != except);
        chosen.min_by_key(|&c| (self.score[c], self.changed[c]))
    }

    /// Adds the column, or removes it.
    fn flip(&mut self, column: usize, step: usize) {
        let add = !self.chosen[column];
        self.chosen[column] = add;
        self.changed[column] = step;
        self.fresh[column] = add;
        for &r in self.cover.of(column) {
            let row = &self.cover.rows()[r];
            let before = self.count[r];
            self.count[r] = if add { before + 1 } else { before - 1 };
            // Adding helps below the demand; removing hurts at the demand and below.
            let (before, after) = (before as i64, self.count[r] as i64);
            let demand = row.demand as i64;
            let (helps, hurts) = (before < demand, before <= demand);
            let (helps_now, hurts_now) = (after < demand, after <= demand);
            let weight = self.weight[r];
            for &c in row.columns.iter().filter(|&&c| c != column) {
                self.fresh[c] = true;
                let (was, is) = if self.chosen[c] { (hurts, hurts_now) } else { (helps, helps_now) };
                self.score[c] += weight * (i64::from(is) - i64::from(was));
            }
            if helps != helps_now {
                self.set_open(r, helps_now);
            }
        }
        // What it closed by coming it opens by going, and the other way round.
        let counts = |r: &usize| {
            let (count, demand) = (self.count[*r], self.cover.rows()[*r].demand);
            self.weight[*r] * i64::from(if add { count <= demand } else { count < demand })
        };
        self.score[column] = self.cover.of(column).iter().map(counts).sum();
    }

    fn set_open(&mut self, row: usize, open: bool) {
        if open {
            self.at[row] = self.open.len();
            self.open.push(row);
        } else {
            let at = self.at[row];
            self.open.swap_remove(at);
            if let Some(&moved) = self.open.get(at) {
                self.at[moved] = at;
            }
        }
    }

    /// What is still open weighs more from now on.
    fn weigh(&mut self) {
        for &r in &self.open {
            self.weight[r] += 1;
            // An open row lacks something, so both adding and removing count.
            self.cover.rows()[r].columns.iter().for_each(|&c| self.score[c] += 1);
        }
    }
}
