//! The law of loss: distance, and walls whose cumulative loss saturates.
//!
//! `loss(d, w) = reference + 10·n·log10(d) + S·(1 − exp(−Σw / S))`, in dB and metres.
//!
//! Why saturating: what reaches a spot behind many walls went around them, through doors, corridors and off the
//! ceiling. The straight ray alone over-attenuates without bound; on measured floors the sum of walls never costs more
//! than some 20 to 30 dB (Lott and Forkel found the same non-linearity at 5.2 GHz).

use crate::geometry::Wall;
use crate::material::Material;
use crate::radio::{Band, Db};
use serde::{Deserialize, Serialize};

/// Nearer than this the far field does not hold, and nobody stands inside an access point. Metres.
pub const NEAREST: f64 = 1.0;

/// Loss between an access point and a spot, in one band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Propagation {
    /// Which band it is for.
    pub band: Band,
    /// Loss over the first metre.
    pub reference: Db,
    /// n: 2 in free space, less in corridors, more in clutter.
    pub exponent: f64,
    /// Loss of one wall of each material, in the order of [`Material::ALL`].
    pub walls: [Db; Material::ALL.len()],
    /// The most that walls cost together.
    pub saturation: Db,
}

impl Propagation {
    /// Before anything was measured: free space to the first metre, the exponent that fits offices, walls by
    /// ITU-R P.2040, and the saturation that both found.
    #[must_use]
    pub fn prior(band: Band) -> Self {
        Self {
            band,
            reference: free_space(1.0, band.typical_ghz()),
            exponent: 2.2,
            walls: Material::ALL.map(|m| m.prior_loss(band)),
            saturation: Db(25.0),
        }
    }

    /// What one such wall costs when it stands alone.
    #[must_use]
    pub fn wall(&self, material: Material) -> Db {
        self.walls[material as usize]
    }

    /// The walls' losses, wall by wall.
    #[must_use]
    pub fn losses(&self, walls: &[Wall]) -> Vec<f64> {
        walls.iter().map(|w| self.wall(w.material).0).collect()
    }

    /// Loss over `metres` through walls that would cost `through` if losses simply added up.
    #[must_use]
    pub fn loss(&self, metres: f64, through: Db) -> Db {
        let distance = 10.0 * self.exponent * metres.max(NEAREST).log10();
        Db(self.reference.0 + distance + self.saturated(through).0)
    }

    /// What walls of the sum `through` cost together.
    #[must_use]
    pub fn saturated(&self, through: Db) -> Db {
        Db(self.saturation.0 * (1.0 - (-through.0 / self.saturation.0).exp()))
    }
}

/// Loss over `metres` of empty space at `ghz` (Friis).
#[must_use]
pub fn free_space(metres: f64, ghz: f64) -> Db {
    Db(20.0 * (metres * ghz).log10() + 32.447_78)
}
