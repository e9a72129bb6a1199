//! What was measured: a level per spot and access point, or that nothing was heard.

use crate::geometry::Point;
use crate::radio::{ApId, Band, Dbm};
use serde::{Deserialize, Serialize};

/// The strongest level anyone can measure: touching an antenna. A higher one is a mistake of the file.
pub const STRONGEST: Dbm = Dbm(0.0);
/// Below the noise of any receiver.
pub const WEAKEST: Dbm = Dbm(-120.0);

/// What measures. Phones differ by several dB, each by about the same everywhere, so each gets an offset.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub String);

/// One walk: one device in one hand on one day. An access point may send with another power on the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WalkId(pub String);

/// Who sent what was measured. The two differ by the powers of both ends and are never mixed without an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// Sent by the access point, measured by the device: what the map shows.
    #[default]
    Down,
    /// Sent by the device, measured by the access point.
    Up,
}

/// A level that can be one: between [`WEAKEST`] and [`STRONGEST`].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Level(f64);

/// A number that is no level.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error(
    "{0} is no received level; levels lie between {low:.0} and {high:.0} dBm: check the column and its sign",
    low = WEAKEST.0,
    high = STRONGEST.0
)]
pub struct ImpossibleLevel(pub f64);

impl TryFrom<f64> for Level {
    type Error = ImpossibleLevel;
    fn try_from(dbm: f64) -> Result<Self, ImpossibleLevel> {
        if (WEAKEST.0..=STRONGEST.0).contains(&dbm) { Ok(Self(dbm)) } else { Err(ImpossibleLevel(dbm)) }
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl Level {
    /// As a level against one milliwatt.
    #[must_use]
    pub fn dbm(self) -> Dbm {
        Dbm(self.0)
    }
}

/// One access point heard at one spot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Which access point.
    pub ap: ApId,
    /// In which band.
    pub band: Band,
    /// The mean of what was heard.
    pub level: Level,
    /// The part of the scans that heard it, above 0 and at most 1.
    pub share: f64,
}

/// One spot at which someone stood and scanned. An access point that is not in `heard` was listened for and not
/// heard: its level is known to be low (censored), not unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Where.
    pub at: Point,
    /// Which storey.
    pub level: i16,
    /// With what.
    pub device: DeviceId,
    /// On which walk.
    #[serde(default)]
    pub walk: WalkId,
    /// Which end measured.
    #[serde(default)]
    pub direction: Direction,
    /// The bands that were scanned. Silence in another band says nothing.
    pub bands: Vec<Band>,
    /// What was heard.
    pub heard: Vec<Heard>,
}

/// All that was measured on one or several walks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The spots, in any order.
    pub visits: Vec<Visit>,
}
