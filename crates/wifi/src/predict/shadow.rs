//! Losses of walls on a grid, row by row.
//!
//! Seen from an access point, a wall hides a convex region: what lies beyond its line, between the rays through its
//! ends. A row of cells meets a convex region in one interval. So a wall costs two additions per row (its loss where
//! the interval begins, the opposite where it ends), and one running sum per row yields what every cell has lost,
//! however many walls and cells there are.

use super::field::Grid;
use crate::geometry::{Point, Segment};

/// `a·x + b·y + c ≥ 0`, x and y in cells.
#[derive(Clone, Copy)]
struct Half {
    a: f64,
    b: f64,
    c: f64,
}

impl Half {
    /// Left of the line through `p` towards `q`.
    fn left_of(p: Point, q: Point) -> Self {
        let (dx, dy) = (q.x - p.x, q.y - p.y);
        Self { a: -dy, b: dx, c: dy * p.x - dx * p.y }
    }

    fn at(self, p: Point) -> f64 {
        self.a * p.x + self.b * p.y + self.c
    }

    fn turned(self, keep: bool) -> Self {
        if keep { self } else { Self { a: -self.a, b: -self.b, c: -self.c } }
    }
}

/// Bounds of an interval along a row, as lines over y: the largest of `low`, the smallest of `high`.
struct Shadow {
    low: [(f64, f64); 3],
    high: [(f64, f64); 3],
    rows: (f64, f64),
}

impl Shadow {
    /// What `wall` hides from `from`; `None` if it points straight at it. All in cells.
    fn of(from: Point, wall: Segment) -> Option<Self> {
        let line = Half::left_of(wall.a, wall.b);
        let side = line.at(from);
        if side == 0.0 {
            return None;
        }
        let halves = [
            line.turned(side < 0.0),
            Half::left_of(from, wall.a).turned(side > 0.0),
            Half::left_of(from, wall.b).turned(side < 0.0),
        ];
        let mut shadow = Self {
            low: [(0.0, f64::NEG_INFINITY); 3],
            high: [(0.0, f64::INFINITY); 3],
            rows: (f64::NEG_INFINITY, f64::INFINITY),
        };
        for (i, half) in halves.into_iter().enumerate() {
            // Where the border meets the row at y: x = -(b·y + c) / a.
            let border = (-half.b / half.a, -half.c / half.a);
            match half.a {
                a if a > 0.0 => shadow.low[i] = border,
                a if a < 0.0 => shadow.high[i] = border,
                // The border lies along the rows.
                _ if half.b > 0.0 => shadow.rows.0 = shadow.rows.0.max(-half.c / half.b),
                _ => shadow.rows.1 = shadow.rows.1.min(-half.c / half.b),
            }
        }
        // Nothing is hidden on the near side of a wall that lies wholly above or below.
        let (bottom, top) = (wall.a.y.min(wall.b.y), wall.a.y.max(wall.b.y));
        if bottom > from.y {
            shadow.rows.0 = shadow.rows.0.max(bottom);
        }
        if top < from.y {
            shadow.rows.1 = shadow.rows.1.min(top);
        }
        Some(shadow)
    }
}

/// Sum of `losses` over the walls between `from` and each cell of `grid`, row by row.
pub(super) fn cast(grid: Grid, from: Point, walls: &[(Segment, f32)]) -> Vec<f32> {
    let cells = |p: Point| Point::new((p.x - grid.first.x) / grid.step, (p.y - grid.first.y) / grid.step);
    let (columns, rows) = (grid.columns as usize, grid.rows as usize);
    // One more per row, where intervals end that reach the border.
    let stride = columns + 1;
    let mut sums = vec![0.0_f32; stride * rows];
    let from = cells(from);
    for (wall, loss) in walls {
        let Some(shadow) = Shadow::of(from, Segment::new(cells(wall.a), cells(wall.b))) else { continue };
        let first = shadow.rows.0.clamp(0.0, rows as f64).ceil() as usize;
        let last = (shadow.rows.1.clamp(-1.0, rows as f64 - 1.0) + 1.0) as usize;
        for y in first..last {
            let row = y as f64;
            let meet = |(slope, at): (f64, f64)| slope * row + at;
            let low = meet(shadow.low[0]).max(meet(shadow.low[1])).max(meet(shadow.low[2]));
            let high = meet(shadow.high[0]).min(meet(shadow.high[1])).min(meet(shadow.high[2]));
            // Cells above low, up to and with high; the cast cuts off, which is the floor of what is not negative.
            let begin = (low + 1.0).clamp(0.0, columns as f64) as usize;
            let end = (high + 1.0).clamp(0.0, columns as f64) as usize;
            if begin < end {
                sums[y * stride + begin] += loss;
                sums[y * stride + end] -= loss;
            }
        }
    }
    let mut out = Vec::with_capacity(columns * rows);
    for row in sums.chunks_exact(stride) {
        let mut sum = 0.0;
        out.extend(row[..columns].iter().map(|change| {
            sum += change;
            sum
        }));
    }
    out
}
