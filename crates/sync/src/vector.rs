//! Which versions a replica holds: for each origin, all up to a number.

use std::collections::BTreeMap;

use clinic::{Origin, VersionId};

/// Per origin the highest number held. Numbers are contiguous from 1, so one number says it all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vector(BTreeMap<Origin, u64>);

/// Versions of one origin, `first..=last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Of which origin.
    pub origin: Origin,
    /// The first number.
    pub first: u64,
    /// The last number.
    pub last: u64,
}

/// A version arrived before the one in front of it. Taking it would make the vector claim what is not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("version {found} cannot follow number {held} of its origin")]
pub struct Gap {
    /// The highest number held.
    pub held: u64,
    /// What came.
    pub found: VersionId,
}

impl Vector {
    /// The highest number held of an origin; 0 for none.
    #[must_use]
    pub fn held(&self, origin: Origin) -> u64 {
        self.0.get(&origin).copied().unwrap_or(0)
    }

    /// Whether that version is held.
    #[must_use]
    pub fn contains(&self, id: VersionId) -> bool {
        (1..=self.held(id.origin)).contains(&id.seq)
    }

    /// Notes that a version is held now. One that was held before is no error: messages come twice.
    ///
    /// # Errors
    /// [`Gap`] when one before it is missing.
    pub fn add(&mut self, id: VersionId) -> Result<(), Gap> {
        let held = self.held(id.origin);
        if id.seq > held + 1 || id.seq == 0 {
            return Err(Gap { held, found: id });
        }
        self.0.insert(id.origin, held.max(id.seq));
        Ok(())
    }

    /// What `self` holds and `other` does not.
    #[must_use]
    pub fn beyond(&self, other: &Self) -> Vec<Range> {
        let range = |(&origin, &last): (&Origin, &u64)| Range { origin, first: other.held(origin) + 1, last };
        self.0.iter().map(range).filter(|range| range.first <= range.last).collect()
    }

    /// The origins with what is held of each, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Origin, u64)> {
        self.0.iter().map(|(&origin, &held)| (origin, held))
    }
}

impl FromIterator<(Origin, u64)> for Vector {
    fn from_iter<I: IntoIterator<Item = (Origin, u64)>>(pairs: I) -> Self {
        Self(pairs.into_iter().filter(|(_, held)| *held > 0).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn origin(number: u8) -> Origin {
        Origin::first(u64::from(number))
    }

    fn vectors() -> impl Strategy<Value = Vector> {
        proptest::collection::btree_map(0u8..4, 0u64..20, 0..4)
            .prop_map(|held| held.into_iter().map(|(number, held)| (origin(number), held)).collect())
    }

    proptest! {
        #[test]
        fn pulling_what_is_beyond_makes_both_hold_the_same(mut here in vectors(), there in vectors()) {
            let before = here.clone();
            for range in there.beyond(&before) {
                for seq in range.first..=range.last {
                    let id = VersionId { origin: range.origin, seq };
                    let held_before = before.contains(id);
                    prop_assert!(!held_before);
                    here.add(id).unwrap();
                }
            }
            prop_assert!(there.beyond(&here).is_empty());
            prop_assert_eq!(here.beyond(&there), before.beyond(&there));
        }
    }

    #[test]
    fn a_gap_is_refused_and_a_repeat_is_not() {
        let mut vector = Vector::default();
        let id = |seq| VersionId { origin: origin(1), seq };
        assert_eq!(vector.add(id(2)), Err(Gap { held: 0, found: id(2) }));
        assert!(vector.add(id(0)).is_err());
        vector.add(id(1)).unwrap();
        vector.add(id(2)).unwrap();
        vector.add(id(1)).unwrap();
        assert_eq!(vector.held(origin(1)), 2);
    }
}
