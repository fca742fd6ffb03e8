//! Trends: whether values creep up or down within a window. Tests of ranks between two windows ignore their order, so
//! that a leak which starts low and ends high can pass for no difference.
//!
//! The test is Mann's (Mann, "Nonparametric tests against trend", Econometrica 13, 1945) with ties taken into account;
//! the slope and its interval are Sen's (Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63,
//! 1968). A series that remembers looks like one with a trend, so the variance is multiplied by what the dependence of
//! the ranks around the slope is estimated to be (Hamed and Rao, "A modified Mann–Kendall trend test for autocorrelated
//! data", Journal of Hydrology 204, 1998, and Yue and Wang, "The Mann–Kendall test modified by effective sample size",
//! Water Resources Management 18, 2004). The window may be looked at after every point: information about a slope grows
//! with the cube of the points, and in that time the statistic moves as the sequential judges' do.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use thiserror::Error;

mod inversions;
pub mod mann_kendall;
pub mod sen;

use self::mann_kendall::MannKendall;
use self::sen::Slopes;
use crate::stat::class::{Class, Short};
use crate::stat::dependence::autocovariance::Autocovariance;
use crate::stat::dependence::{Dependence, student};
use crate::stat::promise::Alpha;
use crate::stat::rank::midranks;
use crate::stat::sample::{Refused, Sample, count, mean};
use crate::stat::sequential::design::Design;
use crate::stat::sequential::judgement::{Evidence, Interval, Quantity};
use crate::stat::sequential::normal_mixture::Time;
use crate::time::Elapsed;

/// Values at their times, the earliest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// In hours.
    times: Vec<f64>,
    values: Sample,
}

/// Why readings don't make a series.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum NotASeries {
    /// Their values make no sample.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// One of them lies before the one before it.
    #[error("value {position} is earlier than the one before it")]
    OutOfOrder {
        /// Which one, the first is 0.
        position: usize,
    },
}

/// What was found about a trend. All slopes are per hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Judgement {
    /// What it came to: increased is a trend upwards.
    pub class: Class,
    /// How many points were looked at.
    pub points: usize,
    /// How many independent points they count as.
    pub effective: f64,
    /// The median level.
    pub level: f64,
    /// Sen's slope.
    pub slope: Option<f64>,
    /// Where the true slope lies, at all looks together with a probability of 1 - α.
    pub interval: Option<Interval>,
    /// What the slope comes to over the window.
    pub change: Option<f64>,
    /// Kendall's rank correlation with time, -1 to 1.
    pub tau: f64,
    /// The natural logarithm of the e-value.
    pub log_e: f64,
    /// What the logarithm must reach for a finding.
    pub needed: f64,
    /// What was estimated about the dependence between neighbouring points, around the slope.
    pub dependence: Dependence,
    /// The promised chance of a false alarm, over all looks.
    pub alpha: Alpha,
}

/// The fewest points that are taken to show a trend.
const FEWEST: usize = 20;
/// Longer series are averaged in blocks to at most this many points.
const MOST: usize = 1_000;
const MILLIS_PER_HOUR: f64 = 3_600_000.0;

impl Series {
    /// Takes readings, in order of time. Equal times are fine.
    ///
    /// # Errors
    /// When there are none, a value isn't a finite number of reasonable size, or one is earlier than the one before.
    pub fn new(readings: &[(Elapsed, f64)]) -> Result<Self, NotASeries> {
        let values: Vec<f64> = readings.iter().map(|(_, value)| *value).collect();
        let values = Sample::new(&values)?;
        let start = readings.first().map(|(at, _)| *at).unwrap_or_default();
        let late = readings.iter().zip(readings.iter().skip(1)).position(|(earlier, later)| later.0 < earlier.0);
        if let Some(position) = late {
            return Err(NotASeries::OutOfOrder { position: position + 1 });
        }
        let times = readings.iter().map(|(at, _)| hours(*at, start)).collect();
        Ok(Self { times, values })
    }

    /// The same in at most [`MOST`] blocks, each at its mean time with its mean value.
    fn in_blocks(&self) -> (Vec<f64>, Vec<f64>) {
        let size = self.times.len().div_ceil(MOST).max(1);
        let means = |values: &[f64]| values.chunks(size).map(mean).collect();
        (means(&self.times), means(self.values.values()))
    }

    fn duration(&self) -> f64 {
        self.times.last().copied().unwrap_or_default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run is shorter than 2^53 milliseconds")]
fn hours(at: Elapsed, start: Elapsed) -> f64 {
    at.since(start).as_millis() as f64 / MILLIS_PER_HOUR
}

/// One look at a series.
struct Look {
    times: Vec<f64>,
    values: Vec<f64>,
    slopes: Slopes,
    dependence: Dependence,
    time: Time,
}

/// Judges whether a series has a trend. What the design tolerates is a slope per hour; a relative one is a part of the
/// median level per hour.
///
/// The dependence is estimated around the slope, from the window and, where there is one, from a baseline of the same
/// metric when all was well. A bend in the window looks like a strong dependence; a baseline limits how strong.
pub fn judge(design: &Design, series: &Series, baseline: Option<&Sample>) -> Judgement {
    let look = Look::at(design, series, baseline);
    let level = series.values.median();
    let kendall = look.slopes.kendall();
    let needed = -libm::log(design.alpha_per_side());
    let judgement = Judgement {
        class: Class::TooEarly,
        points: series.values.count(),
        effective: look.dependence.effective(look.values.len()),
        level,
        slope: look.slopes.median(),
        interval: None,
        change: look.slopes.median().map(|slope| slope * series.duration()),
        tau: kendall.tau(),
        log_e: 0.0,
        needed,
        dependence: look.dependence,
        alpha: design.alpha,
    };
    if look.values.len() < FEWEST || look.slopes.median().is_none() || look.dependence.warning.is_some() {
        return judgement;
    }
    let evidence = look.evidence(design, design.tolerance.at(level));
    Judgement {
        class: evidence.class(design),
        interval: Some(look.interval(design)),
        log_e: evidence.strongest(design),
        ..judgement
    }
}

impl Look {
    fn at(design: &Design, series: &Series, baseline: Option<&Sample>) -> Self {
        let (times, values) = series.in_blocks();
        let slopes = Slopes::of(&times, &values);
        let rest = without(&times, &values, slopes.median().unwrap_or_default());
        let around = Autocovariance::around(&midranks(&rest).ranks, 2);
        let past = baseline.map_or(Autocovariance::EMPTY, |past| Autocovariance::of(&midranks(past.values()).ranks));
        let estimated = Dependence::from_autocovariances(&past, &around);
        let alone = Dependence::from_autocovariances(&past, &Autocovariance::EMPTY);
        let dependence = if alone.warning.is_none() { estimated.at_most(&alone) } else { estimated };
        let share = count(values.len()) / f64::from(design.horizon.max(1));
        let time = Time::of(share * share * share, 1.0, design.alpha_per_side());
        Self { times, values, slopes, dependence, time }
    }

    /// For and against a slope beyond what is tolerated, in the directions that are looked at.
    fn evidence(&self, design: &Design, tolerated: f64) -> Evidence {
        let beyond = |slope: f64| MannKendall::of(&without(&self.times, &self.values, slope));
        let log_e = |looked_at: bool, sign: f64| {
            if looked_at { self.log_e(&beyond(sign * tolerated), sign) } else { f64::NEG_INFINITY }
        };
        Evidence {
            up: log_e(design.direction.looks_up(), 1.0),
            down: log_e(design.direction.looks_down(), -1.0),
            needed: -libm::log(design.alpha_per_side()),
        }
    }

    fn log_e(&self, kendall: &MannKendall, sign: f64) -> f64 {
        let z = sign * kendall.z() / libm::sqrt(self.dependence.inflation);
        self.time.log_e(student::to_normal(z, self.freedom()))
    }

    /// The variance of S is known but for its inflation K: without one nothing is uncertain, with a strong one all of it.
    /// The share between, 1 - 1 / K², is what keeps the promise at all autocorrelations in simulation.
    fn freedom(&self) -> f64 {
        let estimated = 1.0 - 1.0 / (self.dependence.inflation * self.dependence.inflation);
        self.dependence.freedom_over(count(self.values.len())) / estimated.max(f64::MIN_POSITIVE)
    }

    fn interval(&self, design: &Design) -> Interval {
        let boundary = student::from_normal(self.time.boundary(design.alpha_per_side()), self.freedom());
        let reach = boundary * libm::sqrt(self.dependence.inflation * self.slopes.kendall().variance);
        let (up, down) = (design.direction.looks_up(), design.direction.looks_down());
        Interval {
            of: Quantity::Slope,
            low: if up { self.slopes.least(reach) } else { None },
            high: if down { self.slopes.greatest(reach) } else { None },
        }
    }
}

/// What is left of values when a slope is taken from them.
fn without(times: &[f64], values: &[f64], slope: f64) -> Vec<f64> {
    times.iter().zip(values).map(|(at, value)| value - slope * at).collect()
}

impl Judgement {
    /// The judgement in a sentence or two, without a full stop.
    pub fn reason(&self) -> String {
        let (Some(slope), Some(change)) = (self.slope, self.change) else {
            return String::from("a trend needs values at different times");
        };
        let found = match self.class {
            Class::NoData | Class::TooEarly => {
                return format!("{} points are too few to show a trend: {}", self.points, self.dependence);
            }
            Class::NoDifference => "no trend shown so far",
            Class::Increased => "it is rising",
            Class::Decreased => "it is falling",
        };
        let interval = self.interval.map(|interval| format!("; {interval} an hour")).unwrap_or_default();
        format!(
            "{found}: {} an hour, {} over the window, at a level of {}{interval}; {} points count as {:.1} ({})",
            Short(slope),
            Short(change),
            Short(self.level),
            self.points,
            self.effective,
            self.dependence
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stat::promise::{Amount, Direction, Tolerance};

    /// One reading a minute.
    fn series(values: impl Iterator<Item = f64>) -> Series {
        let readings: Vec<(Elapsed, f64)> = (0..).map(|minute| Elapsed(minute * 60_000)).zip(values).collect();
        Series::new(&readings).unwrap()
    }

    fn noise(n: u32) -> f64 {
        f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24) - 0.5
    }

    #[test]
    fn a_ramp_is_found_and_a_flat_line_is_not() {
        let ramp = judge(&Design::default(), &series((70..130).map(f64::from)), None);
        let flat = judge(&Design::default(), &series((0..60).map(|n| 100.0 + f64::from(n % 5))), None);

        assert_eq!((ramp.class, flat.class), (Class::Increased, Class::NoDifference), "{}", flat.reason());
        assert!((ramp.slope.unwrap() - 60.0).abs() < 1e-9 && (ramp.change.unwrap() - 59.0).abs() < 1e-9);
        assert!(ramp.reason().starts_with("it is rising: 60.00 an hour, 59.00 over the window, at a level of 99.50"));
    }

    #[test]
    fn a_noisy_creep_downwards_is_found_in_its_direction_only() {
        let creep = series((0..60).map(|n| 50.0 - 0.1 * f64::from(n) + 3.0 * noise(n)));
        let rising = Design { direction: Direction::Rise, ..Design::default() };

        let found = judge(&Design::default(), &creep, None);

        assert_eq!(found.class, Class::Decreased, "{}", found.reason());
        let interval = found.interval.unwrap();
        assert!(interval.low.unwrap() < -6.0 && -6.0 < interval.high.unwrap() && interval.high.unwrap() < 0.0);
        assert_eq!(judge(&rising, &creep, None).class, Class::NoDifference);
    }

    #[test]
    fn a_tolerated_slope_is_no_trend() {
        let creep = series((0..60).map(|n| 50.0 + 0.1 * f64::from(n) + noise(n)));
        let tolerance = Tolerance::Relative(Amount::try_new(0.2).unwrap());

        assert_eq!(judge(&Design::default(), &creep, None).class, Class::Increased);
        assert_eq!(judge(&Design { tolerance, ..Design::default() }, &creep, None).class, Class::NoDifference);
    }

    #[test]
    fn a_few_points_or_points_at_one_moment_show_no_trend() {
        let few = judge(&Design::default(), &series((0..19).map(f64::from)), None);
        let still = Series::new(&[(Elapsed(5), 1.0); 40]).unwrap();

        assert_eq!(few.class, Class::TooEarly);
        let found = judge(&Design::default(), &still, None);
        assert_eq!((found.class, found.slope), (Class::TooEarly, None));
        assert_eq!(found.reason(), "a trend needs values at different times");
    }

    #[test]
    fn a_long_series_is_judged_in_blocks() {
        let creep = series((0..7_200).map(|n| 50.0 + 0.001 * f64::from(n) + 10.0 * noise(n)));

        let found = judge(&Design::default(), &creep, None);

        assert_eq!((found.class, found.points), (Class::Increased, 7_200));
        assert!((found.slope.unwrap() - 0.06).abs() < 0.02);
    }

    #[test]
    fn readings_out_of_order_are_refused() {
        let refused = Series::new(&[(Elapsed(2), 1.0), (Elapsed(1), 1.0)]);

        assert_eq!(refused, Err(NotASeries::OutOfOrder { position: 1 }));
        assert!(matches!(Series::new(&[(Elapsed(0), f64::NAN)]), Err(NotASeries::Refused(_))));
    }
}
