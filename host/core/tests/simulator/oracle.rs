//! The oracle: what a signal's samples come to, said a second time and apart from the core.

use holdpoint_core::assess::terms::Terms;
use holdpoint_core::plan::window::{Baseline, Comparator, Rule, Signal, Window};
use holdpoint_core::time::{Elapsed, Span};

use crate::world::World;

/// A number, and when its sample was due.
pub(crate) struct Point {
    due: u64,
    number: f64,
}

/// The numbers of a signal whose window began at this time. A sample is due at the last multiple of its interval
/// before it was commanded.
pub(crate) fn points(world: &World, (window, signal): (&Window, &Signal), began: Elapsed) -> Vec<Point> {
    let (first, interval) = (began.plus(window.delay).0, signal.interval.as_millis());
    let samples = world.truth.samples.iter().filter(|sample| sample.signal == signal.check.name);
    let point = |commanded: Elapsed, number| Point {
        due: first + (commanded.0.saturating_sub(first)) / interval * interval,
        number,
    };
    samples.filter_map(|sample| Some(point(sample.commanded, sample.number?))).collect()
}

/// A number that stands by itself.
pub(crate) fn alone(commanded: Elapsed, number: f64) -> Point {
    Point { due: commanded.0, number }
}

/// Whether there is enough data to say that a window of this length was watched.
pub(crate) fn enough(points: &[Point], (window, signal): (&Window, &Signal), (began, length): (Elapsed, Span)) -> bool {
    let (first, ends) = (began.plus(window.delay).0, began.plus(length).0);
    let interval = signal.interval.as_millis();
    let expected = (ends - first) / interval + 1;
    let [start, .., end] = points else {
        return points.len() as u64 * 100 >= u64::from(window.coverage) * expected && !points.is_empty() && {
            let only = points[0].due;
            only - first <= signal.max_gap.as_millis() && ends.saturating_sub(only) <= signal.max_gap.as_millis()
        };
    };
    let between = points.windows(2).map(|pair| pair[1].due - pair[0].due - interval);
    let missing = between.chain([start.due - first, ends.saturating_sub(end.due)]).max().unwrap_or_default();
    points.len() as u64 * 100 >= u64::from(window.coverage) * expected && missing <= signal.max_gap.as_millis()
}

/// Whether a rule that looks at one sample at a time has fired; `None` for those that look at more.
pub(crate) fn fires(rule: &Rule, points: &[Point]) -> Option<bool> {
    let holds = |number: f64| match &rule.comparator {
        Comparator::Above { bound } => Some(number > bound.as_f64()),
        Comparator::Below { bound } => Some(number < bound.as_f64()),
        Comparator::Rise { percent, baseline: Baseline::Constant { value } } => {
            Some(number > value.as_f64() * (1.0 + percent.as_f64() / 100.0))
        }
        Comparator::Drop { percent, baseline: Baseline::Constant { value } } => {
            Some(number < value.as_f64() * (1.0 - percent.as_f64() / 100.0))
        }
        _ => None,
    };
    let mut since = None;
    for point in points {
        if !holds(point.number)? {
            since = None;
        } else if point.due - *since.get_or_insert(point.due) >= rule.held.as_millis() {
            return Some(true);
        }
    }
    holds(0.0).map(|_| false)
}

/// How many numbers of a signal miss what its assessment calls a success, and how many may; `None` for other rules.
pub(crate) fn failures(rule: &Rule, points: &[Point]) -> Option<(usize, usize)> {
    let Comparator::Assess { assessment } = &rule.comparator else { return None };
    let terms = Terms::from(assessment.clone());
    let most = terms.success_condition?;
    let missed = points.iter().filter(|point| !most.holds(point.number)).count();
    Some((missed, usize::try_from(terms.failure_limit).unwrap()))
}
