package logging

import (
	"testing"

	"holdpoint"
	"holdpoint/fake"
)

func TestARecordIsOneLineOfTheLog(t *testing.T) {
	world := fake.NewWorld()

	New(world.Host()).With("shop", "a b").Warn("slow answer", "ms", 812)

	if len(world.LogLines) != 1 || world.LogLines[0] != (fake.Line{Severity: holdpoint.SeverityWarn, Message: `slow answer shop="a b" ms=812`}) {
		t.Errorf("%v", world.LogLines)
	}
}
