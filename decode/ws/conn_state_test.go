package ws

import (
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

var allStates = []State{Exact, Conflict, Partial, Guessed, Undecodable}

// TestWorse: states claim less from left to right, but for what is guessed and has holes too.
func TestWorse(t *testing.T) {
	t.Parallel()
	const e, c, p, g, u = Exact, Conflict, Partial, Guessed, Undecodable
	want := [5][5]State{
		{e, c, p, g, u},
		{c, c, p, g, u},
		{p, p, p, p, u},
		{g, g, p, g, u},
		{u, u, u, u, u},
	}
	for i, a := range allStates {
		for k, b := range allStates {
			if got := a.Worse(b); got != want[i][k] {
				t.Errorf("%v and %v: got %v, want %v", a, b, got, want[i][k])
			}
			for _, d := range allStates {
				if got, other := a.Worse(b).Worse(d), a.Worse(b.Worse(d)); got != other {
					t.Errorf("%v, %v, %v: %v or %v, by the order", a, b, d, got, other)
				}
			}
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"c2s": C2S.String(), "s2c": S2C.String(), "exact": Exact.String(), "conflict": Conflict.String(), "partial": Partial.String(),
		"guessed": Guessed.String(), "undecodable": Undecodable.String(), "": Why(0).String(), "window lost": WindowLost.String(),
		"window evicted": WindowEvicted.String(), "limit": Limit.String(), "unknown extension": UnknownExtension.String(),
		"inflate error": InflateError.String(), "bad length": BadLength.String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestSkip steps over bytes between two frames and nowhere else.
func TestSkip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before string
		from         int64
		want         bool
	}{
		{"before anything", "", 0, true},
		{"before anything, further on", "", 70, true},
		{"between frames", "81 01 41", 3, true},
		{"between fragments", "01 01 41", 3, true},
		{"not where the direction is", "81 01 41", 4, false},
		{"in a header", "81 01 41 81", 4, false},
		{"in a masking key", "81 81 01 02", 4, false},
		{"in a payload", "81 02 41", 3, false},
		{"after an impossible length", "81 7f 80 00 00 00 00 00 00 00", 10, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true}).hex(S2C, c.before)
			if got := r.c.Skip(reassembly.Rev, c.from, 5); got != c.want {
				t.Fatalf("got %v, want %v", got, c.want)
			}
			if !c.want {
				return
			}
			r.off[S2C] = c.from + 5
			r.hex(S2C, "82 01 42")
			f := r.rec.frames[len(r.rec.frames)-1]
			if f.Offset != c.from+5 || f.Seen != 1 {
				t.Errorf("the frame after it: %+v", f)
			}
			if r.rec.broke() != "" && c.name != "between fragments" {
				t.Errorf("findings %q", r.rec.broke())
			}
		})
	}
}

// TestGapsAnywhere has one missing byte at each place of two frames: what is known of each is said, and no more.
func TestGapsAnywhere(t *testing.T) {
	t.Parallel()
	in := append(build(0x81, "one", ""), build(0x82, "two", "")...)
	for at := range in {
		r := newRig(t, Config{Keep: true})
		r.data(S2C, in[:at])
		r.gap(S2C, 1)
		r.data(S2C, in[at+1:])
		r.close()
		var want []State
		switch {
		case at < 2: // the first header: nothing can be known
		case at < 5:
			want = []State{Partial, Exact}
		case at < 7: // the second header: only the first message is known
			want = []State{Exact}
		default:
			want = []State{Exact, Partial}
		}
		got := r.states()
		if len(got) != len(want) {
			t.Errorf("byte %d missing: got %v, want %v", at, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("byte %d missing: got %v, want %v", at, got, want)
			}
		}
		if r.bytes.Missing != 1 {
			t.Errorf("byte %d missing: %+v", at, r.bytes)
		}
	}
}

// TestGapBeforeAnything: a direction that begins with a gap looks for a boundary, at the offset that it is given.
func TestGapBeforeAnything(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.off[S2C] = 1000
	r.gap(S2C, 50)
	h := &r.c.halves[S2C]
	if h.mode != searching || h.first != 1000 || h.off != 1050 {
		t.Errorf("mode %v, first %d, off %d", h.mode, h.first, h.off)
	}
	r.hex(S2C, "00 11 22")
	r.close()
	if len(r.rec.messages) != 0 || r.bytes.Undecoded != 3 || r.bytes.Missing != 50 {
		t.Errorf("%d messages, account %+v", len(r.rec.messages), r.bytes)
	}
}

// TestHoles has gaps in one payload: those that touch are one, and lie where they were sent.
func TestHoles(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, []byte("\x02\x0aab"))
	r.gap(S2C, 2).gap(S2C, 1)
	r.data(S2C, []byte("fg"))
	r.gap(S2C, 1)
	r.data(S2C, []byte("ij\x80\x05"))
	r.gap(S2C, 5)
	r.data(S2C, build(0x82, "next", ""))
	r.close().want(`1 s2c binary partial hole 2+3 hole 7+1 hole 10+5 "abfgij" 2 s2c binary exact "next"`, "")
	if m := r.rec.messages[0]; m.Missing != 9 || m.Len != 15 || m.WireLen != 15 || m.Frames != 2 {
		t.Errorf("missing %d, length %d, on the wire %d, %d frames", m.Missing, m.Len, m.WireLen, m.Frames)
	}
	if f := r.rec.frames[0]; f.Seen != 6 || f.Len != 10 || f.State != Partial {
		t.Errorf("frame 1: %+v", f)
	}
	if f := r.rec.frames[1]; f.Seen != 0 || f.Len != 5 || f.State != Partial {
		t.Errorf("frame 2: %+v", f)
	}
}

// TestCounts are of what was reported, declared lengths too, and never overflow.
func TestCounts(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Deflate: &Deflate{}})
	for range 4 {
		r.data(S2C, build(0xc1, "\xf2\x48\xcd\xc9\xc9\x07\x00", ""))
		r.data(S2C, build(0x89, "ping", ""))
	}
	r.hex(S2C, "82 7f 7f ff ff ff ff ff ff ff 41")
	r.close()
	got := r.c.Counts(S2C)
	const most = 1<<63 - 1
	if got.Messages != 9 || got.Frames != 9 || got.Bytes != most || got.WireBytes != most {
		t.Errorf("got %+v", got)
	}
	if r.c.Counts(C2S) != (Counts{}) {
		t.Errorf("the other direction: %+v", r.c.Counts(C2S))
	}
}

// TestUnknownExtension: what it set a bit on is not decoded, what it did not is trusted less; control frames are what they are.
func TestUnknownExtension(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true, Unknown: true}).hex(S2C, "82 01 41 a2 01 42 89 00 02 01 43 90 01 44 83 01 45").close()
	for i, want := range []struct {
		state      State
		why        Why
		confidence float32
	}{
		{Guessed, 0, unknownConfidence},
		{Undecodable, UnknownExtension, 0},
		{Exact, 0, 0},
		{Undecodable, UnknownExtension, 0},
		{Guessed, 0, unknownConfidence},
	} {
		m := r.rec.messages[i]
		if m.State != want.state || m.Why != want.why || m.Confidence != want.confidence {
			t.Errorf("message %d: %v %v %v, want %+v", m.N, m.State, m.Why, m.Confidence, want)
		}
	}
	if r.rec.broke() != "" {
		t.Errorf("findings %q", r.rec.broke())
	}
}

// TestFindingsSayWhere: each has its message, its frame, its packet and the offset of the byte that broke the rule.
func TestFindingsSayWhere(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.hex(S2C, "82 01 41").hex(S2C, "89 7e 00 01 42").hex(S2C, "01 02 43 ff 83 00").hex(S2C, "80 00")
	r.close()
	want := []Finding{
		{Rule: rule.LengthMinimal, Message: 2, Frame: 2, Offset: 3},
		{Rule: rule.UTF8, Message: 3, Frame: 3, Offset: 11},
		{Rule: rule.OpcodeReserved, Message: 4, Frame: 4, Offset: 12},
	}
	packets := []int{2, 3, 3}
	if len(r.rec.findings) != len(want) {
		t.Fatalf("findings %+v", r.rec.findings)
	}
	for i, w := range want {
		f := r.rec.findings[i]
		if f.Rule != w.Rule || f.Message != w.Message || f.Frame != w.Frame || f.Offset != w.Offset || f.Dir != S2C || f.At.Packet != packets[i] {
			t.Errorf("finding %d: got %s %+v, want %+v in packet %d", i+1, f.Rule.ID, f, w, packets[i])
		}
	}
}
