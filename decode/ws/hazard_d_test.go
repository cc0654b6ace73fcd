package ws

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"strings"
	"testing"

	inflate "github.com/wspeek/wspeek/decode/flate"
)

func deflateRig(t testing.TB) *rig { return newRig(t, Config{Keep: true, Deflate: &Deflate{}}) }

// packer compresses messages one after the other in one context, by the standard library.
type packer struct {
	z bytes.Buffer
	w *flate.Writer
}

func newPacker() *packer {
	p := new(packer)
	p.w, _ = flate.NewWriter(&p.z, 6)
	return p
}

func (p *packer) pack(s string) string {
	p.z.Reset()
	_, _ = p.w.Write([]byte(s))
	_ = p.w.Flush()
	return string(bytes.TrimSuffix(p.z.Bytes(), []byte{0, 0, 0xff, 0xff}))
}

func TestHazard_D3_WindowPerDirection(t *testing.T) {
	t.Parallel()
	a, b := newPacker(), newPacker()
	r := deflateRig(t)
	for range 3 {
		r.data(S2C, build(0xc1, a.pack("the server says the same"), ""))
		r.data(C2S, build(0xc1, b.pack("the client says the same"), key))
	}
	r.close()
	for i, m := range r.rec.messages {
		want := []string{"the server says the same", "the client says the same"}[i%2]
		if m.State != Exact || string(m.Payload) != want {
			t.Errorf("message %d: %v %q", i, m.State, m.Payload)
		}
	}
}

func TestHazard_D4_NoTakeover(t *testing.T) {
	t.Parallel()
	in := "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00 c1 07 f2 48 cd c9 c9 07 00"
	r := newRig(t, Config{Keep: true, Deflate: &Deflate{NoTakeover: [2]bool{S2C: true}}}).hex(S2C, in).close()
	r.want(`1 s2c text exact "Hello" 2 s2c text undecodable (inflate error) "\xf2\x00\x11\x00\x00" 3 s2c text exact "Hello"`, "deflate.data")
}

func TestHazard_D5_Empty(t *testing.T) {
	t.Parallel()
	// As the RFC says, without any byte, as an empty fixed block, and with content before and after.
	deflateRig(t).hex(S2C, "c1 07 f2 48 cd c9 c9 07 00 c1 01 00 c1 00 c1 02 02 00 c1 05 f2 00 11 00 00").close().
		want(`1 s2c text exact "Hello" 2 s2c text exact "" 3 s2c text exact "" 4 s2c text exact "" 5 s2c text exact "Hello"`, "")
}

func TestHazard_D6_UncompressedBetween(t *testing.T) {
	t.Parallel()
	deflateRig(t).hex(S2C, "c1 07 f2 48 cd c9 c9 07 00 81 05 4f 74 68 65 72 c1 05 f2 00 11 00 00").close().
		want(`1 s2c text exact "Hello" 2 s2c text exact "Other" 3 s2c text exact "Hello"`, "")
}

func TestHazard_D7_ControlBetween(t *testing.T) {
	t.Parallel()
	deflateRig(t).hex(S2C, "41 03 f2 48 cd 89 02 f2 48 80 04 c9 c9 07 00").close().
		want(`2 s2c ping exact "\xf2H" 1 s2c text exact "Hello"`, "")
}

func TestHazard_D8_FinalBlocks(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"final, then by reference":           "c1 08 f3 48 cd c9 c9 07 00 00 c1 05 f2 00 11 00 00",
		"without the empty block after it":   "c1 07 f3 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00",
		"final stored, then a plain message": "c1 0b 01 05 00 fa ff 48 65 6c 6c 6f 00 c1 05 f2 00 11 00 00",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deflateRig(t).hex(S2C, in).close().want(`1 s2c text exact "Hello" 2 s2c text exact "Hello"`, "")
		})
	}
}

func TestHazard_D8_TwoFinalBlocks(t *testing.T) {
	t.Parallel()
	deflateRig(t).hex(S2C, "c1 10 01 02 00 fd ff 48 65 01 03 00 fc ff 6c 6c 6f 00 c1 05 f2 00 11 00 00").close().
		want(`1 s2c text exact "Hello" 2 s2c text exact "Hello"`, "")
}

func TestHazard_D9_StoredAndCut(t *testing.T) {
	t.Parallel()
	random := make([]byte, 3000)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for _, text := range []string{string(random), strings.Repeat("abc", 900) + string(random)} {
		z := newPacker().pack(text)
		for cut := 0; cut <= len(z); cut += 1 + len(z)/40 {
			g := deflateRig(t)
			g.data(S2C, build(0x42, z[:cut], ""))
			g.data(S2C, build(0x80, z[cut:], ""))
			g.close()
			if m := g.rec.messages[0]; m.State != Exact || string(m.Payload) != text {
				t.Fatalf("cut at %d: %v, %d bytes", cut, m.State, len(m.Payload))
			}
		}
	}
}

func TestHazard_D10_TailLeftIn(t *testing.T) {
	t.Parallel()
	deflateRig(t).hex(S2C, "c1 0b f2 48 cd c9 c9 07 00 00 00 ff ff c1 05 f2 00 11 00 00").close().
		want(`1 s2c text exact "Hello" 2 s2c text exact "Hello"`, "deflate.tail")
	// Garbage after a final block: the content stands, what follows in the window does not.
	deflateRig(t).hex(S2C, "c1 0b f3 48 cd c9 c9 07 00 ff fe fd fc c1 05 f2 00 11 00 00").close().
		want(`1 s2c text exact "Hello" 2 s2c text undecodable (window lost) "\xf2\x00\x11\x00\x00"`, "deflate.tail")
}

func TestHazard_D11_Bomb(t *testing.T) {
	t.Parallel()
	bomb := newPacker().pack(strings.Repeat("\x00", 64<<20))
	for _, c := range []struct {
		name  string
		lim   Limits
		state State
	}{
		{"ratio", Limits{}, Undecodable},
		{"message", Limits{Ratio: 1 << 30, Message: 1 << 20}, Undecodable},
		{"allowed", Limits{Ratio: 2000}, Exact},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Deflate: &Deflate{}, Limits: c.lim})
			r.data(S2C, build(0xc2, bomb, ""))
			r.data(S2C, build(0x81, "next", ""))
			r.close()
			m := r.rec.messages[0]
			if m.State != c.state || m.Why == Limit != (c.state == Undecodable) || m.State == Exact && m.Len != 64<<20 {
				t.Errorf("%v %v, length %d", m.State, m.Why, m.Len)
			}
			if r.rec.messages[1].State != Exact {
				t.Errorf("after it: %+v", r.rec.messages[1])
			}
		})
	}
}

func TestHazard_D12_LostMessage(t *testing.T) {
	t.Parallel()
	p := newPacker()
	texts := []string{strings.Repeat("first of all ", 20), "second first of all", "first of all third", "entirely other: 0123456789 ABCDEFGH", "first of all, ABCDEFGH 0123456789"}
	r := deflateRig(t)
	for i, text := range texts {
		in := build(0xc1, p.pack(text), string([]byte{1, 2, 3, byte(i)}))
		if i != 0 {
			r.data(C2S, in)
			continue
		}
		r.data(C2S, in[:8])
		r.gap(C2S, 3)
		r.data(C2S, in[11:])
	}
	r.close()
	torn := 0
	for i, m := range r.rec.messages {
		switch m.State {
		case Undecodable:
			torn++
			if i != 0 || m.Why != WindowLost || m.Len != -1 {
				t.Errorf("message %d: %v, length %d", i, m.Why, m.Len)
			}
		case Guessed:
			// What refers to the first message is not known; its length, and what was spelled out, is.
			torn++
			if rest, ok := holed(texts[i], m.Holes); !ok || rest != string(m.Payload) || len(m.Holes) == 0 || m.Len != int64(len(texts[i])) || m.ValidUTF8 {
				t.Errorf("message %d: %+v", i, m)
			}
		case Exact:
			if string(m.Payload) != texts[i] {
				t.Errorf("message %d: %q", i, m.Payload)
			}
		default:
			t.Errorf("message %d: %v", i, m.State)
		}
	}
	if torn < 2 || r.rec.broke() != "" {
		t.Errorf("%d torn, findings %q", torn, r.rec.broke())
	}
}

func TestHazard_D13_LimitLosesWindow(t *testing.T) {
	t.Parallel()
	p := newPacker()
	r := newRig(t, Config{Keep: true, Deflate: &Deflate{}, Limits: Limits{Message: 2000}})
	r.data(S2C, build(0xc1, p.pack(strings.Repeat("over the limit ", 200)), ""))
	r.data(S2C, build(0xc1, p.pack("over the limit over the limit"), ""))
	r.close()
	if m := r.rec.messages[0]; m.Why != Limit || m.Len != -1 || len(m.Payload) == 0 {
		t.Errorf("%+v", m)
	}
	if m := r.rec.messages[1]; m.State != Undecodable || m.Why != WindowLost {
		t.Errorf("%+v", m)
	}
}

func TestHazard_D14_ExactlyAtTheLimit(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{1000, 32768, 40000, 65536} {
		for over := range 2 {
			r := newRig(t, Config{Keep: true, Deflate: &Deflate{}, Limits: Limits{Message: int64(limit)}})
			text := strings.Repeat("z", limit+over)
			r.data(S2C, build(0xc1, newPacker().pack(text), ""))
			r.close()
			m := r.rec.messages[0]
			if (m.State == Exact) != (over == 0) || over == 0 && string(m.Payload) != text {
				t.Errorf("limit %d + %d: %v %v, %d bytes", limit, over, m.State, m.Why, len(m.Payload))
			}
		}
	}
}

func TestHazard_D15_Corrupt(t *testing.T) {
	t.Parallel()
	in := "c1 07 f2 48 cd c9 c9 07 00 c1 04 ff ff 20 74 c1 05 f2 00 11 00 00 c1 07 f2 48 cd c9 c9 07 00"
	bad := `2 s2c text undecodable (inflate error) "\xff\xff t" `
	deflateRig(t).hex(S2C, in).close().want(
		`1 s2c text exact "Hello" `+bad+`3 s2c text undecodable (window lost) "\xf2\x00\x11\x00\x00" 4 s2c text exact "Hello"`, "deflate.data")
	// Data that ends too early.
	deflateRig(t).hex(S2C, "c1 04 f2 48 cd c9 81 01 41").close().want(
		`1 s2c text undecodable (inflate error) "\xf2H\xcd\xc9" 2 s2c text exact "A"`, "deflate.data")
}

func TestHazard_D16_MidStream(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true, Assumed: true, Confidence: 0.9})
	r.hex(S2C, "c1 05 f2 00 11 00 00 c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00").close().want(
		`1 s2c text undecodable (window lost) "\xf2\x00\x11\x00\x00" 2 s2c text guessed "Hello" 3 s2c text guessed "Hello"`, "")
}

// TestWindowEndsOfHistory has output end exactly at, before and after every wrap of the reader's history.
func TestWindowEndsOfHistory(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{true, false} {
		for _, sizes := range [][]int{
			{32768, 10, 10}, {32767, 1, 1, 10}, {32769, 5}, {16384, 16384, 0, 7}, {65536, 3, 65536, 3}, {100000, 31072, 5}, {32768, 0, 0, 32768, 1},
		} {
			p := newPacker()
			r := newRig(t, Config{Keep: keep, Deflate: &Deflate{}})
			rnd := rand.New(rand.NewPCG(8, 8))
			var texts []string
			for _, n := range sizes {
				texts = append(texts, jsonText(rnd, n))
				r.data(S2C, build(0xc1, p.pack(texts[len(texts)-1]), ""))
			}
			texts = append(texts, texts[0][:40])
			r.data(S2C, build(0xc1, p.pack(texts[len(texts)-1]), ""))
			r.close()
			for i, m := range r.rec.messages {
				if m.State != Exact || m.Len != int64(len(texts[i])) || !m.ValidUTF8 || keep && string(m.Payload) != texts[i] {
					t.Errorf("sizes %v, keep %v: message %d: %v %v, length %d", sizes, keep, i, m.State, m.Why, m.Len)
				}
			}
		}
	}
}

// TestPartialWindowReadsNoZeros refers to before what is known of a window, by one byte and by more.
func TestPartialWindowReadsNoZeros(t *testing.T) {
	t.Parallel()
	for known := range 4 {
		p := NewPool()
		var win inflate.Buffer
		mem := p.memory(minBuffer)
		win.Load(mem, copy(mem, "Hello"[:known]))
		// "Hello" as a reference 5 back.
		j := job{in: []byte("\xf2\x00\x11\x00\x00" + deflateTail), limit: 100, keep: true, win: &win}
		if v := p.run(&j); v != damaged {
			t.Errorf("%d bytes known: got %v, %q", known, v, win.Output())
		}
	}
}

func TestHazard_D19_ManyDirections(t *testing.T) {
	t.Parallel()
	const conns = 40
	run := func(lim Limits) (exact, evicted int, s *Pool) {
		s = NewPool()
		var rigs []*rig
		var packers []*packer
		for range conns {
			rigs = append(rigs, newRig(t, Config{Keep: true, Deflate: &Deflate{}, Limits: lim, Pool: s}))
			packers = append(packers, newPacker())
		}
		for round := range 3 {
			for i, r := range rigs {
				text := strings.Repeat("the same words over and over", 3+round) + string(rune('A'+i))
				r.data(S2C, build(0xc1, packers[i].pack(text), ""))
				m := r.rec.messages[len(r.rec.messages)-1]
				switch {
				case m.State == Exact && string(m.Payload) == text:
					exact++
				case m.State == Undecodable && m.Why == WindowEvicted:
					evicted++
				default:
					t.Fatalf("%v %v %q", m.State, m.Why, m.Payload)
				}
				if s.heldBytes > lim.Windows && s.held.n > 1 {
					t.Fatalf("%d bytes of %d windows", s.heldBytes, s.held.n)
				}
			}
		}
		for _, r := range rigs {
			r.close()
		}
		return exact, evicted, s
	}
	if exact, evicted, s := run(Limits{Windows: 1 << 20}); exact != 3*conns || evicted != 0 || s.heldBytes != 0 || s.held.n != 0 || s.spans != 0 {
		t.Errorf("%d exact, %d evicted, left %d bytes, %d live, %d spans", exact, evicted, s.heldBytes, s.held.n, s.spans)
	}
	if exact, evicted, _ := run(Limits{Windows: 500}); evicted == 0 || exact < conns {
		t.Errorf("%d exact, %d evicted", exact, evicted)
	}
}
