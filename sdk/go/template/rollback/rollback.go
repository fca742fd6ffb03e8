// The {{name}} rollback: a deploy tool brings the previous version back.
//
// The tool tells what runs at GET /version, deploys at POST /deploys, and tells how a deploy with a key stands at
// GET /deploys/KEY. Each call runs in a fresh sandbox, so the tool remembers what was done under a key, not this.
package main

import (
	"fmt"

	"holdpoint"
)

// Settings say where the deploy tool is.
type Settings struct {
	// Tool is the deploy tool, as endpoint:NAME.
	Tool holdpoint.Endpoint `json:"tool"`
}

// Ready tells whether a rollback can be done.
func (s *Settings) Ready(host *holdpoint.Host, call *holdpoint.Call) (*holdpoint.Readiness, error) {
	previous := call.Release.PreviousVersion
	if previous == "" {
		return &holdpoint.Readiness{Refused: "the release names no previous version"}, nil
	}
	answer, err := host.Get(s.Tool.Below("/version"))
	if err != nil {
		return nil, err
	}
	var running struct{ Version string }
	if err := answer.JSON(&running); err != nil {
		return nil, err
	}
	if running.Version == previous {
		return &holdpoint.Readiness{AlreadyThere: previous + " runs"}, nil
	}
	return &holdpoint.Readiness{}, nil
}

// Plan says what a rollback would do.
func (s *Settings) Plan(_ *holdpoint.Host, call *holdpoint.Call) (*holdpoint.RollbackPlan, error) {
	previous := call.Release.PreviousVersion
	if previous == "" {
		return nil, holdpoint.Fails(holdpoint.BadSettings, "the release names no previous version")
	}
	summary := "deploy " + previous + " again"
	// The payload comes back, unread, when the step is carried out.
	step := holdpoint.Step{ID: "deploy", Summary: summary, Payload: previous}
	return &holdpoint.RollbackPlan{Summary: summary, Steps: []holdpoint.Step{step}}, nil
}

// Execute carries out the step.
func (s *Settings) Execute(host *holdpoint.Host, _ *holdpoint.Call, step *holdpoint.Step, order holdpoint.Order) (*holdpoint.Report, error) {
	wanted := map[string]any{"version": step.Payload, "key": order.Key, "fence": order.Fence}
	answer, err := host.PostJSON(s.Tool.Below("/deploys"), wanted)
	if err != nil {
		return nil, err
	}
	switch answer.Status {
	case 201:
		return &holdpoint.Report{End: holdpoint.Started, Summary: step.Payload + " is being deployed"}, nil
	case 200:
		return &holdpoint.Report{End: holdpoint.AlreadyDone, Summary: step.Payload + " was deployed before"}, nil
	default:
		return nil, holdpoint.Fails(holdpoint.Unavailable, fmt.Sprintf("the deploy tool answered %d", answer.Status))
	}
}

// Status tells how far the rollback under this key is.
func (s *Settings) Status(host *holdpoint.Host, _ *holdpoint.Call, _ *holdpoint.RollbackPlan, key string) (*holdpoint.Status, error) {
	answer, err := host.Get(s.Tool.Below("/deploys/" + key))
	if err != nil {
		return nil, err
	}
	if answer.Status == 404 {
		return &holdpoint.Status{Progress: holdpoint.NotBegun, Summary: "the deploy tool knows nothing of it"}, nil
	}
	var deploy struct{ State string }
	if err := answer.JSON(&deploy); err != nil {
		return nil, err
	}
	known := map[string]holdpoint.Progress{
		"running": holdpoint.UnderWay, "done": holdpoint.Complete, "failed": holdpoint.HasFailed,
	}
	progress, found := known[deploy.State]
	if !found {
		// What isn't known is never taken for a success.
		progress = holdpoint.Unknown
	}
	return &holdpoint.Status{Progress: progress, Summary: "the deploy is " + deploy.State}, nil
}

func init() { holdpoint.RegisterRollback[Settings]() }

func main() {}
