//! Choosing as few columns as possible so that every row is covered often enough (set multicover): a column is a place
//! for an access point, a row is a spot and how many access points it must hear.

use std::collections::BTreeMap;

/// A demand: of these columns at least so many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    /// Which columns count, ascending.
    pub columns: Vec<usize>,
    /// How many of them are needed; never more than there are.
    pub demand: usize,
}

/// The whole problem.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cover {
    columns: usize,
    rows: Vec<Row>,
    /// Rows of each column.
    of: Vec<Vec<usize>>,
}

impl Cover {
    /// A problem of so many columns. Columns beyond them and demands that no choice meets are left out of the rows.
    #[must_use]
    pub fn new(columns: usize, rows: impl IntoIterator<Item = Row>) -> Self {
        let mut unique = BTreeMap::new();
        for mut row in rows {
            row.columns.retain(|&c| c < columns);
            row.columns.sort_unstable();
            row.columns.dedup();
            if row.demand > 0 && row.demand <= row.columns.len() {
                let demand = unique.entry(row.columns).or_insert(0);
                *demand = row.demand.max(*demand);
            }
        }
        let rows: Vec<Row> = unique.into_iter().map(|(columns, demand)| Row { columns, demand }).collect();
        let mut of = vec![Vec::new(); columns];
        for (r, row) in rows.iter().enumerate() {
            row.columns.iter().for_each(|&c| of[c].push(r));
        }
        Self { columns, rows, of }
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The demands.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows in which `column` counts.
    #[must_use]
    pub fn of(&self, column: usize) -> &[usize] {
        &self.of[column]
    }

    /// Whether every row has what it demands.
    #[must_use]
    pub fn is_covered_by(&self, chosen: &[usize]) -> bool {
        let met = |row: &Row| chosen.iter().filter(|c| row.columns.binary_search(c).is_ok()).count() >= row.demand;
        self.rows.iter().all(met)
    }

    /// The same problem without what cannot matter: a row that is met wherever another is, and, where one access point
    /// suffices everywhere, a column whose rows another column has too. Columns keep their numbers.
    #[must_use]
    pub fn reduced(&self) -> Self {
        let mut now = self.clone();
        loop {
            let rows = without_implied(&now.rows, self.columns);
            let mut next = Self::new(self.columns, rows);
            if next.rows.iter().all(|r| r.demand == 1) {
                let kept = undominated(&next);
                let keep = |row: &Row| Row {
                    columns: row.columns.iter().copied().filter(|&c| kept[c]).collect(),
                    demand: row.demand,
                };
                next = Self::new(self.columns, next.rows.iter().map(keep).collect::<Vec<_>>());
            }
            if next == now {
                return now;
            }
            now = next;
        }
    }

    /// The column that meets most open demands, again and again; then without those that turned out to be needless.
    #[must_use]
    pub fn greedy(&self) -> Vec<usize> {
        let mut open: Vec<usize> = self.rows.iter().map(|r| r.demand).collect();
        let mut chosen: Vec<usize> = Vec::new();
        while open.iter().any(|&o| o > 0) {
            let gain = |c: usize| self.of[c].iter().filter(|&&r| open[r] > 0).count();
            let free = (0..self.columns).filter(|c| !chosen.contains(c));
            // The first of the best, so that the answer does not depend on anything else.
            let Some(best) = free.min_by_key(|&c| std::cmp::Reverse(gain(c))) else { break };
            self.of[best].iter().for_each(|&r| open[r] = open[r].saturating_sub(1));
            chosen.push(best);
        }
        self.pruned(chosen)
    }

    /// `chosen` without what is needless, the last chosen tried first.
    #[must_use]
    pub fn pruned(&self, mut chosen: Vec<usize>) -> Vec<usize> {
        let mut count = vec![0_usize; self.rows.len()];
        chosen.iter().flat_map(|&c| &self.of[c]).for_each(|&r| count[r] += 1);
        for i in (0..chosen.len()).rev() {
            let rows = &self.of[chosen[i]];
            if rows.iter().all(|&r| count[r] > self.rows[r].demand) {
                rows.iter().for_each(|&r| count[r] -= 1);
                chosen.remove(i);
            }
        }
        chosen.sort_unstable();
        chosen
    }
}

/// Sets of numbers as bits.
fn bits(members: &[usize], size: usize) -> Vec<u64> {
    let mut words = vec![0; size.div_ceil(64)];
    members.iter().for_each(|m| words[m / 64] |= 1 << (m % 64));
    words
}

fn within(small: &[u64], large: &[u64]) -> bool {
    small.iter().zip(large).all(|(s, l)| s & !l == 0)
}

fn without_implied(rows: &[Row], columns: usize) -> Vec<Row> {
    let sets: Vec<Vec<u64>> = rows.iter().map(|r| bits(&r.columns, columns)).collect();
    // Short rows imply long ones, so the short are looked at first.
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&r| (rows[r].columns.len(), std::cmp::Reverse(rows[r].demand), r));
    let mut kept: Vec<usize> = Vec::new();
    for r in order {
        let implied = kept.iter().any(|&k| rows[k].demand >= rows[r].demand && within(&sets[k], &sets[r]));
        if !implied {
            kept.push(r);
        }
    }
    kept.into_iter().map(|r| rows[r].clone()).collect()
}

fn undominated(cover: &Cover) -> Vec<bool> {
    let sets: Vec<Vec<u64>> = cover.of.iter().map(|rows| bits(rows, cover.rows.len())).collect();
    let mut order: Vec<usize> = (0..cover.columns).filter(|&c| !cover.of[c].is_empty()).collect();
    order.sort_by_key(|&c| (std::cmp::Reverse(cover.of[c].len()), c));
    let mut kept: Vec<usize> = Vec::new();
    for c in order {
        if !kept.iter().any(|&k| within(&sets[c], &sets[k])) {
            kept.push(c);
        }
    }
    let mut is_kept = vec![false; cover.columns];
    kept.into_iter().for_each(|c| is_kept[c] = true);
    is_kept
}
