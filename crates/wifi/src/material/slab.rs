//! One homogeneous layer in air: ITU-R P.2040 equations 31a to 43.

use super::Electric;
use std::f64::consts::PI;
use std::ops::{Add, Div, Mul, Sub};

/// The share of power that passes a layer at `angle` radians from its normal, mean of both polarisations.
pub(super) fn transmitted(electric: Electric, metres: f64, ghz: f64, angle: f64) -> f64 {
    let wavelength = 0.299_792_458 / ghz;
    let sigma = electric.c * ghz.powf(electric.d);
    let eta = Complex(electric.a, -17.98 * sigma / ghz);
    let (sin, cos) = angle.sin_cos();
    let root = (eta - real(sin * sin)).sqrt();
    let phase = real(2.0 * PI * metres / wavelength) * root;
    let through = |r: Complex| {
        let once = (Complex(0.0, -1.0) * phase).exp();
        let rr = r * r;
        ((real(1.0) - rr) * once / (real(1.0) - rr * once * once)).norm()
    };
    let te = (real(cos) - root) / (real(cos) + root);
    let tm = (eta * real(cos) - root) / (eta * real(cos) + root);
    f64::midpoint(through(te), through(tm))
}

/// The few operations that the formula needs.
#[derive(Clone, Copy)]
struct Complex(f64, f64);

const fn real(x: f64) -> Complex {
    Complex(x, 0.0)
}

impl Complex {
    fn norm(self) -> f64 {
        self.0 * self.0 + self.1 * self.1
    }

    /// The root in the right half plane.
    fn sqrt(self) -> Self {
        let r = self.0.hypot(self.1);
        Self(((r + self.0) / 2.0).sqrt(), ((r - self.0) / 2.0).sqrt().copysign(self.1))
    }

    fn exp(self) -> Self {
        let r = self.0.exp();
        Self(r * self.1.cos(), r * self.1.sin())
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self(self.0 + o.0, self.1 + o.1)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Self(self.0 * o.0 - self.1 * o.1, self.0 * o.1 + self.1 * o.0)
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, o: Self) -> Self {
        let n = o.norm();
        Self((self.0 * o.0 + self.1 * o.1) / n, (self.1 * o.0 - self.0 * o.1) / n)
    }
}
