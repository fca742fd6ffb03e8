//! How wide the test of `differs` has to be, and how clear a difference is by it.

use crate::stat::dependence::autocovariance::Autocovariance;
use crate::stat::dependence::{Dependence, student};
use crate::stat::mann_whitney::{Alternative, MannWhitney, Method, deviation};
use crate::stat::normal;
use crate::stat::rank::{Ranking, midranks};
use crate::stat::sample::{Sample, count, sum};
use crate::stat::shift::{self, Interval};

use super::Compared;
use super::terms::Points;

/// How clear a difference is in either direction, in standard deviations of the normal distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clear {
    pub(super) up: f64,
    pub(super) down: f64,
}

/// What U's variance is multiplied by, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Width {
    inflation: f64,
    freedom: f64,
}

/// The dependence of the ranks, which no outlier can hide: that of the history where there is one, else that of the
/// baseline, together with that of the window around its level or, where that changed, its two levels.
pub(super) fn dependence(compared: &Compared<'_>, baseline: &Sample, window: &Sample, points: Points) -> Dependence {
    match points {
        Points::Independent => Dependence::NONE,
        Points::Series => {
            let ranking = Ranking::of(baseline, window);
            let past = compared.history.map(|history| midranks(history.values()).ranks);
            let past = Autocovariance::of(past.as_ref().unwrap_or(&ranking.first));
            Dependence::around_a_step(&past, &ranking.second)
        }
    }
}

/// How many independent points the less steady side counts as, by itself. What never varies is steady.
pub(super) fn least_effective(baseline: &Sample, window: &Sample, points: Points) -> f64 {
    let fewer = count(baseline.count().min(window.count()));
    match points {
        Points::Independent => fewer,
        Points::Series => [baseline, window]
            .map(|side| Dependence::estimate(&[], &midranks(side.values()).ranks).effective(side.count()))
            .into_iter()
            .fold(fewer, f64::min),
    }
}

impl Width {
    /// An inflation is at least that of a first-order autoregression over as many points. Of an inflation only what
    /// exceeds 1 was estimated, so only that much of it is uncertain.
    pub(super) fn of(dependence: &Dependence, baseline: &Sample, window: &Sample, points: Points) -> Self {
        match points {
            Points::Independent => Self { inflation: 1.0, freedom: 1e15 },
            Points::Series => {
                let longer = baseline.count().max(window.count());
                let inflation = dependence.inflation.max(first_order(dependence.rho, count(longer)));
                let estimated = (inflation - 1.0) / inflation;
                let all = count(baseline.count()) + count(window.count());
                Self { inflation, freedom: 1.0 / (1.0 / all + estimated * estimated / dependence.freedom) }
            }
        }
    }

    /// The interval of all shifts that are less than `critical` standard deviations away; counted exactly where that is
    /// possible.
    pub(super) fn interval(self, [baseline, window]: [&Sample; 2], points: Points, critical: f64) -> Option<Interval> {
        match points {
            Points::Independent => shift::interval(baseline, window, 1.0 - 2.0 * normal::survival(critical)),
            Points::Series => {
                let deviation = deviation(count(baseline.count()), count(window.count()), 0.0);
                let reach = student::from_normal(critical, self.freedom) * deviation * libm::sqrt(self.inflation);
                shift::reaching(baseline, window, reach)
            }
        }
    }

    /// How clearly the window lies below, and above, a baseline that is moved by `shift`.
    fn excess_over(self, baseline: &Sample, window: &Sample, shift: f64) -> [f64; 2] {
        let ranking = Ranking::shifted(baseline, window, shift);
        let (n, m) = (count(baseline.count()), count(window.count()));
        let excess = sum(&ranking.second) - m * (m + 1.0) / 2.0 - n * m / 2.0;
        let deviation = deviation(n, m, ranking.ties);
        [self.standardised(-excess - 0.5, deviation), self.standardised(excess - 0.5, deviation)]
    }

    /// How many standard deviations of the normal distribution U's excess over half the pairs amounts to.
    fn standardised(self, excess: f64, deviation: f64) -> f64 {
        let spread = deviation * libm::sqrt(self.inflation);
        if spread > 0.0 { student::to_normal(excess / spread, self.freedom) } else { 0.0 }
    }
}

/// The inflation of the mean of n points of a first-order autoregression, negative correlations not counted as a gain.
fn first_order(rho: f64, n: f64) -> f64 {
    let rho = rho.clamp(0.0, 0.99);
    let rest = 1.0 - rho;
    (1.0 + rho) / rest - 2.0 * rho * (1.0 - libm::pow(rho, n)) / (n * rest * rest)
}

impl Clear {
    pub(super) fn of(baseline: &Sample, window: &Sample, tolerance: f64, points: Points, width: Width) -> Self {
        match (points, Method::suited_to(baseline, window)) {
            (Points::Independent, Method::Exact) => Self::counted(baseline, window, tolerance),
            (Points::Independent, Method::Normal) | (Points::Series, Method::Exact | Method::Normal) => Self {
                up: width.excess_over(baseline, window, tolerance)[1],
                down: width.excess_over(baseline, window, -tolerance)[0],
            },
        }
    }

    /// By exact probabilities.
    fn counted(baseline: &Sample, window: &Sample, tolerance: f64) -> Self {
        let clear = |shift: f64, alternative| {
            let Ok(shifted) = window.shifted(-shift) else { return 0.0 };
            normal::upper_quantile(MannWhitney::test(baseline, &shifted, alternative).p)
        };
        Self { up: clear(tolerance, Alternative::Larger), down: clear(-tolerance, Alternative::Smaller) }
    }
}
