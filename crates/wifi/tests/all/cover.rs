//! The smallest covers: against every choice there is, and against the greedy one.

use proptest::prelude::*;
use wifi::place::cover::{Cover, Row};
use wifi::place::{Request, choose};
use wifi::propagation::Propagation;
use wifi::radio::Band;

fn request(seed: u64) -> Request {
    Request { seed, exchanges: 2_000, nodes: 2_000, ..Request::new(Propagation::prior(Band::Five)) }
}

fn covers() -> impl Strategy<Value = Cover> {
    let row = (prop::collection::vec(0..10_usize, 1..6), 1..3_usize);
    let rows = prop::collection::vec(row.prop_map(|(columns, demand)| Row { columns, demand }), 1..14);
    rows.prop_map(|rows| Cover::new(10, rows))
}

/// The size of the smallest cover, by trying all of them.
fn smallest(cover: &Cover) -> usize {
    let members = |set: u32| (0..10).filter(|c| set >> c & 1 == 1).collect::<Vec<usize>>();
    let covering = (0..1_u32 << 10).filter(|set| cover.is_covered_by(&members(*set)));
    covering.map(u32::count_ones).min().unwrap_or(99) as usize
}

proptest! {
    #[test]
    fn small_problems_are_solved_and_proven(cover in covers(), seed in 0..5_u64) {
        let choice = choose(&cover, &request(seed));
        prop_assert!(cover.is_covered_by(&choice.best));
        let smallest = smallest(&cover);
        prop_assert_eq!((choice.best.len(), choice.least), (smallest, smallest));
    }

    #[test]
    fn a_search_cut_short_still_covers_and_never_bounds_too_high(cover in covers(), nodes in 0..3_usize) {
        let choice = choose(&cover, &Request { exchanges: 3, nodes, ..request(1) });
        prop_assert!(cover.is_covered_by(&choice.best));
        prop_assert!(choice.best.len() <= choice.greedy);
        prop_assert!(choice.least <= smallest(&cover));
    }

    #[test]
    fn what_is_left_out_of_a_problem_follows_from_what_remains(cover in covers()) {
        let small = cover.reduced();
        prop_assert!(small.rows().len() <= cover.rows().len());
        prop_assert_eq!(smallest(&small), smallest(&cover));
    }
}

#[test]
fn greedy_is_beaten_where_it_goes_wrong() {
    // Two halves of seven spots; columns 0 and 1 cover one half each. Columns 2, 3 and 4 cover four, two and one spots of
    // both, which looks better at every step. The last column of each spot only keeps the spots apart.
    let spot = |i: usize| Row { columns: vec![i / 7, [2, 2, 2, 2, 3, 3, 4][i % 7], 5 + i], demand: 1 };
    let cover = Cover::new(19, (0..14).map(spot));
    assert_eq!(cover.greedy(), [2, 3, 4]);
    let choice = choose(&cover, &request(1));
    assert_eq!((choice.best, choice.least, choice.greedy), (vec![0, 1], 2, 3));
}

#[test]
fn nothing_to_cover_needs_nothing() {
    let choice = choose(&Cover::new(3, []), &request(1));
    assert_eq!((choice.best.len(), choice.least), (0, 0));
    // A demand that no choice meets is none.
    let out_of_reach = Cover::new(3, [Row { columns: vec![1], demand: 2 }, Row { columns: vec![], demand: 1 }]);
    assert!(out_of_reach.rows().is_empty());
}
