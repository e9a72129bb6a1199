//! The hybrid logical clock (Kulkarni et al. 2014): wall time that never runs backwards.
//! It orders what is shown and decides nothing: a conflict is settled by parents, never by a clock.

/// Milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The reading for an event now, after `self` was the last one given out or seen.
    #[must_use]
    pub fn tick(self, now_ms: i64) -> Self {
        let wall = Self(u64::try_from(now_ms).unwrap_or(0) << 16);
        if wall > self { wall } else { Self(self.0 + 1) }
    }

    /// Wall time in milliseconds since 1970.
    #[must_use]
    pub fn ms(self) -> i64 {
        i64::try_from(self.0 >> 16).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_does_not_reorder() {
        let first = Hlc::default().tick(1_000);
        let second = first.tick(10);
        assert!(second > first);
        assert_eq!(second.ms(), 1_000);
        assert_eq!(second.tick(2_000).ms(), 2_000);
    }
}
