package ws

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"
)

// Fields are header fields as sent, {name, value} each, values without surrounding white space.
type Fields [][2]string

// Values are the values of all fields with this name (compared without case), in order.
func (f Fields) Values(name string) []string {
	var v []string
	for _, h := range f {
		if strings.EqualFold(h[0], name) {
			v = append(v, h[1])
		}
	}
	return v
}

// Get is the first value, empty if there is none.
func (f Fields) Get(name string) string {
	for _, h := range f {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// Has reports whether a comma-separated list field holds a token (compared without case), in any
// of its lines (RFC 9110 section 5.6.1).
func (f Fields) Has(name, token string) bool {
	for _, h := range f {
		if strings.EqualFold(h[0], name) && listHas(h[1], token) {
			return true
		}
	}
	return false
}

func listHas(list, token string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(item, " \t"), token) {
			return true
		}
	}
	return false
}

// Request is the opening handshake's request, as far as this package reads it.
type Request struct {
	Method string
	// Version is the HTTP version: "1.1".
	Version string
	Fields  Fields
	// Partial says that a part of the header section is missing: that a field is not there then proves nothing.
	Partial bool
}

// Response is its response.
type Response struct {
	Status int
	// Version is the HTTP version: "1.1".
	Version string
	Fields  Fields
	// Partial is as in Request.
	Partial bool
}

// IsUpgrade reports whether r asks for WebSocket: websocket is in the list of Upgrade (what Connection says is for
// CheckHandshake). Other upgrades (h2c, TLS) are none.
func (r *Request) IsUpgrade() bool { return r.Fields.Has("Upgrade", "websocket") }

// Intends reports whether r was meant to ask for WebSocket: it names a Sec-WebSocket-Key, though something may have taken
// Upgrade out on the way.
func (r *Request) Intends() bool {
	return r.IsUpgrade() || len(r.Fields.Values("Sec-WebSocket-Key")) > 0
}

// IsUpgrade reports whether r switches to WebSocket: a 101 with websocket in Upgrade, or without any Upgrade but with
// Sec-WebSocket-Accept. Whether a 101 with neither answers a request for WebSocket is for the caller to know.
func (r *Response) IsUpgrade() bool {
	if r.Status != 101 {
		return false
	}
	if len(r.Fields.Values("Upgrade")) == 0 {
		return len(r.Fields.Values("Sec-WebSocket-Accept")) > 0
	}
	return r.Fields.Has("Upgrade", "websocket")
}

// Switched reports whether the two make a WebSocket connection, whatever rules they break. Either may be nil (not captured), but not both.
func Switched(req *Request, resp *Response) bool {
	switch {
	case resp == nil:
		return req != nil && req.IsUpgrade()
	case resp.IsUpgrade():
		return true
	}
	// H2: a 101 without Upgrade can only be what was asked for.
	return resp.Status == 101 && req != nil && req.IsUpgrade() && len(resp.Fields.Values("Upgrade")) == 0
}

// guid is fixed by RFC 6455 section 4.2.2.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Accept is the Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2, step 5.4).
func Accept(key string) string {
	sum := sha1.Sum([]byte(strings.Trim(key, " \t") + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Draft is the version of the protocol that a handshake speaks.
type Draft uint8

const (
	// RFC6455 is version 13, and what is taken for it.
	RFC6455 Draft = iota
	// Hybi07 is version 7: framed as RFC 6455.
	Hybi07
	// Hybi08 is version 8 (drafts 08 to 12): framed as RFC 6455.
	Hybi08
	// Hybi00 is version 0 (draft 00): framed otherwise.
	Hybi00
	// Hybi04 is versions 1 to 6 (drafts 01 to 06): framed otherwise.
	Hybi04
	// Hixie75 has no version: frames run from 00 to FF.
	Hixie75
	// Hixie76 is Hixie75 with a challenge in the handshake.
	Hixie76
)

var drafts = [...]struct {
	name   string
	framed bool
}{
	RFC6455: {"", true},
	Hybi07:  {"hybi-07", true},
	Hybi08:  {"hybi-08+", true},
	Hybi00:  {"hybi-00", false},
	Hybi04:  {"hybi-01 to 06", false},
	Hixie75: {"hixie-75", false},
	Hixie76: {"hixie-76", false},
}

// String is the draft's name, empty for RFC 6455.
func (d Draft) String() string { return drafts[d].name }

// Framed reports whether its frames are those of RFC 6455; others must not be decoded.
func (d Draft) Framed() bool { return drafts[d].framed }

var versions = map[string]Draft{
	"0": Hybi00, "1": Hybi04, "2": Hybi04, "3": Hybi04, "4": Hybi04, "5": Hybi04, "6": Hybi04,
	"7": Hybi07, "8": Hybi08,
}

// DraftOf tells the version from what was captured of the handshake. Either may be nil.
func DraftOf(req *Request, resp *Response) Draft {
	var q, p Fields
	if req != nil {
		q = req.Fields
	}
	if resp != nil {
		p = resp.Fields
	}
	if v := q.Values("Sec-WebSocket-Version"); len(v) > 0 {
		return versions[v[0]]
	}
	switch {
	case len(q.Values("Sec-WebSocket-Key")) > 0, len(p.Values("Sec-WebSocket-Accept")) > 0:
		return RFC6455
	case len(q.Values("Sec-WebSocket-Key1")) > 0, len(p.Values("Sec-WebSocket-Location")) > 0:
		return Hixie76
	case len(q.Values("WebSocket-Protocol")) > 0, len(p.Values("WebSocket-Location")) > 0, len(p.Values("WebSocket-Origin")) > 0:
		return Hixie75
	case req != nil && !req.Partial && resp == nil && q.Get("Upgrade") == "WebSocket":
		return Hixie75
	}
	return RFC6455
}
