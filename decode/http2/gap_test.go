package http2

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

// long is a DATA frame of some length, whose content says where it is.
func long(w *wire, id uint32, n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString("0123456789")
	}
	return w.data(id, b.String()[:n])
}

// TestGapInData: a gap within DATA is passed on with its length, and nothing else suffers.
func TestGapInData(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		frame func(w *wire) string
		// from and n are the bytes that are missing.
		from, n    int
		got, notes string
	}{
		{"in the middle", func(w *wire) string { return w.data(1, "hello") }, 10, 3, "h___onext", "gap 1+3"},
		{"all of it", func(w *wire) string { return w.data(1, "hello") }, 9, 5, "_____next", "gap 0+5"},
		{"the last byte, with END_STREAM", func(w *wire) string { return w.last(1, "hello") }, 13, 1, "hell_", "gap 4+1"},
		{"before padding", func(w *wire) string { return w.padded(1, "hello", 4) }, 11, 2, "h__lonext", "gap 1+2"},
		{"up into the padding", func(w *wire) string { return w.padded(1, "hello", 4) }, 14, 3, "hell_next", "gap 4+1"},
		{"padding alone", func(w *wire) string { return w.padded(1, "hello", 4) }, 15, 4, "hellonext", ""},
		{"the length of the padding", func(w *wire) string { return w.padded(1, "hello", 4) }, 9, 3, "next", "unknown 0"},
		{"another stream's", func(w *wire) string { return w.data(3, "hello") }, 9, 5, "next", ""},
		{"PING", func(w *wire) string { return w.ping() }, 9, 8, "next", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for size := range 4 {
				p := newPair()
				b := tt.frame(p.c)
				f := runWith(t, newRecorder(), Config{}, size, p.session(c(b[:tt.from]), hole(cli, tt.n), c(b[tt.from+tt.n:]+p.c.data(1, "next")))...)
				kind := reassembly.CloseEnd
				if strings.Contains(tt.name, "END_STREAM") {
					kind = reassembly.CloseFIN
				}
				wantStream(t, f, 1, cli, tt.got, tt.notes, kind)
				if n := f.c.Counts(); n.Losses != 0 {
					t.Errorf("%d losses", n.Losses)
				}
			}
		})
	}
}

// TestGapOverHeader: the next header is found, what was known goes on, and what was lost is said.
func TestGapOverHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events func(p pair) []event
		got    string
		notes  string
	}{
		{"a whole packet with one frame", func(p pair) []event {
			a := p.c.data(1, "lost")
			return []event{hole(cli, len(a)), c(p.c.data(1, "one")), c(p.c.data(1, "two"))}
		}, "onetwo", "unknown 0"},
		{"the end of one frame and the begin of another", func(p pair) []event {
			a, b := p.c.data(1, "hello"), p.c.data(1, "brave")
			return []event{c(a[:11]), hole(cli, 10), c(b[7:]), c(p.c.data(1, "new")), c(p.c.data(1, "world"))}
		}, "he___newworld", "gap 2+3, unknown 5"},
		{"found within a packet", func(p pair) []event {
			a := long(p.c, 1, 300)
			return []event{hole(cli, 100), c(a[100:] + p.c.data(1, "one") + p.c.ping() + p.c.data(1, "two") + p.c.data(1, "three"))}
		}, "onetwothree", "unknown 0"},
		{"found by the end of the capture", func(p pair) []event {
			return []event{hole(cli, 100), c(p.c.data(1, "one"))}
		}, "one", "unknown 0"},
		{"not found", func(p pair) []event {
			return []event{hole(cli, 100), c(strings.Repeat("no frame ", 100))}
		}, "", "unknown 0"},
		{"lost again while it is searched for", func(p pair) []event {
			a := long(p.c, 1, 300)
			return []event{hole(cli, 100), c(a[100:200]), hole(cli, 30), c(a[230:]), c(p.c.data(1, "one")), c(p.c.data(1, "two"))}
		}, "onetwo", "unknown 0"},
		{"a frame of zeros", func(p pair) []event {
			a := p.c.data(1, strings.Repeat("\x00\x00\x00\x00\x00\x00\x00\x00\x01", 200))
			return []event{hole(cli, 500), c(a[500:]), c(p.c.data(1, "one")), c(p.c.data(1, "two"))}
		}, "onetwo", "unknown 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			whole := ""
			for size := range 40 {
				p := newPair()
				f := runWith(t, newRecorder(), Config{}, size, p.session(tt.events(p)...)...)
				wantStream(t, f, 1, cli, tt.got, tt.notes, reassembly.CloseEnd)
				wantStream(t, f, 1, srv, "", "", reassembly.CloseEnd)
				if whole == "" {
					whole = f.r.all()
				}
				if got := f.r.all(); got != whole {
					t.Fatalf("cut into %d:\n got  %s\n want %s", size, got, whole)
				}
			}
		})
	}
}

// TestHazard_X6_TableAfterLoss: fields that refer to what was lost are unknown; those sent since are right.
func TestHazard_X6_TableAfterLoss(t *testing.T) {
	t.Parallel()
	p := newPair()
	first := p.c.headers(1, append(connectLines, "a old", "b old")...)
	lost := p.c.headers(3, append(connectLines, "c lost")...)
	second := p.c.headers(5, append(connectLines, "a old", "c lost", "b new", "c lost")...)
	third := p.c.headers(7, append(connectLines, "b new", "d new")...)
	f := run(t, Config{}, append(p.open(), c(first), p.ok(1), hole(cli, len(lost)), c(second), c(third), c(p.c.ping()), p.ok(5), p.ok(7), c(p.c.data(7, "7")+p.c.data(1, "1")))...)
	want(t, f, "request 1 :method=CONNECT :protocol=websocket :scheme=https :path=/chat :authority=example.com sec-websocket-version=13 a=old b=old"+
		" | response 1 to 1 :status=200"+
		" | request 5 ?= ?= :scheme=https ?= ?= ?= ?= ?= ?=new ?= FOUND"+
		" | request 7 ?= ?= :scheme=https ?= ?= ?= ?=new d=new FOUND"+
		" | response 5 to 5 :status=200 | response 7 to 7 :status=200")
	wantStream(t, f, 7, cli, "7", "", reassembly.CloseEnd)
	wantStream(t, f, 1, cli, "1", "unknown 0", reassembly.CloseEnd)
	for _, q := range f.r.reqs {
		if q.Found {
			t.Errorf("request %d is still Found", q.Stream)
		}
	}
	wantRules(t, f, "")
}

// TestGapInHeaders: a section of which a part is missing is told as far as it goes.
func TestGapInHeaders(t *testing.T) {
	t.Parallel()
	p := newPair()
	b := p.c.headers(1, append(connectLines, "a "+strings.Repeat("x", 200))...)
	f := run(t, Config{}, append(p.open(), c(b[:60]), hole(cli, 100), c(b[160:]), p.ok(1), c(p.c.data(1, "CC")+p.c.headers(3, connectLines...)))...)
	if got := f.r.log[0]; !strings.HasPrefix(got, "request 1 :method=CONNECT :protocol=websocket") || !strings.HasSuffix(got, "PARTIAL") {
		t.Error(got)
	}
	wantStream(t, f, 1, cli, "CC", "", reassembly.CloseEnd)
	if got, want := f.r.log[2], "request 3 ?= ?= :scheme=https ?= ?= ?="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLostExchange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events func(p pair) []event
		calls  string
		got    [2]string
	}{
		{"request lost", func(p pair) []event {
			a := p.connect(1)
			return []event{hole(cli, len(a.data)), p.ok(1), s(p.s.data(1, "SS")), c(p.c.data(1, "C1")), c(p.c.data(1, "C2"))}
		}, "response 1 to ? :status=200", [2]string{"C1C2", "SS"}},
		{"response lost", func(p pair) []event {
			a := p.ok(1)
			return []event{p.connect(1), hole(srv, len(a.data)), c(p.c.data(1, "C1")), s(p.s.data(1, "S1")), s(p.s.data(1, "S2")), c(p.c.data(1, "C2"))}
		}, req1 + " | pending 1", [2]string{"C1C2", "S1S2"}},
		{"response lost, the server is silent", func(p pair) []event {
			a := p.ok(1)
			return []event{p.connect(1), hole(srv, len(a.data)), c(p.c.data(1, "C1")), c(p.c.data(1, "C2")).when(2e9)}
		}, req1 + " | pending 1", [2]string{"C1C2", ""}},
		{"both lost", func(p pair) []event {
			a, b := p.connect(1), p.ok(1)
			return []event{hole(cli, len(a.data)), hole(srv, len(b.data)), c(p.c.data(1, "C1")), c(p.c.data(1, "C2")), c(p.c.data(1, "C3")), s(p.s.data(1, "S1")), s(p.s.data(1, "S2"))}
		}, "midstream 1 0", [2]string{"C1C2C3", "S1S2"}},
		{"request comes late", func(p pair) []event {
			a, b := p.c.ping(), p.connect(1)
			return []event{p.ok(1).acked(10_000), s(p.s.data(1, "SS")), hole(cli, len(a)), b, c(p.c.data(1, "CC"))}
		}, req1 + " FOUND | response 1 to 1 :status=200", [2]string{"CC", "SS"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			f := run(t, Config{}, append(p.open(), tt.events(p)...)...)
			want(t, f, tt.calls)
			got := [2]string{}
			if s := f.r.streams[1]; s != nil {
				got = [2]string{string(s.got[0]), string(s.got[1])}
			}
			if got != tt.got {
				t.Errorf("got %q, want %q", got, tt.got)
			}
		})
	}
}

// TestMidstream: a capture that begins in the middle of a connection.
func TestMidstream(t *testing.T) {
	t.Parallel()
	p := newPair()
	f := newFeeder(newRecorder(), Config{})
	f.c.Lost(cli)
	f.c.Lost(srv)
	for _, e := range []event{c("ddle of a frame" + p.c.data(9, "C1")), s(p.s.data(9, "S1")), c(p.c.data(9, "C2") + p.c.data(9, "C3") + p.c.data(11, "C4")),
		s(p.s.data(9, "S2") + p.s.ping() + p.s.data(9, "S3")), p.connect(13), p.ok(13), c(p.c.data(13, "new"))} {
		f.play(e)
	}
	f.end(t)
	wantStream(t, f, 9, cli, "C1C2C3", "", reassembly.CloseEnd)
	wantStream(t, f, 9, srv, "S1S2S3", "", reassembly.CloseEnd)
	wantStream(t, f, 13, cli, "new", "", reassembly.CloseEnd)
	wantRules(t, f, "")
}

// TestInferred: a gap whose length is not certain.
func TestInferred(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		// n is what is inferred of the 2 bytes that are missing.
		n, least, most int64
		got, notes     string
	}{
		{"right", 2, 1, 3, "h__loonetwo", "inferred 1+2 (1 to 3), gap 1+2"},
		{"too little", 1, 1, 2, "h_lo\x00two", "inferred 1+1 (1 to 2), gap 1+1, unknown 5"},
		{"too much", 3, 2, 3, "h___ltwo", "inferred 1+3 (2 to 3), gap 1+3, unknown 5"},
		{"perhaps more than the frame", 2, 1, 7, "h__onetwo", "gap 1+2, unknown 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for size := range 9 {
				p := newPair()
				f := newFeeder(newRecorder(), Config{})
				f.cut = size
				b := p.c.data(1, "hello")
				for _, e := range p.session(c(b[:10])) {
					f.play(e)
				}
				f.c.Inferred(cli, f.off[cli], tt.n, tt.least, tt.most)
				one := p.c.data(1, "one")
				for _, e := range []event{hole(cli, int(tt.n)), c(b[12:]), c(one), c(p.c.data(1, "two")), c(p.c.ping())} {
					f.play(e)
				}
				f.end(t)
				wantStream(t, f, 1, cli, tt.got, tt.notes, reassembly.CloseEnd)
			}
		})
	}
}

func TestConflict(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		e      func(f *feeder) event
		notes  string
		doubts int
	}{
		{"in the last DATA", func(f *feeder) event { return differ(cli, 3, 1) }, "conflict 6+3", 0},
		{"over both and the header between", func(f *feeder) event { return differ(cli, 16, 2) }, "conflict 1+4, conflict 5+3", 1},
		{"in a header", func(f *feeder) event { return differ(cli, 2, 5) }, "", 1},
		{"in the request", func(f *feeder) event { return differ(cli, 5, 40) }, "", 1},
		{"in the other direction's header", func(f *feeder) event { return differ(srv, 1, 3) }, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPair()
			events := p.session(c(p.c.data(1, "hello")), c(p.c.data(1, "world")))
			f := newFeeder(newRecorder(), Config{})
			for _, e := range events {
				if e.ack = noAck; e.data != "" {
					f.play(e)
				}
			}
			f.play(tt.e(f))
			f.end(t)
			tape := f.r.streams[1]
			if got := strings.Join(tape.notes[cli], ", "); got != tt.notes || tape.doubts != tt.doubts {
				t.Errorf("got %q, %d doubts, want %q, %d", got, tape.doubts, tt.notes, tt.doubts)
			}
		})
	}
}

// TestConflictAhead: a conflict may be known before its bytes.
func TestConflictAhead(t *testing.T) {
	t.Parallel()
	for size := range 30 {
		p := newPair()
		f := newFeeder(newRecorder(), Config{})
		f.cut = size
		for _, e := range p.session() {
			f.play(e)
		}
		head, data := p.c.headers(3, connectLines...), p.c.data(1, "hello")
		off := f.off[cli]
		f.c.Conflict(cli, off+10, 2)
		f.c.Conflict(cli, off+20, 3)
		f.play(c(data + head))
		f.end(t)
		tape := f.r.streams[1]
		if got := strings.Join(tape.notes[cli], ", "); got != "conflict 1+2" || tape.doubts != 1 {
			t.Errorf("got %q, %d doubts", got, tape.doubts)
		}
		if q := f.r.reqs[1]; !q.Conflict {
			t.Errorf("cut into %d: request %+v", size, q)
		}
	}
}
