package export

import (
	"strconv"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/ws"
)

// Session appends the line of a session.
func (j *JSON) Session(dst []byte, s *decode.Session) []byte {
	dst = appendInt(j.open(dst, "session"), "session", int64(s.N))
	dst = j.file(appendInt(dst, "stream", int64(s.Stream)), s.First)
	dst = appendEndpoints(dst, s.Client, s.Server)
	dst = appendOpening(dst, s)
	dst = appendTunnel(dst, s.Tunnel)
	dst = appendNeighbours(appendProxied(dst, s.Proxied), s)
	dst = appendTLS(dst, s)
	dst = j.moments(dst, s)
	dst = appendWord(dst, "state", s.State.String())
	if s.End != decode.EndNone {
		dst = appendWord(dst, "end", s.End.String())
	}
	dst = j.sessionClose(dst, s.Close)
	dst = appendPair(dst, "messages", s.Messages)
	dst = appendPair(dst, "bytes", s.Bytes)
	dst = appendPair(dst, "wire_bytes", s.WireBytes)
	dst = appendHeaders(dst, "request_headers", s.RequestHeaders)
	dst = appendHeaders(dst, "response_headers", s.ResponseHeaders)
	dst = appendBool(dst, "handshake_seen", s.HandshakeSeen)
	if s.Confidence > 0 {
		dst = strconv.AppendFloat(appendKey(dst, "confidence"), float64(s.Confidence), 'f', -1, 32)
	}
	dst = appendInt(dst, "missing", s.Missing)
	dst = appendInt(dst, "finding_count", int64(s.Findings))
	dst = appendInt(dst, "retransmissions", int64(s.Retransmissions))
	return append(appendPackets(dst, s.First, s.Last), '}', '\n')
}

// appendOpening appends what the opening handshake asked for and agreed on.
func appendOpening(dst []byte, s *decode.Session) []byte {
	dst = appendKnown(dst, "scheme", s.Scheme)
	dst = appendKnown(dst, "http_version", s.HTTPVersion)
	dst = appendKnown(dst, "method", s.Method)
	dst = appendKnown(dst, "host", s.Host)
	dst = appendKnown(dst, "path", s.Path)
	if s.Status > 0 {
		dst = appendInt(dst, "status", int64(s.Status))
	}
	if s.HasOpened && s.Status > 0 {
		dst = appendText(dst, "subprotocol", s.Subprotocol)
		dst = appendText(dst, "extensions", s.Extensions)
	}
	return appendKnown(dst, "draft", s.Draft)
}

// appendKnown appends a string that is not known where it is empty.
func appendKnown(dst []byte, name, s string) []byte {
	if s == "" {
		return dst
	}
	return appendText(dst, name, s)
}

// appendTLS appends what carries a session besides TCP: TLS, and a stream of HTTP/2.
func appendTLS(dst []byte, s *decode.Session) []byte {
	if t := s.TLS; t != nil {
		dst = appendQuoted(append(dst, `,"tls":{"version":`...), t.Version)
		dst = appendWord(dst, "cipher", t.Cipher)
		if t.SNI != "" {
			dst = appendText(dst, "sni", []byte(t.SNI))
		}
		if t.ALPN != "" {
			dst = appendText(dst, "alpn", []byte(t.ALPN))
		}
		dst = appendBool(appendBool(dst, "resumed", t.Resumed), "early_data", t.EarlyData)
		dst = append(appendWord(dst, "keys", t.Keys), '}')
	}
	if s.H2Stream != 0 {
		dst = append(strconv.AppendInt(append(dst, `,"h2":{"stream":`...), int64(s.H2Stream), 10), '}')
	}
	return dst
}

// appendProxied appends what a PROXY protocol header says of the real client.
func appendProxied(dst []byte, p *decode.Proxied) []byte {
	if p == nil {
		return dst
	}
	dst = strconv.AppendInt(append(dst, `,"proxy_protocol":{"version":`...), int64(p.Version), 10)
	if p.Client.IsValid() {
		dst = appendWord(dst, "client", p.Client.String())
		dst = appendWord(dst, "server", p.Server.String())
	}
	return append(dst, '}')
}

// appendNeighbours appends what a session belongs to besides its connection: a program, and the other leg through a proxy.
func appendNeighbours(dst []byte, s *decode.Session) []byte {
	dst = appendProcess(dst, s.Process)
	if s.Peer > 0 {
		dst = appendInt(dst, "peer_session", int64(s.Peer))
	}
	return dst
}

// appendProcess appends the program that a connection belongs to.
func appendProcess(dst []byte, p *decode.Process) []byte {
	if p == nil {
		return dst
	}
	dst = append(dst, `,"process":{`...)
	start := len(dst)
	if p.PID > 0 {
		dst = appendInt(dst, "pid", int64(p.PID))
	}
	for _, f := range []struct{ name, value string }{{"name", p.Name}, {"path", p.Path}, {"args", p.Args}, {"container", p.Container},
		{"image", p.Image}, {"pod", p.Pod}, {"namespace", p.Namespace}} {
		dst = appendKnown(dst, f.name, f.value)
	}
	return append(append(dst[:start], dst[start+1:]...), '}') // without the first comma
}

func appendTunnel(dst []byte, t *decode.Tunnel) []byte {
	if t == nil {
		return dst
	}
	dst = append(dst, `,"tunnel":{"type":"`...)
	dst = append(append(dst, t.Type...), '"')
	return append(appendText(dst, "target", t.Target), '}')
}

func (j *JSON) moments(dst []byte, s *decode.Session) []byte {
	if s.HasStarted {
		dst = j.time(dst, "started", s.Started)
	}
	if s.HasOpened {
		dst = j.time(dst, "opened", s.Opened)
	}
	if s.HasEnded {
		dst = j.time(dst, "ended", s.Ended)
	}
	return dst
}

func (j *JSON) sessionClose(dst []byte, c *decode.Close) []byte {
	if c == nil {
		return dst
	}
	dst = append(dst, `,"close":{`...)
	start := len(dst)
	if c.HasBy {
		dst = appendWord(dst, "by", c.By.String())
	}
	if c.Code >= 0 {
		dst = appendInt(dst, "code", int64(c.Code))
		dst = appendQuoted(appendKey(dst, "name"), ws.CloseName(c.Code))
		if !j.NoPayload {
			dst = appendText(dst, "reason", c.Reason)
		}
	}
	if len(dst) > start {
		dst = append(dst[:start], dst[start+1:]...) // the comma before the first field
	}
	return append(dst, '}')
}

func appendPair(dst []byte, name string, v [2]int64) []byte {
	dst = strconv.AppendInt(append(appendKey(dst, name), `{"c2s":`...), v[ws.C2S], 10)
	dst = strconv.AppendInt(append(dst, `,"s2c":`...), v[ws.S2C], 10)
	return append(dst, '}')
}
