//! Sen's slope: the median of the slopes between all pairs of points, which no outlier can tilt.
//!
//! There are with the square of the points so many slopes, and few are asked for by their rank. They are not listed: a
//! slope lies below a bound exactly where its points change their order when the bound is taken from them as a trend, so
//! that sorting the points counts the slopes below (Cole, Salowe, Steiger and Szemerédi, "An optimal-time algorithm for
//! slope selection", SIAM Journal on Computing 18, 1989). Two bounds that have the wanted rank between them, and few others,
//! are guessed from a part of the slopes (Matoušek, "Randomized optimal algorithm for slope selection", Information
//! Processing Letters 39, 1991; here the part is always the same). The answer does not depend on the guess: what lies
//! between the bounds is listed and sorted, and where a guess was wrong or rounding could matter, all slopes are.

use alloc::vec::Vec;

use super::inversions;
use super::mann_kendall::MannKendall;
use crate::stat::sample::{count, quantile, whole};

/// The slopes between all pairs of points at different times.
#[derive(Debug, Clone, PartialEq)]
pub struct Slopes {
    points: Vec<Point>,
    kendall: MannKendall,
    /// How many slopes there are.
    all: usize,
    /// How many fall, and how many fall or are level.
    not_rising: [usize; 2],
    /// Some of the slopes in their order; none where all are listed whenever one is asked for.
    part: Vec<f64>,
    /// The largest magnitude of a value.
    size: f64,
    /// The shortest time between two points.
    shortest: f64,
    median: Option<f64>,
}

/// A point, and where it stands once a trend is taken from it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    at: f64,
    value: f64,
    height: f64,
}

/// Fewer points have so few slopes that listing them takes no longer.
const FEW: usize = 64;
/// How many slopes a guess is made from, for each point.
const PART: usize = 2;
/// How many standard deviations of its rank a guess is wide to either side.
const WIDTHS: [f64; 2] = [2.0, 8.0];

impl Slopes {
    /// Of finite values at times, the earliest first.
    pub fn of(times: &[f64], values: &[f64]) -> Self {
        let point = |(at, value): (&f64, &f64)| Point { at: *at, value: *value, height: *value };
        let points: Vec<Point> = times.iter().zip(values).map(point).collect();
        let between = points.iter().zip(points.iter().skip(1)).map(|(before, after)| after.at - before.at);
        let shortest = between.fold(f64::INFINITY, f64::min);
        let size = points.iter().map(|point| point.value.abs()).fold(0.0, f64::max);
        let part = if points.len() < FEW { Vec::new() } else { some(&points) };
        let kendall = MannKendall::of(values);
        let mut slopes = Self { points, kendall, all: 0, not_rising: [0; 2], part, size, shortest, median: None };
        if slopes.part.is_empty() || shortest <= 0.0 || !(2.0 * size / shortest).is_finite() {
            slopes.part = Vec::new();
            slopes.all = slopes.listed().len();
        } else {
            slopes.all = pairs(slopes.points.len());
            let [falling, level] = slopes.kendall.not_rising;
            slopes.not_rising = [falling, falling + level];
        }
        slopes.median = slopes.middle();
        slopes
    }

    /// The median; none without two points at different times.
    pub const fn median(&self) -> Option<f64> {
        self.median
    }

    /// Mann's test of the same values.
    pub const fn kendall(&self) -> &MannKendall {
        &self.kendall
    }

    /// The least slope that Mann's test would not refute when S may lie `reach` from zero; none when the reach is beyond all
    /// pairs (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd edition, 2014, 9.3).
    pub fn least(&self, reach: f64) -> Option<f64> {
        let below = self.refuted(reach)?;
        self.ranked(whole(libm::rint(below)).saturating_sub(1))
    }

    /// The greatest slope that it would not refute; none when the reach is beyond all pairs.
    pub fn greatest(&self, reach: f64) -> Option<f64> {
        self.refuted(reach)?;
        let high = whole(libm::rint(0.5 * (count(self.all) + reach)));
        self.ranked(high.min(self.all.saturating_sub(1)))
    }

    /// How many slopes are refuted at either end; none when the reach is beyond all pairs.
    fn refuted(&self, reach: f64) -> Option<f64> {
        let below = 0.5 * (count(self.all) - reach);
        if below < 0.5 { None } else { Some(below) }
    }

    /// The median, as [`quantile`] has it of values in their order.
    fn middle(&self) -> Option<f64> {
        let last = self.all.checked_sub(1)?;
        let [low, high] = self.neighbours(last / 2)?;
        Some(quantile(&[low, if last % 2 == 1 { high } else { low }], 0.5))
    }

    /// The slope of this rank, the smallest is 0.
    fn ranked(&self, rank: usize) -> Option<f64> {
        self.neighbours(rank).map(|[slope, _]| slope)
    }

    /// The slope of this rank and that of the next; the same twice where it is the last.
    fn neighbours(&self, rank: usize) -> Option<[f64; 2]> {
        let [falling, not_rising] = self.not_rising;
        if rank >= self.all {
            return None;
        }
        if (falling..not_rising.saturating_sub(1)).contains(&rank) {
            return Some([0.0; 2]);
        }
        let mut guesses = WIDTHS.iter().filter_map(|width| self.guess(rank, *width));
        let found = guesses.find_map(|bounds| self.between(bounds, rank));
        found.or_else(|| picked(&mut self.listed(), rank))
    }

    /// Two bounds that a slope of this rank and the next probably lie between.
    fn guess(&self, rank: usize, width: f64) -> Option<[Bound; 2]> {
        let (part, last) = (count(self.part.len()), self.part.len().checked_sub(1)?);
        let share = count(rank) / count(self.all);
        let off = 1.0 + width * libm::sqrt(part * share * (1.0 - share));
        let (low, high) = (libm::floor(part * share - off), libm::ceil(part * share + off));
        let low = if low < 0.0 { Bound::BelowAll } else { Bound::At(*self.part.get(whole(low).min(last))?) };
        let high = self.part.get(whole(high)).map_or(Bound::AboveAll, |bound| Bound::At(*bound));
        // Level slopes are counted exactly, and there may be many: no others are looked for beside them.
        let [falling, not_rising] = self.not_rising;
        if rank + 1 < falling {
            Some([low, high.at_most(0.0)])
        } else if rank >= not_rising {
            Some([low.at_least(0.0), high])
        } else {
            Some([low, high])
        }
    }

    /// The slopes of a rank and the next, if they clearly lie between the bounds.
    fn between(&self, [low, high]: [Bound; 2], rank: usize) -> Option<[f64; 2]> {
        let mut points = self.points.clone();
        let mut spare = points.clone();
        for point in &mut points {
            point.height = low.height(point);
        }
        let below = match low {
            Bound::BelowAll => 0,
            Bound::At(_) | Bound::AboveAll => inversions::sort(&mut points, &mut spare, &|a, b| a.height < b.height),
        };
        let rank_inside = rank.checked_sub(below)?;
        for point in &mut points {
            point.height = high.height(point);
        }
        let mut inside = Vec::new();
        inversions::insert(&mut points, &|a, b| a.height <= b.height, |a, b| inside.push(slope(a, b)));
        let holds_next = rank_inside + 1 < inside.len() || rank + 1 == self.all;
        let found = picked(&mut inside, rank_inside).filter(|_| holds_next)?;
        let is_clear =
            |it: &f64| low.is_clearly_off(|bound| it - bound, self) && high.is_clearly_off(|bound| bound - it, self);
        found.iter().all(is_clear).then_some(found)
    }

    /// All of them, in no order that matters.
    fn listed(&self) -> Vec<f64> {
        let mut slopes = Vec::new();
        for (place, before) in self.points.iter().enumerate() {
            let later = self.points.iter().skip(place + 1).filter(|after| after.at > before.at);
            slopes.extend(later.map(|after| slope(before, after)).filter(|slope| slope.is_finite()));
        }
        slopes
    }

    /// By how much rounding may misplace a slope beside a bound: each height is off by the rounding of a product and of a
    /// difference, the slope by that of two differences and a quotient.
    fn rounding(&self, bound: f64) -> f64 {
        let longest = self.points.iter().map(|point| point.at.abs()).fold(0.0, f64::max);
        8.0 * f64::EPSILON * ((self.size + bound.abs() * longest) / self.shortest + bound.abs())
    }
}

/// Where slopes that are looked for begin or end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Bound {
    BelowAll,
    At(f64),
    AboveAll,
}

impl Bound {
    /// Where a point stands once the bound is taken from it as a trend.
    fn height(self, point: &Point) -> f64 {
        match self {
            Self::BelowAll => point.at,
            Self::At(slope) => point.value - slope * point.at,
            Self::AboveAll => -point.at,
        }
    }

    fn at_most(self, most: f64) -> Self {
        match self {
            Self::BelowAll => Self::BelowAll,
            Self::At(slope) => Self::At(slope.min(most)),
            Self::AboveAll => Self::At(most),
        }
    }

    fn at_least(self, least: f64) -> Self {
        match self {
            Self::BelowAll => Self::At(least),
            Self::At(slope) => Self::At(slope.max(least)),
            Self::AboveAll => Self::AboveAll,
        }
    }

    /// Whether a slope is beyond doubt on the inner side of the bound. Nothing is rounded at a bound of zero.
    fn is_clearly_off(self, distance: impl Fn(f64) -> f64, slopes: &Slopes) -> bool {
        match self {
            Self::BelowAll | Self::AboveAll => true,
            Self::At(bound) => distance(bound) > if bound.abs() > 0.0 { slopes.rounding(bound) } else { 0.0 },
        }
    }
}

fn slope(before: &Point, after: &Point) -> f64 {
    (after.value - before.value) / (after.at - before.at)
}

const fn pairs(points: usize) -> usize {
    points * points.saturating_sub(1) / 2
}

/// The slopes between some pairs, in their order. The pairs are spread evenly over all: Roberts, "The unreasonable
/// effectiveness of quasirandom sequences", 2018.
fn some(points: &[Point]) -> Vec<f64> {
    let pairs = (0..PART * points.len()).map(|n| STEPS.map(|step| place(n, step, points.len())));
    let pair = |[one, other]: [usize; 2]| Some((points.get(one.min(other))?, points.get(one.max(other))?));
    let different = pairs.filter(|[one, other]| one != other);
    let mut slopes: Vec<f64> = different.filter_map(pair).map(|(before, after)| slope(before, after)).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    slopes
}

/// The parts of a whole by which the places of pairs move on: the inverse of the plastic number and its square, as
/// parts of 2³².
const STEPS: [u64; 2] = [0xC13F_A9A9, 0x91E1_0DA5];

/// A place among so many, after so many steps.
fn place(steps: usize, step: u64, places: usize) -> usize {
    let part = (steps as u64).wrapping_mul(step) & u64::from(u32::MAX);
    usize::try_from((part * places as u64) >> 32).unwrap_or_default()
}

/// The slopes of a rank and the next, or the same twice where it is the last.
fn picked(slopes: &mut [f64], rank: usize) -> Option<[f64; 2]> {
    if rank >= slopes.len() {
        return None;
    }
    let (_, slope, above) = slopes.select_nth_unstable_by(rank, f64::total_cmp);
    Some([*slope, above.iter().copied().min_by(f64::total_cmp).unwrap_or(*slope)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Series that are awkward in one way or another, as long as asked for.
    fn series(points: u32) -> [Vec<f64>; 7] {
        let mixed = |at: u32| {
            (at.wrapping_mul(2_654_435_761) ^ (at.wrapping_mul(2_654_435_761) >> 15)).wrapping_mul(2_246_822_519)
        };
        let noise = |at: u32| f64::from((mixed(at) ^ (mixed(at) >> 13)) >> 8) / f64::from(1_u32 << 24);
        let series = |value: &dyn Fn(u32) -> f64| (0..points).map(value).collect();
        [
            series(&noise),
            series(&|at| 1e9 + noise(at) / 1e3),
            series(&|at| f64::from(at) + (noise(at) * 3.0).floor()),
            series(&|at| f64::from(u32::from(noise(at) > 0.97))),
            series(&|at| (noise(at) * 4.0).floor() - 2.0),
            series(&|at| -0.1 * f64::from(at)),
            series(&|at| if at < points / 2 { noise(at) } else { 1e12 * noise(at) }),
        ]
    }

    #[test]
    fn every_slope_is_found_at_its_rank_to_the_last_bit() {
        for points in (2..40).chain([63, 64, 65, 100, 257]) {
            for step in [1.0, 10.0 / 3_600.0] {
                let times: Vec<f64> = (0..points).map(|at| f64::from(at) * step).collect();
                for values in series(points) {
                    let slopes = Slopes::of(&times, &values);
                    let mut ordered = slopes.listed();
                    ordered.sort_unstable_by(f64::total_cmp);

                    let last = ordered.len() - 1;
                    let ranks =
                        (0..=40).map(|part| last * part / 40).chain([1.min(last), last / 3, last.saturating_sub(1)]);

                    assert_eq!(slopes.all, ordered.len());
                    assert_eq!(slopes.median().map(f64::to_bits), Some(quantile(&ordered, 0.5).to_bits()), "{points}");
                    for rank in ranks {
                        let expected = ordered.get(rank).map(|slope| slope.to_bits());
                        assert_eq!(slopes.ranked(rank).map(f64::to_bits), expected, "{points}, {rank}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_guessed_of_noise_is_right() {
        let times: Vec<f64> = (0..700).map(f64::from).collect();
        let [noise, ..] = series(700);
        let slopes = Slopes::of(&times, &noise);

        for rank in [4, 8, 12].map(|part| part * slopes.all / 16) {
            let found = WIDTHS.map(|width| slopes.guess(rank, width).and_then(|bounds| slopes.between(bounds, rank)));
            assert!(found.iter().any(Option::is_some), "{rank} of {}", slopes.all);
        }
    }

    #[test]
    fn an_outlier_does_not_tilt_the_slope() {
        let slopes = Slopes::of(&[0.0, 1.0, 2.0, 3.0, 4.0], &[0.0, 2.0, 4.0, 600.0, 8.0]);

        assert!((slopes.median().unwrap() - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_median_and_ends_where_nothing_is_refuted() {
        let slopes = Slopes::of(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 3.0, 4.0]);

        let [low, high] = [slopes.least(2.0), slopes.greatest(2.0)];

        assert!(low.unwrap() <= slopes.median().unwrap() && slopes.median().unwrap() <= high.unwrap());
        assert_eq!([slopes.least(100.0), slopes.greatest(100.0)], [None; 2]);
        assert_eq!(Slopes::of(&[1.0, 1.0], &[0.0, 5.0]).median(), None);
    }
}
