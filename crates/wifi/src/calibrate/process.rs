//! The Gaussian process over links: its likelihood, and what it says of other links.

use super::kernel::{Kernel, Row};
use super::link::{Link, Reading};
use super::parameters::{COUNT, Parameters};
use faer::linalg::solvers::{DenseSolveCore, Llt, Solve};
use faer::{Mat, Side};
use std::collections::BTreeMap;

/// A level that is not known for sure: normal, in dBm and dB.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Expected level, dBm.
    pub mean: f64,
    /// Standard deviation of a single reading around it, dB.
    pub sd: f64,
    /// Standard deviation of the level itself, without the reading's own chance, dB.
    pub sd_level: f64,
}

/// Why no model could be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FitError {
    /// Nothing to learn from.
    #[error("the survey has no reading in this band; measure at least a few spots, or choose another band")]
    Empty,
    /// More than memory and patience allow.
    #[error("{count} readings are more than the {MAX_READINGS} that can be fitted at once; leave out repeated spots")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// The covariance is numerically singular.
    #[error(
        "the readings cannot be told apart (repeated or degenerate positions); check the coordinates of the survey"
    )]
    Singular,
}

/// A covariance matrix of this side takes a gigabyte.
pub const MAX_READINGS: usize = 11_000;

/// A fitted process.
pub struct Process {
    kernel: Kernel,
    rows: Vec<Row>,
    factor: Llt<f64>,
    alpha: Mat<f64>,
}

impl Process {
    /// Conditions on `readings`.
    ///
    /// # Errors
    /// No readings, too many, or a singular covariance.
    pub fn fit(readings: &[Reading], parameters: &Parameters) -> Result<Self, FitError> {
        match readings.len() {
            0 => return Err(FitError::Empty),
            count if count > MAX_READINGS => return Err(FitError::TooMany { count }),
            _ => {}
        }
        let kernel = Kernel::new(parameters);
        let rows: Vec<Row> = readings.iter().map(|r| kernel.row(&r.link)).collect();
        let n = rows.len();
        let mut k = Mat::<f64>::zeros(n, n);
        for c in 0..n {
            for r in c + 1..n {
                // The factorisation reads the lower half alone.
                k[(r, c)] = kernel.covariance(&rows[r], &rows[c]);
            }
            k[(c, c)] =
                kernel.covariance(&rows[c], &rows[c]) + kernel.noise(&rows[c]) * readings[c].doubt + readings[c].vague;
        }
        let factor = k.llt(Side::Lower).map_err(|_| FitError::Singular)?;
        let alpha = factor.solve(&Mat::from_fn(n, 1, |i, _| readings[i].level - rows[i].mean));
        Ok(Self { kernel, rows, factor, alpha })
    }

    /// What it says of `links`, each by itself.
    #[must_use]
    pub fn predict(&self, links: &[Link]) -> Vec<Estimate> {
        // In pieces, so that the cross-covariance stays in cache and memory.
        links.chunks(512).flat_map(|some| self.predict_some(some)).collect()
    }

    /// The expected square of each reading's own error in units of the variance it should have.
    pub(super) fn errors(&self, readings: &[Reading]) -> Vec<f64> {
        let inverse = self.factor.inverse();
        let error = |(i, (row, reading)): (usize, (&Row, &Reading))| {
            let noise = self.kernel.noise(row);
            let variance = noise * reading.doubt + reading.vague;
            let error = variance * self.alpha[(i, 0)];
            (error * error + variance - variance * variance * inverse[(i, i)]) / noise
        };
        self.rows.iter().zip(readings).enumerate().map(error).collect()
    }

    /// How far each reading of the first band lies from what is said of it when all readings with the same `group` are
    /// left out, in standard deviations, without a sign. In closed form: the inverse's block of a group is the
    /// precision of the group given all others. What stands for silence is left out with its group and not judged.
    pub(super) fn left_out<G: Ord>(&self, readings: &[Reading], group: impl Fn(&Reading) -> G) -> Vec<f64> {
        let inverse = self.factor.inverse();
        let mut groups: BTreeMap<G, Vec<usize>> = BTreeMap::new();
        for (i, reading) in readings.iter().enumerate() {
            groups.entry(group(reading)).or_default().push(i);
        }
        let mut off = Vec::new();
        for members in groups.values() {
            let n = members.len();
            let block = Mat::from_fn(n, n, |r, c| inverse[(members[r], members[c])]);
            let Ok(factor) = block.llt(Side::Lower) else { continue };
            let residual = factor.solve(&Mat::from_fn(n, 1, |r, _| self.alpha[(members[r], 0)]));
            let covariance = factor.inverse();
            for (i, &member) in members.iter().enumerate() {
                let reading = &readings[member];
                if reading.vague == 0.0 && !reading.link.second {
                    // A doubted reading is judged by the noise that it should have had.
                    let excess = self.kernel.noise(&self.rows[member]) * (reading.doubt - 1.0);
                    off.push(residual[(i, 0)].abs() / (covariance[(i, i)] - excess).max(1e-9).sqrt());
                }
            }
        }
        off
    }

    fn predict_some(&self, links: &[Link]) -> Vec<Estimate> {
        let n = self.rows.len();
        let rows: Vec<Row> = links.iter().map(|l| self.kernel.row(l)).collect();
        let mut cross = Mat::from_fn(n, rows.len(), |i, j| self.kernel.covariance(&self.rows[i], &rows[j]));
        let means: Vec<f64> =
            rows.iter().enumerate().map(|(j, row)| row.mean + dot(&cross, j, &self.alpha, 0)).collect();
        self.factor.L().solve_lower_triangular_in_place(&mut cross);
        let estimate = |(j, row): (usize, &Row)| {
            let known: f64 = dot(&cross, j, &cross, j);
            let level = (self.kernel.covariance(row, row) - known).max(1e-6);
            Estimate { mean: means[j], sd: (level + self.kernel.noise(row)).sqrt(), sd_level: level.sqrt() }
        };
        rows.iter().enumerate().map(estimate).collect()
    }
}

fn dot(a: &Mat<f64>, i: usize, b: &Mat<f64>, j: usize) -> f64 {
    (0..a.nrows()).map(|r| a[(r, i)] * b[(r, j)]).sum()
}

/// Negative logarithm of likelihood times prior, and its gradient by the logarithms of the parameters.
pub(super) fn objective(readings: &[Reading], parameters: &Parameters) -> (f64, [f64; COUNT]) {
    let mut g = [0.0; COUNT];
    let Ok(process) = Process::fit(readings, parameters) else { return (f64::INFINITY, g) };
    let n = readings.len();
    let (rows, alpha, kernel) = (&process.rows, &process.alpha, &process.kernel);
    let mut value = parameters.surprise(&mut g);
    for (i, reading) in readings.iter().enumerate() {
        value += 0.5 * alpha[(i, 0)] * (reading.level - rows[i].mean) + process.factor.L()[(i, i)].ln();
        kernel.derive_mean(&rows[i], -alpha[(i, 0)], &mut g);
    }
    let inverse = process.factor.inverse();
    for c in 0..n {
        for r in c..n {
            let both = inverse[(r, c)] - alpha[(r, 0)] * alpha[(c, 0)];
            let weight = if r == c { 0.5 * both } else { both };
            kernel.derive(&rows[r], &rows[c], weight, &mut g);
            if r == c {
                kernel.derive_noise(&rows[c], weight * readings[c].doubt, &mut g);
            }
        }
    }
    (value, g)
}
