package holdpoint

import (
	"errors"
	"math"
	"strings"
	"testing"
)

func verdict(t *testing.T, findings *Findings) *Verdict {
	t.Helper()
	verdict, err := findings.Verdict("the shop answers")
	if err != nil {
		t.Fatal(err)
	}
	return verdict
}

func TestAllExpectationsMetIsAPass(t *testing.T) {
	var findings Findings
	findings.ExpectEq("status", uint16(200), 200)

	said := verdict(t, &findings)

	if said.Outcome != Pass || said.Summary != "the shop answers" {
		t.Errorf("%+v", said)
	}
}

func TestAnExpectationNotMetIsAFailThatShowsBothSides(t *testing.T) {
	var findings Findings
	findings.Warn("certificate", "ends soon")
	findings.ExpectEq("status", 200, 500)
	findings.ExpectAtMost("latency", 300, 812.5, "ms")

	said := verdict(t, &findings)

	if said.Outcome != Fail || said.Summary != "status is 500 instead of 200 (and 1 more)" {
		t.Errorf("%v %q", said.Outcome, said.Summary)
	}
	first, second, last := said.Findings[0], said.Findings[1], said.Findings[2]
	if *first.Expected != "200" || *second.Expected != "≤ 300 ms" || *second.Observed != "812.5 ms" || last.Level != LevelWarn {
		t.Errorf("%+v", said.Findings)
	}
}

func TestWhatWasNotExpectedIsNoPass(t *testing.T) {
	var nothing, noted, unknown, known Findings
	noted.Note("status", "is 200")
	unknown.Warn("certificate", "ends soon")
	unknown.Unknown("no answer")
	known.Unknown("no answer")
	known.Fail("status", "is 500")

	for _, findings := range []*Findings{&nothing, &noted, &unknown} {
		if said := verdict(t, findings); said.Outcome != Inconclusive {
			t.Errorf("%+v", said)
		}
	}
	if said := verdict(t, &known); said.Outcome != Fail {
		t.Errorf("%+v", said)
	}
}

func TestANumberThatIsNotOneIsWithinNoLimitAndEqualToNothing(t *testing.T) {
	var findings Findings
	findings.ExpectAtMost("latency", 300, math.NaN(), "ms")
	findings.ExpectEq("rate", math.NaN(), math.NaN())
	findings.Measure("latency", math.NaN(), "ms")
	findings.Measure("rate", math.Inf(1), "1")

	said := verdict(t, &findings)

	if len(said.Findings) != 2 || said.Measurements[0].Sample.Kind != NotANumber || said.Measurements[1].Sample.Kind != NotFinite {
		t.Errorf("%+v", said)
	}
}

func TestValuesOfDifferentKindsAreNotTheSame(t *testing.T) {
	var findings Findings
	findings.ExpectEq("code", "200", 200)
	findings.ExpectEq("list", []any{1.0, "a"}, []any{1.0, "a"})

	if said := verdict(t, &findings); len(said.Findings) != 1 {
		t.Errorf("%+v", said.Findings)
	}
}

func TestSilenceIsAFindingAndADenialIsNot(t *testing.T) {
	var silent, unclear, denied Findings
	silent.ExpectAnswer("GET /", &HTTPError{HTTPConnect, "refused"})
	unclear.ExpectAnswer("GET /", &HTTPError{HTTPProtocol, "two status lines"})
	denied.ExpectAnswer("GET /", &HTTPError{HTTPDenied, "not granted"})

	said := verdict(t, &silent)
	if said.Summary != "GET / does not answer" || *said.Findings[0].Observed != "no connection: refused" {
		t.Errorf("%+v", said)
	}
	if said := verdict(t, &unclear); said.Outcome != Inconclusive {
		t.Errorf("%+v", said)
	}
	var failure *Failure
	if _, err := denied.Verdict("fine"); !errors.As(err, &failure) || failure.Kind != Denied || failure.Message != "not granted" {
		t.Errorf("%v", err)
	}
}

func TestALongTextIsCutBetweenTwoLetters(t *testing.T) {
	text := strings.Repeat("é", 200)

	if Excerpt(text) != strings.Repeat("é", 128)+"… (400 bytes)" {
		t.Error(Excerpt(text))
	}
}

func TestNumbersStandInFull(t *testing.T) {
	for value, text := range map[float64]string{300: "300", 812.5: "812.5", 1e21: "1000000000000000000000", 1e-7: "0.0000001",
		math.Inf(-1): "-inf"} {
		if render(value) != text {
			t.Errorf("%v is shown as %s", value, render(value))
		}
	}
}
