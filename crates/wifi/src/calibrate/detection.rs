//! Whether a link is heard at all, and what silence and hearing say of its level.
//!
//! `P(heard | level) = most · Φ((level − threshold) / softness)`. Silence is a censored reading (Tobit, with a soft
//! threshold): it says that the level is low, and says it the less surely the more often scans miss what they should
//! hear. The censored likelihood is replaced by the normal one with the same moments, given what the other readings
//! say (one round of expectation propagation).

use super::link::{Link, Reading};
use super::process::Estimate;

/// How a device hears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// dBm that is heard half as often as a strong level.
    pub threshold: f64,
    /// dB over which hearing fades.
    pub softness: f64,
    /// The part of strong links that is heard.
    pub most: f64,
}

/// Points of the quadrature, in standard deviations from -5 to 5.
const POINTS: usize = 61;

impl Detection {
    /// The likeliest, given what was expected of links that were heard (`true`) and that were not.
    #[must_use]
    pub fn fit(links: &[(Estimate, bool)]) -> Self {
        let mut best = (f64::NEG_INFINITY, Self { threshold: -95.0, softness: 4.0, most: 0.99 });
        for threshold in (0..=24).map(|i| -105.0 + 2.0 * f64::from(i)) {
            for softness in [1.0, 2.0, 4.0, 8.0, 12.0] {
                for most in [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995] {
                    let one = Self { threshold, softness, most };
                    let likelihood = links
                        .iter()
                        .map(|(e, heard)| {
                            let p = one.probability(e);
                            if *heard { p.max(1e-12).ln() } else { (1.0 - p).max(1e-12).ln() }
                        })
                        .sum::<f64>();
                    if likelihood > best.0 {
                        best = (likelihood, one);
                    }
                }
            }
        }
        best.1
    }

    /// How probable it is that a link of this level is heard.
    #[must_use]
    pub fn probability(&self, e: &Estimate) -> f64 {
        self.most * normal((e.mean - self.threshold) / self.softness.hypot(e.sd))
    }

    /// The reading to expect where something is heard at all: higher than the level, where that is near the threshold,
    /// since only the better moments are seen.
    #[must_use]
    pub fn given_heard(&self, e: &Estimate) -> Estimate {
        let (mean, sd) = moments(e.mean, e.sd, |y| normal((y - self.threshold) / self.softness));
        Estimate { mean, sd, sd_level: e.sd_level.min(sd) }
    }

    /// What silence on `link` says, if it says anything: a vague reading.
    #[must_use]
    pub fn silence(&self, link: Link, e: &Estimate) -> Option<Reading> {
        let noise = (e.sd * e.sd - e.sd_level * e.sd_level).max(0.0).sqrt();
        let softness = self.softness.hypot(noise);
        let missed = |level: f64| 1.0 - self.most * normal((level - self.threshold) / softness);
        let (mean, sd) = moments(e.mean, e.sd_level, missed);
        let (before, after) = (e.sd_level.powi(-2), sd.powi(-2));
        // Less than a tenth of a dB's worth of news is not worth a row of the matrix.
        if after - before < 0.02 * before {
            return None;
        }
        let vague = 1.0 / (after - before);
        Some(Reading { link, level: vague * (mean * after - e.mean * before), doubt: 0.0, vague })
    }
}

/// Mean and standard deviation of a normal distribution times `weight`.
fn moments(mean: f64, sd: f64, weight: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
    for i in 0..POINTS {
        let z = -5.0 + 10.0 * i as f64 / (POINTS - 1) as f64;
        let w = (-0.5 * z * z).exp() * weight(mean + sd * z).max(1e-12);
        sum += w;
        first += w * z;
        second += w * z * z;
    }
    let z = first / sum;
    (mean + sd * z, sd * (second / sum - z * z).max(1e-4).sqrt())
}

/// The normal distribution function, right to 1e-7 (Abramowitz and Stegun 26.2.17).
#[must_use]
pub fn normal(z: f64) -> f64 {
    const B: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let tail =
        (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * B.iter().rev().fold(0.0, |sum, b| (sum + b) * t);
    if z > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_has_its_known_values() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_7), (1.645, 0.950_015_1), (-2.0, 0.022_750_1), (-4.0, 3.167e-5)] {
            assert!((normal(z) - p).abs() < 2e-7, "{z}");
        }
    }

    #[test]
    fn hearing_raises_what_is_near_the_threshold_and_leaves_what_is_far() {
        let d = Detection { threshold: -90.0, softness: 3.0, most: 0.99 };
        let at = |mean| d.given_heard(&Estimate { mean, sd: 6.0, sd_level: 5.0 }).mean;
        assert!(at(-92.0) > -90.0);
        assert!((at(-50.0) - -50.0).abs() < 0.01);
    }
}
