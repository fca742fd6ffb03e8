//! The runs before a rehearsal, as a scenario tells them: what its signals are compared with that have a history.

use std::collections::BTreeMap;

use holdpoint_core::id::RunId;
use holdpoint_core::plan::Plan;
use holdpoint_core::run::past::{Past, PastRun, Seen};
use holdpoint_core::time::{Elapsed, Moment, Span};
use holdpoint_plan::formula::At;
use holdpoint_plan::scenario::{Scenario, Series};

/// How many runs there were.
const RUNS: u8 = 5;
/// How many samples each took.
const SAMPLES: u32 = 180;
/// How long before this one each was, times its number: at the same hour of the day.
const APART: Span = Span::from_secs(24 * 3_600);

/// What came before, played with a seed; `None` where no rule of the plan looks at it or the scenario tells nothing.
pub(crate) fn past(scenario: &Scenario, plan: &Plan, seed: u64) -> Option<Past> {
    let runs: Vec<PastRun> = (1..=RUNS).filter_map(|number| one(scenario, plan, (seed, number))).collect();
    (!runs.is_empty()).then_some(Past { runs })
}

fn one(scenario: &Scenario, plan: &Plan, (seed, number): (u64, u8)) -> Option<PastRun> {
    let mut signals = BTreeMap::new();
    for (place, series) in (1_u64..).zip(&scenario.series) {
        let compared = |name: &_| plan.signals().find(|it| it.check.name == *name && it.needs_runs().is_some());
        let Some(signal) = series.signal.as_ref().and_then(compared) else { continue };
        let seed = seed.wrapping_mul(u64::from(RUNS) + 1).wrapping_add(u64::from(number));
        let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place.wrapping_mul(0xd1b5_4a32_d192_ed03);
        let began = Moment(scenario.start.0.saturating_sub_unsigned(APART.times(number.into()).as_millis()));
        let sampled = measured(series, (began, seed), signal.interval).and_then(|numbers| Seen::of_numbers(&numbers));
        signals.extend(sampled.map(|sampled| (signal.check.name.clone(), sampled)));
    }
    let run = RunId::parse(&format!("before-{number}"))?;
    (!signals.is_empty()).then(|| PastRun { run, version: format!("before {number}"), signals })
}

fn measured(series: &Series, (began, seed): (Moment, u64), interval: Span) -> Option<Vec<f64>> {
    let formula = series.past.as_ref()?;
    let number = |place: u32| {
        let elapsed = Elapsed(0).plus(interval.times(place.into()));
        let moment = Moment(began.0.saturating_add_unsigned(elapsed.0));
        formula.at(&At { elapsed, moment, seed, given: &|_| false })
    };
    Some((0..SAMPLES).map(number).filter(|number| number.is_finite()).collect())
}
