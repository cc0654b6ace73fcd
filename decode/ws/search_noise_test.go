package ws

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// noise are streams that are no WebSocket: what one direction sends, as writes.
var noise = map[string]func(g *gen) []byte{
	"random": func(g *gen) []byte { return g.random(1 + g.IntN(3000)) },
	"zeros":  func(g *gen) []byte { return g.zeros(4 + g.IntN(3000)) },
	"json":   func(g *gen) []byte { return append(g.json(20+g.IntN(2000)), '\n') },
	"tls":    func(g *gen) []byte { return prefixed("\x17\x03\x03", g.random(20+g.IntN(1500))) },
	"ssh": func(g *gen) []byte {
		return append([]byte{0, 0, byte(g.IntN(5)), byte(g.Uint32())}, g.random(16*(1+g.IntN(60)))...)
	},
	"dns": func(g *gen) []byte {
		return prefixed("", append(g.random(2), "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"...))
	},
	"mqtt":    func(g *gen) []byte { return tlv("\x82\x30\x30\xC0\x40\x82"[g.IntN(6)], g.json(20+g.IntN(30))) },
	"mqttsub": func(g *gen) []byte { return tlv(0x82, append([]byte{0, byte(g.Uint32()), 0, 10}, "sensors/a1\x00"...)) },
	"tags":    func(g *gen) []byte { return tlv("\x81\x82\x01\x02\x00\x80"[g.IntN(6)], g.random(1+g.IntN(100))) },
	"san":     san,
	"kana":    kana,
	"latin1":  func(g *gen) []byte { return latin(g, 10+g.IntN(400)) },
	"le32": func(g *gen) []byte {
		b := g.zeros(8 + 4*g.IntN(200))
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
	},
	"be32": func(g *gen) []byte {
		b := g.json(8 + g.IntN(200))
		return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
	},
	"http2": func(g *gen) []byte {
		b := g.random(1 + g.IntN(500))
		return append([]byte{0, byte(len(b) >> 8), byte(len(b)), 0, 1, 0, 0, 0, 3}, b...)
	},
	"small": func(g *gen) []byte {
		b := make([]byte, 1+g.IntN(300))
		for i := range b {
			b[i] = byte(g.IntN(4))
		}
		return b
	},
	"same": func(g *gen) []byte {
		b := make([]byte, 1+g.IntN(300))
		v := byte(g.Uint32())
		for i := range b {
			b[i] = v
		}
		return b
	},
	"opcodes": func(g *gen) []byte {
		b := make([]byte, 1+g.IntN(300))
		for i := range b {
			b[i] = "\x81\x82\x80\x00\x8a\x89\x88\x01"[g.IntN(8)]
		}
		return b
	},
	"float64": func(g *gen) []byte {
		b := []byte{}
		for range 1 + g.IntN(300) {
			b = binary.LittleEndian.AppendUint64(b, uint64(0x3ff0000000000000)|g.Uint64()>>12)
		}
		return b
	},
	"pcm": pcm,
}

func prefixed(head string, p []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte(head), uint16(len(p))), p...)
}

func tlv(tag byte, p []byte) []byte {
	p = p[:min(len(p), 125)]
	return append([]byte{tag, byte(len(p))}, p...)
}

// san is a list of names as in a certificate (RFC 5280 section 4.2.1.6): tag 0x82, length, name.
func san(g *gen) []byte {
	b := g.random(g.IntN(40))
	for range 1 + g.IntN(100) {
		b = append(b, tlv(0x82, fmt.Appendf(nil, "www%d.example%d.com", g.IntN(1000), g.IntN(1000)))...)
	}
	return append(b, g.random(g.IntN(200))...)
}

func kana(g *gen) []byte {
	var b []rune
	for range 1 + g.IntN(500) {
		b = append(b, rune(0x3041+g.IntN(0xB0)))
	}
	return []byte(string(b))
}

func latin(g *gen, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		if b[i] = byte(' ' + g.IntN(95)); g.IntN(6) == 0 {
			b[i] = byte(0x80 + g.IntN(128))
		}
	}
	return b
}

func pcm(g *gen) []byte {
	b := make([]byte, 0, 640)
	v := 0
	for range 160 {
		v += g.IntN(41) - 20
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// writes sends n writes of a kind, each in segments of its own.
func (g *gen) writes(kind string, n, mss int) *stream {
	s := &stream{}
	for range n {
		for w := noise[kind](g); len(w) > 0; {
			k := min(len(w), mss)
			s.segments = append(s.segments, len(s.data))
			s.data = append(s.data, w[:k]...)
			w = w[k:]
		}
	}
	return s
}

// converse feeds both directions in turns, a nil one not at all, and closes them.
func converse(m *Midstream, dirs [2]*stream, from [2]int64) {
	var q [2][]reassembly.Chunk
	for d, s := range dirs {
		if s != nil {
			s.chunks(from[d], func(c reassembly.Chunk) bool { q[d] = append(q[d], c); return true })
		}
	}
	for i := 0; i < max(len(q[0]), len(q[1])); i++ {
		for d := range q {
			if i < len(q[d]) {
				m.Feed(reassembly.Dir(d), q[d][i])
			}
		}
	}
	m.Close(reassembly.Fwd)
	m.Close(reassembly.Rev)
}

// TestMidstreamRefusesNoise feeds what is no WebSocket, one side or both, from the start or from anywhere.
func TestMidstreamRefusesNoise(t *testing.T) {
	t.Parallel()
	const trials = 30
	for kind := range noise {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for i := range uint64(3 * trials) {
				g, sides := newGen(i, false), i%3
				var dirs [2]*stream
				var from [2]int64
				for d := range dirs {
					if sides != uint64(d) {
						dirs[d] = newGen(g.Uint64(), false).writes(kind, 3+g.IntN(40), 1448)
						from[d] = int64(g.IntN(2) * g.IntN(len(dirs[d].data)))
					}
				}
				m := NewMidstream(MidstreamOptions{})
				converse(m, dirs, from)
				if m.Verdict() == Accepted {
					t.Errorf("trial %d: taken for WebSocket with %.2f", i, m.Confidence())
				}
			}
		})
	}
}

// TestHazard_T9_MidstreamStart begins sessions in the middle, with one direction or both.
func TestHazard_T9_MidstreamStart(t *testing.T) {
	t.Parallel()
	const trials = 8
	sides := []struct {
		name           string
		client, server bool
		// never are kinds that must not be taken: unmasked binary looks like many an encoding.
		never map[string]bool
	}{
		{"both", true, true, nil},
		{"client alone", true, false, nil},
		{"server alone", false, true, map[string]bool{"binary": true, "zeros": true, "bulk": true}},
	}
	for _, kind := range kindNames {
		for _, row := range sides {
			t.Run(kind+"/"+row.name, func(t *testing.T) {
				t.Parallel()
				for i := range uint64(trials) {
					midstreamTrial(t, kind, i, row.client, row.server, !row.never[kind])
				}
			})
		}
	}
}

func midstreamTrial(t *testing.T, kind string, seed uint64, client, server, want bool) {
	g := newGen(seed, true)
	var dirs [2]*stream
	at := reassembly.Dir(seed % 2)
	if client {
		dirs[at] = newGen(g.Uint64(), true).session(kind, 20, 0)
	}
	if server {
		dirs[at.Other()] = newGen(g.Uint64(), false).session(kind, 20, 0)
	}
	var from [2]int64
	for d, s := range dirs {
		if s != nil {
			from[d] = int64(s.segments[g.IntN(len(s.segments)/2)])
		}
	}
	m := NewMidstream(MidstreamOptions{})
	converse(m, dirs, from)
	if got := m.Verdict() == Accepted; got != want {
		t.Errorf("trial %d: accepted %v, want %v", seed, got, want)
		return
	}
	if !want {
		return
	}
	if m.Client() != at {
		t.Errorf("trial %d: the client is %d, want %d", seed, m.Client(), at)
	}
	for d, s := range dirs {
		if s == nil {
			continue
		}
		if off, c, ok := m.Search(reassembly.Dir(d)).Result(); ok && !s.frames[off] {
			t.Errorf("trial %d: direction %d: boundary %d is wrong (%.2f)", seed, d, off, c)
		}
	}
}
