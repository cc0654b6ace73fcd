package ws

import (
	"strings"
	"testing"
)

const key = "\x37\xfa\x21\x3d"

// TestRFC6455Examples are the frames of RFC 6455 section 5.7.
func TestRFC6455Examples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, hex, want string
		dir             Dir
	}{
		{"unmasked text", "81 05 48 65 6c 6c 6f", `1 s2c text exact "Hello"`, S2C},
		{"masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58", `1 c2s text exact "Hello"`, C2S},
		{"fragmented text", "01 03 48 65 6c 80 02 6c 6f", `1 s2c text exact "Hello"`, S2C},
		{"ping", "89 05 48 65 6c 6c 6f", `1 s2c ping exact "Hello"`, S2C},
		{"masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", `1 c2s pong exact "Hello"`, C2S},
		{"256 bytes", "82 7e 01 00" + strings.Repeat("41", 256), `1 s2c binary exact "` + strings.Repeat("A", 256) + `"`, S2C},
		{"64 KiB", "82 7f 00 00 00 00 00 01 00 00" + strings.Repeat("41", 65536), `1 s2c binary exact "` + strings.Repeat("A", 65536) + `"`, S2C},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			newRig(t, Config{Keep: true}).hex(c.dir, c.hex).close().want(c.want, "")
		})
	}
}

// TestRFC7692Examples are the payloads of RFC 7692 section 7.2.3.
func TestRFC7692Examples(t *testing.T) {
	t.Parallel()
	hello := `s2c text exact "Hello" `
	for _, c := range []struct {
		name, hex, want string
		nct             bool
	}{
		{"one block, 7.2.3.1", "c1 07 f2 48 cd c9 c9 07 00", "1 " + hello, false},
		{"one block in two frames, 7.2.3.1", "41 03 f2 48 cd 80 04 c9 c9 07 00", "1 " + hello, false},
		{"same window, 7.2.3.2", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", "1 " + hello + "2 " + hello, false},
		{"new window, 7.2.3.2", "c1 07 f2 48 cd c9 c9 07 00 c1 07 f2 48 cd c9 c9 07 00", "1 " + hello + "2 " + hello, true},
		{"no compression, 7.2.3.3", "c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", "1 " + hello, false},
		{"BFINAL, 7.2.3.4", "c1 08 f3 48 cd c9 c9 07 00 00", "1 " + hello, false},
		{"two blocks, 7.2.3.5", "c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "1 " + hello, false},
		{"empty, 7.2.3.6", "c1 01 00", `1 s2c text exact ""`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := Config{Keep: true, Deflate: &Deflate{NoTakeover: [2]bool{c.nct, c.nct}}}
			r := newRig(t, cfg).hex(S2C, c.hex).close()
			r.want(c.want, "")
			if !r.rec.messages[0].Compressed {
				t.Error("not told as compressed")
			}
		})
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	deflate := &Deflate{}
	for _, c := range []struct {
		name, hex   string
		dir         Dir
		deflate     *Deflate
		want, broke string
	}{
		{"client does not mask", "81 01 41", C2S, nil, `1 c2s text exact "A"`, "ws.mask-required"},
		{"server masks", "81 81 01 02 03 04 40", S2C, nil, `1 s2c text exact "A"`, "ws.mask-forbidden"},
		{"key 0 said once", "81 81 00 00 00 00 41 81 81 00 00 00 00 41", C2S, nil, `1 c2s text exact "A" 2 c2s text exact "A"`, "ws.mask-zero"},
		{"RSV1 without extension is not inflated", "c1 07 f2 48 cd c9 c9 07 00", S2C, nil, `1 s2c text exact "\xf2H\xcd\xc9\xc9\a\x00"`, "ws.rsv ws.utf8"},
		{"RSV2 with deflate", "a1 01 41", S2C, deflate, `1 s2c text exact "A"`, "ws.rsv"},
		{"RSV1 on ping", "c9 01 41", S2C, deflate, `1 s2c ping exact "A"`, "deflate.rsv1"},
		{"RSV1 on continuation", "01 01 41 c0 01 42", S2C, deflate, `1 s2c text exact "AB"`, "deflate.rsv1"},
		{"opcode 3", "83 01 41", S2C, nil, `1 s2c reserved exact "A"`, "ws.opcode-reserved"},
		{"opcode 15", "8f 01 41", S2C, nil, `1 s2c reserved exact "A"`, "ws.opcode-reserved"},
		{"ping without FIN", "09 01 41 81 01 42", S2C, nil, `1 s2c ping exact "A" 2 s2c text exact "B"`, "ws.control-fragmented"},
		{"length 1 in 2 bytes", "81 7e 00 01 41", S2C, nil, `1 s2c text exact "A"`, "ws.length-minimal"},
		{"length 1 in 8 bytes", "81 7f 00 00 00 00 00 00 00 01 41", S2C, nil, `1 s2c text exact "A"`, "ws.length-minimal"},
		{"close without code", "88 00", S2C, nil, `1 s2c close exact ""`, ""},
		{"close with reason", "88 05 03 e8 62 79 65", S2C, nil, `1 s2c close exact 1000 "bye"`, ""},
		{"close reason not UTF-8", "88 03 03 e8 ff", S2C, nil, `1 s2c close exact 1000 "\xff"`, "ws.utf8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			newRig(t, Config{Keep: true, Deflate: c.deflate}).hex(c.dir, c.hex).close().want(c.want, c.broke)
		})
	}
}

// TestConnBothDirections has one numbering for both directions, the client being either opener.
func TestConnBothDirections(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(C2S, build(0x81, "one", key))
	r.data(S2C, build(0x01, "tw", ""))
	r.data(C2S, build(0x89, "ping", key))
	r.data(S2C, build(0x8a, "ping", ""))
	r.data(S2C, build(0x80, "o", ""))
	r.close().want(`1 c2s text exact "one" 3 c2s ping exact "ping" 4 s2c pong exact "ping" 2 s2c text exact "two"`, "")
	for i, f := range r.rec.frames {
		if f.N != i+1 {
			t.Errorf("frame %d has the number %d", i+1, f.N)
		}
	}
	want := Counts{Messages: 2, Frames: 3, Bytes: 7, WireBytes: 7}
	if got := r.c.Counts(S2C); got != want {
		t.Errorf("counts: got %+v, want %+v", got, want)
	}
}

// TestConnFields looks at what a message and a frame say beside their content.
func TestConnFields(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(C2S, drawn("0000 0001 1 0000101"))
	r.data(C2S, []byte(key+"\x7f"))
	r.data(C2S, append([]byte("\x9f\x4d\x51\x58"), build(0x80, "!", key)...))
	r.close()
	f, m := r.rec.frames[0], r.rec.messages[0]
	if f.First.Packet != 1 || f.Last.Packet != 3 || f.Min != 1 || f.Max != 3 || f.HeaderLen != 6 || f.Seen != 5 {
		t.Errorf("frame: %+v", f)
	}
	if m.Start.Packet != 2 || m.Last.Packet != 3 || m.Min != 1 || m.Max != 3 || m.Stream != (Range{0, 18}) {
		t.Errorf("message: %+v", m)
	}
	if m.Len != 6 || m.WireLen != 6 || m.Frames != 2 || !m.ValidUTF8 || string(m.Payload) != "Hello!" {
		t.Errorf("message: %+v", m)
	}
}

// TestConnWithoutKeep makes the same checks and has the same lengths, and keeps nothing.
func TestConnWithoutKeep(t *testing.T) {
	t.Parallel()
	var in []byte
	in = append(in, build(0x81, strings.Repeat("ä", 5000), key)...)
	in = append(in, build(0x81, "bad \xff", key)...)
	in = append(in, build(0x88, "\x03\xe9bye", key)...)
	var logs [2][]Message
	for i, keep := range []bool{true, false} {
		r := newRig(t, Config{Keep: keep})
		r.data(C2S, in)
		r.close()
		logs[i] = r.rec.messages
		if got := r.rec.broke(); got != "ws.utf8" {
			t.Errorf("keep %v: findings %q", keep, got)
		}
	}
	for i := range logs[0] {
		a, b := logs[0][i], logs[1][i]
		if kept := b.Payload != nil; kept != (b.Opcode == OpClose) {
			t.Errorf("message %d, %v: has a payload: %v", i, b.Opcode, kept)
		}
		if a.Len != b.Len || a.ValidUTF8 != b.ValidUTF8 || a.CloseCode != b.CloseCode {
			t.Errorf("message %d differs: %+v and %+v", i, a, b)
		}
	}
}
