//! Access points for floors with rooms.

use crate::synthetic::{bounds, floor, random, wall};
use rand::Rng;
use wifi::geometry::{Bounds, Floor, Point, Storey};
use wifi::japan;
use wifi::place::{PlaceError, Proposal, Request, propose};
use wifi::predict::outlook::Target;
use wifi::propagation::Propagation;
use wifi::radio::{Band, Dbm, Width};
use wifi::room::Room;

fn request() -> Request {
    Request { exchanges: 2_000, nodes: 200, ..Request::new(Propagation::prior(Band::Five)) }
}

fn whole(target: Target) -> Vec<Room> {
    vec![Room::whole("floor", bounds(), target)]
}

/// Walls at random, more than a clinic has.
fn random_floor(seed: u64) -> (Floor, Vec<Room>) {
    let mut random = random(seed);
    let (w, h) = (random.random_range(12.0..40.0), random.random_range(8.0..25.0));
    let bounds = Bounds { min: Point::new(0.0, 0.0), max: Point::new(w, h) };
    let walls = (0..random.random_range(5..60)).map(|i| {
        let (x, y): (f64, f64) = (random.random_range(0.0..w), random.random_range(0.0..h));
        let long = random.random_range(1.0..8.0);
        if i % 2 == 0 { wall(x, y, (x + long).min(w), y) } else { wall(x, y, x, (y + long).min(h)) }
    });
    (
        Floor::new(walls.collect(), bounds, Storey::default()).unwrap(),
        vec![Room::whole("floor", bounds, Target::default())],
    )
}

fn holds(proposal: &Proposal, confidence: f64) -> bool {
    proposal.rooms.iter().all(|room| room.out_of_reach == 0 && room.meets >= confidence - 1e-3)
}

#[test]
fn on_fifty_random_floors_never_worse_than_greedy_and_never_below_the_bound() {
    let mut better = 0;
    for seed in 0..50 {
        let (floor, rooms) = random_floor(seed);
        let proposal = propose(&floor, &rooms, &[], &request()).unwrap();
        let count = proposal.aps.len();
        assert!(count <= proposal.greedy, "floor {seed}: {count} against {}", proposal.greedy);
        assert!(proposal.least <= count && count <= proposal.least + 1, "floor {seed}: {} to {count}", proposal.least);
        assert!(holds(&proposal, 0.8), "floor {seed}: {:?}", proposal.rooms);
        better += usize::from(count < proposal.greedy);
    }
    assert!(better > 3, "the search found something on {better} floors only");
}

#[test]
fn the_surer_it_must_be_the_more_access_points_it_takes() {
    let count = |confidence| {
        let proposal = propose(&floor(), &whole(Target::default()), &[], &Request { confidence, ..request() }).unwrap();
        assert!(holds(&proposal, confidence), "{proposal:?}");
        proposal.aps.len()
    };
    let counts = [0.5, 0.8, 0.95].map(count);
    assert!(counts[0] < counts[2] && counts.is_sorted(), "{counts:?}");
}

#[test]
fn a_roaming_room_hears_two_and_what_hangs_already_counts() {
    let roaming = Target { second: Some(Dbm(-67.0)), ..Target::default() };
    let rooms = whole(roaming);
    let request = Request { confidence: 0.5, ..request() };
    let one = propose(&floor(), &whole(Target::default()), &[], &request).unwrap().aps.len();
    let two = propose(&floor(), &rooms, &[], &request).unwrap();
    assert!(two.aps.len() > one, "{} {one}", two.aps.len());
    let fixed: Vec<_> = two.aps.iter().map(|p| p.ap.clone()).collect();
    assert_eq!(propose(&floor(), &rooms, &fixed, &request).unwrap().aps.len(), 0);
    assert!(propose(&floor(), &rooms, &fixed[..1], &request).unwrap().aps.len() < two.aps.len());
}

#[test]
fn neighbours_get_channels_of_their_own_and_no_more_power_than_allowed() {
    let sure = Request { confidence: 0.95, ..request() };
    let proposal = propose(&floor(), &whole(Target::default()), &[], &sure).unwrap();
    assert!(proposal.aps.len() >= 3);
    for placed in &proposal.aps {
        let one = &placed.channel;
        assert_eq!(one.shares_with, 0, "{proposal:?}");
        assert!(placed.ap.radios[0].eirp <= one.allowed.most && placed.ap.radios[0].eirp.0 >= 12.0);
        assert!(bounds().contains(placed.ap.at));
        // W52 has two channels of 40 MHz; only who finds them taken gives way to radar.
        assert_eq!(one.allowed.dfs, one.allowed.part != "W52");
    }
    // In 2.4 GHz there are three, so the fourth must share.
    let law = Propagation::prior(Band::Two);
    let narrow = Request { law, confidence: 0.99, width: Width::W20, ..request() };
    let proposal = propose(&floor(), &whole(Target { level: Dbm(-52.0), ..Target::default() }), &[], &narrow).unwrap();
    assert!(proposal.aps.len() > 3 && proposal.aps.iter().any(|p| p.channel.shares_with > 0), "{proposal:?}");
    assert!(proposal.aps.iter().all(|p| [1, 6, 11].contains(&p.channel.allowed.number)));
}

#[test]
fn channels_are_those_of_the_rules() {
    let numbers = |band, width| japan::channels(band, width).iter().map(|a| a.number).collect::<Vec<_>>();
    let five = numbers(Band::Five, Width::W20);
    assert_eq!((five.len(), five[0], five[19]), (20, 36, 144));
    assert_eq!(numbers(Band::Five, Width::W40), [36, 44, 52, 60, 100, 108, 116, 124, 132, 140]);
    assert_eq!(numbers(Band::Five, Width::W80), [36, 52, 100, 116, 132]);
    assert_eq!(numbers(Band::Five, Width::W160), [36, 100]);
    assert_eq!(
        [Width::W20, Width::W40, Width::W80, Width::W160, Width::W320].map(|w| numbers(Band::Six, w).len()),
        [24, 12, 6, 3, 1]
    );
    assert_eq!(numbers(Band::Six, Width::W80), [5, 21, 37, 53, 69, 85]);
    let middle = |band, number, width| japan::channel(band, number, width).map(|c| c.centre_mhz);
    assert_eq!(middle(Band::Two, 6, Width::W20), Some(2_437.0));
    assert_eq!(middle(Band::Five, 44, Width::W20), Some(5_220.0));
    assert_eq!(middle(Band::Five, 40, Width::W80), Some(5_210.0));
    assert_eq!(middle(Band::Six, 5, Width::W80), Some(5_985.0));
    assert_eq!(middle(Band::Five, 50, Width::W20), None);
}

#[test]
fn what_cannot_be_planned_is_said() {
    let with = |change: fn(&mut Request)| {
        let mut request = request();
        change(&mut request);
        propose(&floor(), &whole(Target::default()), &[], &request).unwrap_err()
    };
    assert!(matches!(with(|r| r.confidence = 1.0), PlaceError::Number { what: "confidence", .. }));
    assert!(matches!(with(|r| r.sd.0 = f64::NAN), PlaceError::Number { what: "spread", .. }));
    assert!(matches!(with(|r| r.places_m = 0.0), PlaceError::Number { .. }));
    assert_eq!(propose(&floor(), &[], &[], &request()).unwrap_err(), PlaceError::NoRoom);
    // A room that nothing reaches with such a target is told, and does not stop the others.
    let mut rooms = whole(Target { level: Dbm(-5.0), ..Target::default() });
    rooms.push(Room::whole("other", bounds(), Target::default()));
    let proposal = propose(&floor(), &rooms, &[], &request()).unwrap();
    assert!(proposal.rooms[0].out_of_reach > 0 && proposal.rooms[1].out_of_reach == 0);
}
