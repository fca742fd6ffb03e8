//! Assessments: conditions and limits, and whether the window has room for them.

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::condition::Condition;
use holdpoint_core::assess::terms::{Retry, Terms};
use holdpoint_core::plan::window::Comparator;

use crate::form::Table;
use crate::lower::rule::Scene;
use crate::number::Whole;
use crate::problem::Code;
use crate::raw::assess::{Assess as Raw, Condition as RawCondition};
use crate::reader::{Placed, Reader};
use crate::source::At;

/// Lowers what a signal's measurements are counted by; notes limits that could not be kept.
pub(super) fn lower(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) -> Option<Comparator> {
    let success = condition(raw.success_condition.as_ref(), "success-condition", scene, reader);
    let failure = condition(raw.failure_condition.as_ref(), "failure-condition", scene, reader);
    let (success_condition, failure_condition) = (success.ok()?, failure.ok()?);
    if ["success-condition", "failure-condition"].iter().any(|key| raw.unreadable.holds(key)) {
        return None;
    }
    let interval = scene.signal.interval();
    let whole = |written: Option<&Placed<Whole>>, default: i64| written.map_or(default, |whole| whole.value.0);
    let usual = Terms::default();
    let terms = Terms {
        success_condition,
        failure_condition,
        count: whole(raw.count.as_ref(), usual.count),
        interval: Some(interval),
        initial_delay: scene.delay(),
        failure_limit: whole(raw.failure_limit.as_ref(), usual.failure_limit),
        failure_window: raw.failure_window.as_ref().map(|window| window.value),
        inconclusive_limit: whole(raw.inconclusive_limit.as_ref(), usual.inconclusive_limit),
        consecutive_error_limit: whole(raw.consecutive_error_limit.as_ref(), usual.consecutive_error_limit),
        consecutive_success_limit: whole(raw.consecutive_success_limit.as_ref(), usual.consecutive_success_limit),
        // A window samples on at its own pace, whatever the last sample was.
        error_retry: Retry { after: interval, longest: None, budget: None },
        mode: usual.mode,
    };
    if raw.unreadable.0.is_empty() {
        check_room(raw, scene, reader);
    }
    match Assessment::try_new(&terms) {
        Ok(assessment) => Some(Comparator::Assess { assessment }),
        Err(refused) => {
            let told = refused.flaws().iter().filter(|flaw| !raw.unreadable.holds(flaw.key()));
            // An interval of no time has been told as the signal's.
            for flaw in told.filter(|flaw| flaw.key() != "interval" && !flaw.key().starts_with("error-retry")) {
                let what = format!("assess of a rule of {}: {flaw}", scene.owner());
                reader.curable(Code::BadValue, place(raw, flaw.key()), (what, flaw.cure()));
            }
            None
        }
    }
}

/// Where a key stands; where it doesn't, where the table begins.
fn place(raw: &Raw, key: &str) -> At {
    let whole = |written: &Option<Placed<Whole>>| written.as_ref().map(|whole| whole.at);
    let condition = |written: &Option<Placed<Table<RawCondition>>>| written.as_ref().map(|condition| condition.at);
    let at = match key {
        "success-condition" => condition(&raw.success_condition),
        "failure-condition" => condition(&raw.failure_condition),
        "count" => whole(&raw.count),
        "failure-limit" => whole(&raw.failure_limit),
        "failure-window" => raw.failure_window.as_ref().map(|window| window.at),
        "inconclusive-limit" => whole(&raw.inconclusive_limit),
        "consecutive-error-limit" => whole(&raw.consecutive_error_limit),
        "consecutive-success-limit" => whole(&raw.consecutive_success_limit),
        _ => None,
    };
    at.unwrap_or(raw.at)
}

/// Notes measurements that the window has no room for: the assessment would never end.
fn check_room(raw: &Raw, scene: Scene<'_>, reader: &mut Reader<'_>) {
    let room = scene.room();
    for (key, written) in [("count", &raw.count), ("consecutive-success-limit", &raw.consecutive_success_limit)] {
        let Some(Placed { value: Whole(asked), at }) = written else { continue };
        if u64::try_from(*asked).is_ok_and(|asked| asked > room) {
            let (owner, interval, phase) = (scene.owner(), scene.signal.interval(), scene.phase.owner());
            let what = format!(
                "{key} of a rule of {owner} is {asked}, and the window of {phase} has room for {room} samples, {interval} apart"
            );
            let cure = "ask for fewer, or leave room: a longer window or a shorter interval".to_owned();
            reader.curable(Code::Timing, *at, (what, cure));
        }
    }
}

/// One condition, if it is written.
fn condition(
    written: Option<&Placed<Table<RawCondition>>>,
    key: &str,
    scene: Scene<'_>,
    reader: &mut Reader<'_>,
) -> Result<Option<Condition>, Told> {
    let Some(Placed { value: Table(raw), at }) = written else { return Ok(None) };
    let numbers = [
        raw.above.as_ref().map(|it| Condition::Above(it.value.0)),
        raw.at_least.as_ref().map(|it| Condition::AtLeast(it.value.0)),
        raw.below.as_ref().map(|it| Condition::Below(it.value.0)),
        raw.at_most.as_ref().map(|it| Condition::AtMost(it.value.0)),
        raw.equals.as_ref().map(|it| Condition::Equals(it.value.0)),
    ];
    let range = raw.between.as_ref().map(|range| &range.value.0);
    let between = range.and_then(|range| {
        Some(Condition::Between { low: range.low.as_ref()?.value.0, high: range.high.as_ref()?.value.0 })
    });
    let mut conditions = numbers.into_iter().flatten().chain(between);
    if !raw.unreadable.0.is_empty() || (range.is_some() && between.is_none()) {
        return Err(Told);
    }
    if let (Some(condition), None) = (conditions.next(), conditions.next()) {
        return Ok(Some(condition));
    }
    let what = format!("{key} of a rule of {} must be one comparison", scene.owner());
    let cure = "write exactly one of above, at-least, below, at-most, between and equals".to_owned();
    reader.curable(Code::BadValue, *at, (what, cure));
    Err(Told)
}

/// What is wrong has been told.
struct Told;
