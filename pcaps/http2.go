package pcaps

import "encoding/binary"

// HTTP2Preface is what the client's side of an HTTP/2 connection begins with (RFC 9113 section 3.4).
const HTTP2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Types and flags of HTTP/2 frames (RFC 9113 section 6).
const (
	HTTP2Data         = 0x0
	HTTP2Headers      = 0x1
	HTTP2Reset        = 0x3
	HTTP2Settings     = 0x4
	HTTP2Ping         = 0x6
	HTTP2Continuation = 0x9

	HTTP2EndStream  = 0x1
	HTTP2EndHeaders = 0x4
	HTTP2Padded     = 0x8
)

// HTTP2Frame is a frame of HTTP/2.
type HTTP2Frame struct {
	Type, Flags byte
	Stream      uint32
	Payload     []byte
}

// Bytes is the frame as on the wire (RFC 9113 section 4.1).
func (f HTTP2Frame) Bytes() []byte {
	n := len(f.Payload)
	b := []byte{byte(n >> 16), byte(n >> 8), byte(n), f.Type, f.Flags}
	return append(binary.BigEndian.AppendUint32(b, f.Stream), f.Payload...)
}

// HTTP2Setting is a setting of a SETTINGS frame (RFC 9113 section 6.5.1).
func HTTP2Setting(id uint16, value uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, id), value)
}

// HTTP2Fields is a field block of literal fields that enter no table (RFC 7541 section 6.2.2). Names and values are shorter than 127
// bytes.
func HTTP2Fields(fields ...[2]string) (b []byte) {
	for _, f := range fields {
		b = append(b, 0)
		for _, s := range f {
			b = append(append(b, byte(len(s))), s...)
		}
	}
	return b
}
