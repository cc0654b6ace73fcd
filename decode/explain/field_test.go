package explain

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
)

// parseFrame reads a header as RFC 6455 section 5.2 says, apart from the decoder under test.
func parseFrame(p []byte) *ws.Frame {
	f := &ws.Frame{Fin: p[0]>>7 == 1, RSV: p[0] >> 4 & 7, Opcode: ws.Opcode(p[0] & 15), Masked: p[1]>>7 == 1}
	n := 2
	switch p[1] & 0x7f {
	case 126:
		f.Len, n = int64(binary.BigEndian.Uint16(p[2:])), 4
	case 127:
		f.Len, n = int64(binary.BigEndian.Uint64(p[2:])), 10
	default:
		f.Len = int64(p[1] & 0x7f)
	}
	if f.Masked {
		f.MaskKey, n = [4]byte(p[n:]), n+4
	}
	f.HeaderLen = n
	return f
}

// TestHeaderBytesAreBitExact rebuilds headers of all first bytes, length forms (non-minimal ones too) and keys.
func TestHeaderBytesAreBitExact(t *testing.T) {
	t.Parallel()
	tails := [][]byte{{0}, {1}, {125}, {126, 0, 0}, {126, 0, 125}, {126, 0, 126}, {126, 255, 255},
		{127, 0, 0, 0, 0, 0, 0, 0, 5}, {127, 0, 0, 0, 0, 0, 0, 255, 255}, {127, 0, 0, 0, 0, 0, 1, 0, 0},
		{127, 127, 255, 255, 255, 255, 255, 255, 255}, {127, 128, 0, 0, 0, 0, 0, 0, 5}, {127, 255, 255, 255, 255, 255, 255, 255, 255}}
	for first := range 256 {
		for _, tail := range tails {
			for _, key := range [][]byte{nil, {0, 0, 0, 0}, {0x37, 0xfa, 0x21, 0x3d}} {
				raw := append([]byte{byte(first)}, tail...)
				if key != nil {
					raw[1] |= 0x80
					raw = append(raw, key...)
				}
				checkHeader(t, raw)
			}
		}
	}
}

// checkHeader holds the rebuilt bytes and the bits of the fields against the header.
func checkHeader(t *testing.T, raw []byte) {
	t.Helper()
	f := parseFrame(raw)
	if got := HeaderBytes(f); !bytes.Equal(got, raw) {
		t.Errorf("header % x, want % x", got, raw)
	}
	var bits, want strings.Builder
	at := int64(0)
	for _, x := range Header(f) {
		if x.From != at || x.To-x.From != int64(len(x.Bits)) || x.Meaning == "" || x.Value == "" || x.Section == "" {
			t.Errorf("% x: field %+v at bit %d", raw, x, at)
		}
		at = x.To
		bits.WriteString(x.Bits)
	}
	for _, b := range raw {
		for i := 7; i >= 0; i-- {
			want.WriteByte('0' + b>>i&1)
		}
	}
	if bits.String() != want.String() {
		t.Errorf("% x: bits %s, want %s", raw, bits.String(), want.String())
	}
}
