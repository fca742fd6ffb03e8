//go:build holdpoint_rollout

package holdpoint

//go:wasmexport holdpoint:plugin/shifter@0.1.0#validate
func exportValidate(start, length uint32) uint32 {
	_, problems := theRollout.read(settingsAt(start, length))
	return writeProblems(problems)
}

//go:wasmexport holdpoint:plugin/shifter@0.1.0#ready
func exportReady(arguments uint32) uint32 {
	r := readerAt(arguments)
	call, share := readCall(r), readShare(r)
	readiness, failure := with(theRollout, theHost, call, func(rollout Rollout) (*Readiness, error) {
		return rollout.Ready(theHost, call, share)
	})
	return writeResult(readiness, failure, writeReadiness)
}

//go:wasmexport holdpoint:plugin/shifter@0.1.0#shift
func exportShift(arguments uint32) uint32 {
	r := readerAt(arguments)
	call, share := readCall(r), readShare(r)
	order := Order{r.text(), r.u64()}
	report, failure := with(theRollout, theHost, call, func(rollout Rollout) (*Report, error) {
		return rollout.Shift(theHost, call, share, order)
	})
	return writeResult(report, failure, writeReport)
}

//go:wasmexport holdpoint:plugin/shifter@0.1.0#status
func exportStatus(arguments uint32) uint32 {
	r := readerAt(arguments)
	call, share := readCall(r), readShare(r)
	key := r.text()
	status, failure := with(theRollout, theHost, call, func(rollout Rollout) (*Status, error) {
		return rollout.Status(theHost, call, share, key)
	})
	return writeResult(status, failure, writeStatus)
}

func readShare(r *reader) *Share {
	return &Share{r.u32(), r.labels()}
}

// writeReadiness says "ready" only of a share that neither is refused nor claims to be there already, which a shift can't say.
func writeReadiness(w *writer, readiness *Readiness) {
	if refused := readiness.Refused + readiness.AlreadyThere; refused != "" {
		w.u8(1)
		w.text(refused)
		return
	}
	w.u8(0)
	w.text("")
}

func writeStatus(w *writer, status *Status) {
	w.u8(shiftProgress(status.Progress))
	w.maybeU32(status.Percent)
	w.text(status.Summary)
	w.labels(status.Labels)
}

// shiftProgress returns the number that progress has for shifts, which are never partial: such a one has failed.
func shiftProgress(progress Progress) uint8 {
	switch progress {
	case NotBegun, UnderWay, Complete:
		return uint8(progress)
	case Partial, HasFailed:
		return 3
	default:
		return 4
	}
}
