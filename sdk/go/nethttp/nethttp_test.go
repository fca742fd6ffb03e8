package nethttp

import (
	"errors"
	"io"
	"strings"
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

func TestAClientOfNetHTTPGoesThroughTheHost(t *testing.T) {
	world := fake.NewWorld()
	world.On("POST", "endpoint:shop/login?x=1", fake.Status(303).Header("location", "/dashboard").Text("welcome"))
	client := Client(world.Host())

	response, err := client.Post(URL("endpoint:shop", "/login?x=1"), "text/plain", strings.NewReader("me"))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)

	if response.StatusCode != 303 || string(body) != "welcome" || response.Header.Get("Location") != "/dashboard" {
		t.Errorf("%v %s", response, body)
	}
	if sent := world.Requests[0]; string(sent.Body) != "me" || sent.Header.Get("content-type") != "text/plain" {
		t.Errorf("%+v", sent)
	}
}

func TestADenialStaysOneAndACutBodyIsNotWhole(t *testing.T) {
	world := fake.NewWorld()
	world.On("GET", "endpoint:shop/", fake.Status(200).Text("12345").CutAt(2))
	client := Client(world.Host())

	_, err := client.Get(URL("endpoint:shop", "/other"))
	response, _ := client.Get(URL("endpoint:shop", "/"))
	_, cut := io.ReadAll(response.Body)

	var denied *holdpoint.HTTPError
	if !errors.As(err, &denied) || denied.Kind != holdpoint.HTTPDenied || !errors.Is(cut, io.ErrUnexpectedEOF) {
		t.Errorf("%v %v", err, cut)
	}
}
