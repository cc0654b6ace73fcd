package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

const (
	cli = reassembly.Fwd
	srv = reassembly.Rev
)

// recorder is a Sink and a Handler that writes down what it is reported.
type recorder struct {
	log []string
	// hold, take, guess and foreign decide as a Sink would; nil means no.
	hold             func(*Request) bool
	take             func(*Request, *Response) bool
	pending, notHTTP bool
	req              []*Request
	resp             []*Response
	got              [2][]byte
	first            [2]int64
	passed, gaps     int64
	closes           [2]reassembly.CloseKind
	conflicts        []string
	packets          [2][]int
	begun            bool
	end              [2]int64
	broken           []string
	pendingReq       *Request
	// body is that under way in each direction, bodies are those that have ended, ends the packets of their ends.
	body   [2]string
	bodies []string
	ends   []int
}

func (r *recorder) Wants(q *Request, s *Response) bool {
	d := cli
	if s != nil {
		d = s.Dir
	}
	r.body[d] = ""
	return q == nil || q.Target != "/unwanted"
}

func (r *recorder) Body(d reassembly.Dir, p []byte) { r.body[d] += string(p) }

func (r *recorder) EndBody(d reassembly.Dir, at reassembly.Stamp, whole bool) {
	r.bodies = append(r.bodies, fmt.Sprintf("%d: %q %v", d, r.body[d], whole))
	r.ends = append(r.ends, at.Packet)
}

func newRecorder() *recorder {
	return &recorder{
		hold: func(r *Request) bool {
			_, up := r.Get("Upgrade")
			return up || r.Method == "CONNECT"
		},
		take: func(q *Request, r *Response) bool {
			return r.Status == 101 || q != nil && q.Method == "CONNECT" && r.Status/100 == 2
		},
		end: [2]int64{-1, -1},
	}
}

func (r *recorder) say(format string, a ...any) { r.log = append(r.log, fmt.Sprintf(format, a...)) }

func (r *recorder) Request(q *Request) bool {
	r.say("request %s %s", q.Method, q.Target)
	r.req = append(r.req, q)
	return r.hold(q)
}

func name(q *Request) string {
	if q == nil {
		return "?"
	}
	return q.Method + " " + q.Target
}

func (r *recorder) Response(q *Request, s *Response) reassembly.Handler {
	r.say("response %d to %s", s.Status, name(q))
	r.resp = append(r.resp, s)
	return r.when(r.take(q, s))
}

func (r *recorder) Pending(q *Request) reassembly.Handler {
	r.say("pending %s", name(q))
	r.pendingReq = q
	return r.when(r.pending)
}

func (r *recorder) NotHTTP(d reassembly.Dir) reassembly.Handler {
	r.say("not HTTP %d", d)
	return r.when(r.notHTTP)
}

func (r *recorder) when(yes bool) reassembly.Handler {
	if !yes {
		return nil
	}
	if r.begun {
		r.broken = append(r.broken, "taken over twice")
	}
	r.begun = true
	return (*taker)(r)
}

// taker is the Handler side of a recorder.
type taker recorder

func (t *taker) at(d reassembly.Dir, off, n int64) {
	if t.end[d] >= 0 && t.end[d] != off {
		t.broken = append(t.broken, fmt.Sprintf("direction %d goes on at %d instead of %d", d, off, t.end[d]))
	}
	if t.end[d] < 0 {
		t.first[d] = off
	}
	if t.closes[d] != 0 {
		t.broken = append(t.broken, "something follows Close")
	}
	t.end[d] = off + n
	t.passed += n
}

func (t *taker) Data(d reassembly.Dir, ch reassembly.Chunk) {
	if len(ch.Data) == 0 {
		t.broken = append(t.broken, "empty chunk")
	}
	t.at(d, ch.Off, int64(len(ch.Data)))
	t.got[d] = append(t.got[d], ch.Data...)
	for range ch.Data {
		t.packets[d] = append(t.packets[d], ch.Packet)
	}
}

func (t *taker) Gap(d reassembly.Dir, off, n int64) {
	t.at(d, off, n)
	t.gaps += n
}

func (t *taker) Conflict(d reassembly.Dir, off, n int64) {
	t.conflicts = append(t.conflicts, fmt.Sprintf("%d:%d+%d", d, off, n))
}

func (t *taker) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if t.closes[d] != 0 {
		t.broken = append(t.broken, "closed twice")
	}
	t.closes[d] = k
}

// nothing stands for an acknowledgment of 0; an ack of 0 means all that came of the other direction so far.
const nothing = -2

// event is one call of a Handler: data, a gap or a close.
type event struct {
	d     reassembly.Dir
	data  string
	gap   int64
	kind  reassembly.CloseKind
	at    capture.Time
	ack   int64
	noAck bool
}

// feeder plays events into a Conn, with offsets and packet numbers as reassembly gives them.
type feeder struct {
	c      *Conn
	r      *recorder
	bytes  reassembly.Bytes
	off    [2]int64
	packet int
	given  int64
	cut    int
}

func newFeeder(r *recorder, l Limits) *feeder {
	f := &feeder{r: r}
	f.c = New(r, l, &f.bytes)
	return f
}

// play feeds one event; data is cut into pieces of f.cut bytes where that is not 0.
func (f *feeder) play(e event) {
	switch {
	case e.kind != 0:
		f.c.Close(e.d, e.kind)
	case e.gap > 0:
		f.c.Gap(e.d, f.off[e.d], e.gap)
		f.off[e.d] += e.gap
		f.given += e.gap
	case e.data != "":
		f.packet++
		ack := e.ack
		switch {
		case e.noAck:
			ack = -1
		case ack == nothing:
			ack = 0
		case ack == 0:
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

// end closes both directions, as the end of a capture does.
func (f *feeder) end(ds ...reassembly.Dir) {
	for _, d := range ds {
		f.c.Close(d, reassembly.CloseEnd)
	}
}

// check holds the account against what was given, and the order of what was passed on.
func (f *feeder) check(t testing.TB) {
	t.Helper()
	b := f.bytes
	if sum := b.HTTP + b.Undecoded + b.Missing + f.r.passed; sum != f.given {
		t.Errorf("account: HTTP %d + undecoded %d + missing %d + passed on %d = %d, given %d",
			b.HTTP, b.Undecoded, b.Missing, f.r.passed, sum, f.given)
	}
	for _, s := range f.r.broken {
		t.Error("next handler: " + s)
	}
	for d := range f.c.half {
		if !f.c.half[d].held.Empty() {
			t.Errorf("direction %d still holds %d items", d, f.c.half[d].held.Len())
		}
	}
}

// run plays events in order, ends the capture and returns what was recorded.
func run(t testing.TB, r *recorder, events ...event) *feeder {
	t.Helper()
	f := newFeeder(r, Limits{})
	for _, e := range events {
		f.play(e)
	}
	f.end(cli, srv)
	f.check(t)
	return f
}

func c(data string) event { return event{d: cli, data: data} }
func s(data string) event { return event{d: srv, data: data} }

func hole(d reassembly.Dir, n int64) event { return event{d: d, gap: n} }

// want compares the record with lines separated by " | ".
func want(t testing.TB, r *recorder, lines string) {
	t.Helper()
	if got := strings.Join(r.log, " | "); got != lines {
		t.Errorf("calls\n got  %s\n want %s", got, lines)
	}
}

func wantPassed(t testing.TB, r *recorder, fromClient, fromServer string) {
	t.Helper()
	if got := string(r.got[cli]); got != fromClient {
		t.Errorf("passed on from the client: got %q, want %q", got, fromClient)
	}
	if got := string(r.got[srv]); got != fromServer {
		t.Errorf("passed on from the server: got %q, want %q", got, fromServer)
	}
}

const (
	get     = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
	get2    = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
	upgrade = "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	ok5     = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	switch1 = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
)
