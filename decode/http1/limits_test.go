package http1

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

func TestLimitPending(t *testing.T) {
	t.Parallel()
	for _, take := range []bool{false, true} {
		r := newRecorder()
		r.pending = take
		f := newFeeder(r, Limits{Pending: 1000})
		f.play(c(upgrade))
		for range 6 {
			f.play(c(strings.Repeat("C", 100)))
		}
		want(t, r, "request GET /ws")
		f.play(c(strings.Repeat("C", 100)))
		want(t, r, "request GET /ws | pending GET /ws")
		f.play(s(switch1 + "SS"))
		f.play(c("CC"))
		f.end(cli, srv)
		f.check(t)
		if take {
			wantPassed(t, r, strings.Repeat("C", 702), switch1+"SS")
			continue
		}
		// The answer that comes too late still decides about what follows.
		want(t, r, "request GET /ws | pending GET /ws | response 101 to GET /ws")
		wantPassed(t, r, "CC", "SS")
	}
}

func TestLimitPipeline(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	f := newFeeder(r, Limits{Pipeline: 2})
	for range 3 {
		f.play(c(get))
	}
	f.play(s(ok5))
	f.play(c(upgrade))
	f.play(s(switch1))
	f.end(cli, srv)
	f.check(t)
	want(t, r, "request GET /a | request GET /a | request GET /a | response 200 to ? | request GET /ws | response 101 to GET /ws")
}

func TestLimitHeaderOfWaiting(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	f := newFeeder(r, Limits{Header: 200})
	long := "GET /" + strings.Repeat("x", 90) + " HTTP/1.1\r\n\r\n"
	head := strings.Replace(long, "GET", "HEAD", 1)
	f.play(c(long + head + get))
	f.play(s("HTTP/1.1 204 No\r\n\r\n" + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + ok5))
	f.end(cli, srv)
	f.check(t)
	// The second did not fit, but that it was a HEAD is known.
	if got := strings.Join(r.log[3:], " | "); !strings.HasSuffix(got, "response 200 to ? | response 200 to GET /a") {
		t.Errorf("calls: got %s", got)
	}
}

// TestMemory holds what a connection keeps, while it is idle and while everything tries to fill it.
func TestMemory(t *testing.T) {
	for _, row := range []struct {
		name  string
		event func(i int) event
		n     int
		bound uint64
	}{
		{"endless header section", func(int) event { return c(strings.Repeat("a: b\r\n", 100)) }, 10000, 2 << 20},
		{"endless start line", func(int) event { return c("/" + strings.Repeat("x", 500)) }, 10000, 3 << 20},
		{"requests without answers", func(int) event { return c(get) }, 20000, 2 << 20},
		{"upgrades that are answered late", func(i int) event {
			if i%2 == 0 {
				return c(upgrade)
			}
			return s("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n")
		}, 20000, 1 << 20},
		{"one-byte segments after an upgrade", func(int) event { return c("C") }, 100000, 4 << 20},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRecorder()
			f := newFeeder(&recorder{}, Limits{})
			f.c.sink = quiet{r}
			begin := "GET / HTTP/1.1\r\n"
			if strings.HasPrefix(row.name, "one-byte") || strings.HasPrefix(row.name, "upgrades") {
				begin = upgrade
			}
			if strings.HasPrefix(row.name, "endless start") {
				begin = "GET "
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			f.play(c(begin))
			for i := range row.n {
				f.play(row.event(i))
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > int64(row.bound) {
				t.Errorf("%d bytes are kept, want at most %d", used, row.bound)
			}
			f.end(cli, srv)
			f.r.passed = 0
			f.check(t)
		})
	}
}

// quiet is a Sink that keeps nothing and holds upgrades back.
type quiet struct{ *recorder }

func (q quiet) Request(r *Request) bool                       { return q.hold(r) }
func (quiet) Response(*Request, *Response) reassembly.Handler { return nil }
func (quiet) Pending(*Request) reassembly.Handler             { return nil }
func (quiet) NotHTTP(reassembly.Dir) reassembly.Handler       { return nil }

func BenchmarkBody(b *testing.B) {
	for _, size := range []int{100, 1460} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			var n reassembly.Bytes
			conn := New(quiet{newRecorder()}, Limits{}, &n)
			conn.Data(cli, reassembly.Chunk{Data: []byte(get), Packet: 1})
			conn.Data(srv, reassembly.Chunk{Data: []byte("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n"), Packet: 2})
			data := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				conn.Data(srv, reassembly.Chunk{Off: 55 + int64(i*size), Data: data, Packet: i})
			}
		})
	}
}

func BenchmarkExchange(b *testing.B) {
	var n reassembly.Bytes
	conn := New(quiet{newRecorder()}, Limits{}, &n)
	q, r := []byte(get), []byte(ok5)
	b.SetBytes(int64(len(q) + len(r)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		conn.Data(cli, reassembly.Chunk{Off: int64(i * len(q)), Data: q, Packet: 2 * i, Ack: int64(i * len(r))})
		conn.Data(srv, reassembly.Chunk{Off: int64(i * len(r)), Data: r, Packet: 2*i + 1, Ack: int64((i + 1) * len(q))})
	}
}

func BenchmarkPassedOn(b *testing.B) {
	var n reassembly.Bytes
	conn := New(quiet{newRecorder()}, Limits{}, &n)
	conn.takeOver(discard{}, srv)
	data := make([]byte, 100)
	b.SetBytes(100)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		conn.Data(srv, reassembly.Chunk{Off: int64(i * 100), Data: data, Packet: i})
	}
}

// BenchmarkLost is a direction that is searched for a message, one small segment at a time.
func BenchmarkLost(b *testing.B) {
	var n reassembly.Bytes
	conn := New(quiet{newRecorder()}, Limits{}, &n)
	data := []byte("POST /and then text that goes on without an end of line")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		conn.Data(srv, reassembly.Chunk{Off: int64(i * len(data)), Data: data, Packet: i})
	}
}

type discard struct{}

func (discard) Data(reassembly.Dir, reassembly.Chunk)      {}
func (discard) Gap(reassembly.Dir, int64, int64)           {}
func (discard) Conflict(reassembly.Dir, int64, int64)      {}
func (discard) Close(reassembly.Dir, reassembly.CloseKind) {}
