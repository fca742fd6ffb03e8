//! Admission: the one door through which what a plugin returned becomes a [`Verdict`].

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::plan::limit::{Bytes, Limits};
use crate::text;
use crate::verdict::{Draft, Finding, Finds, Level, Measurement, Sample, Verdict};

/// The most labels that a verdict, a finding or a measurement keeps.
pub const LABELS: usize = 64;

/// Why a draft can't be a verdict, whatever is cut from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inadmissible {
    /// It lets the release through, and at the same time says that something is wrong.
    #[error("the verdict is {finds:?}, and one of its findings is a failure ({subject}): it can't be both")]
    Contradiction {
        /// What it says it found.
        finds: Finds,
        /// The subject of the first finding that says otherwise, cut to size.
        subject: String,
    },
}

/// Admits what a plugin returned: brings it inside its limits, makes its texts visible and classes its numbers. (S-1)
///
/// What it found is kept, however much is cut; every cut leaves a mark with the true size. A number that is not
/// finite becomes a sample without one. Of labels that come twice the last one stays. Total: any draft is answered.
///
/// # Errors
/// When the draft contradicts itself in a way that would let a release through. (D-1)
pub fn admit(draft: Draft, limits: &Limits) -> Result<Verdict, Inadmissible> {
    refuse_contradiction(&draft, limits)?;
    let given = (draft.findings.len(), draft.measurements.len());
    let size = limits.finding;
    let mut findings: Vec<Finding> = take(draft.findings, limits.findings).map(|it| admit_finding(it, size)).collect();
    let measurements: Vec<Measurement> =
        take(draft.measurements, limits.measurements).map(|it| admit_measurement(it, size)).collect();
    findings.extend(mark("findings", findings.len(), given.0));
    findings.extend(mark("measurements", measurements.len(), given.1));
    Ok(Verdict {
        finds: draft.finds,
        summary: text::fit(&draft.summary, limits.summary),
        findings,
        measurements,
        labels: admit_labels(draft.labels.into_iter().collect(), size),
    })
}

fn refuse_contradiction(draft: &Draft, limits: &Limits) -> Result<(), Inadmissible> {
    let says_wrong = match draft.finds {
        Finds::Pass | Finds::Warn => draft.findings.iter().find(|finding| finding.level == Level::Fail),
        Finds::Fail | Finds::Inconclusive => None,
    };
    says_wrong.map_or(Ok(()), |finding| {
        let subject = text::fit(&finding.subject, limits.finding);
        Err(Inadmissible::Contradiction { finds: draft.finds, subject })
    })
}

fn take<T>(items: Vec<T>, most: u32) -> impl Iterator<Item = T> {
    items.into_iter().take(usize::try_from(most).unwrap_or(usize::MAX))
}

fn mark(what: &str, kept: usize, given: usize) -> Option<Finding> {
    (kept < given).then(|| Finding {
        level: Level::Note,
        subject: what.to_string(),
        message: format!("cut: {kept} of {given} {what} are kept"),
        expected: None,
        observed: None,
        labels: BTreeMap::new(),
    })
}

fn admit_finding(finding: Finding, size: Bytes) -> Finding {
    Finding {
        level: finding.level,
        subject: text::fit(&finding.subject, size),
        message: text::fit(&finding.message, size),
        expected: finding.expected.map(|it| text::fit(&it, size)),
        observed: finding.observed.map(|it| text::fit(&it, size)),
        labels: admit_labels(finding.labels, size),
    }
}

fn admit_measurement(measurement: Measurement, size: Bytes) -> Measurement {
    Measurement {
        name: text::fit(&measurement.name, size),
        sample: measurement.sample.classed(),
        unit: text::fit(&measurement.unit, size),
        taken_at: measurement.taken_at,
        labels: admit_labels(measurement.labels, size),
    }
}

fn admit_labels(labels: BTreeMap<String, String>, size: Bytes) -> BTreeMap<String, String> {
    let given = labels.len();
    let fit = |(key, value): (String, String)| (text::fit(&key, size), text::fit(&value, size));
    let mut kept: BTreeMap<String, String> = labels.into_iter().take(LABELS).map(fit).collect();
    if given > LABELS {
        kept.insert("…".to_string(), format!("cut: {LABELS} of {given} labels are kept"));
    }
    kept
}

impl Sample {
    /// Returns the class that this sample truly has: a number that is not finite is none. (S-1)
    #[must_use]
    pub const fn classed(self) -> Self {
        match self {
            Self::Number(number) if number.is_nan() => Self::NotANumber,
            Self::Number(number) if number.is_infinite() => Self::NotFinite,
            Self::Number(_)
            | Self::NoData
            | Self::NotANumber
            | Self::NotFinite
            | Self::Ambiguous
            | Self::WrongType
            | Self::ProviderDown => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use proptest::prelude::*;

    use super::*;

    fn draft(finds: Finds) -> Draft {
        Draft { finds, summary: "looked".into(), findings: vec![], measurements: vec![], labels: vec![] }
    }

    fn finding(level: Level) -> Finding {
        Finding {
            level,
            subject: "GET /".into(),
            message: "as it should be".into(),
            expected: None,
            observed: None,
            labels: BTreeMap::new(),
        }
    }

    fn measurement(sample: Sample) -> Measurement {
        Measurement { name: "latency".into(), sample, unit: "ms".into(), taken_at: None, labels: BTreeMap::new() }
    }

    fn limits() -> Limits {
        Limits { summary: Bytes(16), finding: Bytes(8), findings: 3, measurements: 2, ..Limits::default() }
    }

    #[test]
    fn a_draft_inside_its_limits_is_admitted_unchanged() {
        let given = Draft { findings: vec![finding(Level::Fail)], ..draft(Finds::Fail) };

        let verdict = admit(given.clone(), &Limits::default()).unwrap();

        assert_eq!(verdict.finds(), Finds::Fail);
        assert_eq!(verdict.summary(), given.summary);
        assert_eq!(verdict.findings(), given.findings);
    }

    #[test]
    fn findings_are_cut_exactly_at_the_limit_and_the_outcome_is_kept() {
        for (count, kept, marks) in [(2, 2, 0), (3, 3, 0), (4, 3, 1)] {
            let given = Draft { findings: vec![finding(Level::Fail); count], ..draft(Finds::Fail) };

            let verdict = admit(given, &limits()).unwrap();

            assert_eq!(verdict.finds(), Finds::Fail);
            assert_eq!(verdict.findings().len(), kept + marks, "{count} findings");
            let marked = verdict.findings().iter().filter(|it| it.message == "cut: 3 of 4 findings are kept").count();
            assert_eq!(marked, marks);
        }
    }

    #[test]
    fn measurements_are_cut_exactly_at_the_limit() {
        for (count, kept, marks) in [(1, 1, 0), (2, 2, 0), (3, 2, 1)] {
            let given = Draft { measurements: vec![measurement(Sample::Number(1.0)); count], ..draft(Finds::Pass) };

            let verdict = admit(given, &limits()).unwrap();

            assert_eq!(verdict.measurements().len(), kept);
            assert_eq!(verdict.findings().len(), marks);
        }
    }

    #[test]
    fn labels_are_cut_exactly_at_the_limit_and_the_last_of_two_stays() {
        for (count, kept) in [(63, 63), (64, 64), (65, 65)] {
            let mut labels: Vec<_> = (0..count).map(|n| (format!("k{n}"), "old".to_string())).collect();
            labels.push(("k0".into(), "new".into()));

            let verdict = admit(Draft { labels, ..draft(Finds::Pass) }, &limits()).unwrap();

            assert_eq!(verdict.labels().len(), kept);
            assert_eq!(verdict.labels().contains_key("…"), count == 65);
            assert_eq!(verdict.labels().get("k0").map(String::as_str), Some("new"));
        }
    }

    #[test]
    fn a_number_that_is_not_finite_is_no_number() {
        // S-1: classed before anything is compared.
        let samples = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.5].map(|it| measurement(Sample::Number(it)));
        let given = Draft { measurements: samples.to_vec(), ..draft(Finds::Pass) };

        let verdict = admit(given, &Limits::default()).unwrap();

        let classes: Vec<_> = verdict.measurements().iter().map(|it| it.sample).collect();
        assert_eq!(classes, [Sample::NotANumber, Sample::NotFinite, Sample::NotFinite, Sample::Number(1.5)]);
    }

    #[test]
    fn a_pass_with_a_failed_finding_is_refused() {
        // D-1: what contradicts itself never lets a release through.
        for (finds, admitted) in
            [(Finds::Pass, false), (Finds::Warn, false), (Finds::Fail, true), (Finds::Inconclusive, true)]
        {
            let given = Draft { findings: vec![finding(Level::Fail)], ..draft(finds) };

            assert_eq!(admit(given, &Limits::default()).is_ok(), admitted, "{finds:?}");
        }
    }

    #[test]
    fn a_failed_finding_beyond_the_limit_still_contradicts() {
        let mut findings = vec![finding(Level::Note); 3];
        findings.push(finding(Level::Fail));

        assert!(admit(Draft { findings, ..draft(Finds::Pass) }, &limits()).is_err());
    }

    fn any_finds() -> impl Strategy<Value = Finds> {
        prop_oneof![Just(Finds::Pass), Just(Finds::Warn), Just(Finds::Fail), Just(Finds::Inconclusive)]
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,24}",
            proptest::collection::vec(any::<char>(), 0..24).prop_map(|it| it.into_iter().collect())
        ]
    }

    prop_compose! {
        fn any_finding()(
            level in prop_oneof![Just(Level::Note), Just(Level::Warn), Just(Level::Fail)],
            subject in any_text(),
            message in any_text(),
            observed in proptest::option::of(any_text()),
        ) -> Finding {
            Finding { level, subject, message, expected: None, observed, labels: BTreeMap::new() }
        }
    }

    prop_compose! {
        fn any_draft()(
            finds in any_finds(),
            summary in any_text(),
            findings in proptest::collection::vec(any_finding(), 0..6),
            numbers in proptest::collection::vec(any::<f64>(), 0..5),
            labels in proptest::collection::vec((any_text(), any_text()), 0..4),
        ) -> Draft {
            let measurements = numbers.into_iter().map(|it| measurement(Sample::Number(it))).collect();
            Draft { finds, summary, findings, measurements, labels }
        }
    }

    fn is_readable(text: &str, limit: usize) -> bool {
        let own = text.split("… [cut: ").next().unwrap_or_default();
        own.len() <= limit && text::visible(text) == text
    }

    proptest! {
           #[test]
           fn whatever_is_admitted_is_inside_its_limits_and_finds_what_it_found(draft in any_draft()) {
               let finds = draft.finds;
               let says_wrong = draft.findings.iter().any(|it| it.level == Level::Fail);

               match admit(draft, &limits()) {
                   Ok(verdict) => {
                       prop_assert_eq!(verdict.finds(), finds);
                       prop_assert!(is_readable(verdict.summary(), 16));
                       prop_assert!(verdict.findings().len() <= 3 + 2);
                       prop_assert!(verdict.measurements().len() <= 2);
                       let own = verdict.findings().iter().filter(|it| !it.message.starts_with("cut: "));
    prop_assert!(own.into_iter().all(|it| is_readable(&it.subject, 8)));
                       prop_assert!(verdict.measurements().iter().all(|it| it.sample.classed() == it.sample));
                   }
                   Err(Inadmissible::Contradiction { .. }) => {
                       prop_assert!(says_wrong);
                       prop_assert!(matches!(finds, Finds::Pass | Finds::Warn));
                   }
               }
           }
       }
}
