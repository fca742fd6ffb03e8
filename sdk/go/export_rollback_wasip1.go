//go:build holdpoint_rollback

package holdpoint

//go:wasmexport holdpoint:plugin/restorer@0.1.0#validate
func exportValidate(start, length uint32) uint32 {
	_, problems := theRollback.read(settingsAt(start, length))
	return writeProblems(problems)
}

//go:wasmexport holdpoint:plugin/restorer@0.1.0#ready
func exportReady(arguments uint32) uint32 {
	call := readCall(readerAt(arguments))
	readiness, failure := with(theRollback, theHost, call, func(rollback Rollback) (*Readiness, error) {
		return rollback.Ready(theHost, call)
	})
	return writeResult(readiness, failure, writeReadiness)
}

//go:wasmexport holdpoint:plugin/restorer@0.1.0#plan
func exportPlan(arguments uint32) uint32 {
	call := readCall(readerAt(arguments))
	plan, failure := with(theRollback, theHost, call, func(rollback Rollback) (*RollbackPlan, error) {
		return rollback.Plan(theHost, call)
	})
	return writeResult(plan, failure, writePlan)
}

//go:wasmexport holdpoint:plugin/restorer@0.1.0#execute
func exportExecute(arguments uint32) uint32 {
	r := readerAt(arguments)
	call, step := readCall(r), readStep(r)
	order := Order{r.text(), r.u64()}
	report, failure := with(theRollback, theHost, call, func(rollback Rollback) (*Report, error) {
		return rollback.Execute(theHost, call, &step, order)
	})
	return writeResult(report, failure, writeReport)
}

//go:wasmexport holdpoint:plugin/restorer@0.1.0#status
func exportStatus(arguments uint32) uint32 {
	r := readerAt(arguments)
	call := readCall(r)
	plan := &RollbackPlan{r.text(), readList(r, 4, readStep), r.labels()}
	key := r.text()
	status, failure := with(theRollback, theHost, call, func(rollback Rollback) (*Status, error) {
		return rollback.Status(theHost, call, plan, key)
	})
	return writeResult(status, failure, func(w *writer, status *Status) {
		w.u8(uint8(status.Progress))
		w.text(status.Summary)
		w.labels(status.Labels)
	})
}

func readStep(r *reader) Step {
	return Step{r.text(), r.text(), r.text(), r.labels()}
}

func writePlan(w *writer, plan *RollbackPlan) {
	w.text(plan.Summary)
	writeList(w, 4, plan.Steps, func(w *writer, step Step) {
		w.text(step.ID)
		w.text(step.Summary)
		w.text(step.Payload)
		w.labels(step.Labels)
	})
	w.labels(plan.Labels)
}

func writeReadiness(w *writer, readiness *Readiness) {
	switch {
	case readiness.Refused != "":
		w.u8(2)
		w.text(readiness.Refused)
	case readiness.AlreadyThere != "":
		w.u8(1)
		w.text(readiness.AlreadyThere)
	default:
		w.u8(0)
		w.text("")
	}
}
