package main

import (
	"fmt"

	"holdpoint"
)

// say returns exactly the verdict that the settings spell out.
func say(settings *Settings) *holdpoint.Verdict {
	verdict := &holdpoint.Verdict{
		Outcome: holdpoint.Outcome(at(settings.Outcome, "pass", "warn", "fail", "inconclusive")),
		Summary: settings.Summary,
		Labels:  labels(settings.Labels),
	}
	for _, told := range settings.Findings {
		verdict.Findings = append(verdict.Findings, holdpoint.Finding{
			Level: holdpoint.Level(at(told.Level, "note", "warn", "fail")), Subject: told.Subject, Message: told.Message,
			Expected: told.Expected, Observed: told.Observed, Labels: labels(told.Labels),
		})
	}
	for _, told := range settings.Measurements {
		verdict.Measurements = append(verdict.Measurements, holdpoint.Measurement{
			Name: told.Name, Sample: sample(told.Sample), Unit: told.Unit, TakenAt: told.TakenAt, Labels: labels(told.Labels),
		})
	}
	return verdict
}

func sample(told any) holdpoint.Sample {
	if number, ok := told.(float64); ok {
		return holdpoint.Sample{Number: number}
	}
	word, _ := told.(string)
	kind := at(word, "data", "no-data", "not-a-number", "not-finite", "ambiguous", "wrong-type", "provider-down")
	return holdpoint.Sample{Kind: holdpoint.SampleKind(kind)}
}

// flood returns so many notes, and so many measurements.
func flood(count uint32) *holdpoint.Verdict {
	verdict := &holdpoint.Verdict{Summary: fmt.Sprintf("%d of each", count)}
	for number := uint32(1); number <= count; number++ {
		verdict.Findings = append(verdict.Findings, holdpoint.Finding{Subject: fmt.Sprintf("finding %d", number), Message: "is here"})
		verdict.Measurements = append(verdict.Measurements, holdpoint.Measurement{Name: fmt.Sprintf("number-%d", number),
			Sample: holdpoint.Sample{Number: float64(number)}, Unit: "1"})
	}
	return verdict
}

// expect takes each step on findings, and closes them.
func expect(settings *Settings) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	for _, step := range settings.Steps {
		take(&findings, step)
	}
	return findings.Verdict(settings.Summary)
}

func take(findings *holdpoint.Findings, step stepSetting) {
	switch step.Step {
	case "equal":
		findings.ExpectEq(step.Subject, step.Expected, step.Observed)
	case "one-of":
		findings.ExpectOneOf(step.Subject, step.Allowed, step.Observed)
	case "at-most":
		findings.ExpectAtMost(step.Subject, step.Limit, number(step.Observed), step.Unit)
	case "at-least":
		findings.ExpectAtLeast(step.Subject, step.Limit, number(step.Observed), step.Unit)
	case "contains":
		observed, _ := step.Observed.(string)
		findings.ExpectContains(step.Subject, step.Wanted, observed)
	case "some":
		findings.ExpectThere(step.Subject, step.Observed != nil)
	case "met":
		findings.Met()
	case "fail":
		findings.Fail(step.Subject, step.Message)
	case "warn":
		findings.Warn(step.Subject, step.Message)
	case "note":
		findings.Note(step.Subject, step.Message)
	case "unknown":
		findings.Unknown(step.Reason)
	case "measure":
		findings.Measure(step.Name, number(step.Value), step.Unit)
	case "measure-sample":
		findings.MeasureSample(step.Name, sample(step.Sample), step.Unit)
	case "label":
		value, _ := step.Value.(string)
		findings.Label(step.Name, value)
	}
}
