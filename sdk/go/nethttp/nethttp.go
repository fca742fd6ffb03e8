// Package nethttp lets net/http, and libraries that build upon it, talk through the host's gateway.
//
// A package of its own, since net/http makes a plugin larger by several megabytes.
package nethttp

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"holdpoint"
)

// Client returns a client whose requests go through the host's gateway. It follows no redirect by itself: the next hop is
// the plugin's own next request.
func Client(host *holdpoint.Host) *http.Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: Transport(host), CheckRedirect: stay}
}

// URL returns the URL of a path on an endpoint, in the form that net/http takes: http://NAME.endpoint/path, which Transport
// turns into endpoint:NAME/path.
func URL(endpoint holdpoint.Endpoint, path string) string {
	return "http://" + strings.TrimPrefix(endpoint.String(), "endpoint:") + suffix + "/" + strings.TrimLeft(path, "/")
}

const suffix = ".endpoint"

// Transport returns a round tripper that sends requests through the host's gateway. An error is an *holdpoint.HTTPError.
func Transport(host *holdpoint.Host) http.RoundTripper {
	return transport{host}
}

type transport struct {
	host *holdpoint.Host
}

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	outgoing := holdpoint.NewRequest(method(request), address(request.URL))
	// A map has no order of its own, and the same call shall send the same bytes.
	for _, name := range slices.Sorted(maps.Keys(request.Header)) {
		for _, value := range request.Header[name] {
			outgoing.WithHeader(strings.ToLower(name), value)
		}
	}
	if request.Body != nil && request.Body != http.NoBody {
		body, err := io.ReadAll(request.Body)
		request.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("could not read the request's body: %w", err)
		}
		outgoing.WithBody(body)
	}
	if deadline, there := request.Context().Deadline(); there {
		outgoing.WithTimeout(max(time.Millisecond, time.Until(deadline)))
	}
	answer, err := t.host.Do(outgoing)
	if err != nil {
		return nil, err
	}
	return response(request, answer), nil
}

func method(request *http.Request) string {
	if request.Method == "" {
		return http.MethodGet
	}
	return request.Method
}

func address(where *url.URL) string {
	name, found := strings.CutSuffix(where.Host, suffix)
	if !found {
		return where.String()
	}
	return "endpoint:" + name + where.RequestURI()
}

func response(request *http.Request, answer *holdpoint.Answer) *http.Response {
	header := http.Header{}
	for _, pair := range answer.Header {
		header.Add(pair.Name, pair.Value)
	}
	major, minor, _ := http.ParseHTTPVersion(answer.Protocol)
	return &http.Response{
		Status: fmt.Sprintf("%d %s", answer.Status, http.StatusText(answer.Status)), StatusCode: answer.Status,
		Proto: answer.Protocol, ProtoMajor: major, ProtoMinor: minor, Header: header, Request: request,
		Body: body(answer), ContentLength: int64(len(answer.Body)),
	}
}

// body returns the answer's body; one that was cut ends with an error, not as if it were whole.
func body(answer *holdpoint.Answer) io.ReadCloser {
	whole := bytes.NewReader(answer.Body)
	if answer.Truncated {
		return io.NopCloser(io.MultiReader(whole, cut{}))
	}
	return io.NopCloser(whole)
}

type cut struct{}

func (cut) Read([]byte) (int, error) {
	return 0, io.ErrUnexpectedEOF
}
