package export_test

import (
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

// The first line is at zero, or shows the moment; the second comes 1.5 seconds later, the third half a second before that.
func TestClock(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("x", 3600)
	for _, row := range []struct {
		name   string
		format export.ClockFormat
		zone   *time.Location
		want   [3]string
	}{
		{"since the first", export.SinceFirst, nil, [3]string{"0.000000", "1.500000", "1.000000"}},
		{"since the previous", export.SincePrevious, nil, [3]string{"0.000000", "1.500000", "-0.500000"}},
		{"of day", export.OfDay, zone, [3]string{"13:00:00.123456", "13:00:01.623456", "13:00:01.123456"}},
		{"of day without a zone", export.OfDay, nil, [3]string{"12:00:00.123456", "12:00:01.623456", "12:00:01.123456"}},
		{"with date", export.WithDate, zone, [3]string{"2026-11-20 13:00:00.123456", "2026-11-20 13:00:01.623456", "2026-11-20 13:00:01.123456"}},
		{"epoch", export.Epoch, zone, [3]string{"1795176000.123456789", "1795176001.623456789", "1795176001.123456789"}},
		{"UTC", export.UTC, zone, [3]string{"2026-11-20 12:00:00.123456Z", "2026-11-20 12:00:01.623456Z", "2026-11-20 12:00:01.123456Z"}},
	} {
		c := export.Clock{Format: row.format, Zone: row.zone}
		for i, at := range []capture.Time{noon, noon + 1_500_000_000, noon + 1_000_000_000} {
			if got := strings.TrimSpace(string(c.Append(nil, at))); got != row.want[i] {
				t.Errorf("%s, line %d: got %s, want %s", row.name, i, got, row.want[i])
			}
		}
	}
}

func TestTextMessage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		text   export.Text
		change func(*ws.Message)
		want   string
	}{
		{"text", export.Text{}, func(*ws.Message) {}, "3:1        0.000000 → text         5  hello"},
		{"from the server", export.Text{}, func(m *ws.Message) { m.Dir = ws.S2C }, "3:1        0.000000 ← text         5  hello"},
		{"unknown length", export.Text{}, func(m *ws.Message) { m.Len = -1 }, "3:1        0.000000 → text         ?  hello"},
		{"control characters are inert", export.Text{}, func(m *ws.Message) { m.Payload = []byte("\x1b[1m\u202e") }, `3:1        0.000000 → text         5  \x1b[1m<U+202E>`},
		{"binary", export.Text{}, func(m *ws.Message) { m.Opcode, m.ValidUTF8, m.Payload = ws.OpBinary, false, []byte{0, 0xff} }, "3:1        0.000000 → binary       5  00 ff"},
		{"short preview", export.Text{Preview: 2}, func(*ws.Message) {}, "3:1        0.000000 → text         5  he... (3 more)"},
		{"no preview", export.Text{NoPayload: true}, func(*ws.Message) {}, "3:1        0.000000 → text         5"},
		{"whole", export.Text{Preview: -1}, func(m *ws.Message) { m.Payload = []byte(strings.Repeat("x", 200)) }, "3:1        0.000000 → text         5  " + strings.Repeat("x", 200)},
		{"close", export.Text{}, func(m *ws.Message) { m.Opcode, m.CloseCode, m.Payload = ws.OpClose, 1000, []byte("\x03\xe8bye") },
			"3:1        0.000000 → close        5  1000 " + ws.CloseName(1000) + " bye"},
		{"close without a code", export.Text{}, func(m *ws.Message) { m.Opcode, m.Len, m.Payload = ws.OpClose, 0, nil }, "3:1        0.000000 → close        0  no code"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m := message(ws.OpText, "hello")
			row.change(m)
			if got := string(row.text.Message(nil, ref, m)); got != row.want+"\n" {
				t.Errorf("\ngot  %q\nwant %q", got, row.want+"\n")
			}
		})
	}
}

// Without colour there is no escape sequence in any line; with colour every one is closed.
func TestTextColour(t *testing.T) {
	t.Parallel()
	for _, color := range []bool{false, true} {
		x := export.Text{Color: color, Hex: true}
		m := message(ws.OpText, "a\x1bb")
		m.State, m.Findings = ws.Conflict, []*rule.Rule{rule.Accept}
		lines := x.Message(nil, ref, m)
		lines = x.Frame(lines, ref, &ws.Frame{N: 1, Message: 1, Opcode: ws.OpText, Fin: true, Len: 3, Findings: []*rule.Rule{rule.Gap}})
		lines = x.Finding(lines, ref, &ws.Finding{Rule: rule.Gap, Detail: "\x1b[2J", Offset: -1})
		lines = x.Session(lines, whole())
		got := string(lines)
		if !color && strings.Contains(got, "\x1b") {
			t.Errorf("without colour: %q", got)
		}
		if on, off := strings.Count(got, "\x1b["), strings.Count(got, "\x1b[0m"); color && (off == 0 || on != 2*off) {
			t.Errorf("%d escape sequences, %d of them ends: %q", on, off, got)
		}
	}
}

// With BySession each session has a zero of its own.
func TestTextBySession(t *testing.T) {
	t.Parallel()
	other := *ref
	x := export.Text{BySession: true, NoPayload: true}
	for _, row := range []struct {
		ref  *decode.SessionRef
		at   capture.Time
		want string
	}{{ref, noon, " 0.000000 "}, {&other, noon + 7e9, " 0.000000 "}, {ref, noon + 2e9, " 2.000000 "}, {&other, noon + 8e9, " 1.000000 "}} {
		m := message(ws.OpText, "")
		m.Last.Time = row.at
		if got := string(x.Message(nil, row.ref, m)); !strings.Contains(got, row.want) {
			t.Errorf("got %q, want%s", got, row.want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	s := whole()
	s.RequestHeaders = append(s.RequestHeaders, http1.Header{Name: "Authorization", Value: "Bearer abc"})
	m := export.Markdown{Redact: redactor(), Text: export.Text{Preview: -1}}
	out := m.Open(m.Begin(nil, "captured: x.pcap"), s, nil, 0)
	for i, p := range []string{"hello", `{"token":"abc"}`} {
		msg := message(ws.OpText, p)
		msg.N = i + 1
		out = m.Message(out, msg)
	}
	got := marked(string(m.End(m.Close(out), "2 messages")))
	for _, want := range []string{"# WebSocket sessions\n\n```text\ncaptured: x.pcap\n```\n", "## Session 1\n", "\nAuthorization: Bearer #\n", "\nCookie: a=#; c=#\n",
		"### Headers of the response\n\n```text\nSet-Cookie: s=#; Path=/\nSet-Cookie: t=#\n```\n", "### Messages\n\n```text\n1:1 ", "  hello\n1:2 ", `{"token":"#"}`, "2 messages\n```\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "abc") || strings.Contains(got, "### Findings") {
		t.Errorf("a secret, or findings that there are not:\n%s", got)
	}
}
