package http1

import (
	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Header is one header field: its name as sent, its value without surrounding
// white space. Repeated fields stand as often as they were sent, in order.
type Header struct{ Name, Value string }

// Oddity is a deviation from RFC 9112 that was read over.
type Oddity uint16

const (
	// BareLF: a line ended in LF alone (section 2.2).
	BareLF Oddity = 1 << iota
	// Folded: obs-fold was used (section 5.2).
	Folded
	// SpaceBeforeColon (section 5.1).
	SpaceBeforeColon
	// BadField: a field line without a colon, an empty name, or NUL in a value (section 5).
	BadField
	// LengthAndChunked: both Content-Length and Transfer-Encoding (section 6.3, point 3).
	LengthAndChunked
	// BadLength: Content-Length not a number, too large, or given twice differently (section 6.3, point 5).
	BadLength
	// Cut: the header section was longer than Limits.Header; the rest of it was skipped.
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
	// Offset is that of the first byte, Len the length of the header section with its empty line.
	Offset, Len int64
	Dir         reassembly.Dir
	// Partial says that a part of the header section was never captured (nothing is then guessed about it: what
	// is there is what could be read before the gap).
	Partial bool
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
func (h *Head) List(name string) []string { return list(h, name) }

// Limits bounds what is kept; a zero field means its default.
type Limits struct {
	// Header is how many bytes of a header section are kept (default 256 KiB).
	Header int
	// Pending is how many bytes one direction may send while the answer that decides what they are is still
	// missing (default 1 MiB).
	Pending int
	// Pipeline is how many requests may wait for their response (default 1024).
	Pipeline int
}

// Sink decides what a connection becomes.
type Sink interface {
	// Request is called when a request's header section is complete. With hold, what the client sends
	// after the request (and its body) is held back until the response to it was read: say true for
	// requests that may change the protocol (an upgrade, CONNECT).
	Request(*Request) (hold bool)
	// Response is called when a response's header section is complete, interim ones (1xx) too, with the
	// request that it answers; req is nil where that was not captured. A Handler returned takes
	// over all that follows the response in its direction, and what follows the request in the other (what was held
	// back first); http1 then only passes on. Nil goes on with HTTP.
	Response(req *Request, resp *Response) reassembly.Handler
	// Pending is called when the client's side holds bytes for a request whose answer was not captured: the
	// server's direction ended, or has a gap where the answer should be, or was acknowledged beyond what was ever seen of it, or Limits.Pending bit.
	// As with Response, a Handler takes both directions over (the server's from where it stands); nil drops the bytes as undecoded and goes on.
	Pending(req *Request) reassembly.Handler
	// NotHTTP is called when a direction's bytes turn out not to be HTTP; it can be returned a Handler for both
	// directions' remaining bytes, or nil: they are then counted as undecoded.
	NotHTTP(d reassembly.Dir) reassembly.Handler
}
