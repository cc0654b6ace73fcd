package http2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"golang.org/x/net/http2"
)

// TestHazard_X7_Floods: what is sent without end takes bounded memory, is counted, and leaves the session alone.
func TestHazard_X7_Floods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		lim   Limits
		flood func(p pair, f *feeder)
		rules string
		check func(n Counts) bool
	}{
		{"100,000 streams", Limits{Streams: 100}, func(p pair, f *feeder) {
			for i := range uint32(100_000) {
				f.play(p.connect(3 + 2*i))
			}
		}, "capture.limit 201: more than 100 streams would have to be followed", func(n Counts) bool { return n.NotFollowed == 99_901 }},
		{"100,000 ordinary streams", Limits{}, func(p pair, f *feeder) {
			for i := range uint32(100_000) {
				f.play(c(p.c.headers(3+2*i, ":method GET", ":path /")))
			}
		}, "", func(n Counts) bool { return n.Requests == 100_001 && n.NotFollowed == 0 }},
		{"rapid reset", Limits{Streams: 100}, func(p pair, f *feeder) {
			for i := range uint32(20_000) {
				f.play(c(p.connect(3+2*i).data + p.c.reset(3+2*i, 8)).acked(noAck))
			}
		}, "capture.limit 201: more than 100 streams would have to be followed", func(n Counts) bool { return n.Followed == 100 && n.NotFollowed == 19_901 }},
		{"rapid reset with answers", Limits{Streams: 100}, func(p pair, f *feeder) {
			for i := range uint32(20_000) {
				f.play(c(p.connect(3+2*i).data + p.c.reset(3+2*i, 8)))
				f.play(s(p.s.reset(3+2*i, 8)))
			}
		}, "", func(n Counts) bool { return n.Followed == 20_001 && n.NotFollowed == 0 }},
		{"SETTINGS", Limits{}, func(p pair, f *feeder) {
			for range 50_000 {
				f.play(c(p.c.settings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1})))
			}
		}, "", func(n Counts) bool { return n.Frames[typeSettings] == 50_004 }},
		{"PING", Limits{}, func(p pair, f *feeder) {
			for range 50_000 {
				f.play(c(p.c.ping()))
			}
		}, "", func(n Counts) bool { return n.Frames[typePing] == 50_000 }},
		{"CONTINUATION", Limits{Block: 1 << 10}, func(p pair, f *feeder) {
			f.play(c(p.c.raw(1, 0, 3, "")))
			for range 10_000 {
				f.play(c(p.c.raw(9, 0, 3, strings.Repeat("\x00\x01a\x01b", 20))))
			}
			f.play(c(p.c.raw(9, 4, 3, "")))
		}, "capture.limit 3: a header block of more than 1024 bytes", func(n Counts) bool { return n.Frames[typeContinuation] == 10_001 }},
		{"empty CONTINUATION", Limits{}, func(p pair, f *feeder) {
			f.play(c(p.c.raw(1, 0, 3, "")))
			for range 50_000 {
				f.play(c(p.c.raw(9, 0, 3, "")))
			}
			f.play(c(p.c.raw(9, 4, 3, "")))
		}, "", func(n Counts) bool { return n.Frames[typeContinuation] == 50_001 }},
		{"HPACK bomb", Limits{Block: 16 << 10}, func(p pair, f *feeder) {
			f.play(c(p.c.raw(1, 4, 3, "\x40\x01a\x7f\x81\x1e"+strings.Repeat("b", 4000)+strings.Repeat("\xbe", 12_000))))
		}, "capture.limit 3: the fields of a header block are more than 16384 bytes", func(n Counts) bool { return n.BlocksCut == 1 }},
		{"DATA before the response", Limits{Pending: 10_000}, func(p pair, f *feeder) {
			f.r.pending = false
			f.play(p.connect(3))
			for range 1000 {
				f.play(c(p.c.data(3, strings.Repeat("x", 100))))
			}
		}, "capture.limit 3: more than 10000 bytes wait for answers", func(n Counts) bool { return n.Overdue == 1 }},
		{"answers to nothing", Limits{Pending: 10_000, Streams: 50}, func(p pair, f *feeder) {
			for i := range uint32(1000) {
				f.play(s(p.s.headers(1001+2*i, ":status 200") + p.s.data(1001+2*i, strings.Repeat("x", 100))).acked(noAck))
			}
		}, "", func(n Counts) bool { return n.NotFollowed > 900 }},
		{"frames of a wrong form", Limits{}, func(p pair, f *feeder) {
			for range 1000 {
				f.play(c(p.c.raw(6, 0, 0, "short")))
			}
		}, strings.TrimSuffix(strings.Repeat("h2.frame-size 0: PING of 5 bytes | ", maxFindings), " | "), func(n Counts) bool { return n.Unreported == 1000-maxFindings }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			f := newFeeder(newRecorder(), Config{Limits: tt.lim})
			for _, e := range p.session() {
				f.play(e)
			}
			tt.flood(p, f)
			f.play(c(p.c.data(1, "after")))
			if n := f.c.kept(); n > 3<<20 {
				t.Errorf("about %d bytes are kept", n)
			}
			f.end(t)
			wantStream(t, f, 1, cli, "after", "", reassembly.CloseEnd)
			if rules := f.r.rules; len(rules) > 0 && tt.lim.Streams > 0 {
				rules = rules[:1]
				f.r.rules = rules
			}
			wantRules(t, f, tt.rules)
			if n := f.c.Counts(); !tt.check(n) {
				t.Errorf("counts %+v", n)
			}
		})
	}
}

// kept is about how many bytes c keeps.
func (c *Conn) kept() int {
	n := c.heldBytes + 300*len(c.streams) + 16*len(c.ignored)
	for d := range c.half {
		h := &c.half[d]
		n += cap(h.buf) + cap(h.block.buf) + h.table.size + 40*cap(h.spans.list) + 16*cap(h.doubts) + 8*cap(h.resets)
		if h.search != nil {
			n += cap(h.search.buf) + 40*cap(h.search.marks)
		}
	}
	return n
}

// TestSearchIsBounded: bytes that never become frames are not kept.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\x00", "no frames ", "\x00\x3f\xff\x00\x00\x00\x00\x00\x01", "\x00\x00\x00\x00\x00\x00\x00\x00\x01", "\x00\x00\x08\x06\x00\x00\x00\x00\x00"} {
		p := newPair()
		f := newFeeder(newRecorder(), Config{})
		for _, e := range p.session(hole(cli, 100)) {
			f.play(e)
		}
		most := 0
		for range 2000 {
			f.play(c(strings.Repeat(text, 1000/len(text))))
			most = max(most, f.c.kept())
		}
		if most > 1<<20 {
			t.Errorf("%q: %d bytes were kept", text, most)
		}
		f.end(t)
	}
}

// TestManyLosses: losses without number keep nothing, also while a stream waits for its answer.
func TestManyLosses(t *testing.T) {
	t.Parallel()
	p := newPair()
	f := newFeeder(newRecorder(), Config{})
	for _, e := range append(p.session(), p.connect(3)) {
		f.play(e)
	}
	for i := range 3000 {
		f.play(hole(cli, 100))
		f.play(c(p.c.data(3, fmt.Sprint(i))))
		f.play(c(p.c.ping()))
	}
	if n := f.c.kept(); n > 2<<20 {
		t.Errorf("about %d bytes are kept", n)
	}
	f.end(t)
}
