package ws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
)

// utf8Texts are texts with the first byte that no valid text can go on with, by the table of RFC 3629 section 4; -1 for none, the
// length for a text that ends too early.
var utf8Texts = []struct {
	name, text string
	bad        int
}{
	{"empty", "", -1},
	{"ASCII", "plain text", -1},
	{"NUL and DEL", "\x00\x7f", -1},
	{"first of 2 bytes, U+0080", "a\xc2\x80b", -1},
	{"last of 2 bytes, U+07FF", "a\xdf\xbfb", -1},
	{"first of 3 bytes, U+0800", "a\xe0\xa0\x80b", -1},
	{"before the surrogates, U+D7FF", "a\xed\x9f\xbfb", -1},
	{"after the surrogates, U+E000", "a\xee\x80\x80b", -1},
	{"last of 3 bytes, U+FFFF", "a\xef\xbf\xbfb", -1},
	{"first of 4 bytes, U+10000", "a\xf0\x90\x80\x80b", -1},
	{"last of 4 bytes, U+10FFFF", "a\xf4\x8f\xbf\xbfb", -1},
	{"byte order mark", "\xef\xbb\xbfa", -1},
	{"NUL in 2 bytes", "a\xc0\x80b", 1},
	{"U+007F in 2 bytes", "a\xc1\xbfb", 1},
	{"U+07FF in 3 bytes", "a\xe0\x9f\xbfb", 2},
	{"U+FFFF in 4 bytes", "a\xf0\x8f\xbf\xbfb", 2},
	{"first surrogate, U+D800", "a\xed\xa0\x80b", 2},
	{"last surrogate, U+DFFF", "a\xed\xbf\xbfb", 2},
	{"U+110000", "a\xf4\x90\x80\x80b", 2},
	{"lead byte F5", "a\xf5\x80\x80\x80b", 1},
	{"FE", "abc\xfe", 3},
	{"FF", "\xff", 0},
	{"continuation first", "\xbfa", 0},
	{"continuation after a whole character", "\xc2\xa9\xa9", 2},
	{"lead byte after a lead byte", "\xc2\xc2\xa9", 1},
	{"second of 3 missing", "\xe2a\xac", 1},
	{"third of 3 missing", "\xe2\x82a", 2},
	{"fourth of 4 missing", "\xf0\x9f\x98a", 3},
	{"ends in 2", "ab\xc2", 3},
	{"ends in 3", "ab\xe2\x82", 4},
	{"ends in 4", "ab\xf0\x9f\x98", 5},
}

// checkBadText compares what is reported of a text that is bad at byte want.bad, whose bytes lie in the stream at.
func checkBadText(t *testing.T, r *rig, bad, size int, at func(i int) int64) {
	t.Helper()
	m := r.rec.messages[len(r.rec.messages)-1]
	if m.ValidUTF8 != (bad < 0) {
		t.Errorf("valid: got %v", m.ValidUTF8)
	}
	if bad < 0 {
		if len(r.rec.findings) > 0 {
			t.Errorf("findings %q", r.rec.broke())
		}
		return
	}
	// A text that ends too early is bad at its end: the last byte stands for it.
	offset := at(min(bad, size-1))
	if r.rec.broke() != rule.UTF8.ID || r.rec.findings[0].Offset != offset || r.rec.findings[0].Detail != fmt.Sprintf("byte %d of the text", bad) {
		t.Errorf("findings %+v\nwant byte %d at %d", r.rec.findings, bad, offset)
	}
}

// TestTextByteByByte has each byte in a frame of its own, with a ping between: section 8.1 is about messages, not frames.
func TestTextByteByByte(t *testing.T) {
	t.Parallel()
	for _, c := range utf8Texts {
		for _, keep := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, kept %v", c.name, keep), func(t *testing.T) {
				t.Parallel()
				r := newRig(t, Config{Keep: keep})
				r.data(S2C, build(0x01, "", ""))
				for i := range len(c.text) {
					r.data(S2C, build(0x00, c.text[i:i+1], ""))
					r.data(S2C, build(0x89, "", ""))
				}
				r.data(S2C, build(0x80, "", ""))
				r.close()
				// The last frame is empty: a text that ends too early is reported at its header's last byte.
				end := r.off[S2C] - 1
				checkBadText(t, r, c.bad, len(c.text), func(i int) int64 {
					if c.bad == len(c.text) {
						return end
					}
					return int64(2 + 5*i + 2)
				})
				if m := r.rec.messages[len(r.rec.messages)-1]; m.Frames != len(c.text)+2 || m.Len != int64(len(c.text)) || keep && string(m.Payload) != c.text {
					t.Errorf("%d frames, length %d, %q", m.Frames, m.Len, m.Payload)
				}
			})
		}
	}
}

// TestTextInPackets has one masked frame cut into packets of every size.
func TestTextInPackets(t *testing.T) {
	t.Parallel()
	for _, c := range utf8Texts {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := build(0x81, c.text, key)
			for size := 1; size <= len(in); size++ {
				r := newRig(t, Config{Keep: size%2 == 0})
				for at := 0; at < len(in); at += size {
					r.data(C2S, in[at:min(at+size, len(in))])
				}
				r.close()
				checkBadText(t, r, c.bad, len(c.text), func(i int) int64 { return int64(6 + i) })
			}
		})
	}
}

// TestWhatMustBeText: text messages and the reason of a Close; not binary messages, pings, pongs or reserved opcodes.
func TestWhatMustBeText(t *testing.T) {
	t.Parallel()
	const bad = "ab\xff"
	for _, c := range []struct {
		name    string
		first   byte
		payload string
		want    string
		valid   bool
	}{
		{"text", 0x81, bad, "ws.utf8", false},
		{"binary", 0x82, bad, "", false},
		{"ping", 0x89, bad, "", false},
		{"pong", 0x8a, bad, "", false},
		{"close", 0x88, "\x03\xe8" + bad, "ws.utf8", false},
		{"close with a code of high bytes", 0x88, "\x0f\xff", "", true},
		{"reserved opcode", 0x83, bad, "ws.opcode-reserved", false},
		{"ping of text", 0x89, "ab", "", true},
		{"pong of text", 0x8a, "ab", "", true},
		{"binary of text", 0x82, "ab", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true})
			r.data(S2C, build(c.first, c.payload, ""))
			r.close()
			if m := r.rec.messages[0]; r.rec.broke() != c.want || m.ValidUTF8 != c.valid || string(m.Payload) != c.payload {
				t.Errorf("% x: findings %q, valid %v, %q; want %q, %v", c.payload, r.rec.broke(), m.ValidUTF8, m.Payload, c.want, c.valid)
			}
		})
	}
}

// TestLongTextWithoutKeeping looks at text of several pieces of scratch memory: the bad byte is found in each of them, and the
// masking key goes on.
func TestLongTextWithoutKeeping(t *testing.T) {
	t.Parallel()
	for _, size := range []int{scratchSize - 1, scratchSize, scratchSize + 1, 3*scratchSize + 5} {
		for _, bad := range []int{0, scratchSize - 1, scratchSize, scratchSize + 1, 2*scratchSize - 1, 2 * scratchSize, size - 1} {
			if bad >= size {
				continue
			}
			text := []byte(strings.Repeat("é", size/2+1)[:size])
			if size%2 != 0 {
				text[size-1] = 'e'
			}
			text[bad] = 0xff
			want := bad
			for _, lead := range []byte{0x00, key[0]} {
				k := string([]byte{lead, 1, 2, 3})
				r := newRig(t, Config{})
				r.data(C2S, build(0x81, string(text), k))
				r.close()
				f := r.rec.findings
				if len(f) != 1 || f[0].Rule != rule.UTF8 || f[0].Detail != fmt.Sprintf("byte %d of the text", want) {
					t.Errorf("%d bytes, bad at %d, key % x: %+v", size, bad, k, f)
				}
			}
		}
	}
}

// TestTextThatIsNotWhole: of text with a part missing nothing is said but what was seen before.
func TestTextThatIsNotWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before, after string
		want                string
	}{
		{"a character cut by the hole", "ab\xe2", "\xacb", ""},
		{"bad before the hole", "\xff", "ab", "ws.utf8"},
		{"bad after the hole", "ab", "\xff", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, keep := range []bool{true, false} {
				r := newRig(t, Config{Keep: keep})
				r.data(S2C, append([]byte{0x81, byte(len(c.before) + 1 + len(c.after))}, c.before...))
				r.gap(S2C, 1)
				r.data(S2C, []byte(c.after))
				r.close()
				if m := r.rec.messages[0]; r.rec.broke() != c.want || m.ValidUTF8 || m.State != Partial {
					t.Errorf("kept %v: findings %q, want %q; valid %v, %v", keep, r.rec.broke(), c.want, m.ValidUTF8, m.State)
				}
			}
		})
	}
}
