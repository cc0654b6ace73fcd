package ws

import (
	"strings"
	"testing"
)

func TestHazard_W20_CloseOfOneByte(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true}).hex(S2C, "88 01 03").close()
	r.want(`1 s2c close exact ""`, "ws.close-length")
	if m := r.rec.messages[0]; m.Len != 0 || m.WireLen != 1 || len(m.Payload) != 1 {
		t.Errorf("%+v", m)
	}
}

func closeWith(code int, reason string) []byte {
	return build(0x88, string([]byte{byte(code >> 8), byte(code)})+reason, "")
}

func TestHazard_W21_CodesInFrames(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{
		1000: "", 1001: "", 1011: "", 1012: "", 1013: "", 1014: "", 3000: "", 4999: "",
		1005: "ws.close-code-reserved", 1006: "ws.close-code-reserved", 1015: "ws.close-code-reserved",
		0: "ws.close-code-range", 999: "ws.close-code-range", 1004: "ws.close-code-range", 1016: "ws.close-code-range", 2999: "ws.close-code-range",
	} {
		r := newRig(t, Config{})
		r.data(S2C, closeWith(code, ""))
		if r.close(); r.rec.broke() != want || r.rec.messages[0].CloseCode != code {
			t.Errorf("code %d: got %q, want %q", code, r.rec.broke(), want)
		}
	}
}

func TestHazard_W22_UndefinedCloseCodes(t *testing.T) {
	t.Parallel()
	for _, code := range []int{5000, 65535} {
		r := newRig(t, Config{})
		r.data(S2C, closeWith(code, ""))
		if r.close(); r.rec.broke() != "ws.close-code-range" || r.rec.messages[0].CloseCode != code {
			t.Errorf("code %d: %q, %d", code, r.rec.broke(), r.rec.messages[0].CloseCode)
		}
	}
}

func TestHazard_W23_BadReason(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(S2C, closeWith(1000, strings.Repeat("r", 124)))
	r.data(C2S, build(0x88, "\x03\xe8\xc3(", key))
	r.close()
	if got := r.rec.broke(); got != "ws.control-length ws.utf8" {
		t.Errorf("findings %q", got)
	}
	if m := r.rec.messages[0]; m.Len != 124 || m.WireLen != 126 || !m.ValidUTF8 {
		t.Errorf("%+v", m)
	}
}

func TestHazard_W24_AfterClose(t *testing.T) {
	t.Parallel()
	newRig(t, Config{Keep: true}).hex(S2C, "88 00 81 01 41 89 00 8a 00 88 00").hex(C2S, "81 81 01 02 03 04 40").close().want(
		`1 s2c close exact "" 2 s2c text exact "A" 3 s2c ping exact "" 4 s2c pong exact "" 5 s2c close exact "" 6 c2s text exact "A"`,
		"ws.data-after-close ws.control-after-close ws.control-after-close ws.control-after-close")
}

func TestHazard_W26_BothClose(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true})
	r.data(C2S, build(0x88, "\x03\xe8", key))
	r.data(S2C, build(0x88, "\x03\xe8", ""))
	r.close().want(`1 c2s close exact 1000 "" 2 s2c close exact 1000 ""`, "")
}
