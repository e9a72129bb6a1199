//! How alike the levels of two links are: the covariance of the Gaussian process.
//!
//! A link is an access point, a spot, a device and a band. Its level is the law of [`crate::propagation`] with
//! unknown coefficients (each with a normal prior, pooled over access points and devices), plus residuals that are
//! alike for near spots, near links, near directions. All of it is one sum of covariances, so that what a survey cannot
//! tell apart stays uncertain instead of being given to one cause.

use super::link::Link;
use super::parameters::{COUNT, Parameter as P, Parameters};

/// Standard deviation of the unknown mean level, dB: wide, since nobody knows the transmit power for sure.
const LEVEL: f64 = 10.0;
/// Expected dB per decade of distance: an exponent of 2.4.
const DECADE: f64 = 24.0;
/// Expected dB that walls cost together at most.
const WALLS: f64 = 8.0;

/// The covariance for one set of parameters.
pub(super) struct Kernel {
    /// Squares of the standard deviations, by parameter.
    square: [f64; COUNT],
    /// Plain values, by parameter.
    value: [f64; COUNT],
    /// Covariance of two bands: same first band, same second band, different; for the law and for places.
    bands: [[f64; 3]; 2],
}

/// What the kernel needs of a link.
#[derive(Clone, Copy)]
pub(super) struct Row {
    ap: usize,
    visit: usize,
    device: usize,
    walk: usize,
    second: bool,
    from: [f64; 2],
    to: [f64; 2],
    angle: f64,
    extra: [f64; 4],
    rare: f64,
    unsteady: f64,
    /// Decades of distance over 10 m, and its derivative by the logarithm of the height.
    decades: f64,
    decades_by_height: f64,
    /// Saturated walls, and its derivative by the logarithm of the saturation.
    walls: f64,
    walls_by_saturation: f64,
    /// Expected level.
    pub(super) mean: f64,
}

/// Matern covariance of smoothness 3/2 and its derivative by the logarithm of the length.
fn matern(distance: f64, length: f64) -> (f64, f64) {
    let s = 1.732_050_807_568_877_2 * distance / length;
    let e = (-s).exp();
    ((1.0 + s) * e, s * s * e)
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
}

/// The parts that covariance and gradient share.
struct Pair {
    same_ap: bool,
    same_device: bool,
    band: usize,
    material: f64,
    spot: (f64, f64),
    link: (f64, f64),
    link_by_ap: f64,
    near: (f64, f64),
    direction: f64,
    turn: f64,
    depth: (f64, f64),
    shape: f64,
    along: f64,
    through: f64,
}

impl Kernel {
    pub(super) fn new(parameters: &Parameters) -> Self {
        let value = parameters.0.map(f64::exp);
        let scale = value[P::OtherScale as usize];
        let bands = [P::OtherLevel, P::OtherPlace].map(|p| {
            let odds = value[p as usize];
            [1.0, scale * scale, scale * odds / (1.0 + odds)]
        });
        Self { square: value.map(|v| v * v), value, bands }
    }

    fn square(&self, p: P) -> f64 {
        self.square[p as usize]
    }

    fn value(&self, p: P) -> f64 {
        self.value[p as usize]
    }

    /// A link as the kernel sees it.
    pub(super) fn row(&self, link: &Link) -> Row {
        let height = self.value(P::Height);
        let metres = link.from.distance(link.to).hypot(height);
        let ratio = link.walls / self.value(P::Saturation);
        let left = (-ratio).exp();
        let decades = (metres / 10.0).log10();
        Row {
            ap: link.ap,
            visit: link.visit,
            device: link.device,
            walk: link.walk,
            second: link.second,
            from: [link.from.x, link.from.y],
            to: [link.to.x, link.to.y],
            angle: (link.to.y - link.from.y).atan2(link.to.x - link.from.x),
            extra: link.extra,
            rare: 1.0 - link.share,
            unsteady: link.unsteady,
            decades,
            decades_by_height: (height / metres).powi(2) / std::f64::consts::LN_10,
            walls: 1.0 - left,
            walls_by_saturation: -ratio * left,
            mean: link.eirp
                - crate::propagation::free_space(10.0, link.ghz).0
                - DECADE * decades
                - WALLS * (1.0 - left),
        }
    }

    /// The variance that only the reading itself has.
    pub(super) fn noise(&self, row: &Row) -> f64 {
        let other = if row.second { self.square(P::OtherNoise) } else { 1.0 };
        (self.square(P::Noise) + self.square(P::Rare) * row.rare) * other * row.unsteady
    }

    fn pair(&self, a: &Row, b: &Row) -> Pair {
        let same_ap = a.ap == b.ap;
        let apart = distance(a.to, b.to);
        let link = matern(apart, self.value(P::LinkLength));
        let ap = if same_ap { (1.0, 0.0) } else { matern(distance(a.from, b.from), self.value(P::LinkApLength)) };
        let along = (a.decades - b.decades) / self.value(P::ShapeLength);
        let through = (a.walls - b.walls) / self.value(P::ShapeWalls);
        let (mut near, mut direction, mut turn, mut depth) = ((0.0, 0.0), 0.0, 0.0, (0.0, 0.0));
        if same_ap {
            near = matern(apart, self.value(P::NearLength));
            turn = 2.0 * ((a.angle - b.angle) / 2.0).sin() / self.value(P::Angle);
            direction = (-0.5 * turn * turn).exp();
            depth = matern((a.decades - b.decades).abs(), self.value(P::Depth));
        }
        Pair {
            same_ap,
            same_device: a.device == b.device,
            band: match (a.second, b.second) {
                (false, false) => 0,
                (true, true) => 1,
                _ => 2,
            },
            material: a.extra.iter().zip(&b.extra).map(|(x, y)| x * y).sum(),
            spot: matern(apart, self.value(P::SpotLength)),
            link: (link.0 * ap.0, link.1 * ap.0),
            link_by_ap: link.0 * ap.1,
            near,
            direction,
            turn,
            depth,
            shape: (-0.5 * (along * along + through * through)).exp(),
            along,
            through,
        }
    }

    /// Sum of the law's part and of the places' part, before the bands' factors.
    fn parts(&self, a: &Row, b: &Row, p: &Pair) -> (f64, f64) {
        let (slope, wall) = (a.decades * b.decades, a.walls * b.walls);
        let mut law = LEVEL * LEVEL
            + self.square(P::Slope) * slope
            + self.square(P::Wall) * wall
            + self.square(P::Material) * p.material
            + self.square(P::Shape) * p.shape;
        let mut place = self.square(P::Spot) * p.spot.0 + self.square(P::Link) * p.link.0;
        if p.same_device {
            law += self.square(P::Device) + self.square(P::DeviceSlope) * slope;
        }
        if a.visit == b.visit {
            place += self.square(P::Visit);
        }
        if p.same_ap {
            law += self.square(P::Ap) + self.square(P::ApSlope) * slope;
            law += self.square(P::ApWall) * (a.walls - 0.5) * (b.walls - 0.5);
            if a.walk == b.walk {
                law += self.square(P::ApWalk);
            }
            place += self.square(P::Near) * p.near.0 + self.square(P::Direction) * p.direction * p.depth.0;
        }
        (law, place)
    }

    /// The covariance of two links, without noise.
    pub(super) fn covariance(&self, a: &Row, b: &Row) -> f64 {
        let p = self.pair(a, b);
        let (law, place) = self.parts(a, b, &p);
        law * self.bands[0][p.band] + place * self.bands[1][p.band]
    }

    /// Adds `weight` times the derivative of the covariance by the logarithm of every parameter.
    pub(super) fn derive(&self, a: &Row, b: &Row, weight: f64, g: &mut [f64; COUNT]) {
        let p = self.pair(a, b);
        let parts = self.parts(a, b, &p);
        let [law, place] = [self.bands[0][p.band] * weight, self.bands[1][p.band] * weight];
        let mut add = |parameter: P, value: f64| g[parameter as usize] += value;
        self.derive_bands(&p, parts, weight, &mut add);
        let (slope, wall) = (a.decades * b.decades, a.walls * b.walls);
        let twice = |parameter: P| 2.0 * self.square(parameter);
        add(P::Slope, law * twice(P::Slope) * slope);
        add(P::Wall, law * twice(P::Wall) * wall);
        add(P::Material, law * twice(P::Material) * p.material);
        add(P::Shape, law * twice(P::Shape) * p.shape);
        add(P::Spot, place * twice(P::Spot) * p.spot.0);
        add(P::SpotLength, place * self.square(P::Spot) * p.spot.1);
        add(P::Link, place * twice(P::Link) * p.link.0);
        add(P::LinkLength, place * self.square(P::Link) * p.link.1);
        add(P::LinkApLength, place * self.square(P::Link) * p.link_by_ap);
        let shape = law * self.square(P::Shape) * p.shape;
        add(P::ShapeLength, shape * p.along * p.along);
        add(P::ShapeWalls, shape * p.through * p.through);
        // By the rows' own coordinates, which move with height and saturation.
        let mut slopes = self.square(P::Slope);
        let mut walls = self.square(P::Wall) * (a.walls * b.walls_by_saturation + b.walls * a.walls_by_saturation);
        let mut height = -shape * p.along / self.value(P::ShapeLength) * (a.decades_by_height - b.decades_by_height);
        if p.same_device {
            add(P::Device, law * twice(P::Device));
            add(P::DeviceSlope, law * twice(P::DeviceSlope) * slope);
            slopes += self.square(P::DeviceSlope);
        }
        if a.visit == b.visit {
            add(P::Visit, place * twice(P::Visit));
        }
        if p.same_ap {
            add(P::Ap, law * twice(P::Ap));
            add(P::ApSlope, law * twice(P::ApSlope) * slope);
            add(P::ApWall, law * twice(P::ApWall) * (a.walls - 0.5) * (b.walls - 0.5));
            slopes += self.square(P::ApSlope);
            walls += self.square(P::ApWall)
                * ((a.walls - 0.5) * b.walls_by_saturation + (b.walls - 0.5) * a.walls_by_saturation);
            if a.walk == b.walk {
                add(P::ApWalk, law * twice(P::ApWalk));
            }
            add(P::Near, place * twice(P::Near) * p.near.0);
            add(P::NearLength, place * self.square(P::Near) * p.near.1);
            let direction = place * self.square(P::Direction) * p.direction;
            add(P::Direction, 2.0 * direction * p.depth.0);
            add(P::Angle, direction * p.depth.0 * p.turn * p.turn);
            add(P::Depth, direction * p.depth.1);
            // d/dx (1+s)·e^-s = -s·e^-s·ds/dx with s = c·|x|: smooth at 0.
            let c = 3.0 / self.value(P::Depth).powi(2);
            let difference = a.decades - b.decades;
            let fade = (-c.sqrt() * difference.abs()).exp();
            height -= direction * c * difference * fade * (a.decades_by_height - b.decades_by_height);
        }
        height += law * slopes * (a.decades * b.decades_by_height + b.decades * a.decades_by_height);
        add(P::Height, height);
        let bend = -shape * p.through / self.value(P::ShapeWalls) * (a.walls_by_saturation - b.walls_by_saturation);
        add(P::Saturation, law * walls + bend);
    }

    fn derive_bands(&self, p: &Pair, (law, place): (f64, f64), weight: f64, add: &mut impl FnMut(P, f64)) {
        let sum = law * self.bands[0][p.band] + place * self.bands[1][p.band];
        match p.band {
            1 => add(P::OtherScale, 2.0 * weight * sum),
            2 => {
                add(P::OtherScale, weight * sum);
                let part = |parameter: P| 1.0 / (1.0 + self.value(parameter));
                add(P::OtherLevel, weight * law * self.bands[0][2] * part(P::OtherLevel));
                add(P::OtherPlace, weight * place * self.bands[1][2] * part(P::OtherPlace));
            }
            _ => {}
        }
    }

    /// Adds `weight` times the derivative of the noise.
    pub(super) fn derive_noise(&self, row: &Row, weight: f64, g: &mut [f64; COUNT]) {
        let other = row.unsteady * if row.second { self.square(P::OtherNoise) } else { 1.0 };
        g[P::Noise as usize] += 2.0 * weight * other * self.square(P::Noise);
        g[P::Rare as usize] += 2.0 * weight * other * self.square(P::Rare) * row.rare;
        if row.second {
            g[P::OtherNoise as usize] += 2.0 * weight * self.noise(row);
        }
    }

    /// Adds `weight` times the derivative of the expected level.
    pub(super) fn derive_mean(&self, row: &Row, weight: f64, g: &mut [f64; COUNT]) {
        g[P::Height as usize] -= weight * DECADE * row.decades_by_height;
        g[P::Saturation as usize] -= weight * WALLS * row.walls_by_saturation;
    }
}
