package payload

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxPolled is how many packets of one body are told.
const maxPolled = 1 << 12

// Polled is the target of a request of Engine.IO's polling transport.
type Polled struct {
	// SID names the session; it is empty in the request that opens it. Version is that of the protocol: 2, 3 or 4.
	SID, Version string
	// JSONP says that the body is in a script or a form: see PolledBody.
	JSONP bool
}

// PolledTarget reads path and query.
func PolledTarget(target string) (p Polled) {
	_, query, _ := strings.Cut(target, "?")
	q, err := url.ParseQuery(query)
	if err == nil {
		p.SID, p.Version, p.JSONP = q.Get("sid"), q.Get("EIO"), q.Has("j")
	}
	return p
}

// Inflate undoes a content coding of HTTP (RFC 9110 section 8.4.1). ok is false where that is not possible.
func Inflate(coding string, p []byte) (plain []byte, ok bool) {
	name := map[string]string{"gzip": "gzip", "x-gzip": "gzip", "deflate": "zlib", "br": "brotli", "zstd": "zstd"}[strings.ToLower(strings.TrimSpace(coding))]
	switch {
	case coding == "" || strings.EqualFold(coding, "identity"):
		return p, true
	case name == "":
		return nil, false
	}
	plain, much, ok := inflateAll(name, p)
	return plain, ok && !much
}

// PolledMessages are the packets in a body of the polling transport, each as the message that it would be over WebSocket. whole is
// false where the body has something else after them.
func PolledMessages(version string, octets bool, body []byte) (out []Message, whole bool) {
	if version == "4" {
		return polled4(body)
	}
	for len(body) > 0 && len(out) < maxPolled {
		var m Message
		n := 0
		if octets && body[0] <= 1 {
			m, n = polledOctets(body)
		} else {
			m, n = polledText(body)
		}
		if n == 0 {
			return out, false
		}
		out, body = append(out, m), body[n:]
	}
	return out, len(body) == 0
}

// polled4 splits a body of version 4: packets are separated by 0x1e, binary ones are b and base64.
func polled4(body []byte) (out []Message, whole bool) {
	for more := len(body) > 0; more && len(out) < maxPolled; {
		var p []byte
		if p, body, more = bytes.Cut(body, []byte{0x1e}); len(p) == 0 {
			return out, false
		}
		m := Message{Kind: Text, Payload: p}
		if p[0] == 'b' {
			plain, err := base64.StdEncoding.AppendDecode(nil, p[1:])
			if err != nil {
				return out, false
			}
			m = Message{Kind: Binary, Payload: plain}
		}
		out = append(out, m)
	}
	return out, true
}

// polledText reads a packet of version 3: its length in UTF-16, a colon and the packet; binary ones are b, the type and base64.
func polledText(p []byte) (m Message, n int) {
	size, i := 0, 0
	for ; i < len(p) && i < 9 && '0' <= p[i] && p[i] <= '9'; i++ {
		size = size*10 + int(p[i]-'0')
	}
	if i == 0 || i >= len(p) || p[i] != ':' || size == 0 {
		return m, 0
	}
	i++
	start := i
	for size > 0 && i < len(p) {
		r, k := utf8.DecodeRune(p[i:])
		if i, size = i+k, size-1; r > 0xffff {
			size--
		}
	}
	if size != 0 {
		return m, 0
	}
	packet := p[start:i]
	if packet[0] != 'b' {
		return Message{Kind: Text, Payload: packet}, i
	}
	if len(packet) < 2 {
		return m, 0
	}
	plain, err := base64.StdEncoding.AppendDecode([]byte{packet[1] - '0'}, packet[2:])
	if err != nil {
		return m, 0
	}
	return Message{Kind: Binary, Payload: plain}, i
}

// polledOctets reads a packet of version 3 in a binary body: 0 for text or 1 for binary, the digits of the length as bytes, 255,
// and the packet, whose type is a byte in binary ones.
func polledOctets(p []byte) (m Message, n int) {
	size, i := 0, 1
	for ; i < len(p) && i < 10 && p[i] <= 9; i++ {
		size = size*10 + int(p[i])
	}
	if i == 1 || i >= len(p) || p[i] != 0xff || size == 0 || size > len(p)-i-1 {
		return m, 0
	}
	m.Payload = p[i+1 : i+1+size]
	if p[0] == 1 {
		m.Kind = Binary
	}
	return m, i + 1 + size
}
