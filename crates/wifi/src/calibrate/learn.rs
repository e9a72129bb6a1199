//! Parameters from readings: the largest posterior, by a quasi-Newton search.

use super::bfgs;
use super::link::Reading;
use super::parameters::Parameters;
use super::process::{FitError, Process, objective};
use std::collections::BTreeMap;

/// Evaluations after which the search is good enough: later ones move the predictions by hundredths of a dB.
pub const STEPS: usize = 40;

/// The most probable parameters given `readings`, starting at `from`, with at most `steps` evaluations.
#[must_use]
pub fn learn(readings: &[Reading], from: Parameters, steps: usize) -> Parameters {
    let start = from.0.to_vec();
    let found = bfgs::minimise(
        |x| {
            let mut at = from.clone();
            at.0.copy_from_slice(x);
            let (value, gradient) = objective(readings, &at);
            (value, gradient.to_vec())
        },
        start,
        steps,
    );
    let mut best = from;
    best.0.copy_from_slice(&found);
    best
}

/// How often a reading has nothing to do with where it was taken: a scan result kept from before, a hand around the
/// antenna, an access point changing its power.
const STRAY: f64 = 0.02;
/// Standard deviation of such a reading against that of a good one.
const STRAY_SPREAD: f64 = 5.0;
/// As many readings' worth of belief that a device is as steady as the others.
const STEADY: f64 = 20.0;

/// Gives every device its own noise and every reading its doubt, by `rounds` of expectation. Readings that stand for
/// silence are left alone.
///
/// # Errors
/// As [`Process::fit`].
pub(super) fn weigh(readings: &mut [Reading], parameters: &Parameters, rounds: usize) -> Result<(), FitError> {
    for _ in 0..rounds {
        let errors = Process::fit(readings, parameters)?.errors(readings);
        let mut sums: BTreeMap<(usize, bool), (f64, f64)> = BTreeMap::new();
        for (reading, error) in readings.iter_mut().zip(&errors).filter(|(r, _)| r.vague == 0.0) {
            let evidence = (0.5 * error * (1.0 - STRAY_SPREAD.powi(-2))).min(50.0).exp();
            let odds = STRAY / (1.0 - STRAY) / STRAY_SPREAD * evidence;
            let likely = odds / (1.0 + odds);
            reading.doubt = 1.0 / (1.0 - likely + likely * STRAY_SPREAD.powi(-2));
            let sum = sums.entry((reading.link.device, reading.link.second)).or_insert((STEADY, STEADY));
            *sum = (sum.0 + error / reading.doubt * reading.link.unsteady, sum.1 + 1.0);
        }
        for reading in readings.iter_mut() {
            if let Some((sum, count)) = sums.get(&(reading.link.device, reading.link.second)) {
                reading.link.unsteady = sum / count;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::link::Link;
    use crate::geometry::Point;

    fn readings() -> Vec<Reading> {
        (0..40)
            .map(|i| {
                let f = f64::from(i);
                let (from, to) =
                    (Point::new(f64::from(i % 3) * 6.0, 1.0), Point::new((f * 3.7) % 20.0, (f * 2.3) % 9.0));
                let link = Link {
                    ap: i as usize % 3,
                    from,
                    visit: i as usize / 4,
                    to,
                    device: i as usize % 2,
                    walk: i as usize % 4,
                    second: i % 5 == 0,
                    ghz: 2.4,
                    eirp: 20.0,
                    walls: f64::from(i % 4),
                    extra: [0.1 * f64::from(i % 7), 0.0, 0.3, 0.1],
                    share: 1.0 - 0.1 * f64::from(i % 4),
                    unsteady: 1.0 + 0.1 * f64::from(i % 2),
                };
                Reading { link, level: -50.0 + 6.0 * (f * 1.3).sin(), doubt: 1.0 + 0.2 * f64::from(i % 3), vague: 0.0 }
            })
            .collect()
    }

    #[test]
    fn the_gradient_is_that_of_the_value() {
        let readings = readings();
        let mut at = Parameters::default();
        at.0.iter_mut().enumerate().for_each(|(i, v)| *v += 0.1 * (i as f64).sin());
        let (_, gradient) = objective(&readings, &at);
        for (i, expected) in crate::calibrate::parameters::EXPECTED.iter().enumerate() {
            let value = |step: f64| {
                let mut moved = at.clone();
                moved.0[i] += step;
                objective(&readings, &moved).0
            };
            let slope = (value(1e-5) - value(-1e-5)) / 2e-5;
            assert!(
                (slope - gradient[i]).abs() < 1e-4 + 1e-4 * slope.abs(),
                "{}: {slope} {}",
                expected.name,
                gradient[i]
            );
        }
    }

    #[test]
    fn learning_lowers_the_objective() {
        let readings = readings();
        let found = learn(&readings, Parameters::default(), STEPS);
        assert!(objective(&readings, &found).0 < objective(&readings, &Parameters::default()).0 - 1.0);
    }
}
