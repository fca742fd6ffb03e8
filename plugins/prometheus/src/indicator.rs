//! The five indicators: what each is called, which way it gets worse, and where its numbers usually stand.

use schemars::JsonSchema;
use serde::Deserialize;

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Indicator {
    /// The share of requests that end in an error, from 0 to 1. The metric is a counter with a label for the code.
    ErrorRate,
    /// A quantile of the time that requests take. The metric is a histogram.
    Latency,
    /// How full the fullest is, 1 being full. The metric is a gauge, or a counter of busy seconds.
    Saturation,
    /// How well a dependency answers, from 0 to 1. The metric is a gauge that is 1 while it is up, or a counter of
    /// calls with a label for the code. Of several gauges the worst counts.
    DependencyHealth,
    /// How many things happen in a minute: requests, orders. The metric is a counter.
    Throughput,
}

/// Whose names metrics and labels have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Convention {
    /// Those of Prometheus's own client libraries: `http_requests_total`, with `code`.
    #[default]
    Prometheus,
    /// OpenTelemetry's, as Prometheus stores them: `http_server_request_duration_seconds`, with
    /// `http_response_status_code`.
    OpenTelemetry,
}

/// Which way a number gets worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worse {
    /// Up.
    Higher,
    /// Down.
    Lower,
    /// Either way.
    Either,
}

impl Indicator {
    /// Returns what it is called, in plans and as a measurement.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ErrorRate => "error-rate",
            Self::Latency => "latency",
            Self::Saturation => "saturation",
            Self::DependencyHealth => "dependency-health",
            Self::Throughput => "throughput",
        }
    }

    /// Returns the unit of its measurement, unless the plan says otherwise where it may.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::ErrorRate | Self::Saturation | Self::DependencyHealth => "ratio",
            Self::Latency => "s",
            Self::Throughput => "1/min",
        }
    }

    /// Returns which way it gets worse.
    pub(crate) fn worse(self) -> Worse {
        match self {
            Self::ErrorRate | Self::Latency | Self::Saturation => Worse::Higher,
            Self::DependencyHealth => Worse::Lower,
            Self::Throughput => Worse::Either,
        }
    }

    /// Returns the metric that a convention has for it, if it has one.
    ///
    /// Sources: <https://prometheus.io/docs/instrumenting/writing_clientlibs/#standard-and-runtime-collectors> and
    /// <https://opentelemetry.io/docs/specs/semconv/http/http-metrics/>.
    pub(crate) fn usual_metric(self, convention: Convention) -> Option<&'static str> {
        match (self, convention) {
            (Self::ErrorRate | Self::Throughput, Convention::Prometheus) => Some("http_requests_total"),
            (Self::ErrorRate | Self::Throughput, Convention::OpenTelemetry) => {
                Some("http_server_request_duration_seconds_count")
            }
            (Self::Latency, Convention::Prometheus) => Some("http_request_duration_seconds"),
            (Self::Latency, Convention::OpenTelemetry) => Some("http_server_request_duration_seconds"),
            (Self::Saturation, Convention::Prometheus) => Some("process_open_fds"),
            (Self::Saturation, Convention::OpenTelemetry) => None,
            (Self::DependencyHealth, Convention::Prometheus) => Some("up"),
            (Self::DependencyHealth, Convention::OpenTelemetry) => Some("http_client_request_duration_seconds_count"),
        }
    }
}

impl Convention {
    /// Returns the label that holds a request's code.
    pub(crate) fn code_label(self) -> &'static str {
        match self {
            Self::Prometheus => "code",
            Self::OpenTelemetry => "http_response_status_code",
        }
    }
}

/// What is full of [`Indicator::Saturation`]'s usual metric.
pub(crate) const USUAL_CAPACITY: &str = "process_max_fds";

/// Whether a metric counts, going by the endings that both conventions give counters; else it is a gauge.
pub(crate) fn counts(metric: &str) -> bool {
    metric.ends_with("_total") || metric.ends_with("_count")
}
