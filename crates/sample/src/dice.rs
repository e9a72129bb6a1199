//! Chance from a seed. Only integers, `+ - * /` and comparisons are used, because `exp` and `ln` differ in the
//! last digit between machines, and the sample must be the same bytes on all of them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream of chance is for; each purpose has its own, so that a change in one leaves the others alone.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Who lives with whom.
    Household = 1,
    /// Name, birth, address.
    Person = 2,
    /// Illnesses and visits.
    Course = 3,
    /// Who holds which appointment.
    Bookings = 4,
    /// The card of the family.
    Insurance = 5,
    /// What a person has apart from it.
    OwnInsurance = 6,
}

/// A stream of chance.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u32) -> Self {
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&index.to_le_bytes());
        key[12] = purpose as u8;
        Self(ChaCha8Rng::from_seed(key))
    }

    /// From 0 to `count - 1`; 0 when `count` is 0. The bias of the multiplication is below one in a million here.
    pub(crate) fn below(&mut self, count: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(count);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(high - low + 1).unwrap_or(1);
        low + i32::try_from(self.below(width)).unwrap_or(0)
    }

    /// From 0 to just under 1.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    /// True that often in a hundred.
    pub(crate) fn percent(&mut self, percent: f64) -> bool {
        self.unit() * 100.0 < percent
    }

    /// Near enough to a normal distribution: four uniform draws, no further than 3.5 deviations out.
    pub(crate) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        // The sum of four has the variance 4/12, so the square root of 3 brings it to 1.
        mean + (sum - 2.0) * 1.732_050_8 * deviation
    }

    /// One of the items, all equally likely. `items` is never empty: every caller names a table.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(u32::try_from(items.len()).unwrap_or(1)) as usize]
    }

    /// One of the words.
    pub(crate) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(u32::try_from(words.len()).unwrap_or(1)) as usize]
    }

    /// One of the items, as likely as its weight.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let mut left = self.below(items.iter().map(&weight).sum());
        for item in items {
            match left.checked_sub(weight(item)) {
                None => return item,
                Some(rest) => left = rest,
            }
        }
        &items[items.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_throws_and_another_purpose_others() {
        let throws = |purpose| {
            let mut dice = Dice::new(7, purpose, 3);
            (0..8).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(Purpose::Person), throws(Purpose::Person));
        assert_ne!(throws(Purpose::Person), throws(Purpose::Course));
    }

    #[test]
    fn throws_stay_inside_and_reach_both_ends() {
        let mut dice = Dice::new(1, Purpose::Person, 0);
        let throws: Vec<i32> = (0..2000).map(|_| dice.between(-2, 2)).collect();
        assert_eq!((throws.iter().min(), throws.iter().max()), (Some(&-2), Some(&2)));
    }

    #[test]
    fn normal_has_its_mean_and_deviation() {
        let mut dice = Dice::new(1, Purpose::Person, 0);
        let values: Vec<f64> = (0..20_000).map(|_| dice.normal(130.0, 10.0)).collect();
        let mean = values.iter().sum::<f64>() / 20_000.0;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 20_000.0;
        assert!((mean - 130.0).abs() < 0.5, "{mean}");
        assert!((variance - 100.0).abs() < 5.0, "{variance}");
    }

    #[test]
    fn weights_decide_how_often() {
        let mut dice = Dice::new(1, Purpose::Person, 0);
        let often = (0..10_000).filter(|_| *dice.weighted(&[3u32, 1], |w| *w) == 3).count();
        assert!((7200..7800).contains(&often), "{often}");
    }
}
