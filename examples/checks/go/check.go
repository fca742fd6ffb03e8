// The order-flow check: orders something, as a customer does, and reads the order back.
package main

import (
	"fmt"
	"strings"

	"holdpoint"
)

// Settings say what to order, where, and how long it may take.
type Settings struct {
	Endpoint     holdpoint.Endpoint `json:"endpoint"`
	User         string             `json:"user"`
	Password     string             `json:"password"`
	Item         string             `json:"item"`
	Quantity     uint32             `json:"quantity"`
	MaxLatencyMS float64            `json:"max-latency-ms"`
}

// cart and order are what the shop says of them; the totals in cents.
type cart struct {
	ID    string
	Total uint64
}

type order struct {
	ID, State string
	Total     uint64
}

// visit is one customer's way through the shop.
type visit struct {
	settings *Settings
	host     *holdpoint.Host
	findings holdpoint.Findings
	cookies  string
}

func check(settings *Settings, host *holdpoint.Host, _ *holdpoint.Call) (*holdpoint.Verdict, error) {
	visit := visit{settings: settings, host: host}
	if err := visit.order(); err != nil {
		return nil, err
	}
	return visit.findings.Verdict(fmt.Sprintf("%d %s can be ordered, and the order is kept", settings.Quantity, settings.Item))
}

// order goes the customer's way, as far as it leads.
func (v *visit) order() error {
	settings := v.settings
	form := v.step("login form", 200, v.request("GET", "/login"))
	if form == nil {
		return nil
	}
	csrf, there := between(form.Text(), `name="csrf" value="`, `"`)
	if !v.findings.ExpectThere("login form: csrf", there) {
		return nil
	}
	login := v.request("POST", "/login").WithField("user", settings.User).WithField("password", settings.Password)
	if v.step("login", 303, login.WithField("csrf", csrf)) == nil {
		return nil
	}

	pieces := map[string]any{"sku": settings.Item, "quantity": settings.Quantity}
	answer := v.step("cart", 200, v.request("POST", "/api/cart").WithJSON(pieces))
	if answer == nil {
		return nil
	}
	var filled struct{ Cart cart }
	if err := answer.JSON(&filled); err != nil {
		return err
	}

	answer = v.step("checkout", 201, v.request("POST", "/api/checkout").WithJSON(map[string]any{"cart": filled.Cart.ID}))
	if answer == nil {
		return nil
	}
	v.findings.ExpectAtMost("checkout: latency", settings.MaxLatencyMS, answer.TotalMS(), "ms")
	v.findings.Measure("order-latency", answer.TotalMS(), "ms")
	var placed, kept struct{ Order order }
	if err := answer.JSON(&placed); err != nil {
		return err
	}

	answer = v.step("order", 200, v.request("GET", "/api/orders/"+placed.Order.ID))
	if answer == nil {
		return nil
	}
	if err := answer.JSON(&kept); err != nil {
		return err
	}
	v.findings.ExpectEq("order: total", filled.Cart.Total, kept.Order.Total)
	v.findings.ExpectEq("order: state", "accepted", kept.Order.State)
	return nil
}

// step sends a request, and returns the answer if it is the one that leads further.
func (v *visit) step(name string, status int, request *holdpoint.Request) *holdpoint.Answer {
	answer, err := v.host.Do(request)
	if !v.findings.ExpectAnswer(name, err) {
		return nil
	}
	v.findings.ExpectEq(name+": status", status, answer.Status)
	if answer.Status != status {
		return nil
	}
	var cookies []string
	for _, cookie := range answer.Header.Values("set-cookie") {
		pair, _, _ := strings.Cut(cookie, ";")
		cookies = append(cookies, pair)
	}
	if len(cookies) > 0 {
		v.cookies = strings.Join(cookies, "; ")
	}
	return answer
}

// request begins a request that carries the cookies of the visit.
func (v *visit) request(method, path string) *holdpoint.Request {
	request := holdpoint.NewRequest(method, v.settings.Endpoint.Below(path))
	if v.cookies != "" {
		request.WithHeader("cookie", v.cookies)
	}
	return request
}

func between(text, before, after string) (string, bool) {
	_, rest, found := strings.Cut(text, before)
	inside, _, closed := strings.Cut(rest, after)
	return inside, found && closed
}

func init() { holdpoint.Check(check) }

func main() {}
