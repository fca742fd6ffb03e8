//! The shift and its bounds as Kayenta, and R's `wilcox.test` before it, find them: as roots of the standardised rank
//! sum, which is a staircase, by a search that stops within 1e-4.
//!
//! [`shift`](crate::stat::shift) finds them exactly. This search is kept because classes depend on where it stops.

use crate::stat::mann_whitney::deviation;
use crate::stat::normal;
use crate::stat::rank::midranks;
use crate::stat::sample::{Sample, count, sum};
use crate::stat::shift::Interval;

/// How near to a root the search goes.
const TOLERANCE: f64 = 1e-4;
/// After how many steps it gives up, and takes what it has.
const MOST_STEPS: u32 = 1_001;

/// The shift from control to experiment and its bounds; none when at some shift all values are tied.
pub(super) fn shift(control: &Sample, experiment: &Sample, confidence: f64) -> Option<(f64, Interval)> {
    let stairs = Stairs { control, experiment };
    let z = normal::upper_quantile((1.0 - confidence) / 2.0);
    let bounds = Interval { low: stairs.bound(z)?, high: stairs.bound(-z)? };
    let (least, most) = stairs.ends();
    let ends = [Point::at(&stairs, least, 0.0)?, Point::at(&stairs, most, 0.0)?];
    Some((root(&stairs, ends, 0.0)?, bounds))
}

/// The standardised rank sum of the experiment as a function of the shift that is taken off it.
struct Stairs<'a> {
    control: &'a Sample,
    experiment: &'a Sample,
}

/// A shift, and how far the standardised rank sum lies above what is looked for.
#[derive(Debug, Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

impl Stairs<'_> {
    /// The smallest and the largest shift that could be.
    fn ends(&self) -> (f64, f64) {
        (self.experiment.least() - self.control.greatest(), self.experiment.greatest() - self.control.least())
    }

    /// Half a step made good, corrected for ties; none when all are tied.
    fn standardised(&self, shift: f64) -> Option<f64> {
        let (n, m) = (count(self.experiment.count()), count(self.control.count()));
        let values: alloc::vec::Vec<f64> = self
            .experiment
            .values()
            .iter()
            .map(|value| value - shift)
            .chain(self.control.values().iter().copied())
            .collect();
        let ranks = midranks(&values);
        let own = ranks.ranks.get(..self.experiment.count()).unwrap_or_default();
        let excess = sum(own) - n * (n + 1.0) / 2.0 - n * m / 2.0;
        let step = if excess > 0.0 {
            0.5
        } else if excess < 0.0 {
            -0.5
        } else {
            0.0
        };
        let deviation = deviation(n, m, ranks.ties);
        if deviation > 0.0 { Some((excess - step) / deviation) } else { None }
    }

    /// The shift at which it comes down to `z`, or the end that it doesn't cross before.
    fn bound(&self, z: f64) -> Option<f64> {
        let (least, most) = self.ends();
        let [low, high] = [Point::at(self, least, z)?, Point::at(self, most, z)?];
        if low.y <= 0.0 {
            Some(low.x)
        } else if high.y >= 0.0 {
            Some(high.x)
        } else {
            root(self, [low, high], z)
        }
    }
}

impl Point {
    fn at(stairs: &Stairs<'_>, x: f64, z: f64) -> Option<Self> {
        Some(Self { x, y: stairs.standardised(x)? - z })
    }

    fn is_root(self) -> bool {
        self.y.abs() <= f64::from_bits(1)
    }
}

/// Brent's search, Algorithms for Minimization without Derivatives (1973), chapter 4: inverse interpolation where it
/// promises much, halving elsewhere. `best` is the best guess, `last` the one before, and the root lies between `best`
/// and `across`.
fn root(stairs: &Stairs<'_>, ends: [Point; 2], z: f64) -> Option<f64> {
    let [mut last, mut best] = ends;
    if last.is_root() {
        return Some(last.x);
    }
    if best.is_root() {
        return Some(best.x);
    }
    let mut across = last;
    for _ in 0..MOST_STEPS {
        let before = best.x - last.x;
        if across.y.abs() < best.y.abs() {
            (last, best, across) = (best, across, best);
        }
        let near = 2.0 * f64::EPSILON * best.x.abs() + TOLERANCE / 2.0;
        let half = (across.x - best.x) / 2.0;
        if half.abs() <= near || best.is_root() {
            return Some(best.x);
        }
        let promising = before.abs() >= near && last.y.abs() > best.y.abs();
        let step = if promising { interpolated(last, best, across, (before, near)).unwrap_or(half) } else { half };
        let step = if step.abs() < near { libm::copysign(near, if step > 0.0 { 1.0 } else { -1.0 }) } else { step };
        last = best;
        best = Point::at(stairs, best.x + step, z)?;
        if (best.y > 0.0 && across.y > 0.0) || (best.y < 0.0 && across.y < 0.0) {
            across = last;
        }
    }
    Some(best.x)
}

/// The step to where the inverse of a line (two points) or a parabola (three) is zero; none when it leads too far.
fn interpolated(last: Point, best: Point, across: Point, (before, near): (f64, f64)) -> Option<f64> {
    let gap = across.x - best.x;
    let (mut over, mut under) = if last.x.total_cmp(&across.x).is_eq() {
        let ratio = best.y / last.y;
        (gap * ratio, 1.0 - ratio)
    } else {
        let (q, r, s) = (last.y / across.y, best.y / across.y, best.y / last.y);
        (s * (gap * q * (q - r) - (best.x - last.x) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    if over > 0.0 {
        under = -under;
    } else {
        over = -over;
    }
    let within = over < 0.75 * gap * under - (near * under).abs() / 2.0 && over < (before * under / 2.0).abs();
    if within { Some(over / under) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_lie_within_the_search_tolerance_of_the_exact_ones() {
        let control: alloc::vec::Vec<f64> = (0..40).map(|n| f64::from(n * 37 % 41)).collect();
        let experiment: alloc::vec::Vec<f64> = (0..40).map(|n| 3.3 + f64::from(n * 29 % 43)).collect();
        let (control, experiment) = (Sample::new(&control).unwrap(), Sample::new(&experiment).unwrap());

        let (found, bounds) = shift(&control, &experiment, 0.98).unwrap();

        // R-like search against the exact differences: each within one step of the staircase and the tolerance.
        let exact = crate::stat::shift::interval(&control, &experiment, 0.98).unwrap();
        assert!((bounds.low - exact.low).abs() <= 1.01, "{bounds:?} is not {exact:?}");
        assert!((bounds.high - exact.high).abs() <= 1.01, "{bounds:?} is not {exact:?}");
        assert!((found - crate::stat::shift::estimate(&control, &experiment)).abs() <= 1.01);
    }

    #[test]
    fn one_point_a_side_is_tied_at_its_only_shift() {
        let (one, two) = (Sample::new(&[200.0]).unwrap(), Sample::new(&[180.0]).unwrap());

        assert!(shift(&one, &two, 0.98).is_none());
    }
}
