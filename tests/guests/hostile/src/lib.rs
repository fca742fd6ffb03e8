//! A check that attacks its host, as its settings say.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use holdpoint_sdk::{Call, CheckResult, Finding, Host, Level, Measurement, Outcome, Sample, Verdict};

#[derive(serde::Deserialize)]
#[serde(tag = "attack", deny_unknown_fields, rename_all = "kebab-case")]
enum Settings {
    /// A verdict with a summary of so many letters, so many findings of so many letters, and so many measurements.
    Verdict { summary: usize, findings: usize, finding: usize, measurements: usize },
    /// So many lines in the log, each of this text so many times.
    Log { lines: usize, text: String, times: usize },
    /// Calls of the clock without end.
    Clock,
    /// Lines in the log without end.
    Chatter,
    /// Sleeps longer than anyone waits, again and again.
    Sleep,
    /// Leaves a mark for the next call, and looks for one.
    Mark,
    /// Measures what is no number.
    Numbers,
}

static MARK: AtomicU64 = AtomicU64::new(0);

#[expect(clippy::unnecessary_wraps, reason = "the shape of a check")]
fn check(settings: &Settings, host: &Host, _call: &Call) -> CheckResult {
    let mut verdict = said(Outcome::Warn, "nothing was attacked");
    match settings {
        Settings::Verdict { summary, findings, finding, measurements } => {
            verdict.summary = "s".repeat(*summary);
            verdict.findings = (0..*findings).map(|_| found(&"f".repeat(*finding))).collect();
            verdict.measurements = (0..*measurements).map(|_| measured(Sample::Data(1.0))).collect();
        }
        Settings::Log { lines, text, times } => {
            let line = text.repeat(*times);
            for _ in 0..*lines {
                host.info(&line);
            }
        }
        Settings::Clock => loop {
            std::hint::black_box((host.now(), host.monotonic()));
        },
        Settings::Chatter => loop {
            host.info("and another thing");
        },
        Settings::Sleep => loop {
            host.sleep(Duration::from_millis(u64::from(u32::MAX)));
        },
        Settings::Mark => {
            let seen = MARK.swap(0x5eed, Ordering::Relaxed);
            verdict = said(if seen == 0 { Outcome::Pass } else { Outcome::Fail }, "looked for a mark");
        }
        Settings::Numbers => {
            let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
            verdict.measurements = odd.into_iter().map(|number| measured(Sample::Data(number))).collect();
        }
    }
    Ok(verdict)
}

fn said(outcome: Outcome, summary: &str) -> Verdict {
    Verdict { outcome, summary: summary.to_owned(), findings: Vec::new(), measurements: Vec::new(), labels: Vec::new() }
}

fn found(message: &str) -> Finding {
    Finding {
        level: Level::Warn,
        subject: "host".to_owned(),
        message: message.to_owned(),
        expected: None,
        observed: None,
        labels: Vec::new(),
    }
}

fn measured(sample: Sample) -> Measurement {
    Measurement { name: "size".to_owned(), sample, unit: "1".to_owned(), taken_at: None, labels: Vec::new() }
}

holdpoint_sdk::check!(Settings, check);
