//! A floor, its access points and a survey as links: who is who by number, and what lies between.

use super::link::{Link, Reading};
use crate::crossing::crosses;
use crate::geometry::{Floor, Point, Segment};
use crate::material::Material;
use crate::radio::{AccessPoint, ApId, Band};
use crate::reading::{DeviceId, Survey, Visit, WalkId};
use std::collections::BTreeMap;

/// A floor and what hangs on it: what readings are held against.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Walls and bounds.
    pub floor: &'a Floor,
    /// In any order; links number them by it.
    pub aps: &'a [AccessPoint],
}

/// A survey names an access point that the plan does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the survey heard access point {ap} in band {band}, which is not on the plan; add it there, or leave it out")]
pub struct UnknownAp {
    /// Its name.
    pub ap: ApId,
    /// Where it was heard.
    pub band: Band,
}

/// Numbers for devices, walks and spots, the same for every survey that is read with it.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    devices: BTreeMap<DeviceId, usize>,
    walks: BTreeMap<WalkId, usize>,
    visits: usize,
}

/// What a survey says of one band.
#[derive(Clone, Debug, Default)]
pub struct Dataset {
    /// What was heard.
    pub readings: Vec<Reading>,
    /// What was listened for and not heard.
    pub silent: Vec<Link>,
}

/// Kinds of material told apart beyond their prior loss, and the count at which two thirds of the effect is reached.
const KINDS: [(&[Material], f64); 4] = [
    (&[Material::Glass], 2.0),
    (&[Material::Metal], 4.0),
    (&[Material::Concrete, Material::Brick], 4.0),
    (&[Material::Clutter], 20.0),
];

/// Walls between two spots, as the model takes them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Between {
    /// Sum of prior losses over that of an unknown wall.
    pub walls: f64,
    /// By kind, saturated to 0..1.
    pub extra: [f64; 4],
}

impl Site<'_> {
    /// What the straight line from `from` to `to` passes.
    #[must_use]
    pub fn between(&self, from: Point, to: Point, band: Band) -> Between {
        let mut counts = [0.0; Material::ALL.len()];
        let ray = Segment::new(from, to);
        for wall in self.floor.walls().iter().filter(|w| crosses(ray, w.segment)) {
            counts[wall.material as usize] += 1.0;
        }
        let unit = Material::Unknown.prior_loss(band).0;
        let walls = Material::ALL.iter().zip(counts).filter(|(_, n)| *n > 0.0);
        let walls = walls.map(|(m, n)| n * m.prior_loss(band).0 / unit).sum();
        let extra = KINDS.map(|(kinds, scale)| {
            let n: f64 = kinds.iter().map(|&m| counts[m as usize]).sum();
            1.0 - (-n / scale).exp()
        });
        Between { walls, extra }
    }

    /// The link from access point number `ap` to `to`; `None` if it has no radio in `band`.
    #[must_use]
    pub fn link(&self, ap: usize, to: Point, band: Band, who: Who) -> Option<Link> {
        let point = &self.aps[ap];
        let radio = point.radio(band)?;
        let between = self.between(point.at, to, band);
        let gain = radio.pattern.gain((to.y - point.at.y).atan2(to.x - point.at.x)).0;
        Some(Link {
            ap,
            from: point.at,
            visit: who.visit,
            to,
            device: who.device,
            walk: who.walk,
            second: false,
            ghz: radio.channel.centre_mhz / 1000.0,
            eirp: radio.eirp.0 + gain,
            walls: between.walls,
            extra: between.extra,
            share: 1.0,
            unsteady: 1.0,
        })
    }

    /// The readings of `survey` in `band`, and its silence.
    ///
    /// # Errors
    /// An access point that is not on the plan.
    pub fn dataset(&self, survey: &Survey, band: Band, numbers: &mut Numbers) -> Result<Dataset, UnknownAp> {
        let index: BTreeMap<&ApId, usize> = self.aps.iter().enumerate().map(|(i, ap)| (&ap.id, i)).collect();
        let mut data = Dataset::default();
        for visit in &survey.visits {
            // Numbered even if the band was not scanned, so that two bands number their visits alike.
            let who = numbers.who(visit);
            if !visit.bands.contains(&band) {
                continue;
            }
            let mut heard = vec![false; self.aps.len()];
            for one in visit.heard.iter().filter(|h| h.band == band) {
                let unknown = || UnknownAp { ap: one.ap.clone(), band };
                let ap = *index.get(&one.ap).ok_or_else(unknown)?;
                let link = self.link(ap, visit.at, band, who).ok_or_else(unknown)?;
                heard[ap] = true;
                let link = Link { share: one.share, ..link };
                data.readings.push(Reading { link, level: one.level.dbm().0, doubt: 1.0, vague: 0.0 });
            }
            let silent = heard.iter().enumerate().filter(|(_, heard)| !**heard);
            data.silent.extend(silent.filter_map(|(ap, _)| self.link(ap, visit.at, band, who)));
        }
        Ok(data)
    }
}

/// The numbers of one visit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Who {
    /// Number of the visit.
    pub visit: usize,
    /// Number of the device.
    pub device: usize,
    /// Number of the walk.
    pub walk: usize,
}

impl Numbers {
    /// Numbers for a visit, new ones for what was not met before.
    pub fn who(&mut self, visit: &Visit) -> Who {
        let next = self.devices.len();
        let device = *self.devices.entry(visit.device.clone()).or_insert(next);
        let next = self.walks.len();
        let walk = *self.walks.entry(visit.walk.clone()).or_insert(next);
        self.visits += 1;
        Who { visit: self.visits - 1, device, walk }
    }

    /// The same devices and walks, visits from the beginning: for another band of the same survey.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self { visits: 0, ..self.clone() }
    }

    /// Nobody in particular: a device and a walk that no reading has, for maps.
    #[must_use]
    pub fn nobody(&self) -> Who {
        Who { visit: usize::MAX, device: usize::MAX, walk: usize::MAX }
    }
}
