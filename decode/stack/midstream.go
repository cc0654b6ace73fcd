package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// midstream looks at a connection that begins like nothing we know: it may be a WebSocket session whose handshake was
// not captured, or HTTP may begin at a later segment.
type midstream struct {
	layer *sniffer
	look  *ws.Midstream
	// waiting is how many bytes the look holds; they are accounted for when it has come to a verdict.
	waiting int64
	// doubts are the conflicts that came before there was a verdict.
	doubts held
	// seen says that a direction had bytes or a gap before there was a verdict.
	seen [2]bool
	// ended is how a direction ended, if it did before there was a verdict.
	ended [2]reassembly.CloseKind
	next  reassembly.Handler
}

func newMidstream(l *sniffer) *midstream {
	return &midstream{layer: l, look: ws.NewMidstream(ws.MidstreamOptions{})}
}

func (m *midstream) Data(d reassembly.Dir, k reassembly.Chunk) {
	if m.next == nil && sniff(k.Data[:min(len(k.Data), headLen)]) == isHTTP {
		m.giveUp()
	}
	switch {
	case m.next != nil:
		m.next.Data(d, k)
	case m.look.Verdict() == ws.Rejected:
		m.seen[d] = true
		m.layer.conn.d.bytes.Undecoded += int64(len(k.Data))
	default:
		m.seen[d] = true
		m.look.Feed(d, k)
		m.waiting += int64(len(k.Data))
		m.decide()
	}
}

// decide acts on the verdict when there is one.
func (m *midstream) decide() {
	switch m.look.Verdict() {
	case ws.Rejected:
		m.layer.conn.d.bytes.Undecoded += m.waiting
		m.waiting = 0
	case ws.Accepted:
		m.accept()
	}
}

// giveUp hands over to HTTP, of which messages may have been missed; what was looked at so far is undecoded.
func (m *midstream) giveUp() {
	h := http1.New(m.layer, m.layer.conn.d.opt.Limits.HTTP, &m.layer.conn.d.bytes)
	for d, seen := range m.seen {
		if seen {
			h.Lost(reassembly.Dir(d))
		}
	}
	m.layer.conn.d.bytes.Undecoded += m.waiting
	m.waiting, m.next = 0, h
	m.doubts.replay(h)
	for d, k := range m.ended {
		if k != 0 {
			h.Close(reassembly.Dir(d), k)
		}
	}
}

// accept begins a session in the middle.
func (m *midstream) accept() {
	l := m.layer
	s := l.conn.begin(m.look.Client(), l.tunnel)
	s.info.State, s.info.Confidence = decode.Unknown, m.look.Confidence()
	s.tell()
	cfg := l.config(s)
	cfg.Assumed, cfg.Confidence = true, m.look.Confidence()
	m.next = ws.NewMid(cfg, s, m.look)
	m.waiting = 0
	m.doubts.replay(m.next)
	for d, k := range m.ended {
		if k != 0 {
			m.next.Close(reassembly.Dir(d), k)
		}
	}
}

func (m *midstream) Gap(d reassembly.Dir, off, n int64) {
	if m.next != nil {
		m.next.Gap(d, off, n)
		return
	}
	m.layer.conn.d.bytes.Missing += n
	m.seen[d] = true
	if m.look.Verdict() == ws.Undecided {
		m.look.Gap(d, off, n)
		m.decide()
	}
}

func (m *midstream) Conflict(d reassembly.Dir, off, n int64) {
	if m.next != nil {
		m.next.Conflict(d, off, n)
		return
	}
	m.doubts.conflict(d, off, n)
}

func (m *midstream) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if m.next != nil {
		m.next.Close(d, k)
		return
	}
	m.ended[d] = k
	m.look.Close(d)
	m.decide()
}
