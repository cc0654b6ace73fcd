package ws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wspeek/wspeek/decode/rule"
)

// framed is a frame to be sent, all of it empty or short text.
type framed struct {
	fin    bool
	rsv    uint8
	opcode Opcode
	masked bool
	len    int
	// form is the number of bytes that the length is written in: 0, 2 or 8.
	form int
	key  uint32
}

// bytes writes f; its payload is dots.
func (f framed) bytes() []byte {
	first := f.rsv<<4 | uint8(f.opcode)
	if f.fin {
		first |= 0x80
	}
	mask := byte(0)
	if f.masked {
		mask = 0x80
	}
	b := []byte{first}
	switch f.form {
	case 2:
		b = append(b, mask|126, byte(f.len>>8), byte(f.len))
	case 8:
		b = append(b, mask|127, 0, 0, 0, 0, 0, 0, byte(f.len>>8), byte(f.len))
	default:
		b = append(b, mask|byte(f.len))
	}
	k := [4]byte{}
	if f.masked {
		k = [4]byte{byte(f.key >> 24), byte(f.key >> 16), byte(f.key >> 8), byte(f.key)}
		b = append(b, k[:]...)
	}
	for i := range f.len {
		b = append(b, '.'^k[i%4])
	}
	return b
}

// judge says what RFC 6455 and RFC 7692 forbid in a direction, frame by frame, in their own words.
type judge struct {
	dir               Dir
	deflate, unknown  bool
	inMessage, closed bool
}

func (j *judge) broken(f framed) (ids []string) {
	breaks := func(is bool, r *rule.Rule) {
		if is {
			ids = append(ids, r.ID)
		}
	}
	control := f.opcode >= 8
	reserved := f.opcode >= 3 && f.opcode <= 7 || f.opcode >= 11
	// 5.1: "a client MUST mask all frames", "a server MUST NOT mask any frames".
	breaks(j.dir == C2S && !f.masked, rule.MaskRequired)
	breaks(j.dir == S2C && f.masked, rule.MaskForbidden)
	// 5.2: "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values".
	breaks(f.rsv&3 != 0 && !j.unknown, rule.RSV)
	breaks(f.rsv == 4 && !j.unknown && !j.deflate, rule.RSV)
	// RFC 7692, 6.1: "MUST NOT set the RSV1 bit of control frames and non-first fragments".
	breaks(f.rsv&4 != 0 && j.deflate && (control || f.opcode == 0), rule.DeflateRSV1)
	breaks(reserved && !j.unknown, rule.OpcodeReserved)
	// 5.2: "the minimal number of bytes MUST be used".
	breaks(f.form == 2 && f.len < 126 || f.form == 8 && f.len < 65536, rule.LengthMinimal)
	// 5.5: "MUST have a payload length of 125 bytes or less and MUST NOT be fragmented".
	breaks(control && !f.fin, rule.ControlFragmented)
	breaks(control && f.len > 125, rule.ControlLength)
	// 5.5.1: "MUST NOT send any more data frames after sending a Close frame".
	breaks(j.closed && control, rule.ControlAfterClose)
	breaks(j.closed && !control, rule.DataAfterClose)
	if f.opcode == OpClose {
		j.closed = true
	}
	if !control {
		// 5.4: fragments of one message are not interleaved with another's; continuations continue one. A reserved data opcode within a
		// message says nothing about it.
		breaks(f.opcode == 0 && !j.inMessage, rule.ContinuationUnexpected)
		breaks((f.opcode == 1 || f.opcode == 2) && j.inMessage, rule.ContinuationExpected)
		if opens := f.opcode != 0 && (!reserved || !j.inMessage); opens || f.opcode == 0 && j.inMessage {
			j.inMessage = !f.fin
		}
	}
	slices.Sort(ids)
	return ids
}

func drawFramed(t *rapid.T, n uint32) framed {
	f := framed{
		fin: rapid.Bool().Draw(t, "fin"), masked: rapid.Bool().Draw(t, "masked"), key: 0x01020300 + n,
		opcode: Opcode(rapid.SampledFrom([]uint8{0, 0, 1, 2, 2, 3, 7, 8, 9, 10, 11, 15}).Draw(t, "opcode")),
		rsv:    rapid.SampledFrom([]uint8{0, 0, 0, 1, 2, 3, 4}).Draw(t, "rsv"),
		len:    rapid.SampledFrom([]int{0, 1, 5, 125, 126, 300}).Draw(t, "len"),
		form:   rapid.SampledFrom([]int{0, 2, 8}).Draw(t, "form"),
	}
	if f.form == 0 && f.len > 125 {
		f.form = 2
	}
	return f
}

// aboutHeaders are the rules that a frame's header alone, and the headers before it, decide.
var aboutHeaders = []*rule.Rule{rule.MaskRequired, rule.MaskForbidden, rule.RSV, rule.DeflateRSV1, rule.OpcodeReserved, rule.LengthMinimal,
	rule.ControlFragmented, rule.ControlLength, rule.ControlAfterClose, rule.DataAfterClose, rule.ContinuationUnexpected, rule.ContinuationExpected}

func headerIDs(rs []*rule.Rule) (ids []string) {
	for _, r := range rs {
		if slices.Contains(aboutHeaders, r) {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestAnyFramesAreJudged has any frames after a right one: each breaks the rules that the RFCs' sentences say, and no others.
func TestAnyFramesAreJudged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		j := judge{dir: Dir(rapid.IntRange(0, 1).Draw(rt, "dir"))}
		cfg := Config{}
		switch rapid.IntRange(0, 2).Draw(rt, "extension") {
		case 1:
			j.deflate, cfg.Deflate = true, &Deflate{}
		case 2:
			j.unknown, cfg.Unknown = true, true
		}
		r := newRig(t, cfg)
		right := framed{fin: true, opcode: OpPing, masked: j.dir == C2S, key: 0x0a0b0c0d}
		r.data(j.dir, right.bytes())
		want := [][]string{nil}
		var sent []framed
		for n := range rapid.IntRange(1, 12).Draw(rt, "frames") {
			f := drawFramed(rt, uint32(n))
			sent, want = append(sent, f), append(want, j.broken(f))
			r.data(j.dir, f.bytes())
		}
		if len(r.rec.frames) != len(want) {
			rt.Fatalf("%d frames, sent were %d", len(r.rec.frames), len(want))
		}
		for i, f := range r.rec.frames {
			if got := headerIDs(f.Findings); !slices.Equal(got, want[i]) {
				rt.Fatalf("frame %d of %+v:\n got %q\nwant %q", i, sent, got, want[i])
			}
		}
	})
}

// TestReservedBits has each of the 8 combinations, on the first frame of a message, under each kind of negotiation.
func TestReservedBits(t *testing.T) {
	t.Parallel()
	none, deflate, perFrame := Config{}, Config{Deflate: &Deflate{}}, Config{Deflate: &Deflate{PerFrame: true}}
	for _, c := range []struct {
		name string
		cfg  Config
		// flagged are the values of RSV that break a rule on a first fragment, a continuation and a ping.
		first, next, ping string
	}{
		{"no extension", none, "1234567", "1234567", "1234567"},
		{"permessage-deflate", deflate, "123567", "1234567", "1234567"},
		{"x-webkit-deflate-frame", perFrame, "123567", "123567", "1234567"},
		{"an extension that is not known", Config{Unknown: true}, "", "", ""},
		{"no handshake captured", Config{Assumed: true}, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for at, want := range []string{c.first, c.next, c.ping} {
				got := ""
				for rsv := range byte(8) {
					r := newRig(t, c.cfg).hex(S2C, "8a 00")
					frames := [][]byte{build(0x01, "", ""), build(0x00, "", ""), build(0x89, "", "")}
					frames[at][0] |= rsv << 4
					for _, f := range frames {
						r.data(S2C, f)
					}
					if r.rec.broke() != "" {
						got += fmt.Sprint(rsv)
					}
				}
				if got != want {
					t.Errorf("frame %d of first, continuation, ping: flagged are %q, want %q", at+1, got, want)
				}
			}
		})
	}
}

// TestMaskingKeys: keys must not be predictable (section 5.3); what one direction shows of that is reported once.
func TestMaskingKeys(t *testing.T) {
	t.Parallel()
	const a, b, zero = "\x01\x02\x03\x04", "\x01\x02\x03\x05", "\x00\x00\x00\x00"
	for _, c := range []struct {
		name  string
		keys  []string
		empty int // how many of the first frames have no payload
		want  string
	}{
		{"fresh keys", []string{a, b, a, b, a, b}, 0, ""},
		{"three alike", []string{a, a, a, b}, 0, ""},
		{"four alike", []string{a, a, a, a}, 0, "4 frames have the same masking key"},
		{"twice three alike", []string{a, a, a, b, b, b, a, a, a}, 0, ""},
		{"four alike after others", []string{b, a, b, a, a, a, a}, 0, "4 frames have the same masking key"},
		{"eight alike, reported once", []string{a, a, a, a, a, a, a, a}, 0, "4 frames have the same masking key"},
		{"key 0", []string{a, zero, zero}, 0, "the masking key is 0"},
		{"key 0 hides nothing of an empty payload", []string{zero, zero}, 2, ""},
		{"empty payloads are not counted", []string{a, a, a, a, a}, 2, ""},
		{"key 0 with one zero byte only", []string{"\x00\x00\x00\x01"}, 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true})
			for i, k := range c.keys {
				payload := "x"
				if i < c.empty {
					payload = ""
				}
				r.data(C2S, build(0x82, payload, k))
			}
			r.close()
			got := ""
			for _, f := range r.rec.findings {
				got += f.Detail
			}
			if got != c.want {
				t.Errorf("keys %q: got %q, want %q", c.keys, got, c.want)
			}
			for i, m := range r.rec.messages {
				if i >= c.empty && string(m.Payload) != "x" {
					t.Errorf("message %d: %q", i+1, m.Payload)
				}
			}
		})
	}
}

// TestFirstHeaderDecides: a first header with one thing wrong is of a broken sender, one where most is wrong is not a frame.
func TestFirstHeaderDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, bits string
		frame      bool
	}{
		{"right", "1 000 0001 0 0000000", true},
		{"masked", "1 000 0001 1 0000000" + strings.Repeat(" 00000001", 4), true},
		{"RSV2", "1 010 0001 0 0000000", true},
		{"reserved opcode", "1 000 0011 0 0000000", true},
		{"continuation", "1 000 0000 0 0000000", true},
		{"ping without FIN", "0 000 1001 0 0000000", true},
		{"length 1 in 16 bits", "1 000 0001 0 1111110 00000000 00000001 00000000", true},
		{"masked and RSV2", "1 010 0001 1 0000000" + strings.Repeat(" 00000001", 4), true},
		{"masked and a continuation", "1 000 0000 1 0000000" + strings.Repeat(" 00000001", 4), true},
		{"RSV2 and a reserved opcode", "1 010 0011 0 0000000", false},
		{"RSV2 and a continuation", "1 010 0000 0 0000000", false},
		{"RSV2 and a ping without FIN", "0 010 1001 0 0000000", false},
		{"masked, RSV2 and a length in 16 bits", "1 010 0001 1 1111110 00000000 00000000" + strings.Repeat(" 00000001", 4), false},
		{"all bits set", strings.Repeat("11111111", 14), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := drawn(c.bits)
			r := newRig(t, Config{})
			r.data(S2C, in)
			r.data(S2C, build(0x82, "later", ""))
			r.close()
			isFrame := !strings.Contains(r.rec.broke(), rule.NotWebSocket.ID)
			if isFrame != c.frame || c.frame != (len(r.rec.frames) == 2) {
				t.Errorf("%s: taken for a frame: %v, want %v; %d frames", c.bits, isFrame, c.frame, len(r.rec.frames))
			}
			if want := r.given; !c.frame && r.bytes.Undecoded != want {
				t.Errorf("%s: %d bytes undecoded, want %d", c.bits, r.bytes.Undecoded, want)
			}
			// After a right frame, each of them is one.
			r = newRig(t, Config{}).hex(S2C, "8a 00")
			if r.data(S2C, in); strings.Contains(r.rec.broke(), rule.NotWebSocket.ID) {
				t.Errorf("%s after a right frame: %s", c.bits, r.rec.broke())
			}
		})
	}
}
