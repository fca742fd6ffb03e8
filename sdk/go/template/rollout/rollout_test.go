package main

import (
	"encoding/json"
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

var settings = &Settings{Tool: "endpoint:deploys"}

// tool is a deploy tool that gives a version this share.
func tool(version string, percent uint32) (*fake.World, *holdpoint.Host, *holdpoint.Call) {
	world := fake.NewWorld()
	said := map[string]any{"version": version, "percent": percent}
	world.On("GET", "endpoint:deploys/traffic", fake.Status(200).JSON(said))
	world.On("POST", "endpoint:deploys/traffic", fake.Status(201))
	return world, world.Host(), world.Call("{}")
}

func TestALargerShareCanBeGiven(t *testing.T) {
	_, host, call := tool("2.0.0", 10)

	readiness, err := settings.Ready(host, call, &holdpoint.Share{Percent: 25})

	if err != nil || *readiness != (holdpoint.Readiness{}) {
		t.Errorf("%+v %v", readiness, err)
	}
}

func TestTrafficIsNeverTakenAway(t *testing.T) {
	_, host, call := tool("2.0.0", 50)

	readiness, err := settings.Ready(host, call, &holdpoint.Share{Percent: 25})

	if err != nil || readiness.Refused != "it has 50 % already" {
		t.Errorf("%+v %v", readiness, err)
	}
}

func TestAShareIsAskedForUnderItsKey(t *testing.T) {
	world, host, call := tool("2.0.0", 10)

	report, err := settings.Shift(host, call, &holdpoint.Share{Percent: 25}, holdpoint.Order{Key: "k-1", Fence: 3})

	var sent struct {
		Version, Key   string
		Percent, Fence int
	}
	json.Unmarshal(world.Requests[0].Body, &sent)
	if err != nil || report.End != holdpoint.Started || sent.Version != "2.0.0" || sent.Key != "k-1" || sent.Percent != 25 || sent.Fence != 3 {
		t.Errorf("%+v %v %+v", report, err, sent)
	}
}

func TestAnotherVersionInItsPlaceIsAFailure(t *testing.T) {
	_, host, call := tool("1.9.0", 100)

	status, err := settings.Status(host, call, &holdpoint.Share{Percent: 25}, "k-1")

	if err != nil || status.Progress != holdpoint.HasFailed {
		t.Errorf("%+v %v", status, err)
	}
}
