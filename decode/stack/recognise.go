package stack

import (
	"bytes"

	"github.com/wspeek/wspeek/reassembly"
)

// verdict is what a recogniser says of the first bytes of a stream.
type verdict uint8

const (
	no verdict = iota
	// maybe waits for more bytes.
	maybe
	yes
)

// recogniser is a row for something that can lie on a byte stream.
type recogniser struct {
	name string
	// sniff looks at the first bytes of both directions, which are in s.head.
	sniff func(s *sniffer) verdict
	// begin makes the Handler for it.
	begin func(s *sniffer) reassembly.Handler
}

// recognisers are the rows, in the order in which they are asked; the first that is certain gets the stream.
func recognisers() [6]recogniser {
	return [...]recogniser{
		{"PROXY protocol", sniffPROXY, beginPROXY},
		{"HTTP/2", sniffHTTP2, beginHTTP2},
		{"HTTP/1", sniffHTTP, beginHTTP},
		{"TLS", sniffTLS, beginTLS},
		{"SOCKS5", sniffSOCKS, beginSOCKS},
		{"SOCKS4", sniffSOCKS4, beginSOCKS4},
	}
}

// either asks of both directions; one that is certain is enough.
func (s *sniffer) either(looks func(b []byte) verdict) verdict {
	return max(looks(s.head[0]), looks(s.head[1]))
}

// methods are those of RFC 9110 section 9 and of WebDAV and its kin, as far as they are met.
var methods = [][]byte{
	[]byte("GET "), []byte("POST "), []byte("HEAD "), []byte("PUT "), []byte("DELETE "), []byte("OPTIONS "),
	[]byte("CONNECT "), []byte("PATCH "), []byte("TRACE "), []byte("PROPFIND "), []byte("PROPPATCH "),
	[]byte("REPORT "), []byte("MKCOL "), []byte("COPY "), []byte("MOVE "), []byte("LOCK "), []byte("UNLOCK "),
	[]byte("SEARCH "), []byte("NOTIFY "), []byte("M-SEARCH "), []byte("SUBSCRIBE "), statusLine,
}

var statusLine = []byte("HTTP/1.")

// sniffHTTP looks for a request or status line.
func sniffHTTP(s *sniffer) verdict {
	v := no
	for d, b := range s.head {
		if s.carrier.depth > 0 || s.start[d] == s.from[d] && s.carrier.conn.tcp.AnchoredDir(reassembly.Dir(d)) {
			v = max(v, looksLikeHTTP(b))
		} else {
			v = max(v, knownStart(b)) // it may be the middle of something
		}
	}
	return v
}

// knownStart looks for a known method or a status line.
func knownStart(b []byte) verdict {
	v := no
	for _, m := range methods {
		switch {
		case len(b) == 0:
		case bytes.HasPrefix(b, m):
			return yes
		case bytes.HasPrefix(m, b):
			v = maybe
		}
	}
	return v
}

func beginHTTP(s *sniffer) reassembly.Handler { return s.carrier.newHTTP(s.upgrade) }

// looksLikeHTTP looks for the start of a request or status line at the start of a stream: empty lines, any method, and a
// target. b is at most headLen bytes.
func looksLikeHTTP(b []byte) verdict {
	if len(b) == 0 {
		return no
	}
	b = bytes.TrimLeft(b, "\r\n")
	n := bytes.IndexFunc(b, func(r rune) bool { return !isMethodChar(r) })
	switch {
	case startsLikeHTTP(b):
		return yes
	case n < 0 && len(b) < headLen, bytes.HasPrefix(statusLine, b):
		return maybe
	case n <= 0 || b[n] != ' ':
		return no
	case n+1 == len(b):
		return maybe
	case b[n+1] == '/' || b[n+1] == '*' || bytes.HasPrefix(b[n+1:], []byte("http")):
		return yes
	}
	return no
}

// isMethodChar reports whether r is common in methods; RFC 9110 section 5.6.2 allows more.
func isMethodChar(r rune) bool {
	return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '_'
}

// startsLikeHTTP reports whether b starts with a known method or a status line.
func startsLikeHTTP(b []byte) bool {
	for _, m := range methods {
		if bytes.HasPrefix(b, m) {
			return true
		}
	}
	return false
}

// sniffSOCKS waits until both sides have spoken: only the client's greeting says how long it is. The client is the side that
// opened the connection, if that was seen.
func sniffSOCKS(s *sniffer) verdict {
	v, _ := s.socksClient()
	return v
}

func beginSOCKS(s *sniffer) reassembly.Handler {
	_, client := s.socksClient()
	return newSOCKS(s, client)
}

// socksClient is the direction of the client's greeting, with yes.
func (s *sniffer) socksClient() (verdict, reassembly.Dir) {
	for _, h := range s.head {
		if len(h) > 0 && h[0] != 5 {
			return no, 0
		}
	}
	if len(s.head[0]) == 0 || len(s.head[1]) == 0 {
		return maybe, 0
	}
	v := no
	for d := reassembly.Fwd; d <= reassembly.Rev; d++ {
		whole, may := greeting(s.head[d])
		answer := s.head[d.Other()]
		switch {
		case d == reassembly.Rev && s.carrier.conn.tcp.Anchored():
		case whole && isChoice(answer):
			return yes, d
		case may && (len(answer) < 2 || isChoice(answer)):
			v = maybe
		}
	}
	return v, 0
}
