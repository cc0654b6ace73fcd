package main

import (
	"bytes"
	"context"
	"slices"

	"github.com/wspeek/wspeek/cmd/internal/run"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/explain"
	"github.com/wspeek/wspeek/decode/secured"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// wanted is what of a capture is to be explained: a message, a frame, or (with neither) the handshake of a session.
type wanted struct{ session, message, frame int }

// explainRun keeps what one explanation needs of a capture.
type explainRun struct {
	run     *run.Run
	want    wanted
	trace   *trace.Trace
	message *ws.Message
	closes  []ws.Message
	// tls keeps what TLS did if that is wanted, records those of the message.
	tls *secured.Log
	// scope looks into compressed messages if that is wanted.
	scope *explain.Microscope
}

// explainCapture explains something in a capture. It reads to the end: what comes later may put in doubt what came before.
func (x *explainFlags) explainCapture(ctx context.Context, std run.Streams, f *flags, files []string, want wanted) error {
	r, err := run.Open(files, run.Options{Keys: f.secrets(), Decode: decode.Options{
		Keep: want.message+want.frame > 0, Wire: true, Frames: true, Ports: f.ports, TLSParts: f.tls,
	}})
	if err != nil {
		return err
	}
	defer r.Close()
	c := &explainRun{run: r, want: want, trace: trace.New(nil)}
	if f.deflate {
		c.scope = &explain.Microscope{}
	}
	if f.tls {
		c.tls = &secured.Log{}
	}
	r.Each(ctx, c.visit)
	if ctx.Err() != nil {
		return run.Exit(run.Interrupted)
	}
	doc, err := c.document()
	if err == nil {
		err = f.writeDocuments(std, doc)
	}
	if err == nil && r.Err() == nil {
		run.SayIncomplete(std.Err, "", r.Account())
	}
	return run.First(run.AsTrouble(err), r.Status(ctx))
}

func (c *explainRun) visit(b *decode.Batch, e *decode.Event) error {
	c.tls.Note(b, e)
	if e.Session == nil || e.Session.N != c.want.session {
		return nil
	}
	c.tls.Want(e.Stream)
	if e.Kind == decode.KindFrame && c.want.frame > 0 && b.Frame(e).N == c.want.frame {
		c.want.message = b.Frame(e).Message
	}
	if e.Kind == decode.KindMessage {
		c.keep(b.Message(e))
	}
	return c.trace.Apply(b, e)
}

// maxCloses bounds the Close frames that are drawn.
const maxCloses = 10

// keep copies the message that is wanted, and Close frames.
func (c *explainRun) keep(m *ws.Message) {
	c.scope.Message(c.trace.Session(c.want.session), m, c.want.message)
	whole := *m
	if m.N == c.want.message || m.Opcode == ws.OpClose && len(c.closes) < maxCloses {
		whole.Payload, whole.Wire = bytes.Clone(m.Payload), bytes.Clone(m.Wire)
		whole.Holes, whole.Findings = slices.Clone(m.Holes), slices.Clone(m.Findings)
	}
	if m.N == c.want.message {
		c.message = &whole
	}
	if m.Opcode == ws.OpClose && len(c.closes) < maxCloses {
		c.closes = append(c.closes, whole)
	}
}

// maxFrames is how many frames of a message are looked at.
const maxFrames = 1000

// document explains what was found, or says what was not.
func (c *explainRun) document() (*explain.Document, error) {
	s := c.trace.Session(c.want.session)
	if s == nil || s.First == 0 && len(s.RequestHeaders) == 0 {
		return nil, run.Troublef("there is no session %d: %d were found", c.want.session, c.run.Account().Sessions)
	}
	t := &explain.Exchange{Session: s, Context: explain.ContextOf(s), Findings: c.trace.Findings(s.N), Closes: c.closes}
	if c.want.message+c.want.frame == 0 {
		return t.SecuredHandshake(t.Handshake(), c.tls), nil
	}
	if c.message == nil {
		return nil, c.notFound()
	}
	// The state may have become worse since.
	if i := c.trace.Index(s.N, c.message.N); i >= 0 {
		_, m := c.trace.Message(i)
		c.message.State = m.State
	}
	t.Message = c.message
	t.Deflated = c.scope.Seen()
	t.Frames = c.trace.MessageFrames(s.N, c.message.N, maxFrames)
	t.Between = c.between(t.Frames)
	if c.want.frame == 0 {
		return t.Secured(t.Explain(), c.tls, t.Frames), nil
	}
	return c.frame(t)
}

// frame explains the frame that is wanted, and needs those before it to know where its payload starts.
func (c *explainRun) frame(t *explain.Exchange) (*explain.Document, error) {
	t.Frames = c.trace.MessageFrames(t.Session.N, c.message.N, c.message.Frames)
	for i := range t.Frames {
		if t.Frames[i].N == c.want.frame {
			return t.Secured(t.Frame(i), c.tls, t.Frames[i:i+1]), nil
		}
	}
	return nil, c.notFound()
}

func (c *explainRun) notFound() error {
	what, n, have := "message", c.want.message, c.trace.MessageCount(c.want.session)
	if c.want.frame > 0 {
		what, n, have = "frame", c.want.frame, len(c.trace.Frames(c.want.session))
	}
	return run.Troublef("there is no %s %d in session %d: it has %d", what, n, c.want.session, have)
}

// between are the frames that the same side sent between those of a message.
func (c *explainRun) between(own []ws.Frame) (list []ws.Frame) {
	if len(own) < 2 {
		return nil
	}
	first, last := own[0], own[len(own)-1]
	for n := first.N + 1; n < last.N && len(list) < maxFrames; n++ {
		var f ws.Frame
		i := c.trace.FrameIndex(c.want.session, n)
		if i < 0 {
			continue
		}
		if c.trace.FrameInto(i, &f); f.Dir == first.Dir && f.Message != first.Message {
			list = append(list, f)
		}
	}
	return list
}
