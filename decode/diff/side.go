package diff

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/decode/ws"
)

// Side is one session that is compared.
type Side struct {
	// Name is the file as the user named it, for output.
	Name string
	// Info is what is known of the session.
	Info *decode.Session
	// Messages are those of the session by number, with their Payload. They are read, never changed.
	Messages []ws.Message
	// Frames are those of Messages[i], for Options.Wire; nil where they are not known.
	Frames func(i int) []ws.Frame
	// Bare says that the source (a HAR) has messages alone: neither TCP nor how it ended, nor the order on the
	// wire; and no control frames unless Control.
	Bare, Control bool
	// Redacted are the indices of messages in which secrets were replaced: whether they differ is not known.
	Redacted map[int]bool
	// Unrecorded says why the messages of the session are not known; empty if they are.
	Unrecorded string

	// said is what each of Messages says, nil where that is not known.
	said [][]payload.App
}

// maxWireFrames is how many frames of a message Options.Wire looks at.
const maxWireFrames = 1000

// FromTrace is session n of a Trace; messages that are not complete are left out. The error is that of the Trace's Payloads.
func FromTrace(name string, t *trace.Trace, n int) (*Side, error) {
	s := &Side{Name: name, Info: t.Session(n), Control: true}
	for k := t.FirstKept(n); k <= t.MessageCount(n); k++ {
		i := t.Index(n, k)
		if i < 0 {
			continue
		}
		var m ws.Message
		t.MessageInto(i, &m)
		p, err := t.Payload(i)
		if err != nil {
			return nil, err
		}
		m.Payload = p
		s.Messages = append(s.Messages, m)
	}
	s.read()
	s.Frames = func(i int) []ws.Frame { return t.MessageFrames(n, s.Messages[i].N, maxWireFrames) }
	return s, nil
}

// FromHAR is a session of a HAR file.
func FromHAR(name string, h *har.Session) *Side {
	s := &Side{Name: name, Info: h.Info, Messages: h.Messages, Bare: true, Control: h.Control, Redacted: map[int]bool{}}
	for _, i := range h.Redacted {
		s.Redacted[i] = true
	}
	s.read()
	if h.Unrecorded {
		s.Unrecorded = "no messages were recorded"
		if h.Attached != "" {
			s.Unrecorded += "; the entry names the file " + h.Attached
		}
	}
	return s
}

// withoutMessages is a copy of s for comparing all but the messages.
func (s *Side) withoutMessages() *Side {
	c := *s
	c.Messages, c.Control, c.Redacted, c.said = nil, false, nil, nil
	c.Frames = nil
	return &c
}

// span is from the first to the last time that is known of the session.
func (s *Side) span() (from, to capture.Time) {
	for _, t := range []capture.Time{s.Info.Started, s.Info.Opened, s.Info.Ended} {
		from, to = widen(from, to, t)
	}
	if n := len(s.Messages); n > 0 {
		from, to = widen(from, to, s.Messages[0].Last.Time)
		from, to = widen(from, to, s.Messages[n-1].Last.Time)
	}
	return from, to
}

func widen(from, to, t capture.Time) (capture.Time, capture.Time) {
	if t == 0 {
		return from, to
	}
	if from == 0 {
		return t, t
	}
	return min(from, t), max(to, t)
}
