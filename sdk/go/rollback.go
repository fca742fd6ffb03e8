package holdpoint

// Readiness says whether something can be done. The zero value says that it can.
type Readiness struct {
	// AlreadyThere, when it isn't empty, says that the previous version runs already, and how that is known.
	AlreadyThere string
	// Refused, when it isn't empty, says why it can't be done.
	Refused string
}

// Step is one step of a rollback.
type Step struct {
	// ID is unique within the plan.
	ID string
	// Summary is what the step does, in one sentence.
	Summary string
	// Payload is what the step needs to know when it is carried out; the host hands it back unread.
	Payload string
	Labels  Labels
}

// RollbackPlan is what a rollback would do.
type RollbackPlan struct {
	// Summary is the whole, in one sentence.
	Summary string
	// Steps are carried out in this order.
	Steps  []Step
	Labels Labels
}

// End says how a step or a shift ended.
type End uint8

// The ends.
const (
	// Done: it was carried out.
	Done End = iota
	// AlreadyDone: it had been carried out before; nothing was changed.
	AlreadyDone
	// Started: it was started; Status tells when it has ended.
	Started
)

// String returns the end's word.
func (e End) String() string {
	return word(int(e), "done", "already-done", "started")
}

// Report is what a step or a shift did.
type Report struct {
	End End
	// Summary is what was done, in one sentence.
	Summary string
	Labels  Labels
}

// Progress says how far a rollback or a shift is.
type Progress uint8

// The stages of progress.
const (
	// NotBegun: nothing of it has begun.
	NotBegun Progress = iota
	// UnderWay: it is under way.
	UnderWay
	// Complete: it is complete.
	Complete
	// Partial: some of it is done, and the rest will not happen by itself. For rollbacks only.
	Partial
	// HasFailed: it failed.
	HasFailed
	// Unknown: it could not be found out.
	Unknown
)

// String returns the stage's word.
func (p Progress) String() string {
	return word(int(p), "not-begun", "under-way", "complete", "partial", "failed", "unknown")
}

// Status is what the target system says of a rollback or a shift.
type Status struct {
	Progress Progress
	// Percent is the share that the released version has at this moment, if the target system tells. For shifts only.
	Percent *uint32
	// Summary is what was seen, in one sentence.
	Summary string
	Labels  Labels
}

// Order says under which key something is carried out.
type Order struct {
	// Key is the same for the same order, however often it is asked for: what was done under it is not done again.
	Key string
	// Fence grows with each owner of the run: a target that knows a larger one refuses.
	Fence uint64
}

// Rollback is a way back to the previous version. Every call runs in a fresh sandbox: what must be remembered stands in the
// plan or in the target system.
type Rollback interface {
	// Ready tells whether a rollback can be done. Changes nothing.
	Ready(host *Host, call *Call) (*Readiness, error)
	// Plan says what a rollback would do. Changes nothing.
	Plan(host *Host, call *Call) (*RollbackPlan, error)
	// Execute carries out one step.
	Execute(host *Host, call *Call, step *Step, order Order) (*Report, error)
	// Status tells how far the rollback under this key is. Changes nothing.
	Status(host *Host, call *Call, plan *RollbackPlan, key string) (*Status, error)
}

// Validator is for settings that can be wrong in ways that their types don't say.
type Validator interface {
	Validate() []Problem
}

// registered is a plugin whose settings do the work.
type registered[P any] struct {
	read func(settings string) (P, []Problem)
}

var theRollback registered[Rollback]

// RegisterRollback makes a plugin of a settings type whose pointer is a Rollback: call it from init, once. Settings with a
// method Validate are asked by it.
func RegisterRollback[S any, P interface {
	*S
	Rollback
}]() {
	theRollback.read = func(text string) (Rollback, []Problem) {
		settings, problems := acceptOwn[S](text)
		return P(settings), problems
	}
}

// acceptOwn reads settings that know their own rules.
func acceptOwn[S any](text string) (*S, []Problem) {
	return accept(text, []func(*S) []Problem{func(settings *S) []Problem {
		if validator, ok := any(settings).(Validator); ok {
			return validator.Validate()
		}
		return nil
	}})
}

// with asks something of a plugin's settings.
func with[P, T any](plugin registered[P], host *Host, call *Call, do func(settings P) (*T, error)) (*T, *Failure) {
	return guarded(host, func() (*T, error) {
		settings, problems := plugin.read(call.Settings)
		if len(problems) > 0 {
			return nil, unfit(problems)
		}
		return do(settings)
	})
}
