package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
	"pgregory.net/rapid"
)

// told is everything that a recorder was reported, but for how the bytes passed on were cut.
func (r *recorder) told() string {
	var b strings.Builder
	for _, l := range r.log {
		fmt.Fprintln(&b, l)
	}
	for _, q := range r.req {
		fmt.Fprintf(&b, "%+v\n", *q)
	}
	for _, s := range r.resp {
		fmt.Fprintf(&b, "%+v\n", *s)
	}
	fmt.Fprintf(&b, "bodies %s\n", r.bodies)
	fmt.Fprintf(&b, "passed on %q %q %v from %v gaps %d closed %v conflicts %v", r.got[0], r.got[1], r.packets, r.first, r.gaps, r.closes, r.conflicts)
	return b.String()
}

// conversations are plays that go through every state.
var conversations = []struct {
	name   string
	events []event
}{
	{"upgrade", []event{c("\r\n" + upgrade + "CC"), s(switch1 + "SS"), c("DD"), s("TT")}},
	{"keep-alive", []event{c(get), s(ok5), c(get2), s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\nA: b\r\n\r\n"), c(upgrade), s("HTTP/1.1 103 E\r\n\r\n" + switch1 + "SS"), c("CC")}},
	{"pipelined", []event{c("HEAD / HTTP/1.1\r\n\r\n" + get + upgrade + get2), s("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" + ok5 + ok5 + ok5)}},
	{"odd fields", []event{c("GET / HTTP/1.1\nA : b\r\n\tc\r\nnone\r\n: d\n\r\n"), s("HTTP/1.0 404\r\n\r\nuntil close")}},
	{"gaps", []event{c(get), s(ok5[:41]), hole(srv, 1), s("lo" + ok5[:20]), hole(srv, 5), s("xx" + ok5), s(ok5), c(upgrade), hole(srv, 9), s("\x81\x01x")}},
	{"partial", []event{c(upgrade), s(switch1[:50]), hole(srv, 9), s("SS"), c("CC")}},
	{"foreign", []event{c("\x16\x03\x01"), s(ok5)}},
	{"foreign later", []event{c(get + "\x16\x03\x01"), c(get2), s(ok5 + "xx yy\n"), s(ok5)}},
	{"response first", []event{{d: srv, data: switch1 + "SS", ack: 100}, {d: cli, data: upgrade, ack: nothing}, c("CC")}},
	{"client only", []event{c(upgrade), {d: cli, data: "CC", ack: 50}, {d: cli, data: "DD", ack: 50, at: capture.Time(2e9)}, c("EE")}},
	{"server only", []event{{d: srv, data: "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", ack: 20}, {d: srv, data: ok5, ack: 50}, {d: srv, data: switch1 + "SS", ack: 90}}},
	{"bad length", []event{c("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), c(get), s(ok5 + ok5)}},
	{"early answer", []event{c(upgrade[:len(upgrade)-2] + "Content-Length: 4\r\n\r\n12"), s(switch1 + "SS"), c("34CC")}},
}

func playAll(events []event, take bool, cut func(n int) int) *feeder {
	r := newRecorder()
	r.pending, r.notHTTP = take, take
	f := newFeeder(r, Limits{})
	for _, e := range events {
		f.cut = cut(len(e.data))
		f.play(e)
	}
	f.end(srv, cli)
	return f
}

func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	for _, row := range conversations {
		for _, take := range []bool{false, true} {
			whole := playAll(row.events, take, func(int) int { return 0 })
			whole.check(t)
			for size := 1; size < 200; size++ {
				f := playAll(row.events, take, func(int) int { return size })
				f.check(t)
				if got, want := f.r.told(), whole.r.told(); got != want {
					t.Fatalf("%s, taken %v, cut into %d:\n got  %s\n want %s", row.name, take, size, got, want)
				}
				if f.bytes != whole.bytes {
					t.Fatalf("%s, taken %v, cut into %d: account %+v, want %+v", row.name, take, size, f.bytes, whole.bytes)
				}
			}
		}
	}
}

// piece draws the next thing that a direction sends.
func piece(t *rapid.T, d reassembly.Dir) string {
	requests := []string{get, get2, upgrade, "\r\n", "HEAD /h HTTP/1.1\r\n\r\n", "POST /p HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
		"CONNECT h:1 HTTP/1.1\r\n\r\n", "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "G", "\x81\x80", "POST / HTTP/1.1\r\nContent-Length: -\r\n\r\n"}
	responses := []string{ok5, switch1, "HTTP/1.1 100 C\r\n\r\n", "HTTP/1.1 204 N\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", "0\r\n\r\n", "H", "\x81\x01x", "\r\n"}
	if d == cli {
		return rapid.SampledFrom(requests).Draw(t, "request")
	}
	return rapid.SampledFrom(responses).Draw(t, "response")
}

func drawEvents(t *rapid.T) (out []event) {
	now := capture.Time(0)
	for range rapid.IntRange(1, 12).Draw(t, "events") {
		e := event{d: reassembly.Dir(rapid.IntRange(0, 1).Draw(t, "dir")), noAck: rapid.Bool().Draw(t, "noAck")}
		e.ack = int64(rapid.IntRange(0, 1).Draw(t, "ack")) * 300
		now += capture.Time(rapid.SampledFrom([]int64{0, 1e6, 6e8}).Draw(t, "pause"))
		e.at = now
		if rapid.IntRange(0, 7).Draw(t, "gap") == 0 {
			e.gap = int64(rapid.IntRange(1, 60).Draw(t, "missing"))
		} else {
			for range rapid.IntRange(1, 3).Draw(t, "pieces") {
				e.data += piece(t, e.d)
			}
			if n := len(e.data); rapid.IntRange(0, 4).Draw(t, "part") == 0 {
				e.data = e.data[:rapid.IntRange(1, n).Draw(t, "length")]
			}
		}
		out = append(out, e)
	}
	return out
}

func TestAnyCutting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := drawEvents(t)
		take := rapid.Bool().Draw(t, "take")
		whole := playAll(events, take, func(int) int { return 0 })
		f := playAll(events, take, func(n int) int { return rapid.IntRange(0, n).Draw(t, "cut") })
		for _, f := range []*feeder{whole, f} {
			if b := f.bytes; b.HTTP+b.Undecoded+b.Missing+f.r.passed != f.given || len(f.r.broken) > 0 {
				t.Fatalf("account %+v, passed on %d, given %d, next handler %v", b, f.r.passed, f.given, f.r.broken)
			}
		}
		if got, want := f.r.told(), whole.r.told(); got != want || f.bytes != whole.bytes {
			t.Fatalf("\n got  %s %+v\n want %s %+v", got, f.bytes, want, whole.bytes)
		}
	})
}

// TestAnySegments: without gaps, how the bytes lie in segments decides nothing but packet numbers.
func TestAnySegments(t *testing.T) {
	t.Parallel()
	for _, row := range conversations[:4] {
		strip := func(f *feeder) string {
			for _, q := range f.r.req {
				q.First, q.Last = 0, 0
			}
			for _, s := range f.r.resp {
				s.First, s.Last = 0, 0
			}
			f.r.packets = [2][]int{}
			return f.r.told()
		}
		whole := strip(playAll(row.events, false, func(int) int { return 0 }))
		for size := 1; size < 60; size++ {
			var events []event
			for _, e := range row.events {
				events = append(events, split(e.d, e.data, size)...)
			}
			if got := strip(playAll(events, false, func(int) int { return 0 })); got != whole {
				t.Fatalf("%s in segments of %d:\n got  %s\n want %s", row.name, size, got, whole)
			}
		}
	}
}

func FuzzHTTP1(f *testing.F) {
	for _, row := range conversations {
		var b []byte
		for _, e := range row.events {
			b = append(b, byte(e.d)|byte(min(e.gap, 15)<<4), byte(len(e.data)>>8), byte(len(e.data)))
			b = append(b, e.data...)
		}
		f.Add(b, uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, how uint8) {
		r := newRecorder()
		r.pending, r.notHTTP = how&1 != 0, how&2 != 0
		f := newFeeder(r, Limits{Header: 512, Pending: 4096, Pipeline: 4})
		for len(in) >= 3 {
			kind, n := in[0], int(in[1])<<8|int(in[2])
			in = in[3:]
			data := in[:min(n, len(in))]
			in = in[len(data):]
			e := event{d: reassembly.Dir(kind & 1), data: string(data), gap: int64(kind >> 4), noAck: kind&2 != 0, at: capture.Time(f.packet) * 3e8}
			if kind&4 != 0 {
				f.c.Conflict(e.d, f.off[e.d]+int64(n>>8), int64(n&255))
			}
			if kind&8 != 0 {
				e.ack = int64(n)
			}
			f.play(e)
		}
		f.end(reassembly.Dir(how>>2&1), reassembly.Dir(how>>2&1).Other())
		f.check(t)
		for _, q := range r.req {
			if q.Len > f.given || len(q.Headers) > 512 {
				t.Errorf("request: length %d, %d fields", q.Len, len(q.Headers))
			}
		}
	})
}
