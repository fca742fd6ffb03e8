package fake

import (
	"fmt"

	"holdpoint"
)

// network is what has been arranged below HTTP, by target.
type network struct {
	names       map[string]func() ([]string, error)
	connections map[string]func() (*holdpoint.Connection, error)
	servers     map[string]func() (*holdpoint.TLSFacts, error)
	exchangers  map[string]func(exchange *holdpoint.Exchange) (*holdpoint.Received, error)
}

func newNetwork() network {
	return network{
		names:       map[string]func() ([]string, error){},
		connections: map[string]func() (*holdpoint.Connection, error){},
		servers:     map[string]func() (*holdpoint.TLSFacts, error){},
		exchangers:  map[string]func(*holdpoint.Exchange) (*holdpoint.Received, error){},
	}
}

// OnResolve arranges what an endpoint's name resolves to.
func (w *World) OnResolve(target string, addresses []string, err error) {
	w.network.names[target] = func() ([]string, error) { return addresses, err }
}

// OnConnect arranges how a TCP connection to an endpoint ends.
func (w *World) OnConnect(target string, connection *holdpoint.Connection, err error) {
	w.network.connections[target] = func() (*holdpoint.Connection, error) { return connection, err }
}

// OnInspectTLS arranges how a TLS connection to an endpoint ends.
func (w *World) OnInspectTLS(target string, facts *holdpoint.TLSFacts, err error) {
	w.network.servers[target] = func() (*holdpoint.TLSFacts, error) { return facts, err }
}

// OnTransact arranges what an endpoint says in an exchange.
func (w *World) OnTransact(target string, say func(exchange *holdpoint.Exchange) (*holdpoint.Received, error)) {
	w.network.exchangers[target] = say
}

// Connection returns a connection to an address with its port, made in 2 ms.
func Connection(address string) *holdpoint.Connection {
	return &holdpoint.Connection{Address: address, Resolve: 1_000, Connect: 1_000}
}

// Received returns what came back in an exchange.
func Received(bytes string) *holdpoint.Received {
	return &holdpoint.Received{Connection: *Connection("192.0.2.1:1"), Bytes: []byte(bytes), Elapsed: 1_000}
}

func (w imports) Resolve(target string) ([]string, error) {
	if arranged, there := w.network.names[target]; there {
		return arranged()
	}
	return nil, nothing("resolve", target)
}

func (w imports) Connect(target string, _ *uint32) (*holdpoint.Connection, error) {
	if arranged, there := w.network.connections[target]; there {
		return arranged()
	}
	return nil, nothing("connect", target)
}

func (w imports) InspectTLS(target string, _ *uint32) (*holdpoint.TLSFacts, error) {
	if arranged, there := w.network.servers[target]; there {
		return arranged()
	}
	return nil, nothing("inspect-tls", target)
}

func (w imports) Transact(exchange *holdpoint.Exchange) (*holdpoint.Received, error) {
	sent := *exchange
	w.Exchanges = append(w.Exchanges, &sent)
	if say, there := w.network.exchangers[exchange.Target]; there {
		return say(exchange)
	}
	return nil, nothing("transact", exchange.Target)
}

func nothing(operation, target string) error {
	return &holdpoint.HTTPError{Kind: holdpoint.HTTPDenied,
		Text: fmt.Sprintf("the test has arranged nothing for %s %s", operation, target)}
}
