package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// sniffer finds out what lies on a byte stream. It holds the stream back until its first bytes show what they are,
// puts the right Handler into its slot, and passes on to it what was held.
type sniffer struct {
	carrier *carrier
	out     *slot
	held    reassembly.Held
	// head are the first bytes of each direction, and start the offset of the first of them.
	head  [2][]byte
	start [2]int64
	// from is where the stream starts in each direction.
	from [2]int64
	// upgrade is an upgrade request whose answer was not captured: what follows it may be frames.
	upgrade *upgrade
}

// headLen is how many bytes of a direction are enough to tell.
const headLen = 24

// Data is reassembly.Handler.
func (s *sniffer) Data(d reassembly.Dir, k reassembly.Chunk) {
	if len(s.head[d]) == 0 {
		s.start[d] = k.Off
	}
	if n := headLen - len(s.head[d]); n > 0 {
		s.head[d] = append(s.head[d], k.Data[:min(n, len(k.Data))]...)
	}
	switch next := s.decide(); {
	case next != nil:
		s.become(next)
		s.out.Data(d, k)
	default:
		s.held.Data(d, k, 0)
		if s.held.Bytes() > sniffLimit(s.carrier.conn.d.opt.Limits) {
			s.become(s.unknown())
		}
	}
}

// Gap is reassembly.Handler.
func (s *sniffer) Gap(d reassembly.Dir, off, n int64) {
	if begin, wait := s.ask(); begin == nil && wait && len(s.head[0])+len(s.head[1]) > 0 {
		s.carrier.conn.unclear = true // the bytes that would have told are missing
	}
	s.become(s.unknown())
	s.out.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (s *sniffer) Conflict(d reassembly.Dir, off, n int64) { s.held.Conflict(d, off, n) }

// Close is reassembly.Handler.
func (s *sniffer) Close(d reassembly.Dir, k reassembly.CloseKind) {
	s.held.Close(d, k, 0)
	if s.held.Closed() == 2 {
		s.become(s.unknown())
	}
}

// become puts h into the slot, and passes on what was held back.
func (s *sniffer) become(h reassembly.Handler) {
	s.out.put(s.carrier.conn, h)
	s.head = [2][]byte{}
	s.held.Replay(s.out)
}

// decide looks at the first bytes of both directions; nil waits for more.
func (s *sniffer) decide() reassembly.Handler {
	switch begin, wait := s.ask(); {
	case begin != nil:
		return begin(s)
	case wait:
		return nil
	}
	return s.unknown()
}

// ask asks the recognisers, and returns how that which is certain begins. Wait says that none is, and more bytes may tell.
func (s *sniffer) ask() (begin func(*sniffer) reassembly.Handler, wait bool) {
	for _, r := range recognisers() {
		switch r.sniff(s) {
		case yes:
			return r.begin, false
		case maybe:
			wait = true
		}
	}
	return nil, wait
}

// unknown is the Handler for bytes that start like nothing we know.
func (s *sniffer) unknown() reassembly.Handler {
	switch {
	case s.held.Closed() == 2 && s.held.Bytes() == 0 && s.upgrade == nil:
		return s.carrier.conn.undecoded()
	case s.upgrade != nil:
		return s.assume()
	case s.carrier.conn.forced() && len(s.head[0])+len(s.head[1]) > 0:
		return s.force()
	case s.whole():
		return &search{carrier: s.carrier, out: s.out}
	}
	return newMidstream(s)
}

// whole reports whether the start of what was sent is there, so that an opening handshake would have been seen.
func (s *sniffer) whole() bool {
	for d := range s.head {
		if len(s.head[d]) > 0 && (s.start[d] != s.from[d] || !s.carrier.conn.tcp.AnchoredDir(reassembly.Dir(d))) {
			return false
		}
	}
	return s.carrier.depth == 0 && len(s.head[0])+len(s.head[1]) > 0
}

// force takes the stream for WebSocket because the user says so. The client is the side that masks.
func (s *sniffer) force() reassembly.Handler {
	client := reassembly.Fwd
	for d, h := range s.head {
		if len(h) >= 2 && h[1]&0x80 != 0 {
			client = reassembly.Dir(d)
			break
		}
		if len(h) >= 2 {
			client = reassembly.Dir(d).Other()
		}
	}
	t := s.carrier.begin(client)
	return &frames{Conn: ws.New(s.carrier.conn.assumed(t, assumedConfidence), t), sess: t}
}

// assume decodes what follows an upgrade request without an answer, if it looks like a client's frame.
func (s *sniffer) assume() reassembly.Handler {
	t := s.upgrade.sess
	c2s := s.head[t.client]
	if len(c2s) >= 2 && (c2s[1]&0x80 == 0 || ws.Opcode(c2s[0]&0xf).Reserved()) {
		return s.carrier.conn.undecoded()
	}
	unanswered := s.unanswered(t)
	t.info.Unanswered = unanswered
	cfg := s.carrier.conn.assumed(t, assumedConfidence)
	cfg.Resync[ws.S2C] = !unanswered
	f := &frames{Conn: ws.New(cfg, t), sess: t}
	if unanswered {
		t.note(rule.ResponseMissing, ws.S2C, s.start[t.client.Other()], "the server's first bytes are frames, and no response came before them")
	}
	return f
}

// unanswered reports whether the server sent frames in place of a response: nothing of the connection is missing.
func (s *sniffer) unanswered(t *tracker) bool {
	c, server := s.carrier.conn, t.client.Other()
	head := s.head[server]
	return len(head) >= 2 && head[1]&0x80 == 0 && head[0]&0x70 == 0 && !ws.Opcode(head[0]&0xf).Reserved() &&
		c.missing == [2]int64{} && c.tcp.AnchoredDir(0) && c.tcp.AnchoredDir(1) && s.carrier.depth == 0
}

// assumed is the configuration for a session whose opening handshake was not captured.
func (c *conn) assumed(t *tracker, confidence float32) ws.Config {
	t.info.State, t.info.Confidence = decode.Unknown, confidence
	t.report()
	cfg := c.config(t)
	cfg.Assumed, cfg.Confidence = true, confidence
	return cfg
}
