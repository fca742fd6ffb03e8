package main

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"holdpoint"
)

// calls counts those of this instance.
var calls int

// echo tells every field of the call and its release, as a note of its own.
func echo(call *holdpoint.Call) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	tell := func(subject, value string) {
		note := holdpoint.Finding{Subject: subject, Message: "was given"}
		if value != "" {
			note.Observed = &value
		}
		findings.Add(note)
	}
	release := call.Release
	tell("service", release.Service)
	tell("environment", release.Environment)
	tell("version", release.Version)
	tell("previous-version", release.PreviousVersion)
	tell("artifact", release.Artifact)
	tell("revision", release.Revision)
	tell("change", release.Change)
	tell("strategy", release.Strategy)
	for _, label := range release.Labels {
		tell("release label "+label.Name, label.Value)
	}
	tell("name", call.Name)
	tell("attempt", strconv.FormatUint(uint64(call.Attempt), 10))
	tell("deadline-ms", strconv.FormatUint(call.DeadlineMS, 10))
	for _, label := range call.Labels {
		tell("call label "+label.Name, label.Value)
	}
	tell("is-signal", yesOrNo(call.IsSignal()))
	return findings.Verdict("this is what was given")
}

// weigh tells how long a text is, in bytes of UTF-8 and in Unicode's scalar values.
func weigh(text string) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	bytes, characters := len(text), utf8.RuneCountInString(text)
	findings.Measure("bytes", float64(bytes), "bytes")
	findings.Measure("characters", float64(characters), "1")
	return findings.Verdict(fmt.Sprintf("%d bytes, %d characters", bytes, characters))
}

// count shows that no instance lived before.
func count() (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	calls++
	findings.ExpectEq("calls of this instance", 1, calls)
	return findings.Verdict("nothing was here before")
}

// order is what the rule on settings lets through.
func order(settings *Settings) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	return findings.Verdict(fmt.Sprintf("%d is not above %d", settings.Low, settings.High))
}

func log(lines []pair, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	for _, line := range lines {
		host.Log(holdpoint.Severity(at(line[0], "debug", "info", "warn", "error")), line[1])
	}
	return findings.Verdict(fmt.Sprintf("%d lines", len(lines)))
}

func clock(sleepMS uint32, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	now, monotonic := host.Now(), host.Monotonic()
	host.Sleep(time.Duration(sleepMS) * time.Millisecond)
	slept, passed := host.Now().Sub(now), host.Monotonic()-monotonic
	findings.Measure("now", float64(now.Unix()), "s")
	findings.Measure("slept", float64(slept.Milliseconds()), "ms")
	findings.Measure("passed", float64(passed.Milliseconds()), "ms")
	return findings.Verdict("time goes by")
}

func yesOrNo(answer bool) string {
	if answer {
		return "yes"
	}
	return "no"
}
