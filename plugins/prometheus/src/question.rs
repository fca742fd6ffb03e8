//! From settings to what Prometheus is asked.

use crate::indicator::{Indicator, USUAL_CAPACITY, counts};
use crate::promql::{Selector, together};
use crate::settings::{Capacity, Code, Range, Settings};

/// The part of an answer that is the measured number.
pub(crate) const VALUE: &str = "value";
/// The part that says how many requests it is of.
pub(crate) const TRAFFIC: &str = "traffic";
/// The part that says when the newest sample behind it was taken, in seconds since the Unix epoch.
pub(crate) const NEWEST: &str = "newest";

/// The part that says how many requests there were since the last sample.
pub(crate) const REQUESTS: &str = "requests";
/// The part that says how many errors were among them.
pub(crate) const ERRORS: &str = "errors";

/// The quantile of a latency unless the plan says otherwise.
const USUAL_QUANTILE: f64 = 0.95;

/// What Prometheus is asked.
#[derive(Debug, PartialEq)]
pub(crate) enum Question {
    /// The plan's own query, which answers with one number.
    Own(String),
    /// A query that answers in parts, for an indicator.
    Parts(Parts),
}

/// What is asked for an indicator, each in PromQL.
#[derive(Debug, PartialEq)]
pub(crate) struct Parts {
    /// The number.
    pub(crate) value: String,
    /// How many requests it is of, where there are requests.
    pub(crate) traffic: Option<String>,
    /// When the newest sample was taken.
    pub(crate) newest: String,
    /// What is counted beside it, each under its name.
    pub(crate) counts: Vec<(&'static str, String)>,
    /// With fewer requests than these the number is no evidence; none where there need not be any.
    pub(crate) min_traffic: Option<f64>,
}

impl Question {
    /// Returns what the settings ask for; nothing when they are such that [`crate::validate::problems`] refuses them.
    pub(crate) fn of(settings: &Settings) -> Option<Self> {
        match (&settings.query, settings.indicator) {
            (Some(query), None) => Some(Self::Own(query.clone())),
            (None, Some(indicator)) => Parts::of(settings, indicator).map(Self::Parts),
            (None, None) | (Some(_), Some(_)) => None,
        }
    }

    /// Returns the whole query.
    pub(crate) fn query(&self) -> String {
        match self {
            Self::Own(query) => query.clone(),
            Self::Parts(Parts { value, traffic, newest, counts, .. }) => {
                let traffic = traffic.as_ref().map(|traffic| (TRAFFIC, traffic.as_str()));
                let parts = [Some((VALUE, value.as_str())), traffic, Some((NEWEST, newest.as_str()))];
                let counts = counts.iter().map(|(part, query)| (*part, query.as_str()));
                together(&parts.into_iter().flatten().chain(counts).collect::<Vec<_>>())
            }
        }
    }
}

impl Parts {
    fn of(settings: &Settings, indicator: Indicator) -> Option<Self> {
        let metric = metric(settings, indicator)?;
        let range = settings.range.clone().unwrap_or_else(Range::usual);
        Some(match indicator {
            Indicator::ErrorRate => Self::error_rate(settings, indicator, &metric, &range),
            Indicator::Latency => Self::latency(settings, &metric, &range),
            Indicator::Saturation => Self::saturation(settings, &metric, &range),
            Indicator::DependencyHealth if counts(&metric) => {
                let errors = Self::error_rate(settings, indicator, &metric, &range);
                Self { value: format!("1 - {}", errors.value), ..errors }
            }
            Indicator::DependencyHealth => {
                let up = Selector::of(&metric, &settings.labels);
                // The worst of several is what counts, so the oldest of their samples is too.
                let (value, newest) = (format!("min(avg_over_time({up}[{range}]))"), format!("min(timestamp({up}))"));
                Self { value, traffic: None, newest, counts: Vec::new(), min_traffic: None }
            }
            Indicator::Throughput => {
                let counted = Selector::of(&metric, &settings.labels);
                let value = format!("60 * sum(rate({counted}[{range}]))");
                // None at all is a number too, and the one that matters most.
                let counts =
                    settings.counts_over.iter().map(|over| (REQUESTS, counted.delta(&counted, over))).collect();
                Self { min_traffic: None, counts, ..Self::counted(value, &counted, &range, settings) }
            }
        })
    }

    fn error_rate(settings: &Settings, indicator: Indicator, metric: &str, range: &Range) -> Self {
        let label = code_label(settings);
        let errors = errors(settings, indicator);
        let regex: Vec<String> = errors.iter().map(Code::regex).collect();
        let mut all = Selector::of(metric, &settings.labels);
        // Without this a misspelt label would find no errors at all, instead of no requests.
        if !errors.iter().any(Code::is_absence) {
            all = all.having(&label);
        }
        let wrong = all.matching(&label, &regex.join("|"));
        // A counter of errors is often not there before the first error: that is none, as long as there are requests.
        let value =
            format!("(sum(rate({wrong}[{range}])) or 0 * sum(rate({all}[{range}]))) / sum(rate({all}[{range}]))");
        let counts = settings.counts_over.iter().flat_map(|over| {
            let requests = all.delta(&all, over);
            [(ERRORS, format!("({} or 0 * {requests})", wrong.delta(&all, over))), (REQUESTS, requests)]
        });
        Self { counts: counts.collect(), ..Self::counted(value, &all, range, settings) }
    }

    fn latency(settings: &Settings, metric: &str, range: &Range) -> Self {
        let stem = metric.strip_suffix("_bucket").unwrap_or(metric);
        let buckets = Selector::of(&format!("{stem}_bucket"), &settings.labels);
        let quantile = settings.quantile.unwrap_or(USUAL_QUANTILE);
        let own = if stem.ends_with("_milliseconds") || stem.ends_with("_ms") { "ms" } else { "s" };
        let scale = match (own, settings.unit.as_deref()) {
            ("s", Some("ms")) => " * 1000",
            ("ms", Some("s") | None) => " / 1000",
            _ => "",
        };
        let value = format!("histogram_quantile({quantile}, sum by (le) (rate({buckets}[{range}]))){scale}");
        Self::counted(value, &Selector::of(&format!("{stem}_count"), &settings.labels), range, settings)
    }

    fn saturation(settings: &Settings, metric: &str, range: &Range) -> Self {
        let used = Selector::of(metric, &settings.labels);
        let in_use = if counts(metric) { format!("rate({used}[{range}])") } else { used.to_string() };
        let usual = || settings.metric.is_none().then(|| Capacity::Metric(USUAL_CAPACITY.to_owned()));
        let share = match settings.capacity.clone().or_else(usual) {
            // No capacity, and one that is not known, are told as 0 and as -1; neither makes a share.
            Some(Capacity::Metric(full)) => format!("{in_use} / ({} > 0)", Selector::of(&full, &settings.labels)),
            Some(Capacity::Number(full)) => format!("{in_use} / {full}"),
            None => in_use,
        };
        let newest = format!("max(timestamp({used}))");
        Self { value: format!("max({share})"), traffic: None, newest, counts: Vec::new(), min_traffic: None }
    }

    /// A number that is of things that a metric counts.
    fn counted(value: String, counted: &Selector, range: &Range, settings: &Settings) -> Self {
        Self {
            value,
            traffic: Some(format!("sum(increase({counted}[{range}]))")),
            newest: format!("max(timestamp({counted}))"),
            counts: Vec::new(),
            min_traffic: Some(settings.min_traffic.unwrap_or(1.0)),
        }
    }
}

/// Returns the indicator's metric: the plan's, or the usual one.
pub(crate) fn metric(settings: &Settings, indicator: Indicator) -> Option<String> {
    let usual = || indicator.usual_metric(settings.convention.unwrap_or_default()).map(str::to_owned);
    settings.metric.clone().or_else(usual)
}

fn code_label(settings: &Settings) -> String {
    let usual = || settings.convention.unwrap_or_default().code_label().to_owned();
    settings.code_label.clone().unwrap_or_else(usual)
}

/// Returns which codes count as errors. A call to a dependency that never got an answer has no code.
fn errors(settings: &Settings, indicator: Indicator) -> Vec<Code> {
    let usual = || {
        let codes: &[&str] = match indicator {
            Indicator::DependencyHealth => &["5xx", ""],
            Indicator::ErrorRate | Indicator::Latency | Indicator::Saturation | Indicator::Throughput => &["5xx"],
        };
        codes.iter().map(|code| Code::Text((*code).to_owned())).collect()
    };
    settings.errors.clone().unwrap_or_else(usual)
}
