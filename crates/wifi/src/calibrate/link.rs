//! A reading as the model sees it.

use crate::geometry::Point;

/// An access point, a spot, a device and a band, with what lies between.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Which access point.
    pub ap: usize,
    /// Where it hangs.
    pub from: Point,
    /// Which visit; links of one visit were measured together.
    pub visit: usize,
    /// Where the device was.
    pub to: Point,
    /// Which device.
    pub device: usize,
    /// Which walk: one device in one hand on one day, with the power that access points had then.
    pub walk: usize,
    /// Whether it is of the second band, which is only there to help the first.
    pub second: bool,
    /// Carrier frequency.
    pub ghz: f64,
    /// Power as declared, dBm.
    pub eirp: f64,
    /// Walls passed, as multiples of an unknown wall's prior loss.
    pub walls: f64,
    /// Passed kinds of material, each saturated to 0..1.
    pub extra: [f64; 4],
    /// The part of the scans that heard it: 0 to 1.
    pub share: f64,
    /// The device's noise against that of all: a factor on the variance.
    pub unsteady: f64,
}

/// A link and what was measured on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Where and with what.
    pub link: Link,
    /// dBm.
    pub level: f64,
    /// How much less it is trusted than others of its device: a factor on the variance, 1 unless it stands out.
    pub doubt: f64,
    /// Variance of `level` beyond the model's own noise: large for what stands for a link that was not heard.
    pub vague: f64,
}
