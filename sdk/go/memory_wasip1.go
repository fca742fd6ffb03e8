package holdpoint

import (
	"encoding/binary"
	"math"
	"runtime/debug"
	"unsafe"
)

// The guest's memory in the component model's form: a record's fields one after the other, each at a multiple of its
// alignment; what may be absent has a flag before it, at the alignment of the whole.

// held keeps alive what only a number points to, until the host has read it.
var held holding

type holding struct {
	blocks [][]uint64
	texts  []string
	data   [][]byte
}

// mark returns what is held, to go back to.
func (h *holding) mark() holding {
	return *h
}

// release lets go of what was taken since a mark.
func (h *holding) release(mark holding) {
	*h = mark
}

// early is handed out before the runtime can allocate: the adapter for the system interface asks for its stack then.
var (
	early     [256 << 10]byte
	earlyUsed uintptr
	running   bool
)

func init() {
	running = true
}

// receiving calls an import whose answer the host puts into memory. No collection may run until it has returned: the
// collector looks at the clock, and no import may be called while the host hands over memory.
func receiving(call func()) {
	// This waits for a collection that is under way, and lets none begin.
	share := debug.SetGCPercent(-1)
	call()
	debug.SetGCPercent(share)
}

// pauseClock has the adapter answer with the time that it knows: the allocator may look at the clock too.
//
//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(paused bool)

// hostAllocates gives the host memory for what it hands over.
//
//go:wasmexport cabi_realloc
func hostAllocates(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	if !running {
		base := uintptr(unsafe.Pointer(&early))
		start := (base + earlyUsed + uintptr(align) - 1) &^ (uintptr(align) - 1)
		earlyUsed = start + uintptr(size) - base
		if earlyUsed > uintptr(len(early)) {
			return nil
		}
		return unsafe.Pointer(&early[start-base])
	}
	pauseClock(true)
	block := allocate(size)
	pauseClock(false)
	return block
}

// allocate returns zeroed memory that starts at a multiple of eight and stays until the call is over.
func allocate(size uint32) unsafe.Pointer {
	block := make([]uint64, (size+15)/8)
	held.blocks = append(held.blocks, block)
	return unsafe.Pointer(unsafe.SliceData(block))
}

func address(block unsafe.Pointer) uint32 {
	return uint32(uintptr(block))
}

// writer writes records.
type writer struct {
	bytes []byte
}

func (w *writer) align(to int) {
	for len(w.bytes)%to != 0 {
		w.bytes = append(w.bytes, 0)
	}
}

func (w *writer) skip(size int) {
	w.bytes = append(w.bytes, make([]byte, size)...)
}

func (w *writer) u8(value uint8) {
	w.bytes = append(w.bytes, value)
}

func (w *writer) u32(value uint32) {
	w.align(4)
	w.bytes = binary.LittleEndian.AppendUint32(w.bytes, value)
}

func (w *writer) u64(value uint64) {
	w.align(8)
	w.bytes = binary.LittleEndian.AppendUint64(w.bytes, value)
}

func (w *writer) f64(value float64) {
	w.u64(math.Float64bits(value))
}

func (w *writer) flag(value bool) {
	if value {
		w.u8(1)
	} else {
		w.u8(0)
	}
}

func (w *writer) text(value string) {
	held.texts = append(held.texts, value)
	w.u32(address(unsafe.Pointer(unsafe.StringData(value))))
	w.u32(uint32(len(value)))
}

func (w *writer) data(value []byte) {
	held.data = append(held.data, value)
	w.u32(address(unsafe.Pointer(unsafe.SliceData(value))))
	w.u32(uint32(len(value)))
}

func (w *writer) maybeText(value *string) {
	w.align(4)
	w.flag(value != nil)
	w.align(4)
	if value == nil {
		w.skip(8)
	} else {
		w.text(*value)
	}
}

func (w *writer) maybeU64(value *uint64) {
	w.align(8)
	w.flag(value != nil)
	if value == nil {
		w.u64(0)
	} else {
		w.u64(*value)
	}
}

func (w *writer) maybeU32(value *uint32) {
	w.align(4)
	w.flag(value != nil)
	if value == nil {
		w.u32(0)
	} else {
		w.u32(*value)
	}
}

func (w *writer) labels(labels Labels) {
	writeList(w, 4, labels, func(w *writer, pair Pair) {
		w.text(pair.Name)
		w.text(pair.Value)
	})
}

// writeList writes the elements elsewhere, and where that is.
func writeList[T any](w *writer, align int, list []T, write func(w *writer, element T)) {
	var elements writer
	for _, element := range list {
		write(&elements, element)
		elements.align(align)
	}
	w.u32(elements.finish())
	w.u32(uint32(len(list)))
}

// finish returns where the record is.
func (w *writer) finish() uint32 {
	block := allocate(uint32(len(w.bytes)))
	copy(unsafe.Slice((*byte)(block), len(w.bytes)), w.bytes)
	return address(block)
}

// reader reads records; what it returns is a copy.
type reader struct {
	at uintptr
}

func readerAt(place uint32) *reader {
	return &reader{uintptr(place)}
}

// load returns the next value, which stands at a multiple of its size.
func load[T any](r *reader) T {
	var value T
	size := unsafe.Sizeof(value)
	r.align(size)
	value = *(*T)(unsafe.Pointer(r.at))
	r.at += size
	return value
}

func (r *reader) align(to uintptr) {
	r.at = (r.at + to - 1) &^ (to - 1)
}

func (r *reader) u8() uint8      { return load[uint8](r) }
func (r *reader) u32() uint32    { return load[uint32](r) }
func (r *reader) u64() uint64    { return load[uint64](r) }
func (r *reader) flag() bool     { return r.u8() != 0 }
func (r *reader) text() string   { return string(r.data()) }
func (r *reader) status() int    { return int(load[uint16](r)) }
func (r *reader) seconds() int64 { return load[int64](r) }

func (r *reader) data() []byte {
	start, length := r.u32(), r.u32()
	return append([]byte{}, viewed(start, length)...)
}

func viewed(start, length uint32) []byte {
	if length == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(uintptr(start))), length)
}

// maybeText returns an empty text for one that isn't there.
func (r *reader) maybeText() string {
	r.align(4)
	there := r.flag()
	r.align(4)
	if !there {
		r.at += 8
		return ""
	}
	return r.text()
}

func (r *reader) maybeU64() *uint64 {
	r.align(8)
	there, value := r.flag(), r.u64()
	if !there {
		return nil
	}
	return &value
}

func (r *reader) labels() Labels {
	return readList(r, 4, func(r *reader) Pair { return Pair{r.text(), r.text()} })
}

func readList[T any](r *reader, align uintptr, read func(r *reader) T) []T {
	start, count := r.u32(), r.u32()
	if count == 0 {
		return nil
	}
	elements, list := readerAt(start), make([]T, count)
	for index := range list {
		elements.align(align)
		list[index] = read(elements)
	}
	elements.align(align)
	return list
}
