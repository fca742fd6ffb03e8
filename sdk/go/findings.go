package holdpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// excerptBytes is the most of an expected or observed text that a finding shows, in bytes.
const excerptBytes = 256

// Findings are expectations that explain themselves; the verdict follows from them. The zero value is an empty list.
//
// A verdict says pass only when something was expected and all of it was so. Whatever was expected and was not is a
// finding with both sides; whatever could not be seen makes the verdict inconclusive, unless something else is already
// known to be wrong.
type Findings struct {
	list         []Finding
	measurements []Measurement
	labels       Labels
	expectations int
	unknown      *string
	failure      *Failure
}

// ExpectEq expects two values to be the same: numbers by value, whatever their type, and others by type and value.
func (f *Findings) ExpectEq(subject string, expected, observed any) {
	if same(expected, observed) {
		f.Met()
		return
	}
	wanted, found := render(expected), render(observed)
	f.unmet(subject, "is "+Excerpt(found)+" instead of "+Excerpt(wanted), wanted, found)
}

// ExpectOneOf expects a value to be one of several.
func (f *Findings) ExpectOneOf(subject string, allowed []any, observed any) {
	words := make([]string, len(allowed))
	for index, one := range allowed {
		if same(one, observed) {
			f.Met()
			return
		}
		words[index] = render(one)
	}
	wanted, found := strings.Join(words, " or "), render(observed)
	f.unmet(subject, "is "+found+" instead of "+Excerpt(wanted), wanted, found)
}

// ExpectAtMost expects a number not to be larger than a limit. A number that is not one is never within it.
func (f *Findings) ExpectAtMost(subject string, limit, observed float64, unit string) {
	if observed <= limit {
		f.Met()
		return
	}
	wanted, found := render(limit)+" "+unit, render(observed)+" "+unit
	f.unmet(subject, "is "+found+", more than "+wanted, "≤ "+wanted, found)
}

// ExpectAtLeast expects a number not to be smaller than a limit. A number that is not one is never within it.
func (f *Findings) ExpectAtLeast(subject string, limit, observed float64, unit string) {
	if observed >= limit {
		f.Met()
		return
	}
	wanted, found := render(limit)+" "+unit, render(observed)+" "+unit
	f.unmet(subject, "is "+found+", less than "+wanted, "≥ "+wanted, found)
}

// ExpectContains expects a text to contain another.
func (f *Findings) ExpectContains(subject, wanted, observed string) {
	if strings.Contains(observed, wanted) {
		f.Met()
		return
	}
	f.unmet(subject, "does not contain `"+Excerpt(wanted)+"`", wanted, observed)
}

// ExpectThere expects something to be there, and says whether it is.
func (f *Findings) ExpectThere(subject string, there bool) bool {
	if there {
		f.Met()
	} else {
		f.Fail(subject, "is missing")
	}
	return there
}

// ExpectAnswer expects the target to answer, and says whether it did; for a check to which silence is the finding.
//
// A target that can't be resolved, reached, trusted or waited for is a failing finding; one that answers what can't be
// understood makes the verdict inconclusive. What is the plan's, the plugin's or the host's doing says nothing about the
// target: it is kept, and Verdict returns it as the failure that it is.
func (f *Findings) ExpectAnswer(subject string, err error) bool {
	if err == nil {
		f.Met()
		return true
	}
	var exchange *HTTPError
	if !errors.As(err, &exchange) {
		f.keep(AsFailure(err))
		return false
	}
	switch exchange.Kind {
	case HTTPDNS, HTTPConnect, HTTPTLS, HTTPTimeout:
		observed := Excerpt(exchange.Error())
		f.Add(Finding{Level: LevelFail, Subject: subject, Message: "does not answer", Observed: &observed})
	case HTTPProtocol:
		f.Unknown(subject + ": " + exchange.Error())
	default:
		f.keep(exchange.failure())
	}
	return false
}

// Met counts an expectation that was met, for comparisons that are made elsewhere.
func (f *Findings) Met() {
	f.expectations++
}

// Fail adds something that is wrong; the message goes on where the subject ends: status, is 500.
func (f *Findings) Fail(subject, message string) {
	f.Add(Finding{Level: LevelFail, Subject: subject, Message: message})
}

// Warn adds something that a person should look at.
func (f *Findings) Warn(subject, message string) {
	f.Add(Finding{Level: LevelWarn, Subject: subject, Message: message})
}

// Note adds something worth knowing. A note alone is no reason to pass.
func (f *Findings) Note(subject, message string) {
	f.Add(Finding{Level: LevelNote, Subject: subject, Message: message})
}

// Add adds a finding.
func (f *Findings) Add(finding Finding) {
	if finding.Level != LevelNote {
		f.expectations++
	}
	f.list = append(f.list, finding)
}

// Unknown says that something could not be found out. The first reason is kept.
func (f *Findings) Unknown(reason string) {
	if f.unknown == nil {
		f.unknown = &reason
	}
}

// Measure adds a measured number; one that is not finite is classed as such.
func (f *Findings) Measure(name string, value float64, unit string) {
	sample := Sample{Kind: Data, Number: value}
	switch {
	case math.IsNaN(value):
		sample = Sample{Kind: NotANumber}
	case math.IsInf(value, 0):
		sample = Sample{Kind: NotFinite}
	}
	f.MeasureSample(name, sample, unit)
}

// MeasureSample adds a measurement, or why there is none.
func (f *Findings) MeasureSample(name string, sample Sample, unit string) {
	f.AddMeasurement(Measurement{Name: name, Sample: sample, Unit: unit})
}

// AddMeasurement adds a measurement with all its facts.
func (f *Findings) AddMeasurement(measurement Measurement) {
	f.measurements = append(f.measurements, measurement)
}

// Label adds another fact, such as the cause that a check suspects.
func (f *Findings) Label(name, value string) {
	f.labels = append(f.labels, Pair{name, value})
}

// HasFailed says whether something that is wrong has been found so far.
func (f *Findings) HasFailed() bool {
	return f.first(LevelFail) != ""
}

// IsUnknown says whether something could not be found out so far.
func (f *Findings) IsUnknown() bool {
	return f.unknown != nil
}

// Verdict closes the list. The summary, one sentence, is for when all is well; else the first reason is.
// The error is what ExpectAnswer has kept: a denial, a limit, a request that could not be sent.
func (f *Findings) Verdict(summary string) (*Verdict, error) {
	if f.failure != nil {
		return nil, f.failure
	}
	findings := append([]Finding(nil), f.list...)
	sort.SliceStable(findings, func(one, other int) bool { return findings[one].Level > findings[other].Level })
	outcome, reason := f.judged()
	if reason != "" {
		summary = reason
	}
	return &Verdict{outcome, summary, findings, f.measurements, f.labels}, nil
}

// judged returns the outcome, and its reason when all is not well.
func (f *Findings) judged() (Outcome, string) {
	if reason := f.first(LevelFail); reason != "" {
		return Fail, reason
	}
	if f.unknown != nil {
		return Inconclusive, *f.unknown
	}
	if reason := f.first(LevelWarn); reason != "" {
		return Warn, reason
	}
	if f.expectations == 0 {
		return Inconclusive, "nothing was expected, so nothing was found"
	}
	return Pass, ""
}

// first returns the first finding of a level in a sentence, and how many more there are.
func (f *Findings) first(level Level) string {
	reason, more := "", -1
	for _, finding := range f.list {
		if finding.Level != level {
			continue
		}
		if more++; more == 0 {
			reason = finding.Subject + " " + finding.Message
		}
	}
	if more > 0 {
		return fmt.Sprintf("%s (and %d more)", reason, more)
	}
	return reason
}

func (f *Findings) unmet(subject, message, expected, observed string) {
	expected, observed = Excerpt(expected), Excerpt(observed)
	f.Add(Finding{Level: LevelFail, Subject: subject, Message: message, Expected: &expected, Observed: &observed})
}

func (f *Findings) keep(failure *Failure) {
	if f.failure == nil {
		f.failure = failure
	}
}

// same says whether two values are: numbers by what they stand for, a NaN like nothing.
func same(one, other any) bool {
	if isNumber(one) && isNumber(other) {
		text := render(one)
		return text == render(other) && text != "NaN"
	}
	return reflect.DeepEqual(one, other)
}

func isNumber(value any) bool {
	switch reflect.ValueOf(value).Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
		reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	default:
		return false
	}
}

// render returns a value as findings show it: a text bare, a number in full, never with an exponent, what has parts as
// compact JSON.
func render(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case fmt.Stringer:
		return value.String()
	}
	switch kind := reflect.ValueOf(value); kind.Kind() {
	case reflect.Float32, reflect.Float64:
		return number(kind.Float())
	case reflect.Invalid:
		return "null"
	case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct, reflect.Pointer:
		return written(value)
	default:
		return fmt.Sprint(value)
	}
}

// written returns a value as compact JSON, numbers as findings show them.
func written(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(plain(value)); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// plain returns a decoded JSON value with its numbers in full.
func plain(value any) any {
	switch value := value.(type) {
	case float64:
		return json.Number(number(value))
	case []any:
		list := make([]any, len(value))
		for index, element := range value {
			list[index] = plain(element)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, element := range value {
			object[name] = plain(element)
		}
		return object
	default:
		return value
	}
}

func number(value float64) string {
	switch {
	case math.IsInf(value, 1):
		return "inf"
	case math.IsInf(value, -1):
		return "-inf"
	default:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
}

// Excerpt returns the beginning of a text and, if there is more, how long it is.
func Excerpt(text string) string {
	if len(text) <= excerptBytes {
		return text
	}
	end := excerptBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}
