//! Why a device is badly served: the cause that was made is named first, and nothing where nothing is wrong.

use crate::synthetic::{bounds, wall};
use proptest::prelude::*;
use wifi::causes::{Cause, Ranked, Seen, Sight, causes};
use wifi::geometry::{Floor, Point, Storey, Wall};
use wifi::material::Material;
use wifi::predict::outlook::Target;
use wifi::propagation::Propagation;
use wifi::radio::{AccessPoint, ApId, Band, Channel, Db, Dbm, Pattern, Radio, Width};

fn ap(name: &str, x: f64, mhz: f64, eirp: f64) -> AccessPoint {
    let channel = Channel { centre_mhz: mhz, width: Width::W20 };
    let radio = Radio { band: Band::Five, channel, eirp: Dbm(eirp), pattern: Pattern::Round };
    AccessPoint { id: ApId(name.to_owned()), at: Point::new(x, 7.0), height: 2.7, level: 1, radios: vec![radio] }
}

/// Two access points in an empty hall and what a device at `x` suffers from.
fn judged(walls: Vec<Wall>, aps: &[AccessPoint], x: f64, seen: &Seen) -> Vec<Ranked> {
    let (law, floor) = (Propagation::prior(Band::Five), Floor::new(walls, bounds(), Storey::default()).unwrap());
    let at = Point::new(x, 7.0);
    let sight = Sight { law: &law, floor: &floor, aps, serving: 0, at, most: Dbm(20.0), target: Target::default() };
    causes(&sight, seen, Db(6.0))
}

fn hall() -> Vec<AccessPoint> {
    vec![ap("a", 2.0, 5_180.0, 20.0), ap("b", 28.0, 5_240.0, 20.0)]
}

fn metal(x: f64) -> Wall {
    Wall { material: Material::Metal, ..wall(x, 0.0, x, 15.0) }
}

#[test]
fn near_and_undisturbed_there_is_nothing_to_mend() {
    assert_eq!(judged(vec![], &hall(), 5.0, &Seen::default()), []);
}

#[test]
fn each_cause_is_first_where_it_is_the_trouble() {
    let level = |dbm| Seen { level: Some(Dbm(dbm)), ..Seen::default() };
    let weak = [ap("a", 2.0, 5_180.0, 8.0), ap("b", 28.0, 5_240.0, 20.0)];
    let same = [ap("a", 2.0, 5_180.0, 20.0), ap("b", 9.0, 5_180.0, 20.0), ap("c", 12.0, 5_180.0, 20.0)];
    let sticky = Seen { neighbours: vec![(1, Dbm(-48.0))], ..level(-74.0) };
    let gone = [ap("a", 28.0, 5_180.0, 20.0), ap("b", 4.0, 5_240.0, 20.0)];
    let lost = Seen { lost: vec![1], ..Seen::default() };
    let first = |walls, aps: &[AccessPoint], x, seen: &Seen| judged(walls, aps, x, seen).remove(0).cause;

    assert!(matches!(first(vec![], &hall(), 27.0, &level(-70.0)), Cause::Distance { metres } if metres == 25.0));
    assert_eq!(
        first(vec![metal(4.0)], &hall(), 5.0, &level(-70.0)),
        Cause::Wall { wall: 0, material: Material::Metal }
    );
    assert_eq!(first(vec![], &weak, 5.0, &level(-60.0)), Cause::Power { now: Dbm(8.0), most: Dbm(20.0) });
    let with = vec![ApId("b".to_owned()), ApId("c".to_owned())];
    assert_eq!(first(vec![], &same, 6.0, &level(-55.0)), Cause::Overlap { with });
    assert_eq!(first(vec![], &hall(), 5.0, &Seen { busy: Some(0.8), ..level(-55.0) }), Cause::Busy { share: 0.8 });
    assert_eq!(first(vec![], &hall(), 9.0, &sticky), Cause::Sticky { better: ApId("b".to_owned()) });
    let jammed = Seen { noise: Some(Dbm(-70.0)), ..level(-55.0) };
    assert_eq!(first(vec![], &hall(), 5.0, &jammed), Cause::Noise { noise: Dbm(-70.0) });
    assert_eq!(first(vec![], &gone, 5.0, &lost), Cause::Lost { ap: ApId("b".to_owned()) });
    // Expected some -41 dBm three metres away, and 20 dB less than at the last survey.
    let moved = Seen { last: Some(Db(0.0)), ..level(-62.0) };
    assert!(matches!(first(vec![], &hall(), 5.0, &moved), Cause::Drift { lost } if lost.0 > 15.0));
}

#[test]
fn a_wall_is_worth_less_behind_another_and_a_cause_says_what_it_gives() {
    let one = judged(vec![metal(4.0)], &hall(), 6.0, &Seen::default()).remove(0);
    let two = judged(vec![metal(4.0), metal(5.0)], &hall(), 6.0, &Seen::default()).remove(0);
    assert!(two.gain.0 < one.gain.0 - 3.0, "{one:?} {two:?}");
    let weak = judged(vec![metal(4.0)], &hall(), 6.0, &Seen { level: Some(Dbm(-70.0)), ..Seen::default() }).remove(0);
    assert!(weak.meets > 0.5 && weak.meets < one.meets);
    assert!(weak.ja().contains("金属・鉛") && weak.en().contains("metal or lead") && weak.en().contains("dB"));
    // A device that is well served by the farther one is not sticky.
    let good = Seen { level: Some(Dbm(-60.0)), neighbours: vec![(1, Dbm(-45.0))], ..Seen::default() };
    assert!(judged(vec![], &hall(), 9.0, &good).iter().all(|r| !matches!(r.cause, Cause::Sticky { .. })));
}

proptest! {
    #[test]
    fn whatever_was_seen_gains_are_ranked_and_positive(
        x in -5.0..40.0_f64, level in prop::option::of(-120.0..0.0_f64), noise in prop::option::of(-120.0..0.0_f64),
        busy in prop::option::of(-1.0..2.0_f64), near in prop::collection::vec((0..4_usize, -100.0..0.0_f64), 0..4),
        lost in prop::collection::vec(0..4_usize, 0..3), last in prop::option::of(-30.0..30.0_f64),
    ) {
        let seen = Seen {
            level: level.map(Dbm), noise: noise.map(Dbm), busy, lost, last: last.map(Db),
            neighbours: near.into_iter().map(|(ap, level)| (ap, Dbm(level))).collect(),
        };
        let all = judged(vec![metal(4.0), wall(10.0, 0.0, 10.0, 15.0)], &hall(), x, &seen);
        prop_assert!(all.iter().all(|r| r.gain.0 >= 1.0 && r.gain.0.is_finite() && (0.0..=1.0).contains(&r.meets)));
        prop_assert!(all.windows(2).all(|pair| pair[0].gain.0 >= pair[1].gain.0));
        prop_assert!(all.iter().all(|r| r.ja().ends_with("。") && r.en().ends_with('.')));
    }
}
