package stack

import (
	"bytes"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// sniffer is what lies on a byte stream: on decode.TCP, or inside a tunnel. It holds
// bytes back until their begin shows what they are, and then passes them on.
type sniffer struct {
	conn *conn
	// next is what was recognised; nil until then.
	next reassembly.Handler
	held held
	// head are the first bytes of each direction, and begin the offset where they lie.
	head  [2][]byte
	begin [2]int64
	depth int
	// tunnel is what the layer lies in, nil for decode.TCP.
	tunnel *decode.Tunnel
	// asked is the upgrade request that waits for its answer, nil for none.
	asked *upgrade
	// upgrade is an upgrade request whose answer was not captured: what follows it may be frames.
	upgrade *upgrade
}

// headLen is how many bytes of a direction are enough to tell.
const headLen = 24

func (l *sniffer) Data(d reassembly.Dir, k reassembly.Chunk) {
	if l.next != nil {
		l.next.Data(d, k)
		return
	}
	if len(l.head[d]) == 0 {
		l.begin[d] = k.Off
	}
	if n := headLen - len(l.head[d]); n > 0 {
		l.head[d] = append(l.head[d], k.Data[:min(n, len(k.Data))]...)
	}
	if l.decide(); l.next == nil {
		l.held.data(d, k)
		if l.held.size > sniffLimit(l.conn.d.opt.Limits) {
			l.become(l.unknown())
		}
		return
	}
	l.replay()
	l.next.Data(d, k)
}

func (l *sniffer) Gap(d reassembly.Dir, off, n int64) {
	if l.next == nil {
		l.become(l.unknown())
	}
	l.next.Gap(d, off, n)
}

func (l *sniffer) Conflict(d reassembly.Dir, off, n int64) {
	if l.next == nil {
		l.held.conflict(d, off, n)
		return
	}
	l.next.Conflict(d, off, n)
}

func (l *sniffer) Close(d reassembly.Dir, k reassembly.CloseKind) {
	if l.next == nil {
		l.held.add(heldItem{kind: heldClose, dir: d, close: k})
		if l.held.closed == 2 {
			l.become(l.unknown())
		}
		return
	}
	l.next.Close(d, k)
}

// become hands over to h, what was held back first.
func (l *sniffer) become(h reassembly.Handler) {
	l.next = h
	l.replay()
}

func (l *sniffer) replay() {
	l.held.replay(l.next)
	l.head = [2][]byte{}
}

// decide looks at the first bytes of both directions.
func (l *sniffer) decide() {
	a, b := sniff(l.head[0]), sniff(l.head[1])
	switch {
	case a == isHTTP || b == isHTTP:
		l.next = http1.New(l, l.conn.d.opt.Limits.HTTP, &l.conn.d.bytes)
	case a == isTLS || b == isTLS:
		l.conn.d.encrypted[l.conn.serverPort()]++
		l.next = undecoded{&l.conn.d.bytes}
	case a == isUndecided || b == isUndecided:
	case a == isSOCKS && b == isSOCKS, a == isSOCKS && len(l.head[1]) == 0, b == isSOCKS && len(l.head[0]) == 0:
		l.decideSOCKS()
	default:
		l.next = l.unknown()
	}
}

// decideSOCKS waits until both sides have spoken: only the client's greeting says how long it is. The client is who opened
// the connection, where that was seen.
func (l *sniffer) decideSOCKS() {
	if len(l.head[0]) == 0 || len(l.head[1]) == 0 {
		return
	}
	wait := false
	for d := reassembly.Fwd; d <= reassembly.Rev; d++ {
		whole, may := greeting(l.head[d])
		answer := l.head[d.Other()]
		switch {
		case d == reassembly.Rev && l.conn.tcp.Anchored():
		case whole && isChoice(answer):
			l.next = newSOCKS(l, d)
			return
		case may && (len(answer) < 2 || isChoice(answer)):
			wait = true
		}
	}
	if !wait {
		l.next = l.unknown()
	}
}

// unknown is the handler for bytes that begin like nothing we know.
func (l *sniffer) unknown() reassembly.Handler {
	switch {
	case l.held.closed == 2 && l.held.size == 0 && l.upgrade == nil:
		return undecoded{&l.conn.d.bytes}
	case l.upgrade != nil:
		return l.assume()
	case l.conn.forced() && len(l.head[0])+len(l.head[1]) > 0:
		return l.force()
	case l.whole():
		return undecoded{&l.conn.d.bytes}
	}
	return newMidstream(l)
}

// whole says that the begin of what was sent is there, so that an opening handshake would have been seen.
func (l *sniffer) whole() bool {
	for d := range l.head {
		if len(l.head[d]) > 0 && (l.begin[d] != 0 || !l.conn.tcp.AnchoredDir(reassembly.Dir(d))) {
			return false
		}
	}
	return l.depth == 0 && len(l.head[0])+len(l.head[1]) > 0
}

// force takes the stream for WebSocket because the user says so. The client is the side that masks.
func (l *sniffer) force() reassembly.Handler {
	client := reassembly.Fwd
	for d, h := range l.head {
		if len(h) >= 2 && h[1]&0x80 != 0 {
			client = reassembly.Dir(d)
			break
		}
		if len(h) >= 2 {
			client = reassembly.Dir(d).Other()
		}
	}
	s := l.conn.begin(client, l.tunnel)
	s.info.State, s.info.Confidence = decode.Unknown, assumedConfidence
	s.tell()
	cfg := l.config(s)
	cfg.Assumed, cfg.Confidence = true, assumedConfidence
	return ws.New(cfg, s)
}

// inner is the layer inside a tunnel that this one carries.
func (l *sniffer) inner(t *decode.Tunnel) reassembly.Handler {
	if l.depth+1 > tunnelLimit(l.conn.d.opt.Limits) {
		return undecoded{&l.conn.d.bytes}
	}
	return &sniffer{conn: l.conn, depth: l.depth + 1, tunnel: t}
}

type protocol uint8

const (
	isSilent protocol = iota
	isUndecided
	isHTTP
	isTLS
	isSOCKS
	isOther
)

// methods are those of RFC 9110 section 9 and of WebDAV and its kin, as far as they are met.
var methods = [][]byte{
	[]byte("GET "), []byte("POST "), []byte("HEAD "), []byte("PUT "), []byte("DELETE "), []byte("OPTIONS "),
	[]byte("CONNECT "), []byte("PATCH "), []byte("TRACE "), []byte("PROPFIND "), []byte("PROPPATCH "),
	[]byte("REPORT "), []byte("MKCOL "), []byte("COPY "), []byte("MOVE "), []byte("LOCK "), []byte("UNLOCK "),
	[]byte("SEARCH "), []byte("NOTIFY "), []byte("M-SEARCH "), []byte("SUBSCRIBE "), []byte("HTTP/1."),
}

// sniff says what a direction that begins with b carries. b is at most headLen bytes.
func sniff(b []byte) protocol {
	if len(b) == 0 {
		return isSilent
	}
	for _, m := range methods {
		if bytes.HasPrefix(b, m) {
			return isHTTP
		}
		if bytes.HasPrefix(m, b) {
			return isUndecided
		}
	}
	switch {
	case b[0] >= 0x14 && b[0] <= 0x17:
		return sniffTLS(b)
	case b[0] == 5:
		return isSOCKS
	}
	return isOther
}

// sniffTLS looks for the head of a TLS record: type, version 3.0 to 3.4, length up to 2^14+2048 (RFC 8446 section 5.1, RFC 5246 section 6.2.3).
func sniffTLS(b []byte) protocol {
	if len(b) < 5 {
		if (len(b) > 1 && b[1] != 3) || (len(b) > 2 && b[2] > 4) {
			return isOther
		}
		return isUndecided
	}
	n := int(b[3])<<8 | int(b[4])
	if b[1] == 3 && b[2] <= 4 && n > 0 && n <= 1<<14+2048 {
		return isTLS
	}
	return isOther
}
