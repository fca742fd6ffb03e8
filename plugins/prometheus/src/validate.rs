//! What can be wrong with settings beyond what their types say; found when the plan is linted.

use holdpoint_sdk::Problem;

use crate::indicator::{Indicator, Worse, counts};
use crate::question::metric;
use crate::release::flaw;
use crate::settings::{Capacity, Code, LabelMatch, Settings};

/// Finds all problems.
pub(crate) fn problems(settings: &Settings) -> Vec<Problem> {
    let mut problems = match (&settings.query, settings.indicator) {
        (None, None) => vec![
            Problem::at("", "there is neither an `indicator` nor a `query`").hint("add indicator = \"error-rate\""),
        ],
        (Some(_), Some(_)) => {
            vec![Problem::at("/query", "`query` stands beside `indicator`").hint("keep one of the two")]
        }
        (Some(query), None) => of_query(settings, query),
        (None, Some(indicator)) => of_indicator(settings, indicator),
    };
    if !settings.judges() && (settings.warn_above.is_some() || settings.warn_below.is_some()) {
        let problem =
            Problem::at("", "there is a warning, and neither fail-above nor fail-below, so nothing could fail");
        problems.push(problem.hint("add fail-above = 0.02, or leave the judging to a signal's rules"));
    }
    if settings.max_age_s <= 0.0 {
        problems.push(Problem::at("/max-age-s", "`max-age-s` is not positive, so every sample would be too old"));
    }
    problems
}

fn of_query(settings: &Settings, query: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if query.trim().is_empty() {
        problems.push(Problem::at("/query", "the query is empty"));
    }
    for (name, _) in parameters(settings, None).into_iter().filter(|(_, use_)| *use_ == Use::Unfit) {
        let problem =
            Problem::at(format!("/{name}"), format!("`{name}` belongs to an indicator and says nothing about a query"));
        problems.push(problem.hint("write it into the query, or use an indicator"));
    }
    problems
}

fn of_indicator(settings: &Settings, indicator: Indicator) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, _) in parameters(settings, Some(indicator)).into_iter().filter(|(_, use_)| *use_ == Use::Unfit) {
        let told = format!("`{name}` says nothing about the indicator {}", indicator.name());
        problems.push(Problem::at(format!("/{name}"), told).hint(format!("remove `{name}`")));
    }
    names(settings, indicator, &mut problems);
    values(settings, indicator, &mut problems);
    thresholds(settings, indicator, &mut problems);
    problems
}

/// What a parameter is to the indicator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Absent,
    Fit,
    Unfit,
}

/// Returns each parameter of indicators, and what it is to this one; to a query, none of them fits.
fn parameters(settings: &Settings, indicator: Option<Indicator>) -> [(&'static str, Use); 11] {
    let metric = indicator.and_then(|indicator| metric(settings, indicator)).unwrap_or_default();
    let is = |wanted: Indicator| indicator == Some(wanted);
    let counted_calls = is(Indicator::DependencyHealth) && counts(&metric);
    let gauge = is(Indicator::Saturation) && !counts(&metric);
    let with_codes = is(Indicator::ErrorRate) || counted_calls;
    let any = indicator.is_some();
    let use_of = |given: bool, fits: bool| match (given, fits) {
        (false, _) => Use::Absent,
        (true, true) => Use::Fit,
        (true, false) => Use::Unfit,
    };
    [
        ("convention", use_of(settings.convention.is_some(), any)),
        ("metric", use_of(settings.metric.is_some(), any)),
        ("labels", use_of(!settings.labels.is_empty(), any)),
        ("range", use_of(settings.range.is_some(), any && !gauge)),
        ("counts-over", use_of(settings.counts_over.is_some(), with_codes || is(Indicator::Throughput))),
        ("quantile", use_of(settings.quantile.is_some(), is(Indicator::Latency))),
        ("errors", use_of(settings.errors.is_some(), with_codes)),
        ("code-label", use_of(settings.code_label.is_some(), with_codes)),
        ("capacity", use_of(settings.capacity.is_some(), is(Indicator::Saturation))),
        ("min-traffic", use_of(settings.min_traffic.is_some(), with_codes || is(Indicator::Latency))),
        ("unit", use_of(settings.unit.is_some(), !any || is(Indicator::Latency))),
    ]
}

/// Names that PromQL takes unquoted must be names.
fn names(settings: &Settings, indicator: Indicator, problems: &mut Vec<Problem>) {
    match metric(settings, indicator) {
        None => {
            let told = format!("{} has no usual metric there", indicator.name());
            problems.push(Problem::at("/convention", told).hint("add metric = \"…_ratio\""));
        }
        Some(name) if !is_metric(&name) => problems.push(not_a_name("/metric", &name)),
        Some(name) if !fits(indicator, &name) => {
            let told = format!("`{name}` is not the name of a counter, which ends in _total or _count");
            problems.push(Problem::at("/metric", told).hint("name a counter, or write a query"));
        }
        Some(_) => {}
    }
    if let Some(Capacity::Metric(name)) = settings.capacity.as_ref().filter(|full| !is_capacity(full)) {
        problems.push(not_a_name("/capacity", name));
    }
    if let Some(label) = settings.code_label.as_ref().filter(|label| !is_label(label)) {
        problems.push(not_a_name("/code-label", label));
    }
    for (label, wanted) in &settings.labels {
        let at = format!("/labels/{}", label.replace('~', "~0").replace('/', "~1"));
        if !is_label(label) || label == "__name__" || (indicator == Indicator::Latency && label == "le") {
            problems.push(not_a_name(&at, label));
        }
        if no_values(wanted) {
            problems.push(Problem::at(at.as_str(), "the list of values is empty"));
        }
        if let Some(flaw) = flaw(wanted) {
            problems.push(Problem::at(at, flaw));
        }
    }
    if indicator == Indicator::DependencyHealth && settings.labels.is_empty() {
        let problem = Problem::at("/labels", "`labels` are missing, so every series would be the dependency");
        problems.push(problem.hint("say which one it is: labels = { job = \"inventory\" }"));
    }
}

/// Whether an indicator can be had of a metric, going by its name.
fn fits(indicator: Indicator, metric: &str) -> bool {
    match indicator {
        Indicator::ErrorRate | Indicator::Throughput => counts(metric),
        Indicator::Latency | Indicator::Saturation | Indicator::DependencyHealth => true,
    }
}

fn values(settings: &Settings, indicator: Indicator, problems: &mut Vec<Problem>) {
    if settings.quantile.is_some_and(|quantile| quantile <= 0.0 || quantile >= 1.0) {
        problems
            .push(Problem::at("/quantile", "the quantile is not between 0 and 1").hint("the 95th percentile is 0.95"));
    }
    if settings.min_traffic.is_some_and(|traffic| traffic < 0.0) {
        problems.push(Problem::at("/min-traffic", "`min-traffic` is negative"));
    }
    if let Some(Capacity::Number(full)) = settings.capacity
        && full <= 0.0
    {
        problems.push(Problem::at("/capacity", "the capacity is not positive"));
    }
    if settings.errors.as_ref().is_some_and(Vec::is_empty) {
        let problem = Problem::at("/errors", "the list is empty, so nothing would be an error");
        problems.push(problem.hint("add errors = [\"5xx\"]"));
    }
    for (position, _) in settings.errors.iter().flatten().enumerate().filter(|(_, code)| !Code::makes_sense(code)) {
        let problem = Problem::at(format!("/errors/{position}"), "this code is no status and no class of them");
        problems.push(problem.hint("write 503, or \"5xx\" for all that begin with 5"));
    }
    let unit = settings.unit.as_deref().filter(|_| indicator == Indicator::Latency);
    if unit.is_some_and(|unit| unit != "s" && unit != "ms") {
        problems.push(Problem::at("/unit", "this is no unit of a latency").hint("write \"s\" or \"ms\""));
    }
}

/// A threshold must stand on the side where it gets worse, and within what the number can be.
fn thresholds(settings: &Settings, indicator: Indicator, problems: &mut Vec<Problem>) {
    let above = [("fail-above", settings.fail_above), ("warn-above", settings.warn_above)];
    let below = [("fail-below", settings.fail_below), ("warn-below", settings.warn_below)];
    let (wrong_side, way, other) = match indicator.worse() {
        Worse::Higher => (Some(below), "higher", "above"),
        Worse::Lower => (Some(above), "lower", "below"),
        Worse::Either => (None, "", ""),
    };
    for (name, _) in wrong_side.into_iter().flatten().filter(|(_, limit)| limit.is_some()) {
        let told = format!("`{name}` is on the wrong side: {} is worse the {way} it is", indicator.name());
        let (level, _) = name.split_once('-').unwrap_or((name, ""));
        problems.push(Problem::at(format!("/{name}"), told).hint(format!("use {level}-{other}")));
    }
    for (name, limit) in above.into_iter().chain(below) {
        if indicator.unit() == "ratio" && limit.is_some_and(|limit| !(0.0..=1.0).contains(&limit)) {
            let problem =
                Problem::at(format!("/{name}"), format!("`{name}` is beyond what a ratio can be, which is 0 to 1"));
            problems.push(problem.hint("2 % is 0.02"));
        }
    }
}

fn not_a_name(at: &str, name: &str) -> Problem {
    Problem::at(at, format!("`{name}` can't be a name here")).hint("use letters, digits and _, no digit first")
}

fn no_values(wanted: &LabelMatch) -> bool {
    match wanted {
        LabelMatch::OneOf(values) => values.is_empty(),
        LabelMatch::Not(values) => values.not.is_empty(),
        LabelMatch::Is(_) | LabelMatch::Regex(_) => false,
    }
}

fn is_capacity(capacity: &Capacity) -> bool {
    match capacity {
        Capacity::Metric(name) => is_metric(name),
        Capacity::Number(_) => true,
    }
}

fn is_metric(name: &str) -> bool {
    is_label(&name.replace(':', "_"))
}

fn is_label(name: &str) -> bool {
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'_';
    !name.is_empty() && !name.starts_with(|letter: char| letter.is_ascii_digit()) && name.bytes().all(fits)
}
