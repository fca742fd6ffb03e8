package holdpoint

import (
	"fmt"
	"time"
)

// Imports are what a host offers: the sandbox's own, or a test's (package fake).
type Imports interface {
	Send(request *Request) (*Answer, error)
	SendAll(requests []*Request) []Reply
	Resolve(target string) ([]string, error)
	Connect(target string, timeoutMS *uint32) (*Connection, error)
	InspectTLS(target string, timeoutMS *uint32) (*TLSFacts, error)
	Transact(exchange *Exchange) (*Received, error)
	Log(severity Severity, message string)
	Now() uint64
	Monotonic() uint64
	Sleep(milliseconds uint32)
}

// Host is the way to the outside: HTTP, the network below it, the log, the clock.
type Host struct {
	imports Imports
}

// NewHost returns a host with these imports; in a test, fake.World has one ready.
func NewHost(imports Imports) *Host {
	return &Host{imports}
}

// Get sends a GET request and waits for the answer. Any status is an answer. The URL is endpoint:NAME/path or an absolute
// one within a granted endpoint.
func (h *Host) Get(url string) (*Answer, error) {
	return h.Do(NewRequest("GET", url))
}

// Post sends a POST request with a body of this content type.
func (h *Host) Post(url, contentType string, body []byte) (*Answer, error) {
	return h.Do(NewRequest("POST", url).WithHeader("content-type", contentType).WithBody(body))
}

// PostJSON sends a POST request with a body in JSON.
func (h *Host) PostJSON(url string, body any) (*Answer, error) {
	return h.Do(NewRequest("POST", url).WithJSON(body))
}

// Do sends a request and waits for the answer. An error is an *HTTPError.
func (h *Host) Do(request *Request) (*Answer, error) {
	if request.flaw != nil {
		return nil, request.flaw
	}
	return h.imports.Send(request)
}

// SendAll sends several requests side by side and waits for all; the replies stand in the order of the requests.
func (h *Host) SendAll(requests ...*Request) []Reply {
	replies := make([]Reply, len(requests))
	var sound []*Request
	var places []int
	for place, request := range requests {
		if request.flaw != nil {
			replies[place].Err = request.flaw
			continue
		}
		sound, places = append(sound, request), append(places, place)
	}
	for index, reply := range h.imports.SendAll(sound) {
		replies[places[index]] = reply
	}
	return replies
}

// Log writes a line into the log that is kept with the call's evidence.
func (h *Host) Log(severity Severity, message string) {
	h.imports.Log(severity, message)
}

// Debugf logs for the plugin's author.
func (h *Host) Debugf(format string, values ...any) {
	h.Log(SeverityDebug, fmt.Sprintf(format, values...))
}

// Infof logs for whoever reads the report closely.
func (h *Host) Infof(format string, values ...any) {
	h.Log(SeverityInfo, fmt.Sprintf(format, values...))
}

// Warnf logs something unusual.
func (h *Host) Warnf(format string, values ...any) {
	h.Log(SeverityWarn, fmt.Sprintf(format, values...))
}

// Errorf logs something wrong.
func (h *Host) Errorf(format string, values ...any) {
	h.Log(SeverityError, fmt.Sprintf(format, values...))
}

// Now returns the time, in whole milliseconds.
func (h *Host) Now() time.Time {
	return time.UnixMilli(int64(h.imports.Now())).UTC()
}

// Monotonic returns the time since an unspecified moment; it never goes back.
func (h *Host) Monotonic() time.Duration {
	return time.Duration(h.imports.Monotonic())
}

// Sleep waits. The time counts towards the call's deadline.
func (h *Host) Sleep(long time.Duration) {
	h.imports.Sleep(milliseconds(long))
}

// milliseconds returns a duration as the interface wants it: in whole milliseconds, and a positive one never as zero.
func milliseconds(long time.Duration) uint32 {
	switch whole := long.Milliseconds(); {
	case long <= 0:
		return 0
	case whole < 1:
		return 1
	case whole > 1<<32-1:
		return 1<<32 - 1
	default:
		return uint32(whole)
	}
}

// limit returns a timeout as the interface wants it; none for zero.
func limit(long time.Duration) *uint32 {
	if long <= 0 {
		return nil
	}
	whole := milliseconds(long)
	return &whole
}
