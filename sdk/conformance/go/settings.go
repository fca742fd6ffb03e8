package main

import (
	"math"

	"holdpoint"
)

// Settings say what is to be done. Each word reads the fields that the suite's description names.
type Settings struct {
	Do           string               `json:"do,omitempty" oneof:"say|flood|echo|weigh|count|order|log|clock|expect|send|need|answer|net|fail|throw|allocate|spin|recurse"`
	Outcome      string               `json:"outcome" default:"inconclusive" oneof:"pass|warn|fail|inconclusive"`
	Summary      string               `json:"summary,omitempty"`
	Findings     []findingSetting     `json:"findings,omitempty"`
	Measurements []measurementSetting `json:"measurements,omitempty"`
	Labels       []pair               `json:"labels,omitempty"`
	Text         string               `json:"text,omitempty"`
	Count        uint32               `json:"count,omitempty"`
	Kind         string               `json:"kind" default:"internal" oneof:"settings|unavailable|denied|internal"`
	Message      string               `json:"message,omitempty"`
	MiB          int                  `json:"mib,omitempty"`
	Low          uint32               `json:"low,omitempty"`
	High         uint32               `json:"high,omitempty"`
	Lines        []pair               `json:"lines,omitempty"`
	SleepMS      uint32               `json:"sleep-ms,omitempty"`
	Steps        []stepSetting        `json:"steps,omitempty"`
	Requests     []requestSetting     `json:"requests,omitempty"`
	Together     bool                 `json:"together,omitempty"`
	URL          string               `json:"url,omitempty"`
	Target       string               `json:"target,omitempty"`
}

type pair [2]string

type findingSetting struct {
	Level    string  `json:"level" oneof:"note|warn|fail"`
	Subject  string  `json:"subject"`
	Message  string  `json:"message"`
	Expected *string `json:"expected"`
	Observed *string `json:"observed"`
	Labels   []pair  `json:"labels,omitempty"`
}

type measurementSetting struct {
	Name    string  `json:"name"`
	Sample  any     `json:"sample"`
	Unit    string  `json:"unit"`
	TakenAt *uint64 `json:"taken-at"`
	Labels  []pair  `json:"labels,omitempty"`
}

type stepSetting struct {
	Step     string  `json:"step" oneof:"equal|one-of|at-most|at-least|contains|some|met|fail|warn|note|unknown|measure|measure-sample|label"`
	Subject  string  `json:"subject,omitempty"`
	Expected any     `json:"expected,omitempty"`
	Observed any     `json:"observed,omitempty"`
	Allowed  []any   `json:"allowed,omitempty"`
	Limit    float64 `json:"limit,omitempty"`
	Unit     string  `json:"unit,omitempty"`
	Wanted   string  `json:"wanted,omitempty"`
	Message  string  `json:"message,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	Name     string  `json:"name,omitempty"`
	Value    any     `json:"value,omitempty"`
	Sample   string  `json:"sample,omitempty"`
}

type requestSetting struct {
	Method     string            `json:"method" default:"GET"`
	URL        string            `json:"url,omitempty"`
	Headers    []pair            `json:"headers,omitempty"`
	Query      []pair            `json:"query,omitempty"`
	Body       *string           `json:"body"`
	BodyHex    *string           `json:"body-hex"`
	JSON       any               `json:"json,omitempty"`
	Form       map[string]string `json:"form,omitempty"`
	TimeoutMS  *uint32           `json:"timeout-ms"`
	MaxBody    *uint64           `json:"max-body"`
	ReadHeader *string           `json:"read-header"`
	Pointer    *string           `json:"pointer"`
}

// examine is the one rule that types don't say.
func examine(settings *Settings) []holdpoint.Problem {
	if settings.Low <= settings.High {
		return nil
	}
	return []holdpoint.Problem{{Pointer: "/low", Message: "is above `high`", Hint: "swap them"}}
}

// number is a number as JSON can't always write it.
func number(value any) float64 {
	switch value {
	case "NaN":
		return math.NaN()
	case "Infinity":
		return math.Inf(1)
	case "-Infinity":
		return math.Inf(-1)
	default:
		finite, _ := value.(float64)
		return finite
	}
}

// at returns where a word stands among others, as the constants of the SDK are counted.
func at(word string, words ...string) uint8 {
	for index, one := range words {
		if one == word {
			return uint8(index)
		}
	}
	return 0
}

func labels(pairs []pair) holdpoint.Labels {
	var labels holdpoint.Labels
	for _, pair := range pairs {
		labels = append(labels, holdpoint.Pair{Name: pair[0], Value: pair[1]})
	}
	return labels
}
