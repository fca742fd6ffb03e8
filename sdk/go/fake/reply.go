package fake

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"holdpoint"
)

// usual is how long a reply takes unless told otherwise.
const usual = 5 * time.Millisecond

// Reply is an answer, or why there is none.
type Reply struct {
	content holdpoint.Answer
	err     error
	time    time.Duration
	limit   uint64
}

// Status returns an answer with this status, no headers and no body, after 5 ms.
func Status(status int) Reply {
	content := holdpoint.Answer{Status: status, Address: "192.0.2.1:443", Protocol: "HTTP/1.1"}
	return Reply{content: content, time: usual, limit: math.MaxUint64}
}

// Error returns a reply that is none.
func Error(kind holdpoint.HTTPErrorKind, text string) Reply {
	return Reply{err: &holdpoint.HTTPError{Kind: kind, Text: text}, time: usual}
}

// Denied returns a denial.
func Denied(text string) Reply {
	return Error(holdpoint.HTTPDenied, text)
}

// Header adds a header.
func (r Reply) Header(name, value string) Reply {
	// The host hands names on in lower case.
	r.content.Header = append(r.content.Header[:len(r.content.Header):len(r.content.Header)],
		holdpoint.Pair{Name: strings.ToLower(name), Value: value})
	return r
}

// Body sets the body.
func (r Reply) Body(body []byte) Reply {
	r.content.Body = body
	return r
}

// Text sets the body to text.
func (r Reply) Text(body string) Reply {
	return r.Body([]byte(body)).Header("content-type", "text/plain; charset=utf-8")
}

// JSON sets the body to JSON.
func (r Reply) JSON(body any) Reply {
	bytes, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("the body of a test can't be written as JSON: %v", err))
	}
	return r.Body(bytes).Header("content-type", "application/json")
}

// After takes this long.
func (r Reply) After(long time.Duration) Reply {
	r.time = long
	return r
}

// CutAt is cut by the host after so many bytes of the body, whatever the plugin asked for.
func (r Reply) CutAt(bytes uint64) Reply {
	r.limit = bytes
	return r
}

// Certified comes from a server with this certificate.
func (r Reply) Certified(certificate holdpoint.Certificate) Reply {
	r.content.Certificate = &certificate
	return r
}

// answer returns what the plugin gets, under the limits that it set itself.
func (r Reply) answer(request *holdpoint.Request, url string) (*holdpoint.Answer, error) {
	if limit := request.TimeoutMS(); limit != nil && r.time > time.Duration(*limit)*time.Millisecond {
		return nil, &holdpoint.HTTPError{Kind: holdpoint.HTTPTimeout, Text: fmt.Sprintf("after %d ms", *limit)}
	}
	if r.err != nil {
		return nil, r.err
	}
	answer := r.content
	limit := r.limit
	if request.MaxBody > 0 {
		limit = min(limit, request.MaxBody)
	}
	if uint64(len(answer.Body)) > limit {
		answer.Body, answer.Truncated = answer.Body[:limit], true
	}
	answer.URL = url
	answer.Timings.Total = uint64(r.time.Microseconds())
	answer.Timings.FirstByte = answer.Timings.Total
	return &answer, nil
}

// Certificate returns a certificate that is good for so many more days when the world begins.
func Certificate(daysLeft int64) holdpoint.Certificate {
	const day, now = 86_400, Beginning / 1000
	return holdpoint.Certificate{Subject: "CN=shop.test", Issuer: "CN=Test CA", Names: []string{"shop.test"},
		NotBefore: now - 90*day, NotAfter: now + daysLeft*day, Fingerprint: strings.Repeat("ab", 32)}
}
