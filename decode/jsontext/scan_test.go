package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/jsontext"
)

func TestValue(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		at, want   int
	}{
		{"number", `12,`, 0, 2},
		{"negative number with exponent", `-1.5e+3}`, 0, 7},
		{"word", `null]`, 0, 4},
		{"string", `"a"`, 0, 3},
		{"string with an escaped quote", `"a\"b" `, 0, 6},
		{"string that ends with a backslash", `"a\\",`, 0, 5},
		{"string that is not closed", `"a`, 0, -1},
		{"string cut in an escape", `"a\`, 0, -1},
		{"empty object", `{}`, 0, 2},
		{"brackets in a string", `["]",{"}":1}] `, 0, 13},
		{"object that is not closed", `{"a":{}`, 0, -1},
		{"object with a string that is not closed", `{"a`, 0, -1},
		{"SignalR's end of a record", "6\x1e", 0, 1},
		{"no value before a bracket", `]`, 0, -1},
		{"no value before a comma", `,1`, 0, -1},
		{"from the middle", `{"a":17}`, 5, 7},
		{"after the end", `1`, 1, -1},
		{"no offset", `1`, -1, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := jsontext.Value([]byte(row.text), row.at); got != row.want {
				t.Errorf("Value(%q, %d) = %d, want %d", row.text, row.at, got, row.want)
			}
		})
	}
}

func TestMember(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		at         int
		key, value string
	}{
		{"close together", `{"a":1}`, 1, `"a"`, `1}`},
		{"white space around the colon", "{\"a\" \n:\t1}", 1, `"a"`, `1}`},
		{"escaped name", `{"\u0061\"":[]}`, 1, `"\u0061\""`, `[]}`},
		{"no colon", `{"a" 1}`, 1, "", ""},
		{"name without quotes", `{a:1}`, 1, "", ""},
		{"cut in the name", `{"a`, 1, "", ""},
		{"cut after the colon", `{"a":`, 1, `"a"`, ""},
		{"end of the object", `{}`, 1, "", ""},
		{"after the end", `{`, 1, "", ""},
		{"no offset", `{"a":1}`, -1, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			key, value := jsontext.Member([]byte(row.text), row.at)
			if string(key) != row.key || (value < 0) != (row.key == "") {
				t.Fatalf("Member(%q, %d) = %q, %d; want %q", row.text, row.at, key, value, row.key)
			}
			if value >= 0 && row.text[value:] != row.value {
				t.Errorf("the value of %q starts at %q, want %q", row.text, row.text[value:], row.value)
			}
		})
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		end, want  int
	}{
		{"comma", `1,2`, 1, 2}, {"comma and white space", "1 ,\n 2", 1, 5}, {"end of an array", `1]`, 1, -1},
		{"end of the text", `1`, 1, -1}, {"comma at the end", `1,`, 1, 2}, {"no offset", `,1`, -1, -1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := jsontext.Next([]byte(row.text), row.end); got != row.want {
				t.Errorf("Next(%q, %d) = %d, want %d", row.text, row.end, got, row.want)
			}
		})
	}
}

func TestNameIs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, key string
		want      bool
	}{
		{`"a"`, "a", true}, {`""`, "", true}, {`"\u0061"`, "a", true}, {`"a\"b"`, `a"b`, true}, {`"ab"`, "a", false}, {`"\u0062"`, "a", false},
	} {
		if got := jsontext.NameIs([]byte(row.name), row.key); got != row.want {
			t.Errorf("NameIs(%s, %q) = %v", row.name, row.key, got)
		}
	}
}

// A million brackets or backslashes are read at once; time that grows with the square of the length would not end.
func TestHostileTextIsReadInLinearTime(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	for _, s := range []string{strings.Repeat("[", n), strings.Repeat(`{"a":`, n), `"` + strings.Repeat(`\`, n), strings.Repeat(`"`, n)} {
		jsontext.Value([]byte(s), 0)
		jsontext.Nested(3).Close([]byte(s), 0)
		new(jsontext.Document).Parse([]byte(s))
	}
}

func TestAppendUnquoted(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, in, want string }{
		{"nothing escaped", "aü", "aü"},
		{"the short escapes of RFC 8259 section 7", `\"\\\/\b\f\n\r\t`, "\"\\/\b\f\n\r\t"},
		{"four digits in any case", `\u00FC\u00fc`, "üü"},
		{"both halves of a pair", `\ud83d\ude00!`, "😀!"},
		{"the high half of a pair alone", `\ud83dx`, "\xed\xa0\xbdx"},
		{"the low half of a pair alone", `\ude00`, "\xed\xb8\x80"},
		{"a high half before a pair", `\ud83d\ud83d\ude00`, "\xed\xa0\xbd😀"},
		{"unknown escape", `\x`, "x"},
		{"too few digits", `\u12`, "\uFFFD12"},
		{"digits with a sign", `\u+123`, "\uFFFD+123"},
		{"cut in an escape", `a\`, `a\`},
		{"not UTF-8", "\xff", "\xff"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := string(jsontext.AppendUnquoted(nil, []byte(row.in))); got != row.want {
				t.Errorf("AppendUnquoted(%s) = %q, want %q", row.in, got, row.want)
			}
		})
	}
}

// encode writes s as a string of JSON, as it is written inside n strings of JSON.
func encode(t *testing.T, s string, n int) string {
	t.Helper()
	for i := range n + 1 {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if s = string(b); i > 0 { // the quotes of the string around it are not part of it
			s = s[1 : len(s)-1]
		}
	}
	return s
}

func TestNested(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"plain", `quote " inside`, `backslash \ inside`, `ends with \`, "line\nfeed", `\"`} {
		for n, level := range []jsontext.Nested{0, 1, 3, 7} {
			text := []byte(encode(t, secret, n))
			if !level.QuoteAt(text, 0) {
				t.Fatalf("no quote of depth %d at the start of %s", level, text)
			}
			from := int(level) + 1
			end, next := level.Close(append(text, `,"x"`...), from)
			if next != len(text) || end != len(text)-from {
				t.Fatalf("Nested(%d).Close(%s) = %d, %d; want %d, %d", level, text, end, next, len(text)-from, len(text))
			}
			if got := string(level.Unquote(text[from:end])); got != secret {
				t.Errorf("Nested(%d).Unquote(%s) = %q, want %q", level, text[from:end], got, secret)
			}
			if got := jsontext.NestedBefore(text, from-1, 0); got != level {
				t.Errorf("NestedBefore(%s, %d) = %d, want %d", text, from-1, got, level)
			}
		}
	}
}

// A string that is cut, or whose outer string ends, ends there.
func TestNestedWithoutItsEnd(t *testing.T) {
	t.Parallel()
	if end, next := jsontext.Nested(0).Close([]byte(`"abc`), 1); end != 4 || next != 4 {
		t.Errorf("cut: %d, %d, want 4, 4", end, next)
	}
	if end, next := jsontext.Nested(1).Close([]byte(`\"abc","x"`), 2); end != 5 || next != 5 {
		t.Errorf("the outer string ends: %d, %d, want 5, 5", end, next)
	}
}
