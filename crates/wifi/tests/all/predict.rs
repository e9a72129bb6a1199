//! The fast grid against the plain law, and what a spot is told.

use crate::synthetic::{aps, bounds, floor, random, wall};
use proptest::prelude::*;
use wifi::crossing::crosses;
use wifi::geometry::{Floor, Point, Segment, Storey, Wall};
use wifi::material::Material;
use wifi::predict::field::{DEVICE_HEIGHT, Grid, Walls, predict};
use wifi::predict::outlook::{Server, Target, noise, outlook, rate};
use wifi::propagation::Propagation;
use wifi::radio::{Band, Channel, Db, Dbm, Width};

fn place() -> impl Strategy<Value = Point> {
    (0.0..30.0, 0.0..15.0).prop_map(|(x, y)| Point::new(x, y))
}

fn walls() -> impl Strategy<Value = Vec<Wall>> {
    let one = (place(), place(), 0..Material::ALL.len());
    let one = one.prop_map(|(a, b, m)| Wall { segment: Segment::new(a, b), material: Material::ALL[m] });
    // Walls along the axes are the usual ones and the special case of the arithmetic.
    let straight = (0..30_u8, 0..15_u8, 0..15_u8, any::<bool>()).prop_map(|(x, y, z, upright)| {
        let [x, y, z] = [x, y, z].map(f64::from);
        if upright { wall(x, y, x, z) } else { wall(y, x / 2.0, z, x / 2.0) }
    });
    prop::collection::vec(prop_oneof![one, straight], 0..40)
}

proptest! {
    #[test]
    fn the_grid_says_what_the_law_says_of_each_wall(walls in walls(), at in place(), band in 0..3_usize) {
        let floor = Floor::new(walls, bounds(), Storey::default()).unwrap();
        let law = Propagation::prior(Band::ALL[band]);
        let mut ap = aps(1, &mut random(1)).remove(0);
        ap.at = at;
        ap.radios[0].band = law.band;
        let grid = Grid::over(bounds(), 0.73).unwrap();
        let field = predict(grid, &Walls::new(&floor, &law), &floor, &ap, &law).unwrap();
        let mut wrong = 0;
        for (point, level) in grid.points().zip(&field.dbm) {
            let ray = Segment::new(at, point);
            let through = floor.walls().iter().filter(|w| crosses(ray, w.segment));
            let through: f64 = through.map(|w| law.wall(w.material).0).sum();
            let metres = at.distance(point).hypot(ap.height - DEVICE_HEIGHT);
            let plain = 20.0 - law.loss(metres, Db(through)).0;
            wrong += usize::from((plain - f64::from(*level)).abs() > 0.01);
        }
        // A ray through the very end of a wall may fall on either side of it.
        prop_assert!(wrong * 200 <= field.dbm.len(), "{wrong} of {} cells differ", field.dbm.len());
    }

    #[test]
    fn a_wall_more_never_helps(mut walls in walls(), more in walls(), at in place()) {
        let law = Propagation::prior(Band::Five);
        let mut ap = aps(1, &mut random(1)).remove(0);
        ap.at = at;
        let grid = Grid::over(bounds(), 1.0).unwrap();
        let field = |walls: Vec<Wall>| {
            let floor = Floor::new(walls, bounds(), Storey::default()).unwrap();
            predict(grid, &Walls::new(&floor, &law), &floor, &ap, &law).unwrap().dbm
        };
        let before = field(walls.clone());
        walls.extend(more);
        prop_assert!(field(walls).iter().zip(&before).all(|(after, before)| *after <= before + 1e-3));
    }
}

#[test]
fn another_storey_loses_its_slabs() {
    let (floor, law) = (floor(), Propagation::prior(Band::Five));
    let grid = Grid::over(bounds(), 1.0).unwrap();
    let mut ap = aps(1, &mut random(2)).remove(0);
    let walls = Walls::new(&floor, &law);
    let mean = |level| {
        ap.level = level;
        let dbm = predict(grid, &walls, &floor, &ap, &law).unwrap().dbm;
        dbm.iter().sum::<f32>() / dbm.len() as f32
    };
    let [same, next, third] = [1, 2, 3].map(mean);
    assert!(same - next > 10.0 && next - third > 1.0 && next - third < same - next, "{same} {next} {third}");
}

#[test]
fn grids_without_end_are_refused() {
    for step in [0.0, -1.0, 1e-9, f64::NAN] {
        assert!(Grid::over(bounds(), step).is_err(), "{step}");
    }
    assert_eq!(Grid::over(bounds(), 1.0).unwrap().len(), 450);
}

#[test]
fn a_spot_is_told_its_servers_and_how_sure_that_is() {
    let on = |mhz| Channel { centre_mhz: mhz, width: Width::W20 };
    let server = |level, mhz| Server { level: Dbm(level), sd: Db(6.0), channel: on(mhz) };
    let all = [server(-70.0, 5_180.0), server(-55.0, 5_180.0), server(-72.0, 5_220.0)];
    let seen = outlook(&all, Target::default()).unwrap();
    assert_eq!((seen.best, seen.second, seen.overlap), (1, Some(0), 1));
    // Ten dB above the target with a spread of six: 1.67 standard deviations.
    assert!((seen.meets - 0.952).abs() < 0.005, "{}", seen.meets);
    let roaming = outlook(&all, Target { second: Some(Dbm(-67.0)), ..Target::default() }).unwrap();
    assert!(roaming.meets < 0.35);
    assert_eq!(outlook(&[], Target::default()), None);
    assert!((noise(on(5_180.0)).0 + 94.0).abs() < 0.1);
    assert!(rate(Db(40.0), on(5_180.0)) > 140.0 && rate(Db(0.0), on(5_180.0)) == 0.0);
}
