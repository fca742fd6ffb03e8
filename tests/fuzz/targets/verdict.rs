//! Whatever a plugin returns, the verdict that comes of it is inside its limits, finite, visible, and no better than what it
//! said.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use holdpoint_core::plan::limit::{Bytes, Limits};
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finding, Finds, Level, Measurement, Sample, Verdict};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Said {
    finds: u8,
    summary: String,
    findings: Vec<(u8, String, String, Option<String>, Option<String>)>,
    measurements: Vec<(String, f64, String)>,
    labels: Vec<(String, String)>,
    limits: (u8, u8, u8, u8),
}

fuzz_target!(|said: Said| {
    let (summary, finding, findings, measurements) = said.limits;
    let limits = Limits {
        summary: Bytes(u64::from(summary)),
        finding: Bytes(u64::from(finding)),
        findings: u32::from(findings % 8),
        measurements: u32::from(measurements % 8),
        ..Limits::default()
    };
    let finds = [Finds::Pass, Finds::Warn, Finds::Fail, Finds::Inconclusive][usize::from(said.finds % 4)];
    let failed = said.findings.iter().any(|finding| finding.0 % 3 == 2);
    let draft = Draft {
        finds,
        summary: said.summary,
        findings: said.findings.into_iter().map(finding_of).collect(),
        measurements: said.measurements.into_iter().map(measurement_of).collect(),
        labels: said.labels,
    };
    let Ok(verdict) = admit(draft, &limits) else {
        assert!(failed && matches!(finds, Finds::Pass | Finds::Warn));
        return;
    };
    assert!(!(failed && matches!(finds, Finds::Pass | Finds::Warn)), "a pass with a failed finding");
    let json = serde_json::to_value(&verdict).expect("a verdict is JSON");
    assert!(visible(&json), "{json}");
    let again: Verdict = serde_json::from_value(json.clone()).expect("a verdict is read back");
    assert_eq!(again, verdict);
    assert_eq!(json["finds"], serde_json::to_value(finds).expect("a word"));
});

fn finding_of(
    (level, subject, message, expected, observed): (u8, String, String, Option<String>, Option<String>),
) -> Finding {
    let level = [Level::Note, Level::Warn, Level::Fail][usize::from(level % 3)];
    Finding { level, subject, message, expected, observed, labels: BTreeMap::new() }
}

fn measurement_of((name, number, unit): (String, f64, String)) -> Measurement {
    Measurement { name, sample: Sample::Number(number), unit, taken_at: None, labels: BTreeMap::new() }
}

/// Whether no text holds a control character; a number that is not finite would be `null`.
fn visible(json: &serde_json::Value) -> bool {
    match json {
        serde_json::Value::String(text) => !text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\t'),
        serde_json::Value::Array(all) => all.iter().all(visible),
        serde_json::Value::Object(all) => all.values().all(visible),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => true,
    }
}
