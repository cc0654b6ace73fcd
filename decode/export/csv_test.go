package export_test

import (
	"encoding/base64"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// Each column of the line of a message, read back with encoding/csv.
func TestCSVColumns(t *testing.T) {
	t.Parallel()
	s := whole()
	s.Subprotocol = "chat"
	for _, row := range []struct {
		name string
		m    ws.Message
		want string // the columns in their order; data in base64 is written base64(..)
	}{
		{"text", ws.Message{N: 4, Dir: ws.S2C, Opcode: ws.OpText, Last: ws.Stamp{Time: noon}, Min: 9, Max: 12, Len: 2, WireLen: 7, Frames: 2, Compressed: true,
			Payload: []byte("hé"), ValidUTF8: true, CloseCode: -1, Findings: []*rule.Rule{rule.Gap, rule.Accept}},
			"1|4|2026-11-20T12:00:00.123456789Z|s2c|text|1|2|7|2|true|exact|9|12|192.0.2.1:50000|[2001:db8::1]:443|wss://h.example/p?a=1&b=%20x&c|chat||text|hé||" + rule.Gap.ID + " " + rule.Accept.ID + "||||||||||"},
		{"a close", ws.Message{N: 5, Opcode: ws.OpClose, Last: ws.Stamp{Time: noon}, Len: 3, WireLen: 5, Frames: 1, Payload: []byte("\x03\xe8bye"), ValidUTF8: true, CloseCode: 1000},
			"1|5|2026-11-20T12:00:00.123456789Z|c2s|close|8|3|5|1|false|exact|0|0|192.0.2.1:50000|[2001:db8::1]:443|wss://h.example/p?a=1&b=%20x&c|chat|1000|text|bye||||||||||||"},
		{"binary of unknown length", ws.Message{N: 6, Opcode: ws.OpBinary, Last: ws.Stamp{Time: noon}, Len: -1, Frames: 1, Payload: []byte("\x00\xff"), CloseCode: -1, State: ws.Partial},
			"1|6|2026-11-20T12:00:00.123456789Z|c2s|binary|2||0|1|false|partial|0|0|192.0.2.1:50000|[2001:db8::1]:443|wss://h.example/p?a=1&b=%20x&c|chat||base64|" + base64.StdEncoding.EncodeToString([]byte("\x00\xff")) + "||||||||||||"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &export.CSV{}
			rows, err := csv.NewReader(strings.NewReader(string(c.Message(c.Header(nil), s, &row.m)))).ReadAll()
			if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
				t.Fatalf("%v: %q", err, rows)
			}
			if strings.Join(rows[0], ",") != strings.Join(export.Columns, ",") {
				t.Errorf("header %q", rows[0])
			}
			if got := strings.Join(rows[1], "|"); got != row.want {
				t.Errorf("\ngot  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestCSVOptions(t *testing.T) {
	t.Parallel()
	const secret = `{"token":"abc"}`
	for _, tt := range []struct {
		name                     string
		c                        export.CSV
		encoding, data, redacted string
	}{
		{"as it is", export.CSV{}, "text", secret, ""},
		{"without payload", export.CSV{NoPayload: true, Redact: redactor()}, "", "", ""},
		{"redacted", export.CSV{Redact: redactor()}, "text", `{"token":"#"}`, "1"},
	} {
		row, _ := csvRow(t, &tt.c, secret)
		if row["encoding"] != tt.encoding || marked(row["data"]) != tt.data || row["redacted"] != tt.redacted {
			t.Errorf("%s: got %q, %q, %q", tt.name, row["encoding"], row["data"], row["redacted"])
		}
	}
	// The URL is redacted too, once for all lines of the session.
	c := &export.CSV{Redact: redactor()}
	s := whole()
	s.Path = "/?token=abc"
	for range 2 {
		if line := string(c.Message(nil, s, message(ws.OpText, "x"))); marked(line) == line || strings.Contains(line, "abc") || !strings.Contains(marked(line), "wss://h.example/?token=#") {
			t.Errorf("got %s", line)
		}
	}
}

// What a message says, in the last columns; several packets stand below each other.
func TestCSVApps(t *testing.T) {
	t.Parallel()
	apps := []payload.App{{Protocol: "stomp", Event: "SEND", Topic: "=a", ID: "7", Summary: `SEND "x"`, ReplyTo: 3}, {Protocol: "stomp", Event: "heartbeat", Heartbeat: true}}
	for _, tt := range []struct {
		name  string
		c     export.CSV
		cells []string
		want  string
	}{
		{"nothing", export.CSV{}, nil, ""},
		{"one", export.CSV{}, export.AppCells(apps[:1]), `stomp|SEND||'=a||7|3|false|false|SEND "x"`},
		{"two", export.CSV{}, export.AppCells(apps), "stomp\nstomp|SEND\nheartbeat||'=a\n||7\n|3\n|false\nfalse|false\ntrue|SEND \"x\"\n"},
		{"without payload", export.CSV{NoPayload: true}, export.AppCells(apps[:1]), `stomp|SEND||'=a||7|3|false|false`},
		{"a secret", export.CSV{Redact: redactor()}, export.AppCells([]payload.App{{Protocol: "x", Summary: `connect {"token":"abc"}`}}),
			`x|||||||false|false|connect {"token":"#"}`},
	} {
		tt.c.App = tt.cells
		row, _ := csvRow(t, &tt.c, "x")
		var got []string
		for _, name := range export.Columns[len(export.Columns)-10:] {
			got = append(got, row[name])
		}
		if s := strings.TrimRight(marked(strings.Join(got, "|")), "|"); s != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, s, tt.want)
		}
	}
}
