//! Floors whose truth is known, from a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wifi::calibrate::dataset::Site;
use wifi::geometry::{Bounds, Floor, Point, Segment, Storey, Wall};
use wifi::material::Material;
use wifi::radio::{AccessPoint, ApId, Band, Channel, Dbm, Pattern, Radio, Width};
use wifi::reading::{DeviceId, Direction, Heard, Level, Survey, Visit, WalkId};

/// What the readings were made from.
#[derive(Clone, Copy)]
pub(crate) struct Truth {
    pub(crate) exponent: f64,
    pub(crate) wall: f64,
    pub(crate) device: f64,
    pub(crate) ap: f64,
    pub(crate) noise: f64,
    pub(crate) threshold: f64,
}

pub(crate) const TRUTH: Truth = Truth { exponent: 3.0, wall: 4.0, device: 6.0, ap: 3.0, noise: 3.0, threshold: -88.0 };

pub(crate) fn bounds() -> Bounds {
    Bounds { min: Point::new(0.0, 0.0), max: Point::new(30.0, 15.0) }
}

pub(crate) fn wall(x1: f64, y1: f64, x2: f64, y2: f64) -> Wall {
    Wall { segment: Segment::new(Point::new(x1, y1), Point::new(x2, y2)), material: Material::Unknown }
}

/// Rooms of five metres on both sides of a corridor.
pub(crate) fn floor() -> Floor {
    let mut walls = vec![wall(0.0, 6.0, 30.0, 6.0), wall(0.0, 9.0, 30.0, 9.0)];
    for x in 1..6 {
        walls.push(wall(5.0 * f64::from(x), 0.0, 5.0 * f64::from(x), 6.0));
        walls.push(wall(5.0 * f64::from(x), 9.0, 5.0 * f64::from(x), 15.0));
    }
    Floor::new(walls, bounds(), Storey::default()).unwrap()
}

pub(crate) fn aps(count: usize, random: &mut ChaCha8Rng) -> Vec<AccessPoint> {
    let radio = Radio {
        band: Band::Five,
        channel: Channel { centre_mhz: 5_220.0, width: Width::W20 },
        eirp: Dbm(20.0),
        pattern: Pattern::Round,
    };
    let at = |random: &mut ChaCha8Rng| Point::new(random.random_range(0.5..29.5), random.random_range(0.5..14.5));
    let named = |i| ApId(format!("{i}"));
    (0..count)
        .map(|i| AccessPoint { id: named(i), at: at(random), height: 2.7, level: 1, radios: vec![radio.clone()] })
        .collect()
}

/// A survey of `spots` random spots by two devices that differ by `truth.device`.
pub(crate) fn survey(site: Site<'_>, truth: Truth, spots: usize, random: &mut ChaCha8Rng, powers: &[f64]) -> Survey {
    let visit = |i: usize, random: &mut ChaCha8Rng| {
        let at = Point::new(random.random_range(0.5..29.5), random.random_range(0.5..14.5));
        let heard = site.aps.iter().zip(powers).filter_map(|(ap, power)| {
            let metres = ap.at.distance(at).hypot(1.7);
            let through = site.between(ap.at, at, Band::Five).walls * truth.wall;
            let saturated = 25.0 * (1.0 - (-through / 25.0).exp());
            let device = if i.is_multiple_of(2) { 0.0 } else { -truth.device };
            let level = -30.0 - 10.0 * truth.exponent * metres.log10() - saturated
                + device
                + power
                + truth.noise * gauss(random);
            let level = Level::try_from(level.min(0.0)).ok().filter(|l| l.dbm().0 > truth.threshold)?;
            Some(Heard { ap: ap.id.clone(), band: Band::Five, level, share: 1.0 })
        });
        Visit {
            at,
            level: 1,
            device: DeviceId(format!("{}", i % 2)),
            walk: WalkId(format!("{}", i % 2)),
            direction: Direction::Down,
            bands: vec![Band::Five],
            heard: heard.collect(),
        }
    };
    Survey { visits: (0..spots).map(|i| visit(i, random)).collect() }
}

pub(crate) fn powers(count: usize, truth: Truth, random: &mut ChaCha8Rng) -> Vec<f64> {
    (0..count).map(|_| truth.ap * gauss(random)).collect()
}

pub(crate) fn gauss(random: &mut ChaCha8Rng) -> f64 {
    // Twelve uniform ones: close enough to normal, and readable.
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

pub(crate) fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}
