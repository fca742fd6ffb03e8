package main

import (
	"encoding/json"
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

var settings = &Settings{Tool: "endpoint:deploys"}

// tool is a deploy tool that says this, in JSON, at an address.
func tool(method, path string, status int, said any) (*fake.World, *holdpoint.Host, *holdpoint.Call) {
	world := fake.NewWorld()
	world.On(method, "endpoint:deploys"+path, fake.Status(status).JSON(said))
	return world, world.Host(), world.Call("{}")
}

func TestItIsReadyWhileTheReleasedVersionRuns(t *testing.T) {
	_, host, call := tool("GET", "/version", 200, map[string]string{"version": "2.0.0"})

	readiness, err := settings.Ready(host, call)

	if err != nil || *readiness != (holdpoint.Readiness{}) {
		t.Errorf("%+v %v", readiness, err)
	}
}

func TestThereIsNothingToDoWhenThePreviousVersionRunsAlready(t *testing.T) {
	_, host, call := tool("GET", "/version", 200, map[string]string{"version": "1.9.0"})

	readiness, err := settings.Ready(host, call)

	if err != nil || readiness.AlreadyThere != "1.9.0 runs" {
		t.Errorf("%+v %v", readiness, err)
	}
}

func TestTheOneStepDeploysThePreviousVersionUnderTheKey(t *testing.T) {
	world, host, call := tool("POST", "/deploys", 201, map[string]string{"state": "running"})
	plan, err := settings.Plan(host, call)
	if err != nil {
		t.Fatal(err)
	}

	report, err := settings.Execute(host, call, &plan.Steps[0], holdpoint.Order{Key: "k-1", Fence: 3})

	var sent struct {
		Version, Key string
		Fence        int
	}
	json.Unmarshal(world.Requests[0].Body, &sent)
	if err != nil || report.End != holdpoint.Started || sent.Version != "1.9.0" || sent.Key != "k-1" || sent.Fence != 3 {
		t.Errorf("%+v %v %+v", report, err, sent)
	}
}

func TestAStateThatNobodyKnowsIsNoSuccess(t *testing.T) {
	_, host, call := tool("GET", "/deploys/k-1", 200, map[string]string{"state": "splendid"})

	status, err := settings.Status(host, call, &holdpoint.RollbackPlan{}, "k-1")

	if err != nil || status.Progress != holdpoint.Unknown {
		t.Errorf("%+v %v", status, err)
	}
}
