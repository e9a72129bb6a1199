//! A set of packets.

use biodivine_lib_bdd::Bdd;

/// A set of packets; made by a [`super::Space`].
#[derive(Clone, Debug)]
pub struct Set(pub(super) Bdd);

impl Set {
    /// Packets in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.and(&other.0))
    }

    /// Packets in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.or(&other.0))
    }

    /// Packets that are not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(self.0.and_not(&other.0))
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_false()
    }

    /// Whether all of it is in the other.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Whether some packet is in both.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        !self.and(other).is_empty()
    }

    /// Whether it is the same set.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self.0 == other.0 || self.0.xor(&other.0).is_false()
    }

    /// Nodes of its diagram: what it costs.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// The union of many. Neighbours are joined first, so that nothing large is copied for something small.
    pub(super) fn join(mut sets: Vec<Bdd>, none: Bdd) -> Self {
        while sets.len() > 1 {
            let pairs = sets.chunks(2);
            sets = pairs.map(|pair| if let [a, b] = pair { a.or(b) } else { pair[0].clone() }).collect();
        }
        Self(sets.pop().unwrap_or(none))
    }
}
