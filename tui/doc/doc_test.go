package doc

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/tui/draw"
	"github.com/wspeek/wspeek/tui/feedtest"
	"pgregory.net/rapid"
)

func never() bool { return false }

// rowsOf are the rows of a document as they are drawn, w cells wide.
func rowsOf(t testing.TB, b Body, w int) []string {
	var out []string
	for i := range b.Len() {
		l := draw.NewTheme(true).Line(w)
		b.Draw(i, l)
		row, cells := l.DrawnSoFar()
		if cells > w || draw.Width(l.Text()) != cells {
			t.Fatalf("row %d: %d cells, says %d, of %d: %q", i, draw.Width(l.Text()), cells, w, row)
		}
		feedtest.CheckInert(t, row)
		out = append(out, l.Text())
	}
	return out
}

func TestTextIsLaidOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, payload string
		holes         []ws.Hole
		w             int
		want          []string
	}{
		{"plain", "hello", nil, 20, []string{"hello"}},
		{"line feeds", "a\nb\n", nil, 20, []string{"a", "b"}},
		{"wrapped", "abcdefghijkl", nil, 8, []string{"abcdefgh", "ijkl"}},
		{"controls are seen", "a\x1b[1mb", nil, 20, []string{`a\x1b[1mb`}},
		{"a control is not cut", "abcdef\x1b", nil, 8, []string{"abcdef", `\x1b`}},
		{"wide characters", "日本語日本語", nil, 8, []string{"日本語日", "本語"}},
		{"hole", "abcd", []ws.Hole{{At: 2, N: 5}}, 40, []string{"ab", "[ 5 bytes missing here ]", "cd"}},
		{"two holes", "abcd", []ws.Hole{{At: 0, N: 5}, {At: 7, N: 1}}, 40, []string{"[ 5 bytes missing here ]", "ab", "[ 1 byte missing here ]", "cd"}},
		{"object", `{"a":1,"b":[true,null],"c":{},"d":"x y"}`, nil, 40,
			[]string{"{", `  "a": 1,`, `  "b": [`, "    true,", "    null", "  ],", `  "c": {},`, `  "d": "x y"`, "}"}},
		{"blanks outside of strings", "{ \"a\" :\n 1 }", nil, 40, []string{"{", `  "a": 1`, "}"}},
		{"Socket.IO", `42["e",{"a":1}]`, nil, 40, []string{"42", "[", `  "e",`, "  {", `    "a": 1`, "  }", "]"}},
		{"escapes", `{"a":"\"}\\"}`, nil, 40, []string{"{", `  "a": "\"}\\"`, "}"}},
		{"not JSON", `{"a":`, nil, 40, []string{`{"a":`}},
		{"long string in JSON", `["abcdefghijkl"]`, nil, 10, []string{"[", `  "abcdefg`, `  hijkl"`, "]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := rowsOf(t, newText([]byte(c.payload), c.holes, c.w, draw.NewTheme(true), nil, never), c.w)
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestJSONFolds(t *testing.T) {
	t.Parallel()
	x := newText([]byte(`{"a":[1,2,3],"b":2}`), nil, 60, draw.NewTheme(true), nil, never)
	if !x.Toggle(1) || x.Toggle(2) && x.lines[2].shut == 0 {
		t.Fatal("cannot fold")
	}
	want := []string{"{", `  "a": [ … 3 lines … ],`, `  "b": 2`, "}"}
	if got := rowsOf(t, x, 60); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q want %q", got, want)
	}
	x.FoldAll()
	if got := rowsOf(t, x, 60); len(got) != 8 {
		t.Errorf("unfolded: %q", got)
	}
}

func TestAnyPayloadIsLaidOutWithinItsWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.IntRange(8, 50).Draw(t, "w")
		p := rapid.SliceOf(rapid.Byte()).Draw(t, "p")
		if rapid.Bool().Draw(t, "text") {
			p = []byte(rapid.String().Draw(t, "s"))
		}
		find := draw.Words([][]byte{{'a'}, {'"', ':'}})
		for _, b := range []Body{newText(p, nil, w, draw.NewTheme(true), find, never), newHex(p, w, draw.NewTheme(true), find)} {
			for i := range b.Len() {
				l := draw.NewTheme(true).Line(w + 16)
				b.Draw(i, l)
				if l.Used() > max(w, 30) {
					t.Fatalf("row %d has %d cells of %d: %q", i, l.Used(), w, l.Text())
				}
			}
		}
	})
}

// FuzzJSONLines holds that laying out JSON drops nothing but blanks.
func FuzzJSONLines(f *testing.F) {
	for _, s := range []string{`{"a":[1,{}],"b":"x"}`, `42["e",{}]`, `[[[[]]]]`, `{"a":{"b":[]}}`, "[1 , 2]", `[""]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		x := newText(p, nil, 40, draw.NewTheme(true), nil, never)
		for i := range x.Len() {
			x.Draw(i, draw.NewTheme(true).Line(60))
		}
		if !x.json {
			return
		}
		var got strings.Builder
		for _, l := range x.lines {
			got.Write(p[l.start:l.end])
		}
		if squeeze(got.String()) != squeeze(string(p)) {
			t.Errorf("lines %q of %q", got.String(), p)
		}
	})
}

// squeeze leaves blanks out.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, s)
}

func TestMillionDeepJSON(t *testing.T) {
	t.Parallel()
	deep := []byte(strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000))
	x := newText(deep, nil, 80, draw.NewTheme(true), nil, never)
	if x.Len() != 25_000 {
		t.Errorf("%d rows, want 25000: as text", x.Len())
	}
	nested := []byte(strings.Repeat("[", 9000) + "1" + strings.Repeat("]", 9000))
	for _, row := range rowsOf(t, newText(nested, nil, 40, draw.NewTheme(true), nil, never), 40) {
		if len(row) > 40 {
			t.Fatalf("%q", row)
		}
	}
}

func TestHeaderFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		frame ws.Frame
		want  string // the header in hex
		lit   string // the bytes that each field lights
	}{
		{"masked text", ws.Frame{Fin: true, Opcode: ws.OpText, Masked: true, MaskKey: [4]byte{0x37, 0xfa, 0x21, 0x3d}, HeaderLen: 6, Len: 5}, "818537fa213d", "81 81 81 81 81 85 85 37fa213d "},
		{"16 bit length", ws.Frame{Opcode: ws.OpBinary, HeaderLen: 4, Len: 256}, "027e0100", "02 02 02 02 02 7e 7e 0100 "},
		{"64 bit length", ws.Frame{Fin: true, RSV: 4, Opcode: ws.OpBinary, HeaderLen: 10, Len: 65536}, "c27f0000000000010000", "c2 c2 c2 c2 c2 7f 7f 0000000000010000 "},
		{"length not minimal", ws.Frame{Fin: true, Opcode: ws.OpText, HeaderLen: 4, Len: 5}, "817e0005", "81 81 81 81 81 7e 7e 0005 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := ws.Message{Frames: 1}
			d := newFramesDoc(draw.NewTheme(true), 200, nil, &m, []ws.Frame{c.frame}, nil, 0)
			var header, lit string
			for i := range d.Len() {
				d.Cursor = i
				l := draw.NewTheme(true).Line(200)
				d.Draw(1, l)
				header = strings.ReplaceAll(strings.TrimSpace(ansi.Strip(l.String())), " ", "")
				if d.Lit() != nil {
					row, _ := l.DrawnSoFar()
					lit += feedtest.Lit(row, d.th.Hit)
				}
			}
			if header != c.want {
				t.Errorf("header %s, want %s", header, c.want)
			}
			if lit != c.lit {
				t.Errorf("the fields light %s, want %s", lit, c.lit)
			}
		})
	}
}

func TestHazard_O6_LongLineIsShownWhole(t *testing.T) {
	t.Parallel()
	p := []byte(strings.Repeat("0123456789", 1<<20))
	x := newText(p, nil, 100, draw.NewTheme(true), nil, never)
	if want := (len(p) + 99) / 100; x.Len() != want {
		t.Errorf("%d rows, want %d", x.Len(), want)
	}
	l := draw.NewTheme(true).Line(100)
	if x.Draw(x.Len()-1, l); !strings.HasSuffix(l.Text(), "6789") {
		t.Errorf("the last row is %q", l.Text())
	}
	gone := newText(p, nil, 100, draw.NewTheme(true), nil, func() bool { return true })
	if gone.Len() > 70_000 {
		t.Errorf("%d rows were laid out after it was given up", gone.Len())
	}
}
