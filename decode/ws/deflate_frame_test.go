package ws

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
)

func TestWebkitDeflateFrameIsNegotiated(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"x-webkit-deflate-frame", "x-webkit-deflate-frame; max_window_bits=10; no_context_takeover"} {
		n := Negotiate(nil, &Response{Status: 101, Fields: fields("Sec-WebSocket-Extensions: " + value)})
		if n.Unknown != "" || n.Deflate == nil || !n.Deflate.PerFrame || len(n.faults) > 0 {
			t.Errorf("%s: %+v", value, n)
		}
	}
}

// Each frame is compressed for itself, with the window of its direction.
func TestWebkitDeflateFrame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hex, want, broke string }{
		{"one frame each", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", `1 s2c text exact "Hello" 2 s2c text exact "Hello"`, ""},
		{"two compressed frames", "41 07 f2 48 cd c9 c9 07 00 c0 05 f2 00 11 00 00", `1 s2c text exact "HelloHello"`, ""},
		{"three, with a ping between", "41 07 f2 48 cd c9 c9 07 00 40 05 f2 00 11 00 00 89 00 c0 05 f2 00 11 00 00",
			`2 s2c ping exact "" 1 s2c text exact "HelloHelloHello"`, ""},
		{"an empty frame at the end", "41 07 f2 48 cd c9 c9 07 00 80 00", `1 s2c text exact "Hello"`, ""},
		{"not compressed", "81 02 48 69", `1 s2c text exact "Hi"`, ""},
		{"compressed, then not", "41 07 f2 48 cd c9 c9 07 00 80 01 ff",
			`1 s2c text undecodable (unknown extension) "\xf2H\xcd\xc9\xc9\a\x00\xff"`, ""},
		{"RSV1 on a ping", "c9 00", `1 s2c ping exact ""`, "deflate.rsv1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			newRig(t, Config{Keep: true, Deflate: &Deflate{PerFrame: true}}).hex(S2C, c.hex).close().want(c.want, c.broke)
		})
	}
}

// What an unknown extension did to a payload is not known, so nothing is said of its text.
func TestUndecodableTextIsNotAccused(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true, Unknown: true}).hex(S2C, "a1 02 ff fe 81 02 48 69").close()
	for i := range r.rec.findings {
		if f := &r.rec.findings[i]; f.Rule == rule.UTF8 {
			t.Errorf("%s: %s", f.Rule.ID, f.Detail)
		}
	}
	if m := r.rec.messages[0]; m.State != Undecodable || m.Why != UnknownExtension {
		t.Errorf("%v %v", m.State, m.Why)
	}
}

// A window of 512 bytes was agreed on; the second message refers 600 bytes back, and the third does again.
func TestHazard_D18_DistanceBeyondTheAgreedWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		bits int
		want string
	}{{"agreed on 512", 9, "deflate.window"}, {"agreed on 1024", 10, ""}, {"nothing agreed on", 0, ""}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPacker()
			r := newRig(t, Config{Keep: true, Deflate: &Deflate{WindowBits: [2]int{15, c.bits}}})
			first := "a sentence that comes once " + jsonText(rand.New(rand.NewPCG(1, 2)), 573)
			for _, text := range []string{first, first[:27] + "again", first[:27] + "and again"} {
				r.data(S2C, build(0xc1, p.pack(text), ""))
				if m := r.rec.messages[len(r.rec.messages)-1]; m.State != Exact || string(m.Payload) != text {
					t.Errorf("%v %v %q", m.State, m.Why, m.Payload)
				}
			}
			r.close()
			if got := r.rec.broke(); got != c.want {
				t.Errorf("findings %q, want %q", got, c.want)
			}
			for i := range r.rec.findings {
				if f := &r.rec.findings[i]; f.Message != 2 || !strings.Contains(f.Detail, "a distance of 600 bytes") {
					t.Errorf("message %d: %s", f.Message, f.Detail)
				}
			}
		})
	}
}
