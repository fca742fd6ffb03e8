//! The error budget of a window: with many rules at once some would raise a false alarm by chance, so that what the phase
//! promises is split over them (Bonferroni's inequality).

use holdpoint_core::stat::promise::Alpha;

use crate::problem::Code;
use crate::raw::check::{FALSE_ALARMS, Phase};
use crate::raw::signal::Rule;
use crate::reader::Reader;

/// The rules of a window that may raise a false alarm.
struct Promises {
    /// What the phase promises for all of them together.
    whole: f64,
    /// The sum of the rates that rules state of their own.
    stated: f64,
    /// How many state none.
    others: usize,
}

impl Promises {
    fn of(phase: &Phase) -> Self {
        let signals = phase.signal.iter().flat_map(|signals| &signals.value.0);
        let rules = signals.flat_map(|signal| &signal.rule).flat_map(|rules| &rules.value.0);
        let (stated, others): (Vec<&Rule>, Vec<&Rule>) =
            rules.filter(|rule| rule.promises()).partition(|rule| rule.error_rate.is_some());
        let rates = stated.iter().filter_map(|rule| rule.error_rate.as_ref()).map(|rate| rate.value.0);
        let whole = phase.false_alarms.as_ref().map_or(FALSE_ALARMS, |whole| whole.value.0);
        Self { whole, stated: rates.sum(), others: others.len() }
    }
}

/// What each rule may use that states no rate of its own: an equal share of what the others leave. Where they leave
/// nothing, an equal share of the whole, and the lint tells it.
pub(super) fn share(phase: &Phase) -> Alpha {
    let Promises { whole, stated, others } = Promises::of(phase);
    let left = if stated < whole { whole - stated } else { whole };
    Alpha::try_new(left).unwrap_or(Alpha::DEFAULT).shared_by(others)
}

/// Notes a promise that is none, and rules whose own rates go beyond it.
pub(super) fn check(phase: &Phase, reader: &mut Reader<'_>) {
    let Promises { whole, stated, others } = Promises::of(phase);
    let at = phase.false_alarms.as_ref().map_or(phase.at, |whole| whole.at);
    if let Err(why) = Alpha::try_new(whole) {
        reader.error(Code::BadValue, at, format!("false-alarms of {}: {why}", phase.owner()));
        return;
    }
    // Rates that are written as decimals add up with an error in the last digit.
    let beyond = stated > whole * (1.0 + 1e-9);
    if beyond || (others > 0 && stated >= whole) {
        let percent = |rate: f64| (rate * 1e8).round() / 1e6;
        let what = format!(
            "error rates of rules of {} add up to {} %, and false-alarms promises {} %{}",
            phase.owner(),
            percent(stated),
            percent(whole),
            if others > 0 { ", which leaves nothing for its other rules" } else { "" }
        );
        let cure =
            "state lower rates or none, or promise less: false-alarms = the rate of all rules together".to_owned();
        reader.warning(Code::BadValue, at, (what, cure));
    }
}

impl Rule {
    /// Whether it promises an error rate.
    fn promises(&self) -> bool {
        self.differs.is_some() || self.sequential.is_some() || self.trend.is_some()
    }
}
