package trace

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// drawWide draws a number that may need more than 32 bits, -1 too.
func drawWide(t *rapid.T, name string) int64 {
	return rapid.SampledFrom([]int64{-1, 0, 1, 2, 77, math.MaxUint16, math.MaxUint16 + 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64 / 2}).Draw(t, name)
}

// drawPacket draws a packet number as wide as an int is.
func drawPacket(t *rapid.T, name string) int {
	return int(min(max(drawWide(t, name), 0), math.MaxInt/2))
}

func drawStamp(t *rapid.T, name string) ws.Stamp {
	return ws.Stamp{Packet: drawPacket(t, name), Time: capture.Time(rapid.Int64().Draw(t, name+" time"))}
}

func drawState(t *rapid.T) ws.State {
	return rapid.SampledFrom([]ws.State{ws.Exact, ws.Conflict, ws.Partial, ws.Guessed, ws.Undecodable}).Draw(t, "state")
}

// drawMessage draws a message with any field at its borders, most of them as they usually are.
func drawMessage(t *rapid.T) ws.Message {
	m := ws.Message{
		N: 1, Dir: ws.Dir(rapid.IntRange(0, 1).Draw(t, "dir")), Opcode: ws.Opcode(rapid.Uint8Max(15).Draw(t, "opcode")),
		Start: drawStamp(t, "start"), Last: drawStamp(t, "last"), Min: drawPacket(t, "min"), Len: drawWide(t, "len"),
		WireLen: max(drawWide(t, "wire"), 0), Frames: int(max(drawWide(t, "frames"), 0) % (1 << 20)), State: drawState(t),
		Compressed: rapid.Bool().Draw(t, "compressed"), ValidUTF8: rapid.Bool().Draw(t, "UTF-8"), Conflict: rapid.Bool().Draw(t, "conflict"),
		CloseCode: rapid.SampledFrom([]int{-1, -1, 0, 1000, 4999, 65535}).Draw(t, "code"), Why: ws.Why(rapid.Uint8Max(6).Draw(t, "why")),
	}
	m.Max = m.Last.Packet
	m.Stream = ws.Range{Start: max(drawWide(t, "offset"), 0)}
	m.Stream.End = m.Stream.Start + max(drawWide(t, "span"), 0)
	switch rapid.IntRange(0, 9).Draw(t, "rare") {
	case 0:
		m.Max = drawPacket(t, "max")
	case 1:
		m.Holes, m.Missing = []ws.Hole{{At: drawWide(t, "at"), N: 5}}, 5
	case 2:
		m.Findings = []*rule.Rule{rule.RSV, rule.UTF8}
	case 3:
		m.Confidence = 0.25
	}
	return m
}

// TestAnyMessageIsKept: whatever fits into a row or not, a message comes back as it was.
func TestAnyMessageIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawMessage(t)
		tr := New(nil)
		given := want
		b := batchOf(1, nil, nil, []ws.Message{given})
		if err := tr.Apply(b, &b.Events[0]); err != nil {
			t.Fatal(err)
		}
		s, got := tr.Message(0)
		if s != 1 || !reflect.DeepEqual(*got, want) {
			t.Fatalf("session %d\n got %+v\nwant %+v", s, *got, want)
		}
		if tr.Time(0) != want.Last.Time || tr.SessionOf(0) != 1 {
			t.Fatalf("time %d, session %d, want %d and 1", tr.Time(0), tr.SessionOf(0), want.Last.Time)
		}
	})
}

// drawFrame draws a frame as drawMessage does a message.
func drawFrame(t *rapid.T) ws.Frame {
	f := ws.Frame{
		N: 1, Message: 1, Dir: ws.Dir(rapid.IntRange(0, 1).Draw(t, "dir")), Fin: rapid.Bool().Draw(t, "fin"), RSV: rapid.Uint8Max(7).Draw(t, "rsv"),
		Opcode: ws.Opcode(rapid.Uint8Max(15).Draw(t, "opcode")), Masked: rapid.Bool().Draw(t, "masked"), HeaderLen: rapid.IntRange(2, 14).Draw(t, "header"),
		Len: drawWide(t, "len"), Offset: max(drawWide(t, "offset"), 0), First: drawStamp(t, "first"), Last: drawStamp(t, "last"), State: drawState(t),
	}
	if f.Masked {
		f.MaskKey = [4]byte{1, 0, 255, rapid.Byte().Draw(t, "key")}
	}
	f.Seen, f.Min, f.Max, f.MaxTime = f.Len, f.First.Packet, f.Last.Packet, f.Last.Time
	switch rapid.IntRange(0, 9).Draw(t, "rare") {
	case 0:
		f.Seen = f.Len / 2
	case 1:
		f.Min = drawPacket(t, "min")
	case 2:
		f.Max, f.MaxTime = drawPacket(t, "max"), 5
	case 3:
		f.Findings = []*rule.Rule{rule.MaskRequired}
	}
	return f
}

// TestAnyFrameIsKept as it was.
func TestAnyFrameIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawFrame(t)
		tr := New(nil)
		b := batchOf(1, []ws.Frame{want}, nil, nil)
		if err := tr.Apply(b, &b.Events[0]); err != nil {
			t.Fatal(err)
		}
		var got ws.Frame
		if s := tr.FrameInto(0, &got); s != 1 || !reflect.DeepEqual(got, want) {
			t.Fatalf("session %d\n got %+v\nwant %+v", s, got, want)
		}
	})
}

// TestOrdinaryTrafficIsPacked: what most sessions consist of needs no more than a row.
func TestOrdinaryTrafficIsPacked(t *testing.T) {
	t.Parallel()
	const most32 = min(math.MaxUint32, math.MaxInt) // a 32-bit machine has no more
	stamp := ws.Stamp{Packet: most32, Time: 1 << 60}
	m := ws.Message{N: most32, Opcode: ws.OpText, Start: stamp, Last: stamp, Min: 1, Max: most32, Len: math.MaxUint32, WireLen: math.MaxUint32,
		Frames: math.MaxUint16, Stream: ws.Range{Start: 1 << 40, End: 1<<40 + math.MaxUint32}, CloseCode: 65535, Compressed: true, ValidUTF8: true, Conflict: true}
	if r := new(row); !r.pack(&m) {
		t.Errorf("not packed: %+v", m)
	}
	f := ws.Frame{N: most32, Message: most32, Len: math.MaxUint32, Seen: math.MaxUint32, Offset: 1 << 40, First: stamp, Last: stamp,
		Min: stamp.Packet, Max: stamp.Packet, MaxTime: stamp.Time, Masked: true, HeaderLen: 14, State: ws.Partial}
	if r := new(frameRow); !r.pack(&f) {
		t.Errorf("not packed: %+v", f)
	}
}

// TestWhatIsKeptIsACopy: the slices of an event may be used again by who reported it.
func TestWhatIsKeptIsACopy(t *testing.T) {
	t.Parallel()
	payload, holes, rules, frameRules := []byte("payload"), []ws.Hole{{At: 1, N: 2}}, []*rule.Rule{rule.RSV}, []*rule.Rule{rule.UTF8}
	tr := New(&Memory{})
	applyAll(t, tr, batchOf(1, []ws.Frame{{N: 1, Message: 1, Findings: frameRules}}, nil,
		[]ws.Message{{N: 1, Frames: 1, CloseCode: -1, Payload: payload, Holes: holes, Missing: 2, Findings: rules}}))
	copy(payload, "PAYLOAD")
	holes[0], rules[0], frameRules[0] = ws.Hole{At: 9, N: 9}, rule.MaskZero, rule.MaskZero
	_, m := tr.Message(0)
	if p, err := tr.Payload(0); string(p) != "payload" || err != nil {
		t.Errorf("payload %q, %v", p, err)
	}
	var f ws.Frame
	tr.FrameInto(0, &f)
	if m.Holes[0].At != 1 || m.Findings[0] != rule.RSV || f.Findings[0] != rule.UTF8 || m.Payload != nil {
		t.Errorf("message %+v, frame %+v", m, f)
	}
	p, _ := tr.Prefix(0, 3)
	_ = append(p, "XXXX"...) // must not reach what lies after it
	if p, _ := tr.Payload(0); string(p) != "payload" {
		t.Errorf("payload %q after an append to its prefix", p)
	}
}

// amend is an event that re-labels message or frame n of a session.
func amend(t testing.TB, tr *Trace, kind decode.Kind, session, n int, s ws.State) {
	t.Helper()
	if err := tr.Apply(&decode.Batch{}, &decode.Event{Kind: kind, Session: &decode.SessionRef{N: session}, N: n, State: s}); err != nil {
		t.Fatal(err)
	}
}

// TestAmendOnlyMakesWorse, packed or not, and nothing of what was dropped or never was.
func TestAmendOnlyMakesWorse(t *testing.T) {
	t.Parallel()
	states := []ws.State{ws.Exact, ws.Conflict, ws.Partial, ws.Guessed, ws.Undecodable}
	for _, odd := range []bool{false, true} {
		for _, before := range states {
			for _, by := range states {
				m := ws.Message{N: 1, Frames: 1, CloseCode: -1, State: before}
				f := ws.Frame{N: 1, Message: 1, State: before}
				if odd {
					m.Findings, f.Findings = []*rule.Rule{rule.RSV}, []*rule.Rule{rule.RSV}
				}
				tr := New(nil)
				apply(t, tr, []ws.Message{m}, []ws.Frame{f})
				amend(t, tr, decode.KindAmend, 1, 1, by)
				amend(t, tr, decode.KindAmendFrame, 1, 1, by)
				_, gotM := tr.Message(0)
				var gotF ws.Frame
				tr.FrameInto(0, &gotF)
				if want := before.Worse(by); gotM.State != want || gotF.State != want || !gotM.Conflict {
					t.Errorf("%v amended by %v, odd %v: message %v, frame %v, conflict %v", before, by, odd, gotM.State, gotF.State, gotM.Conflict)
				}
			}
		}
	}
}

// TestAmendOfNothing: a number that never came, one that was dropped, a session that was dropped.
func TestAmendOfNothing(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	for session := 1; session <= 2; session++ {
		applyAll(t, tr, batchOf(session, []ws.Frame{{N: 1, Message: 1}, {N: 2, Message: 2}}, nil,
			[]ws.Message{{N: 1, Frames: 1, CloseCode: -1}, {N: 2, Frames: 1, CloseCode: -1}}))
	}
	tr.ForgetOldest(1, 0)
	tr.ForgetSession(2)
	for _, k := range []decode.Kind{decode.KindAmend, decode.KindAmendFrame} {
		amend(t, tr, k, 1, 0, ws.Conflict)
		amend(t, tr, k, 1, 1, ws.Conflict)
		amend(t, tr, k, 1, 3, ws.Conflict)
		amend(t, tr, k, 2, 1, ws.Conflict)
		amend(t, tr, k, 9, 1, ws.Conflict)
	}
	_, m := tr.Message(1)
	var f ws.Frame
	tr.FrameInto(1, &f)
	if tr.Amended() != 0 || m.State != ws.Exact || f.State != ws.Exact {
		t.Errorf("%d amended; message %v, frame %v", tr.Amended(), m.State, f.State)
	}
}
