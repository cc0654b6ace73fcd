package ws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tokenBytes are those of RFC 9110 section 5.6.2, copied from its tchar.
const tokenBytes = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func TestTokens(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		want := strings.IndexByte(tokenBytes, byte(c)) >= 0
		if got := isTokenByte(byte(c)); got != want {
			t.Errorf("byte %q: got %v, want %v", byte(c), got, want)
		}
		if got := isToken("a" + string([]byte{byte(c)})); got != want {
			t.Errorf("a token with byte %q: got %v, want %v", byte(c), got, want)
		}
	}
	if isToken("") {
		t.Error("the empty string is a token")
	}
}

// drawSpace draws optional white space (OWS).
func drawSpace(t *rapid.T) string {
	return rapid.SampledFrom([]string{"", "", " ", "\t", " \t "}).Draw(t, "space")
}

func drawToken(t *rapid.T) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune(tokenBytes)), 1, 6, -1).Draw(t, "token")
}

// quoted writes a token as a quoted-string, some of its bytes as quoted-pairs.
func quoted(t *rapid.T, s string) string {
	out := `"`
	for _, c := range s {
		if rapid.IntRange(0, 3).Draw(t, "escape") == 0 {
			out += `\`
		}
		out += string(c)
	}
	return out + `"`
}

func drawExtension(t *rapid.T) (e Extension, text string) {
	e.Name = drawToken(t)
	text = e.Name
	for range rapid.IntRange(0, 3).Draw(t, "parameters") {
		p := Param{Name: drawToken(t), HasValue: rapid.Bool().Draw(t, "value")}
		text += drawSpace(t) + ";" + drawSpace(t) + p.Name
		if p.HasValue {
			p.Value = drawToken(t)
			value := p.Value
			if rapid.Bool().Draw(t, "quoted") {
				value = quoted(t, value)
			}
			text += drawSpace(t) + "=" + drawSpace(t) + value
		}
		e.Params = append(e.Params, p)
	}
	return e, text
}

// TestAnyExtensions reads back what the grammar of section 9.1 lets one write.
func TestAnyExtensions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []Extension
		var values []string
		for range rapid.IntRange(1, 3).Draw(t, "fields") {
			value := drawSpace(t)
			for i := range rapid.IntRange(1, 4).Draw(t, "elements") {
				e, text := drawExtension(t)
				if i > 0 {
					value += drawSpace(t) + rapid.SampledFrom([]string{",", ", ,", ",,"}).Draw(t, "comma") + drawSpace(t)
				}
				want, value = append(want, e), value+text
			}
			values = append(values, value+drawSpace(t))
		}
		got, bad := ParseExtensions(values)
		if bad != "" || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q\n got %v, %q\nwant %v", values, got, bad, want)
		}
		// What is written back means the same.
		var again []string
		for _, e := range got {
			again = append(again, e.String())
		}
		if twice, bad := ParseExtensions([]string{strings.Join(again, ",")}); bad != "" || fmt.Sprint(twice) != fmt.Sprint(want) {
			t.Fatalf("%q\n got %v, %q\nwant %v", again, twice, bad, want)
		}
	})
}

// TestBrokenExtensions: what follows an error is still read, and the first error is the one that is reported.
func TestBrokenExtensions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value, want, bad string
	}{
		{"semicolon at the end", "a;", "a; ", "parameter without a name"},
		{"two semicolons", "a;;b", "a; ; b", "parameter without a name"},
		{"semicolon only", ";", "", "parameter without a name"},
		{"parameter of nothing", "; a=1, b", "b", "extension without a name"},
		{"equals sign only", "=", "", "unexpected ="},
		{"value of nothing", "a=1, b", "a | b", "unexpected ="},
		{"text after a quoted value", `a; b="1"2, c`, "a; b=1 | c", "unexpected 2"},
		{"quoted name", `"a", b`, "b", `unexpected "`},
		{"empty quoted value", `a; b=""`, "a; b=", "quoted value is not a token"},
		{"space in a quoted value", `a; b="1 2"`, "a; b=1 2", "quoted value is not a token"},
		{"backslash at the end", `a; b="1\`, `a; b=1\`, "quote not closed"},
		{"slash", "a/b, c", "a | c", "unexpected /"},
		{"letter that is not ASCII", "é, c", "c", "unexpected \xc3"},
		{"first of two errors", "a;, b;=1, c", "a;  | b; =1 | c", "parameter without a name"},
		{"only commas", ",,,", "", "no extension"},
		{"white space only", " \t", "", "no extension"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, bad := ParseExtensions([]string{c.value})
			var got []string
			for _, e := range list {
				got = append(got, e.String())
			}
			if s := strings.Join(got, " | "); s != c.want || bad != c.bad {
				t.Errorf("%q: got %q, %q, want %q, %q", c.value, s, bad, c.want, c.bad)
			}
		})
	}
}

// TestExtensionsAreBounded: elements and parameters together, over all fields.
func TestExtensionsAreBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s, n), ",") }
	for _, c := range []struct {
		name   string
		values []string
		bad    string
	}{
		{"one less than the limit", []string{many(maxExtensions-1, "a,")}, ""},
		{"more extensions", []string{many(100000, "a,")}, "too many extensions"},
		{"more parameters", []string{"a" + strings.Repeat(";b", 100000)}, "too many extensions"},
		{"more fields", slices.Repeat([]string{"a"}, 100000), "too many extensions"},
		{"more commas", []string{strings.Repeat(",", 100000)}, "too many extensions"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, bad := ParseExtensions(c.values)
			n := len(list)
			for _, e := range list {
				n += len(e.Params)
			}
			if bad != c.bad || n > maxExtensions {
				t.Errorf("%d read, %q, want at most %d and %q", n, bad, maxExtensions, c.bad)
			}
		})
	}
}

// TestWindowBits: "a decimal integer value without leading zeroes between 8 to 15, inclusive" (RFC 7692 section 7.1.2.1).
func TestWindowBits(t *testing.T) {
	t.Parallel()
	want := map[string]int{"8": 8, "9": 9, "10": 10, "11": 11, "12": 12, "13": 13, "14": 14, "15": 15}
	const chars = "0123456789-+ .x"
	texts := []string{""}
	for from := 0; len(texts[from]) < 3; from++ {
		for i := range len(chars) {
			texts = append(texts, texts[from]+chars[i:i+1])
		}
	}
	for _, s := range texts {
		bits, ok := windowBits(s)
		if n, valid := want[s]; ok != valid || bits != n {
			t.Errorf("%q: got %d, %v, want %d, %v", s, bits, ok, n, valid)
		}
	}
}

// TestDeflateParameters has each parameter of RFC 7692 section 7.1 alone in an offer and in a response.
func TestDeflateParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		param           string
		offer, response bool // whether it is right there
	}{
		{"server_no_context_takeover", true, true},
		{"client_no_context_takeover", true, true},
		{"server_no_context_takeover=1", false, false},
		{"client_no_context_takeover=true", false, false},
		{"server_max_window_bits", false, false},
		{"server_max_window_bits=8", true, true},
		{"server_max_window_bits=15", true, true},
		{`server_max_window_bits="10"`, true, true},
		{"server_max_window_bits=16", false, false},
		{"server_max_window_bits=010", false, false},
		{"client_max_window_bits", true, false}, // "an extension parameter in an offer may have no value"
		{"client_max_window_bits=9", true, true},
		{"client_max_window_bits=7", false, false},
		{"max_window_bits=10", false, false},
		{"Server_no_context_takeover", false, false},
		{"mem_level=9", false, false},
		{"client_no_context_takeover; client_no_context_takeover", false, false},
		{"client_max_window_bits=10; client_max_window_bits=10", false, false},
	} {
		t.Run(c.param, func(t *testing.T) {
			t.Parallel()
			list, bad := ParseExtensions([]string{"permessage-deflate; " + c.param})
			if bad != "" {
				t.Fatalf("grammar: %s", bad)
			}
			for _, response := range []bool{false, true} {
				want := map[bool]bool{false: c.offer, true: c.response}[response]
				if got := deflateProblems(&list[0], response); (len(got) == 0) != want {
					t.Errorf("response %v: got %q, want right %v", response, got, want)
				}
			}
		})
	}
}

// TestDeflateAnswers has every window offered against every window answered: sections 7.1.2.1 and 7.1.2.2 say which fit.
func TestDeflateAnswers(t *testing.T) {
	t.Parallel()
	param := func(name string, bits int) string {
		switch bits {
		case 0:
			return ""
		case 1:
			return "; " + name
		}
		return fmt.Sprintf("; %s=%d", name, bits)
	}
	for offer := range 16 {
		for answer := range 16 {
			if offer > 1 && offer < 8 || answer == 1 || answer > 1 && answer < 8 {
				continue
			}
			for _, name := range []string{"server_max_window_bits", "client_max_window_bits"} {
				if name[0] == 's' && offer == 1 {
					continue // it always has a value
				}
				req := &Request{Fields: fields("Sec-WebSocket-Extensions: permessage-deflate" + param(name, offer))}
				resp := &Response{Status: 101, Fields: fields("Sec-WebSocket-Extensions: permessage-deflate" + param(name, answer))}
				n := Negotiate(req, resp)
				right := answer == 0 || offer != 0 // "MUST NOT be included" where the client did not offer it
				if name[0] == 's' {
					// "by including the same or smaller value"; a server may also limit itself without being asked.
					right = offer == 0 || answer != 0 && answer <= offer
				}
				if (len(n.faults) == 0) != right {
					t.Errorf("%s: offered %d, answered %d: got %+v, want right %v", name, offer, answer, n.faults, right)
				}
				bits := answer
				if answer == 0 {
					bits = 15
				}
				if got := n.Deflate.WindowBits[map[byte]Dir{'s': S2C, 'c': C2S}[name[0]]]; got != bits {
					t.Errorf("%s: offered %d, answered %d: %d agreed on, want %d", name, offer, answer, got, bits)
				}
			}
		}
	}
}

// TestSeveralExtensions: one of them may decompress, the first of the others is named.
func TestSeveralExtensions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value, unknown string
		deflate        bool
		perFrame       bool
		faults         int
	}{
		{"permessage-deflate, permessage-deflate", "", true, false, 1},
		{"x-webkit-deflate-frame, permessage-deflate", "", true, true, 1},
		{"permessage-deflate, x-webkit-deflate-frame", "x-webkit-deflate-frame", true, false, 0},
		{"permessage-bzip2, permessage-snappy", "permessage-bzip2", false, false, 0},
		{"mux, permessage-deflate", "mux", true, false, 0},
		{"PERMESSAGE-DEFLATE", "PERMESSAGE-DEFLATE", false, false, 0},
		{"bbf-usp-protocol, x", "x", false, false, 0},
	} {
		n := Negotiate(nil, &Response{Status: 101, Fields: fields("Sec-WebSocket-Extensions: " + c.value)})
		if n.Unknown != c.unknown || (n.Deflate != nil) != c.deflate || c.deflate && n.Deflate.PerFrame != c.perFrame || len(n.faults) != c.faults {
			t.Errorf("%s: unknown %q, deflate %+v, faults %+v", c.value, n.Unknown, n.Deflate, n.faults)
		}
	}
}
