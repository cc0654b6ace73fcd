package ws

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/wspeek/wspeek/reassembly"
)

// stream is one direction as a sender makes it: its bytes, where its frames and segments begin.
type stream struct {
	data     []byte
	frames   map[int64]bool
	segments []int
}

// gen makes streams.
type gen struct {
	*rand.Rand
	masked bool
	zip    *flate.Writer
	out    bytes.Buffer
}

func newGen(seed uint64, masked bool) *gen {
	return &gen{Rand: rand.New(rand.NewPCG(seed, 7)), masked: masked}
}

// frame is one frame as RFC 6455 section 5.2 draws it.
func (g *gen) frame(first byte, payload []byte) []byte {
	mask := byte(0)
	if g.masked {
		mask = 0x80
	}
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, mask|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, mask|127), uint64(n))
	}
	if !g.masked {
		return append(b, payload...)
	}
	key := binary.BigEndian.AppendUint32(nil, g.Uint32())
	b = append(b, key...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

func (g *gen) json(n int) []byte {
	b := []byte(`{"type":"ticker"`)
	for len(b) < n {
		b = fmt.Appendf(b, `,"k%d":{"price":%d.%02d,"name":"ключ %x"}`, g.IntN(50), g.IntN(90000), g.IntN(100), g.IntN(1<<16))
	}
	return append(b, '}')
}

func (g *gen) random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(g.Uint32())
	}
	return b
}

// zeros is binary as small integers are stored: mostly zero bytes.
func (g *gen) zeros(n int) []byte {
	b := make([]byte, n)
	for i := 0; i+4 <= n; i += 4 {
		if g.IntN(3) > 0 {
			b[i+3*g.IntN(2)] = byte(g.IntN(256) >> g.IntN(8))
		}
	}
	return b
}

func (g *gen) deflated(n int) []byte {
	g.out.Reset()
	if g.zip == nil {
		g.zip, _ = flate.NewWriter(&g.out, 6)
	}
	g.zip.Write(g.json(n))
	g.zip.Flush()
	return bytes.Clone(g.out.Bytes()[:g.out.Len()-4])
}

// kinds of sessions: what one message is.
var kinds = map[string]func(*gen) []byte{
	"text":    func(g *gen) []byte { return g.frame(0x81, g.json(20+g.IntN(2000))) },
	"small":   func(g *gen) []byte { return g.frame(0x81, g.json(5+g.IntN(60))) },
	"binary":  func(g *gen) []byte { return g.frame(0x82, g.random(1+g.IntN(3000))) },
	"zeros":   func(g *gen) []byte { return g.frame(0x82, g.zeros(50+g.IntN(3000))) },
	"deflate": func(g *gen) []byte { return g.frame(0xC1, g.deflated(50+g.IntN(3000))) },
	"bulk":    func(g *gen) []byte { return g.frame(0x82, g.random(20000+g.IntN(80000))) },
}

var kindNames = []string{"text", "small", "binary", "zeros", "deflate", "bulk"}

// session sends n messages of a kind in segments of 1448 bytes: burst messages in one write, or with 0
// mostly one.
func (g *gen) session(kind string, n, burst int) *stream {
	const mss = 1448
	s := &stream{frames: map[int64]bool{}}
	write := []byte{}
	flush := func() {
		for len(write) > 0 {
			k := min(len(write), mss)
			s.segments = append(s.segments, len(s.data))
			s.data = append(s.data, write[:k]...)
			write = write[k:]
		}
	}
	put := func(f []byte) {
		s.frames[int64(len(s.data)+len(write))] = true
		write = append(write, f...)
	}
	for i := range n {
		put(kinds[kind](g))
		if g.IntN(30) == 0 {
			put(g.frame(0x89, []byte("hb")))
		}
		if burst == 0 && g.IntN(4) > 0 || burst > 0 && i%burst == burst-1 {
			flush()
		}
	}
	flush()
	return s
}

// chunks calls f with the segments from offset from on.
func (s *stream) chunks(from int64, f func(reassembly.Chunk) bool) {
	for i, at := range s.segments {
		end := len(s.data)
		if i+1 < len(s.segments) {
			end = s.segments[i+1]
		}
		lo := max(at, int(from))
		if lo >= end {
			continue
		}
		c := reassembly.Chunk{Off: int64(lo), Data: s.data[lo:end], Packet: i + 1, Ack: -1}
		if !f(c) {
			return
		}
	}
}

// feed gives a search the segments from offset from on, then closes it.
func (s *stream) feed(q *Search, from int64) {
	s.chunks(from, func(c reassembly.Chunk) bool {
		q.Feed(c)
		_, _, ok := q.Result()
		return !ok
	})
	q.Close()
}
