package http1

import (
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Header is one header field: its name as sent, its value without surrounding
// white space. Repeated fields stand as often as they were sent, in order.
type Header struct{ Name, Value string }

// Oddity is a deviation from RFC 9112 that was read over.
type Oddity uint16

const (
	// BareLF means: a line ended in LF alone (section 2.2).
	BareLF Oddity = 1 << iota
	// Folded means: obs-fold was used (section 5.2).
	Folded
	// SpaceBeforeColon (section 5.1).
	SpaceBeforeColon
	// BadField means: a field line without a colon, a name that is empty or no token, or NUL in a value (section 5).
	BadField
	// LengthAndChunked means: both Content-Length and Transfer-Encoding (section 6.3, point 3).
	LengthAndChunked
	// BadLength means: Content-Length not a number, too large, or given twice differently (section 6.3, point 5); or
	// a request whose last transfer coding is not chunked (point 4).
	BadLength
	// Cut means: the header section was longer than Limits.Header; the rest of it was skipped.
	Cut
)

// Head is what requests and responses have in common.
type Head struct {
	// Version is "1.1" or "1.0", or what stood there instead.
	Version  string
	Headers  []Header
	Oddities Oddity
	// First and Last are the packets with the first and the last byte of the header section.
	First, Last int
	Start, End  capture.Time
	// Offset is that of the first byte, Len the length of the header section with its empty line (with Partial,
	// of what was captured of it). Empty lines before the start line are not part of it.
	Offset, Len int64
	Dir         reassembly.Dir
	// Partial says that a part of the header section was never captured (nothing is then guessed about it: what
	// is there is what could be read before the gap, or the end of the capture).
	Partial bool
	// Conflict says that retransmissions of the header section differed. In a request that waits for its
	// response it may still become true.
	Conflict bool
	// Found says that bytes before it were not captured or not understood, so that it was searched for: it may be part of a body.
	// It becomes false if request and response confirm each other: the client had received
	// everything before the response when it sent the request.
	Found bool
}

// Request is a request's header section (section 3).
type Request struct {
	Head
	Method, Target string
}

// Response is a response's header section (section 4).
type Response struct {
	Head
	Status int
	Reason string
}

// Get is the first value of a header field, compared without case, and whether there is one.
func (h *Head) Get(name string) (string, bool) {
	for i := range h.Headers {
		if equalFold(h.Headers[i].Name, name) {
			return h.Headers[i].Value, true
		}
	}
	return "", false
}

// List is all values of a header field split at commas outside quotes and trimmed (RFC 9110 section 5.6.1).
// Empty elements are left out; nil if there is none.
func (h *Head) List(name string) []string { return list(h, name) }

func list(h *Head, name string) []string {
	var out []string
	for i := range h.Headers {
		if equalFold(h.Headers[i].Name, name) {
			out = appendElements(out, h.Headers[i].Value)
		}
	}
	return out
}

func appendElements(out []string, v string) []string {
	for v != "" {
		n := elementEnd(v)
		if e := trim(v[:n]); e != "" {
			out = append(out, e)
		}
		v = v[min(n+1, len(v)):]
	}
	return out
}

// elementEnd is the length of the first list element of v; a comma within a quoted-string does not end it.
func elementEnd(v string) int {
	quoted := false
	for i := 0; i < len(v); i++ {
		switch c := v[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			return i
		}
	}
	return len(v)
}

// trim takes optional white space off (RFC 9110 section 5.6.3): space and tab only.
func trim(s string) string { return strings.Trim(s, " \t") }

// equalFold compares ASCII without case; other letters only equal themselves.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
