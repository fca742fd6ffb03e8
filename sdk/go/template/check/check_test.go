package main

import (
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

var settings = map[string]any{"url": "endpoint:shop/health"}

func TestAServiceThatIsWellPasses(t *testing.T) {
	fixture, err := fake.ReadFixture("fixtures/healthy.json")
	if err != nil {
		t.Fatal(err)
	}

	verdict, failure := fake.Play(fixture, check)

	if failure != nil || verdict.Outcome != holdpoint.Pass || verdict.Summary != "the service is well" {
		t.Errorf("%+v %v", verdict, failure)
	}
}

func TestAServiceThatIsNotWellFailsWithBothSides(t *testing.T) {
	world := fake.NewWorld()
	world.On("GET", "endpoint:shop/health", fake.Status(503))

	verdict, failure := fake.Check(world, check, settings)

	if failure != nil || verdict.Outcome != holdpoint.Fail || verdict.Summary != "health: status is 503 instead of 200" {
		t.Errorf("%+v %v", verdict, failure)
	}
}

func TestAServiceThatIsDownFails(t *testing.T) {
	world := fake.NewWorld()
	world.On("GET", "endpoint:shop/health", fake.Error(holdpoint.HTTPConnect, "refused"))

	verdict, failure := fake.Check(world, check, settings)

	if failure != nil || verdict.Outcome != holdpoint.Fail || verdict.Summary != "health does not answer" {
		t.Errorf("%+v %v", verdict, failure)
	}
}
