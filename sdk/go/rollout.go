package holdpoint

// Share is how much of the traffic the released version is to have.
type Share struct {
	// Percent of all traffic, 1 to 100.
	Percent uint32
	Labels  Labels
}

// Rollout is a way to shift traffic to the released version, share by share. All of it comes back through the plan's
// rollback. Every call runs in a fresh sandbox: what must be remembered stands in the target system.
type Rollout interface {
	// Ready tells whether traffic can be shifted to this share. Changes nothing.
	Ready(host *Host, call *Call, share *Share) (*Readiness, error)
	// Shift gives the released version this share of the traffic.
	Shift(host *Host, call *Call, share *Share, order Order) (*Report, error)
	// Status tells how far the shift to this share under this key is. Changes nothing.
	Status(host *Host, call *Call, share *Share, key string) (*Status, error)
}

var theRollout registered[Rollout]

// RegisterRollout makes a plugin of a settings type whose pointer is a Rollout: call it from init, once. Settings with a
// method Validate are asked by it.
func RegisterRollout[S any, P interface {
	*S
	Rollout
}]() {
	theRollout.read = func(text string) (Rollout, []Problem) {
		settings, problems := acceptOwn[S](text)
		return P(settings), problems
	}
}
