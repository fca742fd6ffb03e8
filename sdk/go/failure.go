package holdpoint

import "errors"

// FailureKind says why a plugin could not do what it was asked to. None is ever a pass.
type FailureKind uint8

// The kinds of failures.
const (
	// BadSettings: the settings make no sense, the plan must be mended.
	BadSettings FailureKind = iota
	// Unavailable: something the plugin depends on did not answer.
	Unavailable
	// Denied: the host denied something the plugin needs, the grants must be mended.
	Denied
	// Internal: the plugin itself went wrong.
	Internal
)

// String returns the kind's word.
func (k FailureKind) String() string {
	return word(int(k), "settings", "unavailable", "denied", "internal")
}

// Failure is why a plugin could not do what it was asked to. An error of another type is told as the kind that it is:
// an HTTPError by who is to blame, a MalformedError as Unavailable, any other as Internal.
type Failure struct {
	Kind FailureKind
	// Message says what went wrong, in one sentence.
	Message string
}

// Error returns the kind and the message.
func (f *Failure) Error() string {
	return f.Kind.String() + ": " + f.Message
}

// Fails returns a failure of this kind.
func Fails(kind FailureKind, message string) *Failure {
	return &Failure{Kind: kind, Message: message}
}

// HTTPErrorKind says which part of an exchange failed.
type HTTPErrorKind uint8

// The kinds of HTTP errors.
const (
	// HTTPDenied: the plan, the manifest or the host's policy does not allow it. The text says what would.
	HTTPDenied HTTPErrorKind = iota
	// HTTPInvalidRequest: the request itself is not well-formed.
	HTTPInvalidRequest
	// HTTPDNS: the name could not be resolved.
	HTTPDNS
	// HTTPConnect: no connection could be made.
	HTTPConnect
	// HTTPTLS: the TLS handshake failed or the certificate did not verify.
	HTTPTLS
	// HTTPTimeout: it took too long.
	HTTPTimeout
	// HTTPProtocol: the answer was not well-formed.
	HTTPProtocol
	// HTTPLimit: a limit of the call was reached.
	HTTPLimit
)

// HTTPError is why there is no answer.
type HTTPError struct {
	Kind HTTPErrorKind
	// Text is the host's own.
	Text string
}

// Error returns what is wrong, in words.
func (e *HTTPError) Error() string {
	return word(int(e.Kind), "denied", "the request is not well-formed", "the name could not be resolved", "no connection",
		"no TLS connection", "no answer in time", "the answer was not well-formed", "a limit of the call was reached") +
		": " + e.Text
}

// Timeout says whether it took too long.
func (e *HTTPError) Timeout() bool {
	return e.Kind == HTTPTimeout
}

// failure returns the error as the kind of failure that it is.
func (e *HTTPError) failure() *Failure {
	switch e.Kind {
	case HTTPDenied, HTTPLimit:
		// A limit is the plan's or the host's word too: what mends it stands in the same place.
		return Fails(Denied, e.Text)
	case HTTPInvalidRequest:
		return Fails(BadSettings, e.Error())
	default:
		return Fails(Unavailable, e.Error())
	}
}

// MalformedError is an answer that can't be understood.
type MalformedError struct {
	Text string
}

// Error returns what can't be understood.
func (e *MalformedError) Error() string {
	return e.Text
}

// AsFailure returns an error as the kind of failure that it is.
func AsFailure(err error) *Failure {
	var failure *Failure
	var exchange *HTTPError
	var malformed *MalformedError
	switch {
	case errors.As(err, &failure):
		return failure
	case errors.As(err, &exchange):
		return exchange.failure()
	case errors.As(err, &malformed):
		return Fails(Unavailable, malformed.Text)
	default:
		return Fails(Internal, err.Error())
	}
}
