// The {{name}} rollout: a deploy tool gives the released version a share of the traffic.
//
// The tool tells the share at GET /traffic and sets it at POST /traffic. Each call runs in a fresh sandbox, so the tool
// remembers what was done, not this. Traffic only ever moves towards the released version: the way back is the plan's
// rollback.
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

// traffic is what the tool says of it.
type traffic struct {
	Version string
	Percent uint32
}

func (s *Settings) traffic(host *holdpoint.Host) (traffic, error) {
	var traffic traffic
	answer, err := host.Get(s.Tool.Below("/traffic"))
	if err != nil {
		return traffic, err
	}
	return traffic, answer.JSON(&traffic)
}

// Ready tells whether traffic can be shifted to this share.
func (s *Settings) Ready(host *holdpoint.Host, call *holdpoint.Call, share *holdpoint.Share) (*holdpoint.Readiness, error) {
	traffic, err := s.traffic(host)
	switch {
	case err != nil:
		return nil, err
	case traffic.Version != call.Release.Version:
		why := fmt.Sprintf("%s is rolled out, not %s", traffic.Version, call.Release.Version)
		return &holdpoint.Readiness{Refused: why}, nil
	case traffic.Percent > share.Percent:
		return &holdpoint.Readiness{Refused: fmt.Sprintf("it has %d %% already", traffic.Percent)}, nil
	default:
		return &holdpoint.Readiness{}, nil
	}
}

// Shift gives the released version this share of the traffic.
func (s *Settings) Shift(host *holdpoint.Host, call *holdpoint.Call, share *holdpoint.Share, order holdpoint.Order) (*holdpoint.Report, error) {
	version := call.Release.Version
	wanted := map[string]any{"version": version, "percent": share.Percent, "key": order.Key, "fence": order.Fence}
	answer, err := host.PostJSON(s.Tool.Below("/traffic"), wanted)
	if err != nil {
		return nil, err
	}
	switch answer.Status {
	case 201:
		summary := fmt.Sprintf("%s is being given %d %%", version, share.Percent)
		return &holdpoint.Report{End: holdpoint.Started, Summary: summary}, nil
	case 200:
		summary := fmt.Sprintf("%s was given %d %% before", version, share.Percent)
		return &holdpoint.Report{End: holdpoint.AlreadyDone, Summary: summary}, nil
	default:
		return nil, holdpoint.Fails(holdpoint.Unavailable, fmt.Sprintf("the deploy tool answered %d", answer.Status))
	}
}

// Status tells how far the shift to this share is.
func (s *Settings) Status(host *holdpoint.Host, call *holdpoint.Call, share *holdpoint.Share, _ string) (*holdpoint.Status, error) {
	traffic, err := s.traffic(host)
	if err != nil {
		return nil, err
	}
	if traffic.Version != call.Release.Version {
		return &holdpoint.Status{Progress: holdpoint.HasFailed, Summary: traffic.Version + " is rolled out"}, nil
	}
	progress := holdpoint.UnderWay
	if traffic.Percent == share.Percent {
		progress = holdpoint.Complete
	}
	summary := fmt.Sprintf("%s has %d %%", traffic.Version, traffic.Percent)
	return &holdpoint.Status{Progress: progress, Percent: &traffic.Percent, Summary: summary}, nil
}

func init() { holdpoint.RegisterRollout[Settings]() }

func main() {}
