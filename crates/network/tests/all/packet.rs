//! Ranges against arithmetic.

use network::packet::{Family, Field, Space};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_range_holds_its_numbers_and_no_other(a in any::<u16>(), b in any::<u16>(), probe in any::<u16>()) {
        let (low, high) = (u128::from(a.min(b)), u128::from(a.max(b)));
        let space = Space::new(Family::V4);
        let range = space.range(Field::SourcePort, (low, high));
        for at in [u128::from(probe), low, high, low.saturating_sub(1), (high + 1).min(65_535)] {
            let one = space.masked(Field::SourcePort, at, 0xffff);
            prop_assert_eq!(!one.and(&range).is_false(), (low..=high).contains(&at));
        }
    }

    #[test]
    fn an_example_is_in_its_set(low in any::<u128>(), more in any::<u64>()) {
        let space = Space::new(Family::V6);
        let high = low.saturating_add(u128::from(more));
        let example = space.example(&space.range(Field::Destination, (low, high))).unwrap();
        let at = network::packet::number(example.destination);
        prop_assert!((low..=high).contains(&at));
    }
}

#[test]
fn the_whole_range_is_everything() {
    for (family, last) in [(Family::V4, u128::from(u32::MAX)), (Family::V6, u128::MAX)] {
        let space = Space::new(family);
        assert!(space.range(Field::Source, (0, last)).is_true());
        assert!(space.example(&space.none()).is_none());
    }
}
