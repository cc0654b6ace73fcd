package stack

import (
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// midstream looks at a stream that starts like nothing we know: it may be a WebSocket session whose handshake was
// not captured, or HTTP may start at a later segment. It is out of the chain once that is known.
type midstream struct {
	carrier *carrier
	out     *slot
	look    *ws.Midstream
	// waiting is how many bytes the look holds; they are accounted for when it has come to a verdict.
	waiting int64
	// held are the conflicts and ends that came before there was a verdict.
	held reassembly.Held
	// seen says that a direction had bytes or a gap before there was a verdict.
	seen [2]bool
}

func newMidstream(s *sniffer) *midstream {
	return &midstream{carrier: s.carrier, out: s.out, look: ws.NewMidstream(ws.MidstreamOptions{})}
}

// Data is reassembly.Handler.
func (m *midstream) Data(d reassembly.Dir, k reassembly.Chunk) {
	if startsLikeHTTP(k.Data[:min(len(k.Data), headLen)]) {
		m.becomeHTTP()
		m.out.Data(d, k)
		return
	}
	m.seen[d] = true
	if m.look.Verdict() == ws.Rejected {
		m.carrier.conn.d.bytes.Undecoded += int64(len(k.Data))
		return
	}
	m.look.Feed(d, k)
	m.waiting += int64(len(k.Data))
	m.decide()
}

// decide acts on the verdict when there is one.
func (m *midstream) decide() {
	switch m.look.Verdict() {
	case ws.Rejected:
		m.drop()
	case ws.Accepted:
		m.accept()
	}
}

// drop counts what the look holds as undecoded.
func (m *midstream) drop() {
	m.carrier.conn.d.bytes.Undecoded += m.waiting
	m.waiting = 0
}

// becomeHTTP goes on with HTTP, of which messages may have been missed; what was looked at so far is undecoded.
func (m *midstream) becomeHTTP() {
	h := m.carrier.newHTTP(nil)
	for d, seen := range m.seen {
		if seen {
			h.Lost(reassembly.Dir(d))
		}
	}
	m.drop()
	m.become(h)
}

func (m *midstream) become(h reassembly.Handler) {
	m.out.put(m.carrier.conn, h)
	m.held.Replay(m.out)
}

// accept begins a session in the middle.
func (m *midstream) accept() {
	t := m.carrier.begin(m.look.Client())
	cfg := m.carrier.conn.assumed(t, m.look.Confidence())
	m.waiting = 0
	m.become(&frames{Conn: ws.NewMid(cfg, t, m.look), sess: t})
}

// Gap is reassembly.Handler.
func (m *midstream) Gap(d reassembly.Dir, off, n int64) {
	m.carrier.conn.d.bytes.Missing += n
	m.seen[d] = true
	if m.look.Verdict() == ws.Undecided {
		m.look.Gap(d, off, n)
		m.decide()
	}
}

// Conflict is reassembly.Handler.
func (m *midstream) Conflict(d reassembly.Dir, off, n int64) {
	m.carrier.conn.unclear = true // what it was rejected for may be what differs
	m.held.Conflict(d, off, n)
}

// Close is reassembly.Handler.
func (m *midstream) Close(d reassembly.Dir, k reassembly.CloseKind) {
	m.held.Close(d, k, 0)
	undecided := m.look.Verdict() == ws.Undecided
	m.look.Close(d)
	m.carrier.conn.unclear = m.carrier.conn.unclear || undecided && m.look.Verdict() == ws.Rejected
	m.decide()
}
