package check

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/flate"
	"github.com/wspeek/wspeek/decode/ws"
)

// Deflate is what compression did for one direction.
type Deflate struct {
	// Negotiated says that permessage-deflate was agreed on, Takeover that this direction may refer to earlier messages.
	Negotiated, Takeover bool
	// Messages were compressed, of Len bytes in all to Wire bytes; Plain were sent uncompressed though it was agreed on.
	Messages, Plain int
	Len, Wire       int64
	// Grew are longer compressed than not, by Lost bytes in all; Worst is the message that lost most.
	Grew, Worst int
	Lost, most  int64
	// Tried is how many compressed messages, from the second on, were looked at for what they refer to; Refers that one does
	// refer to an earlier message; Untried that not all could be looked at.
	Tried           int
	Refers, Untried bool
}

// Ratio is compressed to uncompressed bytes; 0 where nothing was compressed.
func (d *Deflate) Ratio() float64 {
	if d.Len == 0 {
		return 0
	}
	return float64(d.Wire) / float64(d.Len)
}

// grewFrom is how many compressed messages there must be before their growth is a finding.
const grewFrom = 4

// takeoverEnough is how many messages must have been looked at before context takeover is called unused.
const takeoverEnough = 8

// Unused says that no message refers to an earlier one, though all could.
func (d *Deflate) Unused() bool {
	return d.Takeover && !d.Refers && !d.Untried && d.Tried >= takeoverEnough
}

// tryBytes is how many bytes of a direction are inflated to see whether they stand alone.
const tryBytes = 4 << 20

// compression follows one direction.
type compression struct {
	stats Deflate
	seen  int
	tried int64
}

// message takes a data message that is wholly known.
func (c *compression) message(m *ws.Message, wire []byte, t *inflateAlone) {
	s := &c.stats
	if !m.Compressed {
		s.Plain++
		return
	}
	s.Messages++
	s.Len += m.Len
	s.Wire += m.WireLen
	if lost := m.WireLen - m.Len; lost > 0 {
		s.Grew++
		s.Lost += lost
		if lost > s.most {
			s.most, s.Worst = lost, m.N
		}
	}
	if c.seen++; c.seen > 1 && !s.Refers {
		c.try(m, wire, t)
	}
}

// try looks whether a message can be inflated without those before it.
func (c *compression) try(m *ws.Message, wire []byte, t *inflateAlone) {
	c.tried += m.Len
	if wire == nil || c.tried > tryBytes {
		c.stats.Untried = true
		return
	}
	c.stats.Tried++
	c.stats.Refers = t.refers(wire)
}

// inflateAlone inflates messages without a window. Its zero value is ready.
type inflateAlone struct {
	in  []byte
	dec flate.Decoder
	out flate.Buffer
}

const (
	// tail ends a message's payload: the sender took it off (RFC 7692 section 7.2.2).
	tail = "\x00\x00\xff\xff"
	// trialRoom is room for a window and as much output.
	trialRoom = 72 << 10
)

// refers reports whether wire, which is known to inflate, refers to anything before it.
func (t *inflateAlone) refers(wire []byte) bool {
	t.in = append(append(t.in[:0], wire...), tail...)
	if t.out.Cap() == 0 {
		t.out.Move(make([]byte, trialRoom), false)
	}
	t.out.Forget()
	t.dec.Reset()
	for in := t.in; ; {
		n, s := t.dec.Decode(&t.out, in, trialRoom)
		in = in[n:]
		switch s {
		case flate.Full:
			t.out.Slide(false)
		case flate.Final:
			t.dec.Restart()
		case flate.Failed:
			return t.dec.Err().Kind == flate.TooFar
		default:
			return false
		}
	}
}

// negotiated is what the handshake agreed on; nil for no compression.
func negotiated(s *decode.Session) *ws.Deflate {
	if s.Extensions == "" {
		return nil
	}
	var fields ws.Fields
	for _, h := range s.ResponseHeaders {
		fields = append(fields, [2]string{h.Name, h.Value})
	}
	return ws.Negotiate(nil, &ws.Response{Status: s.Status, Version: s.HTTPVersion, Fields: fields}).Deflate
}
