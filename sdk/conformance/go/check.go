// The conformance plugin: does what its settings say, so that cases can show what the SDK makes of it.
package main

import "holdpoint"

func check(settings *Settings, host *holdpoint.Host, call *holdpoint.Call) (*holdpoint.Verdict, error) {
	switch settings.Do {
	case "say":
		return say(settings), nil
	case "flood":
		return flood(settings.Count), nil
	case "echo":
		return echo(call)
	case "weigh":
		return weigh(settings.Text)
	case "count":
		return count()
	case "order":
		return order(settings)
	case "log":
		return log(settings.Lines, host)
	case "clock":
		return clock(settings.SleepMS, host)
	case "expect":
		return expect(settings)
	case "send":
		return send(settings, host)
	case "need":
		return need(settings.URL, host)
	case "answer":
		return answer(settings.URL, host)
	case "net":
		return net(settings.Target, host)
	case "fail":
		return nil, fail(settings)
	case "throw":
		return stumble(settings.Message)
	case "allocate":
		return allocate(settings.MiB)
	case "spin":
		return spin()
	case "recurse":
		return recurse()
	default:
		var findings holdpoint.Findings
		return findings.Verdict("there was nothing to do")
	}
}

func init() { holdpoint.Check(check, examine) }

func main() {}
