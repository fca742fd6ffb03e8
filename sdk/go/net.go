package holdpoint

import (
	"strings"
	"time"
)

// MaxBytes is the most that an exchange reads unless told otherwise.
const MaxBytes = 64 * 1024

// Connection is what was seen while connecting; times in microseconds.
type Connection struct {
	// Address answered, with its port.
	Address          string
	Resolve, Connect uint64
	Labels           Labels
}

// TLSFacts is what was seen of a TLS server.
type TLSFacts struct {
	Connection Connection
	// Handshake is how long it took, in microseconds.
	Handshake uint64
	// Version is TLSv1.2 or TLSv1.3, Cipher the suite's standard name.
	Version, Cipher string
	// Certificate has been verified: an unverified one is an error.
	Certificate Certificate
	Labels      Labels
}

// Exchange is a few bytes out, a few bytes in.
type Exchange struct {
	// Target is endpoint:NAME.
	Target string
	// Secured says to speak TLS first.
	Secured bool
	// Send is what to send after connecting; nil to listen first.
	Send []byte
	// Until are the bytes to read up to; nil to read until the peer closes or MaxBytes have come.
	Until []byte
	// MaxBytes is the most to read; zero for the constant of that name.
	MaxBytes uint32
	// Timeout is how long the whole may take; zero for what is left of the call.
	Timeout time.Duration
	Labels  Labels
}

// Received is what came back.
type Received struct {
	Connection Connection
	Bytes      []byte
	// Elapsed is how long it took from connected to the last byte, in microseconds.
	Elapsed uint64
	Labels  Labels
}

// Text returns the bytes as text; what is not UTF-8 is shown as a replacement character.
func (r *Received) Text() string {
	return strings.ToValidUTF8(string(r.Bytes), "\uFFFD")
}

// Resolve resolves an endpoint's name to the addresses that may be dialled.
func (h *Host) Resolve(endpoint Endpoint) ([]string, error) {
	return h.imports.Resolve(string(endpoint))
}

// Connect opens a TCP connection and closes it. With a timeout of zero the call's own deadline holds.
func (h *Host) Connect(endpoint Endpoint, timeout time.Duration) (*Connection, error) {
	return h.imports.Connect(string(endpoint), limit(timeout))
}

// InspectTLS opens a TLS connection, verifies it and closes it. With a timeout of zero the call's own deadline holds.
func (h *Host) InspectTLS(endpoint Endpoint, timeout time.Duration) (*TLSFacts, error) {
	return h.imports.InspectTLS(string(endpoint), limit(timeout))
}

// Transact opens a connection, sends, reads and closes it.
func (h *Host) Transact(exchange *Exchange) (*Received, error) {
	whole := *exchange
	if whole.MaxBytes == 0 {
		whole.MaxBytes = MaxBytes
	}
	return h.imports.Transact(&whole)
}
