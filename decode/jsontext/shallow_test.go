package jsontext_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/jsontext"
)

func TestShallow(t *testing.T) {
	t.Parallel()
	var s jsontext.Shallow
	if !s.Parse([]byte(" {\"a\" : [1,{\"b\":\"]\"}], \"c\":\"x\\\"\",\"a\":2}\n")) || !s.Object || len(s.Items) != 3 {
		t.Fatalf("got %+v", s)
	}
	if string(s.Items[0].Value) != `[1,{"b":"]"}]` || string(s.Get("c")) != `"x\""` || string(s.Get("a")) != "2" || s.Get("b") != nil {
		t.Errorf("got %q", s.Items)
	}
	if !s.Parse([]byte(`[1,[],{}]`)) || s.Object || len(s.Items) != 3 || string(s.At(2)) != "{}" || s.At(3) != nil || s.At(-1) != nil {
		t.Errorf("got %q", s.Items)
	}
}

// TestStrict_AgreesWithEncodingJSON: what is valid is the same, but for how deep it may be.
func TestStrict_AgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`{}`, `[]`, `{"a":1}`, `[1,2]`, `{"a":{"b":[{}]}}`, `{"a":}`, `{"a"}`, `{,}`, `[1,]`, `{"a":1,}`, `[`, `{`, `]`, `}`, `{]`, `[}`, `[1 2]`, `{"a":1 "b":2}`,
		`{"a":tru}`, `[true,false,null]`, `[01]`, `[-]`, `[1.]`, `[1e]`, `[1e+5]`, "[\"\n\"]", `["\x"]`, `["\u12"]`, `["\u1234"]`, `["a]`, `[[[]]]`, `[[1],[2,[3]]]`, `{"a":[],"b":{}}`, `{1:2}`,
		" [ ] ", `[1]]`, `{"a":1}}`, "", " ", `["é"]`,
	} {
		var sh jsontext.Shallow
		v := strings.TrimSpace(s)
		want := json.Valid([]byte(s)) && v != "" && (v[0] == '{' || v[0] == '[')
		if got := sh.Parse([]byte(s)); got != want {
			t.Errorf("Parse(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestStrict_Depth(t *testing.T) {
	t.Parallel()
	deep := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if got := jsontext.Strict(deep(jsontext.MaxDepth), 0); got != 2*jsontext.MaxDepth {
		t.Errorf("%d deep: %d", jsontext.MaxDepth, got)
	}
	if got := jsontext.Strict(deep(jsontext.MaxDepth+1), 0); got != -1 {
		t.Errorf("%d deep: %d", jsontext.MaxDepth+1, got)
	}
	if got := jsontext.Strict([]byte(strings.Repeat(`{"a":`, 1_000_000)), 0); got != -1 {
		t.Errorf("a million deep: %d", got)
	}
}

func FuzzShallow(f *testing.F) {
	for _, s := range []string{`{"a":[1,2],"b":"x"}`, `[{"a`, `{"a":{"b":[]}}`, `[1,]`, `["\u0000"]`, `[1.5e-7,null]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var s jsontext.Shallow
		got := s.Parse(src)
		if got && !json.Valid(src) {
			t.Fatalf("%q was accepted", src)
		}
		if v := strings.TrimLeft(string(src), " \t\r\n"); !got && json.Valid(src) && (v[0] == '{' || v[0] == '[') && strings.Count(v, "[")+strings.Count(v, "{") < jsontext.MaxDepth {
			t.Fatalf("%q was refused", src)
		}
	})
}

func BenchmarkShallow(b *testing.B) {
	src := []byte(`{"jsonrpc":"2.0","id":17,"result":{"rows":[` + strings.Repeat(`{"name":"value of it","n":12.5,"ok":true},`, 19) + `1]}}`)
	b.SetBytes(int64(len(src)))
	var s jsontext.Shallow
	for b.Loop() {
		s.Parse(src)
	}
}
