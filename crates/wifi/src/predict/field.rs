//! Levels of one access point on a grid.

use super::{approx, shadow};
use crate::geometry::{Bounds, Floor, Point, Segment};
use crate::material::Material;
use crate::propagation::{NEAREST, Propagation};
use crate::radio::{AccessPoint, Band, Db, Pattern};

/// Metres above the floor at which tablets and devices are held.
pub const DEVICE_HEIGHT: f64 = 1.0;
/// More cells than a screen or a report has points.
pub const MAX_CELLS: u64 = 4_000_000;

/// Square cells, named by their middles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid {
    /// Middle of the first cell.
    pub first: Point,
    /// Side of a cell, metres.
    pub step: f64,
    /// Cells from left to right.
    pub columns: u32,
    /// Cells from bottom to top.
    pub rows: u32,
}

/// A grid that would not end.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("cells of {step} m on this floor are {cells:.0}, of at most {MAX_CELLS}; choose a coarser grid")]
pub struct TooFine {
    /// Metres as asked for.
    pub step: f64,
    /// How many cells it would be.
    pub cells: f64,
}

impl Grid {
    /// Cells of `step` metres over `bounds`.
    ///
    /// # Errors
    /// More than [`MAX_CELLS`], or a step that is no length.
    pub fn over(bounds: Bounds, step: f64) -> Result<Self, TooFine> {
        let (columns, rows) = ((bounds.width() / step).ceil().max(1.0), (bounds.height() / step).ceil().max(1.0));
        let cells = columns * rows;
        if !(step > 0.0 && cells <= MAX_CELLS as f64) {
            return Err(TooFine { step, cells });
        }
        let first = Point::new(bounds.min.x + step / 2.0, bounds.min.y + step / 2.0);
        Ok(Self { first, step, columns: columns as u32, rows: rows as u32 })
    }

    /// How many cells.
    #[must_use]
    pub fn len(self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// Whether it has no cell.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Middles of the cells, row by row from the bottom.
    pub fn points(self) -> impl Iterator<Item = Point> {
        (0..self.rows).flat_map(move |row| (0..self.columns).map(move |column| self.point(column, row)))
    }

    /// The cell that `p` lies in, counted as in [`Grid::points`]; `None` outside.
    #[must_use]
    pub fn cell(self, p: Point) -> Option<usize> {
        let at = |value: f64, first: f64, count: u32| {
            let index = ((value - first) / self.step).round();
            (index >= 0.0 && index < f64::from(count)).then_some(index as usize)
        };
        let column = at(p.x, self.first.x, self.columns)?;
        Some(at(p.y, self.first.y, self.rows)? * self.columns as usize + column)
    }

    fn point(self, column: u32, row: u32) -> Point {
        Point::new(self.first.x + self.step * f64::from(column), self.first.y + self.step * f64::from(row))
    }
}

/// Levels in dBm, row by row from the bottom.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Where the cells are.
    pub grid: Grid,
    /// One per cell.
    pub dbm: Vec<f32>,
}

/// A floor's walls with their losses, made once for many access points.
pub struct Walls(Vec<(Segment, f32)>);

impl Walls {
    /// Of `floor`, under this law. What costs nothing is left out.
    #[must_use]
    pub fn new(floor: &Floor, law: &Propagation) -> Self {
        let cost = |m: Material| law.wall(m).0 as f32;
        let walls = floor.walls().iter().map(|w| (w.segment, cost(w.material)));
        Self(walls.filter(|(_, loss)| *loss > 0.0).collect())
    }
}

/// The level of `ap` in the law's band on each cell of the floor `level`; `None` if it has no such radio.
///
/// From another storey, every slab between costs its loss, the further ones less (COST 231, b = 0.46), and the walls of
/// the floor asked for are passed as drawn.
#[must_use]
pub fn predict(grid: Grid, walls: &Walls, floor: &Floor, ap: &AccessPoint, law: &Propagation) -> Option<Field> {
    let storeys = f64::from(ap.level) - f64::from(floor.storey().level);
    let rise = storeys * floor.storey().height;
    let slabs = slabs(storeys.abs(), floor.storey().slab, law.band);
    predict_through(grid, walls, ap, law, Between { rise, slabs })
}

/// What lies between the storey that is predicted and the one on which the access point hangs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// Metres from this floor up to that one.
    pub rise: f64,
    /// What the slabs between cost.
    pub slabs: Db,
}

/// As [`predict`], with what lies between told.
#[must_use]
pub fn predict_through(
    grid: Grid,
    walls: &Walls,
    ap: &AccessPoint,
    law: &Propagation,
    between: Between,
) -> Option<Field> {
    let radio = ap.radio(law.band)?;
    let rise = ap.height + between.rise - DEVICE_HEIGHT;
    let lost = law.reference.0 + between.slabs.0;
    let mut dbm = shadow::cast(grid, ap.at, &walls.0);
    let strongest = (radio.eirp.0 - lost) as f32;
    // 10·n·log10(d) = 5·n·log10(2)·log2(d²)
    let slope = (5.0 * law.exponent * std::f64::consts::LOG10_2) as f32;
    let (most, inverse) = (law.saturation.0 as f32, (-1.0 / law.saturation.0) as f32);
    let nearest = (NEAREST * NEAREST) as f32;
    let (step, left) = (grid.step as f32, (grid.first.x - ap.at.x) as f32);
    for (row, cells) in dbm.chunks_exact_mut(grid.columns as usize).enumerate() {
        let dy = grid.first.y + grid.step * row as f64 - ap.at.y;
        let beside = (dy * dy + rise * rise) as f32;
        for (column, cell) in cells.iter_mut().enumerate() {
            let dx = left + step * column as u32 as f32;
            let distance = slope * approx::log2((dx * dx + beside).max(nearest));
            // The running sum may leave a trace below zero where a shadow ends.
            let walls = most * (1.0 - approx::exp(cell.max(0.0) * inverse));
            *cell = strongest - distance - walls;
        }
    }
    if radio.pattern != Pattern::Round {
        for (cell, point) in dbm.iter_mut().zip(grid.points()) {
            *cell += radio.pattern.gain((point.y - ap.at.y).atan2(point.x - ap.at.x)).0 as f32;
        }
    }
    Some(Field { grid, dbm })
}

/// What `count` slabs of a material cost.
#[must_use]
pub fn slabs(count: f64, slab: Material, band: Band) -> Db {
    if count == 0.0 {
        return Db(0.0);
    }
    Db(slab.prior_loss(band).0 * count.powf((count + 2.0) / (count + 1.0) - 0.46))
}
