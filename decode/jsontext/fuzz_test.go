package jsontext_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode/jsontext"
)

// FuzzDocument compares Document with encoding/json: what it accepts is valid, and strings are decoded alike.
func FuzzDocument(f *testing.F) {
	for _, s := range []string{`{}`, `[1,-0.5e+3,"a\u00e9\ud83d\ude00\n",true,false,null,{"k":[]}]`, `{"a":1,"a":2}`, `[01]`, `[1.]`, `["\x"]`, `[1,]`, "[\"\x01\"]", ` { } `, `{"a" 1}`, `[-]`, `[1e]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		var d jsontext.Document
		ok := d.Parse(s)
		begin := bytes.TrimLeft(s, " \t\r\n")
		want := json.Valid(s) && len(begin) > 0 && (begin[0] == '{' || begin[0] == '[')
		if ok && !want {
			t.Fatalf("%q: accepted", s)
		}
		if !ok && want && len(s) < jsontext.MaxDepth {
			t.Fatalf("%q: refused", s)
		}
		if !ok {
			return
		}
		for i := range d.Nodes {
			n := &d.Nodes[i]
			var v string
			if n.Kind != jsontext.Text || json.Unmarshal(n.Raw, &v) != nil || !utf8.Valid(n.Text) || bytes.ContainsRune([]byte(v), utf8.RuneError) {
				continue
			}
			if v != string(n.Text) {
				t.Fatalf("%s: got %q, want %q", n.Raw, n.Text, v)
			}
		}
	})
}

// FuzzScan steps over any text: offsets stay inside it and grow, and of valid JSON the end is found.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":[1,2],"b":"x"}`, `[{"a`, `"\`, `{"a":}`, `[[[[`, "1\x1e", `{"a\"b" : {}}`, `tru`, `]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		from := jsontext.Space(s, 0)
		end := jsontext.Value(s, from)
		if end > len(s) || end >= 0 && end <= from {
			t.Fatalf("Value(%q, %d) = %d", s, from, end)
		}
		if json.Valid(s) && end != len(bytes.TrimRight(s, " \t\r\n")) {
			t.Fatalf("Value(%q, %d) = %d of valid JSON", s, from, end)
		}
		for i := 0; i >= 0 && i < len(s); {
			_, value := jsontext.Member(s, i)
			next := jsontext.Next(s, jsontext.Value(s, value))
			if next >= 0 && next <= i || next > len(s) {
				t.Fatalf("the member after that at %d of %q is at %d", i, s, next)
			}
			i = next
		}
		for n := range jsontext.Nested(4) {
			if end, next := n.Close(s, 0); end < 0 || next < end || next > len(s) {
				t.Fatalf("Nested(%d).Close(%q) = %d, %d", n, s, end, next)
			}
			n.Unquote(s)
		}
		jsontext.AppendUnquoted(nil, s)
	})
}
