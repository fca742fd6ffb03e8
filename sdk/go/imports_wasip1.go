package holdpoint

// sandbox is the host as it is in the sandbox.
type sandbox struct{}

//go:wasmimport holdpoint:plugin/http@0.1.0 send
func httpSend(method, methodLength, url, urlLength, headers, headerCount, hasBody, body, bodyLength, hasTimeout, timeout,
	hasMaxBody uint32, maxBody uint64, labels, labelCount, result uint32)

//go:wasmimport holdpoint:plugin/http@0.1.0 send-all
func httpSendAll(requests, count, result uint32)

//go:wasmimport holdpoint:plugin/net@0.1.0 resolve
func netResolve(target, targetLength, result uint32)

//go:wasmimport holdpoint:plugin/net@0.1.0 connect
func netConnect(target, targetLength, hasTimeout, timeout, result uint32)

//go:wasmimport holdpoint:plugin/net@0.1.0 inspect-tls
func netInspectTLS(target, targetLength, hasTimeout, timeout, result uint32)

//go:wasmimport holdpoint:plugin/net@0.1.0 transact
func netTransact(target, targetLength, secured, hasSend, send, sendLength, hasUntil, until, untilLength, maxBytes,
	hasTimeout, timeout, labels, labelCount, result uint32)

//go:wasmimport holdpoint:plugin/log@0.1.0 write
func logWrite(severity, message, messageLength uint32)

//go:wasmimport holdpoint:plugin/clock@0.1.0 now
func clockNow() uint64

//go:wasmimport holdpoint:plugin/clock@0.1.0 monotonic
func clockMonotonic() uint64

//go:wasmimport holdpoint:plugin/clock@0.1.0 sleep
func clockSleep(milliseconds uint32)

// resultBytes is room for the largest result of an import.
const resultBytes = 512

// place returns a reader of what was written.
func (w *writer) place() *reader {
	return readerAt(w.finish())
}

func (sandbox) Send(request *Request) (*Answer, error) {
	defer held.release(held.mark())
	record, result := writeRequest(request), address(allocate(resultBytes))
	r := record.place()
	method, methodLength, url, urlLength, headers, headerCount := r.u32(), r.u32(), r.u32(), r.u32(), r.u32(), r.u32()
	hasBody, body, bodyLength, hasTimeout, timeout := uint32(r.u8()), r.u32(), r.u32(), uint32(r.u8()), r.u32()
	r.align(8)
	hasMaxBody, maxBody, labels, labelCount := uint32(r.u8()), r.u64(), r.u32(), r.u32()
	receiving(func() {
		httpSend(method, methodLength, url, urlLength, headers, headerCount, hasBody, body, bodyLength, hasTimeout, timeout,
			hasMaxBody, maxBody, labels, labelCount, result)
	})
	reply := readReply(readerAt(result))
	return reply.Answer, reply.Err
}

func (sandbox) SendAll(requests []*Request) []Reply {
	defer held.release(held.mark())
	var list writer
	for _, request := range requests {
		list.bytes = append(list.bytes, writeRequest(request).bytes...)
		list.align(8)
	}
	place, result := list.finish(), address(allocate(8))
	receiving(func() { httpSendAll(place, uint32(len(requests)), result) })
	return readList(readerAt(result), 8, readReply)
}

func (sandbox) Resolve(target string) ([]string, error) {
	defer held.release(held.mark())
	start, length, result := lowered(target)
	receiving(func() { netResolve(start, length, result) })
	r := readerAt(result)
	failed := r.flag()
	r.align(4)
	if failed {
		return nil, readError(r)
	}
	return readList(r, 4, (*reader).text), nil
}

func (sandbox) Connect(target string, timeoutMS *uint32) (*Connection, error) {
	defer held.release(held.mark())
	start, length, result := lowered(target)
	has, timeout := flattened(timeoutMS)
	receiving(func() { netConnect(start, length, has, timeout, result) })
	return readResult(readerAt(result), readConnection)
}

func (sandbox) InspectTLS(target string, timeoutMS *uint32) (*TLSFacts, error) {
	defer held.release(held.mark())
	start, length, result := lowered(target)
	has, timeout := flattened(timeoutMS)
	receiving(func() { netInspectTLS(start, length, has, timeout, result) })
	return readResult(readerAt(result), readTLSFacts)
}

func (sandbox) Transact(exchange *Exchange) (*Received, error) {
	defer held.release(held.mark())
	start, length, result := lowered(exchange.Target)
	var secured uint32
	if exchange.Secured {
		secured = 1
	}
	hasSend, send, sendLength := flattenedBytes(exchange.Send)
	hasUntil, until, untilLength := flattenedBytes(exchange.Until)
	has, timeout := flattened(limit(exchange.Timeout))
	var labels writer
	labels.labels(exchange.Labels)
	r := labels.place()
	place, count := r.u32(), r.u32()
	receiving(func() {
		netTransact(start, length, secured, hasSend, send, sendLength, hasUntil, until, untilLength, exchange.MaxBytes, has,
			timeout, place, count, result)
	})
	return readResult(readerAt(result), readReceived)
}

func (sandbox) Log(severity Severity, message string) {
	defer held.release(held.mark())
	start, length, _ := lowered(message)
	logWrite(uint32(severity), start, length)
}

func (sandbox) Now() uint64               { return clockNow() }
func (sandbox) Monotonic() uint64         { return clockMonotonic() }
func (sandbox) Sleep(milliseconds uint32) { clockSleep(milliseconds) }

// lowered returns where a text is and how long, and room for a result.
func lowered(text string) (start, length, result uint32) {
	var w writer
	w.text(text)
	r := w.place()
	return r.u32(), r.u32(), address(allocate(resultBytes))
}

func flattened(value *uint32) (has, flat uint32) {
	if value == nil {
		return 0, 0
	}
	return 1, *value
}

func flattenedBytes(value []byte) (has, start, length uint32) {
	if value == nil {
		return 0, 0, 0
	}
	var w writer
	w.data(value)
	r := w.place()
	return 1, r.u32(), r.u32()
}

func writeRequest(request *Request) *writer {
	var w writer
	w.text(request.Method)
	w.text(request.URL)
	w.labels(Labels(request.Header))
	w.flag(request.Body != nil)
	w.data(request.Body)
	w.maybeU32(request.TimeoutMS())
	var maxBody *uint64
	if request.MaxBody > 0 {
		maxBody = &request.MaxBody
	}
	w.maybeU64(maxBody)
	w.labels(request.Labels)
	return &w
}

// readResult reads a result whose larger side holds numbers of eight bytes.
func readResult[T any](r *reader, read func(r *reader) T) (*T, error) {
	failed := r.flag()
	r.align(8)
	if failed {
		return nil, readError(r)
	}
	value := read(r)
	return &value, nil
}

func readError(r *reader) error {
	kind := HTTPErrorKind(r.u8())
	r.align(4)
	return &HTTPError{kind, r.text()}
}

// replyBytes is the size of one reply in a list.
const replyBytes = 192

func readReply(r *reader) Reply {
	r.align(8)
	start := r.at
	answer, err := readResult(r, readAnswer)
	r.at = start + replyBytes
	return Reply{answer, err}
}

func readAnswer(r *reader) Answer {
	answer := Answer{Status: r.status(), Header: Header(r.labels()), Body: r.data(), Truncated: r.flag(), URL: r.text()}
	answer.Address, answer.Protocol = r.maybeText(), r.text()
	r.align(8)
	answer.Timings = Timings{r.maybeU64(), r.maybeU64(), r.maybeU64(), r.u64(), r.u64()}
	r.align(8)
	there := r.flag()
	certificate := readCertificate(r)
	if there {
		answer.Certificate = &certificate
	}
	answer.Labels = r.labels()
	return answer
}

func readCertificate(r *reader) Certificate {
	r.align(8)
	certificate := Certificate{Subject: r.text(), Issuer: r.text(), Names: readList(r, 4, (*reader).text)}
	certificate.NotBefore, certificate.NotAfter, certificate.Fingerprint = r.seconds(), r.seconds(), r.text()
	r.align(8)
	return certificate
}

func readConnection(r *reader) Connection {
	r.align(8)
	connection := Connection{r.text(), r.u64(), r.u64(), r.labels()}
	r.align(8)
	return connection
}

func readTLSFacts(r *reader) TLSFacts {
	return TLSFacts{readConnection(r), r.u64(), r.text(), r.text(), readCertificate(r), r.labels()}
}

func readReceived(r *reader) Received {
	return Received{readConnection(r), r.data(), r.u64(), r.labels()}
}
