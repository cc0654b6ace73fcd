package ws

import (
	"bytes"
	"compress/flate"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// corpora are kinds of text as applications send them: each call makes the next message.
var corpora = map[string]func(r *rand.Rand, i int) string{
	"JSON": func(r *rand.Rand, i int) string {
		var b strings.Builder
		fmt.Fprintf(&b, `{"type":"ticker","sequence":%d`, 1000+i)
		for range 4 + r.IntN(8) {
			fmt.Fprintf(&b, `,"%s%d":{"%s":%d.%02d,"at":"2026-11-20T%02d:%02d:%02dZ"}`, corpusWords[r.IntN(len(corpusWords))], r.IntN(60), corpusWords[r.IntN(len(corpusWords))],
				r.IntN(60000), r.IntN(100), r.IntN(24), r.IntN(60), r.IntN(60))
		}
		return b.String() + "}"
	},
	"chat": func(r *rand.Rand, i int) string {
		var text []string
		for range 3 + r.IntN(14) {
			text = append(text, corpusWords[r.IntN(len(corpusWords))])
		}
		return fmt.Sprintf(`{"id":%d,"user":"%s%d","room":"general","text":%q}`, i, corpusWords[r.IntN(8)], r.IntN(20), strings.Join(text, " "))
	},
	"Socket.IO": func(r *rand.Rand, i int) string {
		return fmt.Sprintf(`42/chat,%d["%s",{"x":%d,"y":%d,"who":"%s"}]`, i%100, corpusWords[r.IntN(len(corpusWords))], r.IntN(2000), r.IntN(1200), corpusWords[r.IntN(len(corpusWords))])
	},
}

var corpusWords = strings.Fields("order price volume symbol trade maker taker side buy sell hello there what about lunch tomorrow morning maybe not sure yes " +
	"thanks everyone great idea let me know when you are ready for the meeting please send update report status broken again server down " +
	"restart working deploy release branch merge review comment question answer number seven twelve because people think would could should")

// lossy is what was sent, and how a Conn told it.
type lossy struct {
	sent              []string
	messages          []Message
	known, bytes, bad int
	// guessed, whole count messages; told are those with their length.
	guessed, whole, told int
}

// loseSome sends n messages of a corpus, of which each with lost is not captured, as the middle of a stream.
func loseSome(t *testing.T, corpus string, seed uint64, n int, lost func(i int) bool) *lossy {
	t.Helper()
	l := &lossy{}
	r := rand.New(rand.NewPCG(seed, 99))
	var z bytes.Buffer
	w, _ := flate.NewWriter(&z, 6)
	c := newRig(t, Config{Keep: true, Deflate: &Deflate{}})
	byStart := map[int64]string{}
	off := int64(0)
	for i := range n {
		text := corpora[corpus](r, i)
		z.Reset()
		_, _ = w.Write([]byte(text))
		_ = w.Flush()
		in := build(0xc1, string(bytes.TrimSuffix(z.Bytes(), []byte(deflateTail))), "")
		l.sent = append(l.sent, text)
		byStart[off] = text
		head := len(in) - (z.Len() - len(deflateTail))
		if off += int64(len(in)); !lost(i) {
			c.data(S2C, in)
			continue
		}
		// The header is there, so that the boundary is sure.
		c.data(S2C, in[:head])
		c.gap(S2C, int64(len(in)-head))
	}
	c.close()
	l.messages = c.rec.messages
	for i := range l.messages {
		l.judge(t, &l.messages[i], byStart[l.messages[i].Stream.Start])
	}
	return l
}

// judge holds a message against what was sent.
func (l *lossy) judge(t *testing.T, m *Message, want string) {
	t.Helper()
	if m.Len >= 0 {
		l.told++
	}
	switch m.State {
	case Exact:
		if string(m.Payload) != want {
			t.Errorf("exact message %d is not what was sent", m.N)
		}
	case Guessed:
		if m.Len != int64(len(want)) || m.ValidUTF8 || m.Confidence <= 0.5 || m.Confidence >= 1 {
			t.Fatalf("guessed message %d: %d bytes, %d were sent; confidence %v", m.N, m.Len, len(want), m.Confidence)
		}
		rest, ok := holed(want, m.Holes)
		if !ok || len(rest) != len(m.Payload) || m.Missing != m.Len-int64(len(rest)) {
			t.Fatalf("guessed message %d: %d bytes around holes, %d were sent there; %d missing", m.N, len(m.Payload), len(rest), m.Missing)
		}
		l.guessed++
		if len(m.Holes) == 0 {
			l.whole++
		}
		l.bytes += len(want)
		l.known += len(rest)
		for i := range rest {
			if rest[i] != m.Payload[i] {
				l.bad++
			}
		}
	}
}

// TestLossesAreGuessedBack: after each loss the lengths of all messages are told, nothing untrue is exact, and of the bytes that
// are told as known at least 99.9 % are what was sent.
func TestLossesAreGuessedBack(t *testing.T) {
	t.Parallel()
	least := map[string]float64{"JSON": 0.5, "chat": 0.4, "Socket.IO": 0.2}
	for corpus := range corpora {
		t.Run(corpus, func(t *testing.T) {
			t.Parallel()
			var sum lossy
			for seed := range uint64(6) {
				r := rand.New(rand.NewPCG(seed, 5))
				at := map[int]bool{150 + r.IntN(40): true, 420: true, 421 + r.IntN(2): true, 700 + r.IntN(50): true}
				l := loseSome(t, corpus, seed, 900, func(i int) bool { return at[i] })
				sum.known, sum.bytes, sum.bad = sum.known+l.known, sum.bytes+l.bytes, sum.bad+l.bad
				sum.guessed, sum.whole = sum.guessed+l.guessed, sum.whole+l.whole
				if l.told < 900-len(at) {
					t.Errorf("seed %d: %d messages of %d are told with their length", seed, l.told, 900-len(at))
				}
			}
			share := float64(sum.known) / float64(sum.bytes)
			t.Logf("%d messages guessed, %d of them whole; %.1f %% of %d bytes known, %d wrong", sum.guessed, sum.whole, 100*share, sum.bytes, sum.bad)
			if sum.bad*1000 > sum.known || share < least[corpus] || sum.guessed == 0 {
				t.Errorf("too few bytes are known, or too many wrong")
			}
		})
	}
}

// TestNothingIsMadeUp: where more was lost than a window has, no shift is right; few bytes are then told as known, and all of them are true.
func TestNothingIsMadeUp(t *testing.T) {
	t.Parallel()
	gone := map[string]int{"JSON": 120, "chat": 600, "Socket.IO": 1500}
	for corpus, n := range gone {
		for seed := range uint64(4) {
			l := loseSome(t, corpus, 40+seed, n+700, func(i int) bool { return i >= 300 && i < 300+n })
			if l.bad*1000 > l.known || l.guessed == 0 {
				t.Errorf("%s, seed %d: %d bytes of %d are wrong", corpus, seed, l.bad, l.known)
			}
		}
	}
}

// TestGuessEnds: once all that can be referred to was seen again, messages are exact as before the loss.
func TestGuessEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true, Deflate: &Deflate{}})
	p := newPacker()
	random := rand.New(rand.NewPCG(1, 1))
	text := func() string {
		b := make([]byte, 20_000)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return string(b)
	}
	for i := range 5 {
		s := text()
		in := build(0xc2, p.pack(s), "")
		if i == 1 {
			r.data(S2C, in[:4])
			r.gap(S2C, int64(len(in)-4))
			continue
		}
		r.data(S2C, in)
	}
	if n := len(r.c.sh.healed); n != 0 {
		t.Errorf("%d losses are still looked into", n)
	}
	last := r.rec.messages[len(r.rec.messages)-1]
	if last.State != Exact || last.Len != 20_000 {
		t.Errorf("the last is %v, %d bytes", last.State, last.Len)
	}
}

// TestGuessIsBounded: of too many directions with a loss the oldest is given up.
func TestGuessIsBounded(t *testing.T) {
	t.Parallel()
	pool := NewPool()
	rec := &recorder{}
	send := func(c *Conn, off int64, in []byte) {
		c.Data(reassembly.Dir(S2C), reassembly.Chunk{Off: off, Data: in, Packet: 1, Ack: -1})
	}
	type end struct {
		c   *Conn
		p   *packer
		off int64
	}
	var ends []end
	for range maxHealing + 5 {
		c, p := New(Config{Keep: true, Deflate: &Deflate{}, Pool: pool}, rec), newPacker()
		in := build(0xc1, p.pack(strings.Repeat("what is sent first ", 9)), "")
		send(c, 0, in[:3])
		c.Gap(reassembly.Dir(S2C), 3, int64(len(in)-3))
		ends = append(ends, end{c, p, int64(len(in))})
	}
	if len(pool.healed) != maxHealing {
		t.Fatalf("%d losses are looked into, want %d", len(pool.healed), maxHealing)
	}
	for i, e := range ends {
		rec.messages = nil
		send(e.c, e.off, build(0xc1, e.p.pack("what is sent first, and then"), ""))
		want := Guessed
		if i < 5 {
			want = Undecodable
		}
		if len(rec.messages) != 1 || rec.messages[0].State != want {
			t.Errorf("direction %d: %v, want %v", i, rec.messages, want)
		}
	}
	for _, e := range ends {
		e.c.Close(reassembly.Dir(S2C), reassembly.CloseFIN)
		e.c.Close(reassembly.Dir(C2S), reassembly.CloseFIN)
	}
	if len(pool.healed) != 0 {
		t.Errorf("%d losses are looked into at the end", len(pool.healed))
	}
}

// TestWindowOfTokens: what can be referred to after a second loss.
func TestWindowOfTokens(t *testing.T) {
	t.Parallel()
	g := &healing{old: tokensOf([]byte("abcdef")), toks: tokensOf([]byte("xyz")), shift: 2}
	g.toks = append(g.toks, reference+3)
	want := append(append(tokensOf([]byte("abcdef")), unknownByte, unknownByte), append(tokensOf([]byte("xyz")), unknownByte)...)
	if got := g.window(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if g.shift = -1; !slices.Equal(g.window(), append(tokensOf([]byte("xyz")), unknownByte)) {
		t.Errorf("without the shift: %v", g.window())
	}
	for n, want := range map[int]token{1: unknownByte, 2: unknownByte, 3: guessedByte + 'f', 8: guessedByte + 'a', 9: unknownByte} {
		if got := g.moved(n, 2); got != want {
			t.Errorf("%d before the loss: %d, want %d", n, got, want)
		}
	}
}

// TestMarked shows where the holes are.
func TestMarked(t *testing.T) {
	t.Parallel()
	m := &Message{State: Guessed, Payload: []byte("abcdef"), Holes: []Hole{{0, 2}, {5, 1}, {9, 4}}}
	for n, want := range []string{"…", "…a", "…ab", "…abc…", "…abc…d", "…abc…de", "…abc…def…"} {
		if got := string(m.Marked(m.Payload[:n])); got != want {
			t.Errorf("%d bytes: %q, want %q", n, got, want)
		}
	}
	if m.State = Partial; string(m.Marked(m.Payload)) != "abcdef" {
		t.Error("a partial message has other marks")
	}
}

// FuzzAfterLoss: whatever is compressed after a loss, its length and its holes add up, and nothing fails.
func FuzzAfterLoss(f *testing.F) {
	f.Add([]byte("\xf2\x48\xcd\xc9\xc9\x07\x00"), []byte("\xf2\x00\x11\x00\x00"))
	f.Add([]byte("\x4a\x04\x92\x00"), []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		r := newRig(t, Config{Keep: true, Deflate: &Deflate{}})
		p := newPacker()
		r.data(S2C, build(0xc1, p.pack(strings.Repeat("what comes first, and again ", 200)), ""))
		lost := build(0xc1, p.pack("what is lost"), "")
		r.data(S2C, lost[:2])
		r.gap(S2C, int64(len(lost)-2))
		for range 3 {
			r.data(S2C, build(0xc1, string(a), ""))
			r.data(S2C, build(0xc1, string(b), ""))
		}
		r.close()
		for i := range r.rec.messages {
			m := &r.rec.messages[i]
			missing := int64(0)
			for _, h := range m.Holes {
				missing += h.N
			}
			if m.State == Guessed && (missing != m.Missing || m.Len != missing+int64(len(m.Payload))) {
				t.Fatalf("message %d of %d bytes: %d in holes, %d missing, %d known", m.N, m.Len, missing, m.Missing, len(m.Payload))
			}
		}
	})
}
