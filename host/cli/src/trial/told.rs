//! What came of fixtures, told: a line a case for people, one object for programs, `JUnit` for CI servers.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use holdpoint_core::text::visible;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

use super::difference::Difference;
use super::fixture::Fixture;
use super::observed::Observed;
use crate::output::{self, Ink};

/// What came of a fixture.
pub(crate) struct Case<'a> {
    pub(crate) fixture: &'a Fixture,
    pub(crate) observed: Observed,
    pub(crate) took: Duration,
    /// The most memory that the call had, in bytes.
    pub(crate) memory: u64,
    pub(crate) verdict: Verdict,
}

/// What is said of it.
pub(crate) enum Verdict {
    /// It came as expected.
    AsExpected,
    /// It came otherwise.
    Otherwise(Vec<Difference>),
    /// The fixture does not say what it expects.
    NothingExpected,
    /// What came was written into the fixture.
    Blessed,
}

impl Case<'_> {
    /// Whether nobody has to look at it.
    pub(crate) fn is_well(&self) -> bool {
        match self.verdict {
            Verdict::AsExpected | Verdict::Blessed => true,
            Verdict::Otherwise(_) | Verdict::NothingExpected => false,
        }
    }

    /// For people: a line, and the differences below it.
    pub(crate) fn to_text(&self) -> String {
        let (sign, ink) = if self.is_well() { ("✓", Ink::Green) } else { ("✗", Ink::Red) };
        let sign = output::paint(ink, sign, &io::stdout());
        let name = visible(&self.fixture.name);
        let mut out = format!("{sign} {name:<32} {:<14} {}", self.observed.word(), span(self.took));
        // Writing to a text can't fail.
        let _ = match &self.verdict {
            Verdict::AsExpected => Ok(()),
            Verdict::Blessed => write!(out, "  (written into {})", self.fixture.file.display()),
            Verdict::NothingExpected => {
                write!(out, "\n    it does not say what must come of it; --bless writes what came into it")
            }
            Verdict::Otherwise(differences) => {
                differences.iter().try_for_each(|difference| write!(out, "\n{}", shown(difference)))
            }
        };
        out
    }

    fn to_json(&self) -> Json {
        let (came, differences) = match &self.verdict {
            Verdict::AsExpected => ("as-expected", [].as_slice()),
            Verdict::Blessed => ("blessed", [].as_slice()),
            Verdict::NothingExpected => ("nothing-expected", [].as_slice()),
            Verdict::Otherwise(differences) => ("otherwise", differences.as_slice()),
        };
        let difference =
            |it: &Difference| json!({ "place": it.place, "expected": it.expected, "observed": it.observed });
        json!({
            "name": self.fixture.name,
            "file": self.fixture.file.display().to_string(),
            "came": came,
            "word": self.observed.word(),
            "micros": u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            "peak-memory": self.memory,
            "differences": differences.iter().map(difference).collect::<Vec<_>>(),
            "observed": self.observed.said,
        })
    }

    fn to_junit(&self, suite: &str) -> TestCase {
        let status = match &self.verdict {
            Verdict::AsExpected | Verdict::Blessed => TestCaseStatus::success(),
            Verdict::NothingExpected => failure("nothing-expected", "the fixture does not say what must come of it"),
            Verdict::Otherwise(differences) => {
                let text = differences.iter().map(plain).collect::<Vec<_>>().join("\n");
                failure("otherwise", &text)
            }
        };
        let mut case = TestCase::new(visible(&self.fixture.name).as_str(), status);
        case.set_classname(suite);
        case.set_time(self.took);
        case
    }
}

fn failure(kind: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(kind).set_message(text.lines().next().unwrap_or_default()).set_description(text);
    status
}

fn shown(difference: &Difference) -> String {
    let Difference { place, expected, observed } = difference;
    let wanted = output::paint(Ink::Green, "expected", &io::stdout());
    let came = output::paint(Ink::Red, "came    ", &io::stdout());
    format!("    {place}\n      {wanted} {expected}\n      {came} {observed}")
}

fn plain(difference: &Difference) -> String {
    let Difference { place, expected, observed } = difference;
    format!("{place}: expected {expected}, came {observed}")
}

/// A short span of time.
pub(crate) fn span(took: Duration) -> String {
    let micros = took.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", took.as_secs_f64() * 1e3),
        _ => format!("{:.2} s", took.as_secs_f64()),
    }
}

/// The last line.
pub(crate) fn summary(cases: &[Case<'_>]) -> String {
    let otherwise = cases.iter().filter(|case| !case.is_well()).count();
    let blessed = cases.iter().filter(|case| matches!(case.verdict, Verdict::Blessed)).count();
    let well = cases.len() - otherwise - blessed;
    let blessed = if blessed == 0 { String::new() } else { format!(", {blessed} written anew") };
    let sum = format!("{well} as expected{blessed}, {otherwise} otherwise");
    let ink = if otherwise == 0 { Ink::Green } else { Ink::Red };
    output::paint(ink, &sum, &io::stdout())
}

/// All of it, for programs.
pub(crate) fn json(plugin: &str, cases: &[Case<'_>]) -> Json {
    let otherwise = cases.iter().filter(|case| !case.is_well()).count();
    json!({
        "format": 1,
        "plugin": plugin,
        "as-expected": cases.len() - otherwise,
        "otherwise": otherwise,
        "cases": cases.iter().map(Case::to_json).collect::<Vec<_>>(),
    })
}

/// All of it as `JUnit`: the plugin is the suite.
pub(crate) fn junit(plugin: &str, cases: &[Case<'_>]) -> String {
    let mut report = Report::new("holdpoint test");
    let mut suite = TestSuite::new(plugin);
    suite.add_test_cases(cases.iter().map(|case| case.to_junit(plugin)));
    suite.set_time(cases.iter().map(|case| case.took).sum());
    report.add_test_suite(suite);
    // Written to memory: there is nothing that could fail.
    report.to_string().unwrap_or_default()
}
