package trace

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// batchOf is a batch with the given frames, findings and messages of a session, in that order.
func batchOf(session int, fs []ws.Frame, findings []ws.Finding, ms []ws.Message) *decode.Batch {
	b, e := &decode.Batch{}, decode.Event{Session: &decode.SessionRef{N: session}}
	for i := range fs {
		b.AddFrame(e, &fs[i])
	}
	for i := range findings {
		b.AddFinding(e, &findings[i])
	}
	for i := range ms {
		b.AddMessage(e, &ms[i])
	}
	return b
}

// applyAll gives a Trace all events of a batch.
func applyAll(t testing.TB, tr *Trace, b *decode.Batch) {
	t.Helper()
	for i := range b.Events {
		if err := tr.Apply(b, &b.Events[i]); err != nil {
			t.Fatal(err)
		}
	}
}

// apply gives a Trace the messages and frames of session 1.
func apply(t testing.TB, tr *Trace, ms []ws.Message, fs []ws.Frame) {
	t.Helper()
	applyAll(t, tr, batchOf(1, fs, nil, ms))
}

// manyPackets is a packet number of more than 32 bits, or the largest that a 32-bit machine has.
const manyPackets = min(1<<33, math.MaxInt)

func TestTraceGivesBackWhatItWasGiven(t *testing.T) {
	t.Parallel()
	plain := ws.Message{N: 1, Dir: ws.S2C, Opcode: ws.OpText, Start: ws.Stamp{Packet: 3, Time: 30}, Last: ws.Stamp{Packet: 5, Time: 50},
		Min: 2, Max: 5, Len: 9, WireLen: 7, Frames: 2, Stream: ws.Range{Start: 100, End: 111}, Compressed: true, ValidUTF8: true, CloseCode: -1}
	for _, c := range []struct {
		name   string
		change func(*ws.Message)
	}{
		{"ordinary", func(*ws.Message) {}},
		{"close with a code", func(m *ws.Message) { m.Opcode, m.CloseCode = ws.OpClose, 1000 }},
		{"close with code 0", func(m *ws.Message) { m.Opcode, m.CloseCode = ws.OpClose, 0 }},
		{"longer than 4 GiB", func(m *ws.Message) { m.Len, m.Stream.End = 5<<32, 100+6<<32 }},
		{"length not known", func(m *ws.Message) { m.Len, m.State, m.Why = -1, ws.Undecodable, ws.BadLength }},
		{"holes", func(m *ws.Message) { m.Holes, m.Missing, m.State = []ws.Hole{{At: 1, N: 2}}, 2, ws.Partial }},
		{"findings", func(m *ws.Message) { m.Findings = []*rule.Rule{rule.RSV} }},
		{"guessed", func(m *ws.Message) { m.State, m.Confidence = ws.Guessed, 0.5 }},
		{"packet number over 32 bits", func(m *ws.Message) { m.Max, m.Last.Packet = manyPackets, manyPackets }},
		{"70000 frames", func(m *ws.Message) { m.Frames = 70000 }},
		{"last packet is not the largest", func(m *ws.Message) { m.Last.Packet = 4 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := plain
			c.change(&want)
			given := want
			given.Payload = []byte("payload")
			tr := New(&Memory{})
			apply(t, tr, []ws.Message{given}, nil)
			s, got := tr.Message(0)
			if s != 1 || !reflect.DeepEqual(*got, want) {
				t.Errorf("got session %d %+v\nwant session 1 %+v", s, *got, want)
			}
			if p, err := tr.Prefix(0, 3); err != nil || string(p) != "pay" {
				t.Errorf("prefix %q, %v", p, err)
			}
		})
	}
}

func TestTraceKeepsFrames(t *testing.T) {
	t.Parallel()
	stamp := ws.Stamp{Packet: 3, Time: 30}
	frame := func(n, message int) ws.Frame {
		return ws.Frame{N: n, Message: message, Dir: ws.S2C, Fin: true, RSV: 4, Opcode: ws.OpText, HeaderLen: 2,
			Len: 5, Seen: 5, Offset: int64(n) * 7, First: stamp, Last: stamp, Min: 3, Max: 3}
	}
	fs := []ws.Frame{frame(2, 2), frame(1, 1), frame(3, 1), frame(4, 2), frame(5, 1)}
	fs[2].Findings, fs[2].Seen = []*rule.Rule{rule.MaskRequired}, 3
	fs[4].Masked, fs[4].MaskKey, fs[4].HeaderLen = true, [4]byte{1, 2, 3, 4}, 6
	tr := New(nil)
	apply(t, tr, nil, fs)
	want := []ws.Frame{fs[1], fs[0], fs[2], fs[3], fs[4]}
	if got := tr.Frames(1); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	for message, want := range map[int][]ws.Frame{1: {fs[1], fs[2], fs[4]}, 2: {fs[0], fs[3]}, 3: nil} {
		if got := tr.MessageFrames(1, message, 9); !reflect.DeepEqual(got, want) {
			t.Errorf("frames of message %d: got %+v\nwant %+v", message, got, want)
		}
	}
	if got := tr.MessageFrames(1, 1, 2); len(got) != 2 {
		t.Errorf("limit 2: got %d", len(got))
	}
}

func TestTraceCountsOpenSessions(t *testing.T) {
	t.Parallel()
	tr := New(nil)
	apply(t, tr, []ws.Message{{N: 1, Len: 5, WireLen: 3, CloseCode: -1}, {N: 2, Dir: ws.S2C, Len: -1, WireLen: 4, CloseCode: -1}}, nil)
	s := tr.CurrentSession(1)
	if s.Messages != [2]int64{1, 1} || s.Bytes != [2]int64{5, 0} || s.WireBytes != [2]int64{3, 4} {
		t.Errorf("messages %v bytes %v wire %v", s.Messages, s.Bytes, s.WireBytes)
	}
	if tr.Session(1).Messages != [2]int64{} || tr.CurrentSession(2) != nil {
		t.Error("the snapshot has changed, or there is a session 2")
	}
}

func TestTraceAmends(t *testing.T) {
	t.Parallel()
	ms := []ws.Message{{N: 1, CloseCode: -1}, {N: 2, CloseCode: -1, Findings: []*rule.Rule{rule.RSV}}}
	tr := New(nil)
	apply(t, tr, ms, nil)
	for n := 1; n <= 3; n++ { // 3 does not exist
		if err := tr.Apply(&decode.Batch{}, &decode.Event{Kind: decode.KindAmend, Session: &decode.SessionRef{N: 1}, N: n, State: ws.Conflict}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		if _, m := tr.Message(i); m.State != ws.Conflict {
			t.Errorf("message %d is %s", i, m.State)
		}
	}
	if tr.Amended() != 2 {
		t.Errorf("amended %d", tr.Amended())
	}
}

func BenchmarkTrace(b *testing.B) {
	tr := New(nil)
	batch := batchOf(1, nil, nil, []ws.Message{{N: 1, Len: 20, WireLen: 20, Frames: 1, CloseCode: -1}})
	for i := range b.N {
		batch.Message(&batch.Events[0]).N = i + 1
		if err := tr.Apply(batch, &batch.Events[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTraceMessageInto(b *testing.B) {
	tr := New(nil)
	apply(b, tr, []ws.Message{{N: 1, Len: 20, WireLen: 20, Frames: 1, CloseCode: -1}}, nil)
	var m ws.Message
	for range b.N {
		tr.MessageInto(0, &m)
	}
}

func ExampleTrace() {
	tr := New(&Memory{})
	fmt.Println(tr.Sessions(), tr.Len(), tr.Index(1, 1))
	// Output: 0 0 -1
}
