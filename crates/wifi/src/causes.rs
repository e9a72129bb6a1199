//! Why a device is badly served, ranked by what removing each cause would give.
//!
//! A gain of level is in dB. Air that others use is in dB too: what halves the time on the air for this device is as bad
//! as halving its rate, and counts as 3 dB. The gains are each taken alone, so they do not add up: behind two walls,
//! taking away either helps less than taking away both.

mod words;

use crate::calibrate::detection::normal;
use crate::crossing::crosses;
use crate::geometry::{Floor, Point, Segment};
use crate::material::Material;
use crate::predict::outlook::{CARRIER, Target, noise};
use crate::propagation::Propagation;
use crate::radio::{AccessPoint, ApId, Channel, Db, Dbm};
use serde::Serialize;

/// Nearer than this nobody moves an access point for a device's sake. Metres.
const NEAR: f64 = 5.0;
/// What is gained by less than this is within what a measurement moves by itself.
const WORTH: f64 = 1.0;
/// Clients should look around below this level, and a neighbour is better by this much only to a client that does not
/// (the margins of the trade: warn from 8 dB, judged below -70 dBm).
const STICKY: (Dbm, Db) = (Dbm(-70.0), Db(8.0));
/// Change against the last survey that chance alone does not explain: two standard deviations of a mean of two visits.
const DRIFT: Db = Db(6.0);

/// A device and the access point that serves it.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// The law as learnt or expected.
    pub law: &'a Propagation,
    /// The floor both are on.
    pub floor: &'a Floor,
    /// Every access point that is declared.
    pub aps: &'a [AccessPoint],
    /// Which of them serves, by its place in the list.
    pub serving: usize,
    /// Where the device is.
    pub at: Point,
    /// The most that the serving radio may radiate.
    pub most: Dbm,
    /// What the spot must have.
    pub target: Target,
}

/// What was seen of it. What is not known is `None`, and causes that need it are not judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Level at the device, or what it was converted to.
    pub level: Option<Dbm>,
    /// Noise and interference at the serving radio.
    pub noise: Option<Dbm>,
    /// The part of time in which others use the channel, 0 to 1.
    pub busy: Option<f64>,
    /// Levels of the other access points at the device, by their place in the list: from a beacon report.
    pub neighbours: Vec<(usize, Dbm)>,
    /// Access points that no longer answer, by their place in the list.
    pub lost: Vec<usize>,
    /// Measured minus expected at this spot when it was surveyed last.
    pub last: Option<Db>,
}

/// What may be wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    /// Too far away.
    Distance {
        /// How far.
        metres: f64,
    },
    /// A wall between, the one named.
    Wall {
        /// Its place in the floor's list.
        wall: usize,
        /// What it is made of.
        material: Material,
    },
    /// It sends with less than it may.
    Power {
        /// As set.
        now: Dbm,
        /// As allowed.
        most: Dbm,
    },
    /// Others nearby use the same part of the spectrum.
    Overlap {
        /// Which.
        with: Vec<ApId>,
    },
    /// The channel is in use by others most of the time.
    Busy {
        /// The part of time.
        share: f64,
    },
    /// The device stays although another access point would serve it better.
    Sticky {
        /// Which would.
        better: ApId,
    },
    /// Something that is no Wi-Fi disturbs the channel.
    Noise {
        /// As measured.
        noise: Dbm,
    },
    /// Something changed since the last survey: furniture, a door, the access point itself.
    Drift {
        /// Against what was measured then.
        lost: Db,
    },
    /// An access point that served here does not answer.
    Lost {
        /// Which.
        ap: ApId,
    },
}

/// A cause and what its removal would give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranked {
    /// What is wrong.
    #[serde(flatten)]
    pub cause: Cause,
    /// What removing it alone would give; positive.
    pub gain: Db,
    /// How probable it would then be that the target is met, taking the spread given.
    pub meets: f64,
}

/// The causes, the most worthwhile first. `sd` is how far levels lie around what is expected.
///
/// Empty if `serving` is no access point with a radio in the law's band.
#[must_use]
pub fn causes(sight: &Sight<'_>, seen: &Seen, sd: Db) -> Vec<Ranked> {
    let Some(radio) = sight.aps.get(sight.serving).and_then(|ap| ap.radio(sight.law.band)) else { return Vec::new() };
    let expected = sight.expected(sight.serving);
    let level = seen.level.unwrap_or(expected);
    let mut found = Vec::new();
    let mut add = |cause, gain: f64| {
        if gain >= WORTH {
            found.push((cause, Db(gain)));
        }
    };

    let through = sight.through(sight.serving);
    let metres = sight.metres(sight.serving);
    let over = |metres: f64| sight.law.loss(metres, Db(0.0)).0;
    add(Cause::Distance { metres }, over(metres) - over(NEAR.min(metres)));
    let all: f64 = through.iter().map(|(_, _, loss)| loss).sum();
    for (wall, material, loss) in through {
        let left = sight.law.saturated(Db(all - loss)).0;
        add(Cause::Wall { wall, material }, sight.law.saturated(Db(all)).0 - left);
    }
    add(Cause::Power { now: radio.eirp, most: sight.most }, sight.most.0 - radio.eirp.0);

    let with = sight.overlapping(radio.channel, seen);
    let others = with.len() as f64;
    add(Cause::Overlap { with }, 10.0 * (1.0 + others).log10());
    if let Some(share) = seen.busy.filter(|s| (0.0..1.0).contains(s)) {
        add(Cause::Busy { share }, -10.0 * (1.0 - share).log10());
    }
    if let Some(measured) = seen.noise {
        add(Cause::Noise { noise: measured }, measured.0 - noise(radio.channel).0);
    }
    let best = seen.neighbours.iter().filter(|(i, _)| *i < sight.aps.len() && *i != sight.serving);
    if let Some((better, other)) = best.max_by(|a, b| a.1.0.total_cmp(&b.1.0)) {
        let gain = (*other - level).0;
        if level < STICKY.0 && gain >= STICKY.1.0 {
            add(Cause::Sticky { better: sight.aps[*better].id.clone() }, gain);
        }
    }
    if let Some((last, level)) = seen.last.zip(seen.level) {
        let lost = last.0 - (level - expected).0;
        if lost >= DRIFT.0 {
            add(Cause::Drift { lost: Db(lost) }, lost);
        }
    }
    for &ap in seen.lost.iter().filter(|ap| **ap < sight.aps.len()) {
        add(Cause::Lost { ap: sight.aps[ap].id.clone() }, (sight.expected(ap) - level).0);
    }

    let floor = seen.noise.unwrap_or(noise(radio.channel));
    let needed = sight.target.level.0.max(floor.0 + sight.target.snr.0);
    let rank = |(cause, gain): (Cause, Db)| {
        let meets = normal((level.0 + gain.0 - needed) / sd.0.max(0.1));
        Ranked { cause, gain, meets }
    };
    let mut ranked: Vec<Ranked> = found.into_iter().map(rank).collect();
    ranked.sort_by(|a, b| b.gain.0.total_cmp(&a.gain.0));
    ranked
}

impl Sight<'_> {
    fn metres(&self, ap: usize) -> f64 {
        self.aps[ap].at.distance(self.at)
    }

    /// The walls between, each with what it costs alone.
    fn through(&self, ap: usize) -> Vec<(usize, Material, f64)> {
        let ray = Segment::new(self.aps[ap].at, self.at);
        let walls = self.floor.walls().iter().enumerate().filter(|(_, wall)| crosses(ray, wall.segment));
        walls.map(|(i, wall)| (i, wall.material, self.law.wall(wall.material).0)).collect()
    }

    /// The level that the law expects of `ap` here; minus infinity without a radio in the band.
    fn expected(&self, ap: usize) -> Dbm {
        let Some(radio) = self.aps[ap].radio(self.law.band) else { return Dbm(f64::NEG_INFINITY) };
        let through = self.through(ap).into_iter().map(|(_, _, loss)| loss).sum();
        Dbm(radio.eirp.0 - self.law.loss(self.metres(ap), Db(through)).0)
    }

    /// Others on this part of the spectrum that are waited for here.
    fn overlapping(&self, channel: Channel, seen: &Seen) -> Vec<ApId> {
        let heard = |ap: usize| {
            let reported = seen.neighbours.iter().find(|(i, _)| *i == ap).map(|(_, level)| *level);
            reported.unwrap_or_else(|| self.expected(ap)) >= CARRIER && !seen.lost.contains(&ap)
        };
        let meets = |ap: &usize| {
            let radio = self.aps[*ap].radio(self.law.band);
            *ap != self.serving && radio.is_some_and(|r| r.channel.overlap(channel) > 0.0) && heard(*ap)
        };
        (0..self.aps.len()).filter(meets).map(|ap| self.aps[ap].id.clone()).collect()
    }
}
