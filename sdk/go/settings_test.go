package holdpoint

import (
	"strings"
	"testing"
)

type step struct {
	Status uint16 `json:"status"`
}

type settings struct {
	Endpoint Endpoint          `json:"endpoint"`
	Steps    []step            `json:"steps"`
	Retries  int               `json:"retries" default:"3"`
	Note     string            `json:"note,omitempty"`
	Headers  map[string]string `json:"headers,omitempty"`
	Limit    *float64          `json:"limit"`
	Mode     string            `json:"mode,omitempty" oneof:"fast|slow"`
	Pair     [2]int            `json:"pair,omitempty"`
}

func TestSettingsArriveTyped(t *testing.T) {
	var read settings

	problems := ReadSettings(`{"endpoint":"endpoint:shop","steps":[{"status":204}],"headers":{"a":"b"},"limit":1.5}`, &read)

	if len(problems) > 0 || read.Endpoint.Below("/x") != "endpoint:shop/x" || read.Steps[0].Status != 204 || read.Retries != 3 ||
		read.Headers["a"] != "b" || *read.Limit != 1.5 {
		t.Errorf("%+v %+v", problems, read)
	}
}

func TestWhatDoesNotFitIsToldWithItsPlace(t *testing.T) {
	good := `{"endpoint":"endpoint:shop","steps":[{"status":200},{"status":204}]}`
	for _, row := range []struct{ from, to, pointer, message string }{
		{`204`, `"ok"`, "/steps/1/status", `invalid type: string "ok", expected uint16`},
		{`204`, `70000`, "/steps/1/status", "invalid type: integer `70000`, expected uint16"},
		{`204`, `null`, "/steps/1/status", "invalid type: null, expected uint16"},
		{`{"status":204}`, `{"stauts":204}`, "/steps/1", "missing field `status`"},
		{`204`, `204,"a/b":1`, "/steps/1/a~1b", "unknown field `a/b`, expected `status`"},
		{`endpoint:shop`, `shop`, "/endpoint", "`shop` is not a target; write `endpoint:NAME/path` (NAME in kebab-case)"},
		{`[{"status":200},{"status":204}]`, `{}`, "/steps", "invalid type: map, expected a list"},
		{`{"endpoint"`, `{"mode":"fats","endpoint"`, "/mode", "unknown variant `fats`, expected one of `fast`, `slow`"},
		{`{"endpoint"`, `{"pair":[1],"endpoint"`, "/pair", "invalid type: sequence, expected a list of 2"},
		{good, `7`, "", "invalid type: integer `7`, expected an object"},
		{good, good + "x", "", "something stands behind the settings"},
	} {
		problems := ReadSettings(strings.Replace(good, row.from, row.to, 1), new(settings))
		if len(problems) == 0 || problems[0].Pointer != row.pointer || problems[0].Message != row.message {
			t.Errorf("%s for %s: %+v", row.to, row.from, problems)
		}
	}
}
