package ws

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

func TestHazard_W1_TopBitOfLength(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true}).hex(S2C, "81 02 6f 6b 81 7f 80 00 00 00 00 00 00 05 48 65 6c 6c 6f 81 02 6f 6b").close()
	r.want(`1 s2c text exact "ok" 2 s2c text undecodable (bad length) ""`, "ws.length-msb")
	if f := r.rec.frames[1]; f.Len >= 0 || f.State != Undecodable {
		t.Errorf("frame: %+v", f)
	}
	if r.rec.messages[1].Len != -1 || r.bytes.Undecoded != 9 {
		t.Errorf("length %d, undecoded %d", r.rec.messages[1].Len, r.bytes.Undecoded)
	}
}

func TestHazard_W2_HugeLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, length, want string
	}{
		{"4 GiB and 5", "00 00 00 01 00 00 00 05", `1 s2c binary partial hole 3+4294967298 "few"`},
		{"2^62", "40 00 00 00 00 00 00 00", `1 s2c binary partial hole 3+4611686018427387901 "few"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true}).hex(S2C, "82 7f "+c.length+"66 65 77").close()
			r.want(c.want, "ws.unfinished")
			if d := r.rec.findings[0].Detail; !strings.Contains(d, ", 3 were seen") {
				t.Error(d)
			}
		})
	}
}

// TestHugeLengthAllocates nothing by a declared length; it counts, so it cannot run in parallel.
func TestHugeLengthAllocates(t *testing.T) {
	in := unhex(t, "82 7f 40 00 00 00 00 00 00 00 41")
	if n := testing.AllocsPerRun(10, func() {
		c := New(Config{Keep: true, Pool: NewPool()}, new(dropAll2))
		c.Data(reassembly.Rev, reassembly.Chunk{Data: in, Ack: -1})
	}); n > 20 {
		t.Errorf("%v allocations", n)
	}
}

type dropAll2 struct{}

func (*dropAll2) Frame(*Frame)     {}
func (*dropAll2) Message(*Message) {}
func (*dropAll2) Amend(int, State) {}
func (*dropAll2) Finding(*Finding) {}

func TestHazard_W3_NonMinimalLength(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "81 01 41 81 7e 00 7d"+strings.Repeat("41", 125)).close().
		want(`1 s2c text exact "A" 2 s2c text exact "`+strings.Repeat("A", 125)+`"`, "ws.length-minimal")
	newRig(t, Config{}).hex(S2C, "82 7e 00 7e"+strings.Repeat("41", 126)).close().want(`1 s2c binary exact ""`, "")
}

func TestHazard_W4_WrongMask(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(C2S, build(0x81, "plain", ""))
	r.data(S2C, build(0x81, "masked", key))
	r.close().want(`1 c2s text exact "plain" 2 s2c text exact "masked"`, "ws.mask-required ws.mask-forbidden")
}

func TestHazard_W5_SameKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{})
	for range 6 {
		r.data(C2S, build(0x82, "x", key))
	}
	if r.close(); r.rec.broke() != "ws.mask-zero" {
		t.Errorf("findings %q", r.rec.broke())
	}
	r = newRig(t, Config{})
	for i := range byte(6) {
		r.data(C2S, build(0x82, "x", string([]byte{i, 1, 2, 3})))
	}
	if r.close(); r.rec.broke() != "" {
		t.Errorf("findings %q", r.rec.broke())
	}
}

func TestHazard_W6_ReservedOpcodes(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"3", "4", "5", "6", "7", "b", "c", "d", "e", "f"} {
		newRig(t, Config{Keep: true}).hex(S2C, "8"+op+"02 7a 7a 81 04 66 69 6e 65").close().
			want(`1 s2c reserved exact "zz" 2 s2c text exact "fine"`, "ws.opcode-reserved")
	}
	// Inside a fragmented message it stands for itself.
	newRig(t, Config{Keep: true}).hex(S2C, "01 01 41 83 01 7a 80 01 42").close().
		want(`2 s2c reserved exact "z" 1 s2c text exact "AB"`, "ws.opcode-reserved")
}

func TestHazard_W7_RSVWithoutExtension(t *testing.T) {
	t.Parallel()
	in := "c2 07 f2 48 cd c9 c9 07 00 82 01 41"
	newRig(t, Config{Keep: true}).hex(S2C, in).close().
		want(`1 s2c binary exact "\xf2H\xcd\xc9\xc9\a\x00" 2 s2c binary exact "A"`, "ws.rsv")
	newRig(t, Config{Keep: true, Unknown: true}).hex(S2C, in).close().
		want(`1 s2c binary undecodable (unknown extension) "\xf2H\xcd\xc9\xc9\a\x00" 2 s2c binary guessed "A"`, "")
	newRig(t, Config{Keep: true, Assumed: true, Confidence: 0.5}).hex(S2C, in).close().
		want(`1 s2c binary guessed "Hello" 2 s2c binary guessed "A"`, "")
}

func TestHazard_W8_RSV1OnOtherFrames(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true, Deflate: &Deflate{}}).hex(S2C, "41 03 f2 48 cd c9 01 70 c0 04 c9 c9 07 00").close().
		want(`2 s2c ping exact "p" 1 s2c text exact "Hello"`, "deflate.rsv1 deflate.rsv1")
}

func TestHazard_W9_FragmentedControl(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "82 00 09 01 41 80 01 42 82 01 43").close().
		want(`1 s2c binary exact "" 2 s2c ping exact "A" 3 s2c continuation exact "B" 4 s2c binary exact "C"`,
			"ws.control-fragmented ws.continuation-unexpected")
}

func TestHazard_W10_LongControl(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, build(0x89, strings.Repeat("p", 126), ""))
	r.data(S2C, build(0x81, "next", ""))
	r.close().want(`1 s2c ping exact "`+strings.Repeat("p", 126)+`" 2 s2c text exact "next"`, "ws.control-length")
}

func TestHazard_W11_ControlBetweenFragments(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "01 03 48 65 6c 89 01 70 8a 00 80 02 6c 6f").close().
		want(`2 s2c ping exact "p" 3 s2c pong exact "" 1 s2c text exact "Hello"`, "")
}

func TestHazard_W12_NewMessageInsideUnfinished(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true}).hex(S2C, "01 02 6f 6c 82 03 6e 65 77").close()
	r.want(`1 s2c text partial "ol" 2 s2c binary exact "new"`, "ws.continuation-expected")
	if r.rec.findings[0].Message != 2 || r.rec.messages[0].Len != -1 {
		t.Errorf("finding %+v, message %+v", r.rec.findings[0], r.rec.messages[0])
	}
}

func TestHazard_W13_StrayContinuation(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "81 01 41 80 01 42 00 01 43 81 01 44").close().
		want(`1 s2c text exact "A" 2 s2c continuation exact "B" 3 s2c continuation exact "C" 4 s2c text exact "D"`,
			"ws.continuation-unexpected ws.continuation-unexpected")
}

func TestHazard_W14_NeverFinished(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "01 02 6f 6c 88 02 03 e8").close().
		want(`2 s2c close exact 1000 "" 1 s2c text partial "ol"`, "ws.unfinished")
}

func TestHazard_W15_EndlessFragments(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true, Limits: Limits{Fragments: 100}})
	r.data(S2C, build(0x02, "a", ""))
	for range 200 {
		r.data(S2C, build(0x00, "b", ""))
	}
	r.data(S2C, build(0x80, "c", ""))
	r.data(S2C, build(0x81, "next", ""))
	r.close()
	m := r.rec.messages[0]
	if m.State != Undecodable || m.Why != Limit || len(m.Payload) != 100 || m.Frames != 202 || m.Len != 202 {
		t.Errorf("%v %v, %d bytes kept, %d frames, length %d", m.State, m.Why, len(m.Payload), m.Frames, m.Len)
	}
	if m := r.rec.messages[1]; m.State != Exact || string(m.Payload) != "next" {
		t.Errorf("after it: %+v", m)
	}
}

func TestHazard_W16_Empty(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true}).hex(S2C, "81 00 01 00 00 00 80 00 82 00 89 00 8a 00").hex(C2S, "81 80 01 02 03 04").close()
	r.want(`1 s2c text exact "" 2 s2c text exact "" 3 s2c binary exact "" 4 s2c ping exact "" 5 s2c pong exact "" 6 c2s text exact ""`, "")
	for _, m := range r.rec.messages {
		if m.Payload == nil || m.ValidUTF8 != (m.Opcode != OpBinary) {
			t.Errorf("%+v", m)
		}
	}
}

func TestHazard_W17_SplitUTF8(t *testing.T) {
	t.Parallel()
	text := "κόσμε 日本 \U0001F600"
	for cut := range len(text) + 1 {
		for _, keep := range []bool{true, false} {
			r := newRig(t, Config{Keep: keep})
			r.data(C2S, build(0x01, text[:cut], key))
			r.data(C2S, build(0x89, "ping", key))
			in := build(0x80, text[cut:], key)
			r.data(C2S, in[:len(in)/2])
			r.data(C2S, in[len(in)/2:])
			r.close()
			if m := r.rec.messages[1]; !m.ValidUTF8 || r.rec.broke() != "" {
				t.Errorf("cut at %d: %+v %s", cut, m, r.rec.broke())
			}
		}
	}
}

func TestHazard_W18_InvalidUTF8(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		bad        int64
	}{
		{"overlong slash", "ab\xc0\xaf", 2}, {"surrogate", "\xed\xa0\x80", 1}, {"above 10FFFF", "\xf4\x90\x80\x80", 1},
		{"lone continuation", "x\x80", 1}, {"five bytes", "\xf8\x88\x80\x80\x80", 0}, {"cut at the end", "xy\xe2\x82", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true})
			r.data(C2S, build(0x81, c.text, key))
			r.close()
			m, f := r.rec.messages[0], r.rec.findings
			if m.ValidUTF8 || m.State != Exact || string(m.Payload) != c.text {
				t.Errorf("%+v", m)
			}
			want := min(6+c.bad, 6+int64(len(c.text))-1)
			if len(f) != 1 || f[0].Rule != rule.UTF8 || f[0].Offset != want || f[0].Frame != 1 {
				t.Errorf("findings %+v, want offset %d", f, want)
			}
		})
	}
}

func TestHazard_W19_Noncharacters(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, build(0x81, "\uFFFD\uFFFE\uFFFF\U0010FFFF\uFDD0\x00", ""))
	if r.close(); r.rec.broke() != "" || !r.rec.messages[0].ValidUTF8 {
		t.Errorf("%+v %s", r.rec.messages[0], r.rec.broke())
	}
}

func TestHazard_W28_HeaderCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, size := range []int{5, 200, 70000} {
		in := build(0x82, strings.Repeat("z", size), key)
		for cut := 1; cut < min(15, len(in)); cut++ {
			r := newRig(t, Config{Keep: true})
			r.data(C2S, in[:cut])
			r.data(C2S, in[cut:])
			r.close()
			if len(r.rec.messages) != 1 || string(r.rec.messages[0].Payload) != strings.Repeat("z", size) || r.rec.broke() != "" {
				t.Errorf("size %d cut at %d: %d messages, findings %q", size, cut, len(r.rec.messages), r.rec.broke())
			}
		}
	}
	// Cut for good inside the header: nothing is reported, the bytes are accounted for.
	in := build(0x82, strings.Repeat("z", 70000), key)
	for cut := range 14 {
		r := newRig(t, Config{Keep: true})
		r.data(C2S, in[:cut])
		if r.close(); len(r.rec.messages) != 0 || r.bytes.Undecoded != int64(cut) {
			t.Errorf("cut at %d: %d messages, %+v", cut, len(r.rec.messages), r.bytes)
		}
	}
}

func TestHazard_W29_LastFrameCut(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, build(0x82, strings.Repeat("z", 4096), "")[:516])
	r.close()
	m := r.rec.messages[0]
	if m.State != Partial || m.Len != 4096 || m.Missing != 3584 || len(m.Payload) != 512 {
		t.Errorf("%v, length %d, missing %d, %d bytes", m.State, m.Len, m.Missing, len(m.Payload))
	}
	if d := r.rec.findings[0].Detail; d != "the frame declares 4096 bytes, 512 were seen" {
		t.Error(d)
	}
}

func TestHazard_W31_HugeMessage(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, unhex(t, "81 7f 00 00 00 00 01 00 00 00"))
	for range 1024 {
		r.data(S2C, []byte(strings.Repeat("j", 16384)))
	}
	r.close()
	if m := r.rec.messages[0]; m.State != Exact || len(m.Payload) != 16<<20 || !m.ValidUTF8 {
		t.Errorf("%v, %d bytes", m.State, len(m.Payload))
	}
}

func TestHazard_W32_MessageLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		size int
		want State
	}{{"at the limit", 1000, Exact}, {"one more", 1001, Undecodable}, {"many more", 100000, Undecodable}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true, Limits: Limits{Message: 1000}})
			for _, in := range [][]byte{build(0x82, strings.Repeat("z", c.size), ""), build(0x81, "next", "")} {
				r.data(S2C, in[:len(in)/2])
				r.data(S2C, in[len(in)/2:])
			}
			r.close()
			m := r.rec.messages[0]
			if m.State != c.want || m.Len != int64(c.size) || len(m.Payload) != 1000 || (m.Why == Limit) != (c.want == Undecodable) {
				t.Errorf("%v %v, length %d, %d bytes", m.State, m.Why, m.Len, len(m.Payload))
			}
			if m := r.rec.messages[1]; m.State != Exact || string(m.Payload) != "next" {
				t.Errorf("after it: %+v", m)
			}
		})
	}
}
