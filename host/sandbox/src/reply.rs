//! From a guest's records to ours, and back. Nothing that a guest returned is believed before `admit` has seen it.

use holdpoint_core::outcome::{Fault, FaultKind, Outcome};
use holdpoint_core::plan::limit::Limits;
use holdpoint_core::release::{ChangeKind, Release, Strategy};
use holdpoint_core::rollback::{Progress, Readiness, RollbackPlan, Step, StepEnd};
use holdpoint_core::time::Moment;
use holdpoint_core::verdict::admit::admit;
use holdpoint_core::verdict::{self, Draft, Finds, Level, Sample};

use crate::bindings::rollback::exports::holdpoint::plugin::restorer;
use crate::bindings::types;

/// What a check said, admitted or refused.
pub(crate) fn outcome(said: Result<types::Verdict, types::Failure>, limits: &Limits, last_log: Vec<String>) -> Outcome {
    let verdict = match said {
        Ok(verdict) => verdict,
        Err(failure) => return Outcome::Error { fault: failed(failure, limits, last_log) },
    };
    match admit(draft(verdict), limits) {
        Ok(verdict) => Outcome::Said { verdict },
        Err(refused) => {
            let message = refused.to_string();
            let fault = Fault { kind: FaultKind::Inadmissible, message, frames: Vec::new(), last_log };
            Outcome::Error { fault }
        }
    }
}

/// Why a plugin could not do what it was asked to.
pub(crate) fn failed(failure: types::Failure, limits: &Limits, last_log: Vec<String>) -> Fault {
    let (kind, message) = match failure {
        types::Failure::Settings(words) => (FaultKind::Settings, words),
        types::Failure::Unavailable(words) => (FaultKind::Unavailable, words),
        types::Failure::Denied(words) => (FaultKind::Denied, words),
        types::Failure::Internal(words) => (FaultKind::Internal, words),
    };
    Fault { kind, message: fitting(&message, limits), frames: Vec::new(), last_log }
}

fn draft(verdict: types::Verdict) -> Draft {
    Draft {
        finds: match verdict.outcome {
            types::Outcome::Pass => Finds::Pass,
            types::Outcome::Warn => Finds::Warn,
            types::Outcome::Fail => Finds::Fail,
            types::Outcome::Inconclusive => Finds::Inconclusive,
        },
        summary: verdict.summary,
        findings: verdict.findings.into_iter().map(finding).collect(),
        measurements: verdict.measurements.into_iter().map(measurement).collect(),
        labels: verdict.labels,
    }
}

fn finding(finding: types::Finding) -> verdict::Finding {
    verdict::Finding {
        level: match finding.level {
            types::Level::Note => Level::Note,
            types::Level::Warn => Level::Warn,
            types::Level::Fail => Level::Fail,
        },
        subject: finding.subject,
        message: finding.message,
        expected: finding.expected,
        observed: finding.observed,
        labels: finding.labels.into_iter().collect(),
    }
}

fn measurement(measurement: types::Measurement) -> verdict::Measurement {
    verdict::Measurement {
        name: measurement.name,
        sample: match measurement.sample {
            types::Sample::Data(number) => Sample::Number(number),
            types::Sample::NoData => Sample::NoData,
            types::Sample::NotANumber => Sample::NotANumber,
            types::Sample::NotFinite => Sample::NotFinite,
            types::Sample::Ambiguous => Sample::Ambiguous,
            types::Sample::WrongType => Sample::WrongType,
            types::Sample::ProviderDown => Sample::ProviderDown,
        },
        unit: measurement.unit,
        taken_at: measurement.taken_at.map(|at| Moment(i64::try_from(at).unwrap_or(i64::MAX))),
        labels: measurement.labels.into_iter().collect(),
    }
}

/// The release as guests see it.
pub(crate) fn release(release: &Release) -> types::Release {
    types::Release {
        service: release.service.clone(),
        environment: release.environment.clone(),
        version: release.version.clone(),
        previous_version: release.previous_version.clone(),
        artifact: release.artifact.clone(),
        revision: release.revision.clone(),
        change: word(release.change, ChangeKind::ALL),
        strategy: word(release.strategy, Strategy::ALL),
        labels: release.labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
    }
}

fn word<T: PartialEq + Copy, const N: usize>(value: T, words: [(&'static str, T); N]) -> String {
    words.into_iter().find(|(_, known)| *known == value).map(|(word, _)| word.to_owned()).unwrap_or_default()
}

/// Whether a rollback can be done.
pub(crate) fn readiness(readiness: restorer::Readiness, limits: &Limits) -> Readiness {
    match readiness {
        restorer::Readiness::Ready => Readiness::Ready,
        restorer::Readiness::AlreadyThere(why) => Readiness::AlreadyThere { why: fitting(&why, limits) },
        restorer::Readiness::Refused(why) => Readiness::Refused { why: fitting(&why, limits) },
    }
}

/// What a rollback would do, inside the limits; `Err` says which limit it broke. A plan is never cut: half of one
/// would be another plan.
pub(crate) fn planned(plan: restorer::RollbackPlan, limits: &Limits) -> Result<RollbackPlan, String> {
    let most = limits.findings as usize;
    if plan.steps.len() > most {
        return Err(format!("the plan has {} steps, and at most {most} are taken", plan.steps.len()));
    }
    let room = usize::try_from(limits.host_copy.0).unwrap_or(usize::MAX);
    let size: usize = plan.steps.iter().map(|step| step.payload.len() + step.summary.len() + step.id.len()).sum();
    if size > room {
        return Err(format!("the plan's steps have {size} bytes, and at most {} are taken", limits.host_copy));
    }
    let mut ids: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        return Err("two steps of the plan have the same id".to_owned());
    }
    let steps = plan.steps.into_iter().map(|step| Step {
        id: step.id,
        summary: fitting(&step.summary, limits),
        payload: step.payload,
        labels: step.labels,
    });
    Ok(RollbackPlan { summary: fitting(&plan.summary, limits), steps: steps.collect() })
}

/// A plan as guests see it.
pub(crate) fn plan(plan: &RollbackPlan) -> restorer::RollbackPlan {
    let steps = plan.steps.iter().map(step).collect();
    restorer::RollbackPlan { summary: plan.summary.clone(), steps, labels: Vec::new() }
}

/// A step as guests see it.
pub(crate) fn step(step: &Step) -> restorer::Step {
    restorer::Step {
        id: step.id.clone(),
        summary: step.summary.clone(),
        payload: step.payload.clone(),
        labels: step.labels.clone(),
    }
}

/// How a step ended.
pub(crate) fn step_end(end: restorer::StepEnd) -> StepEnd {
    match end {
        restorer::StepEnd::Done => StepEnd::Done,
        restorer::StepEnd::AlreadyDone => StepEnd::AlreadyDone,
        restorer::StepEnd::Started => StepEnd::Started,
    }
}

/// How far a rollback is.
pub(crate) fn progress(progress: restorer::Progress) -> Progress {
    match progress {
        restorer::Progress::NotBegun => Progress::NotBegun,
        restorer::Progress::UnderWay => Progress::UnderWay,
        restorer::Progress::Complete => Progress::Complete,
        restorer::Progress::Partial => Progress::Partial,
        restorer::Progress::Failed => Progress::Failed,
        restorer::Progress::Unknown => Progress::Unknown,
    }
}

/// A plugin's words, visible and no longer than a summary may be.
pub(crate) fn fitting(words: &str, limits: &Limits) -> String {
    holdpoint_core::text::fit(words, limits.summary)
}
