//! Figures of calls: the middle, the slow end, and how they are told.

use std::time::Duration;

/// How long things took, each in its turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Of these, in any order.
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The one that so many of a thousand are not above; zero where there is none.
    pub(crate) fn at(&self, permille: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * permille.min(1_000) / 1_000).copied().unwrap_or_default()
    }

    /// The one in the middle.
    pub(crate) fn median(&self) -> Duration {
        self.at(500)
    }
}

/// In whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_slow_end_are_found_in_any_order() {
        let times = Times::of((0..=100).rev().map(Duration::from_millis).collect());

        assert_eq!((times.median(), times.at(990)), (Duration::from_millis(50), Duration::from_millis(99)));
        assert_eq!(Times::default().median(), Duration::ZERO);
    }
}
