package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"holdpoint"
)

// send sends each request, one after the other or all together, and tells what came of each.
func send(settings *Settings, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	answered := 0
	for index, reply := range replies(settings, host) {
		request := settings.Requests[index]
		note := holdpoint.Finding{Subject: request.Method + " " + request.URL}
		if reply.Err == nil {
			answered++
			findings.Measure("total", reply.Answer.TotalMS(), "ms")
			tellAnswer(&note, request, reply.Answer)
		} else {
			tellError(&note, reply.Err)
		}
		findings.Add(note)
	}
	return findings.Verdict(fmt.Sprintf("%d of %d answered", answered, len(settings.Requests)))
}

func replies(settings *Settings, host *holdpoint.Host) []holdpoint.Reply {
	requests := make([]*holdpoint.Request, len(settings.Requests))
	for index, request := range settings.Requests {
		requests[index] = build(request)
	}
	if settings.Together {
		return host.SendAll(requests...)
	}
	replies := make([]holdpoint.Reply, len(requests))
	for index, request := range requests {
		replies[index].Answer, replies[index].Err = host.Do(request)
	}
	return replies
}

func build(setting requestSetting) *holdpoint.Request {
	request := holdpoint.NewRequest(setting.Method, setting.URL)
	for _, pair := range setting.Query {
		request.WithQuery(pair[0], pair[1])
	}
	for _, pair := range setting.Headers {
		request.WithHeader(pair[0], pair[1])
	}
	if setting.Body != nil {
		request.WithBody([]byte(*setting.Body))
	}
	if setting.BodyHex != nil {
		bytes, _ := hex.DecodeString(*setting.BodyHex)
		request.WithBody(bytes)
	}
	if setting.JSON != nil {
		request.WithJSON(setting.JSON)
	}
	var names []string
	for name := range setting.Form {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		request.WithField(name, setting.Form[name])
	}
	if setting.TimeoutMS != nil {
		request.WithTimeout(time.Duration(*setting.TimeoutMS) * time.Millisecond)
	}
	if setting.MaxBody != nil {
		request.WithMaxBody(*setting.MaxBody)
	}
	return request
}

func tellAnswer(note *holdpoint.Finding, request requestSetting, answer *holdpoint.Answer) {
	note.Message = fmt.Sprintf("answered %d", answer.Status)
	if utf8.Valid(answer.Body) {
		text := holdpoint.Excerpt(string(answer.Body))
		note.Observed = &text
	}
	sum := 0
	for _, letter := range answer.Body {
		sum += int(letter)
	}
	note.Labels = labels([]pair{
		{"bytes", strconv.Itoa(len(answer.Body))},
		{"sum", strconv.Itoa(sum)},
		{"hex", hex.EncodeToString(answer.Body[:min(16, len(answer.Body))])},
		{"truncated", yesOrNo(answer.Truncated)},
		{"url", answer.URL},
		{"protocol", answer.Protocol},
	})
	if request.ReadHeader != nil {
		values := strings.Join(answer.Header.Values(*request.ReadHeader), " | ")
		note.Labels = append(note.Labels, holdpoint.Pair{Name: "header", Value: values})
	}
	if request.Pointer != nil {
		note.Labels = append(note.Labels, holdpoint.Pair{Name: "at", Value: pointed(answer, *request.Pointer)})
	}
}

func pointed(answer *holdpoint.Answer, pointer string) string {
	value, there, err := answer.Pointer(pointer)
	text, isText := value.(string)
	switch {
	case err != nil:
		return "malformed"
	case !there:
		return "missing"
	case isText:
		return text
	default:
		written, _ := json.Marshal(value)
		return string(written)
	}
}

func tellError(note *holdpoint.Finding, err error) {
	var exchange *holdpoint.HTTPError
	if !errors.As(err, &exchange) {
		exchange = &holdpoint.HTTPError{Text: err.Error()}
	}
	words := []string{"denied", "invalid-request", "dns", "connect", "tls", "timeout", "protocol", "limit"}
	note.Message, note.Observed = "was not answered", &exchange.Text
	note.Labels = labels([]pair{{"error", words[exchange.Kind]}})
}

// need needs an answer: without one the call ends.
func need(url string, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	answer, err := host.Get(url)
	if err != nil {
		return nil, err
	}
	var findings holdpoint.Findings
	findings.ExpectEq("status", 200, answer.Status)
	return findings.Verdict("what was needed is there")
}

// answer expects an answer: without one that is what was found.
func answer(url string, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	answer, err := host.Get(url)
	if findings.ExpectAnswer("GET "+url, err) {
		findings.ExpectEq("status", 200, answer.Status)
	}
	return findings.Verdict("it answers")
}

// net tries everything below HTTP, which no fixture answers.
func net(target string, host *holdpoint.Host) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	endpoint := holdpoint.Endpoint(target)
	tell := func(operation string, err error) {
		note := holdpoint.Finding{Subject: operation + " " + target, Message: "was reached"}
		if err != nil {
			tellError(&note, err)
		}
		findings.Add(note)
	}
	_, err := host.Resolve(endpoint)
	tell("resolve", err)
	_, err = host.Connect(endpoint, 0)
	tell("connect", err)
	_, err = host.InspectTLS(endpoint, 0)
	tell("inspect-tls", err)
	_, err = host.Transact(&holdpoint.Exchange{Target: target, Send: []byte("PING\r\n"), MaxBytes: 64})
	tell("transact", err)
	return findings.Verdict("all four were tried")
}
