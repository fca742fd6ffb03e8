//! Ranks: the places of two samples' values in their common order, equal values sharing the middle of theirs.

use alloc::vec;
use alloc::vec::Vec;

use crate::stat::sample::{Sample, count};

/// The common ranking of two samples. Ranks start at 1 and are multiples of a half.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The ranks of the first sample's values, in order of time.
    pub first: Vec<f64>,
    /// The ranks of the second sample's values, in order of time.
    pub second: Vec<f64>,
    /// The sum of t³ - t over the groups of t equal values; zero when all differ.
    pub ties: f64,
}

impl Ranking {
    /// Ranks the values of two samples together.
    pub fn of(first: &Sample, second: &Sample) -> Self {
        Self::shifted(first, second, 0.0)
    }

    /// Ranks the first sample together with the second, each of whose values is lowered by `shift`.
    pub fn shifted(first: &Sample, second: &Sample, shift: f64) -> Self {
        let mut values = first.values().to_vec();
        values.extend(second.values().iter().map(|value| value - shift));
        let Ranks { mut ranks, ties } = midranks(&values);
        let second = ranks.split_off(first.count());
        Self { first: ranks, second, ties }
    }
}

/// Ranks of one list of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranks {
    /// The rank of each value, in the order given.
    pub ranks: Vec<f64>,
    /// The sum of t³ - t over the groups of t equal values.
    pub ties: f64,
}

/// Ranks values, the smallest 1. A group of equal values shares the mean of the places that it fills.
///
/// Kruskal, "Historical notes on the Wilcoxon unpaired two-sample test", JASA 52 (1957), traces midranks and their
/// tie term. A NaN would rank beyond all numbers; callers have none.
pub fn midranks(values: &[f64]) -> Ranks {
    let mut order: Vec<(f64, usize)> = values.iter().enumerate().map(|(place, value)| (value + 0.0, place)).collect();
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut ranks = vec![0.0; values.len()];
    let (mut ties, mut before) = (0.0, 0);
    for group in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let size = count(group.len());
        let rank = count(before) + f64::midpoint(size, 1.0);
        for (_, place) in group {
            if let Some(slot) = ranks.get_mut(*place) {
                *slot = rank;
            }
        }
        ties += size * size * size - size;
        before += group.len();
    }
    Ranks { ranks, ties }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "ranks are multiples of a half")]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_the_middle_of_their_places() {
        let found = midranks(&[3.0, 1.0, 3.0, 0.0, 3.0, -0.0]);

        assert_eq!(found.ranks, [5.0, 3.0, 5.0, 1.5, 5.0, 1.5]);
        assert_eq!(found.ties, 24.0 + 6.0);
    }

    #[test]
    fn two_samples_are_ranked_together_and_told_apart() {
        let first = Sample::new(&[5.0, 1.0]).unwrap();
        let second = Sample::new(&[2.0, 5.0, 9.0]).unwrap();

        let found = Ranking::of(&first, &second);
        let shifted = Ranking::shifted(&first, &second, 4.0);

        assert_eq!((found.first, found.second, found.ties), (vec![3.5, 1.0], vec![2.0, 3.5, 5.0], 6.0));
        assert_eq!((shifted.first, shifted.second), (vec![4.5, 2.5], vec![1.0, 2.5, 4.5]));
    }
}
