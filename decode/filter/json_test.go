package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 1_000_000)
	for _, row := range []struct {
		name, src, payload string
		want               bool
	}{
		{"white space", `ws.json.a.b == 1`, " {\n\t\"a\" : { \"b\" : 1 } } ", true},
		{"escapes in a value", `ws.json.a == "x\"\\\n\u00fcü/"`, `{"a":"x\"\\\n\u00fcü\/"}`, true},
		{"a pair of surrogates", `ws.json.a == "😀"`, `{"a":"\ud83d\ude00"}`, true},
		{"half a pair", `ws.json.a == "😀"`, `{"a":"\ud83d"}`, false},
		{"escapes in a key", `ws.json.ab == 1`, `{"\u0061b":1}`, true},
		{"a quote in a text before", `ws.json.b == 2`, `{"a":"}\"{","b":2}`, true},
		{"a key twice", `ws.json.a == 2`, `{"a":1,"a":2}`, true},
		{"a key within another value", `ws.json.b`, `{"a":{"b":1}}`, false},
		{"an index of an object", `ws.json.a[0]`, `{"a":{"0":1}}`, false},
		{"a key of an array", `ws.json.a.b`, `{"a":[{"b":1}]}`, false},
		{"an array at the top", `ws.json[1] == x`, `["a","x"]`, true},
		{"arrays of arrays", `ws.json.a[*][1] == 4`, `{"a":[[1,2],[3,4]]}`, true},
		{"an empty array", `ws.json.a[*]`, `{"a":[]}`, false},
		{"an empty object", `ws.json.a`, `{}`, false},
		{"an empty key", `ws.json."" == 1`, `{"":1}`, true},
		{"large integers differ", `ws.json.a == 123456789012345678`, `{"a":123456789012345679}`, false},
		{"large integers", `ws.json.a == 123456789012345678`, `{"a":123456789012345678}`, true},
		{"exponents", `ws.json.a == 1200`, `{"a":1.2e3}`, true},
		{"negative", `ws.json.a < -1`, `{"a":-2}`, true},
		{"numbers and texts differ", `ws.json.a == 5`, `{"a":"5"}`, false},
		{"true is no text", `ws.json.a contains tru`, `{"a":true}`, true},
		{"texts are ordered", `ws.json.a > "2026-01"`, `{"a":"2026-02-03"}`, true},
		{"a broken end elsewhere", `ws.json.a == 1`, `{"a":1,"b":`, true},
		{"cut in the value", `ws.json.a == "x"`, `{"a":"x`, false},
		{"no value", `ws.json.a`, `{"a":}`, false},
		{"no JSON", `ws.json.a`, `a`, false},
		{"SignalR", `ws.json.a == 1 && ws.json`, "{\"a\":1}\x1e", true},
		{"a million deep beside", `ws.json.a == 1`, `{"x":` + deep + strings.Repeat("]", len(deep)) + `,"a":1}`, true},
		{"a million deep and open", `ws.json.a == 1`, `{"x":` + deep, false},
		{"a million deep within", `ws.json.a[0][0]`, `{"a":` + deep + strings.Repeat("]", len(deep)) + `}`, true},
		{"a million deep alone", `ws.json`, deep, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f, err := filter.Compile(row.src)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Match(&filter.Row{Message: text(1, ws.C2S, row.payload)}); got != row.want {
				t.Errorf("%s: %v, want %v", row.src, got, row.want)
			}
		})
	}
}

// A value that a hole cuts, or that comes after one, is not known.
func TestJSONHole(t *testing.T) {
	t.Parallel()
	const payload = `{"a":1,"b":"x","c":23,"d":4}`
	for at := range payload {
		for _, c := range []struct {
			src string
			end int
		}{
			{"ws.json.a == 1", strings.Index(payload, `1,`) + 2}, {"ws.json.b == x", strings.Index(payload, `x"`) + 2},
			{"ws.json.c == 2", len(payload) + 1}, {"ws.json.c == 23", strings.Index(payload, `3,`) + 2}, {"ws.json.d == 4", len(payload)},
		} {
			m := text(1, ws.C2S, payload)
			m.State, m.Missing, m.Holes = ws.Partial, 5, []ws.Hole{{At: int64(at), N: 5}}
			f, err := filter.Compile(c.src)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := f.Match(&filter.Row{Message: m}), at >= c.end; got != want {
				t.Errorf("%s with a hole at %d: %v, want %v", c.src, at, got, want)
			}
		}
	}
}

// Time grows with the length of a text and not faster, whatever is in it.
func TestJSONWork(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat(`{"a":`, 50_000) + "1" + strings.Repeat("}", 50_000)
	f, err := filter.Compile("ws.json.a" + strings.Repeat(".a", 30) + " == 7 || ws.json.a[*]" + strings.Repeat("[*]", 30) + " == 7")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{nested, `{"a":` + strings.Repeat("[", 100_000) + `}`, strings.Repeat(`{"a":1,`, 50_000), fmt.Sprintf(`{"a":[%s1]}`, strings.Repeat("1,", 100_000))} {
		if f.Match(&filter.Row{Message: text(1, ws.C2S, p)}) {
			t.Error("passes")
		}
	}
}
