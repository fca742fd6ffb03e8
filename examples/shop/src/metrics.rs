//! What the service counts, written as Prometheus' text format.
//!
//! Format: <https://prometheus.io/docs/instrumenting/exposition_formats/>, version 0.0.4.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    sync::Mutex,
    time::Duration,
};

use crate::{deployed::Deployed, inventory::Dependency, lock::locked};

/// The media type of [`Metrics::text`].
pub(crate) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds of the duration buckets, in seconds.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How an order ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OrderEnd {
    Accepted,
    Refused,
    Failed,
}

/// The counters of one service, from zero at its start.
#[derive(Default)]
pub(crate) struct Metrics {
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    requests: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Histogram>,
    accepted: u64,
    refused: u64,
    failed: u64,
}

#[derive(Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

impl Histogram {
    fn observe(&mut self, seconds: f64) {
        for (bound, bucket) in BOUNDS.iter().zip(&mut self.buckets) {
            if seconds <= *bound {
                *bucket += 1;
            }
        }
        self.count += 1;
        self.seconds += seconds;
    }
}

impl Metrics {
    /// Counts one answered request. `path` is the route's name, so that the series stay few.
    pub(crate) fn request(&self, path: &'static str, code: u16, took: Duration) {
        let mut counted = locked(&self.counted);
        *counted.requests.entry((path, code)).or_default() += 1;
        counted.durations.entry(path).or_default().observe(took.as_secs_f64());
    }

    pub(crate) fn order(&self, end: OrderEnd) {
        let mut counted = locked(&self.counted);
        match end {
            OrderEnd::Accepted => counted.accepted += 1,
            OrderEnd::Refused => counted.refused += 1,
            OrderEnd::Failed => counted.failed += 1,
        }
    }

    /// Returns all series with their help and type lines.
    pub(crate) fn text(&self, deployed: &Deployed, inventory: Dependency) -> String {
        Page { counted: &locked(&self.counted), deployed, inventory }.to_string()
    }
}

struct Page<'a> {
    counted: &'a Counted,
    deployed: &'a Deployed,
    inventory: Dependency,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.requests(f)?;
        self.durations(f)?;
        self.orders(f)?;
        self.facts(f)
    }
}

impl Page<'_> {
    fn requests(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, "shop_requests_total", "counter", "Requests answered, by route and status code.")?;
        let version = escaped(self.deployed.version());
        for ((path, code), count) in &self.counted.requests {
            let path = escaped(path);
            writeln!(f, "shop_requests_total{{version=\"{version}\",path=\"{path}\",code=\"{code}\"}} {count}")?;
        }
        Ok(())
    }

    fn durations(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const NAME: &str = "shop_request_duration_seconds";
        head(f, NAME, "histogram", "Time from the request to the answer's head, by route.")?;
        let version = escaped(self.deployed.version());
        for (path, histogram) in &self.counted.durations {
            let labels = format!("version=\"{version}\",path=\"{}\"", escaped(path));
            for (bound, count) in BOUNDS.iter().zip(&histogram.buckets) {
                writeln!(f, "{NAME}_bucket{{{labels},le=\"{bound}\"}} {count}")?;
            }
            writeln!(f, "{NAME}_bucket{{{labels},le=\"+Inf\"}} {}", histogram.count)?;
            writeln!(f, "{NAME}_sum{{{labels}}} {}", histogram.seconds)?;
            writeln!(f, "{NAME}_count{{{labels}}} {}", histogram.count)?;
        }
        Ok(())
    }

    fn orders(&self, f: &mut Formatter<'_>) -> fmt::Result {
        head(f, "shop_orders_total", "counter", "Checkouts, by how they ended.")?;
        let Counted { accepted, refused, failed, .. } = self.counted;
        let version = escaped(self.deployed.version());
        writeln!(f, "shop_orders_total{{version=\"{version}\",state=\"accepted\"}} {accepted}")?;
        writeln!(f, "shop_orders_total{{version=\"{version}\",state=\"refused\"}} {refused}")?;
        writeln!(f, "shop_orders_total{{version=\"{version}\",state=\"failed\"}} {failed}")
    }

    fn facts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let up = match self.inventory {
            Dependency::Up => 1,
            Dependency::Down => 0,
        };
        head(f, "shop_dependency_up", "gauge", "Whether a dependency answers, 1 or 0.")?;
        writeln!(f, "shop_dependency_up{{dependency=\"inventory\"}} {up}")?;
        head(f, "shop_build_info", "gauge", "What was deployed, in the labels; always 1.")?;
        let (version, revision) = (escaped(self.deployed.version()), escaped(self.deployed.revision()));
        writeln!(f, "shop_build_info{{version=\"{version}\",revision=\"{revision}\"}} 1")
    }
}

fn head(f: &mut Formatter<'_>, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(f, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

/// Escapes a label's value as the format demands.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_in_the_count() {
        let metrics = Metrics::default();
        metrics.request("/", 200, Duration::from_millis(7));
        metrics.request("/", 200, Duration::from_millis(300));
        metrics.request("/", 500, Duration::from_mins(1));

        let text = metrics.text(&Deployed::old(), Dependency::Up);

        for line in [
            "shop_requests_total{version=\"1.4.0\",path=\"/\",code=\"200\"} 2",
            "shop_requests_total{version=\"1.4.0\",path=\"/\",code=\"500\"} 1",
            "shop_request_duration_seconds_bucket{version=\"1.4.0\",path=\"/\",le=\"0.005\"} 0",
            "shop_request_duration_seconds_bucket{version=\"1.4.0\",path=\"/\",le=\"0.01\"} 1",
            "shop_request_duration_seconds_bucket{version=\"1.4.0\",path=\"/\",le=\"0.5\"} 2",
            "shop_request_duration_seconds_bucket{version=\"1.4.0\",path=\"/\",le=\"10\"} 2",
            "shop_request_duration_seconds_bucket{version=\"1.4.0\",path=\"/\",le=\"+Inf\"} 3",
            "shop_request_duration_seconds_count{version=\"1.4.0\",path=\"/\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn a_label_cannot_end_its_quotes() {
        assert_eq!(escaped("a\"b\\c\nd"), "a\\\"b\\\\c\\nd");
    }
}
