package filter

import (
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// opcodes are the names of opcodes, those of the RFC.
var opcodes = []name{
	{"continuation", int64(ws.OpContinuation)}, {"text", int64(ws.OpText)}, {"binary", int64(ws.OpBinary)},
	{"close", int64(ws.OpClose)}, {"ping", int64(ws.OpPing)}, {"pong", int64(ws.OpPong)},
}

var (
	yesNo  = []name{{"true", 1}, {"false", 0}, {"yes", 1}, {"no", 0}}
	dirs   = []name{{"c2s", int64(ws.C2S)}, {"s2c", int64(ws.S2C)}, {"client", int64(ws.C2S)}, {"server", int64(ws.S2C)}}
	states = []name{
		{"exact", int64(ws.Exact)}, {"conflict", int64(ws.Conflict)}, {"partial", int64(ws.Partial)},
		{"guessed", int64(ws.Guessed)}, {"undecodable", int64(ws.Undecodable)},
	}
	kindNames = []string{"continuation", "text", "binary", "close", "ping", "pong", "reserved"}
	levels    = []string{"must", "should", "note"}
)

// ruleIDs are those of all rules.
var ruleIDs = func() (ids []string) {
	for _, r := range rule.All {
		ids = append(ids, r.ID)
	}
	return ids
}()

var headerField = &field{
	Field: Field{Name: "ws.header.NAME", Text: "A header field of the opening handshake, of request or response: ws.header.origin."},
	kind:  kindText, where: ofSession, header: "NAME",
}

var payloadField = &fieldsOfMessages[0]

// fields is the table of all fields: Wireshark's, then our own.
var fields = slices.Concat(fieldsOfFrames, fieldsOfMessages, fieldsOfNetwork, fieldsOfTLS, fieldsOfHandshake, ownOfMessages,
	ownOfApps, ownOfSessions, []field{*headerField})

// fieldsOfFrames are Wireshark's fields of a frame's header. A message has them where one of its frames has.
var fieldsOfFrames = []field{
	{Field: Field{Name: "websocket", Text: "Any message or frame."}, kind: kindNone, where: ofBoth,
		present: func(r *Row) bool { return r.Message != nil || r.Frame != nil }},
	{Field: Field{Name: "websocket.opcode", Text: "The opcode; of a message that of its first frame."},
		kind: kindOpcode, where: ofBoth, names: opcodes, num: opcodeOf},
	{Field: Field{Name: "websocket.fin", Text: "The FIN bit of a frame. Alone it is true of every frame, as in Wireshark: write == 1."},
		kind: kindBool, where: ofBoth, names: yesNo, frame: func(f *ws.Frame) (int64, bool) { return bit(f.Fin), true }},
	{Field: Field{Name: "websocket.rsv", Text: "The three reserved bits as a number; RSV1 is 4."},
		kind: kindNumber, where: ofBoth, frame: func(f *ws.Frame) (int64, bool) { return int64(f.RSV), true }},
	{Field: Field{Name: "websocket.pmc", Text: "The bit that marks a compressed message (RSV1 of its first frame). By itself it tests whether permessage-deflate was negotiated."},
		kind: kindBool, where: ofBoth, names: yesNo, num: pmcOf},
	{Field: Field{Name: "websocket.mask", Text: "The MASK bit of a frame. Alone it is true of every frame: write == 1."},
		kind: kindBool, where: ofBoth, names: yesNo, frame: func(f *ws.Frame) (int64, bool) { return bit(f.Masked), true }},
	{Field: Field{Name: "websocket.masking_key", Text: "The masking key of a masked frame."},
		kind: kindBytes, where: ofBoth, frameBytes: func(f *ws.Frame) ([]byte, bool) { return f.MaskKey[:], f.Masked }},
	{Field: Field{Name: "websocket.payload_length", Text: "The payload length as declared, in bytes; of a message that of all its frames. (Wireshark's is 126 or 127 where the length is extended.)"},
		kind: kindNumber, where: ofBoth, num: wireLen},
	{Field: Field{Name: "websocket.payload_length_ext_16", Text: "The payload length of a frame that declares it in 16 bits."},
		kind: kindNumber, where: ofBoth, frame: extended(4)},
	{Field: Field{Name: "websocket.payload_length_ext_64", Text: "The payload length of a frame that declares it in 64 bits."},
		kind: kindNumber, where: ofBoth, frame: extended(10)},
}

// fieldsOfMessages are Wireshark's fields of payloads and fragments.
var fieldsOfMessages = []field{
	{Field: Field{Name: "websocket.payload", Text: "The whole payload after inflation; raw bytes where undecodable; of a close with its code."},
		kind: kindPayload, where: inMessage, needs: payloadNeeded, bytes: wholePayload},
	{Field: Field{Name: "websocket.payload.text", Text: "The whole text of a text message."},
		kind: kindPayload, where: inMessage, textual: true, needs: payloadNeeded, bytes: payloadOf(ws.OpText)},
	{Field: Field{Name: "data-text-lines", Text: "The same, by Wireshark's name for text."},
		kind: kindPayload, where: inMessage, textual: true, needs: payloadNeeded, bytes: payloadOf(ws.OpText)},
	{Field: Field{Name: "websocket.payload.close", Text: "A close that is not empty."},
		kind: kindNone, where: inMessage, present: func(r *Row) bool {
			return r.Message != nil && r.Message.Opcode == ws.OpClose && r.Message.WireLen > 0
		}},
	{Field: Field{Name: "websocket.payload.close.status_code", Text: "The code of a close."},
		kind: kindNumber, where: inMessage, num: func(r *Row) (int64, bool) {
			if r.Message == nil {
				return 0, false
			}
			return int64(r.Message.CloseCode), r.Message.CloseCode >= 0
		}},
	{Field: Field{Name: "websocket.payload.close.reason", Text: "The reason of a close."},
		kind: kindPayload, where: inMessage, textual: true, skip: 2, needs: payloadNeeded, bytes: func(r *Row) ([]byte, bool) {
			if r.Message == nil || r.Message.Opcode != ws.OpClose || r.Message.State == ws.Undecodable {
				return nil, false
			}
			p := r.bytes()
			return p[min(2, len(p)):], len(p) > 2
		}},
	{Field: Field{Name: "websocket.payload.ping", Text: "The payload of a ping."},
		kind: kindPayload, where: inMessage, needs: payloadNeeded, bytes: payloadOf(ws.OpPing)},
	{Field: Field{Name: "websocket.payload.pong", Text: "The payload of a pong."},
		kind: kindPayload, where: inMessage, needs: payloadNeeded, bytes: payloadOf(ws.OpPong)},
	{Field: Field{Name: "websocket.payload.continue", Text: "The payload of a continuation that continues nothing."},
		kind: kindPayload, where: inMessage, needs: payloadNeeded, bytes: payloadOf(ws.OpContinuation)},
	{Field: Field{Name: "websocket.payload.unknown", Text: "The payload of a frame with a reserved opcode."},
		kind: kindPayload, where: inMessage, needs: payloadNeeded, bytes: func(r *Row) ([]byte, bool) {
			if r.Message == nil || !r.Message.Opcode.Reserved() {
				return nil, false
			}
			p := r.bytes()
			return p, len(p) > 0
		}},
	{Field: Field{Name: "websocket.fragments", Text: "A message of more than one frame."},
		kind: kindNone, where: inMessage, present: func(r *Row) bool { return r.Message != nil && r.Message.Frames > 1 }},
	{Field: Field{Name: "websocket.fragment.count", Text: "How many frames a fragmented message has."},
		kind: kindNumber, where: inMessage, num: func(r *Row) (int64, bool) { return fragmented(r, false) }},
	{Field: Field{Name: "websocket.reassembled.length", Text: "The payload length of all frames of a fragmented message, before inflation."},
		kind: kindNumber, where: inMessage, num: func(r *Row) (int64, bool) { return fragmented(r, true) }},
}

var payloadNeeded = Needs{Payload: true}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func opcodeOf(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return int64(r.Frame.Opcode), true
	case r.Message != nil:
		return int64(r.Message.Opcode), true
	}
	return 0, false
}

// pmcOf is absent, as in Wireshark, where permessage-deflate was not negotiated (RFC 7692 section 7). If the handshake was not
// captured, a set bit shows that it was.
func pmcOf(r *Row) (v int64, ok bool) {
	switch {
	case r.Frame != nil:
		v = int64(r.Frame.RSV >> 2)
	case r.Message != nil:
		v = bit(r.Message.Compressed)
	default:
		return 0, false
	}
	s := r.Session
	if s == nil || s.Status == 0 {
		return v, v != 0
	}
	return v, s.Agreed != nil && s.Agreed.Deflate != nil || strings.Contains(strings.ToLower(s.Extensions), "permessage-deflate")
}

func wireLen(r *Row) (int64, bool) {
	switch {
	case r.Frame != nil:
		return r.Frame.Len, true
	case r.Message != nil:
		return r.Message.WireLen, true
	}
	return 0, false
}

// extended makes the field of a length in a header of n bytes without the key.
func extended(n int) func(*ws.Frame) (int64, bool) {
	return func(f *ws.Frame) (int64, bool) {
		h := f.HeaderLen
		if f.Masked {
			h -= len(f.MaskKey)
		}
		return f.Len, h == n
	}
}

func wholePayload(r *Row) ([]byte, bool) {
	if r.Message == nil {
		return nil, false
	}
	p := r.bytes()
	return p, len(p) > 0
}

func payloadOf(op ws.Opcode) func(*Row) ([]byte, bool) {
	return func(r *Row) ([]byte, bool) {
		if r.Message == nil || r.Message.Opcode != op || r.Message.State == ws.Undecodable || r.Message.Len == 0 {
			return nil, false
		}
		return r.bytes(), true
	}
}

func fragmented(r *Row, length bool) (int64, bool) {
	switch {
	case r.Message == nil || r.Message.Frames < 2:
		return 0, false
	case length:
		return r.Message.WireLen, true
	}
	return int64(r.Message.Frames), true
}
