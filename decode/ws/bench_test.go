package ws

import (
	"bytes"
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// dropAll is a Sink that keeps nothing, and takes the arena as a pump would.
type dropAll struct {
	s *Pool
	n int
}

func (d *dropAll) Frame(*Frame)     {}
func (d *dropAll) Amend(int, State) {}
func (d *dropAll) Finding(*Finding) {}
func (d *dropAll) Message(*Message) {
	if d.n++; d.n%1024 == 0 {
		d.s.Arena.Release(d.s.Arena.Take())
	}
}

// benchConn feeds the same chunk, of so many messages, again and again.
func benchConn(b *testing.B, cfg Config, d Dir, chunk []byte, messages int) {
	cfg.Pool = NewPool()
	sink := &dropAll{s: cfg.Pool}
	c := New(cfg, sink)
	off, ack := int64(0), int64(-1)
	b.SetBytes(int64(len(chunk) / messages))
	b.ReportAllocs()
	for n := 0; n < b.N; n += messages {
		c.Data(reassembly.Dir(d), reassembly.Chunk{Off: off, Data: chunk, Packet: n, Ack: ack})
		off += int64(len(chunk))
	}
	if got := c.Counts(d).Messages; got < b.N {
		b.Fatalf("got %d messages, want %d", got, b.N)
	}
}

func BenchmarkConn(b *testing.B) {
	for _, size := range []int{46, 1000, 16000} {
		for _, dir := range []Dir{C2S, S2C} {
			k := ""
			if dir == C2S {
				k = key
			}
			text := strings.Repeat(`{"price":12.5,"name":"abc"}`, size/27+1)[:size]
			for _, keep := range []bool{false, true} {
				b.Run(fmt.Sprintf("%d/%s/keep=%v", size, dir, keep), func(b *testing.B) {
					benchConn(b, Config{Keep: keep}, dir, build(0x81, text, k), 1)
				})
			}
		}
	}
	b.Run("46 in one segment/s2c", func(b *testing.B) {
		one := build(0x81, strings.Repeat("x", 46), "")
		benchConn(b, Config{}, S2C, bytes.Repeat(one, 30), 30)
	})
	b.Run("46 acknowledged/c2s", func(b *testing.B) {
		benchAcked(b, build(0x81, strings.Repeat("x", 46), key))
	})
}

// benchAcked has each message acknowledged by the other side's next.
func benchAcked(b *testing.B, chunk []byte) {
	cfg := Config{Pool: NewPool()}
	c := New(cfg, &dropAll{s: cfg.Pool})
	off := int64(0)
	b.ReportAllocs()
	for n := 0; n < b.N; n++ {
		c.Data(reassembly.Dir(C2S), reassembly.Chunk{Off: off, Data: chunk, Packet: n, Ack: -1})
		off += int64(len(chunk))
		c.half(reassembly.Fwd).acked(off, 0)
	}
}

// deflated is messages compressed with one context, as single frames.
func deflated(messages []string, k string) (out []byte) {
	var z bytes.Buffer
	w, _ := flate.NewWriter(&z, 6)
	for _, m := range messages {
		z.Reset()
		_, _ = w.Write([]byte(m))
		_ = w.Flush()
		p := bytes.TrimSuffix(z.Bytes(), []byte{0, 0, 0xff, 0xff})
		out = append(out, build(0xc1, string(p), k)...)
	}
	return out
}

func jsonText(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, `{"id":%d,"symbol":"S%d","price":%.2f,"side":"buy"},`, r.IntN(1e6), r.IntN(50), r.Float64()*100)
	}
	return b.String()[:n]
}

func BenchmarkDeflate(b *testing.B) {
	for _, size := range []int{124, 950, 15965} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			var texts []string
			for range 256 {
				texts = append(texts, jsonText(r, size))
			}
			in := deflated(texts, key)
			b.Run("keep", func(b *testing.B) { benchDeflate(b, in, size, true) })
			b.Run("drop", func(b *testing.B) { benchDeflate(b, in, size, false) })
		})
	}
}

// benchDeflate begins a new session each time that the messages are used up.
func benchDeflate(b *testing.B, in []byte, size int, keep bool) {
	cfg := Config{Pool: NewPool(), Deflate: &Deflate{}, Keep: keep}
	sink := &dropAll{s: cfg.Pool}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for n := 0; n < b.N; n += 256 {
		c := New(cfg, sink)
		c.Data(reassembly.Fwd, reassembly.Chunk{Data: in, Packet: 1, Ack: -1})
		if got := c.Counts(C2S); got.Bytes != int64(256*size) {
			b.Fatalf("got %+v", got)
		}
		c.Close(reassembly.Fwd, reassembly.CloseFIN)
		c.Close(reassembly.Rev, reassembly.CloseFIN)
	}
}

func BenchmarkUTF8(b *testing.B) {
	for name, text := range map[string]string{
		"ascii": strings.Repeat("abcdefgh", 2000), "one in 100": strings.Repeat(strings.Repeat("a", 99)+"ä", 160),
		"german": strings.Repeat("schöne Grüße, ", 1000), "cjk": strings.Repeat("日本語", 1800),
	} {
		b.Run(name, func(b *testing.B) {
			p := []byte(text)
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				var u utf8State
				if u.feed(p) >= 0 {
					b.Fatal("not valid")
				}
			}
		})
	}
}

func BenchmarkUnmask(b *testing.B) {
	for _, n := range []int{16, 100, 1000, 16384} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			src, dst := make([]byte, n), make([]byte, n)
			b.SetBytes(int64(n))
			for b.Loop() {
				unmask(dst, src, 0x12345678)
			}
		})
	}
}
