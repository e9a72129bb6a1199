//! Where to hang how many access points so that every room has what it needs.
//!
//! Every place on a grid of candidates is predicted on every spot of every room. A spot counts as served by a candidate
//! if its level meets the room's target with the probability asked for, not merely on average. What remains is the
//! smallest set of candidates that serves every spot: [`cover`]. The search says how far from the best its answer can
//! be at most.

mod bound;
pub mod channels;
pub mod cover;
mod power;
mod search;

use crate::calibrate::detection::normal;
use crate::geometry::{Floor, Point};
use crate::predict::field::{Grid, TooFine, Walls, predict};
use crate::predict::outlook::{likelihood, noise};
use crate::propagation::Propagation;
use crate::radio::{AccessPoint, ApId, Band, Channel, Db, Dbm, Pattern, Radio, Width};
use crate::room::Room;
use channels::Assigned;
use cover::{Cover, Row};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// How the law errs where nothing was surveyed: standard deviation of a single spot, dB. Measured floors gave 8 to 10
/// for access points that were never surveyed; ITU-R P.1238 states 5 to 8 for offices.
pub const UNSURVEYED: Db = Db(8.0);
/// More candidates than this are refused: the matrix of candidates and spots would not fit in memory.
const MAX_CANDIDATES: usize = 5_000;
/// The most spots times candidates.
const MAX_PAIRS: usize = 100_000_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The law of the building, of the band to plan for.
    pub law: Propagation,
    /// What the law's levels may be off by.
    pub sd: Db,
    /// How probable it must be at each spot that it has what it needs: above 0 and below 1.
    pub confidence: f64,
    /// What the new access points radiate at most, before the channel's own limit.
    pub eirp: Dbm,
    /// The widest channel to plan.
    pub width: Width,
    /// Metres above the floor at which they hang.
    pub height: f64,
    /// Metres between spots that are looked at.
    pub spots_m: f64,
    /// Metres between places that may be taken.
    pub places_m: f64,
    /// Exchanges of the local search.
    pub exchanges: usize,
    /// Nodes of the search tree that proves how good the answer is.
    pub nodes: usize,
    /// Which random exchanges.
    pub seed: u64,
}

impl Request {
    /// The usual: four of five phones in each spot have what they need, an access point on the ceiling.
    #[must_use]
    pub fn new(law: Propagation) -> Self {
        let width = match law.band {
            Band::Two => Width::W20,
            Band::Five => Width::W40,
            Band::Six => Width::W80,
        };
        Self {
            law,
            sd: UNSURVEYED,
            confidence: 0.8,
            eirp: Dbm(20.0),
            width,
            height: 2.7,
            spots_m: 1.0,
            places_m: 2.0,
            exchanges: 20_000,
            nodes: 2_000,
            seed: 1,
        }
    }
}

/// A request or floor that cannot be planned for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing to serve.
    #[error("the floor has no room to serve; draw at least one room, or plan for the whole floor")]
    NoRoom,
    /// The grid.
    #[error(transparent)]
    TooFine(#[from] TooFine),
    /// Too much to compute.
    #[error("{places} places times {spots} spots are too many to compare; choose a wider step for either")]
    TooMany {
        /// Candidates.
        places: usize,
        /// Spots.
        spots: usize,
    },
    /// A number outside its range.
    #[error("a {what} of {value} cannot be planned with; it must lie within {range}")]
    Number {
        /// What it is.
        what: &'static str,
        /// As given.
        value: f64,
        /// What it may be.
        range: &'static str,
    },
}

/// Where to hang what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// The new access points, with channels and powers.
    pub aps: Vec<Placed>,
    /// No choice among the candidates needs fewer new ones; equal to their number if the proposal is proven best.
    pub least: usize,
    /// How many the greedy choice would have taken.
    pub greedy: usize,
    /// What each room gets.
    pub rooms: Vec<Served>,
}

/// A new access point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Placed {
    /// The access point.
    pub ap: AccessPoint,
    /// Its channel and what goes with it.
    pub channel: Assigned,
}

/// What a room gets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Served {
    /// The room.
    pub room: String,
    /// Spots that were looked at.
    pub spots: usize,
    /// Of these, spots that no candidate serves, whatever is chosen: wall off less, or send more.
    pub out_of_reach: usize,
    /// The level at its weakest spot, expected.
    pub weakest: Dbm,
    /// The probability that its weakest spot has the level it needs.
    pub meets: f64,
}

/// What is to be decided, and all that the decision rests on.
struct Problem {
    /// Which room each spot is in.
    rooms: Vec<usize>,
    candidates: Vec<AccessPoint>,
    levels: Levels,
    there: Levels,
    needs: Vec<Need>,
    out_of_reach: Vec<bool>,
    cover: Cover,
}

impl Problem {
    fn new(floor: &Floor, rooms: &[Room], fixed: &[AccessPoint], request: &Request) -> Result<Self, PlaceError> {
        check(rooms, request)?;
        let spots = |(i, room): (usize, &Room)| room.spots(request.spots_m).into_iter().map(move |p| (i, p));
        let (of, points): (Vec<usize>, Vec<Point>) = rooms.iter().enumerate().flat_map(spots).unzip();
        // Spots of the rooms themselves: nobody hangs an access point into a wall.
        let places: Vec<Point> = rooms.iter().flat_map(|room| room.spots(request.places_m)).collect();
        if places.len() > MAX_CANDIDATES || places.len().saturating_mul(points.len()) > MAX_PAIRS {
            return Err(PlaceError::TooMany { places: places.len(), spots: points.len() });
        }
        let candidates: Vec<AccessPoint> =
            places.iter().enumerate().map(|(i, at)| candidate(floor, i, *at, request)).collect();
        let levels = Levels::predict(floor, &points, &candidates, request)?;
        let there = Levels::predict(floor, &points, fixed, request)?;
        let needs: Vec<Need> = of.iter().map(|room| Need::of(&rooms[*room], request)).collect();
        let mut out_of_reach = vec![false; points.len()];
        let mut rows = Vec::new();
        for (spot, need) in needs.iter().enumerate() {
            for (level, demand) in need.demands() {
                let columns: Vec<usize> = levels.reaching(spot, level).collect();
                let demand = demand.saturating_sub(there.reaching(spot, level).count());
                out_of_reach[spot] |= columns.len() < demand;
                rows.push(Row { columns, demand });
            }
        }
        let cover = Cover::new(candidates.len(), rows);
        Ok(Self { rooms: of, candidates, levels, there, needs, out_of_reach, cover })
    }
}

/// The bare problem behind [`propose`], for whoever would solve it otherwise.
///
/// # Errors
/// As [`propose`].
pub fn demands(floor: &Floor, rooms: &[Room], fixed: &[AccessPoint], request: &Request) -> Result<Cover, PlaceError> {
    Problem::new(floor, rooms, fixed, request).map(|problem| problem.cover)
}

/// Proposes access points for `rooms` on `floor`, beside those that hang already.
///
/// # Errors
/// No room, a step that makes too many spots or places, numbers that cannot be.
pub fn propose(
    floor: &Floor,
    rooms: &[Room],
    fixed: &[AccessPoint],
    request: &Request,
) -> Result<Proposal, PlaceError> {
    let problem = Problem::new(floor, rooms, fixed, request)?;
    let Problem { candidates, levels, there, .. } = &problem;
    let chosen = choose(&problem.cover, request);
    let mut aps: Vec<AccessPoint> = chosen.best.iter().map(|&c| candidates[c].clone()).collect();
    let assigned = channels::assign(floor, &aps, fixed, request);
    power::lower(&mut aps, &assigned, &chosen.best, levels, there, &problem.needs, request);
    let cuts: Vec<f64> = aps.iter().map(|ap| request.eirp.0 - ap.radios[0].eirp.0).collect();
    let level = |spot: usize| {
        let new = chosen.best.iter().zip(&cuts).map(|(&c, cut)| f64::from(levels.at(c, spot)) - cut);
        new.chain((0..fixed.len()).map(|c| f64::from(there.at(c, spot)))).fold(f64::NEG_INFINITY, f64::max)
    };
    let served = |(index, room): (usize, &Room)| {
        let mine: Vec<usize> = (0..problem.rooms.len()).filter(|&s| problem.rooms[s] == index).collect();
        let weakest = mine.iter().map(|&s| level(s)).fold(f64::INFINITY, f64::min);
        Served {
            room: room.name.clone(),
            spots: mine.len(),
            out_of_reach: mine.iter().filter(|&&s| problem.out_of_reach[s]).count(),
            weakest: Dbm(weakest),
            meets: likelihood(Dbm(weakest), needed(room, request), request.sd),
        }
    };
    let rooms = rooms.iter().enumerate().map(served).collect();
    let named = aps.into_iter().zip(assigned).enumerate();
    let aps = named
        .map(|(i, (ap, channel))| Placed { ap: AccessPoint { id: ApId(format!("new-{}", i + 1)), ..ap }, channel });
    Ok(Proposal { aps: aps.collect(), least: chosen.least, greedy: chosen.greedy, rooms })
}

/// A choice of columns and how good it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The columns.
    pub best: Vec<usize>,
    /// No choice has fewer.
    pub least: usize,
    /// How many the greedy choice has.
    pub greedy: usize,
}

/// The smallest cover found.
#[must_use]
pub fn choose(cover: &Cover, request: &Request) -> Choice {
    let greedy = cover.greedy();
    let small = cover.reduced();
    let mut random = ChaCha8Rng::seed_from_u64(request.seed);
    let start = std::cmp::min_by_key(small.greedy(), greedy.clone(), Vec::len);
    let found = search::improve(&small, &start, request.exchanges, &mut random);
    let bounded = bound::bound(&small, found, request.nodes);
    let best = std::cmp::min_by_key(bounded.best, greedy.clone(), Vec::len);
    debug_assert!(cover.is_covered_by(&best), "what is left out of a problem must follow from what remains");
    Choice { least: bounded.least.min(best.len()), best, greedy: greedy.len() }
}

/// Levels of access points at spots, dBm.
pub(crate) struct Levels {
    spots: usize,
    dbm: Vec<f32>,
}

impl Levels {
    fn predict(floor: &Floor, spots: &[Point], aps: &[AccessPoint], request: &Request) -> Result<Self, PlaceError> {
        let walls = Walls::new(floor, &request.law);
        let mut dbm = Vec::with_capacity(spots.len() * aps.len());
        // Cells of half the distance between spots: none is further from its cell's middle than a level changes.
        let grid = Grid::over(floor.bounds(), (request.spots_m / 2.0).max(0.1))?;
        let cells: Vec<Option<usize>> = spots.iter().map(|p| grid.cell(*p)).collect();
        for ap in aps {
            let field = predict(grid, &walls, floor, ap, &request.law);
            let at = |cell: &Option<usize>| {
                let level = field.as_ref().zip(*cell).map(|(field, cell)| field.dbm[cell]);
                level.unwrap_or(f32::NEG_INFINITY)
            };
            dbm.extend(cells.iter().map(at));
        }
        Ok(Self { spots: spots.len(), dbm })
    }

    pub(crate) fn at(&self, ap: usize, spot: usize) -> f32 {
        self.dbm[ap * self.spots + spot]
    }

    fn reaching(&self, spot: usize, level: f64) -> impl Iterator<Item = usize> + '_ {
        let aps = self.dbm.len().checked_div(self.spots).unwrap_or(0);
        (0..aps).filter(move |&ap| f64::from(self.at(ap, spot)) >= level)
    }
}

/// What a spot needs, as expected levels: the target with the margin that makes it as probable as asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Need {
    first: f64,
    second: Option<f64>,
}

impl Need {
    fn of(room: &Room, request: &Request) -> Self {
        let margin = request.sd.0 * quantile(request.confidence);
        let second = room.target.second.map(|level| level.0 + margin);
        Self { first: needed(room, request).0 + margin, second }
    }

    /// Expected levels and how many access points must reach each.
    pub(crate) fn demands(self) -> impl Iterator<Item = (f64, usize)> {
        std::iter::once((self.first, 1)).chain(self.second.map(|level| (level, 2)))
    }
}

fn needed(room: &Room, request: &Request) -> Dbm {
    let channel = Channel { centre_mhz: request.law.band.typical_ghz() * 1000.0, width: Width::W20 };
    Dbm(room.target.level.0.max(noise(channel).0 + room.target.snr.0))
}

/// The standard normal quantile, by halving.
fn quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-6.0, 6.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if normal(middle) < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn candidate(floor: &Floor, index: usize, at: Point, request: &Request) -> AccessPoint {
    let channel = Channel { centre_mhz: request.law.band.typical_ghz() * 1000.0, width: Width::W20 };
    let radio = Radio { band: request.law.band, channel, eirp: request.eirp, pattern: Pattern::Round };
    AccessPoint {
        id: ApId(format!("candidate-{index}")),
        at,
        height: request.height,
        level: floor.storey().level,
        radios: vec![radio],
    }
}

fn check(rooms: &[Room], request: &Request) -> Result<(), PlaceError> {
    if rooms.iter().all(|room| room.corners.len() < 3) {
        return Err(PlaceError::NoRoom);
    }
    let numbers = [
        ("confidence", request.confidence, 0.01..=0.999, "0.01 to 0.999"),
        ("spread", request.sd.0, 0.1..=30.0, "0.1 to 30 dB"),
        ("power", request.eirp.0, 0.0..=36.0, "0 to 36 dBm"),
        ("height", request.height, 0.5..=20.0, "0.5 to 20 m"),
        ("distance between spots", request.spots_m, 0.1..=20.0, "0.1 to 20 m"),
        ("distance between places", request.places_m, 0.1..=50.0, "0.1 to 50 m"),
    ];
    for (what, value, good, range) in numbers {
        if !good.contains(&value) {
            return Err(PlaceError::Number { what, value, range });
        }
    }
    Ok(())
}
