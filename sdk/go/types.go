package holdpoint

// Pair is a name and its value.
type Pair struct {
	Name, Value string
}

// Labels are free facts, the place for all that a record has no field for.
type Labels []Pair

// Get returns the first value of this name, and whether there is one.
func (l Labels) Get(name string) (string, bool) {
	for _, pair := range l {
		if pair.Name == name {
			return pair.Value, true
		}
	}
	return "", false
}

// Release is what was deployed, as the plan and the run's facts state it.
type Release struct {
	// Service, Environment and Version say what was deployed, and where to.
	Service, Environment, Version string
	// PreviousVersion ran before; empty when it is not known.
	PreviousVersion string
	// Artifact is a package URL with a digest, Revision the source's; empty when not known.
	Artifact, Revision string
	// Change is bugfix, feature, migration or infrastructure.
	Change string
	// Strategy is rolling, blue-green, canary or recreate.
	Strategy string
	// Labels are other facts.
	Labels Labels
}

// Call is the circumstances of one call.
type Call struct {
	// Settings are the plan's, as one JSON object.
	Settings string
	// Release is the one under verification.
	Release Release
	// Name is the check's, or the rollback plugin's, in the plan.
	Name string
	// Attempt is which one this is, from 1.
	Attempt uint32
	// DeadlineMS is how many milliseconds the call may take before the host ends it.
	DeadlineMS uint64
	// Labels are other circumstances.
	Labels Labels
}

// IsSignal says whether this call samples a signal: the plan's rules judge what it measures, and a number is all that is
// asked for.
func (c *Call) IsSignal() bool {
	purpose, _ := c.Labels.Get("purpose")
	return purpose == "signal"
}

// Outcome is what a check found. Only Pass and Warn let a run go forward.
type Outcome uint8

// The outcomes.
const (
	// Pass: what was asked for is so.
	Pass Outcome = iota
	// Warn: it is so, but a person should look.
	Warn
	// Fail: it is not so.
	Fail
	// Inconclusive: it could not be found out.
	Inconclusive
)

// String returns the outcome's word.
func (o Outcome) String() string {
	return word(int(o), "pass", "warn", "fail", "inconclusive")
}

// Level says how a finding bears on the verdict.
type Level uint8

// The levels.
const (
	// LevelNote is worth knowing.
	LevelNote Level = iota
	// LevelWarn is something a person should look at.
	LevelWarn
	// LevelFail is something that is wrong.
	LevelFail
)

// String returns the level's word.
func (l Level) String() string {
	return word(int(l), "note", "warn", "fail")
}

// Severity says how important a line of the log is.
type Severity uint8

// The severities.
const (
	// SeverityDebug is for the plugin's author.
	SeverityDebug Severity = iota
	// SeverityInfo is for whoever reads the report closely.
	SeverityInfo
	// SeverityWarn is for the unusual.
	SeverityWarn
	// SeverityError is for what is wrong.
	SeverityError
)

// String returns the severity's word.
func (s Severity) String() string {
	return word(int(s), "debug", "info", "warn", "error")
}

// Finding is one observation that explains a verdict.
type Finding struct {
	// Level says how it bears on the verdict.
	Level Level
	// Subject is what was looked at: a URL, a header, a JSON pointer.
	Subject string
	// Message goes on where the subject ends: status, is 500.
	Message string
	// Expected and Observed are what should have been there and what was; nil where that can't be said.
	Expected, Observed *string
	// Labels are other facts.
	Labels Labels
}

// SampleKind says whether a sample is a number, or why it is none.
type SampleKind uint8

// The kinds of samples; only Data can breach or pass.
const (
	// Data is a finite number.
	Data SampleKind = iota
	// NoData: the provider answered, and had nothing.
	NoData
	// NotANumber: the provider's answer was not a number.
	NotANumber
	// NotFinite: the provider's answer was infinite.
	NotFinite
	// Ambiguous: the provider gave several values where one was asked for.
	Ambiguous
	// WrongType: the provider gave something else than a number.
	WrongType
	// ProviderDown: the provider did not answer.
	ProviderDown
)

// String returns the kind's word.
func (k SampleKind) String() string {
	return word(int(k), "data", "no-data", "not-a-number", "not-finite", "ambiguous", "wrong-type", "provider-down")
}

// Sample is a number, or why there is none.
type Sample struct {
	Kind SampleKind
	// Number counts only when the kind is Data.
	Number float64
}

// Measurement is one measured quantity.
type Measurement struct {
	// Name is short: latency, error-rate.
	Name string
	// Sample is the number, or why there is none.
	Sample Sample
	// Unit is ms, s, bytes, ratio, 1.
	Unit string
	// TakenAt is when the provider took it, in milliseconds since the Unix epoch; nil when it doesn't say.
	TakenAt *uint64
	// Labels are other facts, such as the cohort.
	Labels Labels
}

// Verdict is what a check says. Findings.Verdict makes one.
type Verdict struct {
	Outcome Outcome
	// Summary is the reason, in one sentence.
	Summary string
	// Findings explain it, the most important first.
	Findings     []Finding
	Measurements []Measurement
	// Labels are other facts, such as cause.
	Labels Labels
}

// Problem is one thing that is wrong with settings.
type Problem struct {
	// Pointer is where, as a JSON pointer; empty for the whole.
	Pointer string
	// Message is what is wrong.
	Message string
	// Hint is what would mend it; empty when that can't be said.
	Hint string
}

func word(index int, words ...string) string {
	if index < len(words) {
		return words[index]
	}
	return "unknown"
}
