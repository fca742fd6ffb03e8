//go:build holdpoint_check

package holdpoint

//go:wasmexport holdpoint:plugin/checker@0.1.0#validate
func exportValidate(start, length uint32) uint32 {
	return writeProblems(theCheck.validate(settingsAt(start, length)))
}

//go:wasmexport holdpoint:plugin/checker@0.1.0#run
func exportRun(call uint32) uint32 {
	verdict, failure := theCheck.run(theHost, readCall(readerAt(call)))
	return writeResult(verdict, failure, writeVerdict)
}

func writeVerdict(w *writer, verdict *Verdict) {
	w.u8(uint8(verdict.Outcome))
	w.text(verdict.Summary)
	writeList(w, 4, verdict.Findings, writeFinding)
	writeList(w, 8, verdict.Measurements, writeMeasurement)
	w.labels(verdict.Labels)
}

func writeFinding(w *writer, finding Finding) {
	w.u8(uint8(finding.Level))
	w.text(finding.Subject)
	w.text(finding.Message)
	w.maybeText(finding.Expected)
	w.maybeText(finding.Observed)
	w.labels(finding.Labels)
}

func writeMeasurement(w *writer, measurement Measurement) {
	w.text(measurement.Name)
	w.align(8)
	w.u8(uint8(measurement.Sample.Kind))
	w.f64(measurement.Sample.Number)
	w.text(measurement.Unit)
	w.maybeU64(measurement.TakenAt)
	w.labels(measurement.Labels)
}
