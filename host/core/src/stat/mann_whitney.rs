//! The Mann–Whitney U test: whether values of a second sample tend to be larger than those of a first.
//!
//! Mann and Whitney, "On a test of whether one of two random variables is stochastically larger than the other",
//! Annals of Mathematical Statistics 18 (1947). Probabilities are for independent points; what dependent ones need is
//! `differs`' affair.

use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::stat::normal;
use crate::stat::rank::Ranking;
use crate::stat::sample::{Sample, count, sum, whole};

/// The most pairs for which probabilities are counted instead of approximated. All counts stay below 2⁵³.
pub const MOST_COUNTED: usize = 400;

/// What is tested against "the two don't differ".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alternative {
    /// The second sample's values tend to be larger.
    Larger,
    /// The second sample's values tend to be smaller.
    Smaller,
    /// One or the other.
    Either,
}

/// How probabilities are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// By counting the ways to share the observed ranks between the samples; right with ties too.
    Exact,
    /// By the normal distribution, with corrections for ties and continuity.
    Normal,
}

impl Method {
    /// Counts as long as there are at most [`MOST_COUNTED`] pairs.
    pub fn suited_to(first: &Sample, second: &Sample) -> Self {
        if first.count().saturating_mul(second.count()) <= MOST_COUNTED { Self::Exact } else { Self::Normal }
    }
}

/// The statistic, and what it would take by chance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// In how many pairs the second sample's value is the larger, a tie counting half.
    pub u: f64,
    /// How many pairs there are.
    pub pairs: f64,
    /// The standard deviation of U when the two don't differ, corrected for ties.
    pub deviation: f64,
    /// The probability of a U as far out, in the direction of the alternative, when the two don't differ.
    pub p: f64,
    /// How that probability was found.
    pub method: Method,
}

impl MannWhitney {
    /// Tests by the [suited](Method::suited_to) method.
    pub fn test(first: &Sample, second: &Sample, alternative: Alternative) -> Self {
        Self::by(Method::suited_to(first, second), first, second, alternative)
    }

    /// Tests by a given method. Counting takes time with the cube of the samples' sizes and is approximated beyond
    /// [`MOST_COUNTED`] pairs all the same; [`MannWhitney::method`] tells.
    pub fn by(method: Method, first: &Sample, second: &Sample, alternative: Alternative) -> Self {
        let ranking = Ranking::of(first, second);
        let (n, m) = (count(first.count()), count(second.count()));
        let u = sum(&ranking.second) - m * (m + 1.0) / 2.0;
        let deviation = deviation(n, m, ranking.ties);
        let method = match (method, Method::suited_to(first, second)) {
            (Method::Exact, Method::Exact) => Method::Exact,
            (Method::Exact, Method::Normal) | (Method::Normal, Method::Exact | Method::Normal) => Method::Normal,
        };
        let [smaller, larger] = match method {
            Method::Exact => counted_tails(&ranking),
            Method::Normal => normal_tails(u - n * m / 2.0, deviation),
        };
        let p = match alternative {
            Alternative::Larger => larger,
            Alternative::Smaller => smaller,
            Alternative::Either => (2.0 * smaller.min(larger)).min(1.0),
        };
        Self { u, pairs: n * m, deviation, p, method }
    }
}

/// The standard deviation of U for samples of n and m values with this tie term.
pub fn deviation(n: f64, m: f64, ties: f64) -> f64 {
    let all = n + m;
    libm::sqrt((n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)))).max(0.0))
}

/// The probabilities of a U so much below or above its expectation, or further out, half a step made good.
fn normal_tails(excess: f64, deviation: f64) -> [f64; 2] {
    if deviation <= 0.0 {
        return [1.0; 2];
    }
    [normal::cdf((excess + 0.5) / deviation), normal::survival((excess - 0.5) / deviation)]
}

/// The same by counting: of all ways to give the second sample its number of the observed ranks, the share with a rank
/// sum at most, and at least, the observed one.
///
/// Streitberg and Röhmel, "Exact distributions for permutation and rank tests", Statistical Software Newsletter 12
/// (1986): doubled midranks are integers, so sums are counted one rank after the other.
fn counted_tails(ranking: &Ranking) -> [f64; 2] {
    let smaller_is_second = ranking.second.len() <= ranking.first.len();
    let chosen = if smaller_is_second { &ranking.second } else { &ranking.first };
    let observed = whole(2.0 * sum(chosen));
    let doubled: Vec<usize> = ranking.first.iter().chain(&ranking.second).map(|rank| whole(2.0 * rank)).collect();
    let ways = ways_to_reach(&doubled, chosen.len());
    let all: u64 = ways.iter().sum();
    let at_most: u64 = ways.iter().take(observed + 1).sum();
    let at_least: u64 = ways.iter().skip(observed).sum();
    let [low, high] = [share(at_most, all), share(at_least, all)];
    if smaller_is_second { [low, high] } else { [high, low] }
}

/// In how many ways `chosen` of the doubled ranks sum to 0, 1, 2, …
fn ways_to_reach(doubled: &[usize], chosen: usize) -> Vec<u64> {
    let mut descending = doubled.to_vec();
    descending.sort_unstable_by(|a, b| b.cmp(a));
    let largest: usize = descending.iter().take(chosen).sum();
    let mut ways = vec![vec![0_u64; largest + 1]; chosen + 1];
    if let Some(start) = ways.first_mut().and_then(|sums| sums.first_mut()) {
        *start = 1;
    }
    for &rank in doubled {
        for taken in (0..chosen).rev() {
            let [fewer, more] = [taken, taken + 1];
            let Ok([fewer, more]) = ways.get_disjoint_mut([fewer, more]) else { continue };
            for (from, to) in fewer.iter().zip(more.iter_mut().skip(rank)) {
                *to += from;
            }
        }
    }
    ways.pop().unwrap_or_default()
}

/// The distribution of U for samples of n and m values without ties: in how many ways it is 0, 1, … n · m. Only for at
/// most [`MOST_COUNTED`] pairs.
pub(crate) fn untied_ways(n: usize, m: usize) -> Vec<u64> {
    let doubled: Vec<usize> = (1..=n + m).map(|rank| 2 * rank).collect();
    let fewer = n.min(m);
    ways_to_reach(&doubled, fewer).into_iter().step_by(2).skip(fewer * (fewer + 1) / 2).take(n * m + 1).collect()
}

/// One count as a share of another.
#[expect(clippy::cast_precision_loss, reason = "counts are at most C(40, 20), far below 2⁵³")]
pub(crate) fn share(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values).unwrap()
    }

    #[test]
    fn the_three_against_two_table_of_the_paper_is_counted() {
        // U of 3 and 2 is 0 to 6 in 1, 1, 2, 2, 2, 1, 1 of 10 ways.
        assert_eq!(untied_ways(3, 2), [1, 1, 2, 2, 2, 1, 1]);

        let found = MannWhitney::test(&sample(&[1.0, 2.0, 3.0]), &sample(&[4.0, 5.0]), Alternative::Larger);

        assert!((found.u - 6.0).abs() < 1e-12 && (found.p - 0.1).abs() < 1e-12);
    }

    #[test]
    fn ties_are_counted_too() {
        // Ranks 1.5, 1.5, 4, 4, 4, 6, two of them chosen: three of fifteen ways have the largest sum, a 4 and the 6.
        let found = MannWhitney::test(&sample(&[1.0, 1.0, 2.0, 2.0]), &sample(&[2.0, 3.0]), Alternative::Larger);

        assert_eq!(found.method, Method::Exact);
        assert!((found.u - 7.0).abs() < 1e-12 && (found.p - 3.0 / 15.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn samples_of_one_value_say_nothing() {
        let long = sample(&[1.0; 50]);

        for method in [Method::Exact, Method::Normal] {
            let found = MannWhitney::by(method, &sample(&[1.0; 3]), &sample(&[1.0; 4]), Alternative::Either);
            assert!(found.p >= 1.0 && found.deviation <= 0.0);
        }
        assert!(MannWhitney::test(&long, &long, Alternative::Smaller).p >= 1.0);
    }

    #[test]
    fn more_pairs_than_can_be_counted_are_approximated() {
        let many = sample(&(0..21_u32).map(f64::from).collect::<Vec<_>>());

        let found = MannWhitney::by(Method::Exact, &many, &many, Alternative::Either);

        assert_eq!(found.method, Method::Normal);
        assert!((found.u - 220.5).abs() < 1e-12);
    }
}
