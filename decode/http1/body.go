package http1

import (
	"bytes"
	"math"
	"strings"

	"github.com/wspeek/wspeek/reassembly"
)

// framing is how a message goes on after its header section: atStart where it has no body, lost where
// the end of the body cannot be found.
type framing struct {
	state  state
	length int64
	// unsure says that the body may be absent, because the request may have been HEAD.
	unsure bool
}

// framing is RFC 9112 section 6.3 for requests.
func (r *Request) framing() framing {
	f, told := r.declared(lost)
	switch {
	case told:
		return f
	case r.Oddities&Cut != 0 && !bodiless(r.Method):
		return framing{state: lost}
	}
	return framing{state: atStart}
}

// bodiless says that requests with this method hardly ever have a body.
func bodiless(method string) bool {
	return method == "GET" || method == "HEAD" || method == "CONNECT" || method == "OPTIONS"
}

// framing is RFC 9112 section 6.3 for responses to w.
func (r *Response) framing(w waiting) framing {
	f, told := r.declared(untilClose)
	switch {
	case r.Status < 200 || r.Status == 204 || r.Status == 304:
		return framing{state: atStart}
	case w.head || w.connect && r.Status < 300:
		return framing{state: atStart}
	case told:
	case r.Oddities&Cut != 0:
		f.state = lost
	default:
		f.state = untilClose
	}
	f.unsure = !w.found && f.state != atStart && f.state != lost
	return f
}

// declared is what the fields say about the length of the body, and whether they say anything. uncoded is
// what a last transfer coding that is not chunked means.
func (h *Head) declared(uncoded state) (f framing, told bool) {
	codings := h.List("Transfer-Encoding")
	_, length := h.Get("Content-Length")
	if len(codings) == 0 {
		if !length {
			return framing{}, false
		}
		return h.contentLength(), true
	}
	if length {
		h.Oddities |= LengthAndChunked
	}
	if equalFold(codings[len(codings)-1], "chunked") {
		return framing{state: inChunkSize}, true
	}
	if uncoded == lost {
		h.Oddities |= BadLength
	}
	return framing{state: uncoded}, true
}

// contentLength reads Content-Length, which may be repeated if it says the same (RFC 9112 section 6.3, point 5).
func (h *Head) contentLength() framing {
	values := h.List("Content-Length")
	n, ok := int64(0), len(values) > 0
	for i, v := range values {
		m, valid := decimal(v)
		ok = ok && valid && (i == 0 || m == n)
		n = m
	}
	switch {
	case !ok:
		h.Oddities |= BadLength
		return framing{state: lost}
	case n == 0:
		return framing{state: atStart}
	}
	return framing{state: inLength, length: n}
}

// decimal reads 1*DIGIT up to the largest int64.
func decimal(s string) (n int64, ok bool) {
	for i := 0; i < len(s); i++ {
		v := int64(s[i]) - '0'
		if v < 0 || v > 9 || n > (math.MaxInt64-v)/10 {
			return 0, false
		}
		n = n*10 + v
	}
	return n, s != ""
}

// body takes the next bytes of a body and returns how many it used.
func (c *Conn) body(d reassembly.Dir, ch reassembly.Chunk) int {
	h := &c.half[d]
	switch h.state {
	case inLength, inChunkData:
		n := min(int64(len(ch.Data)), h.left)
		h.off = ch.Off + n
		c.give(d, ch.Data[:n])
		c.shorten(d, n)
		return int(n)
	case inChunkSize:
		return c.chunkSize(d, ch)
	case inChunkLine:
		return h.chunkLine(ch.Data)
	case inChunkEnd:
		return c.chunkEnd(d, ch)
	case inTrailer:
		n, found := h.head.find(ch.Data)
		if h.off = ch.Off + int64(n); found {
			h.head = section{}
			c.endMessage(d)
		}
		return n
	case bodyOrNot:
		h.choose(ch)
		return 0
	default:
		c.give(d, ch.Data)
		return len(ch.Data)
	}
}

// want asks whether a body is wanted that begins after a message's header section.
func (c *Conn) want(d reassembly.Dir, f framing, req *Request, resp *Response) {
	h := &c.half[d]
	h.wanted, h.torn = c.bodies != nil && f.state != atStart && f.state != lost && c.bodies.Wants(req, resp), false
}

// give hands the next bytes of a body to a Sink that wants it.
func (c *Conn) give(d reassembly.Dir, p []byte) {
	if c.half[d].wanted {
		c.bodies.Body(d, p)
	}
}

// given tells a Sink that wanted a body that it has ended.
func (c *Conn) given(d reassembly.Dir, whole bool) {
	if h := &c.half[d]; h.wanted {
		h.wanted = false
		c.bodies.EndBody(d, reassembly.Stamp{Packet: c.packet, Time: c.now}, whole && !h.torn)
	}
}

// chunkSize reads the digits of chunk-size (RFC 9112 section 7.1).
func (c *Conn) chunkSize(d reassembly.Dir, ch reassembly.Chunk) int {
	h := &c.half[d]
	for i, b := range ch.Data {
		v := hexadecimal(b)
		switch {
		case v >= 0 && h.left <= math.MaxInt64>>4:
			h.left = h.left<<4 | v
			h.digits = 1
		case v < 0 && h.digits > 0 && strings.IndexByte("\r\n; \t", b) >= 0:
			h.state = inChunkLine
			return i
		default:
			h.off = ch.Off + int64(i)
			c.lose(d, ch.Packet)
			return i
		}
	}
	return len(ch.Data)
}

func hexadecimal(b byte) int64 {
	switch b = lower(b); {
	case '0' <= b && b <= '9':
		return int64(b - '0')
	case 'a' <= b && b <= 'f':
		return int64(b-'a') + 10
	}
	return -1
}

// chunkLine reads over chunk extensions (RFC 9112 section 7.1.1) up to the end of the line.
func (h *half) chunkLine(b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return len(b)
	}
	h.state = inChunkData
	if h.left == 0 {
		h.state, h.head = inTrailer, section{}
	}
	return i + 1
}

// chunkEnd takes CR LF, or LF alone, and nothing else: whatever else comes, the sizes were not true.
func (c *Conn) chunkEnd(d reassembly.Dir, ch reassembly.Chunk) int {
	h := &c.half[d]
	switch {
	case ch.Data[0] == '\r' && h.digits == 0:
		h.digits = 1
		return 1
	case ch.Data[0] == '\n':
		h.state, h.digits = inChunkSize, 0
		return 1
	}
	h.off = ch.Off
	c.lose(d, ch.Packet)
	return 0
}

// choose decides at the first byte after a response whose request is not known whether a status line may
// stand there: only in a later segment that acknowledges a further request, so that the bytes of a
// body are never taken for one.
func (h *half) choose(ch reassembly.Chunk) {
	if ch.Packet != h.mark.packet && h.mark.ack >= 0 && ch.Ack > h.mark.ack {
		h.state, h.synced, h.sniff, h.wanted = atStart, false, sniffer{strict: true}, false
		return
	}
	h.state, h.alt = h.alt, atStart
}
