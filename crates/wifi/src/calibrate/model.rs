//! A floor as learnt: from readings to a process that can be asked.

use super::dataset::Dataset;
use super::detection::Detection;
use super::learn::{STEPS, learn, weigh};
use super::link::{Link, Reading};
use super::parameters::{Parameter, Parameters};
use super::process::{Estimate, FitError, Process};
use std::collections::BTreeMap;

/// How much work is spent. The defaults hold for every building; nothing here is tuned to one.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Parameters are learnt from at most about this many readings, of whole visits; all readings then condition.
    pub learn_from: usize,
    /// Evaluations of the search.
    pub steps: usize,
    /// At most this many silent links, those that say most.
    pub silent: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { learn_from: 1_200, steps: STEPS, silent: 600 }
    }
}

/// What was learnt.
pub struct Model {
    /// The parameters found.
    pub parameters: Parameters,
    /// How devices hear in the band.
    pub detection: Detection,
    /// Readings that stand out from all others around them, as a share.
    pub stray: f64,
    unsteady: BTreeMap<(usize, bool), f64>,
    readings: Vec<Reading>,
    process: Process,
}

impl Model {
    /// Learns from one band, helped by another if there is one.
    ///
    /// # Errors
    /// No readings, too many, or readings that cannot be told apart.
    pub fn learn(first: &Dataset, second: Option<&Dataset>, effort: Effort) -> Result<Self, FitError> {
        if first.readings.is_empty() {
            return Err(FitError::Empty);
        }
        let others = second.iter().flat_map(|d| &d.readings);
        let others = others.map(|r| Reading { link: Link { second: true, ..r.link }, ..*r });
        let mut readings: Vec<Reading> = first.readings.iter().copied().chain(others).collect();
        let mut few = some_visits(&readings, effort.learn_from);
        let mut parameters = learn(&few, Parameters::default(), effort.steps);
        for _ in 0..2 {
            weigh(&mut few, &parameters, 2)?;
            parameters = learn(&few, parameters, effort.steps / 3);
        }
        let unsteady: BTreeMap<(usize, bool), f64> =
            few.iter().map(|r| ((r.link.device, r.link.second), r.link.unsteady)).collect();
        for reading in &mut readings {
            reading.link = known(&unsteady, reading.link);
        }
        weigh(&mut readings, &parameters, 1)?;
        let stray = readings.iter().filter(|r| r.doubt > 2.0).count() as f64 / readings.len() as f64;
        let mut process = Process::fit(&readings, &parameters)?;
        let silent: Vec<Link> = first.silent.iter().map(|l| known(&unsteady, *l)).collect();
        let quiet = process.predict(&silent);
        let sure = |r: &Reading| (Estimate { mean: r.level, sd: 0.0, sd_level: 0.0 }, true);
        let heard = first.readings.iter().map(sure);
        let detection = Detection::fit(&heard.chain(quiet.iter().map(|e| (*e, false))).collect::<Vec<_>>());
        let mut news: Vec<Reading> =
            silent.iter().zip(&quiet).filter_map(|(link, e)| detection.silence(*link, e)).collect();
        if !news.is_empty() && effort.silent > 0 {
            news.sort_by(|a, b| a.vague.total_cmp(&b.vague));
            readings.extend(news.into_iter().take(effort.silent));
            process = Process::fit(&readings, &parameters)?;
        }
        Ok(Self { parameters, detection, stray, unsteady, readings, process })
    }

    /// The level on each link, and a single reading's spread around it.
    #[must_use]
    pub fn estimate(&self, links: &[Link]) -> Vec<Estimate> {
        let links: Vec<Link> = links.iter().map(|l| known(&self.unsteady, *l)).collect();
        self.process.predict(&links)
    }

    /// What readings to expect on `links` on another day with the same devices, given that something is heard, with
    /// a spread of which nine of ten readings keep within the 90 % interval.
    ///
    /// The spread comes from three sides: the process itself; how far readings lay from it when their group was left
    /// out (their visit, or their access point where nothing of it was surveyed); and how much access points differ
    /// between walks, which one walk cannot show of its own readings but several walks show of each other.
    #[must_use]
    pub fn readings(&self, links: &[Link], group: Unseen) -> Vec<Estimate> {
        let factor = self.widen(group);
        let day = match group {
            Unseen::Visit => self.parameters.get(Parameter::ApWalk),
            // In the process already, which has no walk of an access point that was not surveyed.
            Unseen::Ap => 0.0,
        };
        let stated = |e: Estimate| {
            let heard = self.detection.given_heard(&e);
            Estimate { sd: (heard.sd * factor).hypot(day), ..heard }
        };
        self.estimate(links).into_iter().map(stated).collect()
    }

    /// By what the process's own spread must be multiplied so that nine of ten readings lie within their 90 %
    /// interval when each group in turn is left out of the readings.
    #[must_use]
    pub fn widen(&self, group: Unseen) -> f64 {
        let mut off = self.process.left_out(&self.readings, |r| match group {
            Unseen::Visit => r.link.visit,
            Unseen::Ap => r.link.ap,
        });
        off.retain(|z| z.is_finite());
        off.sort_by(f64::total_cmp);
        match off.len() {
            // Too few to say anything of a ninetieth percentile.
            0..20 => 1.0,
            n => (off[n * 9 / 10] / super::Z90).clamp(0.7, 2.0),
        }
    }
}

/// What was not measured of the links that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// The spot; the access point was heard elsewhere.
    Visit,
    /// The access point.
    Ap,
}

fn known(unsteady: &BTreeMap<(usize, bool), f64>, link: Link) -> Link {
    Link { unsteady: unsteady.get(&(link.device, link.second)).copied().unwrap_or(1.0), ..link }
}

/// Readings of whole visits, spread evenly over the survey, at most about `limit`.
fn some_visits(readings: &[Reading], limit: usize) -> Vec<Reading> {
    if readings.len() <= limit {
        return readings.to_vec();
    }
    let share = limit as f64 / readings.len() as f64;
    // The golden ratio spreads any share of consecutive numbers evenly without a period that a walk could have too.
    let chosen = |visit: usize| (visit as f64 * 0.618_033_988_749_895).fract() < share;
    readings.iter().copied().filter(|r| chosen(r.link.visit)).collect()
}
