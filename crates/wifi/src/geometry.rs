//! Where things are. Metres on a floor, x to the right and y up; every floor of a building shares the origin.

use crate::material::Material;
use serde::{Deserialize, Serialize};

/// More walls than any drawing of one floor needs; a drawing with more is refused rather than computed for minutes.
pub const MAX_WALLS: usize = 20_000;
/// The longest side of a floor in metres.
pub const MAX_SIDE: f64 = 2_000.0;
/// The shortest side of a floor in metres.
pub const MIN_SIDE: f64 = 0.5;

/// A spot on a floor in metres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

impl Point {
    /// A spot at `x`, `y` metres.
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Metres to `other`.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// Whether both coordinates are numbers within the largest floor around the origin.
    #[must_use]
    pub fn is_sane(self) -> bool {
        // NaN compares false, so it is refused here as well.
        self.x.abs() <= 10.0 * MAX_SIDE && self.y.abs() <= 10.0 * MAX_SIDE
    }
}

/// A straight line between two spots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// One end.
    pub a: Point,
    /// The other end.
    pub b: Point,
}

impl Segment {
    /// The line from `a` to `b`.
    #[must_use]
    pub const fn new(a: Point, b: Point) -> Self {
        Self { a, b }
    }

    /// Metres from end to end.
    #[must_use]
    pub fn length(self) -> f64 {
        self.a.distance(self.b)
    }
}

/// A wall as seen from above.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wall {
    /// Where it stands.
    pub segment: Segment,
    /// What it is made of, as far as anyone knows.
    pub material: Material,
}

/// An axis-parallel rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The corner with the smallest coordinates.
    pub min: Point,
    /// The corner with the largest coordinates.
    pub max: Point,
}

impl Bounds {
    /// The smallest rectangle around `points`; `None` without points.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().fold(None, |bounds: Option<Self>, p| {
            let b = bounds.unwrap_or(Self { min: p, max: p });
            Some(Self {
                min: Point::new(b.min.x.min(p.x), b.min.y.min(p.y)),
                max: Point::new(b.max.x.max(p.x), b.max.y.max(p.y)),
            })
        })
    }

    /// Metres from left to right.
    #[must_use]
    pub fn width(self) -> f64 {
        self.max.x - self.min.x
    }

    /// Metres from bottom to top.
    #[must_use]
    pub fn height(self) -> f64 {
        self.max.y - self.min.y
    }

    /// Whether `p` lies inside or on the edge.
    #[must_use]
    pub fn contains(self, p: Point) -> bool {
        (self.min.x..=self.max.x).contains(&p.x) && (self.min.y..=self.max.y).contains(&p.y)
    }
}

/// One floor: its walls and the rectangle that is predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedFloor")]
pub struct Floor {
    walls: Vec<Wall>,
    bounds: Bounds,
    storey: Storey,
}

/// What lies between this floor and its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Storey {
    /// The floor's number; the ground floor is 1, as in 1階.
    pub level: i16,
    /// Metres from this floor to the one above.
    pub height: f64,
    /// What the slab above it is made of.
    pub slab: Material,
}

impl Default for Storey {
    fn default() -> Self {
        Self { level: 1, height: 3.0, slab: Material::Concrete }
    }
}

/// Why a floor is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FloorError {
    /// A wall's end is NaN, infinite or kilometres away.
    #[error("wall {index} ends at a place that is no number or too far away; draw it again, or check the scale")]
    Wall {
        /// Which wall, counted from 1 as a person does.
        index: usize,
    },
    /// The floor is a line, a dot, or larger than any building.
    #[error(
        "the floor measures {width} m by {height} m; both sides must be between {MIN_SIDE} and {MAX_SIDE} m: \
         check the scale of the drawing"
    )]
    Size {
        /// Metres from left to right.
        width: f64,
        /// Metres from bottom to top.
        height: f64,
    },
    /// Too many walls.
    #[error(
        "the drawing has {count} walls and at most {MAX_WALLS} can be used; leave out furniture, hatching and text"
    )]
    TooManyWalls {
        /// How many there are.
        count: usize,
    },
    /// Storey height that is none.
    #[error("a storey {height} m high is not possible; say the metres from this floor to the one above (2 to 30)")]
    Storey {
        /// Metres as given.
        height: f64,
    },
}

#[derive(Deserialize)]
struct UncheckedFloor {
    walls: Vec<Wall>,
    bounds: Bounds,
    #[serde(default)]
    storey: Storey,
}

impl TryFrom<UncheckedFloor> for Floor {
    type Error = FloorError;

    fn try_from(floor: UncheckedFloor) -> Result<Self, FloorError> {
        Self::new(floor.walls, floor.bounds, floor.storey)
    }
}

impl Floor {
    /// A floor with these walls, predicted within `bounds`.
    ///
    /// # Errors
    /// Coordinates that are no numbers, a floor of no or absurd size, more walls than [`MAX_WALLS`].
    pub fn new(walls: Vec<Wall>, bounds: Bounds, storey: Storey) -> Result<Self, FloorError> {
        if walls.len() > MAX_WALLS {
            return Err(FloorError::TooManyWalls { count: walls.len() });
        }
        if let Some(at) = walls.iter().position(|w| !(w.segment.a.is_sane() && w.segment.b.is_sane())) {
            return Err(FloorError::Wall { index: at + 1 });
        }
        let (width, height) = (bounds.width(), bounds.height());
        let good = MIN_SIDE..=MAX_SIDE;
        if !(bounds.min.is_sane() && bounds.max.is_sane() && good.contains(&width) && good.contains(&height)) {
            return Err(FloorError::Size { width, height });
        }
        if !(2.0..=30.0).contains(&storey.height) {
            return Err(FloorError::Storey { height: storey.height });
        }
        Ok(Self { walls, bounds, storey })
    }

    /// The walls in the order given.
    #[must_use]
    pub fn walls(&self) -> &[Wall] {
        &self.walls
    }

    /// The rectangle that is predicted.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Height and slab.
    #[must_use]
    pub fn storey(&self) -> Storey {
        self.storey
    }
}
