package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// all is a document in all formats.
func all(d *Document) string {
	return string(d.JSON(d.Markdown(Text{}.Append(nil, d), false)))
}

// acts is the first character of s that could act on a terminal or reorder text, 0 if there is none.
func acts(s string) rune {
	for _, r := range s {
		if r != '\n' && (unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)) || r == utf8.RuneError && !utf8.ValidString(s) {
			return r
		}
	}
	return 0
}

const hostile = "\x1b]0;owned\x07\x1b[2J\u202e\u200b\u009b31m\x7f\r\n\x00\u2066`````` <img src=x> @everyone |"

func hostileSession() *decode.Session {
	return &decode.Session{N: 1, Status: 101, Method: "GET" + hostile, Path: "/" + hostile, HTTPVersion: "1.1" + hostile, Subprotocol: hostile,
		HandshakeSeen: true, RequestHeaders: []http1.Header{{Name: "Host", Value: hostile}, {Name: "Sec-WebSocket-Key", Value: hostile},
			{Name: "X-" + hostile, Value: hostile}, {Name: "Sec-WebSocket-Protocol", Value: strings.Repeat(hostile, 9)}},
		ResponseHeaders: []http1.Header{{Name: "Sec-WebSocket-Accept", Value: hostile}, {Name: "Sec-WebSocket-Extensions", Value: "x-" + hostile}}}
}

func TestHazard_O1_EscapesStayInert(t *testing.T) {
	t.Parallel()
	var docs []*Document
	key := pcaps.RFCKey
	for _, f := range []pcaps.Frame{pcaps.Text(hostile), pcaps.Ping(hostile), pcaps.Close(1000, hostile), pcaps.Binary([]byte(hostile)),
		pcaps.Text(hostile).Masked(key)} {
		docs = append(docs, documents(t, f.Bytes(), Hand{})...)
	}
	s := hostileSession()
	exchange := Exchange{Session: s, Context: ContextOf(s), Findings: []ws.Finding{{Rule: rule.Accept, Detail: hostile, Offset: -1}}}
	docs = append(docs, exchange.Handshake())
	docs = append(docs, documents(t, pcaps.Stream(pcaps.Fragments(pcaps.OpText, hostile, hostile)...), Hand{})...)
	for _, d := range docs {
		if r := acts(all(d)); r != 0 {
			t.Errorf("%s: U+%04X comes through in\n%q", d.Title, r, all(d))
		}
		for _, w := range []int{60, 80} {
			tooWide(t, d, w)
		}
	}
}

func TestHazard_O11_FencesAreLongerThanWhatIsInThem(t *testing.T) {
	t.Parallel()
	d := documents(t, pcaps.Stream(pcaps.Fragments(pcaps.OpText, "``````a", "b")...), Hand{})[0]
	md := string(d.Markdown(nil, false))
	if !strings.Contains(md, "```````text") {
		t.Errorf("the fence is not longer than 6 backticks:\n%s", md)
	}
	outside := true
	for line := range strings.Lines(md) {
		if strings.HasPrefix(line, "```") {
			outside = !outside
		} else if outside && strings.Contains(line, "`") {
			t.Errorf("backtick outside of code: %s", line)
		}
	}
	d = documents(t, pcaps.Text("@everyone ![x](https://evil.example/x.png) <b>").Bytes(), Hand{})[0]
	if md := string(d.Markdown(nil, false)); strings.Contains(md, "@everyone") || strings.Contains(md, "![") || strings.Contains(md, "<b>") {
		t.Errorf("text from the wire marks up:\n%s", md)
	}
}

func TestHazard_O14_HeadersThatMayBeSecretAreNamedOnly(t *testing.T) {
	t.Parallel()
	s := &decode.Session{N: 1, Method: "GET", Path: "/", Status: 101, RequestHeaders: []http1.Header{
		{Name: "Cookie", Value: "sid=topsecret"}, {Name: "Authorization", Value: "Bearer topsecret"}, {Name: "Host", Value: "example.test"}}}
	got := all((&Exchange{Session: s}).Handshake())
	if strings.Contains(got, "topsecret") || !strings.Contains(got, "Cookie") || !strings.Contains(got, "example.test") {
		t.Errorf("handshake:\n%s", got)
	}
}

func TestHazard_W1_LengthWithItsTopBit(t *testing.T) {
	t.Parallel()
	d := documents(t, pcaps.Hex("81 7f 80 00 00 00 00 00 00 05 48"), Hand{})[0]
	got := all(d)
	for _, want := range []string{"ws.length-msb", "9223372036854775813 cannot be", "byte 2, Extended payload length"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
}

func TestHazard_W2_DeclaredExabytes(t *testing.T) {
	t.Parallel()
	d := documents(t, pcaps.Hex("82 7f 7f ff ff ff ff ff ff ff 01 02"), Hand{})[0]
	if got := all(d); !strings.Contains(got, "9,223,372,036,854,775,807 bytes of payload, and 2 of them are there") {
		t.Errorf("explanation:\n%s", got)
	}
}

func TestHazard_W3_LongerFormOfTheLength(t *testing.T) {
	t.Parallel()
	for hex, want := range map[string]string{
		"82 7e 00 01 ff":                   "Here it was written in 16 bits, although the RFC demands the shortest form",
		"82 7f 00 00 00 00 00 00 00 01 ff": "Here it was written in 64 bits, although the RFC demands the shortest form",
		"82 01 ff":                         "1 byte: the length is at most 125",
	} {
		if got := all(documents(t, pcaps.Hex(hex), Hand{})[0]); !strings.Contains(got, want) {
			t.Errorf("%s: %q is missing in\n%s", hex, want, got)
		}
	}
}

// TestHazard_W28_HeaderCutAnywhere cuts the longest header at each byte.
func TestHazard_W28_HeaderCutAnywhere(t *testing.T) {
	t.Parallel()
	wire := pcaps.Hex("81 ff 00 00 00 00 00 01 00 00 37 fa 21 3d")
	for n := range len(wire) {
		_, err := Bytes(append(pcaps.Hex("89 00"), wire[:n]...), Hand{})
		var short *ShortError
		if n == 0 {
			continue // nothing is cut
		}
		if !errors.As(err, &short) || short.Have != n || short.At != 2 || short.Frame != 2 || !strings.Contains(err.Error(), "is missing") {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := Bytes(wire, Hand{}); err != nil {
		t.Errorf("whole header: %v", err)
	}
	if _, err := Bytes(nil, Hand{}); err == nil {
		t.Error("no bytes are no error")
	}
}

func TestHazard_W29_PayloadCutOff(t *testing.T) {
	t.Parallel()
	d := documents(t, pcaps.Hex("81 85 37 fa 21 3d 7f 9f"), Hand{})[0]
	if got := all(d); !strings.Contains(got, "5 bytes of payload, and 2 of them are there") || !strings.Contains(got, "48 'H'") {
		t.Errorf("explanation:\n%s", got)
	}
}

func TestHazard_H25_WhatIsNoFrame(t *testing.T) {
	t.Parallel()
	d := documents(t, []byte("HTTP/1.1 500 Internal Server Error\r\n\r\n"), Hand{Known: true, Dir: ws.S2C})[0]
	if got := all(d); !strings.Contains(got, "ws.not-websocket") {
		t.Errorf("explanation:\n%s", got)
	}
}

// TestDirectionIsWhatIsSaid: without a direction the MASK bit shows it, with one it is checked.
func TestDirectionIsWhatIsSaid(t *testing.T) {
	t.Parallel()
	unmasked, masked := pcaps.Text("x").Bytes(), pcaps.Text("x").Masked(pcaps.RFCKey).Bytes()
	for _, row := range []struct {
		name string
		wire []byte
		hand Hand
		want *rule.Rule
	}{
		{"unmasked", unmasked, Hand{}, nil}, {"masked", masked, Hand{}, nil},
		{"unmasked client", unmasked, Hand{Known: true, Dir: ws.C2S}, rule.MaskRequired},
		{"masked server", masked, Hand{Known: true, Dir: ws.S2C}, rule.MaskForbidden},
		{"RSV1 not negotiated", pcaps.Hex("c1 01 61"), Hand{Plain: true}, rule.RSV},
	} {
		exchanges, err := Bytes(row.wire, row.hand)
		switch {
		case err != nil:
			t.Errorf("%s: %v", row.name, err)
		case row.want == nil && len(exchanges[0].Findings) > 0, row.want != nil && (len(exchanges[0].Findings) != 1 || exchanges[0].Findings[0].Rule != row.want):
			t.Errorf("%s: %v, want %v", row.name, exchanges[0].Findings, row.want)
		}
	}
}

func TestEveryRuleIsExplained(t *testing.T) {
	t.Parallel()
	for _, r := range rule.All {
		d := Rule(r.ID)
		if r.Why == "" || r.Look == "" || d == nil {
			t.Errorf("%s has no explanation", r.ID)
			continue
		}
		if strings.HasPrefix(r.ID, "ws.") && r != rule.NoClose && r != rule.TCPKeptOpen && r.Fields == nil {
			t.Errorf("%s points at no field", r.ID)
		}
		if !strings.HasSuffix(r.Why, ".") || !strings.HasSuffix(r.Look, ".") || !strings.Contains(all(d), r.Section) {
			t.Errorf("%s: %q %q", r.ID, r.Why, r.Look)
		}
	}
	if Rule("ws.none") != nil {
		t.Error("a rule that does not exist is explained")
	}
}

func TestEveryCloseCodeIsExplained(t *testing.T) {
	t.Parallel()
	for _, c := range ws.CloseCodes {
		d := CloseCode(c.Code)
		if d == nil || closeAdvice[c.Code] == "" || !strings.Contains(all(d), c.Name) || !strings.Contains(all(d), closeAdvice[c.Code][:20]) {
			t.Errorf("%d is not explained", c.Code)
		}
		if onWire := strings.Contains(all(d), "As a server sends it"); onWire != c.Sent {
			t.Errorf("%d: an example of a frame %v, want %v", c.Code, onWire, c.Sent)
		}
	}
	for code, want := range map[int]bool{-1: false, 0: true, 999: true, 2999: true, 3999: true, 4999: true, 65535: true, 65536: false} {
		if got := CloseCode(code) != nil; got != want {
			t.Errorf("%d explained %v, want %v", code, got, want)
		}
	}
}

func FuzzBytes(f *testing.F) {
	for _, x := range examples() {
		f.Add(x.wire[:min(len(x.wire), 300)], false, false)
	}
	f.Add(pcaps.Text(hostile).Bytes(), true, true)
	f.Fuzz(func(t *testing.T, p []byte, known, plain bool) {
		exchanges, err := Bytes(p, Hand{Known: known, Plain: plain})
		if err != nil {
			return
		}
		for i := range exchanges[:min(len(exchanges), 3)] {
			d := exchanges[i].Explain()
			tooWide(t, d, 60)
			if r := acts(all(d)); r != 0 {
				t.Fatalf("U+%04X comes through", r)
			}
			if !json.Valid(d.JSON(nil)) || bytes.Count(d.JSON(nil), []byte("\n")) != 1 {
				t.Fatalf("no JSON line: %s", d.JSON(nil))
			}
			for k := range exchanges[i].Frames[:min(len(exchanges[i].Frames), 3)] {
				tooWide(t, exchanges[i].Frame(k), 80)
			}
		}
	})
}
