//! Channels for access points that hear each other.

use super::Request;
use crate::calibrate::dataset::Site;
use crate::geometry::Floor;
use crate::japan::{self, Allowed};
use crate::predict::outlook::CARRIER;
use crate::radio::{AccessPoint, Channel, Db, Width};
use serde::Serialize;

/// A channel and what goes with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assigned {
    /// Which, and what the rules say of it.
    #[serde(flatten)]
    pub allowed: Allowed,
    /// How many others that can be heard from here share a part of it.
    pub shares_with: usize,
}

/// What giving way to radar is worth avoiding: less than any other access point on the same channel.
const GIVING_WAY: f64 = 0.3;

/// The widest channels (up to the one asked for) on which no two access points that hear each other meet; where even
/// 20 MHz are not enough for that, the 20 MHz channels on which they meet least.
pub(super) fn assign(floor: &Floor, aps: &[AccessPoint], fixed: &[AccessPoint], request: &Request) -> Vec<Assigned> {
    let band = request.law.band;
    let all: Vec<&AccessPoint> = aps.iter().chain(fixed).collect();
    let taken: Vec<Option<Channel>> = fixed.iter().map(|ap| ap.radio(band).map(|r| r.channel)).collect();
    let hears = heard(floor, &all, request);
    let widths = [Width::W160, Width::W80, Width::W40, Width::W20];
    let mut answer = Vec::new();
    for width in widths.into_iter().filter(|w| w.mhz() <= request.width.mhz()) {
        let offered = japan::channels(band, width);
        if offered.is_empty() {
            continue;
        }
        answer = colour(aps.len(), &offered, &taken, &hears);
        if answer.iter().all(|a| a.shares_with == 0) {
            break;
        }
    }
    answer
}

/// How much each pair is in the other's way if they meet: 0 if they do not hear each other.
fn heard(floor: &Floor, aps: &[&AccessPoint], request: &Request) -> Vec<Vec<f64>> {
    let site = Site { floor, aps: &[] };
    let unit = crate::material::Material::Unknown.prior_loss(request.law.band).0;
    let level = |a: &AccessPoint, b: &AccessPoint| {
        let through = Db(site.between(a.at, b.at, request.law.band).walls * unit);
        let eirp = a.radio(request.law.band).map_or(f64::NEG_INFINITY, |r| r.eirp.0);
        eirp - request.law.loss(a.at.distance(b.at), through).0
    };
    let pair = |i: usize, k: usize| {
        let loud = level(aps[i], aps[k]).max(level(aps[k], aps[i])) - CARRIER.0;
        if i == k || loud < 0.0 { 0.0 } else { 1.0 + loud / 40.0 }
    };
    (0..aps.len()).map(|i| (0..aps.len()).map(|k| pair(i, k)).collect()).collect()
}

/// The first `count` get one of `offered` each, those that are heard most first, then each once more until nothing
/// gets better.
fn colour(count: usize, offered: &[Allowed], taken: &[Option<Channel>], hears: &[Vec<f64>]) -> Vec<Assigned> {
    let mut given: Vec<Option<Channel>> = vec![None; count];
    given.extend(taken);
    let cost = |i: usize, one: &Allowed, given: &[Option<Channel>]| {
        let meets = |k: usize| given[k].map_or(0.0, |c| c.overlap(one.channel) / one.channel.width.mhz());
        let met: f64 = (0..given.len()).filter(|&k| k != i).map(|k| hears[i][k] * meets(k)).sum();
        // Of equals the one that is used least anywhere, so that what is not predicted does no harm either.
        let used = given.iter().flatten().filter(|c| c.overlap(one.channel) > 0.0).count();
        met + if one.dfs { GIVING_WAY } else { 0.0 } + 1e-3 * used as f64
    };
    let mut order: Vec<usize> = (0..count).collect();
    let loudness = |i: usize| hears[i].iter().sum::<f64>();
    order.sort_by(|&a, &b| loudness(b).total_cmp(&loudness(a)).then(a.cmp(&b)));
    let mut picked = vec![0; count];
    for _round in 0..8 {
        let before = picked.clone();
        for &i in &order {
            given[i] = None;
            let costs = offered.iter().map(|one| cost(i, one, &given));
            let best = costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(at, _)| at);
            picked[i] = best;
            given[i] = Some(offered[best].channel);
        }
        if picked == before {
            break;
        }
    }
    let shares = |i: usize| {
        let own = offered[picked[i]].channel;
        let meets = |k: &usize| *k != i && hears[i][*k] > 0.0 && given[*k].is_some_and(|c| c.overlap(own) > 0.0);
        (0..given.len()).filter(meets).count()
    };
    (0..count).map(|i| Assigned { allowed: offered[picked[i]], shares_with: shares(i) }).collect()
}
