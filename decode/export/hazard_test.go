package export_test

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// session is one whose every text is s.
func session(s string) *decode.Session {
	return &decode.Session{N: 1, Scheme: "ws", Host: "h", Path: "/" + s, Subprotocol: s, Method: "GET", Status: 101,
		RequestHeaders: []http1.Header{{Name: "X-" + s, Value: s}}, ResponseHeaders: []http1.Header{{Name: "Y", Value: s}}}
}

func csvRow(t *testing.T, c *export.CSV, payload string) (row map[string]string, line string) {
	t.Helper()
	line = string(c.Message(nil, session("x"), message(ws.OpText, payload)))
	rows, err := csv.NewReader(strings.NewReader(string(c.Header(nil)) + line)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q: %d rows, %v", line, len(rows), err)
	}
	row = map[string]string{}
	for i, name := range rows[0] {
		row[name] = rows[1][i]
	}
	return row, line
}

func TestHazard_O7_Formulas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in      string
		guarded bool
	}{
		{`=cmd|'/c calc'!A1`, true}, {"+1", true}, {"-1", true}, {"@SUM(A1)", true}, {"\tx", true}, {"\rx", true}, {"\n=x", true},
		{"＝x", true}, {"＋x", true}, {"－x", true}, {"＠x", true}, {"'quoted", true},
		{"x=1", false}, {"", false}, {"{}", false}, {" =1", false},
	} {
		row, _ := csvRow(t, &export.CSV{}, tt.in)
		want := tt.in
		if tt.guarded {
			want = "'" + tt.in
		}
		if row["data"] != want {
			t.Errorf("%q: got %q, want %q", tt.in, row["data"], want)
		}
		if row, _ := csvRow(t, &export.CSV{Exact: true}, tt.in); row["data"] != tt.in {
			t.Errorf("%q exact: got %q", tt.in, row["data"])
		}
	}
	m := message(ws.OpBinary, "\xf8\x00\x01")
	m.ValidUTF8 = false
	if line := string((&export.CSV{}).Message(nil, session("=x"), m)); !strings.Contains(line, `,"'=x",`) || !strings.Contains(line, `,base64,"'+AAB"`) {
		t.Errorf("got %q, want a guarded subprotocol and guarded base64", line)
	}
}

func TestHazard_O8_CSVQuotes(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		`"`, `""`, `a"b`, ",", "a,b;c", "line\nline", "cr\rcr", "nul\x00nul", `","`, "é\u2028", "\"\n\"", strings.Repeat(`"`, 1000),
	} {
		row, line := csvRow(t, &export.CSV{}, in)
		if row["data"] != in || row["encoding"] != "text" {
			t.Errorf("%q: got %q from %q", in, row["data"], line)
		}
		if !strings.HasSuffix(line, "\r\n") {
			t.Errorf("%q: line %q does not end with CRLF", in, line)
		}
	}
	// encoding/csv makes LF of CRLF in quotes, so here the line itself is looked at.
	if _, line := csvRow(t, &export.CSV{}, "a\r\nb"); !strings.Contains(line, "\"a\r\nb\"") {
		t.Errorf("got %q, want CRLF as it was", line)
	}
	c := &export.CSV{Inert: true}
	if row, _ := csvRow(t, c, "\x1b[31m"); row["data"] != `\x1b[31m` {
		t.Errorf("got %q on a terminal", row["data"])
	}
}

// TestHazard_O5_Account has a file name that would act on the terminal.
func TestHazard_O5_Account(t *testing.T) {
	t.Parallel()
	a := decode.Account{Why: []string{"a\x1b]0;x\a\u009b\u202e\xff.pcap: ends inside packet 3"}}
	const want = `; INCOMPLETE: a\x1b]0;x\x07\xc2\x9b<U+202E>\xff.pcap: ends inside packet 3`
	if got := export.Account(&a); !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want it to end in %q", got, want)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("=\"\r\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		row, line := csvRow(t, &export.CSV{}, s)
		if got, want := strings.TrimPrefix(row["data"], "'"), strings.ReplaceAll(s, "\r\n", "\n"); got != want {
			t.Fatalf("%q: got %q from %q", s, got, line)
		}
	})
}

var fenceLine = regexp.MustCompile("^ {0,3}(`{3,})([^`]*)$")

// outside is what is outside of code fences, as CommonMark section 4.5 reads them.
func outside(md string) (lines []string, open bool) {
	fence := 0
	for line := range strings.Lines(md) {
		line = strings.TrimSuffix(line, "\n")
		m := fenceLine.FindStringSubmatch(line)
		switch {
		case fence == 0 && m != nil:
			fence = len(m[1])
		case fence > 0 && m != nil && len(m[1]) >= fence && strings.TrimSpace(m[2]) == "":
			fence = 0
		case fence == 0:
			lines = append(lines, line)
		}
	}
	return lines, fence > 0
}

func TestHazard_O11_MarkdownIsInert(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		"![x](https://evil.example/pixel)", "@everyone", "```\n![x](y)\n```", "`````` \n@me", "<img src=x>", "# heading", "~~~", "\x1b]8;;x", "#1",
		"```", strings.Repeat("`", 70), "a\r\n```\r\n@me",
	} {
		m := export.Markdown{Text: export.Text{Preview: -1}}
		md := m.Begin(nil, evil)
		md = m.Open(md, session(evil), []ws.Finding{{Rule: rule.Gap, Detail: evil}}, export.Ticks([]byte(evil)))
		md = m.Message(md, message(ws.OpText, evil))
		md = m.End(m.Close(md), evil)
		lines, open := outside(string(md))
		if open {
			t.Errorf("%q: a fence is left open:\n%s", evil, md)
		}
		for _, line := range lines {
			if line != "" && !slices.Contains([]string{"# WebSocket sessions", "## Session 1", "### Headers of the request",
				"### Headers of the response", "### Findings", "### Messages"}, line) {
				t.Errorf("%q: %q stands outside of fences", evil, line)
			}
		}
		if strings.ContainsAny(string(md), "\x1b\r") {
			t.Errorf("%q: control characters are left", evil)
		}
	}
}

func TestHazard_O12_NamesOfNumbers(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(`^\d{4,}-\d{6,}-(c2s|s2c)\.(txt|bin)$`)
	for _, tt := range []struct {
		session int
		m       ws.Message
		want    string
	}{
		{1, ws.Message{N: 3, Dir: ws.C2S, Opcode: ws.OpText, ValidUTF8: true, Payload: []byte("../../etc/passwd")}, "0001-000003-c2s.txt"},
		{12345, ws.Message{N: 1234567, Dir: ws.S2C, Opcode: ws.OpBinary}, "12345-1234567-s2c.bin"},
		{1, ws.Message{N: 1, Opcode: ws.OpText}, "0001-000001-c2s.bin"},
		{1, ws.Message{N: 1, Opcode: ws.OpText, ValidUTF8: true, State: ws.Partial}, "0001-000001-c2s.bin"},
	} {
		if got := export.RawName(tt.session, &tt.m); got != tt.want || !pattern.MatchString(got) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestHazard_O10_HARIsJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"plain", "\xff\xfe", "\x00\x1b", `"\`, "\u2028\u202e", "?a=%zz&b", strings.Repeat("é", 300)} {
		h := export.HAR{Version: "1", Control: true, Title: s, Redact: redactor()}
		out := h.Begin(nil, 1)
		bad := message(ws.OpText, s)
		bad.ValidUTF8 = false
		info := session(s)
		info.Close = &decode.Close{Code: 1000, Reason: []byte(s)}
		out = h.Message(h.Open(out, info, -5), bad)
		out = h.Close(h.Message(out, message(ws.OpPing, s)), info, message(ws.OpClose, s))
		out = h.Close(h.Open(out, &decode.Session{N: 2}, 0), &decode.Session{N: 2, End: decode.EndRST}, nil)
		out = h.End(out)
		var v any
		if err := json.Unmarshal(out, &v); err != nil {
			t.Errorf("%q: %v in %s", s, err, out)
		}
	}
}

func TestTicks(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "a": 0, "`": 1, "a``b`": 2, "```": 3, "`a```b``": 3} {
		if got := export.Ticks([]byte(s)); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
}
