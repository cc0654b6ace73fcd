package export

import (
	"fmt"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// harTimings are the parts of an entry's time (HAR 1.2, timings). Connect and ssl are -1 if they are not known, or the connection was
// there before; connect includes ssl. Send, wait and receive are required: what is not known of them is 0. The entry's time is the sum of
// all but ssl.
type harTimings struct{ connect, ssl, send, wait, receive capture.Time }

// timings are those of a session: from the SYN until the connection can be used, from there to the request, from the request to the
// 101, and from there to the end of the session.
func timings(s *decode.Session) harTimings {
	t := harTimings{connect: -1, ssl: -1}
	from := s.Started
	if s.HasStarted && s.HasOpened {
		t.wait, from = max(s.Opened-s.Started, 0), s.Opened
	}
	if s.HasEnded && (s.HasStarted || s.HasOpened) {
		if !s.HasStarted {
			from = s.Opened
		}
		t.receive = max(s.Ended-from, 0)
	}
	t.connected(s)
	return t
}

// connected sets how long it took to connect, if the connection was made for this request: from its first packet, a SYN, to the end of
// TLS's handshake. In clear, nothing shows when TCP's handshake was over; through a tunnel, the connection is that of the proxy.
func (t *harTimings) connected(s *decode.Session) {
	l, tcp := s.TLS, s.TCP
	if !s.Fresh || !s.HasStarted || s.Tunnel != nil || l == nil || l.Layer > 1 || tcp == nil || !tcp.Stats[ws.C2S].SYN {
		return
	}
	if start := tcp.First.Time; start <= l.Began && l.Began > 0 && l.Began <= l.Ready && l.Ready <= s.Started {
		t.connect, t.ssl, t.send = l.Ready-start, l.Ready-l.Began, s.Started-l.Ready
	}
}

func (t *harTimings) append(dst []byte) []byte {
	for _, part := range []struct {
		name string
		d    capture.Time
	}{{"connect", t.connect}, {"ssl", t.ssl}, {"send", t.send}, {"wait", t.wait}, {"receive", t.receive}} {
		if part.d < 0 {
			dst = fmt.Appendf(dst, `,"%s":-1`, part.name)
			continue
		}
		dst = appendMillis(dst, part.name, part.d)
	}
	return dst
}

// appendMillis appends a length of time in milliseconds.
func appendMillis(dst []byte, name string, d capture.Time) []byte {
	return fmt.Appendf(appendKey(dst, name), "%d.%06d", int64(d)/1e6, int64(d)%1e6)
}
