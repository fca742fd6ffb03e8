//! Means: whether the values of a window lie higher or lower than a constant or an earlier baseline.
//!
//! The difference of the means is measured in its own standard error, which the estimated dependence widens and whose
//! own uncertainty is paid for as Student's distribution does; the normal mixture turns it into an e-value. The promise
//! is asymptotic: it needs no distribution, but enough points for means to be nearly normal.

use serde::{Deserialize, Serialize};

use super::design::Design;
use super::judgement::{Evidence, Interval, Judgement, Quantity};
use super::memory::Memory;
use super::normal_mixture::Time;
use crate::stat::class::Class;
use crate::stat::dependence::autocovariance::Autocovariance;
use crate::stat::dependence::{Dependence, student};
use crate::stat::sample::{Refused, Sample, count};

/// Values of a window against a constant or a baseline, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    design: Design,
    /// The level that the window is held against.
    level: f64,
    /// The level that a relative tolerance is a part of.
    scale: f64,
    /// The points that this level is the mean of; none for a constant.
    baseline: Autocovariance,
    /// What is known about how the metric varies when all is well; may be empty.
    past: Autocovariance,
    /// The dependence that the past has shown, once it is long enough to limit what a step may pass for.
    reference: Option<Dependence>,
    window: Memory,
}

/// The difference at one look.
struct Look {
    difference: f64,
    error: f64,
    freedom: f64,
    tolerated: f64,
    time: Time,
}

/// How many points of a window are needed at least.
const FEWEST: usize = 8;
/// How many points of past and window together are needed at least.
const FEWEST_TOGETHER: usize = 30;
/// How many points of a window without a past are needed at least.
const FEWEST_ALONE: usize = 45;
/// As how many points of the window its past's variance counts.
const PRIOR_POINTS: f64 = 10.0;
/// Differences below this part of the level may be due to rounding alone.
const ROUNDING: f64 = 1e-9;

impl Mean {
    /// Starts a comparison with a constant.
    ///
    /// # Errors
    /// When the constant isn't a finite number of reasonable size.
    pub fn against_constant(design: Design, level: f64) -> Result<Self, Refused> {
        Sample::new(&[level])?;
        Ok(Self { level, scale: level, ..Self::against_nothing(design) })
    }

    /// Starts a comparison of differences with none at all.
    pub(super) fn against_nothing(design: Design) -> Self {
        let (baseline, past) = (Autocovariance::EMPTY, Autocovariance::EMPTY);
        Self { design, level: 0.0, scale: 0.0, baseline, past, reference: None, window: Memory::EMPTY }
    }

    /// The same, with a relative tolerance that is a part of this level.
    pub(super) fn tolerating_at(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// Starts a comparison with the mean of a baseline, which is taken for what it is: an estimate.
    pub fn against_baseline(design: Design, baseline: &Sample) -> Self {
        let memory = Memory::of(baseline.values());
        let baseline = memory.autocovariance();
        let level = memory.mean();
        Self { level, scale: level, baseline, ..Self::against_nothing(design) }.with_past(baseline)
    }

    /// Takes the dependence from a longer history of the metric, in order of time, than it is compared with.
    #[must_use]
    pub fn with_history(self, history: &Sample) -> Self {
        if history.count() > self.past.points() { self.with_past(Autocovariance::of(history.values())) } else { self }
    }

    fn with_past(self, past: Autocovariance) -> Self {
        Self { past, reference: reference(&past), ..self }
    }

    /// Takes the next value of the window.
    ///
    /// # Errors
    /// When it isn't a finite number of reasonable size; nothing has changed then.
    pub fn push(&mut self, value: f64) -> Result<(), Refused> {
        if !value.is_finite() {
            return Err(Refused::NotFinite { position: self.window.points(), value });
        }
        if value.abs() > Sample::LARGEST {
            return Err(Refused::TooLarge { position: self.window.points(), value });
        }
        self.window.push(value);
        // Without a past, the window's first points are the best there is to compare its later ones with.
        if self.reference.is_none() && self.window.points() == FEWEST_ALONE {
            self.reference = reference(&self.window.autocovariance());
        }
        Ok(())
    }

    /// What a look at this moment comes to, without the words.
    pub fn class(&self) -> Class {
        self.look().1
    }

    /// What a look at this moment comes to.
    pub fn judge(&self) -> Judgement {
        let (dependence, class, look) = match self.look() {
            (_, Class::NoData, _) => return Judgement::of_nothing(&self.design),
            (dependence, class, look) => (dependence, class, look),
        };
        let evidence = look.as_ref().map(|look| self.evidence(look));
        Judgement {
            class,
            points: self.window.points(),
            effective: dependence.effective(self.window.points()),
            baseline: Some(self.level),
            window: Some(self.window.mean()),
            interval: look.map(|look| self.interval(&look)),
            log_e: evidence.map_or(0.0, |evidence| evidence.strongest(&self.design)),
            dependence,
            ..Judgement::of_nothing(&self.design)
        }
    }

    /// How far the points depend on each other, what the look comes to, and its figures where it has any.
    fn look(&self) -> (Dependence, Class, Option<Look>) {
        let points = self.window.points();
        if points == 0 {
            return (Dependence::ASSUMED, Class::NoData, None);
        }
        let window = self.window.autocovariance();
        let estimated = Dependence::from_autocovariances(&self.past, &window);
        let dependence = self.reference.map_or(estimated, |reference| estimated.at_most(&reference));
        if self.is_early() || dependence.warning.is_some() {
            return (dependence, Class::TooEarly, None);
        }
        let look = self.measure(&window, &dependence);
        (dependence, self.evidence(&look).class(&self.design), Some(look))
    }

    fn is_early(&self) -> bool {
        let (points, past) = (self.window.points(), self.past.points());
        points < if past == 0 { FEWEST_ALONE } else { FEWEST.max(FEWEST_TOGETHER.saturating_sub(past)) }
    }

    fn measure(&self, window: &Autocovariance, dependence: &Dependence) -> Look {
        let points = count(window.points());
        let ours = self.window_variance(window, dependence) / points;
        let known = count(self.baseline.points().max(1));
        let theirs = dependence.long_run_variance(&self.baseline) / known;
        let variance = ours + theirs;
        let shares = if variance > 0.0 { (ours / variance, theirs / variance) } else { (1.0, 0.0) };
        let rounding = ROUNDING * self.scale.abs().max(self.window.mean().abs());
        Look {
            difference: self.window.mean() - self.level,
            error: libm::sqrt(variance).max(rounding),
            // Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics 2 (1946).
            freedom: dependence.freedom_over(1.0 / (shares.0 * shares.0 / points + shares.1 * shares.1 / known)),
            tolerated: self.design.tolerance.at(self.scale),
            time: self.time(points),
        }
    }

    /// The long-run variance of the window's points, leaning on the past's while they are few.
    fn window_variance(&self, window: &Autocovariance, dependence: &Dependence) -> f64 {
        let own = dependence.long_run_variance(window);
        if !self.past.varies() {
            return own;
        }
        let points = count(window.points());
        (points * own + PRIOR_POINTS * dependence.long_run_variance(&self.past)) / (points + PRIOR_POINTS)
    }

    fn time(&self, points: f64) -> Time {
        let information = |points: f64| match self.baseline.points() {
            0 => points,
            known => 1.0 / (1.0 / points + 1.0 / count(known)),
        };
        let horizon = information(f64::from(self.design.horizon.max(1)));
        Time::of(information(points), horizon, self.design.alpha_per_side())
    }

    fn evidence(&self, look: &Look) -> Evidence {
        let log_e = |gap: f64| look.time.log_e(student::to_normal(standard(gap, look.error), look.freedom));
        Evidence {
            up: log_e(look.difference - look.tolerated),
            down: log_e(-look.difference - look.tolerated),
            needed: -libm::log(self.design.alpha_per_side()),
        }
    }

    fn interval(&self, look: &Look) -> Interval {
        let boundary = look.time.boundary(self.design.alpha_per_side());
        let width = look.error * student::from_normal(boundary, look.freedom);
        let end = |end: f64| Some(end).filter(|end| end.is_finite());
        Interval {
            of: Quantity::Difference,
            low: if self.design.direction.looks_up() { end(look.difference - width) } else { None },
            high: if self.design.direction.looks_down() { end(look.difference + width) } else { None },
        }
    }
}

/// A gap in standard errors, kept within what can be squared.
fn standard(gap: f64, error: f64) -> f64 {
    if error > 0.0 {
        (gap / error).clamp(-1e12, 1e12)
    } else if gap > 0.0 {
        1e12
    } else {
        0.0
    }
}

/// The dependence within a series, when it is long enough to tell.
fn reference(past: &Autocovariance) -> Option<Dependence> {
    if past.points() < FEWEST_TOGETHER || !past.varies() {
        return None;
    }
    Some(Dependence::from_autocovariances(past, &Autocovariance::EMPTY))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::stat::promise::{Amount, Direction, Tolerance};

    /// Values around 100 that neither repeat nor remember.
    fn steady(points: u32) -> Vec<f64> {
        (1..=points)
            .map(|n| 95.0 + f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24) * 10.0)
            .collect()
    }

    fn against_steady(design: Design, shift: f64, points: u32) -> Mean {
        let mut mean = Mean::against_baseline(design, &Sample::new(&steady(60)).unwrap());
        for value in steady(60 + points).into_iter().skip(60) {
            mean.push(value + shift).unwrap();
        }
        mean
    }

    #[test]
    fn a_shift_is_found_in_its_direction_and_lies_in_the_interval() {
        for (shift, expected) in [(5.0, Class::Increased), (-5.0, Class::Decreased), (0.0, Class::NoDifference)] {
            let judgement = against_steady(Design::default(), shift, 30).judge();

            assert_eq!(judgement.class, expected, "{}", judgement.reason());
            let interval = judgement.interval.unwrap();
            assert!(interval.low.unwrap() < shift && shift < interval.high.unwrap(), "{interval}");
        }
    }

    #[test]
    fn who_looks_for_a_rise_is_told_of_no_drop() {
        let design = Design { direction: Direction::Rise, ..Design::default() };

        assert_eq!(against_steady(design, -50.0, 30).class(), Class::NoDifference);
        assert_eq!(against_steady(design, 50.0, 30).class(), Class::Increased);
    }

    #[test]
    fn what_is_tolerated_is_no_difference() {
        let tenth = Tolerance::Relative(Amount::try_new(0.1).unwrap());

        assert_eq!(
            against_steady(Design { tolerance: tenth, ..Design::default() }, 5.0, 60).class(),
            Class::NoDifference
        );
        assert_eq!(
            against_steady(Design { tolerance: tenth, ..Design::default() }, 15.0, 60).class(),
            Class::Increased
        );
    }

    #[test]
    fn a_few_points_are_too_early_and_none_are_no_data() {
        assert_eq!(against_steady(Design::default(), 1e6, 0).judge().class, Class::NoData);
        assert_eq!(against_steady(Design::default(), 1e6, 7).judge().class, Class::TooEarly);
    }

    #[test]
    fn a_large_step_in_the_middle_of_a_window_does_not_hide_itself() {
        let mut mean = against_steady(Design::default(), 0.0, 60);
        let mut needed = 0;
        while !mean.class().is_difference() && needed < 100 {
            needed += 1;
            mean.push(1_000.0 + f64::from(needed % 3)).unwrap();
        }

        assert!(needed <= 20, "found after {needed}: {}", mean.judge().reason());
    }

    #[test]
    fn constants_that_differ_by_more_than_is_tolerated_do_so_every_time() {
        for (tolerance, expected) in
            [(Tolerance::NONE, Class::Increased), (Design::default().tolerance, Class::NoDifference)]
        {
            let design = Design { tolerance, ..Design::default() };
            let mut mean = Mean::against_baseline(design, &Sample::new(&[1.0; 30]).unwrap());
            for _ in 0..30 {
                mean.push(1.000_01).unwrap();
            }

            assert_eq!(mean.class(), expected);
        }
    }

    #[test]
    fn what_is_not_a_number_changes_nothing() {
        let mut mean = against_steady(Design::default(), 0.0, 10);
        let before = mean;

        for wrong in [f64::NAN, f64::INFINITY, -1e200] {
            assert!(mean.push(wrong).is_err());
        }

        assert_eq!(mean, before);
    }

    #[test]
    fn a_comparison_goes_on_where_it_was_put_away() {
        let mut here = against_steady(Design::default(), 3.0, 20);
        let mut there: Mean = serde_json::from_str(&serde_json::to_string(&here).unwrap()).unwrap();

        for value in steady(20) {
            here.push(value).unwrap();
            there.push(value).unwrap();
        }

        assert_eq!(here.judge(), there.judge());
    }
}
