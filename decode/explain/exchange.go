package explain

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/microscope"
	"github.com/wspeek/wspeek/decode/ws"
)

// Exchange is what is known of a message and of what belongs to it.
type Exchange struct {
	// Session is where it was said; nil for bytes without a session.
	Session *decode.Session
	Context Context
	// Message has its Payload, and Wire where it is compressed. Nil where it did not end; Explain needs it.
	Message *ws.Message
	// Frames are those of Message, in order; there may be more of them than are given (Message.Frames).
	Frames []ws.Frame
	// Between are frames of other messages that its direction sent between Frames.
	Between []ws.Frame
	// Findings are those of the session; others than Message's are left out.
	Findings []ws.Finding
	// Closes are the Close frames of the session, in the order of time.
	Closes []ws.Message
	// Deflated is what the microscope saw of Message; nil if it was not asked for.
	Deflated *microscope.Measure
	// ByHand says that the bytes were given by hand: there is no packet and no time, and the offset is that in the bytes.
	ByHand bool
}

// ContextOf is what a session agreed on.
func ContextOf(s *decode.Session) Context {
	if s == nil || s.Agreed == nil {
		return Context{}
	}
	return Context{Known: true, Deflate: s.Agreed.Deflate, Unknown: s.Agreed.Unknown}
}

// sent are the bytes of a message before they were masked: as far as they are known, by their place in the message.
type sent struct {
	data  []byte
	holes []ws.Hole
}

func (t *Exchange) sent() sent {
	m := t.Message
	switch {
	case m == nil:
		return sent{}
	case m.Wire != nil && m.State == ws.Guessed:
		return sent{m.Wire, nil} // its holes are in what it inflates to
	case m.Wire != nil:
		return sent{m.Wire, m.Holes}
	}
	return sent{m.Payload, m.Holes}
}

// run is what is known without interruption from a place on, at most n bytes.
func (s sent) run(from, n int64) []byte {
	skipped := int64(0)
	for _, h := range s.holes {
		switch {
		case h.At+h.N <= from:
			skipped += h.N
		case h.At <= from:
			return nil
		default:
			n = min(n, h.At-from)
		}
	}
	i := from - skipped
	if i < 0 || i >= int64(len(s.data)) {
		return nil
	}
	return s.data[i:min(i+n, int64(len(s.data)))]
}

// start is where the payload of frame i starts in its message.
func (t *Exchange) start(i int) int64 {
	at := int64(0)
	for _, f := range t.Frames[:i] {
		at += max(f.Len, 0)
	}
	return at
}

// mask XORs p, which starts with the first byte of a frame's payload, with the masking key (RFC 6455 section 5.3).
func mask(f *ws.Frame, p []byte) []byte {
	out := make([]byte, len(p))
	for i, c := range p {
		out[i] = c
		if f.Masked {
			out[i] ^= f.MaskKey[i%4]
		}
	}
	return out
}
