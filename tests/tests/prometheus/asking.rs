//! Plans that ask Prometheus, and what came of running them.

use std::path::Path;

use holdpoint_tests::{holdpoint, said, target};
use serde_json::Value;

/// A plan with one check for each question.
#[derive(Clone)]
pub(crate) struct Plan {
    url: String,
    checks: Vec<(String, String)>,
    /// What is asked for when a check does not pass; the plan's defaults when empty.
    responses: &'static str,
}

/// What came of a run.
pub(crate) struct Run {
    report: Value,
    /// The exit code.
    pub(crate) code: i32,
    /// What the program printed.
    pub(crate) told: String,
}

/// What came of a check.
pub(crate) struct Asked {
    /// How it ended, as one word.
    pub(crate) outcome: String,
    /// The class of its first measurement, as one word; empty when it has none.
    pub(crate) class: String,
    /// Its measurements.
    pub(crate) measurements: Vec<Value>,
    /// Why, in words.
    pub(crate) why: String,
}

impl Plan {
    /// A plan without checks, for a Prometheus.
    pub(crate) fn of(url: &str) -> Self {
        Self { url: url.to_owned(), checks: Vec::new(), responses: "" }
    }

    /// Adds a check with these settings, as the inside of an inline table.
    pub(crate) fn check(mut self, name: &str, settings: &str) -> Self {
        self.checks.push((name.to_owned(), settings.to_owned()));
        self
    }

    /// Lets no check stop the run, so that each is judged.
    pub(crate) fn noting(mut self) -> Self {
        self.responses = "on-inconclusive = \"note\"\non-fail = \"note\"\n";
        self
    }

    /// Runs the plan.
    pub(crate) fn run(&self, folder: &Path) -> Run {
        let path = folder.join("plan.toml");
        std::fs::write(&path, self.text()).unwrap();
        let output = holdpoint(folder)
            .arg("run")
            .arg(&path)
            .args(["--service", "shop", "-e", "test", "--release-version", "1", "--plugins"])
            .arg(target().join("plugins"))
            .arg("--cache")
            .arg(target().join("test-cache"))
            .output()
            .unwrap();
        let shown = holdpoint(folder).args(["report", "--format", "json"]).output().unwrap();
        let report =
            serde_json::from_slice(&shown.stdout).unwrap_or_else(|_| panic!("{}\n{}", said(&output), said(&shown)));
        Run { report, code: output.status.code().unwrap_or(-1), told: said(&output) }
    }

    fn text(&self) -> String {
        let responses = self.responses;
        let check = |(name, settings): &(String, String)| {
            format!(
                "[[phase.check]]\nname = \"{name}\"\nplugin = \"prometheus\"\nattempts = 1\ntimeout = \"5s\"\n{responses}\
                 settings = {{ prometheus = \"endpoint:prometheus\", {settings} }}\n"
            )
        };
        let checks: String = self.checks.iter().map(check).collect();
        format!(
            "holdpoint = \"0.1\"\nname = \"metrics\"\n[endpoint.prometheus]\nurl = \"{}\"\naddresses = [\"127.0.0.1\"]\n\
             [plugin.prometheus]\nbundle = \"prometheus.wasm\"\n[[plugin.prometheus.grant]]\nendpoint = \"prometheus\"\n\
             methods = [\"GET\"]\npaths = [\"/api/v1/query\"]\n[[phase]]\nname = \"verify\"\n{checks}",
            self.url
        )
    }
}

impl Run {
    /// What came of the check of this name.
    pub(crate) fn check(&self, name: &str) -> Asked {
        let phases = self.report["phases"].as_array().into_iter().flatten();
        let mut checks = phases.filter_map(|phase| phase["checks"].as_array()).flatten();
        let check = checks.find(|check| check["name"] == name);
        let check = check.unwrap_or_else(|| panic!("no check {name}: {}\n{:#}", self.told, self.report));
        let attempt = &check["attempts"][0];
        let measurements = attempt["said"]["measurements"].as_array().cloned().unwrap_or_default();
        let class = measurements.first().map(class).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Asked { outcome: text(&attempt["word"]), class, measurements, why: text(&attempt["summary"]) }
    }
}

impl Asked {
    /// The number of a measurement.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.measurement(name)?["number"].as_f64()
    }

    /// When a measurement was taken, as the report has it.
    pub(crate) fn taken_at(&self, name: &str) -> Option<&str> {
        self.measurement(name)?["taken-at"].as_str()
    }

    /// The unit of a measurement.
    pub(crate) fn unit(&self, name: &str) -> Option<&str> {
        self.measurement(name)?["unit"].as_str()
    }

    fn measurement(&self, name: &str) -> Option<&Value> {
        self.measurements.iter().find(|measurement| measurement["name"] == name)
    }
}

fn class(measurement: &Value) -> String {
    measurement["absent"].as_str().map_or_else(|| "data".to_owned(), |why| why.replace(' ', "-"))
}
