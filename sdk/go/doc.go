// Package holdpoint writes Holdpoint checks, rollbacks and rollouts in Go.
//
// A check is a struct of settings, a function that looks, and one registration:
//
//	type Settings struct {
//		URL        holdpoint.Target `json:"url"`
//		MaxLatency float64          `json:"max-latency"`
//	}
//
//	func check(settings *Settings, host *holdpoint.Host, call *holdpoint.Call) (*holdpoint.Verdict, error) {
//		var findings holdpoint.Findings
//		answer, err := host.Get(settings.URL.String())
//		if findings.ExpectAnswer(settings.URL.String(), err) {
//			findings.ExpectEq("status", 200, answer.Status)
//			findings.ExpectAtMost("latency", settings.MaxLatency, answer.TotalMS(), "ms")
//			findings.Measure("latency", answer.TotalMS(), "ms")
//		}
//		return findings.Verdict(call.Release.Service + " is healthy")
//	}
//
//	func init() { holdpoint.Check(check) }
//
//	func main() {}
//
// In the sandbox the host is the real one; in a test it comes from package fake.
package holdpoint
