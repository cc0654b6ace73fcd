package filter_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/filter"
)

// Sources hold a | where the cursor is.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		src   string
		from  int
		first string
		has   []string
		not   []string
	}{
		{"|", 0, "websocket", []string{"ws.dir", "ws.json.", "ws.header."}, []string{"=="}},
		{"websocket.op|", 0, "websocket.opcode", nil, []string{"ws.dir"}},
		{"websocket.op| == 1", 0, "websocket.opcode", nil, nil},
		{"dir|", 0, "ws.dir", nil, []string{"websocket.fin"}},
		{"ws.len > 3 && ws.d|", 14, "ws.dir", []string{"ws.duration"}, nil},
		{"!|", 1, "websocket", nil, nil},
		{"(ws.c|", 1, "ws.compressed", []string{"ws.client"}, nil},
		{"ws.len |", 7, "==", []string{">", "in"}, []string{"contains", "!"}},
		{"ws.host |", 8, "==", []string{"contains", "matches", "&&"}, []string{"&"}},
		{"websocket.opcode == |", 20, "continuation", []string{"text"}, []string{"websocket"}},
		{"websocket.opcode == t|", 20, "text", nil, []string{"ping"}},
		{"websocket.opcode in {text, p|", 27, "ping", []string{"pong"}, nil},
		{"ws.finding == ws.mask|", 14, "ws.mask-required", nil, nil},
		{"ws.why == |", 10, `"window lost"`, nil, nil},
		{"ws.len > 3 |", 11, "&&", nil, []string{"websocket"}},
		{`websocket.payload contains "web|`, 31, "", nil, nil},
	} {
		t.Run(row.src, func(t *testing.T) {
			t.Parallel()
			pos := strings.Index(row.src, "|")
			from, list := filter.Complete(strings.Replace(row.src, "|", "", 1), pos)
			var got []string
			for _, c := range list {
				got = append(got, c.Text)
			}
			if from != row.from || len(got) > 0 && got[0] != row.first || len(got) == 0 && row.first != "" {
				t.Errorf("from %d: %q, want from %d: %q first", from, got, row.from, row.first)
			}
			for _, s := range row.has {
				if !slices.Contains(got, s) {
					t.Errorf("%q is not in %q", s, got)
				}
			}
			for _, s := range row.not {
				if slices.Contains(got, s) {
					t.Errorf("%q is in %q", s, got)
				}
			}
		})
	}
}

// Every field of the table compiles alone, says what it is, and is there once.
func TestFields(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range filter.Fields() {
		if seen[f.Name] || f.Type == "" || !strings.HasSuffix(strings.TrimSuffix(f.Text, ")"), ".") {
			t.Errorf("%+v: twice, without a type, or without a sentence", f)
		}
		seen[f.Name] = true
		name := strings.NewReplacer("PATH", "a[0]", "NAME", "host").Replace(f.Name)
		if _, err := filter.Compile(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		x, err := filter.Compile("!" + strings.ToUpper(name))
		if err != nil {
			t.Fatal(err)
		}
		if everything := f.Name == "tcp" || f.Name == "frame"; x.Match(&filter.Row{}) == everything {
			t.Errorf("%s is there in an empty row", name)
		}
	}
	for _, o := range filter.Operators() {
		if len(o.Names) == 0 || !strings.HasSuffix(o.Text, ".") && !strings.HasSuffix(o.Text, "}.") && !strings.Contains(o.Text, ": ") {
			t.Errorf("%+v", o)
		}
	}
}

func TestFinder(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		src, in string
		at, n   int
	}{
		{"error", "an ERROR", 3, 5},
		{"error and an", "an ERROR", 0, 2},
		{"!error", "an error", -1, -1},
		{"!(!error)", "an error", 3, 5},
		{"ws.len > 3", "an error", -1, -1},
		{`websocket.payload matches "e.+r"`, "an error", 3, 5},
		{`websocket.payload contains "rr"`, "an error", 4, 2},
		{`websocket.payload contains "x" or error`, "an error", 3, 5},
		{`error`, "none", -1, 0},
	} {
		f, err := filter.Compile(row.src)
		if err != nil {
			t.Fatal(err)
		}
		find := f.Finder()
		if (find == nil) != (row.n < 0) {
			t.Errorf("%s: finder is there: %v", row.src, find != nil)
			continue
		}
		if find == nil {
			continue
		}
		if at, n := find([]byte(row.in)); at != row.at || n != row.n {
			t.Errorf("%s in %q: %d, %d; want %d, %d", row.src, row.in, at, n, row.at, row.n)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"close": "websocket.opcode == close", "ws.len > 3 && PING": "websocket.opcode == PING", "s2c": "ws.dir == s2c", "partial": "ws.state == partial",
		"error": "", "websocket.opcode == close": "", `"close"`: "",
	} {
		f, err := filter.Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Hint(); !strings.HasSuffix(got, want) || got != "" && want == "" {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}
