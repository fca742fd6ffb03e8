//! What is said of an assessment, and what a check's outcome says to it.

use std::collections::BTreeMap;

use holdpoint_core::assess::assessment::Assessment;
use holdpoint_core::assess::reading::Reading;
use holdpoint_core::assess::standing::Standing;
use holdpoint_core::outcome::{Fault, FaultKind, Outcome};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::response::Sight;
use holdpoint_core::time::Span;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finds, Measurement, Sample};
use serde_json::{Value, json};

fn said(terms: Value) -> String {
    serde_json::from_value::<Assessment>(terms).unwrap().to_string()
}

#[test]
fn defaults_are_said_too() {
    assert_eq!(
        said(json!({"success-condition": {"at-least": 0.95}})),
        "at least 0.95 is a success, anything else a failure; 1 measurement; failed with the first failure; \
         inconclusive with the first inconclusive measurement; in error with more than 4 errors in a row; after an \
         error again in 10s"
    );
}

#[test]
fn every_term_is_said() {
    let terms = json!({
        "success-condition": {"at-most": 0.01}, "failure-condition": {"above": 0.02}, "count": 30, "interval": "1m",
        "initial-delay": "30s", "failure-limit": 2, "failure-window": "10m", "inconclusive-limit": 1,
        "consecutive-error-limit": 0, "consecutive-success-limit": 5, "mode": "dry-run",
        "error-retry": {"after": "5s", "longest": "1m", "budget": 20},
    });

    assert_eq!(
        said(terms),
        "above 0.02 is a failure, otherwise at most 0.01 is a success, anything else is inconclusive; 30 measurements, \
         1m apart, the first after 30s; failed with more than 2 failures within 10m; inconclusive with more than 1 \
         inconclusive measurement; in error with the first error, or more than 20 errors in all; successful \
         with 5 successes in a row; after an error again in 5s, each time twice as long, up to 1m; a dry run, from \
         which nothing follows"
    );
}

#[test]
fn what_has_no_end_and_what_has_no_limit_is_said() {
    let found = said(json!({
        "failure-condition": {"above": 1}, "interval": "10s", "failure-limit": -1, "consecutive-success-limit": 1,
    }));

    assert!(
        found.starts_with("above 1 is a failure, anything else a success; measurements 10s apart, without end; any")
    );
    assert!(
        found.contains("; any number of failures is accepted; ") && found.contains("; successful with 1 success in")
    );
}

fn verdict(measurements: &[(&str, Sample)]) -> Outcome {
    let measured = |(name, sample): &(&str, Sample)| Measurement {
        name: (*name).into(),
        sample: *sample,
        unit: String::new(),
        taken_at: None,
        labels: BTreeMap::new(),
    };
    let draft = Draft {
        finds: Finds::Pass,
        summary: "looked".into(),
        findings: vec![],
        measurements: measurements.iter().map(measured).collect(),
        labels: vec![],
    };
    Outcome::Said { verdict: admit(draft, &Limits::default()).unwrap() }
}

#[test]
fn a_verdicts_measurement_is_read_by_its_name() {
    let outcome = verdict(&[("rate", Sample::Number(0.5)), ("twice", Sample::NoData), ("twice", Sample::Number(1.0))]);
    let read = |metric| Reading::of(&outcome, metric);

    assert_eq!(read("rate"), Reading::Sample(Sample::Number(0.5)));
    assert_eq!(read("twice"), Reading::Sample(Sample::Ambiguous));
    assert_eq!(read("other"), Reading::Sample(Sample::NoData));
}

#[test]
fn whatever_is_no_verdict_is_an_error_with_its_words() {
    let fault = Fault { kind: FaultKind::Trap, message: "it crashed".into(), frames: vec![], last_log: vec![] };
    let timeout = Outcome::Timeout { limit: Span::from_secs(10), message: "no answer in 10s".into() };

    assert_eq!(Reading::of(&Outcome::Error { fault }, "rate"), Reading::Error("error: it crashed".into()));
    assert_eq!(Reading::of(&timeout, "rate"), Reading::Error("timeout: no answer in 10s".into()));
    let waived = Outcome::Waived { by: "ada".into(), reason: "known".into() };
    assert_eq!(Reading::of(&waived, "rate"), Reading::Error("waived: ada: known".into()));
}

#[test]
fn only_a_failure_is_bad_and_only_a_success_is_good() {
    // D-9
    let sights = [
        (Standing::Successful, Some(Sight::Good)),
        (Standing::Failed, Some(Sight::Bad)),
        (Standing::Error, Some(Sight::Unclear)),
        (Standing::Inconclusive, Some(Sight::Unclear)),
        (Standing::Running, None),
        (Standing::Pending, None),
    ];

    for (standing, sight) in sights {
        assert_eq!((standing.sight(), standing.has_ended()), (sight, sight.is_some()), "{standing:?}");
    }
}
