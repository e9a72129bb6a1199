//! No more power than is needed: what one room does not need is noise in the next.

use super::channels::Assigned;
use super::{Levels, Need, Request};
use crate::radio::{AccessPoint, Channel, Dbm};

/// Less than this leaves devices out that hear worse than others; most send about as much themselves.
const LEAST: f64 = 12.0;

/// Gives each its channel, and lowers the powers by turns of 1 dB as long as every spot keeps what it had.
pub(super) fn lower(
    aps: &mut [AccessPoint],
    assigned: &[Assigned],
    chosen: &[usize],
    levels: &Levels,
    there: &Levels,
    needs: &[Need],
    request: &Request,
) {
    let mut power: Vec<f64> = assigned.iter().map(|a| request.eirp.0.min(a.allowed.most.0)).collect();
    let met = |power: &[f64], spot: usize, level: f64| {
        let new =
            chosen.iter().zip(power).filter(|(c, p)| f64::from(levels.at(**c, spot)) - request.eirp.0 + **p >= level);
        new.count() + there.reaching(spot, level).count()
    };
    // What was out of reach stays so, and holds nobody back.
    let demands: Vec<(usize, f64, usize)> = needs
        .iter()
        .enumerate()
        .flat_map(|(spot, need)| need.demands().map(move |(level, demand)| (spot, level, demand)))
        .filter(|(spot, level, demand)| met(&power, *spot, *level) >= *demand)
        .collect();
    let mut fixed = vec![false; power.len()];
    while let Some(i) = (0..power.len()).filter(|&i| !fixed[i]).max_by(|&a, &b| power[a].total_cmp(&power[b])) {
        power[i] -= 1.0;
        let lost = |(spot, level, demand): &(usize, f64, usize)| met(&power, *spot, *level) < *demand;
        if power[i] < LEAST || demands.iter().any(lost) {
            power[i] += 1.0;
            fixed[i] = true;
        }
    }
    for ((ap, power), one) in aps.iter_mut().zip(power).zip(assigned) {
        for radio in &mut ap.radios {
            radio.eirp = Dbm(power);
            radio.channel = Channel { ..one.allowed.channel };
        }
    }
}
