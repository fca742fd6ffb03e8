package holdpoint

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Header is the headers of a request or an answer, in their order.
type Header []Pair

// Get returns the first value of this name, in any case; empty when there is none.
func (h Header) Get(name string) string {
	if values := h.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Values returns all values of this name, in any case, in the order in which they came.
func (h Header) Values(name string) []string {
	var values []string
	for _, pair := range h {
		if strings.EqualFold(pair.Name, name) {
			values = append(values, pair.Value)
		}
	}
	return values
}

// Add adds a header.
func (h *Header) Add(name, value string) {
	*h = append(*h, Pair{name, value})
}

// Request is one request. No redirect is followed and no cookie kept: each request stands alone.
type Request struct {
	// Method is in capitals.
	Method string
	// URL is endpoint:NAME/path?query for an endpoint of the plan, or an absolute one within a granted endpoint.
	URL string
	// Header are the headers. Host and framing headers are the host's and are refused.
	Header Header
	// Body is the body; nil for none.
	Body []byte
	// Timeout is how long the whole may take; zero for what is left of the call.
	Timeout time.Duration
	// MaxBody is the largest body to read, in bytes; zero for the call's limit. A longer one is cut and marked as truncated.
	MaxBody uint64
	// Labels are options of later versions.
	Labels Labels

	flaw *HTTPError
	form bool
}

// NewRequest begins a request.
func NewRequest(method, url string) *Request {
	return &Request{Method: method, URL: url}
}

// WithHeader adds a header.
func (r *Request) WithHeader(name, value string) *Request {
	r.Header.Add(name, value)
	return r
}

// WithQuery adds a query parameter. A placeholder for a secret is left as it is.
func (r *Request) WithQuery(name, value string) *Request {
	mark := "?"
	if strings.Contains(r.URL, "?") {
		mark = "&"
	}
	r.URL += mark + QueryEncoded(name) + "=" + QueryEncoded(value)
	return r
}

// WithBody sets the body.
func (r *Request) WithBody(body []byte) *Request {
	if body == nil {
		body = []byte{}
	}
	r.Body = body
	return r
}

// WithJSON sets the body to JSON and says so. What can't be written is told when the request is sent.
func (r *Request) WithJSON(body any) *Request {
	var bytes strings.Builder
	encoder := json.NewEncoder(&bytes)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		r.flaw = &HTTPError{HTTPInvalidRequest, fmt.Sprintf("the body can't be written as JSON: %v", err)}
		return r
	}
	text := strings.TrimSuffix(bytes.String(), "\n")
	return r.WithBody([]byte(text)).WithHeader("content-type", "application/json")
}

// WithField adds a field to the body, which becomes that of an HTML form, and says so. A placeholder for a secret is left as
// it is.
func (r *Request) WithField(name, value string) *Request {
	field := FormEncoded(name) + "=" + FormEncoded(value)
	if r.form {
		r.Body = append(append(r.Body, '&'), field...)
		return r
	}
	r.form = true
	return r.WithBody([]byte(field)).WithHeader("content-type", "application/x-www-form-urlencoded")
}

// WithTimeout gives up after this time. Without it the call's own deadline holds.
func (r *Request) WithTimeout(long time.Duration) *Request {
	r.Timeout = long
	return r
}

// WithMaxBody reads at most so many bytes of the body.
func (r *Request) WithMaxBody(bytes uint64) *Request {
	r.MaxBody = bytes
	return r
}

// TimeoutMS returns the timeout in whole milliseconds; nil when there is none.
func (r *Request) TimeoutMS() *uint32 {
	return limit(r.Timeout)
}

// Reply is an answer, or why there is none.
type Reply struct {
	Answer *Answer
	// Err is an *HTTPError.
	Err error
}

// Timings say how long each part took, in microseconds. Parts that a kept connection did not need are nil.
type Timings struct {
	Resolve, Connect, TLS *uint64
	// FirstByte and Total run from the start to the first byte of the headers and to the end of the body.
	FirstByte, Total uint64
}

// Certificate is what the server's certificate says.
type Certificate struct {
	// Subject and Issuer are distinguished names.
	Subject, Issuer string
	// Names are the names and addresses that it is good for.
	Names []string
	// NotBefore and NotAfter are in seconds since the Unix epoch.
	NotBefore, NotAfter int64
	// Fingerprint is the SHA-256 of the whole certificate, in hexadecimal.
	Fingerprint string
}

// DaysLeft returns for how many days the certificate is still good; negative when it has ended.
func (c *Certificate) DaysLeft(now time.Time) float64 {
	return float64(c.NotAfter-now.Unix()) / 86_400
}

// Answer is one answer.
type Answer struct {
	Status int
	// Header are the headers, names in lower case, in the order in which they came.
	Header Header
	// Body is the body, up to the limit; Truncated says that it was longer.
	Body      []byte
	Truncated bool
	// URL is the absolute one that was asked.
	URL string
	// Address is the one that answered, with its port; empty when it is not known.
	Address string
	// Protocol is HTTP/1.1 or HTTP/2.0.
	Protocol string
	Timings  Timings
	// Certificate is the server's own; nil without https.
	Certificate *Certificate
	// Labels are facts of later versions.
	Labels Labels
}

// Text returns the body as text; what is not UTF-8 is shown as a replacement character.
func (a *Answer) Text() string {
	return strings.ToValidUTF8(string(a.Body), "\uFFFD")
}

// JSON reads the body as JSON into what the pointer points to. The error is a *MalformedError when the body was cut, is not
// JSON, or is not of this type.
func (a *Answer) JSON(into any) error {
	if a.Truncated {
		return &MalformedError{fmt.Sprintf("the answer of %s was cut after %d bytes", a.URL, len(a.Body))}
	}
	if err := json.Unmarshal(a.Body, into); err != nil {
		return &MalformedError{fmt.Sprintf("the answer of %s is not the JSON it should be: %v", a.URL, err)}
	}
	return nil
}

// Pointer returns what a JSON pointer finds in the body, and whether it finds anything. The error is a *MalformedError when
// the body was cut or is not JSON.
func (a *Answer) Pointer(pointer string) (any, bool, error) {
	var value any
	if err := a.JSON(&value); err != nil {
		return nil, false, err
	}
	found, there := at(value, pointer)
	return found, there, nil
}

// at follows a JSON pointer.
func at(value any, pointer string) (any, bool) {
	if pointer == "" {
		return value, true
	}
	keys := strings.Split(pointer, "/")
	if keys[0] != "" {
		return nil, false
	}
	for _, key := range keys[1:] {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
		switch parent := value.(type) {
		case map[string]any:
			child, there := parent[key]
			if !there {
				return nil, false
			}
			value = child
		case []any:
			index, err := strconv.Atoi(key)
			if err != nil || index < 0 || index >= len(parent) || strconv.Itoa(index) != key {
				return nil, false
			}
			value = parent[index]
		default:
			return nil, false
		}
	}
	return value, true
}

// TotalMS returns how long the whole took, in milliseconds.
func (a *Answer) TotalMS() float64 {
	return float64(a.Timings.Total) / 1000
}

// FirstByteMS returns how long it took until the first byte of the headers, in milliseconds.
func (a *Answer) FirstByteMS() float64 {
	return float64(a.Timings.FirstByte) / 1000
}

// FormEncoded returns a name or value as it stands in an HTML form's body.
func FormEncoded(text string) string {
	return encoded(text, "+")
}

// QueryEncoded returns a name or value as it stands in a URL's query.
func QueryEncoded(text string) string {
	return encoded(text, "%20")
}

// encoded leaves placeholders alone: the host looks for them in what the plugin sends, and would not find encoded ones.
func encoded(text, space string) string {
	const opening, closing = "{{secret:", "}}"
	var out strings.Builder
	for {
		start := strings.Index(text, opening)
		length := -1
		if start >= 0 {
			length = strings.Index(text[start:], closing)
		}
		if length < 0 {
			percent(&out, text, space)
			return out.String()
		}
		end := start + length + len(closing)
		percent(&out, text[:start], space)
		out.WriteString(text[start:end])
		text = text[end:]
	}
}

func percent(out *strings.Builder, text, space string) {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	for index := range len(text) {
		switch letter := text[index]; {
		case strings.IndexByte(plain, letter) >= 0:
			out.WriteByte(letter)
		case letter == ' ':
			out.WriteString(space)
		default:
			fmt.Fprintf(out, "%%%02X", letter)
		}
	}
}
