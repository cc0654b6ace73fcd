package http2

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
	"golang.org/x/net/http2"
	"pgregory.net/rapid"
)

// piece draws the next thing that a side sends.
func piece(t *rapid.T, w *wire, d reassembly.Dir) string {
	id := 1 + 2*uint32(rapid.IntRange(0, 4).Draw(t, "stream"))
	text := rapid.SampledFrom([]string{"", "x", "hello", strings.Repeat("long ", 30), "\x00\x00\x05\x00\x00\x00\x00\x00\x01", "\x00\x00\x00\x04\x00\x00\x00\x00\x00"}).Draw(t, "text")
	lines := connectLines
	if d == srv {
		lines = []string{":status " + rapid.SampledFrom([]string{"200", "103", "403", "101", "x"}).Draw(t, "status"), "server s"}
	}
	switch rapid.IntRange(0, 14).Draw(t, "kind") {
	case 0:
		return w.headersFlags(id, rapid.Bool().Draw(t, "end"), lines...)
	case 1:
		return w.headers(id, append(lines, "a "+text)...)
	case 2:
		block := string(w.fields(lines...))
		n := rapid.IntRange(0, len(block)).Draw(t, "at")
		return w.raw(1, 0, id, block[:n]) + w.raw(9, 4, id, block[n:])
	case 3:
		return w.padded(id, text, rapid.IntRange(0, 20).Draw(t, "pad"))
	case 4:
		return w.last(id, text)
	case 5:
		return w.reset(id, http2.ErrCodeCancel)
	case 6:
		return w.goAway(id, 0, text)
	case 7:
		return w.settings(enable, http2.Setting{ID: 5, Val: 1 << 15})
	case 8:
		return w.raw(uint8(rapid.IntRange(0, 12).Draw(t, "type")), rapid.Uint8().Draw(t, "flags"), id-1, text)
	case 9:
		return w.ping()
	}
	return w.data(id, text)
}

func drawEvents(t *rapid.T) []event {
	p := newPair()
	out := p.open()
	if rapid.IntRange(0, 3).Draw(t, "session") > 0 {
		out = append(out, p.connect(1), p.ok(1))
	}
	now := capture.Time(0)
	for range rapid.IntRange(1, 15).Draw(t, "events") {
		e := event{d: reassembly.Dir(rapid.IntRange(0, 1).Draw(t, "dir"))}
		e.ack = rapid.SampledFrom([]int64{0, 0, noAck, 90, 5000}).Draw(t, "ack")
		now += capture.Time(rapid.SampledFrom([]int64{0, 1e6, 6e8}).Draw(t, "pause"))
		e.at = now
		switch rapid.IntRange(0, 9).Draw(t, "what") {
		case 0:
			e.gap = int64(rapid.IntRange(1, 60).Draw(t, "missing"))
		case 1:
			e.conflict, e.back = int64(rapid.IntRange(1, 30).Draw(t, "differ")), int64(rapid.IntRange(-20, 30).Draw(t, "back"))
		default:
			w := p.c
			if e.d == srv {
				w = p.s
			}
			for range rapid.IntRange(1, 3).Draw(t, "pieces") {
				e.data += piece(t, w, e.d)
			}
			if n := len(e.data); rapid.IntRange(0, 5).Draw(t, "part") == 0 {
				e.data = e.data[rapid.IntRange(0, n).Draw(t, "from"):]
			}
		}
		out = append(out, e)
	}
	return out
}

func play(t testing.TB, events []event, take bool, cut func(n int) int) *feeder {
	r := newRecorder()
	r.pending, r.mid = take, take
	f := newFeeder(r, Config{Limits: Limits{Streams: 4, Pending: 2000, Search: 500}})
	for _, e := range events {
		f.cut = cut(len(e.data))
		f.play(e)
	}
	f.end(t)
	return f
}

// TestAnyCutting: all calls, the account and the counts are the same however the input is cut.
func TestAnyCutting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		events := drawEvents(rt)
		take := rapid.Bool().Draw(rt, "take")
		whole := play(t, events, take, func(int) int { return 0 })
		cut := play(t, events, take, func(n int) int { return rapid.IntRange(1, max(n, 1)).Draw(rt, "size") })
		ones := play(t, events, take, func(int) int { return 1 })
		for _, f := range []*feeder{cut, ones} {
			if got, want := f.r.all(), whole.r.all(); got != want {
				rt.Fatalf("got  %s\n want %s", got, want)
			}
			if f.bytes != whole.bytes || f.c.Counts() != whole.c.Counts() {
				rt.Fatalf("account %+v, %+v, want %+v, %+v", f.bytes, f.c.Counts(), whole.bytes, whole.c.Counts())
			}
		}
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// TestLossIsNeverWrong: whatever is lost, each stream is given nothing that was not sent on it, in order, and between
// two bytes that do not follow each other there is a gap or a word of loss.
func TestLossIsNeverWrong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := newPair()
		events := append(p.open(), p.connect(1), p.ok(1), p.connect(3), p.ok(3))
		sent := map[uint32]*strings.Builder{1: {}, 3: {}}
		next := map[uint32]byte{}
		for range rapid.IntRange(3, 30).Draw(rt, "frames") {
			id := rapid.SampledFrom([]uint32{1, 3}).Draw(rt, "stream")
			b := make([]byte, rapid.IntRange(1, 60).Draw(rt, "length"))
			for i := range b {
				b[i] = next[id]
				next[id]++
			}
			sent[id].Write(b)
			data := p.c.padded(id, string(b), rapid.IntRange(0, 3).Draw(rt, "pad"))
			if rapid.IntRange(0, 5).Draw(rt, "lose") > 0 {
				events = append(events, c(data))
				continue
			}
			from := rapid.IntRange(0, len(data)-1).Draw(rt, "from")
			n := rapid.IntRange(1, len(data)-from).Draw(rt, "n")
			events = append(events, c(data[:from]), hole(cli, n), c(data[from+n:]))
		}
		f := runWith(t, newRecorder(), Config{}, 0, events...)
		for id, tape := range f.r.streams {
			checkOrder(rt, tape, sent[id].String())
		}
	})
}

// checkOrder holds what a stream was given against what was sent: byte i of it was i, modulo 256.
func checkOrder(t *rapid.T, s *tape, sent string) {
	unknown := len(s.notes[cli]) > 0
	if !unknown && string(s.got[cli]) != sent {
		t.Fatalf("stream %d: got %q, want %q", s.id, s.got[cli], sent)
	}
	exact := true
	for _, n := range s.notes[cli] {
		exact = exact && strings.HasPrefix(n, "gap")
	}
	if !exact {
		return
	}
	if len(s.got[cli]) != len(sent) {
		t.Fatalf("stream %d: %d bytes of %d, notes %v", s.id, len(s.got[cli]), len(sent), s.notes[cli])
	}
	for i, b := range s.got[cli] {
		if b != sent[i] && b != '_' {
			t.Fatalf("stream %d: byte %d is %q, want %q", s.id, i, b, sent[i])
		}
	}
}
