package ws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// TestCloseInPackets has a Close frame cut at every byte, masked and not, kept and not: code and reason are the same.
func TestCloseInPackets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		code       int
		reason     string
		want       string
	}{
		{"no body", "", -1, "", ""},
		{"half a code", "\x03", -1, "", "ws.close-length"},
		{"code 1000", "\x03\xe8", 1000, "", ""},
		{"code and reason", "\x03\xe9going away", 1001, "going away", ""},
		{"reason of many bytes a character", "\x0f\xa0é日\U0001F600", 4000, "é日\U0001F600", ""},
		{"reason that ends within a character", "\x03\xe8ab\xe2\x82", 1000, "ab\xe2\x82", "ws.utf8"},
		{"longest reason", "\x03\xe8" + strings.Repeat("r", 123), 1000, strings.Repeat("r", 123), ""},
		{"code that looks like text", "ok", 0x6f6b, "", "ws.close-code-range"},
		{"code 0", "\x00\x00", 0, "", "ws.close-code-range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, k := range []string{"", key} {
				d := S2C
				if k != "" {
					d = C2S
				}
				in := build(0x88, c.body, k)
				for cut := range in {
					r := newRig(t, Config{Keep: cut%2 == 0})
					r.data(d, in[:cut])
					r.data(d, in[cut:])
					r.close()
					m := r.rec.messages[0]
					if m.CloseCode != c.code || string(m.Reason()) != reasonOf(c.body, c.reason) || r.rec.broke() != c.want {
						t.Fatalf("key %q, cut at %d: code %d, reason %q, findings %q; want %d, %q, %q",
							k, cut, m.CloseCode, m.Reason(), r.rec.broke(), c.code, c.reason, c.want)
					}
					if m.Len != int64(len(c.reason)) || m.WireLen != int64(len(c.body)) || string(m.Payload) != c.body {
						t.Fatalf("key %q, cut at %d: length %d, on the wire %d, %q", k, cut, m.Len, m.WireLen, m.Payload)
					}
				}
			}
		})
	}
}

// reasonOf is reason; of half a code there is none.
func reasonOf(body, reason string) string {
	if len(body) < 2 {
		return ""
	}
	return reason
}

// TestCloseCodesByRange holds every code against the ranges of section 7.4.2 and the registry's rows for 1000 to 1015.
func TestCloseCodesByRange(t *testing.T) {
	t.Parallel()
	never := map[int]bool{1005: true, 1006: true, 1015: true} // "MUST NOT be set as a status code in a Close control frame"
	registered := "1000 1001 1002 1003 1007 1008 1009 1010 1011 1012 1013 1014"
	for code := range 1 << 16 {
		var want *rule.Rule
		switch {
		case never[code]:
			want = rule.CloseCodeReserved
		case code >= 3000 && code < 5000:
		case code < 1000 || code >= 5000 || !strings.Contains(registered, fmt.Sprint(code)):
			want = rule.CloseCodeRange
		}
		if got := CloseRule(code); got != want {
			t.Errorf("code %d: got %v, want %v", code, got, want)
		}
		if c := FindCloseCode(code); (c != nil) != (code >= 1000 && code <= 1015) {
			t.Errorf("code %d: row %+v", code, c)
		}
	}
}

// TestWhatFollowsAClose: the direction that sent a Close must send no more; the other still may until it answers.
func TestWhatFollowsAClose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		first     string // after the server's Close, from the server
		other     string // and from the client
		want      string
		undecoded int64
	}{
		{"nothing", "", "", "", 0},
		{"text", "81 01 41", "", "ws.data-after-close", 0},
		{"continuation of what was open", "80 01 41", "", "ws.data-after-close ws.continuation-unexpected", 0},
		{"ping", "89 00", "", "ws.control-after-close", 0},
		{"a second close", "88 02 03 e8", "", "ws.control-after-close", 0},
		{"each is reported", "89 00 89 00", "", "ws.control-after-close ws.control-after-close", 0},
		{"data of the other direction", "", "81 81 01 02 03 04 40", "", 0},
		{"close of the other direction", "", "88 82 01 02 03 04 02 ea", "", 0},
		{"data after both", "81 01 41", "88 82 01 02 03 04 02 ea 81 81 01 02 03 05 40", "ws.data-after-close ws.data-after-close", 0},
		{"half a header", "81", "", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true}).hex(S2C, "88 02 03 e8").hex(S2C, c.first).hex(C2S, c.other).close()
			got, want := strings.Fields(r.rec.broke()), strings.Fields(c.want)
			if len(got) != len(want) || strings.Count(r.rec.broke(), "after-close") != strings.Count(c.want, "after-close") {
				t.Errorf("findings %q, want %q", got, want)
			}
			if r.bytes.Undecoded != c.undecoded {
				t.Errorf("undecoded: %d", r.bytes.Undecoded)
			}
		})
	}
}

// TestCloseThatIsNotWhole: a hole over the code leaves it unknown, one over the reason does not.
func TestCloseThatIsNotWhole(t *testing.T) {
	t.Parallel()
	in := build(0x88, "\x03\xe8bye", "")
	for _, c := range []struct {
		name     string
		from, to int
		code     int
		reason   string
	}{
		{"the code", 2, 4, -1, ""},
		{"half of the code", 3, 4, -1, ""},
		{"first byte of the reason", 4, 5, 1000, "ye"},
		{"end of the reason", 6, 7, 1000, "by"},
		{"the whole reason", 4, 7, 1000, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, Config{Keep: true})
			r.data(S2C, in[:c.from])
			r.gap(S2C, int64(c.to-c.from))
			r.data(S2C, in[c.to:])
			r.data(S2C, build(0x82, "next", ""))
			r.close()
			m := r.rec.messages[0]
			if m.CloseCode != c.code || m.State != Partial || m.ValidUTF8 || m.Missing != int64(c.to-c.from) {
				t.Errorf("code %d, %v, valid %v, missing %d", m.CloseCode, m.State, m.ValidUTF8, m.Missing)
			}
			if got := string(m.Reason()); c.code >= 0 && got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
			if got := r.rec.broke(); got != "ws.data-after-close" {
				t.Errorf("findings %q", got)
			}
		})
	}
}

// TestNothingAfterTheStreamEnds: what comes after the end of a direction changes nothing.
func TestNothingAfterTheStreamEnds(t *testing.T) {
	t.Parallel()
	r := newRig(t, Config{Keep: true}).hex(S2C, "81 01 41")
	r.c.Close(reassembly.Rev, reassembly.CloseFIN)
	r.c.Conflict(reassembly.Rev, 0, 3)
	r.hex(S2C, "81 01 42").gap(S2C, 5)
	r.close().want(`1 s2c text exact "A"`, "")
	if len(r.rec.amends) > 0 || r.bytes.Undecoded != 3 || r.bytes.Missing != 5 {
		t.Errorf("amends %v, account %+v", r.rec.amends, r.bytes)
	}
}
