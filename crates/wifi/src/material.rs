//! What walls are made of and what that costs: a prior from physics, to be calibrated by a survey.
//!
//! Permittivity ε' = a and conductivity σ = c·f^d (f in GHz) are those of ITU-R P.2040 table 3; the loss of a slab is
//! that of its section 2.2.2 (one layer, all inner reflections), averaged over the two polarisations, over incidence
//! from 0° to 60° and over ±20 % of thickness, since no wall is as thick as it is drawn.

mod slab;

use crate::radio::{Band, Db};
use serde::{Deserialize, Serialize};

/// What a wall, door or slab is made of, in the thickness it usually has in a clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Material {
    /// Two plasterboards of 12.5 mm on studs, the usual partition.
    Plasterboard,
    /// Wood, 35 mm: also a wooden door.
    Wood,
    /// A pane of 6 mm.
    Glass,
    /// Brick or block, 100 mm.
    Brick,
    /// Concrete, 150 mm: outer walls, shafts, slabs.
    Concrete,
    /// Plywood, 12 mm.
    Plywood,
    /// Metal: lift cages, fire doors, cabinets, and the lead sheet of an X-ray room.
    Metal,
    /// A wall of which nothing is known but that it is drawn.
    Unknown,
    /// Desks, shelves, steps, fixtures: no wall, but many of them weaken a little.
    Clutter,
}

/// A material as the source of the constants describes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Electric {
    /// Relative permittivity.
    pub a: f64,
    /// Conductivity at 1 GHz in S/m.
    pub c: f64,
    /// Exponent of the conductivity over frequency.
    pub d: f64,
}

/// What metal costs in a building: the wave goes around by its gaps and frame rather than through it. The slab alone
/// would cost hundreds of dB, which no measurement behind a metal door has shown.
const METAL: [f64; 3] = [12.0, 15.0, 17.0];

impl Material {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Plasterboard,
        Self::Wood,
        Self::Glass,
        Self::Brick,
        Self::Concrete,
        Self::Plywood,
        Self::Metal,
        Self::Unknown,
        Self::Clutter,
    ];

    /// Constants and thickness in metres; `None` where the loss of one slab says nothing.
    #[must_use]
    pub const fn slab(self) -> Option<(Electric, f64)> {
        let (a, c, d, metres) = match self {
            Self::Plasterboard => (2.73, 0.0085, 0.9395, 0.025),
            Self::Wood => (1.99, 0.0047, 1.0718, 0.035),
            Self::Glass => (6.31, 0.0036, 1.3394, 0.006),
            Self::Brick => (3.91, 0.0238, 0.16, 0.1),
            Self::Concrete => (5.24, 0.0462, 0.7822, 0.15),
            Self::Plywood => (2.71, 0.33, 0.0, 0.012),
            Self::Metal | Self::Unknown | Self::Clutter => return None,
        };
        Some((Electric { a, c, d }, metres))
    }

    /// What one wall of it is expected to cost in `band`, before anything was measured. Positive dB.
    ///
    /// [`Material::Unknown`] costs what a partition between wood and brick does; a line of [`Material::Clutter`] costs
    /// nothing by itself.
    #[must_use]
    pub fn prior_loss(self, band: Band) -> Db {
        match (self, self.slab()) {
            (_, Some((electric, metres))) => slab_loss(electric, metres, band.typical_ghz()),
            (Self::Metal, None) => Db(METAL[band as usize]),
            (Self::Clutter, None) => Db(0.0),
            (_, None) => {
                let of = |m: Self| m.prior_loss(band).0;
                Db((of(Self::Plasterboard) + of(Self::Wood) + of(Self::Brick)) / 3.0)
            }
        }
    }
}

/// Mean loss of a slab of `metres` at `ghz`, as the module says. Positive dB.
#[must_use]
pub fn slab_loss(electric: Electric, metres: f64, ghz: f64) -> Db {
    const STEPS: usize = 25;
    let share = |i: usize| (i as f64 + 0.5) / STEPS as f64;
    let mut power = 0.0;
    for thickness in (0..STEPS).map(|i| metres * (0.8 + 0.4 * share(i))) {
        for angle in (0..STEPS).map(|i| share(i) * std::f64::consts::FRAC_PI_3) {
            power += slab::transmitted(electric, thickness, ghz, angle);
        }
    }
    Db(-10.0 * (power / (STEPS * STEPS) as f64).log10())
}
