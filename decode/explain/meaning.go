package explain

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

func finMeaning(f *ws.Frame) string {
	switch {
	case f.Fin && f.Opcode.Control():
		return "whole: a control frame is always a single frame"
	case f.Fin && f.Opcode == ws.OpContinuation:
		return "the last frame of its message"
	case f.Fin:
		return "the first frame of its message and also the last"
	case f.Opcode.Control():
		return "more frames would follow, which a control frame may not ask for"
	case f.Opcode == ws.OpContinuation:
		return "more frames of the message follow"
	}
	return "the first frame of its message; more follow"
}

// rsvMeaning is that of RSV1 (i is 0) to RSV3.
func (c Context) rsvMeaning(f *ws.Frame, i int) string {
	set := f.RSV>>(2-i)&1 != 0
	switch {
	case i == 0 && c.Deflate != nil:
		return deflateMeaning(f, set, c.Compressed)
	case !set:
		return "reserved: no extension uses it here"
	case c.Unknown != "":
		return "may belong to the extension " + inert(c.Unknown) + ", which this program does not know"
	case i == 0 && !c.Known:
		return "if permessage-deflate was negotiated: the message is compressed; else not allowed"
	case !c.Known:
		return "only allowed if an extension was negotiated that gives it a meaning"
	}
	return "reserved, and no negotiated extension gives it a meaning"
}

// deflateMeaning is that of RSV1 under permessage-deflate (RFC 7692 section 6).
func deflateMeaning(f *ws.Frame, set, compressed bool) string {
	switch {
	case f.Opcode.Control() && set:
		return "control frames are never compressed"
	case f.Opcode.Control():
		return "not compressed: control frames never are"
	case f.Opcode == ws.OpContinuation && set:
		return "only the first frame of a message may say that it is compressed"
	case f.Opcode == ws.OpContinuation && compressed:
		return "0 in a continuation; the first frame said that the message is compressed"
	case f.Opcode == ws.OpContinuation:
		return "0 in a continuation, whether the message is compressed or not"
	case set:
		return "the message is compressed (permessage-deflate)"
	}
	return "the message is not compressed, although permessage-deflate was negotiated"
}

// opcodes are the meanings of the opcodes (RFC 6455 section 11.8).
var opcodes = map[ws.Opcode]string{
	ws.OpContinuation: "continuation: goes on with the message before",
	ws.OpText:         "text: a message in UTF-8",
	ws.OpBinary:       "binary: a message of any bytes",
	ws.OpClose:        "close: starts or answers the closing handshake",
	ws.OpPing:         "ping: asks for a pong with the same payload",
	ws.OpPong:         "pong: answers a ping, or is a sign of life",
}

func opcodeMeaning(o ws.Opcode) string {
	if m := opcodes[o]; m != "" {
		return m
	}
	if o.Control() {
		return "reserved for control frames to come"
	}
	return "reserved for data frames to come"
}

func maskMeaning(f *ws.Frame) string {
	if f.Masked {
		return "masked, as all that a client sends; a masking key follows"
	}
	return "not masked, as all that a server sends; no masking key"
}

func lengthMeaning(f *ws.Frame) string {
	switch lengthBits(f) {
	case 16:
		return "126: the length is in the next 16 bits"
	case 64:
		return "127: the length is in the next 64 bits"
	}
	return show.CountGrouped(f.Len, "byte") + " of payload; up to 125 the length itself is here"
}

func extendedMeaning(f *ws.Frame, bits int) string {
	switch {
	case f.Len < 0:
		return "the first bit must be 0: no such length can be"
	case bits == 16 && f.Len < 126:
		return show.CountGrouped(f.Len, "byte") + ", which 7 bits would hold"
	case bits == 64 && f.Len < 126:
		return show.CountGrouped(f.Len, "byte") + ", which 7 bits would hold"
	case bits == 64 && f.Len < 1<<16:
		return show.CountGrouped(f.Len, "byte") + ", which 16 bits would hold"
	case bits == 16:
		return show.CountGrouped(f.Len, "byte") + " of payload; 16 bits hold 126 to 65,535"
	}
	return show.CountGrouped(f.Len, "byte") + " of payload; 64 bits hold 65,536 and more"
}

func keyMeaning(f *ws.Frame) string {
	if f.MaskKey == [4]byte{} {
		return "0 changes nothing: the payload is as good as unmasked"
	}
	return "each payload byte is XORed with one of these, in turn"
}

// lengthRule says why the length has the form that it has (RFC 6455 section 5.2).
func lengthRule(f *ws.Frame) string {
	form := lengthBits(f)
	if f.Len < 0 {
		return fmt.Sprintf("The length field has 64 bits, and the first of them is 1. The RFC wants 0 there, "+
			"so that a length fits a signed 64-bit number: %d cannot be, and it is unknown where the next frame starts.", uint64(f.Len))
	}
	fits := 7
	switch {
	case f.Len > 65535:
		fits = 64
	case f.Len > 125:
		fits = 16
	}
	why := map[int]string{
		7:  "is at most 125: it is in the 7 bits of the second byte",
		16: "is more than 125 and at most 65,535: the 7 bits hold 126, and 16 bits follow, most significant byte first",
		64: "is more than 65,535: the 7 bits hold 127, and 64 bits follow, most significant byte first",
	}[fits]
	s := show.CountGrouped(f.Len, "byte") + ": the length " + why + "."
	if form != fits {
		s += fmt.Sprintf(" Here it was written in %d bits, although the RFC demands the shortest form.", form)
	}
	return s
}
