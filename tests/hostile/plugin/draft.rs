//! P14, generated: drafts of verdicts that no plugin in its right mind would send, at the door that lets verdicts in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use holdpoint_core::plan::limit::Limits;
use holdpoint_core::time::Moment;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{Draft, Finding, Finds, Level, Measurement, Sample, Verdict};

use crate::chance::{Chance, cases};
use crate::trial::{Row, Trial};

pub(crate) const ROW: Row = Row { id: "P14g", attack: "malformed verdicts, generated", run };

/// How many, unless told otherwise.
const CASES: u64 = 20_000;

fn run(trial: &mut Trial) {
    let limits = Limits::default();
    for case in 0..cases(CASES) {
        let draft = draft(&mut Chance::of(case));
        let (finds, wrong) = (draft.finds, draft.findings.iter().any(|finding| finding.level == Level::Fail));
        let contradicts = wrong && matches!(finds, Finds::Pass | Finds::Warn);
        match catch_unwind(AssertUnwindSafe(|| admit(draft, &limits))) {
            Err(_) => trial.expect(false, || format!("case {case}: a panic")),
            Ok(Err(_)) => trial.expect(contradicts, || format!("case {case}: refused without a contradiction")),
            Ok(Ok(verdict)) => {
                let held = !contradicts && verdict.finds() == finds && is_sound(&verdict, &limits);
                trial.expect(held, || format!("case {case}: {verdict:?}"));
            }
        }
    }
    trial.figure("no panic, never a pass that was none, finite and visible");
}

/// Whether it is inside its limits (a mark of a cut is allowed beyond), visible, and its numbers are numbers.
fn is_sound(verdict: &Verdict, limits: &Limits) -> bool {
    let fits = |text: &str, most: u64| text.len() as u64 <= most + 64 && !text.chars().any(char::is_control);
    let finite = |sample: &Sample| !matches!(sample, Sample::Number(number) if !number.is_finite());
    let size = limits.finding.0;
    fits(verdict.summary(), limits.summary.0)
        && verdict.findings().len() as u64 <= u64::from(limits.findings) + 2
        && verdict.measurements().len() as u64 <= u64::from(limits.measurements)
        && verdict.findings().iter().all(|it| fits(&it.subject, size) && fits(&it.message, size))
        && verdict.measurements().iter().all(|it| finite(&it.sample) && fits(&it.name, size) && fits(&it.unit, size))
        && verdict.labels().iter().all(|(key, value)| fits(key, size) && fits(value, size))
}

fn draft(chance: &mut Chance) -> Draft {
    let finds = chance.one_of(&[Finds::Pass, Finds::Warn, Finds::Fail, Finds::Inconclusive]);
    let (findings, measurements, labels) = (count(chance), count(chance), count(chance));
    Draft {
        finds,
        summary: text(chance, 9_000),
        findings: (0..findings).map(|_| finding(chance)).collect(),
        measurements: (0..measurements).map(|_| measurement(chance)).collect(),
        labels: (0..labels).map(|_| (text(chance, 40), text(chance, 40))).collect(),
    }
}

/// Mostly few, sometimes absurdly many.
fn count(chance: &mut Chance) -> u64 {
    if chance.below(1_000) == 0 { chance.below(3_000) } else { chance.below(5) }
}

fn finding(chance: &mut Chance) -> Finding {
    Finding {
        level: chance.one_of(&[Level::Note, Level::Note, Level::Warn, Level::Fail]),
        subject: text(chance, 60),
        message: text(chance, 60),
        expected: (chance.below(2) == 0).then(|| text(chance, 60)),
        observed: (chance.below(2) == 0).then(|| text(chance, 60)),
        labels: (0..chance.below(3)).map(|_| (text(chance, 9), text(chance, 9))).collect(),
    }
}

fn measurement(chance: &mut Chance) -> Measurement {
    let number = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX, f64::MIN_POSITIVE];
    let odd = chance.one_of(&number);
    let any = f64::from_bits(chance.next());
    Measurement {
        name: text(chance, 30),
        sample: chance.one_of(&[Sample::Number(odd), Sample::Number(any), Sample::NoData, Sample::WrongType]),
        unit: text(chance, 9),
        taken_at: (chance.below(2) == 0).then(|| Moment(chance.next().cast_signed())),
        labels: (0..chance.below(3)).map(|_| (text(chance, 9), text(chance, 9))).collect(),
    }
}

/// Any text: controls, marks that turn the direction, letters of four bytes; now and then a long one.
fn text(chance: &mut Chance, longest: u64) -> String {
    let odd = ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{202e}', '\u{feff}', '\u{10ffff}', '\r', '\n', '"', 'é', 'a'];
    let most = if chance.below(400) == 0 { longest.max(5_000) } else { longest.min(40) };
    (0..chance.below(most)).map(|_| chance.one_of(&odd)).collect()
}
