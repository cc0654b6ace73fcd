package jsontext_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/jsontext"
)

func TestDocument(t *testing.T) {
	t.Parallel()
	var d jsontext.Document
	const src = ` {"a\n":[1,"x"],"b":{"c":null,"d":true}} `
	if !d.Parse([]byte(src)) {
		t.Fatal("not accepted")
	}
	for i, want := range []jsontext.Node{
		{Kind: jsontext.Object, Raw: []byte(strings.TrimSpace(src)), First: 1, Children: 2},
		{Kind: jsontext.Array, Key: []byte("a\n"), Raw: []byte(`[1,"x"]`), First: 2, Next: 4, Children: 2},
		{Kind: jsontext.Number, Raw: []byte("1"), Next: 3},
		{Kind: jsontext.Text, Raw: []byte(`"x"`), Text: []byte("x")},
		{Kind: jsontext.Object, Key: []byte("b"), Raw: []byte(`{"c":null,"d":true}`), First: 5, Children: 2},
		{Kind: jsontext.Null, Key: []byte("c"), Raw: []byte("null"), Next: 6},
		{Kind: jsontext.Bool, Key: []byte("d"), Raw: []byte("true")},
	} {
		got := d.Nodes[i]
		if want.Text == nil {
			want.Text = want.Raw
		}
		if got.Kind != want.Kind || string(got.Key) != string(want.Key) || string(got.Raw) != string(want.Raw) || string(got.Text) != string(want.Text) ||
			got.First != want.First || got.Next != want.Next || got.Children != want.Children {
			t.Errorf("node %d: got %+v, want %+v", i, got, want)
		}
	}
}

func TestDocumentRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text string }{
		{"nothing", ""}, {"white space", " "}, {"a scalar", "1"}, {"two values", "{}{}"}, {"comma at the end", "[1,]"}, {"no comma", "[1 2]"},
		{"leading zero", "[01]"}, {"no digit after the point", "[1.]"}, {"no digit in the exponent", "[1e]"}, {"a sign alone", "[-]"}, {"plus sign", "[+1]"},
		{"control character in a string", "[\"\x01\"]"}, {"unknown escape", `["\x"]`}, {"escape cut", `["\`}, {"three digits", `["\u123"]`}, {"digits cut", `["\u12`},
		{"string not closed", `["a`}, {"object not closed", `{"a":1`}, {"no value", `{"a":}`}, {"key without quotes", `{a:1}`}, {"word", "[nul]"}, {"capital word", "[True]"},
		{"a string with a line feed", "[\"a\nb\"]"}, {"too deep", strings.Repeat("[", jsontext.MaxDepth+2) + strings.Repeat("]", jsontext.MaxDepth+2)},
		{"too many", "[" + strings.Repeat("0,", jsontext.MaxNodes) + "0]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if new(jsontext.Document).Parse([]byte(row.text)) {
				t.Errorf("%.60q is accepted", row.text)
			}
		})
	}
}

// Memory is used again, and nothing of the last text is left.
func TestDocumentAgain(t *testing.T) {
	t.Parallel()
	var d jsontext.Document
	if !d.Parse([]byte(`{"a":[1,2,3]}`)) || !d.Parse([]byte(`["b"]`)) {
		t.Fatal("not accepted")
	}
	if len(d.Nodes) != 2 || d.Nodes[0].Children != 1 || string(d.Nodes[1].Text) != "b" || d.Nodes[1].Next != 0 {
		t.Errorf("got %+v", d.Nodes)
	}
}
