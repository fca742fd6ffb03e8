package fake

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"holdpoint"
)

// Fixture is a call that was recorded with holdpoint run --record, or written by hand: what the check was given, what it
// saw, and how it ended. A request that is not in it is denied, and so is one more than it holds.
type Fixture struct {
	recorded recorded
	ended    ended
}

type recorded struct {
	Fixture   int               `json:"fixture"`
	Check     string            `json:"check"`
	Attempt   uint32            `json:"attempt"`
	Plugin    json.RawMessage   `json:"plugin"`
	Name      string            `json:"name"`
	What      string            `json:"what"`
	Settings  json.RawMessage   `json:"settings"`
	Release   *release          `json:"release"`
	Labels    json.RawMessage   `json:"labels"`
	Limits    json.RawMessage   `json:"limits"`
	Began     uint64            `json:"began"`
	Endpoints map[string]string `json:"endpoints"`
	Exchanges []exchange        `json:"exchanges"`
	LeftOut   int               `json:"left-out"`
	Ended     json.RawMessage   `json:"ended"`
	Expect    json.RawMessage   `json:"expect"`
}

type release struct {
	Service         string            `json:"service"`
	Environment     string            `json:"environment"`
	Version         string            `json:"version"`
	PreviousVersion string            `json:"previous-version"`
	Artifact        string            `json:"artifact"`
	Revision        string            `json:"revision"`
	Change          string            `json:"change"`
	Strategy        string            `json:"strategy"`
	Labels          map[string]string `json:"labels"`
}

type exchange struct {
	Method  string          `json:"method"`
	URL     string          `json:"url"`
	Request json.RawMessage `json:"request"`
	Answer  *answer         `json:"answer"`
	Denied  *string         `json:"denied"`
	Failed  *failed         `json:"failed"`
}

type answer struct {
	Status    int         `json:"status"`
	Headers   [][2]string `json:"headers"`
	Body      string      `json:"body"`
	BodyHex   string      `json:"body-hex"`
	BodyLost  uint64      `json:"body-lost"`
	Truncated bool        `json:"truncated"`
	Micros    int64       `json:"micros"`
}

type failed struct {
	Part string `json:"part"`
	Why  string `json:"why"`
}

type ended struct {
	Word    string `json:"word"`
	Outcome struct {
		Verdict struct {
			Summary string `json:"summary"`
		} `json:"verdict"`
	} `json:"outcome"`
}

// parts are those of an exchange that can fail.
var parts = map[string]holdpoint.HTTPErrorKind{
	"dns": holdpoint.HTTPDNS, "connect": holdpoint.HTTPConnect, "tls": holdpoint.HTTPTLS, "timeout": holdpoint.HTTPTimeout,
	"protocol": holdpoint.HTTPProtocol, "limit": holdpoint.HTTPLimit, "invalid-request": holdpoint.HTTPInvalidRequest,
}

// ReadFixture reads a fixture's file.
func ReadFixture(path string) (*Fixture, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("could not read the fixture: %w", err)
	}
	fixture, err := ParseFixture(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return fixture, nil
}

// ParseFixture takes a fixture's text.
func ParseFixture(text []byte) (*Fixture, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var fixture Fixture
	if err := decoder.Decode(&fixture.recorded); err != nil {
		return nil, err
	}
	if len(fixture.recorded.Ended) > 0 {
		if err := json.Unmarshal(fixture.recorded.Ended, &fixture.ended); err != nil {
			return nil, err
		}
	}
	if fixture.recorded.Fixture != 1 {
		return nil, fmt.Errorf("the fixture has format %d, and format 1 is read here", fixture.recorded.Fixture)
	}
	for index, exchange := range fixture.recorded.Exchanges {
		if _, err := exchange.reply(); err != nil {
			return nil, fmt.Errorf("exchange %d, %s %s: %w", index+1, exchange.Method, exchange.URL, err)
		}
	}
	return &fixture, nil
}

// Settings returns what the check had, as JSON.
func (f *Fixture) Settings() string {
	return string(f.recorded.Settings)
}

// Word returns how the call ended: pass, warn, fail, inconclusive, error or timeout.
func (f *Fixture) Word() string {
	return f.ended.Word
}

// Summary returns the verdict's; empty where there was none.
func (f *Fixture) Summary() string {
	return f.ended.Outcome.Verdict.Summary
}

// LeftOut returns how many uses of the network were not over HTTP, and so are not in the fixture.
func (f *Fixture) LeftOut() int {
	return f.recorded.LeftOut
}

// World returns a world in which the recorded requests are answered as they were.
func (f *Fixture) World() *World {
	world := NewWorld()
	for name, url := range f.recorded.Endpoints {
		world.Bind(name, url)
	}
	if f.recorded.Began > 0 {
		world.Began = f.recorded.Began
	}
	replies := map[[2]string][]Reply{}
	for _, exchange := range f.recorded.Exchanges {
		reply, _ := exchange.reply()
		route := [2]string{exchange.Method, exchange.URL}
		replies[route] = append(replies[route], reply)
	}
	for route, list := range replies {
		// The last reply of a world is given again and again.
		more := Denied(fmt.Sprintf("the fixture holds %d answers to %s %s, and this is one request more", len(list),
			route[0], route[1]))
		world.On(route[0], route[1], append(list, more)...)
	}
	return world
}

// Call returns the call as it was made, with other settings where a test wants to try some.
func (f *Fixture) Call(settings any) *holdpoint.Call {
	call := NewWorld().Call(settings)
	if f.recorded.Check != "" {
		call.Name = f.recorded.Check
	}
	call.Attempt = max(1, f.recorded.Attempt)
	if release := f.recorded.Release; release != nil {
		call.Release = release.given()
	}
	return call
}

// Play runs a check on what was recorded.
func Play[S any](fixture *Fixture, look holdpoint.Look[S]) (*holdpoint.Verdict, *holdpoint.Failure) {
	return holdpoint.RunCheck(look, fixture.World().Host(), fixture.Call(fixture.Settings()))
}

func (r *release) given() holdpoint.Release {
	given := holdpoint.Release{Service: r.Service, Environment: r.Environment, Version: r.Version,
		PreviousVersion: r.PreviousVersion, Artifact: r.Artifact, Revision: r.Revision, Change: r.Change, Strategy: r.Strategy}
	for name, value := range r.Labels {
		given.Labels = append(given.Labels, holdpoint.Pair{Name: name, Value: value})
	}
	return given
}

// reply returns how the exchange ended, or what of it is missing.
func (e exchange) reply() (Reply, error) {
	switch {
	case e.Answer != nil && e.Denied == nil && e.Failed == nil:
		return e.Answer.reply()
	case e.Answer == nil && e.Denied != nil && e.Failed == nil:
		return Denied(*e.Denied), nil
	case e.Answer == nil && e.Denied == nil && e.Failed != nil:
		kind, known := parts[e.Failed.Part]
		if !known {
			return Reply{}, fmt.Errorf("unknown part `%s`", e.Failed.Part)
		}
		return Error(kind, e.Failed.Why), nil
	default:
		return Reply{}, fmt.Errorf("one of `answer`, `denied` and `failed` is to stand here")
	}
}

func (a *answer) reply() (Reply, error) {
	if a.BodyLost > 0 {
		return Reply{}, fmt.Errorf("the answer's body of %d bytes was not kept: put one in `body`, or take this out", a.BodyLost)
	}
	if a.Body != "" && a.BodyHex != "" {
		return Reply{}, fmt.Errorf("`body` and `body-hex` can't both stand here")
	}
	body := []byte(a.Body)
	if a.BodyHex != "" {
		var err error
		if body, err = hex.DecodeString(a.BodyHex); err != nil {
			return Reply{}, fmt.Errorf("its body-hex is not hexadecimal")
		}
	}
	reply := Status(a.Status).Body(body).After(time.Duration(a.Micros) * time.Microsecond)
	for _, header := range a.Headers {
		reply = reply.Header(header[0], header[1])
	}
	reply.content.Truncated = a.Truncated
	return reply, nil
}
