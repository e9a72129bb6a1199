//! How few columns could do at best: a Lagrangian bound (Held and Karp's subgradient on the relaxed demands), and a
//! search tree that raises it as long as its budget lasts.

use super::cover::Cover;

/// Steps of the subgradient at the root, and at every other node.
const ROOT_STEPS: usize = 600;
const NODE_STEPS: usize = 25;

/// What is decided of the columns.
#[derive(Clone)]
struct Node {
    /// `Some(true)` chosen, `Some(false)` excluded.
    decided: Vec<Option<bool>>,
    /// What each row still lacks.
    lacking: Vec<usize>,
    chosen: usize,
}

impl Node {
    fn choose(&mut self, cover: &Cover, column: usize) {
        self.decided[column] = Some(true);
        self.chosen += 1;
        cover.of(column).iter().for_each(|&r| self.lacking[r] = self.lacking[r].saturating_sub(1));
    }
}

/// What a search of the tree ended with.
pub(super) struct Bounded {
    /// The smallest cover known.
    pub(super) best: Vec<usize>,
    /// No cover has fewer columns.
    pub(super) least: usize,
}

/// Searches the tree of choices for a cover smaller than `best`, looking at no more than `nodes` nodes.
pub(super) fn bound(cover: &Cover, best: Vec<usize>, nodes: usize) -> Bounded {
    let root = Node {
        decided: vec![None; cover.columns()],
        lacking: cover.rows().iter().map(|r| r.demand).collect(),
        chosen: 0,
    };
    let mut prices: Vec<f64> = cover.rows().iter().map(|r| r.demand as f64 / r.columns.len() as f64).collect();
    let least = relax(cover, &root, &mut prices, best.len(), ROOT_STEPS).0.max(usize::from(!cover.rows().is_empty()));
    let mut tree = Tree { cover, best, left: nodes };
    let whole = tree.walk(root, &prices);
    // A tree walked to its end proves the best cover; one that was cut leaves the bound of its root.
    let least = if whole { tree.best.len() } else { least.min(tree.best.len()) };
    Bounded { best: tree.best, least }
}

/// The largest bound found below `best`, and what each free column would add to it.
fn relax(cover: &Cover, node: &Node, prices: &mut [f64], best: usize, steps: usize) -> (usize, f64, Vec<f64>) {
    let mut tried = prices.to_vec();
    let (mut most, mut costs_at_most) = (f64::NEG_INFINITY, vec![1.0; cover.columns()]);
    let (mut pace, mut since) = (1.0, 0);
    for _ in 0..steps {
        let mut costs = vec![1.0; cover.columns()];
        let mut value = node.chosen as f64;
        for (r, row) in cover.rows().iter().enumerate().filter(|(r, _)| node.lacking[*r] > 0) {
            value += tried[r] * node.lacking[r] as f64;
            row.columns.iter().for_each(|&c| costs[c] -= tried[r]);
        }
        let free = |c: usize| node.decided[c].is_none();
        value += (0..costs.len()).filter(|&c| free(c) && costs[c] < 0.0).map(|c| costs[c]).sum::<f64>();
        // How far the relaxed choice is from what each row lacks.
        let mut square = 0.0;
        let mut gap = vec![0.0; cover.rows().len()];
        for (r, row) in cover.rows().iter().enumerate().filter(|(r, _)| node.lacking[*r] > 0) {
            let taken = row.columns.iter().filter(|&&c| free(c) && costs[c] < 0.0).count();
            gap[r] = node.lacking[r] as f64 - taken as f64;
            square += gap[r] * gap[r];
        }
        if value > most + 1e-6 {
            most = value;
            prices.copy_from_slice(&tried);
            costs_at_most = costs;
            since = 0;
        } else {
            since += 1;
            if since % 15 == 0 {
                pace *= 0.6;
            }
        }
        if square == 0.0 || whole(most) >= best {
            break;
        }
        let stride = pace * (best as f64 - value).max(0.1) / square;
        tried.iter_mut().zip(&gap).for_each(|(price, gap)| *price = (*price + stride * gap).max(0.0));
    }
    (whole(most), most, costs_at_most)
}

/// The whole number of columns that a bound of so much stands for.
fn whole(bound: f64) -> usize {
    (bound - 1e-6).ceil().max(0.0) as usize
}

struct Tree<'a> {
    cover: &'a Cover,
    best: Vec<usize>,
    left: usize,
}

impl Tree<'_> {
    /// Whether everything below `node` was looked at.
    fn walk(&mut self, mut node: Node, prices: &[f64]) -> bool {
        if node.lacking.iter().all(|&l| l == 0) {
            if node.chosen < self.best.len() {
                self.best = (0..node.decided.len()).filter(|&c| node.decided[c] == Some(true)).collect();
            }
            return true;
        }
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let mut prices = prices.to_vec();
        let (least, value, costs) = relax(self.cover, &node, &mut prices, self.best.len(), NODE_STEPS);
        if least >= self.best.len() {
            return true;
        }
        // A column that would lift the bound to the best known cannot be in a better cover.
        for (decided, cost) in node.decided.iter_mut().zip(&costs) {
            if decided.is_none() && whole(value + cost.max(0.0)) >= self.best.len() {
                *decided = Some(false);
            }
        }
        let able = |r: usize| self.cover.rows()[r].columns.iter().copied().filter(|&c| node.decided[c].is_none());
        let lacking = (0..node.lacking.len()).filter(|&r| node.lacking[r] > 0);
        let Some(row) = lacking.min_by_key(|&r| able(r).count()) else { return true };
        let mut columns: Vec<usize> = able(row).collect();
        if columns.len() < node.lacking[row] {
            return true;
        }
        columns.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]));
        let mut whole = true;
        for column in columns {
            let mut child = node.clone();
            child.choose(self.cover, column);
            whole &= self.walk(child, &prices);
            // What follows is without it: those covers were looked at.
            node.decided[column] = Some(false);
        }
        whole
    }
}
