//! Rooms: what lies in them, and the spots that are looked at.

use proptest::prelude::*;
use wifi::geometry::{Bounds, Point};
use wifi::predict::field::Grid;
use wifi::predict::outlook::Target;
use wifi::room::Room;

fn room(corners: &[(f64, f64)]) -> Room {
    let corners = corners.iter().map(|&(x, y)| Point::new(x, y)).collect();
    Room { name: "診察室".to_owned(), corners, target: Target::default() }
}

/// An L: six by six metres without the upper right quarter.
fn angled() -> Room {
    room(&[(0.0, 0.0), (6.0, 0.0), (6.0, 3.0), (3.0, 3.0), (3.0, 6.0), (0.0, 6.0)])
}

#[test]
fn a_room_with_a_corner_cut_out_does_not_hold_what_was_cut_out() {
    let room = angled();
    for (x, y, inside) in [
        (1.0, 1.0, true),
        (5.0, 1.0, true),
        (1.0, 5.0, true),
        (5.0, 5.0, false),
        (3.1, 3.1, false),
        (-0.1, 1.0, false),
        (6.1, 1.0, false),
        (1.0, 6.1, false),
    ] {
        assert_eq!(room.contains(Point::new(x, y)), inside, "{x} {y}");
    }
    // Whichever way round it was drawn.
    let mut turned = room.clone();
    turned.corners.reverse();
    assert!(room.spots(0.5).iter().all(|p| turned.contains(*p)));
}

#[test]
fn spots_cover_a_room_evenly_and_a_closet_has_one() {
    let spots = angled().spots(1.0);
    assert_eq!(spots.len(), 27);
    assert!(spots.contains(&Point::new(0.5, 0.5)) && !spots.contains(&Point::new(4.5, 4.5)));
    assert_eq!(room(&[(0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4)]).spots(1.0).len(), 1);
    // So narrow that no spot of the grid lies in it.
    let sliver = room(&[(0.0, 0.0), (9.0, 9.0), (9.0, 9.001)]);
    let spots = sliver.spots(3.0);
    assert!(!spots.is_empty() && spots.iter().all(|p| p.x >= 0.0 && p.x <= 9.0));
    assert_eq!(room(&[]).spots(1.0), []);
}

#[test]
fn a_whole_floor_is_a_room() {
    let bounds = Bounds { min: Point::new(-2.0, 1.0), max: Point::new(8.0, 6.0) };
    let room = Room::whole("全体", bounds, Target::default());
    assert_eq!(room.bounds(), Some(bounds));
    assert_eq!(room.spots(1.0).len(), 50);
}

proptest! {
    #[test]
    fn spots_lie_in_their_room_and_no_further_apart_than_asked(
        x in -50.0..50.0_f64, y in -50.0..50.0_f64, w in 0.5..30.0_f64, h in 0.5..30.0_f64, step in 0.3..4.0_f64,
    ) {
        let bounds = Bounds { min: Point::new(x, y), max: Point::new(x + w, y + h) };
        let room = Room::whole("r", bounds, Target::default());
        let spots = room.spots(step);
        prop_assert!(spots.iter().all(|p| room.contains(*p)));
        // Wherever one stands in the room, a spot is within half a step to each side.
        for corner in &room.corners {
            let near = |p: &Point| (p.x - corner.x).abs() <= step / 2.0 + 1e-9 && (p.y - corner.y).abs() <= step / 2.0 + 1e-9;
            prop_assert!(spots.iter().any(near), "{corner:?}");
        }
    }

    #[test]
    fn every_cell_is_found_again_by_its_middle(
        x in -50.0..50.0_f64, y in -50.0..50.0_f64, w in 0.5..30.0_f64, h in 0.5..30.0_f64, step in 0.3..4.0_f64,
    ) {
        let bounds = Bounds { min: Point::new(x, y), max: Point::new(x + w, y + h) };
        let grid = Grid::over(bounds, step).unwrap();
        for (index, point) in grid.points().enumerate() {
            prop_assert_eq!(grid.cell(point), Some(index));
        }
        prop_assert_eq!(grid.cell(Point::new(x - step, y)), None);
        prop_assert_eq!(grid.cell(Point::new(x, y + h + 2.0 * step)), None);
    }
}
