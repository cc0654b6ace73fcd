package http2

import (
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

// Field is one field of a header section, pseudo-header fields (":path") among them, as it was sent.
type Field struct {
	Name, Value string
	// Unknown says that the field refers to an entry of the HPACK table that was not captured. Name is then
	// empty, and so is Value where it was not sent beside the reference.
	Unknown bool
}

// Head is what requests and responses have in common.
type Head struct {
	// Stream is the stream identifier.
	Stream uint32
	// Fields are in the order in which they were sent.
	Fields []Field
	// First and Last are the packets with the first and the last byte of the frames that carry the section.
	First, Last int
	Start, End  capture.Time
	// Offset is that of the first byte of these frames in the connection's stream, Len their length together.
	Offset, Len int64
	Dir         reassembly.Dir
	// EndStream says that no content follows.
	EndStream bool
	// Partial says that a part of the section was not captured, could not be decoded, or was over Limits.
	Partial bool
	// Cut says that Limits.Block did not let all fields be kept.
	Cut bool
	// Conflict says that retransmissions of the section differed.
	Conflict bool
	// Found says that frames before it were not captured, so that it was searched for. It becomes false where
	// the other side's answer, in a direction that was captured whole, confirms it.
	Found bool

	// ack is what the sender had acknowledged when it sent the last byte, -1 where that is not known.
	ack int64
}

// Request is the header section that opens a stream.
type Request struct{ Head }

// Response is a header section of the server: an interim one (1xx), or the final one.
type Response struct {
	Head
	// Status is the value of :status, 0 where it is not known.
	Status int
}

// Get is the first value of a field, by its name in lower case, and whether there is one.
func (h *Head) Get(name string) (string, bool) {
	for i := range h.Fields {
		if h.Fields[i].Name == name && name != "" {
			return h.Fields[i].Value, true
		}
	}
	return "", false
}

// Unknown reports whether any field is not wholly known.
func (h *Head) Unknown() bool {
	for i := range h.Fields {
		if h.Fields[i].Unknown {
			return true
		}
	}
	return false
}

// Protocol is the value of :protocol of an extended CONNECT request (RFC 8441 section 4), and whether r is one.
func (r *Request) Protocol() (string, bool) {
	method, _ := r.Get(":method")
	protocol, ok := r.Get(":protocol")
	return protocol, ok && method == "CONNECT"
}

// IsWebSocket reports whether r asks for a WebSocket connection (RFC 8441 section 5), also with a wrong method.
func (r *Request) IsWebSocket() bool {
	p, ok := r.Get(":protocol")
	return ok && strings.EqualFold(p, "websocket")
}

// status reads three digits, else it is 0.
func status(h *Head) int {
	v, _ := h.Get(":status")
	if len(v) != 3 {
		return 0
	}
	n := 0
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return 0
		}
		n = n*10 + int(v[i]-'0')
	}
	return n
}
