//! Rooms: where a level is needed, and what is needed there.

use crate::geometry::{Bounds, Point};
use crate::predict::outlook::Target;
use serde::{Deserialize, Serialize};

/// A room and what its devices need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// What people call it.
    pub name: String,
    /// Its corners in order; the last joins the first.
    pub corners: Vec<Point>,
    /// What each spot in it must have.
    pub target: Target,
}

impl Room {
    /// A room of the whole rectangle, for a drawing that says nothing of rooms.
    #[must_use]
    pub fn whole(name: impl Into<String>, bounds: Bounds, target: Target) -> Self {
        let (min, max) = (bounds.min, bounds.max);
        let corners = vec![min, Point::new(max.x, min.y), max, Point::new(min.x, max.y)];
        Self { name: name.into(), corners, target }
    }

    /// Whether `p` lies within its corners (even-odd rule; the lower and left edges belong to it).
    #[must_use]
    pub fn contains(&self, p: Point) -> bool {
        let n = self.corners.len();
        let passes = |i: &usize| {
            let (a, b) = (self.corners[*i], self.corners[(*i + 1) % n]);
            (a.y > p.y) != (b.y > p.y) && p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)
        };
        (0..n).filter(passes).count() % 2 == 1
    }

    /// The rectangle around it; `None` without corners.
    #[must_use]
    pub fn bounds(&self) -> Option<Bounds> {
        Bounds::around(self.corners.iter().copied())
    }

    /// The spots `step` metres apart that lie in it; its middle at least, so that a closet counts too.
    #[must_use]
    pub fn spots(&self, step: f64) -> Vec<Point> {
        let Some(bounds) = self.bounds() else { return Vec::new() };
        let count = |side: f64| (side / step).ceil().clamp(1.0, 4_000.0);
        let (columns, rows) = (count(bounds.width()), count(bounds.height()));
        let (dx, dy) = (bounds.width() / columns, bounds.height() / rows);
        let at = |column: u32, row: u32| {
            let (x, y) = (f64::from(column) + 0.5, f64::from(row) + 0.5);
            Point::new(bounds.min.x + x * dx, bounds.min.y + y * dy)
        };
        let all = (0..rows as u32).flat_map(|row| (0..columns as u32).map(move |column| at(column, row)));
        let inside: Vec<Point> = all.filter(|p| self.contains(*p)).collect();
        if inside.is_empty() {
            let n = self.corners.len() as f64;
            let sum = self.corners.iter().fold((0.0, 0.0), |s, p| (s.0 + p.x, s.1 + p.y));
            return vec![Point::new(sum.0 / n, sum.1 / n)];
        }
        inside
    }
}
