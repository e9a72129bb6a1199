//! The whole answer of `komainu wifi evaluate`: three texts in, one report out.

use super::{Compared, EvaluateError, Evaluation, Score};
use crate::calibrate::dataset::Site;
use crate::calibrate::model::{Effort, Model, Unseen};
use crate::geometry::{Bounds, Floor, FloorError, Storey};
use crate::import::{ImportError, aps, lines, readings};
use crate::radio::Band;
use crate::reading::Survey;
use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;

/// Readings from which each model of an access point that was never surveyed learns its parameters; there is one per
/// access point, so it is kept small.
const NEW_LEARN_FROM: usize = 500;

/// The tables as they were read from disk.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// Lines of the drawing.
    pub lines: &'a [u8],
    /// Access points.
    pub aps: &'a [u8],
    /// Readings that may be learnt from.
    pub train: &'a [u8],
    /// Readings that are compared with.
    pub test: &'a [u8],
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Question {
    /// Which band is compared.
    pub band: Band,
    /// The part of the training spots that each draw may see: above 0, at most 1.
    pub fraction: f64,
    /// How many draws; one is enough where all spots are seen.
    pub draws: u32,
    /// Which draws.
    pub seed: u64,
    /// Whether to leave every access point out in turn.
    pub never_surveyed: bool,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Which band was compared.
    pub band: Band,
    /// Spots that were learnt from, in each draw.
    pub spots: usize,
    /// Spots in the training table.
    pub spots_of: usize,
    /// Mean of the draws' scores.
    #[serde(flatten)]
    pub score: Score,
    /// Mean over the draws of the part of spots judged rightly, those at which an access point was not heard included.
    pub pass_fail_with_silent: f64,
    /// Root mean squared error of each draw, dB.
    pub draws_rmse_db: Vec<f64>,
    /// The same for access points of which nothing was measured.
    pub never_surveyed: Option<Score>,
    /// What the last draw learnt.
    pub fitted: Fitted,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fitted {
    /// By name; the unit is in the name.
    pub parameters: BTreeMap<&'static str, f64>,
    /// dBm at which half of what can be heard is heard.
    pub heard_threshold_dbm: f64,
    /// dB over which hearing fades.
    pub heard_softness_db: f64,
    /// The part of strong links that is heard.
    pub heard_at_most: f64,
    /// The part of readings that stand out from all around them.
    pub stray: f64,
    /// By what the stated spread was multiplied, from leaving out each visit.
    pub interval_factor: f64,
}

/// Why there is no report. Says which table.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ReportError {
    /// A table is refused.
    #[error("{table}: {why}")]
    Table {
        /// `lines`, `aps`, `train` or `test`.
        table: &'static str,
        /// Why.
        why: ImportError,
    },
    /// The drawing makes no floor.
    #[error("lines: {0}")]
    Floor(#[from] FloorError),
    /// The numbers asked for make no sense.
    #[error(
        "a fraction of {fraction} and {draws} draws cannot be; a fraction lies above 0 up to 1, draws are 1 to 1000"
    )]
    Question {
        /// As asked.
        fraction: f64,
        /// As asked.
        draws: u32,
    },
    /// It cannot be compared.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
}

/// Reads, learns, compares.
///
/// # Errors
/// A table that is refused, a floor that is none, readings that make no model.
pub fn report(tables: Tables<'_>, question: Question) -> Result<Report, ReportError> {
    let in_table = |table| move |why| ReportError::Table { table, why };
    if !(question.fraction > 0.0 && question.fraction <= 1.0 && (1..=1000).contains(&question.draws)) {
        return Err(ReportError::Question { fraction: question.fraction, draws: question.draws });
    }
    let walls = lines::read(tables.lines).map_err(in_table("lines"))?;
    let aps = aps::read(tables.aps).map_err(in_table("aps"))?;
    let train = readings::read(tables.train).map_err(in_table("train"))?;
    let test = readings::read(tables.test).map_err(in_table("test"))?;
    let ends = walls.iter().flat_map(|w| [w.segment.a, w.segment.b]).chain(aps.iter().map(|ap| ap.at));
    let bounds = Bounds::around(ends).ok_or(in_table("lines")(ImportError::Empty))?;
    let floor = Floor::new(walls, bounds, Storey::default())?;
    let evaluation = Evaluation::new(Site { floor: &floor, aps: &aps }, question.band, &train, &test)?;

    let spots_of = train.visits.len();
    let spots = ((spots_of as f64 * question.fraction) as usize).clamp(1.min(spots_of), spots_of);
    let draws = if spots == spots_of { 1 } else { question.draws };
    let mut random = ChaCha8Rng::seed_from_u64(question.seed);
    let mut scores = Vec::new();
    let mut fitted = None;
    let mut judged = 0.0;
    for _ in 0..draws {
        let mut chosen = sample(&mut random, spots_of, spots).into_vec();
        chosen.sort_unstable();
        let some = Survey { visits: chosen.into_iter().map(|i| train.visits[i].clone()).collect() };
        let (model, pairs) = evaluation.surveyed(&some, Effort::default())?;
        judged += evaluation.verdicts(&model, &pairs).share() / f64::from(draws);
        scores.push(score(&pairs)?);
        fitted = Some(Fitted::of(&model));
    }
    let never_surveyed = if question.never_surveyed {
        let effort = Effort { learn_from: NEW_LEARN_FROM, ..Effort::default() };
        Some(score(&evaluation.never_surveyed(&train, effort)?)?)
    } else {
        None
    };
    Ok(Report {
        band: question.band,
        spots,
        spots_of,
        score: mean(&scores),
        pass_fail_with_silent: judged,
        draws_rmse_db: scores.iter().map(|s| s.rmse_db).collect(),
        never_surveyed,
        fitted: fitted.ok_or(EvaluateError::NothingToCompare)?,
    })
}

fn score(pairs: &[Compared]) -> Result<Score, EvaluateError> {
    Score::of(pairs).ok_or(EvaluateError::NothingToCompare)
}

fn mean(scores: &[Score]) -> Score {
    let of = |f: fn(&Score) -> f64| scores.iter().map(f).sum::<f64>() / scores.len() as f64;
    Score {
        pairs: scores.first().map_or(0, |s| s.pairs),
        rmse_db: of(|s| s.rmse_db),
        mae_db: of(|s| s.mae_db),
        bias_db: of(|s| s.bias_db),
        interval_90: of(|s| s.interval_90),
        pass_fail: of(|s| s.pass_fail),
    }
}

impl Fitted {
    fn of(model: &Model) -> Self {
        Self {
            parameters: model.parameters.named().collect(),
            heard_threshold_dbm: model.detection.threshold,
            heard_softness_db: model.detection.softness,
            heard_at_most: model.detection.most,
            stray: model.stray,
            interval_factor: model.widen(Unseen::Visit),
        }
    }
}
