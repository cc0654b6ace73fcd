package stack_test

import (
	"bytes"
	"slices"

	"github.com/wspeek/wspeek/pcaps"
)

// stray is a copy of a random segment's header, to be changed, and the index that it is to be put before.
func (m *mutant) stray(what string) (int, seg) {
	i, _ := m.pick()
	s := m.segs[i]
	s.Payload, s.Options, s.Flags = nil, nil, pcaps.ACK
	if m.IntN(2) == 0 {
		i++
		s.Seq = m.segs[i-1].end()
	}
	m.note("%s before %d", what, i)
	return i, s
}

func (m *mutant) strayRST() {
	i, s := m.stray("stray RST")
	s.Flags, s.Seq = pcaps.RST|pcaps.ACK, m.Uint32()
	m.insert(i, s)
}

func (m *mutant) anyRST() {
	i, s := m.stray("RST")
	s.Flags = pcaps.RST | pcaps.ACK
	m.insert(i, s)
}

func (m *mutant) anyFIN() {
	i, s := m.stray("FIN")
	s.Flags, s.Seq = pcaps.FIN|pcaps.ACK, s.Seq+uint32(m.IntN(40)-5)
	m.insert(i, s)
}

func (m *mutant) anySYN() {
	i, s := m.stray("SYN")
	s.Flags, s.Seq = []byte{pcaps.SYN, pcaps.SYN | pcaps.ACK}[m.IntN(2)], s.Seq-1-uint32(m.IntN(3)*m.IntN(200))
	m.insert(i, s)
}

func (m *mutant) anyACK() {
	i, s := m.stray("ACK")
	s.Ack += uint32(m.IntN(3000))
	m.insert(i, s)
}

// keepAlive puts in a probe with one byte of garbage before the next to be sent (RFC 9293 section 3.8.4).
func (m *mutant) keepAlive() {
	i, s := m.stray("keep-alive")
	s.Seq--
	s.Payload = []byte{byte(m.Uint32())}
	m.insert(i, s)
}

// acked reports whether anything beyond seq was acknowledged before index i.
func (m *mutant) acked(i int, s *seg, seq uint32) bool {
	for k := range m.segs[:i] {
		if o := &m.segs[k]; o.opposite(s) && o.Flags&pcaps.ACK != 0 && int32(o.Ack-seq) > 0 {
			return true
		}
	}
	return false
}

// forge puts a copy of a data segment with other bytes directly before or after it. It does so only where that can be
// noticed: the range is not acknowledged before both copies were captured, its side has not sent a FIN, and no true copy looks
// like a keep-alive.
func (m *mutant) forge() {
	i, ok := m.pickData()
	if !ok || m.ended(i) || m.segs[i].Flags&(pcaps.SYN|pcaps.RST) != 0 || len(m.segs[i].Payload) < 2 || m.acked(i, &m.segs[i], m.segs[i].Seq) {
		return
	}
	m.forged = true
	f := m.segs[i]
	f.Payload = bytes.Clone(f.Payload)
	f.Flags &^= pcaps.FIN
	last := i
	if j := m.follows(i); j > 0 && m.IntN(3) == 0 {
		f.Payload, last = append(f.Payload, m.segs[j].Payload...), j
	}
	from, to := 0, len(f.Payload)
	if m.IntN(3) == 0 {
		from = m.IntN(to)
		to = from + 1 + m.IntN(to-from)
	}
	f.Payload = f.Payload[from:to]
	f.Seq += uint32(from)
	m.garble(f.Payload)
	f.ID += 7777
	at := i + m.IntN(2)
	m.note("forge [%d,%d) of %d to %d, before %d", from, to, i, last, at)
	m.insert(at, f)
}

// ended reports whether the side that sent segment i had sent a FIN before.
func (m *mutant) ended(i int) bool {
	return slices.ContainsFunc(m.segs[:i], func(o seg) bool { return o.sameSide(&m.segs[i]) && o.Flags&pcaps.FIN != 0 })
}

// follows is the index of the next segment of the same side if it goes on where i ends, and nothing of it is
// acknowledged before it, and the connection does not begin or end between them; else 0.
func (m *mutant) follows(i int) int {
	s := &m.segs[i]
	for j := i + 1; j < len(m.segs); j++ {
		o := &m.segs[j]
		if (o.sameSide(s) || o.opposite(s)) && o.Flags&(pcaps.SYN|pcaps.RST|pcaps.FIN) != 0 {
			return 0
		}
		if !o.sameSide(s) {
			continue
		}
		if o.Seq != s.end() || len(o.Payload) < 2 || o.Flags&(pcaps.SYN|pcaps.RST) != 0 || m.acked(j, o, o.Seq) {
			return 0
		}
		return j
	}
	return 0
}

// swaps are words of the opening handshake and others of the same length that mean something else.
var swaps = [][2]string{
	{"permessage-deflate", "permessage-defiate"}, {"client_no_context_takeover", "server_no_context_takeover"},
	{"server_no_context_takeover", "client_no_context_takeover"}, {"no_context_takeover", "no_context_takeaway"},
	{"Sec-WebSocket-Extensions", "Sec-WebSocket-Extensionz"}, {" 101 ", " 200 "}, {"GET ", "POT "}, {"HTTP/1.1", "HTTP/1.9"},
	{"websocket", "websoccer"}, {"Upgrade", "Upgraze"}, {"\r\n\r\n", "\r\nX: "}, {"Content-Length: ", "Content-Lengtx: "},
	{"\r\n", "\n\n"}, {"Transfer-Encoding", "Transfer-Encodinq"}, {"chunked", "chunket"}, {"window_bits=9", "window_bits=8"},
	{"CONNECT ", "DELETE  "}, {"HTTP/1.1 200", "HTTP/1.1 407"}, {"Length: 1", "Length: 2"}, {"GET ", "HEAD"},
}

// garble changes bytes: at the start, where headers are, or anywhere, or words of the handshake.
func (m *mutant) garble(p []byte) {
	before := bytes.Clone(p)
	if m.IntN(2) == 0 {
		m.swap(p)
	}
	for bytes.Equal(p, before) {
		for range 1 + m.IntN(4) {
			at := m.IntN(len(p))
			if m.IntN(2) == 0 {
				at = m.IntN(min(len(p), 16))
			}
			p[at] ^= byte([]uint32{1, 2, 4, 8, 0x10, 0x40, 0x80, 1 + m.Uint32N(255)}[m.IntN(8)])
		}
	}
}

func (m *mutant) swap(p []byte) {
	for range 20 {
		w := swaps[m.IntN(len(swaps))]
		if i := bytes.Index(p, []byte(w[0])); i >= 0 {
			copy(p[i:], w[1])
			return
		}
	}
}
