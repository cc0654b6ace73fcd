package stack

import (
	"net/netip"
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
)

// socks follows the set-up of a SOCKS5 connection (RFC 1928): greeting, choice of a method, user name
// and password (RFC 1929), request and reply. What follows is a layer of its own.
type socks struct {
	carrier *carrier
	client  reassembly.Dir
	// buf are the bytes of the present step of each side.
	buf    [2][]byte
	stage  [2]socksStage
	target string
	// method is what the server chose, once chosen: its answer may be captured before what it answers.
	method byte
	chosen bool
	// open makes inner, which is what the tunnel carries, once both sides are through.
	open  func(*decode.Tunnel) reassembly.Handler
	inner reassembly.Handler
	held  reassembly.Held
}

type socksStage uint8

const (
	// socksHello waits for the client's greeting, and for the server's choice.
	socksHello socksStage = iota
	// socksAuth waits for user name and password, and for the answer.
	socksAuth
	// socksRequest waits for the request, and for the reply.
	socksRequest
	// socksDone: what comes now belongs to the tunnel.
	socksDone
	// socksFailed: the tunnel was refused, or what came is no SOCKS5.
	socksFailed
)

// greeting reports whether b begins with a client's greeting (version, number of methods, the methods), or may once
// more of it is there.
func greeting(b []byte) (whole, may bool) {
	if len(b) < 2 {
		return false, true
	}
	n := 2 + int(b[1])
	return n > 2 && len(b) >= n, n > 2 && n <= headLen
}

// isChoice reports whether b begins with a server's choice of a method that we can follow.
func isChoice(b []byte) bool { return len(b) >= 2 && (b[1] == 0 || b[1] == 2) }

func newSOCKS(l *sniffer, client reassembly.Dir) *socks {
	return &socks{carrier: l.carrier, client: client, open: l.carrier.inner}
}

func (s *socks) Data(d reassembly.Dir, k reassembly.Chunk) {
	for len(k.Data) > 0 && s.stage[d] < socksDone {
		s.buf[d] = append(s.buf[d], k.Data[0])
		k.Off++
		k.Data = k.Data[1:]
		s.step(d)
	}
	switch {
	case len(k.Data) == 0:
	case s.stage[d] == socksFailed:
		s.carrier.conn.d.bytes.Undecoded += int64(len(k.Data))
	case s.inner != nil:
		s.inner.Data(d, k)
	default:
		if s.held.Data(d, k, 0); s.held.Bytes() > sniffLimit(s.carrier.conn.d.opt.Limits) {
			s.fail()
		}
	}
}

// fail gives the tunnel up: what one side sends through it has waited too long for the other side's consent.
func (s *socks) fail() {
	for d := range s.stage {
		s.carrier.conn.d.bytes.Undecoded += int64(len(s.buf[d]))
		s.buf[d], s.stage[d] = nil, socksFailed
	}
	s.held.Replay(s.carrier.conn.undecoded())
}

// step looks whether the present step of side d is whole.
func (s *socks) step(d reassembly.Dir) {
	n := s.need(d)
	if n < 0 || len(s.buf[d]) > 600 {
		s.stage[d] = socksFailed
		s.carrier.conn.d.bytes.Undecoded += int64(len(s.buf[d]))
		s.buf[d] = nil
		return
	}
	if len(s.buf[d]) < n {
		return
	}
	s.carrier.conn.d.bytes.HTTP += int64(n)
	s.done(d, s.buf[d])
	s.buf[d] = s.buf[d][:0]
	if s.stage[0] == socksDone && s.stage[1] == socksDone && s.inner == nil {
		s.inner = s.open(&decode.Tunnel{Type: "socks5", Target: s.target})
		s.held.Replay(s.inner)
	}
}

// need is how many bytes the present step of side d has as far as can be reported; -1 where it is no SOCKS5.
func (s *socks) need(d reassembly.Dir) int {
	b := s.buf[d]
	if len(b) < 2 {
		return 2
	}
	if s.stage[d] == socksAuth && d == s.client && b[0] == 5 {
		s.stage[d] = socksRequest // sent before the server's choice was read
	}
	switch {
	case s.stage[d] == socksHello && d == s.client:
		return 2 + int(b[1])
	case s.stage[d] == socksHello:
		return 2
	case s.stage[d] == socksAuth && d == s.client:
		if len(b) < 3+int(b[1]) {
			return 3 + int(b[1])
		}
		return 3 + int(b[1]) + int(b[2+int(b[1])])
	case s.stage[d] == socksAuth:
		return 2
	}
	return needAddress(b)
}

// needAddress is the length of a request or reply (RFC 1928 sections 4 to 6).
func needAddress(b []byte) int {
	if b[0] != 5 {
		return -1
	}
	if len(b) < 5 {
		return 5
	}
	switch b[3] {
	case 1:
		return 4 + 4 + 2
	case 3:
		return 4 + 1 + int(b[4]) + 2
	case 4:
		return 4 + 16 + 2
	}
	return -1
}

// done acts on a whole step.
func (s *socks) done(d reassembly.Dir, b []byte) {
	switch {
	case s.stage[d] == socksHello && d == s.client:
		s.stage[d] = socksAuth
		if s.chosen && s.method == 0 {
			s.stage[d] = socksRequest
		}
	case s.stage[d] == socksHello:
		s.choose(d, b[1])
	case s.stage[d] == socksAuth:
		s.stage[d] = socksRequest
	case d == s.client:
		s.target = socksTarget(b)
		s.stage[d] = socksDone
	case b[1] != 0:
		s.stage[0], s.stage[1] = socksFailed, socksFailed
	default:
		s.stage[d] = socksDone
	}
}

// choose acts on the server's choice of a method: 0 is none, 2 is user name and password.
func (s *socks) choose(d reassembly.Dir, method byte) {
	s.method, s.chosen = method, true
	switch method {
	case 0:
		s.stage[d] = socksRequest
		if s.stage[s.client] == socksAuth && len(s.buf[s.client]) == 0 {
			s.stage[s.client] = socksRequest
		}
	case 2:
		s.stage[d] = socksAuth
	default:
		s.stage[0], s.stage[1] = socksFailed, socksFailed
	}
}

func socksTarget(b []byte) string {
	port := strconv.Itoa(int(b[len(b)-2])<<8 | int(b[len(b)-1]))
	switch b[3] {
	case 1:
		return netip.AddrFrom4([4]byte(b[4:8])).String() + ":" + port
	case 4:
		return "[" + netip.AddrFrom16([16]byte(b[4:20])).String() + "]:" + port
	}
	return string(b[5:len(b)-2]) + ":" + port
}

func (s *socks) Gap(d reassembly.Dir, off, n int64) {
	if s.inner != nil {
		s.inner.Gap(d, off, n)
		return
	}
	s.carrier.conn.d.bytes.Missing += n
	s.carrier.conn.d.bytes.Undecoded += int64(len(s.buf[d]))
	s.buf[d], s.stage[d] = nil, socksFailed
}

func (s *socks) Conflict(d reassembly.Dir, off, n int64) {
	if s.inner != nil {
		s.inner.Conflict(d, off, n)
		return
	}
	s.held.Conflict(d, off, n)
}

func (s *socks) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if s.inner != nil {
		s.inner.Close(d, k)
		return
	}
	s.carrier.conn.d.bytes.Undecoded += int64(len(s.buf[d]))
	s.buf[d] = nil
	s.held.Close(d, k, 0)
	if s.held.Closed() == 2 {
		s.held.Replay(s.carrier.conn.undecoded())
	}
}
