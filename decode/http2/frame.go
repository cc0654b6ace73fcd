package http2

import (
	"fmt"

	"github.com/wspeek/wspeek/decode/rule"
)

// frameType is the type of an HTTP/2 frame (RFC 9113 section 6).
type frameType uint8

const (
	typeData         frameType = 0x0
	typeHeaders      frameType = 0x1
	typePriority     frameType = 0x2
	typeReset        frameType = 0x3
	typeSettings     frameType = 0x4
	typePush         frameType = 0x5
	typePing         frameType = 0x6
	typeGoAway       frameType = 0x7
	typeWindowUpdate frameType = 0x8
	typeContinuation frameType = 0x9
	// typeUnknown stands for all others in Counts.
	typeUnknown frameType = 0xa
)

const (
	flagEndStream  = 0x1
	flagAck        = 0x1
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20
)

const (
	// headerLen is the length of a frame header (section 4.1).
	headerLen = 9
	// minMaxFrame is the least and the first value of SETTINGS_MAX_FRAME_SIZE (section 6.5.2).
	minMaxFrame = 1 << 14
)

// header is a frame header (section 4.1).
type header struct {
	length uint32
	typ    frameType
	flags  uint8
	// reserved is the bit before the stream identifier.
	reserved bool
	stream   uint32
}

func parseHeader(b []byte) header {
	_ = b[8]
	id := uint32(b[5])<<24 | uint32(b[6])<<16 | uint32(b[7])<<8 | uint32(b[8])
	return header{
		length: uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]),
		typ:    frameType(b[3]), flags: b[4], reserved: id>>31 != 0, stream: id & (1<<31 - 1),
	}
}

func (h header) has(flag uint8) bool { return h.flags&flag != 0 }

// place says which stream identifiers a frame type may have.
type place uint8

const (
	anywhere place = iota
	// onStream is any but 0.
	onStream
	// onConnection is 0 alone.
	onConnection
)

// kind is what section 6 says of a frame type.
type kind struct {
	name  string
	place place
	// flags are those that are defined.
	flags uint8
	// min and max bound the length; the length is a multiple of unit.
	min, max, unit uint32
}

const noMax = 1<<24 - 1

var kinds = [...]kind{
	typeData:         {"DATA", onStream, flagEndStream | flagPadded, 0, noMax, 1},
	typeHeaders:      {"HEADERS", onStream, flagEndStream | flagEndHeaders | flagPadded | flagPriority, 0, noMax, 1},
	typePriority:     {"PRIORITY", onStream, 0, 5, 5, 1},
	typeReset:        {"RST_STREAM", onStream, 0, 4, 4, 1},
	typeSettings:     {"SETTINGS", onConnection, flagAck, 0, noMax, 6},
	typePush:         {"PUSH_PROMISE", onStream, flagEndHeaders | flagPadded, 4, noMax, 1},
	typePing:         {"PING", onConnection, flagAck, 8, 8, 1},
	typeGoAway:       {"GOAWAY", onConnection, 0, 8, noMax, 1},
	typeWindowUpdate: {"WINDOW_UPDATE", anywhere, 0, 4, 4, 1},
	typeContinuation: {"CONTINUATION", onStream, flagEndHeaders, 0, noMax, 1},
}

func (t frameType) String() string {
	if int(t) < len(kinds) {
		return kinds[t].name
	}
	return fmt.Sprintf("frame type 0x%02x", uint8(t))
}

// fault is the rule that a header breaks by itself, and how; nil for none.
func (h header) fault() (r *rule.Rule, detail string) {
	if int(h.typ) >= len(kinds) {
		return nil, ""
	}
	k := &kinds[h.typ]
	switch {
	case k.place == onStream && h.stream == 0, k.place == onConnection && h.stream != 0:
		return rule.H2StreamZero, fmt.Sprintf("%s on stream %d", h.typ, h.stream)
	case h.length < k.min || h.length > k.max || h.length%k.unit != 0,
		h.typ == typeSettings && h.has(flagAck) && h.length != 0:
		return rule.H2FrameSize, fmt.Sprintf("%s of %d bytes", h.typ, h.length)
	}
	return nil, ""
}

// ErrCode is an error code of RST_STREAM and GOAWAY (RFC 9113 section 7).
type ErrCode uint32

// ErrCodeNone says that there was no error: a stream is only closed early.
const ErrCodeNone ErrCode = 0

// ErrCodeCancel is what an aborted WebSocket connection is reset with (RFC 8441 section 5).
const ErrCodeCancel ErrCode = 0x8

var errCodeNames = [...]string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
	"FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
	"INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

// String is the name of the code, or its number where it has none.
func (e ErrCode) String() string {
	if int64(e) < int64(len(errCodeNames)) {
		return errCodeNames[e]
	}
	return fmt.Sprintf("error 0x%x", uint32(e))
}
