package fake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"holdpoint"
)

type settings struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

func kind(err error) holdpoint.HTTPErrorKind {
	var exchange *holdpoint.HTTPError
	if errors.As(err, &exchange) {
		return exchange.Kind
	}
	return 255
}

func TestWhatWasNotArrangedIsDeniedAndStillRemembered(t *testing.T) {
	world := NewWorld()

	_, err := world.Host().Get("endpoint:shop/")

	if kind(err) != holdpoint.HTTPDenied || len(world.Requests) != 1 {
		t.Errorf("%v %v", err, world.Requests)
	}
}

func TestRepliesComeOneAfterTheOtherAndTimePassesByThem(t *testing.T) {
	world := NewWorld()
	world.Bind("shop", "http://127.0.0.1:8080/")
	world.On("GET", "endpoint:shop/", Status(503), Error(holdpoint.HTTPConnect, "refused"), Status(200).After(time.Second))
	host := world.Host()

	first, _ := host.Get("http://127.0.0.1:8080/")
	_, refused := host.Get("endpoint:shop/")
	host.Get("endpoint:shop/")
	_, late := host.Do(holdpoint.NewRequest("GET", "endpoint:shop/").WithTimeout(time.Nanosecond))

	if first.Status != 503 || kind(refused) != holdpoint.HTTPConnect || kind(late) != holdpoint.HTTPTimeout {
		t.Errorf("%v %v %v", first, refused, late)
	}
	if passed := host.Monotonic(); passed != 2*time.Second+10*time.Millisecond {
		t.Errorf("%v passed", passed)
	}
}

func TestARequestCarriesWhatWasPutIntoIt(t *testing.T) {
	world := NewWorld()
	world.On("POST", "endpoint:shop/api?x=1&q=a%20b", Status(201).Text("12345"))
	request := holdpoint.NewRequest("POST", "endpoint:shop/api?x=1").WithQuery("q", "a b").WithMaxBody(2).
		WithField("a+b", "x {{secret:user}}!").WithField("c", "")

	answer, err := world.Host().Do(request)

	if err != nil || string(world.Requests[0].Body) != "a%2Bb=x+{{secret:user}}%21&c=" {
		t.Fatalf("%v %s", err, world.Requests[0].Body)
	}
	// The two bytes that came would be a number.
	var number int
	if answer.Text() != "12" || answer.JSON(&number) == nil {
		t.Errorf("%+v", answer)
	}
}

func TestABodyThatIsNoJSONIsAnInvalidRequestAndIsNotSent(t *testing.T) {
	world := NewWorld()
	world.On("GET", "endpoint:shop/", Status(200))
	flawed := holdpoint.NewRequest("POST", "endpoint:shop/").WithJSON(func() {})

	replies := world.Host().SendAll(flawed, holdpoint.NewRequest("GET", "endpoint:shop/"))

	if kind(replies[0].Err) != holdpoint.HTTPInvalidRequest || replies[1].Answer.Status != 200 || len(world.Requests) != 1 {
		t.Errorf("%+v", replies)
	}
}

func TestAPanicIsAnErrorWithMessageAndPlace(t *testing.T) {
	world := NewWorld()
	stumble := func(settings *settings, _ *holdpoint.Host, _ *holdpoint.Call) (*holdpoint.Verdict, error) {
		return nil, errors.New([]string{}[settings.Low])
	}

	_, failure := Check(world, stumble, settings{Low: 1})

	if failure == nil || failure.Kind != holdpoint.Internal || !strings.Contains(failure.Message, "index out of range [1]") ||
		!strings.Contains(failure.Message, "world_test.go:") {
		t.Errorf("%v", failure)
	}
	if len(world.LogLines) != 1 || !strings.Contains(world.LogLines[0].Message, "goroutine") {
		t.Errorf("%v", world.LogLines)
	}
}

func TestSettingsThatARuleFindsWrongAreNotRunWith(t *testing.T) {
	world := NewWorld()
	look := func(_ *settings, host *holdpoint.Host, _ *holdpoint.Call) (*holdpoint.Verdict, error) {
		host.Infof("looked")
		return new(holdpoint.Findings).Verdict("fine")
	}
	rule := func(settings *settings) []holdpoint.Problem {
		if settings.Low > settings.High {
			return []holdpoint.Problem{{Pointer: "/low", Message: "is above `high`"}}
		}
		return nil
	}

	_, failure := holdpoint.RunCheck(look, world.Host(), world.Call(settings{Low: 2, High: 1}), rule)

	if failure == nil || failure.Error() != "settings: /low: is above `high`" || len(world.LogLines) > 0 {
		t.Errorf("%v %v", failure, world.LogLines)
	}
}

const fixture = `{
	"fixture": 1, "check": "orders", "attempt": 2, "settings": {"low": 1}, "began": 1790000000000,
	"release": {"service": "shop", "environment": "test", "version": "1.5.0", "change": "feature", "strategy": "rolling"},
	"endpoints": {"shop": "http://127.0.0.1:8080"},
	"exchanges": [
		{"method": "GET", "url": "http://127.0.0.1:8080/a", "answer": {"status": 503, "body": "no"}},
		{"method": "GET", "url": "http://127.0.0.1:8080/a", "answer": {"status": 200, "body-hex": "00ff"}},
		{"method": "GET", "url": "http://127.0.0.1:8080/b", "failed": {"part": "tls", "why": "old"}}
	],
	"ended": {"word": "pass", "outcome": {"verdict": {"summary": "fine"}}}
}`

func TestWhatWasRecordedIsAnsweredInItsOrderAndNothingElse(t *testing.T) {
	fixture, err := ParseFixture([]byte(fixture))
	if err != nil {
		t.Fatal(err)
	}
	host := fixture.World().Host()

	first, _ := host.Get("endpoint:shop/a")
	second, _ := host.Get("endpoint:shop/a")
	_, third := host.Get("endpoint:shop/a")
	_, failed := host.Get("endpoint:shop/b")

	if first.Status != 503 || string(second.Body) != "\x00\xff" || kind(third) != holdpoint.HTTPDenied || kind(failed) != holdpoint.HTTPTLS {
		t.Errorf("%v %v %v %v", first, second, third, failed)
	}
	if call := fixture.Call(fixture.Settings()); call.Attempt != 2 || call.Release.Version != "1.5.0" || fixture.Word() != "pass" {
		t.Errorf("%+v", call)
	}
}

func TestWhatIsNoFixtureIsTold(t *testing.T) {
	for _, row := range [][3]string{
		{`"fixture": 1`, `"fixture": 2`, "format 2"},
		{`00ff`, `0`, "not hexadecimal"},
		{`"tls"`, `"tsl"`, "unknown part `tsl`"},
		{`"exchanges"`, `"exchange"`, "unknown field"},
		{`"body": "no"`, `"body-lost": 9`, "body of 9 bytes was not kept"},
		{`"failed": {"part": "tls", "why": "old"}`, `"request": {}`, "exchange 3"},
	} {
		_, err := ParseFixture([]byte(strings.Replace(fixture, row[0], row[1], 1)))
		if err == nil || !strings.Contains(err.Error(), row[2]) {
			t.Errorf("%s: %v", row[1], err)
		}
	}
}
