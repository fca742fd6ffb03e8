package holdpoint

// What the host calls, in all three worlds: arguments and results between Go's form and the component model's.

// theHost is the host of the sandbox.
var theHost = NewHost(sandbox{})

// readCall reads the circumstances of a call, and leaves the reader where the next argument begins.
func readCall(r *reader) *Call {
	call := &Call{Settings: r.text()}
	release := &call.Release
	release.Service, release.Environment, release.Version = r.text(), r.text(), r.text()
	release.PreviousVersion, release.Artifact, release.Revision = r.maybeText(), r.maybeText(), r.maybeText()
	release.Change, release.Strategy, release.Labels = r.text(), r.text(), r.labels()
	call.Name, call.Attempt, call.DeadlineMS, call.Labels = r.text(), r.u32(), r.u64(), r.labels()
	r.align(8)
	return call
}

// writeResult writes a result whose sides begin with nothing larger than four bytes.
func writeResult[T any](value *T, failure *Failure, write func(w *writer, value *T)) uint32 {
	var w writer
	w.flag(failure != nil)
	w.align(4)
	if failure == nil {
		write(&w, value)
	} else {
		w.u8(uint8(failure.Kind))
		w.text(failure.Message)
	}
	return w.finish()
}

func writeProblems(problems []Problem) uint32 {
	var w writer
	writeList(&w, 4, problems, func(w *writer, problem Problem) {
		w.text(problem.Pointer)
		w.text(problem.Message)
		if problem.Hint == "" {
			w.maybeText(nil)
		} else {
			w.maybeText(&problem.Hint)
		}
	})
	return w.finish()
}

func settingsAt(start, length uint32) string {
	return string(viewed(start, length))
}

func writeReport(w *writer, report *Report) {
	w.u8(uint8(report.End))
	w.text(report.Summary)
	w.labels(report.Labels)
}
