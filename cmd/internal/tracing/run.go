package tracing

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/reassembly"
)

// Options say which steps are written and how.
type Options struct {
	// Session is the only one whose connection is traced, 0 for all; Count is how many lines are written at most, 0 for all.
	Session int
	Count   int64
	// JSON writes lines for programs; Quiet leaves out the account.
	JSON, Quiet bool
	Keys        run.Keys
	Ports       []uint16
}

// tracing writes the steps of a run.
type tracing struct {
	opt *Options
	out *bufio.Writer
	// stream is the connection whose steps are written, negative for all.
	stream int
	lines  int64
}

// Files writes the steps of decoding capture files.
func Files(ctx context.Context, std run.Streams, files []string, opt *Options) error {
	t := &tracing{opt: opt, out: bufio.NewWriterSize(std.Out, 1<<16), stream: -1}
	if opt.Session > 0 {
		if err := t.find(ctx, files); err != nil {
			return err
		}
	}
	r, err := run.Open(files, run.Options{Keys: opt.Keys,
		Decode: decode.Options{Keep: true, Frames: true, Ports: opt.Ports}, Flush: t.out.Flush, Step: t.step, Sparing: true})
	if err != nil {
		return err
	}
	defer r.Close()
	r.Each(ctx, func(*decode.Batch, *decode.Event) error { return nil })
	if opt.JSON {
		t.out.Write((&export.JSON{}).Summary(nil, r.Account()))
	}
	if err := t.out.Flush(); err != nil {
		return err
	}
	if opt.JSON || opt.Quiet || r.Stopped() {
		run.SayIncomplete(std.Err, "", r.Account())
	} else {
		fmt.Fprintln(std.Err, export.Account(r.Account()))
	}
	return r.Status(ctx)
}

// find reads the files once to learn which connection the session is on.
func (t *tracing) find(ctx context.Context, files []string) error {
	if slices.ContainsFunc(files, run.IsStream) {
		return run.Troublef("--session %d: what comes through a pipe is read once: leave out --session, or name a file", t.opt.Session)
	}
	r, err := run.Open(files, run.Options{Keys: t.opt.Keys, Decode: decode.Options{Ports: t.opt.Ports}, Sparing: true})
	if err != nil {
		return err
	}
	defer r.Close()
	r.Each(ctx, func(_ *decode.Batch, e *decode.Event) error {
		if e.Session == nil || e.Session.N != t.opt.Session {
			return nil
		}
		t.stream = e.Stream.N
		return run.ErrStop
	})
	if t.stream < 0 && ctx.Err() == nil {
		return run.First(run.AsTrouble(r.Err()), run.Troublef("there is no session %d: %d were found", t.opt.Session, r.Account().Sessions))
	}
	return nil
}

// step writes a step.
func (t *tracing) step(s *decode.Step) error {
	if t.stream >= 0 && s.Stream.N != t.stream {
		return nil
	}
	var err error
	if t.opt.JSON {
		err = json.NewEncoder(t.out).Encode(stepLineOf(s))
	} else {
		_, err = t.out.WriteString(show.Inert(stepText(s)) + "\n")
	}
	if t.lines++; err == nil && t.lines == t.opt.Count {
		return run.ErrStop
	}
	return err
}

// stepText is a step in a line for people.
func stepText(s *decode.Step) string {
	packet := fmt.Sprint(s.Packet)
	if s.Packet == math.MaxInt {
		packet = "end"
	}
	line := fmt.Sprintf("%6s %2d  %s%s %s", packet, s.Stream.N, strings.Repeat("  ", s.Depth), s.Layer, s.Call)
	switch arrow := [...]string{"→", "←"}[s.Dir]; s.Call {
	case decode.CallBecomes:
		return line + " " + s.Next
	case decode.CallEmits:
		return line + " " + eventText(s.Batch, &s.Event)
	case decode.CallClose:
		return line + " " + arrow + " " + closeWords[s.Kind]
	default:
		return fmt.Sprintf("%s %s %d..%d", line, arrow, s.Off, s.Off+s.N)
	}
}

// closeWords are the ways in which a direction ends.
var closeWords = map[reassembly.CloseKind]string{
	reassembly.CloseFIN: "fin", reassembly.CloseRST: "rst", reassembly.ClosePeerRST: "peer-rst",
	reassembly.CloseReplaced: "replaced", reassembly.CloseEvicted: "evicted", reassembly.CloseEnd: "capture-end",
}

// eventText is an event in a few words.
func eventText(b *decode.Batch, e *decode.Event) string {
	switch e.Kind {
	case decode.KindSession:
		return fmt.Sprintf("session %d: %s", e.Session.N, b.Session(e).State)
	case decode.KindFrame:
		f := b.Frame(e)
		return fmt.Sprintf("frame %d:%d of message %d: %s, %s, %s", e.Session.N, f.N, f.Message, f.Opcode, show.Count(f.Len, "byte"), f.State)
	case decode.KindMessage:
		m := b.Message(e)
		return fmt.Sprintf("message %d:%d: %s, %s, %s", e.Session.N, m.N, m.Opcode, show.Count(m.Len, "byte"), m.State)
	case decode.KindAmend, decode.KindAmendFrame:
		return fmt.Sprintf("%s %d:%d is %s now", eventNames[e.Kind], e.Session.N, e.N, e.State)
	case decode.KindFinding:
		return "finding " + b.Finding(e).Rule.ID
	}
	return ""
}

// eventNames are the names of events in JSON.
var eventNames = map[decode.Kind]string{
	decode.KindSession: "session", decode.KindFrame: "frame", decode.KindMessage: "message",
	decode.KindAmend: "update", decode.KindAmendFrame: "update-frame", decode.KindFinding: "finding",
}

// stepLine is a step in JSON.
type stepLine struct {
	Schema int    `json:"schema"`
	Type   string `json:"type"`
	Packet *int   `json:"packet,omitempty"`
	Stream int    `json:"stream"`
	Depth  int    `json:"depth"`
	Layer  string `json:"layer"`
	Call   string `json:"call"`
	From   string `json:"from,omitempty"`
	Offset *int64 `json:"offset,omitempty"`
	Len    *int64 `json:"len,omitempty"`
	Close  string `json:"close,omitempty"`
	Next   string `json:"next,omitempty"`
	Event  string `json:"event,omitempty"`
	What   string `json:"what,omitempty"`
}

func stepLineOf(s *decode.Step) stepLine {
	l := stepLine{Schema: export.Schema, Type: "step", Stream: s.Stream.N, Depth: s.Depth, Layer: s.Layer, Call: s.Call.String(), Next: s.Next}
	if s.Packet != math.MaxInt {
		l.Packet = &s.Packet
	}
	switch s.Call {
	case decode.CallBecomes:
	case decode.CallEmits:
		l.Event, l.What = eventNames[s.Event.Kind], eventText(s.Batch, &s.Event)
	default:
		l.From = [...]string{"opener", "peer"}[s.Dir]
		if l.Close = closeWords[s.Kind]; s.Call != decode.CallClose {
			l.Offset, l.Len = &s.Off, &s.N
		}
	}
	return l
}
