//! What a spot can expect of all access points together.

use crate::calibrate::detection::normal;
use crate::radio::{Channel, Db, Dbm};
use serde::{Deserialize, Serialize};

/// Below this a radio does not wait for another (clear channel assessment of IEEE 802.11, preamble, 20 MHz).
pub const CARRIER: Dbm = Dbm(-82.0);
/// What a receiver adds to thermal noise.
const NOISE_FIGURE: f64 = 7.0;

/// What a spot must have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// From the best access point.
    pub level: Dbm,
    /// Above the noise.
    pub snr: Db,
    /// From the second best, where devices roam without a gap.
    pub second: Option<Dbm>,
}

impl Default for Target {
    fn default() -> Self {
        Self { level: Dbm(-65.0), snr: Db(25.0), second: None }
    }
}

/// One access point as it is expected at a spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Server {
    /// Expected level.
    pub level: Dbm,
    /// Standard deviation of it.
    pub sd: Db,
    /// What it sends on.
    pub channel: Channel,
}

/// What a spot can expect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// The strongest, by its place in the list.
    pub best: usize,
    /// The second.
    pub second: Option<usize>,
    /// Best level above noise.
    pub snr: Db,
    /// How many others on an overlapping channel are strong enough to be waited for.
    pub overlap: usize,
    /// Megabits per second on the air that one stream can expect, shared with those that overlap.
    pub rate: f64,
    /// How probable it is that the target is met.
    pub meets: f64,
}

/// The noise of a receiver of this channel's width.
#[must_use]
pub fn noise(channel: Channel) -> Dbm {
    Dbm(-174.0 + NOISE_FIGURE + 10.0 * (channel.width.mhz() * 1e6).log10())
}

/// How probable it is that a level expected like this is at least `needed`.
#[must_use]
pub fn likelihood(expected: Dbm, needed: Dbm, sd: Db) -> f64 {
    normal((expected - needed).0 / sd.0.max(0.1))
}

/// What a spot can expect of `servers`; `None` without any.
#[must_use]
pub fn outlook(servers: &[Server], target: Target) -> Option<Outlook> {
    let mut order: Vec<usize> = (0..servers.len()).collect();
    order.sort_by(|&a, &b| servers[b].level.0.total_cmp(&servers[a].level.0));
    let best = *order.first()?;
    let second = order.get(1).copied();
    let one = &servers[best];
    let floor = noise(one.channel);
    let snr = one.level - floor;
    let waits = |s: &&Server| s.level >= CARRIER && s.channel.overlap(one.channel) > 0.0;
    let overlap = servers.iter().filter(waits).count() - usize::from(waits(&one));
    let needed = Dbm(target.level.0.max(floor.0 + target.snr.0));
    // One access point suffices, so the target is missed if all miss it. Their errors are alike (the same body, the
    // same cupboard), hence not multiplied: the likeliest decides.
    let reach = |needed: Dbm, except: Option<usize>| {
        let able = servers.iter().enumerate().filter(|(i, _)| Some(*i) != except);
        able.map(|(_, s)| likelihood(s.level, needed, s.sd)).fold(0.0, f64::max)
    };
    let meets = match target.second {
        None => reach(needed, None),
        Some(other) => reach(needed, None).min(reach(other, Some(best))),
    };
    let rate = expected_rate(snr, one.sd, one.channel) / (1 + overlap) as f64;
    Some(Outlook { best, second, snr, overlap, rate, meets })
}

/// SNR in dB from which a modulation holds, and its bits per subcarrier with coding (IEEE 802.11ax MCS 0 to 11).
const STEPS: [(f64, f64); 12] = [
    (2.0, 0.5),
    (5.0, 1.0),
    (9.0, 1.5),
    (11.0, 2.0),
    (15.0, 3.0),
    (18.0, 4.0),
    (20.0, 4.5),
    (25.0, 5.0),
    (29.0, 6.0),
    (31.0, 6.667),
    (34.0, 7.5),
    (37.0, 8.333),
];

/// Rate of one stream in Mbit/s at this SNR. A symbol takes 13.6 µs; 20 MHz hold 234 data subcarriers.
#[must_use]
pub fn rate(snr: Db, channel: Channel) -> f64 {
    let bits = STEPS.iter().rev().find(|(needed, _)| snr.0 >= *needed).map_or(0.0, |(_, bits)| *bits);
    234.0 * channel.width.mhz() / 20.0 * bits / 13.6
}

fn expected_rate(snr: Db, sd: Db, channel: Channel) -> f64 {
    // Five points of equal probability.
    let z = [-1.281_6, -0.524_4, 0.0, 0.524_4, 1.281_6];
    z.iter().map(|z| rate(Db(snr.0 + z * sd.0), channel)).sum::<f64>() / 5.0
}
