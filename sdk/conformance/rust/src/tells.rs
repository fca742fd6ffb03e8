//! What the plugin was given, told back: the call, texts, the log, the clock, and whether it lived before.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use holdpoint_sdk::{Call, Finding, Findings, Host, Severity, Verdict};

use crate::settings::{Settings, SeverityWord};

/// Every field of the call and its release, as a note of its own.
pub(crate) fn echo(call: &Call) -> Verdict {
    let release = &call.release;
    let mut findings = Findings::new();
    findings.met();
    let mut tell = |subject: &str, value: Option<&str>| {
        let finding = Finding::note(subject, "was given");
        findings.add(match value {
            Some(value) => finding.observed(value),
            None => finding,
        });
    };
    tell("service", Some(&release.service));
    tell("environment", Some(&release.environment));
    tell("version", Some(&release.version));
    tell("previous-version", release.previous_version.as_deref());
    tell("artifact", release.artifact.as_deref());
    tell("revision", release.revision.as_deref());
    tell("change", Some(&release.change));
    tell("strategy", Some(&release.strategy));
    for (name, value) in &release.labels {
        tell(&format!("release label {name}"), Some(value));
    }
    tell("name", Some(&call.name));
    tell("attempt", Some(&call.attempt.to_string()));
    tell("deadline-ms", Some(&call.deadline_ms.to_string()));
    for (name, value) in &call.labels {
        tell(&format!("call label {name}"), Some(value));
    }
    tell("is-signal", Some(if call.is_signal() { "yes" } else { "no" }));
    findings.verdict("this is what was given")
}

/// How long a text is, in bytes of UTF-8 and in Unicode's scalar values.
pub(crate) fn weigh(text: &str) -> Verdict {
    let (bytes, characters) = (text.len(), text.chars().count());
    let mut findings = Findings::new();
    findings.met();
    findings.measure("bytes", float(bytes), "bytes");
    findings.measure("characters", float(characters), "1");
    findings.verdict(format!("{bytes} bytes, {characters} characters"))
}

#[expect(clippy::cast_precision_loss, reason = "no text here has 2^52 bytes")]
fn float(number: usize) -> f64 {
    number as f64
}

static CALLS: AtomicU32 = AtomicU32::new(0);

/// How often this instance has been called: once.
pub(crate) fn count() -> Verdict {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    let mut findings = Findings::new();
    findings.expect_eq("calls of this instance", 1, calls);
    findings.verdict("nothing was here before")
}

/// Never called with settings that are out of order.
pub(crate) fn order(settings: &Settings) -> Verdict {
    let mut findings = Findings::new();
    findings.met();
    findings.verdict(format!("{} is not above {}", settings.low, settings.high))
}

/// Logs each line.
pub(crate) fn log(lines: &[(SeverityWord, String)], host: &Host) -> Verdict {
    for (severity, line) in lines {
        let severity = match severity {
            SeverityWord::Debug => Severity::Debug,
            SeverityWord::Info => Severity::Info,
            SeverityWord::Warn => Severity::Warn,
            SeverityWord::Error => Severity::Error,
        };
        host.log(severity, line);
    }
    let mut findings = Findings::new();
    findings.met();
    findings.verdict(format!("{} lines", lines.len()))
}

/// Reads both clocks, sleeps, and reads them again.
pub(crate) fn clock(sleep_ms: u32, host: &Host) -> Verdict {
    let (now, monotonic) = (host.now(), host.monotonic());
    host.sleep(Duration::from_millis(u64::from(sleep_ms)));
    let (slept, passed) = (host.now() - now, host.monotonic().saturating_sub(monotonic));
    let whole = |millis: u64| f64::from(u32::try_from(millis).unwrap_or(u32::MAX));
    let mut findings = Findings::new();
    findings.met();
    findings.measure("now", whole(now / 1_000), "s");
    findings.measure("slept", whole(slept), "ms");
    findings.measure("passed", whole(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)), "ms");
    findings.verdict("time goes by")
}
