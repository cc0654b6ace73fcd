package trace

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// counting is Payloads that knows what it still has to keep.
type counting struct {
	Memory
	live map[int64]int
}

func (c *counting) Put(p []byte) (int64, error) {
	ref, err := c.Memory.Put(p)
	c.live[ref] = len(p)
	return ref, err
}

func (c *counting) Forget(ref int64, n int) {
	if c.live[ref] != n {
		panic("forgotten twice, or with another length")
	}
	delete(c.live, ref)
}

// twin is a Trace that drops, and one that does not and is given the same.
type twin struct {
	t         *rapid.T
	some, all *Trace
	kept      *counting
	next      map[int][2]int // the numbers of the next message and frame of each session
	forgotten map[int]bool   // sessions
	// both are the indexes of the messages in some and in total.
	both [][2]int
}

func (w *twin) apply(b *decode.Batch) {
	for _, tr := range []*Trace{w.some, w.all} {
		for i := range b.Events {
			if err := tr.Apply(b, &b.Events[i]); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// message tells a message of one to three frames, which are reported before it.
func (w *twin) message(session int) {
	next := w.next[session]
	next[0]++
	frames := rapid.IntRange(1, 3).Draw(w.t, "frames")
	odd := rapid.IntRange(0, 5).Draw(w.t, "odd") == 0
	for range frames {
		next[1]++
		f := ws.Frame{N: next[1], Message: next[0], Len: 3, Seen: 3, HeaderLen: 2}
		if odd {
			f.Findings = []*rule.Rule{rule.RSV}
		}
		w.apply(batchOf(session, []ws.Frame{f}, nil, nil))
	}
	m := ws.Message{N: next[0], Len: 3, WireLen: 3, Frames: frames, CloseCode: -1, Payload: []byte{byte(session), byte(next[0]), 1}}
	if odd {
		m.Findings = []*rule.Rule{rule.RSV}
		w.apply(batchOf(session, nil, []ws.Finding{{Rule: rule.RSV, Message: m.N}}, nil))
	}
	before := w.some.Len()
	w.apply(batchOf(session, nil, nil, []ws.Message{m}))
	if w.some.Len() > before {
		w.both = append(w.both, [2]int{before, w.all.Len() - 1})
	}
	w.next[session] = next
}

// check holds what is left against the Trace that dropped nothing.
func (w *twin) check() {
	payloads := 0
	for _, at := range w.both {
		i, k := at[0], at[1]
		n, m := w.some.Message(i)
		wantN, want := w.all.Message(k)
		if n == 0 {
			if w.some.PayloadLen(i) != 0 || w.some.SessionOf(i) != 0 || w.some.Index(wantN, want.N) >= 0 {
				w.t.Fatalf("message %d is forgotten by half", i)
			}
			continue
		}
		p, err := w.some.Payload(i)
		wantP, _ := w.all.Payload(k)
		if n != wantN || !reflect.DeepEqual(m, want) || !reflect.DeepEqual(p, wantP) || err != nil {
			w.t.Fatalf("message %d: got %d %+v %q %v, want %d %+v %q", i, n, m, p, err, wantN, want, wantP)
		}
		if w.some.Index(n, m.N) != i {
			w.t.Fatalf("%d:%d is at %d, want %d", n, m.N, w.some.Index(n, m.N), i)
		}
		if got, want := w.some.MessageFrames(n, m.N, 99), w.all.MessageFrames(n, m.N, 99); !reflect.DeepEqual(got, want) {
			w.t.Fatalf("frames of %d:%d: got %+v, want %+v", n, m.N, got, want)
		}
		payloads++
	}
	sessions, messages := w.some.Remembered()
	if messages != payloads || len(w.kept.live) != payloads || sessions != w.some.Sessions()-len(w.forgotten) {
		w.t.Fatalf("%d sessions, %d messages, %d payloads; want %d messages", sessions, messages, len(w.kept.live), payloads)
	}
}

// TestTraceForgetsWithoutRenumbering drops sessions and the oldest messages at random: what is left must be what a
// Trace has that drops nothing.
func TestTraceForgetsWithoutRenumbering(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		kept := &counting{live: map[int64]int{}}
		w := &twin{t: t, some: New(kept), all: New(&Memory{}), kept: kept, next: map[int][2]int{}, forgotten: map[int]bool{}}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			session := rapid.IntRange(1, 6).Draw(t, "session")
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				if session <= w.some.Sessions() {
					w.some.ForgetSession(session)
					w.forgotten[session] = true
				}
			case 1:
				w.some.ForgetOldest(rapid.IntRange(1, 20).Draw(t, "oldest"), rapid.IntRange(0, 3).Draw(t, "spare"))
			default:
				for range rapid.IntRange(1, 40).Draw(t, "messages") {
					w.message(session)
				}
			}
			w.check()
		}
		for n := range w.forgotten {
			if w.some.Session(n) != nil || w.some.MessageCount(n) != 0 || w.some.Findings(n) != nil || w.some.CurrentSession(n) != nil {
				t.Fatalf("session %d is not forgotten", n)
			}
		}
		var left []int
		for n := 1; n <= w.some.Sessions(); n++ {
			if !w.forgotten[n] {
				if w.some.PositionOf(n) != len(left) || w.some.SessionAt(len(left)) != n {
					t.Fatalf("session %d has rank %d", n, w.some.PositionOf(n))
				}
				left = append(left, n)
			}
		}
		if got := w.some.SessionsFrom(0, 100); !reflect.DeepEqual(got, left) {
			t.Fatalf("sessions %v, want %v", got, left)
		}
	})
}

// TestTraceIsBoundedInOneEndlessSession drops as many messages as come: nothing may be left of those.
func TestTraceIsBoundedInOneEndlessSession(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	for n := 1; n <= 300_000; n++ {
		applyAll(t, tr, batchOf(1, []ws.Frame{{N: n, Message: n, Len: 1, Seen: 1}}, []ws.Finding{{Rule: rule.RSV, Message: n}},
			[]ws.Message{{N: n, Frames: 1, CloseCode: -1, Findings: []*rule.Rule{rule.RSV}}}))
		if tr.Size() > 1<<20 {
			tr.ForgetOldest(64, 0)
		}
	}
	s := tr.of(1)
	if s.byN.len() != 300_000 || len(s.byN.list) > 4000 || len(s.frames.list) > 4000 || len(s.first.list) > 4000 ||
		len(tr.odd) > 4000 || len(tr.rows.list) > 8 || len(s.findings) > 2*maxForgetfulFindings || tr.FindingCount() != 300_000 {
		t.Errorf("left: %d %d %d numbers, %d odd, %d blocks, %d findings", len(s.byN.list), len(s.frames.list), len(s.first.list),
			len(tr.odd), len(tr.rows.list), len(s.findings))
	}
	if got := tr.FirstKept(1); got < 290_000 || tr.Index(1, got) < 0 || tr.Index(1, got-1) >= 0 {
		t.Errorf("the first message kept is %d", got)
	}
}

// TestNumberedCutsBehindAnAwaitedNumber: one number that never comes does not keep all that follow it.
func TestNumberedCutsBehindAnAwaitedNumber(t *testing.T) {
	t.Parallel()
	var l indexByNumber
	for n := 2; n <= 3*awaitedBehind; n++ {
		l.put(n, n)
		l.forget(n)
	}
	if len(l.list) > awaitedBehind+1 {
		t.Errorf("%d numbers are kept", len(l.list))
	}
	if l.put(1, 5); l.at(1) >= 0 || l.at(3*awaitedBehind) >= 0 || l.at(3*awaitedBehind+1) >= 0 {
		t.Error("a number that was cut off is found")
	}
}

func TestForgettingTakesTheOldestFirst(t *testing.T) {
	t.Parallel()
	f := Retention{Sessions: 3}
	open := &decode.Session{N: 1, State: decode.Open}
	f.Closed(nil, open, 0)
	for n := 2; n <= 6; n++ {
		s := &decode.Session{N: n, State: decode.Closed}
		f.Closed(nil, s, n)
		f.Closed(s, &decode.Session{N: n, State: decode.Closed, HasEnded: true}, 100) // told again
	}
	f.Closed(open, &decode.Session{N: 1, State: decode.Refused}, 7)
	var got []int
	for f.Over() {
		got = append(got, f.Next())
	}
	if at, ok := f.Oldest(); !reflect.DeepEqual(got, []int{2, 3, 4}) || f.Forgotten != 3 || at != 5 || !ok {
		t.Errorf("took %v, then %d %v", got, at, ok)
	}
}

// TestForgettingCountsHandshakes: sessions with large handshakes are dropped before there are many.
func TestForgettingCountsHandshakes(t *testing.T) {
	t.Parallel()
	f := Retention{Sessions: 1000, Bytes: 1 << 20}
	large := []http1.Header{{Name: "Cookie", Value: string(make([]byte, 100_000))}}
	for n := 1; n <= 20; n++ {
		f.Closed(nil, &decode.Session{N: n, State: decode.Closed, RequestHeaders: large}, n)
		for f.Over() {
			f.Next()
		}
	}
	if f.Forgotten != 10 || f.bytes > 1<<20 {
		t.Errorf("%d forgotten, %d bytes kept", f.Forgotten, f.bytes)
	}
	if none := (&Retention{}); none.Over() {
		t.Error("the zero value forgets")
	}
}

// TestASessionMayBeSpared: the oldest messages of others are dropped, its own only where they are many.
func TestASessionMayBeSpared(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	add := func(session, from, to int) {
		for n := from; n <= to; n++ {
			applyAll(t, tr, batchOf(session, nil, nil, []ws.Message{{N: n, Frames: 1, CloseCode: -1}}))
		}
	}
	add(1, 1, 100)
	add(2, 1, 100)
	if tr.ForgetOldest(50, 1); tr.FirstKept(1) != 1 || tr.FirstKept(2) != 51 {
		t.Errorf("kept from %d and %d on", tr.FirstKept(1), tr.FirstKept(2))
	}
	if tr.ForgetOldest(60, 1); tr.FirstKept(1) != 1 || tr.FirstKept(2) != 101 {
		t.Errorf("kept from %d and %d on", tr.FirstKept(1), tr.FirstKept(2))
	}
	if tr.ForgetOldest(60, 1); tr.FirstKept(1) != 61 { // there are no others
		t.Errorf("kept from %d on", tr.FirstKept(1))
	}
	add(1, 101, 2*maxSpared)
	add(2, 101, 102)
	if tr.ForgetOldest(64, 1); tr.FirstKept(1) != 61+64 || tr.Index(2, 101) < 0 {
		t.Errorf("kept from %d and %d on", tr.FirstKept(1), tr.FirstKept(2))
	}
}
