package stack

import (
	"fmt"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// watched passes calls on to a Handler, and reports each of them, and then the events that it caused, as Steps. It
// stands between layers only if somebody wants Steps.
type watched struct {
	next  reassembly.Handler
	conn  *conn
	layer string
}

// watch returns h, watched if somebody wants Steps.
func (c *conn) watch(h reassembly.Handler) reassembly.Handler {
	if c.d.opt.Steps == nil || h == nil {
		return h
	}
	return &watched{h, c, layerOf(h)}
}

// put lets a Handler take the place: a layer has decided what its stream is.
func (s *slot) put(c *conn, h reassembly.Handler) {
	if c.d.opt.Steps != nil && s.Handler != nil {
		c.step(decode.Step{Layer: layerOf(s.Handler), Call: decode.CallBecomes, Next: layerOf(h)})
	}
	s.Handler = c.watch(h)
}

// Data is reassembly.Handler.
func (w *watched) Data(d reassembly.Dir, k reassembly.Chunk) {
	w.call(decode.Step{Call: decode.CallData, Dir: d, Off: k.Off, N: int64(len(k.Data))}, func() { w.next.Data(d, k) })
}

// Gap is reassembly.Handler.
func (w *watched) Gap(d reassembly.Dir, off, n int64) {
	w.call(decode.Step{Call: decode.CallGap, Dir: d, Off: off, N: n}, func() { w.next.Gap(d, off, n) })
}

// Conflict is reassembly.Handler.
func (w *watched) Conflict(d reassembly.Dir, off, n int64) {
	w.call(decode.Step{Call: decode.CallConflict, Dir: d, Off: off, N: n}, func() { w.next.Conflict(d, off, n) })
}

// Close is reassembly.Handler.
func (w *watched) Close(d reassembly.Dir, k reassembly.CloseKind) {
	w.call(decode.Step{Call: decode.CallClose, Dir: d, Kind: k}, func() { w.next.Close(d, k) })
}

// call reports a step, makes the call, and reports the events that were emitted in it.
func (w *watched) call(s decode.Step, do func()) {
	s.Layer = w.layer
	w.conn.step(s)
	w.conn.nesting++
	do()
	w.emitted()
	w.conn.nesting--
}

// emitted reports the events that have not been reported yet.
func (w *watched) emitted() {
	d := w.conn.d
	for ; d.stepped < len(d.out.Events); d.stepped++ {
		if e := d.out.Events[d.stepped]; e.Kind != decode.KindStream {
			w.conn.step(decode.Step{Layer: w.layer, Call: decode.CallEmits, Event: e, Batch: d.out})
		}
	}
}

func (c *conn) step(s decode.Step) {
	s.Stream, s.Packet, s.Depth = c.stream, c.d.now.Packet, c.nesting
	c.d.opt.Steps(s)
}

// layerOf is the name of a layer: that of its type, or of its package if the type is the package's Conn.
func layerOf(h reassembly.Handler) string {
	if w, ok := h.(*watched); ok {
		return w.layer
	}
	pkg, name, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", h), "*"), ".")
	switch name {
	case "Conn":
		return pkg
	case "conn":
		return "tcp"
	case "frames":
		return "ws"
	}
	return name
}

// Inferred is reassembly.GapInferrer.
func (w *watched) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if i, ok := w.next.(reassembly.GapInferrer); ok {
		i.Inferred(d, off, n, least, most)
	}
}

// Upgraded is reassembly.Upgrader.
func (w *watched) Upgraded(d reassembly.Dir, off int64) bool {
	u, ok := w.next.(reassembly.Upgrader)
	return ok && u.Upgraded(d, off)
}

// Doubt is http2.Doubter.
func (w *watched) Doubt() {
	if x, ok := w.next.(interface{ Doubt() }); ok {
		x.Doubt()
	}
}
