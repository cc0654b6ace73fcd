package stack

import (
	"bytes"
	"net/netip"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

const (
	// socks4Reply is the length of the server's answer.
	socks4Reply = 8
	// socks4Granted is its code for a tunnel that is open.
	socks4Granted = 0x5a
	// maxSOCKS4 is more than any request needs: a user name and a host name of 255 bytes each.
	maxSOCKS4 = 600
)

// sniffSOCKS4 looks for a request of SOCKS4 or SOCKS4a: version 4, CONNECT, a port, an address.
func sniffSOCKS4(s *sniffer) verdict {
	v, _ := s.socks4Client()
	return v
}

// socks4Client is the direction of the request, with yes. The answer is looked at too: two bytes alone say little.
func (s *sniffer) socks4Client() (verdict, reassembly.Dir) {
	for d, h := range s.head {
		answer := s.head[1-d]
		switch {
		case len(h) < 2 || h[0] != 4 || h[1] != 1:
			continue
		case len(h) < 9 || len(answer) < 2:
			return maybe, 0
		case answer[0] == 0 && answer[1] >= socks4Granted && answer[1] <= socks4Granted+3:
			return yes, reassembly.Dir(d)
		}
	}
	for d, h := range s.head {
		if len(h) == 1 && h[0] == 4 || len(h) == 0 && len(s.head[1-d]) > 1 && s.head[1-d][0] == 0 && s.head[1-d][1] == socks4Granted {
			return maybe, 0
		}
	}
	return no, 0
}

func beginSOCKS4(s *sniffer) reassembly.Handler {
	_, client := s.socks4Client()
	return &socks4{carrier: s.carrier, client: client, open: s.carrier.inner}
}

// socks4 follows the set-up of a SOCKS4 or SOCKS4a connection: one request, one reply. What follows is a stream of its own.
type socks4 struct {
	carrier *carrier
	client  reassembly.Dir
	open    func(*decode.Tunnel) reassembly.Handler
	// buf are the bytes of request and reply, need how long each is, 0 until that is known.
	buf  [2][]byte
	done [2]bool
	// next is what the tunnel carries, or a count of undecoded bytes, once both sides are through.
	next reassembly.Handler
	held reassembly.Held
}

// Data is reassembly.Handler.
func (s *socks4) Data(d reassembly.Dir, k reassembly.Chunk) {
	for len(k.Data) > 0 && !s.done[d] && s.next == nil {
		s.buf[d] = append(s.buf[d], k.Data[0])
		k.Off, k.Data = k.Off+1, k.Data[1:]
		s.step(d)
	}
	switch {
	case len(k.Data) == 0:
	case s.next != nil:
		s.next.Data(d, k)
	default:
		if s.held.Data(d, k, 0); s.held.Bytes() > sniffLimit(s.carrier.conn.d.opt.Limits) {
			s.fail()
		}
	}
}

// step looks whether side d is through.
func (s *socks4) step(d reassembly.Dir) {
	b := s.buf[d]
	switch {
	case d == s.client && len(b) > maxSOCKS4, d != s.client && len(b) == socks4Reply && b[1] != socks4Granted:
		s.fail()
		return
	case d == s.client:
		s.done[d] = socks4Len(b) == len(b)
	default:
		s.done[d] = len(b) == socks4Reply
	}
	if s.done[0] && s.done[1] {
		s.carrier.conn.d.bytes.HTTP += int64(len(s.buf[0]) + len(s.buf[1]))
		s.next = s.open(&decode.Tunnel{Type: "socks4", Target: socks4Target(s.buf[s.client])})
		s.held.Replay(s.next)
	}
}

// fail ends with a tunnel that was refused, or is not one.
func (s *socks4) fail() {
	s.carrier.conn.d.bytes.Undecoded += int64(len(s.buf[0]) + len(s.buf[1]))
	s.next = s.carrier.conn.undecoded()
	s.held.Replay(s.next)
}

// socks4Len is the length of the request that b starts with, 0 if it is not whole: 8 bytes, a user name, and for the address
// 0.0.0.x (SOCKS4a) a host name, each with a zero byte after it.
func socks4Len(b []byte) int {
	if len(b) < 9 {
		return 0
	}
	end := bytes.IndexByte(b[8:], 0)
	if end < 0 {
		return 0
	}
	end += 9
	if !named(b) {
		return end
	}
	host := bytes.IndexByte(b[end:], 0)
	if host < 0 {
		return 0
	}
	return end + host + 1
}

// named reports whether the request names a host (SOCKS4a).
func named(b []byte) bool { return b[4] == 0 && b[5] == 0 && b[6] == 0 && b[7] != 0 }

// socks4Target is "host:port" of a whole request.
func socks4Target(b []byte) string {
	port := strconv.Itoa(int(b[2])<<8 | int(b[3]))
	if named(b) {
		host := b[8+bytes.IndexByte(b[8:], 0)+1 : len(b)-1]
		return string(host) + ":" + port
	}
	return netip.AddrFrom4([4]byte(b[4:8])).String() + ":" + port
}

// Gap is reassembly.Handler.
func (s *socks4) Gap(d reassembly.Dir, off, n int64) {
	if s.next == nil {
		s.fail()
	}
	s.next.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (s *socks4) Conflict(d reassembly.Dir, off, n int64) {
	if s.next == nil {
		s.held.Conflict(d, off, n)
		return
	}
	s.next.Conflict(d, off, n)
}

// Close is reassembly.Handler.
func (s *socks4) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if s.next == nil {
		if s.held.Close(d, k, 0); s.held.Closed() < 2 {
			return
		}
		s.fail()
		return
	}
	s.next.Close(d, k)
}
