// The {{name}} check: a service says that it is well, and says it in time.
package main

import "holdpoint"

// Settings say where the service tells its health, and how fast it should.
type Settings struct {
	// URL is the address that tells the health, such as endpoint:shop/health.
	URL holdpoint.Target `json:"url"`
	// MaxLatencyMS is the longest acceptable time to answer, in milliseconds.
	MaxLatencyMS float64 `json:"max-latency-ms" default:"500"`
}

func check(settings *Settings, host *holdpoint.Host, _ *holdpoint.Call) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	answer, err := host.Get(settings.URL.String())
	// A service that doesn't answer has failed the check. With `return nil, err` instead, silence would be inconclusive.
	if findings.ExpectAnswer("health", err) {
		findings.ExpectEq("health: status", 200, answer.Status)
		findings.ExpectAtMost("health: latency", settings.MaxLatencyMS, answer.TotalMS(), "ms")
		findings.Measure("latency", answer.TotalMS(), "ms")
	}
	return findings.Verdict("the service is well")
}

func init() { holdpoint.Check(check) }

func main() {}
