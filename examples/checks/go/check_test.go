package main

import (
	"encoding/json"
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

func play(t *testing.T, name string) *fake.Fixture {
	t.Helper()
	fixture, err := fake.ReadFixture("fixtures/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return fixture
}

func TestWhatWasRecordedEndsAsItDid(t *testing.T) {
	for _, name := range []string{"good-release", "bad-release"} {
		fixture := play(t, name)

		verdict, failure := fake.Play(fixture, check)

		if failure != nil || verdict.Outcome.String() != fixture.Word() || verdict.Summary != fixture.Summary() {
			t.Errorf("%s: %+v %v", name, verdict, failure)
		}
	}
}

func TestAnOrderThatTakesTooLongIsAFinding(t *testing.T) {
	fixture := play(t, "good-release")
	var settings map[string]any
	json.Unmarshal([]byte(fixture.Settings()), &settings)
	settings["max-latency-ms"] = 0.5

	verdict, failure := fake.Check(fixture.World(), check, settings)

	if failure != nil || verdict.Summary != "checkout: latency is 0.812 ms, more than 0.5 ms" {
		t.Errorf("%+v %v", verdict, failure)
	}
}

func TestAShopThatIsDownIsAFindingAndNotAnError(t *testing.T) {
	fixture := play(t, "good-release")
	world := fake.NewWorld()
	world.On("GET", "endpoint:shop/login", fake.Error(holdpoint.HTTPConnect, "refused"))

	verdict, failure := fake.Check(world, check, fixture.Settings())

	if failure != nil || verdict.Summary != "login form does not answer" {
		t.Errorf("%+v %v", verdict, failure)
	}
}
