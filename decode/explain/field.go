package explain

import (
	"fmt"
	"strconv"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Field is a run of bits of a frame (RFC 6455 section 5.2) with its meaning.
type Field struct {
	// Name is the RFC's: "FIN", "opcode", "Payload len".
	Name string `json:"name"`
	// From and To are the bits [From,To), counted from the first bit of the frame.
	From int64 `json:"from_bit"`
	To   int64 `json:"to_bit"`
	// Bits are the bits themselves, for fields of the header; empty for those of the payload.
	Bits string `json:"bits,omitempty"`
	// Value is the value as people write it: "1", "0x1", "126", "37 fa 21 3d".
	Value string `json:"value"`
	// Meaning is what the value says, in a few words.
	Meaning string `json:"meaning"`
	// RFC and Section are where the field is defined.
	RFC     string `json:"rfc"`
	Section string `json:"section"`
	// Broken are the rules that the value breaks.
	Broken []*rule.Rule `json:"-"`
	// BrokenIDs are the IDs of Broken.
	BrokenIDs []string `json:"broken,omitempty"`
}

// FirstByte is the byte of the frame that the field starts in, counted from 0.
func (f *Field) FirstByte() int64 { return f.From / 8 }

// EndByte is the byte after the last that the field has a bit in.
func (f *Field) EndByte() int64 { return (f.To + 7) / 8 }

const (
	rfc6455 = "RFC 6455"
	rfc7692 = "RFC 7692"
	rfc3629 = "RFC 3629"
)

// The names of the fields.
const (
	nameFin      = rule.FieldFin
	nameRSV1     = rule.FieldRSV1
	nameRSV2     = rule.FieldRSV2
	nameRSV3     = rule.FieldRSV3
	nameOpcode   = rule.FieldOpcode
	nameMask     = rule.FieldMask
	nameLen      = rule.FieldLen
	nameExtended = rule.FieldExtended
	nameKey      = rule.FieldKey
	nameCode     = rule.FieldCode
	nameReason   = rule.FieldReason
	namePayload  = rule.FieldPayload
)

// HeaderBytes are the bytes of a frame's header as they were on the wire: a Frame knows all that is in it, the form of
// the length too (by HeaderLen).
func HeaderBytes(f *ws.Frame) []byte {
	b0, b1 := f.RSV&7<<4|byte(f.Opcode&0xf), byte(0)
	if f.Fin {
		b0 |= 0x80
	}
	if f.Masked {
		b1 = 0x80
	}
	out := make([]byte, 0, 14)
	switch form := lengthBits(f); form {
	case 7:
		out = append(out, b0, b1|byte(f.Len&0x7f))
	default:
		out = append(out, b0, b1|lengthMarks[form])
		for shift := form - 8; shift >= 0; shift -= 8 {
			out = append(out, byte(uint64(f.Len)>>shift))
		}
	}
	if f.Masked {
		out = append(out, f.MaskKey[:]...)
	}
	return out
}

// lengthMarks are the values of the 7-bit length that announce a longer one.
var lengthMarks = map[int]byte{16: 126, 64: 127}

// lengthBits is how many bits hold the payload length: 7, 16 or 64.
func lengthBits(f *ws.Frame) int {
	n := f.HeaderLen
	if f.Masked {
		n -= 4
	}
	switch {
	case n >= 10:
		return 64
	case n >= 4:
		return 16
	}
	return 7
}

// Context is what a session agreed on, as far as it changes what bits mean. The zero value knows of no session.
type Context struct {
	// Known says that the opening handshake is known, so that what is not agreed on below was not agreed on.
	Known bool
	// Deflate is permessage-deflate as negotiated; nil for none.
	Deflate *ws.Deflate
	// Unknown names a negotiated extension that this program does not know.
	Unknown string
	// Compressed says that the message of the frame is compressed.
	Compressed bool
}

// Header are the fields of a frame's header, in order, without gaps: they cover 8 times HeaderLen bits.
func Header(f *ws.Frame) []Field { return Context{}.Header(f) }

// Header is as the function of that name, with the meaning that the bits have in a session.
func (c Context) Header(f *ws.Frame) []Field {
	h := fieldList{raw: HeaderBytes(f)}
	h.add(nameFin, 1, "5.2", "", finMeaning(f))
	for i, name := range []string{nameRSV1, nameRSV2, nameRSV3} {
		h.add(name, 1, "5.2", "", c.rsvMeaning(f, i))
	}
	h.add(nameOpcode, 4, "5.2", "0x"+strconv.FormatUint(uint64(f.Opcode), 16), opcodeMeaning(f.Opcode))
	h.add(nameMask, 1, "5.1", "", maskMeaning(f))
	h.add(nameLen, 7, "5.2", "", lengthMeaning(f))
	if n := lengthBits(f); n > 7 {
		h.add(nameExtended, n, "5.2", "", extendedMeaning(f, n))
	}
	if f.Masked {
		h.add(nameKey, 32, "5.3", fmt.Sprintf("% x", f.MaskKey), keyMeaning(f))
	}
	if f.RSV&4 != 0 && c.Deflate != nil {
		h.list[1].RFC, h.list[1].Section = rfc7692, "6"
	}
	blame(h.list, f)
	return h.list
}

// fieldList is a list of fields under way: the next field starts where the last ended.
type fieldList struct {
	raw  []byte
	at   int
	list []Field
}

// add adds the field of the next n bits, at most 64. An empty value is the number itself.
func (h *fieldList) add(name string, n int, section, value, meaning string) {
	var v uint64
	bits := make([]byte, n)
	for i := range n {
		bit := h.raw[(h.at+i)/8] >> (7 - (h.at+i)%8) & 1
		v, bits[i] = v<<1|uint64(bit), '0'+bit
	}
	if value == "" {
		value = strconv.FormatUint(v, 10)
	}
	h.list = append(h.list, Field{Name: name, From: int64(h.at), To: int64(h.at + n), Bits: string(bits), Value: value,
		Meaning: meaning, RFC: rfc6455, Section: section})
	h.at += n
}

// blame puts the rules that a frame breaks at the fields that break them.
func blame(list []Field, f *ws.Frame) {
	for i := range list {
		for _, r := range f.Findings {
			if concerns(r, list[i].Name, f) {
				list[i].Broken = append(list[i].Broken, r)
				list[i].BrokenIDs = append(list[i].BrokenIDs, r.ID)
			}
		}
	}
}
