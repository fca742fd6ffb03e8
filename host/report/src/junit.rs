//! The `JUnit` report, valid under the schema `junit-10` that Jenkins reads.
//!
//! A phase is a suite, and so is the recovery; a check is a case. `pass` is a plain case, `warn` and `waived` one with
//! a note in `system-out`; `fail` is a failure; `inconclusive`, `error` and `timeout` are errors of that type;
//! `skipped` and `cancelled` are skipped. A check that has not settled is an error: an unfinished run passes nothing.

use std::time::Duration;

use holdpoint_core::text::visible;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::story::Story;
use crate::story::check::{Attempt, Check};
use crate::story::subject::Subject;

/// Renders a story as `JUnit` XML.
///
/// Characters that XML can't hold are written out, as `\u{1b}`.
#[must_use]
pub fn junit(story: &Story) -> String {
    let mut report = Report::new(shown(&name(story)));
    let mut at = Duration::ZERO;
    for phase in &story.phases {
        report.add_test_suite(suite(&phase.name, &phase.checks, story));
    }
    if let Some(rollback) = story.rollback.as_ref().filter(|rollback| !rollback.recovery.is_empty()) {
        report.add_test_suite(suite("recovery", &rollback.recovery, story));
    }
    for suite in &report.test_suites {
        at += suite.time.unwrap_or_default();
    }
    report.set_time(at);
    // Written to memory: there is nothing that could fail.
    without_skipped_in_root(&report.to_string().unwrap_or_default())
}

fn name(story: &Story) -> String {
    story.subject.as_ref().map_or_else(
        || "holdpoint".to_owned(),
        |it| format!("{} {} in {}", it.release.service, it.release.version, it.release.environment),
    )
}

fn suite(name: &str, checks: &[Check], story: &Story) -> TestSuite {
    let mut suite = TestSuite::new(shown(name));
    let mut time = Duration::ZERO;
    for check in checks {
        let case = case(name, check);
        time += case.time.unwrap_or_default();
        suite.add_test_case(case);
    }
    suite.set_time(time);
    if let Some(subject) = &story.subject {
        for (key, value) in properties(subject, story) {
            suite.add_property((key, shown(value).as_str()));
        }
        suite.extra.insert("timestamp".into(), subject.started.as_str().into());
    }
    suite
}

fn properties<'a>(subject: &'a Subject, story: &'a Story) -> [(&'static str, &'a str); 6] {
    [
        ("holdpoint.run", &subject.run),
        ("holdpoint.decision", &story.headline.word),
        ("holdpoint.plan", &subject.plan),
        ("holdpoint.plan-digest", &subject.plan_digest),
        ("holdpoint.host", &subject.host),
        ("holdpoint.journal-head", subject.head.as_deref().unwrap_or_default()),
    ]
}

fn case(suite: &str, check: &Check) -> TestCase {
    let mut case = TestCase::new(check.name.as_str(), status(check));
    case.set_classname(format!("{suite}.{}", check.plugin));
    case.set_time(check.attempts.iter().map(took).sum());
    let note = note(check);
    if !note.is_empty() {
        case.set_system_out(note);
    }
    case
}

fn took(attempt: &Attempt) -> Duration {
    Duration::from_millis(attempt.ended_ms.unwrap_or(attempt.began_ms).saturating_sub(attempt.began_ms))
}

fn status(check: &Check) -> TestCaseStatus {
    let mut status = match check.word {
        "pass" | "warn" | "waived" => return TestCaseStatus::success(),
        "fail" => TestCaseStatus::non_success(NonSuccessKind::Failure),
        "skipped" | "cancelled" => TestCaseStatus::skipped(),
        _ => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_type(check.word).set_message(shown(&check.summary));
    let description = findings(check);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}

/// What the last attempt found and what went wrong with it, one line each.
fn findings(check: &Check) -> String {
    let Some(last) = check.attempts.iter().rfind(|attempt| attempt.counts) else { return String::new() };
    let mut lines: Vec<String> = Vec::new();
    for finding in last.said.iter().flat_map(|said| &said.findings) {
        lines.push(format!("{}: {}: {}", finding.level, finding.subject, finding.message));
        lines.extend(finding.expected.iter().map(|expected| format!("  expected: {expected}")));
        lines.extend(finding.observed.iter().map(|observed| format!("  observed: {observed}")));
    }
    if let Some(fault) = &last.fault {
        lines.push(format!("{}: {}", fault.kind, fault.message));
        lines.extend(fault.frames.iter().map(|frame| format!("  at {frame}")));
    }
    lines.iter().map(|line| shown(line)).collect::<Vec<_>>().join("\n")
}

/// What stands beside the status: the note of a warning or a waiver, and every attempt when there were several.
fn note(check: &Check) -> String {
    let mut lines: Vec<String> = Vec::new();
    if let "warn" | "waived" = check.word {
        lines.push(check.words());
    }
    if let Some(before) = &check.before_waiver {
        lines.push(format!("before the waiver: {}: {}", before.word, before.summary));
    }
    if check.attempts.len() > 1 {
        let told = |attempt: &Attempt| format!("attempt {}: {}: {}", attempt.number, attempt.word, attempt.summary);
        lines.extend(check.attempts.iter().map(told));
    }
    let findings = Some(findings(check)).filter(|text| check.word == "warn" && !text.is_empty());
    lines.iter().map(|line| shown(line)).chain(findings).collect::<Vec<_>>().join("\n")
}

/// Returns the text with everything written out that XML can't hold.
fn shown(text: &str) -> String {
    visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Takes the count of skipped cases out of the root element, where the schema does not know it; the suites have theirs.
fn without_skipped_in_root(xml: &str) -> String {
    const MARK: &str = " skipped=\"";
    let cut = xml.find("<testsuites").and_then(|root| {
        let end = root + xml.get(root..)?.find('>')?;
        let from = root + xml.get(root..end)?.find(MARK)?;
        let to = from + MARK.len() + xml.get(from + MARK.len()..end)?.find('"')? + 1;
        Some((xml.get(..from)?, xml.get(to..)?))
    });
    cut.map_or_else(|| xml.to_owned(), |(before, after)| format!("{before}{after}"))
}
