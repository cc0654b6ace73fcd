package ws

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// sent is what one message of a script was.
type sent struct {
	opcode  Opcode
	payload string
	start   int64
}

// script is a valid stream of one direction with what was sent in it, by the offset of the first header.
type script struct {
	wire []byte
	sent map[int64]sent
	// headers are the ranges of the frame headers, payloads those of the payloads.
	headers, payloads []Range
}

// sender writes scripts. It shares nothing with the decoder.
type sender struct {
	r       *rand.Rand
	masked  bool
	deflate bool
	fresh   bool
	z       bytes.Buffer
	w       *flate.Writer
	s       *script
}

func newScript(seed uint64, n int, masked, deflate, fresh bool) *script {
	p := &sender{r: rand.New(rand.NewPCG(seed, 77)), masked: masked, deflate: deflate, fresh: fresh}
	p.s = &script{sent: map[int64]sent{}}
	p.w, _ = flate.NewWriter(&p.z, 1+p.r.IntN(9))
	for range n {
		p.message()
	}
	return p.s
}

func (p *sender) text() string {
	n := []int{p.r.IntN(4), p.r.IntN(200), p.r.IntN(3000), p.r.IntN(70000)}[min(p.r.IntN(12), p.r.IntN(4))%4]
	b := make([]byte, 0, n+3)
	for len(b) < n {
		switch p.r.IntN(4) {
		case 0:
			b = append(b, "Grüße, 日本 \U0001F600"...)
		default:
			b = append(b, `{"key":"value","n":12345}`[p.r.IntN(5):]...)
		}
	}
	return string(b)
}

func (p *sender) message() {
	op, payload := OpText, p.text()
	if p.r.IntN(3) == 0 {
		op = OpBinary
		b := []byte(payload)
		for i := range b {
			b[i] ^= byte(p.r.Uint32()) >> 5
		}
		payload = string(b)
	}
	at := int64(len(p.s.wire))
	wire, rsv := payload, byte(0)
	if p.deflate && p.r.IntN(5) > 0 {
		wire, rsv = p.compress(payload), 0x40
	}
	pieces := p.pieces(wire)
	for i, piece := range pieces {
		first := byte(0)
		if i == 0 {
			first = byte(op) | rsv
		}
		if i == len(pieces)-1 {
			first |= 0x80
		}
		p.frame(first, piece)
		if i < len(pieces)-1 && p.r.IntN(2) == 0 {
			p.control()
		}
	}
	p.s.sent[at] = sent{op, payload, at}
	if p.r.IntN(4) == 0 {
		p.control()
	}
}

func (p *sender) control() {
	op := OpPing
	if p.r.IntN(2) == 0 {
		op = OpPong
	}
	payload := "0123456789"[p.r.IntN(11):]
	p.s.sent[int64(len(p.s.wire))] = sent{op, payload, 0}
	p.frame(0x80|byte(op), payload)
}

func (p *sender) compress(s string) string {
	if s == "" && p.r.IntN(2) == 0 {
		return "\x00"
	}
	if p.fresh {
		p.w.Reset(&p.z)
	}
	p.z.Reset()
	half := p.r.IntN(len(s) + 1)
	_, _ = p.w.Write([]byte(s[:half]))
	if p.r.IntN(4) == 0 {
		_ = p.w.Flush()
	}
	_, _ = p.w.Write([]byte(s[half:]))
	_ = p.w.Flush()
	return string(bytes.TrimSuffix(p.z.Bytes(), []byte{0, 0, 0xff, 0xff}))
}

func (p *sender) pieces(s string) []string {
	var list []string
	for p.r.IntN(3) == 0 && len(list) < 5 {
		n := p.r.IntN(len(s) + 1)
		list = append(list, s[:n])
		s = s[n:]
	}
	return append(list, s)
}

func (p *sender) frame(first byte, payload string) {
	k := ""
	if p.masked {
		k = string([]byte{byte(p.r.Uint32()), byte(p.r.Uint32()), 3, byte(p.r.Uint32())})
	}
	at := int64(len(p.s.wire))
	b := build(first, payload, k)
	p.s.wire = append(p.s.wire, b...)
	end := int64(len(p.s.wire))
	p.s.headers = append(p.s.headers, Range{at, end - int64(len(payload))})
	p.s.payloads = append(p.s.payloads, Range{end - int64(len(payload)), end})
}

// feed gives wire to a Conn in packets of the size mss, each cut again by cut, with the gaps.
func (r *rig) feed(d Dir, wire []byte, mss int, gaps []Range, cut func(n int) int) {
	missing := func(off int64) (Range, bool) {
		for _, g := range gaps {
			if off >= g.Start && off < g.End {
				return g, true
			}
		}
		return Range{}, false
	}
	for off := 0; off < len(wire); {
		if g, ok := missing(int64(off)); ok {
			r.gap(d, g.End-int64(off))
			off = int(g.End)
			continue
		}
		end := min(len(wire), (off/mss+1)*mss)
		for _, g := range gaps {
			if int(g.Start) > off {
				end = min(end, int(g.Start))
			}
		}
		n := cut(end - off)
		k := reassembly.Chunk{Off: int64(off), Data: slices.Clone(wire[off : off+n]), Packet: 1 + off/mss, Time: capture.Time(off / mss), Ack: -1}
		r.c.Data(reassembly.Dir(d), k)
		clear(k.Data)
		off += n
		r.off[d] = int64(off)
		r.given += int64(n)
	}
}

func whole(n int) int { return n }

type senderKind struct {
	name                   string
	masked, deflate, fresh bool
}

var senders = []senderKind{
	{"server", false, false, false}, {"client", true, false, false},
	{"server deflate", false, true, false}, {"client deflate", true, true, false},
	{"client deflate no takeover", true, true, true},
}

func (k senderKind) config(keep bool) Config {
	c := Config{Keep: keep}
	if k.deflate {
		c.Deflate = &Deflate{NoTakeover: [2]bool{k.fresh, k.fresh}}
	}
	return c
}

func (k senderKind) dir() Dir {
	if k.masked {
		return C2S
	}
	return S2C
}

// TestScriptsAreRight holds what is reported of whole streams against what was sent.
func TestScriptsAreRight(t *testing.T) {
	t.Parallel()
	for _, k := range senders {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(6) {
				s := newScript(seed, 60, k.masked, k.deflate, k.fresh)
				r := newRig(t, k.config(true))
				r.feed(k.dir(), s.wire, 1460, nil, whole)
				r.close()
				if len(r.rec.messages) != len(s.sent) || len(r.rec.findings) != 0 {
					t.Fatalf("seed %d: %d messages, sent were %d; findings %s", seed, len(r.rec.messages), len(s.sent), r.rec.broke())
				}
				for i := range r.rec.messages {
					m := &r.rec.messages[i]
					want := s.sent[m.Stream.Start]
					if m.State != Exact || m.Opcode != want.opcode || string(m.Payload) != want.payload || m.Len != int64(len(want.payload)) {
						t.Fatalf("seed %d: message %d is not what was sent: %v %v, %d bytes, sent %d", seed, m.N, m.State, m.Opcode, m.Len, len(want.payload))
					}
				}
			}
		})
	}
}

// TestAnyChunking has the same events, stamps included, however packets are cut further.
func TestAnyChunking(t *testing.T) {
	t.Parallel()
	for _, k := range senders {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				s := newScript(rapid.Uint64().Draw(rt, "seed"), 6, k.masked, k.deflate, k.fresh)
				if rapid.Bool().Draw(rt, "damage") {
					i := rapid.IntRange(0, len(s.wire)-1).Draw(rt, "at")
					s.wire[i] ^= 1 << rapid.IntRange(0, 7).Draw(rt, "bit")
				}
				mss := rapid.SampledFrom([]int{7, 536, 1460, 65000}).Draw(rt, "mss")
				keep := rapid.Bool().Draw(rt, "keep")
				a, b := newRig(t, k.config(keep)), newRig(t, k.config(keep))
				a.feed(k.dir(), s.wire, mss, nil, whole)
				a.close()
				cuts := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "cuts"), 1))
				sizes := rapid.SampledFrom([][]int{{1}, {1, 2, 3, 13, 100, 5000}, {100, 1000}}).Draw(rt, "sizes")
				b.feed(k.dir(), s.wire, mss, nil, func(n int) int { return min(n, sizes[cuts.IntN(len(sizes))]) })
				b.close()
				if !slices.Equal(a.rec.log, b.rec.log) {
					for i := range min(len(a.rec.log), len(b.rec.log)) {
						if a.rec.log[i] != b.rec.log[i] {
							rt.Fatalf("event %d differs:\nwhole %.600s\n  cut %.600s", i, a.rec.log[i], b.rec.log[i])
						}
					}
					rt.Fatalf("%d and %d events", len(a.rec.log), len(b.rec.log))
				}
			})
		})
	}
}

// holed is payload without its holes.
func holed(payload string, holes []Hole) (s string, ok bool) {
	at := int64(0)
	for _, h := range holes {
		if h.At < at || h.At+h.N > int64(len(payload)) {
			return "", false
		}
		s += payload[at:h.At]
		at = h.At + h.N
	}
	return s + payload[at:], true
}

// TestGapsNeverLie has a gap anywhere: what is exact is what was sent, and what is partial is what was sent
// but for its holes.
func TestGapsNeverLie(t *testing.T) {
	t.Parallel()
	for _, k := range senders {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				s := newScript(rapid.Uint64().Draw(rt, "seed"), 15, k.masked, k.deflate, k.fresh)
				var gaps []Range
				for from := 0; len(gaps) < 3; {
					a := rapid.IntRange(from, from+len(s.wire)/2).Draw(rt, "gap")
					n := rapid.SampledFrom([]int{1, 5, 100, 1460, 20000}).Draw(rt, "size")
					if a+n > len(s.wire) {
						break
					}
					gaps = append(gaps, Range{int64(a), int64(a + n)})
					from = a + n + 1
				}
				r := newRig(t, k.config(true))
				r.feed(k.dir(), s.wire, 1460, gaps, whole)
				r.close()
				for i := range r.rec.messages {
					checkTold(rt, s, &r.rec.messages[i])
				}
				missing := int64(0)
				for _, g := range gaps {
					missing += g.End - g.Start
				}
				if r.bytes.Missing != missing {
					rt.Fatalf("missing: got %d, want %d", r.bytes.Missing, missing)
				}
			})
		})
	}
}

func checkTold(t *rapid.T, s *script, m *Message) {
	want, known := s.sent[m.Stream.Start]
	switch {
	case m.State == Exact:
		if !known || m.Opcode != want.opcode || string(m.Payload) != want.payload {
			t.Fatalf("exact message %d at %d is not what was sent", m.N, m.Stream.Start)
		}
	case m.State == Guessed:
		// A boundary may be guessed wrong; but at a true one, what is reported is what was sent.
		rest, ok := holed(want.payload, m.Holes)
		if known && m.Opcode == want.opcode && (!ok || m.Len != int64(len(want.payload)) || rest != string(m.Payload)) {
			t.Fatalf("guessed message %d at %d is not what was sent", m.N, m.Stream.Start)
		}
	case m.State == Partial && m.Confidence == 0:
		if !known || m.Opcode != want.opcode {
			t.Fatalf("partial message %d at %d was not sent", m.N, m.Stream.Start)
		}
		if m.Compressed {
			t.Fatalf("compressed message %d is partial", m.N)
		}
		ok := true
		if m.Len >= 0 {
			var rest string
			rest, ok = holed(want.payload, m.Holes)
			ok = ok && rest == string(m.Payload)
		}
		if !ok {
			t.Fatalf("partial message %d: holes %v, %d bytes of %d", m.N, m.Holes, len(m.Payload), len(want.payload))
		}
	}
}

// TestGapInPayloadIsExactAfter has a gap inside one payload: all other messages are exact.
func TestGapInPayloadIsExactAfter(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		s := newScript(seed, 20, seed%2 == 0, false, false)
		rnd := rand.New(rand.NewPCG(seed, 9))
		p := s.payloads[rnd.IntN(len(s.payloads))]
		if p.End-p.Start < 2 {
			continue
		}
		a := p.Start + rnd.Int64N(p.End-p.Start)
		g := Range{a, a + 1 + rnd.Int64N(p.End-a)}
		d := map[bool]Dir{true: C2S, false: S2C}[seed%2 == 0]
		r := newRig(t, Config{Keep: true})
		r.feed(d, s.wire, 1460, []Range{g}, whole)
		r.close()
		exact, partial := 0, 0
		for i := range r.rec.messages {
			switch r.rec.messages[i].State {
			case Exact:
				exact++
			case Partial:
				partial++
			}
		}
		if partial != 1 || exact != len(s.sent)-1 {
			t.Errorf("seed %d: %d exact and %d partial of %d", seed, exact, partial, len(s.sent))
		}
	}
}
