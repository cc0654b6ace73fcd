package convert

import (
	"net/netip"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
	"github.com/wspeek/wspeek/reassembly"
)

// plainTCP makes the packets of a TCP connection that carries the plaintext of a TLS connection.
type plainTCP struct {
	// layer is the TLS connection whose plaintext is wanted.
	layer int
	// ends are the addresses, the server's first, and sent is how much of the stream each has sent.
	ends [2]netip.AddrPort
	sent [2]int64
	// opened is when TCP was opened, last the newest time of anything.
	opened, last capture.Time
	tcp          *decode.TCP
	closed       [2]bool
}

// newPlainTCP is for the TLS connection that carries a session.
func newPlainTCP(s *decode.Session) *plainTCP {
	p := &plainTCP{layer: s.TLS.Layer, ends: [2]netip.AddrPort{s.Server, s.Client}, tcp: s.TCP, opened: s.Started}
	if s.TCP != nil {
		p.opened = s.TCP.First.Time
	}
	p.last = p.opened
	return p
}

const (
	fromServer = iota
	fromClient
)

func sideOf(client bool) int {
	if client {
		return fromClient
	}
	return fromServer
}

// window is as large as it can be without an option.
const window = 0xffff

// packet is a segment. Sequence numbers start at 0: the SYN has 0, and byte n of the stream n+1.
func (p *plainTCP) packet(side int, off int64, flags byte, data []byte, at capture.Time) capture.Packet {
	s := pcaps.Segment{Src: p.ends[side], Dst: p.ends[1-side], Seq: uint32(off + 1), Flags: flags, Window: window, Payload: data}
	if flags&pcaps.SYN != 0 {
		s.Seq = 0
	}
	if flags&pcaps.ACK != 0 {
		s.Ack = uint32(p.sent[1-side] + 1)
	}
	b := s.Bytes()
	p.last = max(p.last, at)
	return capture.Packet{Time: at, LinkType: capture.LinkRaw, OrigLen: len(b), Data: b}
}

// open is the handshake of TCP.
func (p *plainTCP) open() []capture.Packet {
	return []capture.Packet{
		p.packet(fromClient, 0, pcaps.SYN, nil, p.opened), p.packet(fromServer, 0, pcaps.SYN|pcaps.ACK, nil, p.opened),
		p.packet(fromClient, 0, pcaps.ACK, nil, p.opened),
	}
}

// next is what a part of the plaintext becomes: a segment a record. Missing bytes are a gap in the sequence numbers.
func (p *plainTCP) next(client bool, t *decode.Plain) (list []capture.Packet) {
	side := sideOf(client)
	if t.Close != 0 {
		return p.close(side, t.Close)
	}
	for data, off := t.Data, t.Off; len(data) > 0; {
		n := min(len(data), mostSegment)
		list = append(list, p.packet(side, off, pcaps.PSH|pcaps.ACK, data[:n], t.Time))
		data, off = data[n:], off+int64(n)
	}
	p.sent[side] = max(p.sent[side], t.Off+int64(len(t.Data))+t.Lost)
	return list
}

// mostSegment is the most that a segment carries; a record of TLS fits.
const mostSegment = 1 << 14

// close is the end of a direction.
func (p *plainTCP) close(side int, kind reassembly.CloseKind) []capture.Packet {
	if p.closed[side] {
		return nil
	}
	p.closed[side] = true
	at := p.last
	if p.tcp != nil {
		at = max(at, p.tcp.Last.Time)
	}
	switch kind {
	case reassembly.CloseFIN:
		fin := p.packet(side, p.sent[side], pcaps.FIN|pcaps.ACK, nil, at)
		p.sent[side]++
		return []capture.Packet{fin}
	case reassembly.CloseRST:
		return []capture.Packet{p.packet(side, p.sent[side], pcaps.RST|pcaps.ACK, nil, at)}
	}
	return nil
}
