"""Expectations, step by step, and the verdict that follows from them."""

from settings import Settings, Step, StepWord

from holdpoint import Findings, Silence, Verdict


def expect(settings: Settings) -> Verdict:
    """Take each step, and close the findings."""
    findings = Findings()
    for step in settings.steps:
        take(findings, step)
    return findings.verdict(settings.summary)


def take(findings: Findings, step: Step) -> None:
    """Make the call that a step names."""
    match step.step:
        case StepWord.EQUAL:
            findings.expect_eq(step.subject, step.expected, step.observed)
        case StepWord.ONE_OF:
            findings.expect_one_of(step.subject, step.allowed, step.observed)
        case StepWord.AT_MOST:
            findings.expect_at_most(step.subject, step.limit, float(step.observed), step.unit)
        case StepWord.AT_LEAST:
            findings.expect_at_least(step.subject, step.limit, float(step.observed), step.unit)
        case StepWord.CONTAINS:
            findings.expect_contains(step.subject, step.wanted, step.observed)
        case StepWord.SOME:
            findings.expect_some(step.subject, step.observed)
        case StepWord.MET:
            findings.met()
        case StepWord.FAIL:
            findings.fail(step.subject, step.message)
        case StepWord.WARN:
            findings.warn(step.subject, step.message)
        case StepWord.NOTE:
            findings.note(step.subject, step.message)
        case StepWord.UNKNOWN:
            findings.unknown(step.reason)
        case StepWord.MEASURE:
            findings.measure(step.name, float(step.value), step.unit)
        case StepWord.MEASURE_SAMPLE:
            findings.measure_silence(step.name, step.sample or Silence.NO_DATA, step.unit)
        case StepWord.LABEL:
            findings.label(step.name, step.value)
