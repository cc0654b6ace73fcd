package http2

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

const (
	cli = reassembly.Fwd
	srv = reassembly.Rev
)

// recorder is a Sink that writes down what it is given, and follows CONNECT and what may be it.
type recorder struct {
	log     []string
	bad     []string
	rules   []string
	streams map[uint32]*tape
	// pending and mid say whether Pending and Midstream return a Handler.
	pending, mid bool
	reqs         []*Request
	resps        []*Response
}

// tape is the Handler of one stream.
type tape struct {
	r      *recorder
	id     uint32
	got    [2][]byte
	off    [2]int64
	notes  [2][]string
	passed int64
	closed [2]reassembly.CloseKind
	doubts int
	acks   [2][]int64
}

func newRecorder() *recorder {
	return &recorder{streams: map[uint32]*tape{}, pending: true, mid: true}
}

func (r *recorder) say(format string, a ...any) { r.log = append(r.log, fmt.Sprintf(format, a...)) }

func describe(h *Head) string {
	var b strings.Builder
	for _, f := range h.Fields {
		name, value := f.Name, f.Value
		if f.Unknown {
			name = "?" + name
		}
		fmt.Fprintf(&b, " %s=%s", name, value)
	}
	for _, w := range []struct {
		on   bool
		word string
	}{{h.EndStream, "END"}, {h.Partial, "PARTIAL"}, {h.Cut, "CUT"}, {h.Conflict, "CONFLICT"}, {h.Found, "FOUND"}} {
		if w.on {
			b.WriteString(" " + w.word)
		}
	}
	return b.String()
}

func (r *recorder) Request(q *Request) bool {
	r.say("request %d%s", q.Stream, describe(&q.Head))
	r.reqs = append(r.reqs, q)
	method, _ := q.Get(":method")
	return method == "CONNECT" || method == "" && q.Unknown()
}

func (r *recorder) Response(q *Request, s *Response) reassembly.Handler {
	to := "?"
	if q != nil {
		to = fmt.Sprint(q.Stream)
		if q.Stream != s.Stream {
			r.bad = append(r.bad, "response to another stream")
		}
	}
	r.say("response %d to %s%s", s.Stream, to, describe(&s.Head))
	r.resps = append(r.resps, s)
	if s.Status/100 != 2 {
		return nil
	}
	return r.tape(s.Stream)
}

func (r *recorder) tape(id uint32) reassembly.Handler {
	if t := r.streams[id]; t != nil {
		return t
	}
	t := &tape{r: r, id: id}
	r.streams[id] = t
	return t
}

func (r *recorder) Pending(q *Request) reassembly.Handler {
	r.say("pending %d", q.Stream)
	if !r.pending {
		return nil
	}
	return r.tape(q.Stream)
}

func (r *recorder) Midstream(id uint32, d reassembly.Dir) reassembly.Handler {
	r.say("midstream %d %d", id, d)
	if !r.mid {
		return nil
	}
	return r.tape(id)
}

func (r *recorder) Ending(e *Ending) {
	if e.Stream == 0 {
		r.say("goaway %d last %d %s %q", e.Dir, e.Last, e.Code, e.Debug)
		return
	}
	r.say("reset %d by %d %s known %v", e.Stream, e.Dir, e.Code, e.HasCode)
}

func (r *recorder) Finding(f *Finding) {
	r.rules = append(r.rules, fmt.Sprintf("%s %d: %s", f.Rule.ID, f.Stream, f.Detail))
}

func (t *tape) at(d reassembly.Dir, off, n int64) {
	if off != t.off[d] {
		t.r.bad = append(t.r.bad, fmt.Sprintf("stream %d direction %d goes on at %d instead of %d", t.id, d, off, t.off[d]))
	}
	if t.closed[d] != 0 || n <= 0 {
		t.r.bad = append(t.r.bad, fmt.Sprintf("stream %d direction %d: %d bytes, closed %d", t.id, d, n, t.closed[d]))
	}
	t.off[d] = off + n
	t.passed += n
}

func (t *tape) Data(d reassembly.Dir, ch reassembly.Chunk) {
	t.at(d, ch.Off, int64(len(ch.Data)))
	t.got[d] = append(t.got[d], ch.Data...)
	t.acks[d] = append(t.acks[d], ch.Ack)
}

func (t *tape) Gap(d reassembly.Dir, off, n int64) {
	t.at(d, off, n)
	t.notes[d] = append(t.notes[d], fmt.Sprintf("gap %d+%d", off, n))
	for range n {
		t.got[d] = append(t.got[d], '_')
	}
}

func (t *tape) Inferred(d reassembly.Dir, off, n, least, most int64) {
	if off != t.off[d] || t.closed[d] != 0 {
		t.r.bad = append(t.r.bad, fmt.Sprintf("unknown gap %d+%d at %d", off, n, t.off[d]))
	}
	if n > 0 {
		t.notes[d] = append(t.notes[d], fmt.Sprintf("inferred %d+%d (%d to %d)", off, n, least, most))
		return
	}
	t.notes[d] = append(t.notes[d], fmt.Sprintf("unknown %d", off))
}

func (t *tape) Conflict(d reassembly.Dir, off, n int64) {
	t.notes[d] = append(t.notes[d], fmt.Sprintf("conflict %d+%d", off, n))
}

func (t *tape) Doubt() { t.doubts++ }

func (t *tape) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if t.closed[d] != 0 {
		t.r.bad = append(t.r.bad, fmt.Sprintf("stream %d direction %d closed twice", t.id, d))
	}
	t.closed[d] = k
}

// all is everything that was recorded, but for how DATA was cut.
func (r *recorder) all() string {
	var b strings.Builder
	for _, l := range slices.Concat(r.log, r.rules) {
		fmt.Fprintln(&b, l)
	}
	for _, q := range r.reqs {
		fmt.Fprintf(&b, "%+v\n", *q)
	}
	for _, q := range r.resps {
		fmt.Fprintf(&b, "%+v\n", *q)
	}
	for _, id := range r.ids() {
		t := r.streams[id]
		slices.Sort(t.notes[0]) // a conflict may come at any time
		slices.Sort(t.notes[1])
		fmt.Fprintf(&b, "stream %d: %q %q %v closed %v doubted %v\n", id, t.got[0], t.got[1], t.notes, t.closed, t.doubts > 0 || r.doubted(id))
	}
	return b.String()
}

// doubted says whether the sections that opened a stream were in conflict.
func (r *recorder) doubted(id uint32) bool {
	for _, q := range r.reqs {
		if q.Stream == id && q.Conflict {
			return true
		}
	}
	for _, q := range r.resps {
		if q.Stream == id && q.Conflict {
			return true
		}
	}
	return false
}

func (r *recorder) ids() (out []uint32) {
	for id := range r.streams {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// event is one call of a Handler.
type event struct {
	d    reassembly.Dir
	data string
	gap  int64
	kind reassembly.CloseKind
	// conflict is the length of one that ends where the direction stands, minus back.
	conflict, back int64
	at             capture.Time
	// ack is what is acknowledged; 0 means all that came.
	ack int64
}

const noAck = -1

func c(data string) event                          { return event{d: cli, data: data} }
func s(data string) event                          { return event{d: srv, data: data} }
func hole(d reassembly.Dir, n int) event           { return event{d: d, gap: int64(n)} }
func (e event) acked(n int64) event                { e.ack = n; return e }
func (e event) when(t capture.Time) event          { e.at = t; return e }
func fin(d reassembly.Dir) event                   { return event{d: d, kind: reassembly.CloseFIN} }
func differ(d reassembly.Dir, n, back int64) event { return event{d: d, conflict: n, back: back} }

// feeder plays events into a Conn, with offsets and packet numbers as reassembly gives them.
type feeder struct {
	c      *Conn
	r      *recorder
	bytes  reassembly.Bytes
	off    [2]int64
	closed [2]bool
	packet int
	given  int64
	cut    int
}

func newFeeder(r *recorder, cfg Config) *feeder {
	f := &feeder{r: r}
	f.c = New(cfg, r, &f.bytes)
	return f
}

func (f *feeder) play(e event) {
	switch {
	case e.kind != 0:
		f.c.Close(e.d, e.kind)
		f.closed[e.d] = true
	case e.gap > 0:
		f.c.Gap(e.d, f.off[e.d], e.gap)
		f.off[e.d] += e.gap
		f.given += e.gap
	case e.conflict > 0:
		f.c.Conflict(e.d, f.off[e.d]-e.back-e.conflict, e.conflict)
	case e.data != "":
		f.packet++
		ack := e.ack
		if ack == 0 {
			ack = f.off[e.d.Other()]
		}
		f.chunks(e, ack)
	}
}

func (f *feeder) chunks(e event, ack int64) {
	size := len(e.data)
	if f.cut > 0 {
		size = f.cut
	}
	for data := []byte(e.data); len(data) > 0; {
		n := min(size, len(data))
		b := append([]byte(nil), data[:n]...)
		f.c.Data(e.d, reassembly.Chunk{Off: f.off[e.d], Data: b, Packet: f.packet, Time: e.at, Ack: ack})
		for i := range b {
			b[i] = '#' // what is kept must have been copied
		}
		f.off[e.d] += int64(n)
		f.given += int64(n)
		data = data[n:]
	}
}

// end closes what is open, as the end of a capture does, and checks the contract.
func (f *feeder) end(t testing.TB) {
	t.Helper()
	for d := range f.closed {
		if !f.closed[d] {
			f.c.Close(reassembly.Dir(d), reassembly.CloseEnd)
		}
	}
	passed := int64(0)
	for id, s := range f.r.streams {
		passed += s.passed
		if s.closed[0] == 0 || s.closed[1] == 0 {
			t.Errorf("stream %d was not closed: %v", id, s.closed)
		}
	}
	b := f.bytes
	if sum := b.HTTP + b.Undecoded + b.Missing + passed; sum != f.given {
		t.Errorf("account: HTTP %d + undecoded %d + missing %d + passed on %d = %d, given %d",
			b.HTTP, b.Undecoded, b.Missing, passed, sum, f.given)
	}
	for _, s := range f.r.bad {
		t.Error("contract: " + s)
	}
	if len(f.c.streams) != 0 || f.c.heldBytes != 0 || f.c.earlyCount != 0 {
		t.Errorf("kept at the end: %d streams, %d bytes, %d early", len(f.c.streams), f.c.heldBytes, f.c.earlyCount)
	}
}

func run(t testing.TB, cfg Config, events ...event) *feeder {
	t.Helper()
	return runWith(t, newRecorder(), cfg, 0, events...)
}

func runWith(t testing.TB, r *recorder, cfg Config, cut int, events ...event) *feeder {
	t.Helper()
	f := newFeeder(r, cfg)
	f.cut = cut
	for _, e := range events {
		f.play(e)
	}
	f.end(t)
	return f
}

// want compares the calls of the Sink with lines separated by " | ".
func want(t testing.TB, f *feeder, lines string) {
	t.Helper()
	if got := strings.Join(f.r.log, " | "); got != lines {
		t.Errorf("calls\n got  %s\n want %s", got, lines)
	}
}

func wantRules(t testing.TB, f *feeder, rules string) {
	t.Helper()
	if got := strings.Join(f.r.rules, " | "); got != rules {
		t.Errorf("findings\n got  %s\n want %s", got, rules)
	}
}

// wantStream compares what a stream was given in a direction, with a _ for each missing byte.
func wantStream(t testing.TB, f *feeder, id uint32, d reassembly.Dir, got, notes string, k reassembly.CloseKind) {
	t.Helper()
	s := f.r.streams[id]
	if s == nil {
		t.Fatalf("stream %d has no handler; calls %v", id, f.r.log)
	}
	if string(s.got[d]) != got || strings.Join(s.notes[d], ", ") != notes || s.closed[d] != k {
		t.Errorf("stream %d direction %d\n got  %q, %v, closed %d\n want %q, %s, closed %d", id, d, s.got[d], s.notes[d], s.closed[d], got, notes, k)
	}
}
