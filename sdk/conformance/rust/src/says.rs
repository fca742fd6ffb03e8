//! Verdicts that the settings spell out, field by field.

use holdpoint_sdk::{Finding, Level, Measurement, Outcome, Sample, Verdict};

use crate::settings::{
    FindingSetting, LevelWord, MeasurementSetting, OutcomeWord, SampleSetting, SampleWord, Settings,
};

/// Exactly what the settings say.
pub(crate) fn say(settings: &Settings) -> Verdict {
    Verdict {
        outcome: match settings.outcome {
            Some(OutcomeWord::Pass) => Outcome::Pass,
            Some(OutcomeWord::Warn) => Outcome::Warn,
            Some(OutcomeWord::Fail) => Outcome::Fail,
            Some(OutcomeWord::Inconclusive) | None => Outcome::Inconclusive,
        },
        summary: settings.summary.clone(),
        findings: settings.findings.iter().map(finding).collect(),
        measurements: settings.measurements.iter().map(measurement).collect(),
        labels: settings.labels.clone(),
    }
}

/// So many notes, and so many measurements.
pub(crate) fn flood(count: u32) -> Verdict {
    let findings = (1..=count).map(|number| Finding::note(&format!("finding {number}"), "is here"));
    let measurements = (1..=count).map(|number| Measurement::of(&format!("number-{number}"), f64::from(number), "1"));
    Verdict {
        outcome: Outcome::Pass,
        summary: format!("{count} of each"),
        findings: findings.collect(),
        measurements: measurements.collect(),
        labels: Vec::new(),
    }
}

fn finding(told: &FindingSetting) -> Finding {
    Finding {
        level: match told.level {
            LevelWord::Note => Level::Note,
            LevelWord::Warn => Level::Warn,
            LevelWord::Fail => Level::Fail,
        },
        subject: told.subject.clone(),
        message: told.message.clone(),
        expected: told.expected.clone(),
        observed: told.observed.clone(),
        labels: told.labels.clone(),
    }
}

fn measurement(told: &MeasurementSetting) -> Measurement {
    Measurement {
        name: told.name.clone(),
        sample: match told.sample {
            SampleSetting::Number(number) => Sample::Data(number),
            SampleSetting::Word(word) => sample(word),
        },
        unit: told.unit.clone(),
        taken_at: told.taken_at,
        labels: told.labels.clone(),
    }
}

/// Why there is no number.
pub(crate) fn sample(word: SampleWord) -> Sample {
    match word {
        SampleWord::NoData => Sample::NoData,
        SampleWord::NotANumber => Sample::NotANumber,
        SampleWord::NotFinite => Sample::NotFinite,
        SampleWord::Ambiguous => Sample::Ambiguous,
        SampleWord::WrongType => Sample::WrongType,
        SampleWord::ProviderDown => Sample::ProviderDown,
    }
}
