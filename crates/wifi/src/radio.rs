//! What sends: access points, their radios and antennas.

use crate::geometry::Point;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A level against one milliwatt. Differences of levels are [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Dbm(pub f64);

/// A gain (positive) or loss (negative).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Db(pub f64);

impl std::ops::Sub for Dbm {
    type Output = Db;
    fn sub(self, other: Self) -> Db {
        Db(self.0 - other.0)
    }
}

impl std::ops::Add<Db> for Dbm {
    type Output = Self;
    fn add(self, gain: Db) -> Self {
        Self(self.0 + gain.0)
    }
}

impl fmt::Display for Dbm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} dBm", self.0)
    }
}

/// A frequency band of Wi-Fi.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Band {
    /// 2.4 GHz.
    #[serde(rename = "2.4")]
    Two,
    /// 5 GHz.
    #[serde(rename = "5")]
    Five,
    /// 6 GHz.
    #[serde(rename = "6")]
    Six,
}

impl Band {
    /// All, lowest first.
    pub const ALL: [Self; 3] = [Self::Two, Self::Five, Self::Six];

    /// The name in files and on the command line: `2.4`, `5`, `6`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Two => "2.4",
            Self::Five => "5",
            Self::Six => "6",
        }
    }

    /// A frequency in the middle of the band, for losses when no channel is known.
    #[must_use]
    pub const fn typical_ghz(self) -> f64 {
        match self {
            Self::Two => 2.442,
            Self::Five => 5.5,
            Self::Six => 6.175,
        }
    }

    /// The band `mhz` lies in.
    #[must_use]
    pub fn of_mhz(mhz: f64) -> Option<Self> {
        match mhz {
            2_400.0..=2_500.0 => Some(Self::Two),
            5_150.0..=5_895.0 => Some(Self::Five),
            5_925.0..=7_125.0 => Some(Self::Six),
            _ => None,
        }
    }
}

impl std::str::FromStr for Band {
    type Err = UnknownBand;
    fn from_str(text: &str) -> Result<Self, UnknownBand> {
        // What is repeated in a message is short and printable.
        let shown = || text.chars().take(20).map(|c| if c.is_control() { '·' } else { c }).collect();
        Self::ALL.into_iter().find(|b| b.name() == text).ok_or_else(|| UnknownBand(shown()))
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no band.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no band; write 2.4, 5 or 6")]
pub struct UnknownBand(String);

/// A channel's width in MHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Width {
    /// 20 MHz.
    W20,
    /// 40 MHz.
    W40,
    /// 80 MHz.
    W80,
    /// 160 MHz.
    W160,
    /// 320 MHz.
    W320,
}

impl Width {
    /// In MHz.
    #[must_use]
    pub const fn mhz(self) -> f64 {
        match self {
            Self::W20 => 20.0,
            Self::W40 => 40.0,
            Self::W80 => 80.0,
            Self::W160 => 160.0,
            Self::W320 => 320.0,
        }
    }
}

/// The part of the spectrum that a radio uses.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// The middle of the whole width in MHz.
    pub centre_mhz: f64,
    /// How wide.
    pub width: Width,
}

impl Channel {
    /// MHz that both use.
    #[must_use]
    pub fn overlap(self, other: Self) -> f64 {
        let half = |c: Self| c.width.mhz() / 2.0;
        let low = (self.centre_mhz - half(self)).max(other.centre_mhz - half(other));
        let high = (self.centre_mhz + half(self)).min(other.centre_mhz + half(other));
        (high - low).max(0.0)
    }
}

/// How the gain depends on direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Pattern {
    /// The same all around, which most ceiling access points come close to.
    #[default]
    Round,
    /// One main lobe: the gain falls with the square of the angle, down to the front-to-back ratio (3GPP TR 38.901
    /// table 7.3-1, horizontal part).
    Lobe {
        /// Where it looks: radians from the x axis, counter-clockwise.
        azimuth: f64,
        /// Full angle between the points 3 dB below the middle, in radians.
        width: f64,
        /// The most that is lost to the back.
        front_to_back: Db,
    },
}

impl Pattern {
    /// Gain towards `angle` (radians from the x axis) against the strongest direction; never positive.
    #[must_use]
    pub fn gain(&self, angle: f64) -> Db {
        match *self {
            Self::Round => Db(0.0),
            Self::Lobe { azimuth, width, front_to_back } => {
                let off =
                    (angle - azimuth + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI;
                Db(-(12.0 * (off / width.max(1e-3)).powi(2)).min(front_to_back.0.abs()))
            }
        }
    }
}

/// One band of an access point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Radio {
    /// Which band.
    pub band: Band,
    /// Which part of it.
    pub channel: Channel,
    /// Sent power with the antenna's gain in its strongest direction.
    pub eirp: Dbm,
    /// Where the antenna looks.
    #[serde(default)]
    pub pattern: Pattern,
}

/// What names an access point; the name stays when it is moved or replaced.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApId(pub String);

impl fmt::Display for ApId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An access point on a floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Its name.
    pub id: ApId,
    /// Where it hangs.
    pub at: Point,
    /// Metres above the floor.
    pub height: f64,
    /// Which storey's floor it hangs above.
    pub level: i16,
    /// At most one per band.
    pub radios: Vec<Radio>,
}

impl AccessPoint {
    /// Its radio in `band`.
    #[must_use]
    pub fn radio(&self, band: Band) -> Option<&Radio> {
        self.radios.iter().find(|r| r.band == band)
    }
}
