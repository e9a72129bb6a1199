//! What is learnt about a building, with what is expected before anything was measured.
//!
//! Every parameter is positive and kept as its logarithm, with a normal prior on that: the typical value is what radio
//! in buildings usually shows, the spread is a factor within which two thirds of buildings are thought to lie. No value
//! comes from one particular floor.

/// One parameter's name, typical value and spread (standard deviation of the logarithm).
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// As printed.
    pub name: &'static str,
    /// The value at which the prior is highest.
    pub typical: f64,
    /// Standard deviation of the natural logarithm.
    pub spread: f64,
}

macro_rules! parameters {
    ($($(#[$doc:meta])* $id:ident: $name:literal, $typical:literal, $spread:literal;)*) => {
        /// Names a parameter.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Parameter { $($(#[$doc])* $id),* }
        /// All of them in the order of [`Parameter`].
        pub const EXPECTED: &[Expected] = &[
            $(Expected { name: $name, typical: $typical, spread: $spread }),*
        ];
    };
}

parameters! {
    /// dB per decade of distance by which the building's slope differs from the expected one.
    Slope: "slope_db", 6.0, 0.3;
    /// dB by which saturated walls differ from the expected loss.
    Wall: "wall_db", 8.0, 0.5;
    /// dB by which a kind of material differs.
    Material: "material_db", 1.0, 1.0;
    /// dB between access points of the same kind: power, mounting.
    Ap: "ap_db", 3.0, 0.7;
    /// dB per decade between access points.
    ApSlope: "ap_slope_db", 3.0, 0.7;
    /// dB between access points in what walls cost.
    ApWall: "ap_wall_db", 2.0, 0.7;
    /// dB between devices.
    Device: "device_db", 4.0, 0.5;
    /// dB per decade between devices.
    DeviceSlope: "device_slope_db", 1.0, 0.7;
    /// dB by which an access point differs between walks.
    ApWalk: "ap_walk_db", 2.0, 0.7;
    /// dB shared by all that was heard on one visit: how the device was held.
    Visit: "visit_db", 1.0, 0.7;
    /// dB shared by all access points around a spot.
    Spot: "spot_db", 2.0, 0.7;
    /// dB shared by links that begin and end near each other: they pass the same things.
    Link: "link_db", 4.0, 0.7;
    /// dB of one access point around a spot.
    Near: "near_db", 3.0, 0.7;
    /// dB of one access point in a direction.
    Direction: "direction_db", 4.0, 0.7;
    /// dB by which distance and walls act otherwise than the law says.
    Shape: "shape_db", 2.0, 0.7;
    /// dB of chance, body and multipath.
    Noise: "noise_db", 3.0, 0.5;
    /// dB more when hardly any scan heard it.
    Rare: "rare_db", 3.0, 0.5;
    /// Noise of the second band against the first.
    OtherNoise: "other_noise", 1.0, 0.3;
    /// All else of the second band against the first.
    OtherScale: "other_scale", 1.0, 0.3;
    /// Odds that access points, devices and the law are alike in two bands.
    OtherLevel: "other_level", 2.0, 1.0;
    /// Odds that places are alike in two bands.
    OtherPlace: "other_place", 2.0, 1.0;
    /// Metres between the heights of access point and device.
    Height: "height_m", 1.7, 0.3;
    /// Walls after which two thirds of the most that walls cost is reached.
    Saturation: "saturation_walls", 6.0, 0.5;
    /// Metres over which spots are alike.
    SpotLength: "spot_m", 5.0, 0.5;
    /// Metres at the device's end over which links are alike.
    LinkLength: "link_m", 8.0, 0.5;
    /// Metres at the access point's end over which links are alike.
    LinkApLength: "link_ap_m", 5.0, 0.5;
    /// Metres over which one access point's spots are alike.
    NearLength: "near_m", 2.5, 0.5;
    /// Radians over which directions are alike.
    Angle: "angle_rad", 0.5, 0.5;
    /// Decades of distance over which a direction is alike.
    Depth: "depth_decades", 0.3, 0.5;
    /// Decades of distance over which the law's shape is alike.
    ShapeLength: "shape_decades", 0.3, 0.5;
    /// Saturated walls (0 to 1) over which the law's shape is alike.
    ShapeWalls: "shape_walls", 0.5, 0.5;
}

/// How many there are.
pub const COUNT: usize = EXPECTED.len();

/// A value for each parameter, as logarithms.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters(pub(super) [f64; COUNT]);

impl Default for Parameters {
    fn default() -> Self {
        Self(std::array::from_fn(|i| EXPECTED[i].typical.ln()))
    }
}

impl Parameters {
    /// The value itself.
    #[must_use]
    pub fn get(&self, parameter: Parameter) -> f64 {
        self.0[parameter as usize].exp()
    }

    /// Names and values in order.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        EXPECTED.iter().zip(&self.0).map(|(e, v)| (e.name, v.exp()))
    }

    /// Half the squared distance from what is expected, and its gradient: the prior's part of the objective.
    pub(super) fn surprise(&self, gradient: &mut [f64; COUNT]) -> f64 {
        let mut sum = 0.0;
        for ((value, expected), g) in self.0.iter().zip(EXPECTED).zip(gradient) {
            let z = (value - expected.typical.ln()) / expected.spread;
            sum += 0.5 * z * z;
            *g += z / expected.spread;
        }
        sum
    }
}
