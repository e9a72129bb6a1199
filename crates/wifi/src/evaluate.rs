//! How right the model is on readings that it has not seen.

pub mod report;

use crate::calibrate::Z90;
use crate::calibrate::dataset::{Dataset, Numbers, Site, UnknownAp};
use crate::calibrate::model::{Effort, Model, Unseen};
use crate::calibrate::process::{Estimate, FitError};
use crate::radio::{Band, Dbm};
use crate::reading::Survey;
use serde::Serialize;
use std::collections::BTreeMap;

/// A level counts as measured where at least this part of the scans heard it.
pub const HEARD: f64 = 0.5;
/// The level that a spot needs for clinical work, by the habit of the trade.
pub const TARGET: Dbm = Dbm(-65.0);

/// What was compared with what.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Measured, dBm.
    pub measured: f64,
    /// What a reading was expected to be, given that there is one.
    pub expected: Estimate,
}

/// How right the expectations were.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Pairs of spot and access point that were compared.
    pub pairs: usize,
    /// Root of the mean squared error, dB.
    pub rmse_db: f64,
    /// Mean absolute error, dB.
    pub mae_db: f64,
    /// Mean of expected minus measured, dB.
    pub bias_db: f64,
    /// The part of readings within their 90 % interval.
    pub interval_90: f64,
    /// The part of readings that lie on the expected side of [`TARGET`].
    pub pass_fail: f64,
}

/// Whether spots pass or fail, access point by access point, with those at which nothing of it was heard: they fail,
/// and a map that shows them green is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// Pairs of spot and access point.
    pub pairs: usize,
    /// Of these, pairs judged as they were.
    pub right: usize,
}

impl Verdicts {
    /// The part that was judged as it was; 0 without any.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.pairs == 0 { 0.0 } else { self.right as f64 / self.pairs as f64 }
    }
}

impl Score {
    /// Of these pairs; `None` without any.
    #[must_use]
    pub fn of(pairs: &[Compared]) -> Option<Self> {
        let n = pairs.len() as f64;
        let mean = |f: &dyn Fn(&Compared) -> f64| pairs.iter().map(f).sum::<f64>() / n;
        let error = |c: &Compared| c.expected.mean - c.measured;
        let one = |is: bool| if is { 1.0 } else { 0.0 };
        (!pairs.is_empty()).then(|| Self {
            pairs: pairs.len(),
            rmse_db: mean(&|c| error(c).powi(2)).sqrt(),
            mae_db: mean(&|c| error(c).abs()),
            bias_db: mean(&error),
            interval_90: mean(&|c| one(error(c).abs() <= Z90 * c.expected.sd)),
            pass_fail: mean(&|c| one((c.expected.mean >= TARGET.0) == (c.measured >= TARGET.0))),
        })
    }
}

/// Why nothing could be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluateError {
    /// The plan lacks an access point.
    #[error(transparent)]
    Plan(#[from] UnknownAp),
    /// The readings do not make a model.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// Nothing to compare with.
    #[error("the test readings have no pair heard in at least half of the scans in this band; check the band and file")]
    NothingToCompare,
}

/// Readings of one band that are compared, and those of all bands that are learnt from.
pub struct Evaluation<'a> {
    site: Site<'a>,
    band: Band,
    numbers: Numbers,
    test: Dataset,
}

impl<'a> Evaluation<'a> {
    /// Compares with the readings of `test` in `band`.
    ///
    /// # Errors
    /// An unknown access point, or nothing to compare with.
    pub fn new(site: Site<'a>, band: Band, train: &Survey, test: &Survey) -> Result<Self, EvaluateError> {
        let mut numbers = Numbers::default();
        // Devices and walks get their numbers from what is learnt from.
        for visit in &train.visits {
            numbers.who(visit);
        }
        let mut test = site.dataset(test, band, &mut numbers)?;
        test.readings.retain(|r| r.link.share >= HEARD);
        if test.readings.is_empty() {
            return Err(EvaluateError::NothingToCompare);
        }
        Ok(Self { site, band, numbers, test })
    }

    /// Learns from `train` and compares.
    ///
    /// # Errors
    /// As [`Model::learn`].
    pub fn surveyed(&self, train: &Survey, effort: Effort) -> Result<(Model, Vec<Compared>), EvaluateError> {
        let (first, second) = self.datasets(train)?;
        let model = Model::learn(&first, second.as_ref(), effort)?;
        let pairs = compare(&model, &self.test, Unseen::Visit);
        Ok((model, pairs))
    }

    /// How often `model` tells right whether a spot passes, heard or not.
    #[must_use]
    pub fn verdicts(&self, model: &Model, pairs: &[Compared]) -> Verdicts {
        let passes = |dbm: f64| dbm >= TARGET.0;
        let heard = pairs.iter().filter(|c| passes(c.expected.mean) == passes(c.measured)).count();
        let silent = model.estimate(&self.test.silent).iter().filter(|e| !passes(e.mean)).count();
        Verdicts { pairs: pairs.len() + self.test.silent.len(), right: heard + silent }
    }

    /// For every access point: learns from `train` without its readings in any band, and compares those of `test`.
    ///
    /// # Errors
    /// As [`Model::learn`].
    pub fn never_surveyed(&self, train: &Survey, effort: Effort) -> Result<Vec<Compared>, EvaluateError> {
        let (first, _) = self.datasets(train)?;
        let mut pairs = Vec::new();
        for ap in 0..self.site.aps.len() {
            let mut test = Dataset::default();
            test.readings.extend(self.test.readings.iter().filter(|r| r.link.ap == ap));
            if !test.readings.is_empty() {
                let mut known = first.clone();
                known.readings.retain(|r| r.link.ap != ap);
                known.silent.retain(|l| l.ap != ap);
                // The other band of the same floor says nothing of an access point that is new in both.
                pairs.extend(compare(&Model::learn(&known, None, effort)?, &test, Unseen::Ap));
            }
        }
        Ok(pairs)
    }

    /// The band itself, and the other measured one with the most readings.
    fn datasets(&self, train: &Survey) -> Result<(Dataset, Option<Dataset>), EvaluateError> {
        let mut all = BTreeMap::new();
        for band in Band::ALL {
            // Each band meets the visits in the same order, and so gives them the same numbers.
            let mut numbers = self.numbers.restarted();
            all.insert(band, self.site.dataset(train, band, &mut numbers)?);
        }
        let first = all.remove(&self.band).unwrap_or_default();
        let second = all.into_values().filter(|d| !d.readings.is_empty()).max_by_key(|d| d.readings.len());
        Ok((first, second))
    }
}

fn compare(model: &Model, test: &Dataset, unseen: Unseen) -> Vec<Compared> {
    let links: Vec<_> = test.readings.iter().map(|r| r.link).collect();
    let expected = model.readings(&links, unseen);
    test.readings.iter().zip(expected).map(|(r, expected)| Compared { measured: r.level, expected }).collect()
}
