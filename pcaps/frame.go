package pcaps

import "encoding/binary"

// The opcodes of RFC 6455 section 11.8.
const (
	OpContinuation byte = 0x0
	OpText         byte = 0x1
	OpBinary       byte = 0x2
	OpClose        byte = 0x8
	OpPing         byte = 0x9
	OpPong         byte = 0xA
)

// The RSV bits as they stand in Frame.RSV.
const (
	RSV1 byte = 4
	RSV2 byte = 2
	RSV3 byte = 1
)

// LengthForm is how a frame writes its payload length (RFC 6455 section 5.2).
type LengthForm uint8

// The three forms; LengthMinimal picks the shortest that holds the length.
const (
	LengthMinimal LengthForm = iota
	Length7
	Length16
	Length64
)

// RFCKey is the masking key of the examples in RFC 6455 section 5.7.
var RFCKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// Frame is one WebSocket frame to be written, right or wrong.
type Frame struct {
	// Fin is the FIN bit; the zero Frame is a fragment.
	Fin bool
	// RSV are the reserved bits as a number of 0 to 7 (RSV1 is 4).
	RSV byte
	// Opcode is 0 to 15; the zero value is a continuation.
	Opcode byte
	// Mask is the masking key; nil writes an unmasked frame.
	Mask *[4]byte
	// Payload is the payload before masking.
	Payload []byte
	// Form writes the length in a longer (or, cut off, a shorter) form than needed.
	Form LengthForm
	// Declared is the length that the header tells instead of len(Payload); nil tells the truth.
	Declared *uint64
}

// Text is an unmasked, whole text message.
func Text(s string) Frame { return Frame{Fin: true, Opcode: OpText, Payload: []byte(s)} }

// Binary is an unmasked, whole binary message.
func Binary(p []byte) Frame { return Frame{Fin: true, Opcode: OpBinary, Payload: p} }

// Ping is an unmasked ping.
func Ping(s string) Frame { return Frame{Fin: true, Opcode: OpPing, Payload: []byte(s)} }

// Pong is an unmasked pong.
func Pong(s string) Frame { return Frame{Fin: true, Opcode: OpPong, Payload: []byte(s)} }

// Close is an unmasked Close frame. Code 0 writes an empty one, without the reason.
func Close(code uint16, reason string) Frame {
	f := Frame{Fin: true, Opcode: OpClose}
	if code != 0 {
		f.Payload = append(binary.BigEndian.AppendUint16(nil, code), reason...)
	}
	return f
}

// Compressed is a whole message whose payload is already deflated: RSV1 is set.
func Compressed(opcode byte, deflated []byte) Frame {
	return Frame{Fin: true, RSV: RSV1, Opcode: opcode, Payload: deflated}
}

// Fragments is an unmasked message cut where the pieces end: the opcode on the first, FIN on the last.
func Fragments(opcode byte, pieces ...string) []Frame {
	frames := make([]Frame, len(pieces))
	for i, p := range pieces {
		frames[i] = Frame{Fin: i == len(pieces)-1, Payload: []byte(p)}
	}
	frames[0].Opcode = opcode
	return frames
}

// Masked is the frame with a masking key, as a client sends it.
func (f Frame) Masked(key [4]byte) Frame {
	f.Mask = &key
	return f
}

// Declaring is the frame with a header that tells another length.
func (f Frame) Declaring(n uint64) Frame {
	f.Declared = &n
	return f
}

// Stream is the bytes of frames one behind the other.
func Stream(frames ...Frame) []byte {
	var out []byte
	for _, f := range frames {
		out = append(out, f.Bytes()...)
	}
	return out
}

// Bytes is the frame as on the wire.
func (f Frame) Bytes() []byte {
	b0 := f.RSV&7<<4 | f.Opcode&15
	if f.Fin {
		b0 |= 0x80
	}
	out := f.appendLength([]byte{b0})
	if f.Mask == nil {
		return append(out, f.Payload...)
	}
	out = append(out, f.Mask[:]...)
	for i, c := range f.Payload {
		out = append(out, c^f.Mask[i%4])
	}
	return out
}

func (f Frame) appendLength(out []byte) []byte {
	n := uint64(len(f.Payload))
	if f.Declared != nil {
		n = *f.Declared
	}
	var mask byte
	if f.Mask != nil {
		mask = 0x80
	}
	switch f.form(n) {
	case Length16:
		return binary.BigEndian.AppendUint16(append(out, mask|126), uint16(n))
	case Length64:
		return binary.BigEndian.AppendUint64(append(out, mask|127), n)
	}
	return append(out, mask|byte(n&0x7f))
}

func (f Frame) form(n uint64) LengthForm {
	switch {
	case f.Form != LengthMinimal:
		return f.Form
	case n < 126:
		return Length7
	case n < 1<<16:
		return Length16
	}
	return Length64
}
