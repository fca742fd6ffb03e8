//! Steps: a level that changed once within a series, which then looks as if it remembered its past.
//!
//! Perron, "The great crash, the oil price shock, and the unit root hypothesis", Econometrica 57 (1989): a series that is
//! steady but for one change of its level passes for one that hardly forgets. The step that explains most is sought (Bai,
//! "Least squares estimation of a shift in linear processes", Journal of Time Series Analysis 15, 1994), and the series
//! with it is held against the series without it, each with the autoregression that suits it best. What remembers
//! strongly seems to have steps too, and a search finds something in any noise: [`SEARCHED`] is what that costs.

use alloc::vec::Vec;

use super::autocovariance::Autocovariance;
use super::autoregression::Fit;
use crate::stat::sample::{count, mean};

/// The fewest points on either side of a step.
const FEWEST: usize = 5;

/// No step is sought in the first and the last part of a series, of which there are so many.
const PARTS: usize = 20;

/// How much more likely than a series without a step (as twice the logarithm) one with a step must be to be believed as
/// much. Chance reaches it in 0.3 % of long independent series (Andrews, "Tests for parameter instability and structural
/// change with unknown change point", Econometrica 61, 1993, one parameter, the middle nine tenths).
const SEARCHED: f64 = 16.0;

/// A step, and what is left of the series around its two levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// The first point at the new level; that of the series is 0.
    pub(super) at: usize,
    /// How far it is believed, from 0 to 1.
    pub(super) weight: f64,
    /// The series around its two levels.
    pub(super) around: Autocovariance,
}

impl Step {
    /// The step that explains most of a series; none in one that is short, or of which nothing would be left.
    pub(super) fn within(values: &[f64], whole: &Autocovariance) -> Option<Self> {
        let at = place(values)?;
        let (before, after) = values.split_at_checked(at)?;
        let levels = [before, after].map(|part| (part, mean(part)));
        let rest: Vec<f64> = levels.iter().flat_map(|(part, level)| part.iter().map(move |it| it - level)).collect();
        let around = Autocovariance::around(&rest, 2);
        if !around.varies() {
            return None;
        }
        let against = Fit::criterion(&around) + SEARCHED - Fit::criterion(whole);
        Some(Self { at, weight: 1.0 / (1.0 + libm::exp(0.5 * against)), around })
    }
}

/// Where two levels leave the least unexplained.
fn place(values: &[f64]) -> Option<usize> {
    let (all, centre) = (values.len(), mean(values));
    let least = FEWEST.max(all / PARTS);
    let mut before = 0.0;
    let explained = values.iter().enumerate().map(|(at, value)| {
        let explained = before * before / (count(at) * count(all - at));
        before += value - centre;
        (explained, at)
    });
    let possible = explained.filter(|(_, at)| (least..=all.saturating_sub(least)).contains(at));
    possible.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, at)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points that neither repeat nor remember, between -1 and 1.
    fn scattered(points: u32) -> Vec<f64> {
        (1..=points).map(|n| f64::from(n.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 23) - 1.0).collect()
    }

    fn found(values: &[f64]) -> Option<Step> {
        Step::within(values, &Autocovariance::of(values))
    }

    #[test]
    fn a_step_is_found_at_its_place_and_nothing_is_left_of_it() {
        let values: Vec<f64> = scattered(90).iter().zip(0..).map(|(x, n)| if n < 60 { *x } else { x + 3.0 }).collect();

        let step = found(&values).unwrap();

        assert_eq!(step.at, 60);
        assert!(step.weight > 0.99, "{step:?}");
        assert!(step.around.variance() < 0.4, "{step:?}");
    }

    #[test]
    fn noise_and_a_wave_are_no_steps() {
        let wave: Vec<f64> = (0..90).map(|n| libm::sin(f64::from(n) / 10.0)).collect();

        for values in [scattered(90), wave] {
            let step = found(&values).unwrap();
            assert!(step.weight < 0.3, "{step:?}");
        }
    }

    #[test]
    fn a_few_points_have_no_steps_nor_has_what_is_constant_but_for_one() {
        let bare: Vec<f64> = (0..60).map(|n| f64::from(u8::from(n >= 30))).collect();

        assert_eq!(found(&scattered(9)), None);
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[1.0; 60]), None);
        assert_eq!(found(&bare), None);
    }
}
