package main

import (
	"fmt"

	"holdpoint"
)

// fail returns the failure that the settings spell out.
func fail(settings *Settings) error {
	kind := at(settings.Kind, "settings", "unavailable", "denied", "internal")
	return holdpoint.Fails(holdpoint.FailureKind(kind), settings.Message)
}

// stumble panics, and nobody catches it.
//
//go:noinline
func stumble(message string) (*holdpoint.Verdict, error) {
	panic(message)
}

// allocate takes so much memory, and touches it.
func allocate(mib int) (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	findings.Met()
	var taken [][]byte
	for range mib {
		block := make([]byte, 1<<20)
		for place := range block {
			block[place] = 1
		}
		taken = append(taken, block)
	}
	return findings.Verdict(fmt.Sprintf("%d MiB were there", len(taken)))
}

// spin never ends.
func spin() (*holdpoint.Verdict, error) {
	for turns := 0; ; turns++ {
		if turns < 0 {
			turns = 0
		}
	}
}

// recurse calls itself without end.
func recurse() (*holdpoint.Verdict, error) {
	var findings holdpoint.Findings
	return findings.Verdict(fmt.Sprintf("%d deep", deeper(1)))
}

//go:noinline
func deeper(depth int) int {
	var room [64]int
	room[depth%64] = depth
	return deeper(depth+1) + room[depth%64]
}
