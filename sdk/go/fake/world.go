// Package fake is a host for tests: it says what a plugin is to see, and remembers what the plugin did.
//
// What no test has arranged is denied, as in a sandbox without grants. Time stands still until a reply takes some or the
// plugin sleeps.
package fake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"holdpoint"
)

// Beginning is when a world begins, in milliseconds since the Unix epoch: 2026-01-01T00:00:00Z.
const Beginning = 1_767_225_600_000

// Line is one line of the log.
type Line struct {
	Severity holdpoint.Severity
	Message  string
}

// World is everything that a plugin can reach in a test.
type World struct {
	// Requests, Exchanges and LogLines are what the plugin did so far, in order.
	Requests  []*holdpoint.Request
	Exchanges []*holdpoint.Exchange
	LogLines  []Line
	// Began is when it begins, in milliseconds since the Unix epoch.
	Began uint64

	routes    map[string][]Reply
	responder func(request *holdpoint.Request) *Reply
	bindings  map[string]string
	network   network
	elapsed   time.Duration
}

// NewWorld returns a world in which nothing is allowed and nothing has happened.
func NewWorld() *World {
	return &World{Began: Beginning, routes: map[string][]Reply{}, bindings: map[string]string{}, network: newNetwork()}
}

// On arranges the replies to a method and URL, one after the other; the last is given again and again.
func (w *World) On(method, url string, replies ...Reply) {
	w.routes[method+" "+w.Absolute(url)] = replies
}

// AnswerWith arranges replies by a function of the request, which is asked where no route fits; nil is a denial.
func (w *World) AnswerWith(responder func(request *holdpoint.Request) *Reply) {
	w.responder = responder
}

// Bind binds an endpoint to a URL without a path. Unbound, endpoint:NAME is https://NAME.test.
func (w *World) Bind(endpoint, url string) {
	w.bindings[endpoint] = strings.TrimRight(url, "/")
}

// Pass lets time pass.
func (w *World) Pass(long time.Duration) {
	w.elapsed += long
}

// Host returns the host to hand to a plugin.
func (w *World) Host() *holdpoint.Host {
	return holdpoint.NewHost(imports{w})
}

// Call returns a call with these settings, of a feature release of shop from 1.9.0 to 2.0.0. Settings are JSON as a text, or
// a value to write as JSON.
func (w *World) Call(settings any) *holdpoint.Call {
	text, ok := settings.(string)
	if !ok {
		bytes, err := json.Marshal(settings)
		if err != nil {
			panic(fmt.Sprintf("the settings of a test can't be written as JSON: %v", err))
		}
		text = string(bytes)
	}
	release := holdpoint.Release{Service: "shop", Environment: "test", Version: "2.0.0", PreviousVersion: "1.9.0",
		Change: "feature", Strategy: "rolling"}
	return &holdpoint.Call{Settings: text, Release: release, Name: "under-test", Attempt: 1, DeadlineMS: 10_000}
}

// Check runs a check with settings, the way the sandbox does.
func Check[S any](w *World, look holdpoint.Look[S], settings any) (*holdpoint.Verdict, *holdpoint.Failure) {
	return holdpoint.RunCheck(look, w.Host(), w.Call(settings))
}

// Absolute returns the absolute form of a URL that may begin with endpoint:.
func (w *World) Absolute(url string) string {
	rest, found := strings.CutPrefix(url, "endpoint:")
	if !found {
		return url
	}
	name, path := rest, ""
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		name, path = rest[:end], rest[end:]
	}
	if base, bound := w.bindings[name]; bound {
		return base + path
	}
	return "https://" + name + ".test" + path
}

// imports is what the sandbox's imports do there, done here.
type imports struct {
	*World
}

func (w imports) Send(request *holdpoint.Request) (*holdpoint.Answer, error) {
	url := w.Absolute(request.URL)
	reply := w.reply(request, url)
	sent := *request
	w.Requests = append(w.Requests, &sent)
	w.Pass(reply.time)
	return reply.answer(request, url)
}

func (w imports) SendAll(requests []*holdpoint.Request) []holdpoint.Reply {
	replies := make([]holdpoint.Reply, len(requests))
	for index, request := range requests {
		replies[index].Answer, replies[index].Err = w.Send(request)
	}
	return replies
}

// reply finds the reply to a request: a route's next one, else the function's, else a denial.
func (w imports) reply(request *holdpoint.Request, url string) Reply {
	key := request.Method + " " + url
	if replies := w.routes[key]; len(replies) > 0 {
		if len(replies) > 1 {
			w.routes[key] = replies[1:]
		}
		return replies[0]
	}
	if w.responder != nil {
		if reply := w.responder(request); reply != nil {
			return *reply
		}
	}
	return Denied(fmt.Sprintf("the test has arranged nothing for %s %s", request.Method, request.URL))
}

func (w imports) Log(severity holdpoint.Severity, message string) {
	w.LogLines = append(w.LogLines, Line{severity, message})
}

func (w imports) Now() uint64 {
	return w.Began + uint64(w.elapsed.Milliseconds())
}

func (w imports) Monotonic() uint64 {
	return uint64(w.elapsed.Nanoseconds())
}

func (w imports) Sleep(milliseconds uint32) {
	w.Pass(time.Duration(milliseconds) * time.Millisecond)
}
