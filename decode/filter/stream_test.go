package filter_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/stack"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// play runs a sample through one Decoder and shows its events.
func play(t *testing.T, s pcaps.Sample, opt decode.Options, visit func(*decode.Batch, *decode.Event)) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(s.Data), s.File, capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var dissector reassembly.Dissector
	var merger stack.Merger
	var packets capture.Batch
	var out decode.Batch
	d := stack.NewDecoder(opt)
	tell := func() {
		err := merger.Merge([]*decode.Batch{&out}, func(b *decode.Batch, e *decode.Event) error {
			visit(b, e)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for r.ReadBatch(&packets) == nil {
		var segs []reassembly.Segment
		for i := range packets.Packets {
			var seg reassembly.Segment
			if dissector.Segment(&packets.Packets[i], &seg) == reassembly.OK {
				segs = append(segs, seg)
			}
		}
		d.Decode(segs, &out)
		tell()
	}
	d.Finish(&out)
	tell()
}

// shown are the rows of a view that pass: session:n of messages, frames and findings, numbers of sessions.
func shown(t *testing.T, sample, src string, v filter.View) string {
	t.Helper()
	f, err := filter.Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	s, err := filter.NewStream(f, v)
	if err != nil {
		t.Fatal(err)
	}
	opt := decode.Options{Frames: v == filter.Frames}
	s.Options(&opt)
	var out []string
	sessions := 0
	play(t, pcaps.Get(sample), opt, func(b *decode.Batch, e *decode.Event) {
		if e.Session != nil {
			sessions = max(sessions, e.Session.N)
		}
		if !s.Match(b, e) {
			return
		}
		n := 0
		switch e.Kind {
		case decode.KindMessage:
			n = b.Message(e).N
		case decode.KindFrame:
			n = b.Frame(e).N
		case decode.KindFinding:
			out = append(out, b.Finding(e).Rule.ID)
			return
		default:
			t.Errorf("an event of kind %d passes", e.Kind)
		}
		out = append(out, fmt.Sprintf("%d:%d", e.Session.N, n))
	})
	for n := 1; n <= sessions; n++ {
		if s.Session(n) {
			out = append(out, fmt.Sprint(n))
		}
	}
	return strings.Join(out, " ")
}

func TestStream(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		sample, src string
		view        filter.View
		want        string
	}{
		{"control-between-fragments", "websocket.fin == 0", filter.Messages, "1:1"},
		{"control-between-fragments", "websocket.fin == 0", filter.Frames, "1:1"},
		{"control-between-fragments", "websocket.fin == 1", filter.Messages, "1:2 1:1 1:3"},
		{"control-between-fragments", "websocket.fin == 1 && websocket.opcode == continuation", filter.Frames, "1:3"},
		{"control-between-fragments", "malware", filter.Messages, "1:1"},
		{"control-between-fragments", "malware && websocket.fin == 0", filter.Sessions, "1"},
		{"control-between-fragments", "malware && websocket.opcode == ping", filter.Sessions, ""},
		{"control-between-fragments", "malware || ws.session == 9", filter.Sessions, "1"},
		{"refused-426", "ws.status == 426", filter.Sessions, "1"},
		{"refused-426", "ws.session.state == refused && !malware", filter.Sessions, "1"},
		{"refused-426", "websocket", filter.Sessions, ""},
		{"broken-rules", "ws.finding == ws.mask-required", filter.Findings, "ws.mask-required"},
	} {
		if got := shown(t, row.sample, row.src, row.view); got != row.want {
			t.Errorf("%s of %s: %q, want %q", row.src, row.sample, got, row.want)
		}
	}
}

// A Trace's rows pass as the events do, for every kind of field that both have.
func TestStreamAndTraceAgree(t *testing.T) {
	t.Parallel()
	for _, sample := range pcaps.Samples() {
		t.Run(sample.Name, func(t *testing.T) {
			t.Parallel()
			for _, src := range []string{
				"websocket.opcode == text", "websocket.fin == 0", "websocket.mask != 1", "e", "ws.gap > 0.001", "ws.len > 100 || ws.finding",
				"websocket.payload matches \"[0-9]$\"", "ws.json", "ws.heartbeat", "ws.state > exact",
			} {
				streamAndTrace(t, sample, src)
			}
		})
	}
}

func streamAndTrace(t *testing.T, sample pcaps.Sample, src string) {
	t.Helper()
	f, err := filter.Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	s, err := filter.NewStream(f, filter.Messages)
	if err != nil {
		t.Fatal(err)
	}
	trace := trace.New(&trace.Memory{})
	var told, kept []string
	play(t, sample, decode.Options{Keep: true, Frames: true}, func(b *decode.Batch, e *decode.Event) {
		if s.Match(b, e) && e.Kind == decode.KindMessage {
			told = append(told, fmt.Sprintf("%d:%d", e.Session.N, b.Message(e).N))
		}
		if e.Kind == decode.KindAmend { // it may pass now; a Stream is asked only once
			return
		}
		if err := trace.Apply(b, e); err != nil {
			t.Fatal(err)
		}
	})
	last := map[int]capture.Time{}
	for i := range trace.Len() {
		n, m := trace.Message(i)
		r := filter.Row{Session: trace.Session(n), Message: m,
			Payload: func() []byte { p, _ := trace.Payload(i); return p },
			Frames:  func() []ws.Frame { return trace.MessageFrames(n, m.N, m.Frames) }}
		before, has := last[n]
		r.Gap, r.HasGap = m.Last.Time-before, has
		last[n] = m.Last.Time
		if f.Match(&r) {
			kept = append(kept, fmt.Sprintf("%d:%d", n, m.N))
		}
	}
	if !slices.Equal(told, kept) {
		t.Errorf("%s: events %v, trace %v", src, told, kept)
	}
}

// A session that was forgotten is not known until it is reported again, and what comes of it does no harm.
func TestStreamForget(t *testing.T) {
	t.Parallel()
	f, err := filter.Compile("tcp.stream == 0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := filter.NewStream(f, filter.Messages)
	if err != nil {
		t.Fatal(err)
	}
	before, after := 0, 0
	play(t, pcaps.Get("graphql"), decode.Options{}, func(b *decode.Batch, e *decode.Event) {
		passes := s.Match(b, e) && e.Kind == decode.KindMessage
		switch {
		case passes && before < 3:
			if before++; before == 3 {
				s.Forget(e.Session.N)
			}
		case passes:
			after++
		}
	})
	if before != 3 || after > 2 { // its end shows the session again, with the last message after it
		t.Errorf("%d messages pass before and %d after", before, after)
	}
}
