package stack_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/pcaps"
)

// hostile is what may come over the wire, by hazard.
var hostile = map[string]string{
	"O1": "\x1b[31m\x1b]0;title\x07\x1b]52;c;ZWNobw==\x07\x1b]8;;http://example.test\x1b\\\x1bP1$r\x1b\\",
	"O2": "a\x00b\x08c\x0dd\x7f\x07\x9b31m\xc2\x9b31m\xc2\x85\x0b\x0c",
	"O3": "abc\u202edcba\u202c\u2066x\u2069\u200b\u200d\ufeff\U000e0041\u00ad\u2028\u2029" + strings.Repeat("\u0301", 40),
}

// harmful says why a character must not reach a terminal. It is a list of its own, not that of the package under test.
func harmful(r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		return "not UTF-8"
	case r == '\n':
		return ""
	case r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0:
		return "a control character"
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
		return "changes the direction"
	case r >= 0x200b && r <= 0x200d, r == 0xfeff, r == 0x2060, r >= 0xe0000 && r <= 0xe007f, r == 0x2028, r == 0x2029:
		return "cannot be seen"
	}
	return ""
}

func mustBeHarmless(t *testing.T, what string, b []byte) {
	t.Helper()
	marks := 0
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if why := harmful(r, n); why != "" {
			t.Errorf("%s: %U at %d is %s, in %q", what, r, i, why, b[max(0, i-40):min(len(b), i+20)])
			return
		}
		if marks++; !unicode.Is(unicode.M, r) {
			marks = 0
		}
		if marks > 8 && strings.HasSuffix(what, "text") {
			t.Errorf("%s: a run of combining marks at %d", what, i)
			return
		}
		i += n
	}
}

// listing is every line that can be written of a capture, by kind.
type listing map[string][]byte

func list(t *testing.T, file []byte) listing {
	t.Helper()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := listing{}
	j := &export.JSON{Hash: true, FileOf: func(int) string { return hostile["O1"] + hostile["O2"] + hostile["O3"] }}
	x := &export.Text{Preview: -1, Hex: true}
	p := newPipe(everything)
	visit := func(b *decode.Batch, e *decode.Event) error { l.add(j, x, b, e); return nil }
	for err == nil {
		err = p.batch(in, visit)
	}
	p.finish(visit)
	return l
}

func (l listing) add(j *export.JSON, x *export.Text, b *decode.Batch, e *decode.Event) {
	line := func(kind string, json, text []byte) {
		l[kind+" json"] = append(l[kind+" json"], json...)
		l[kind+" text"] = append(l[kind+" text"], text...)
	}
	switch e.Kind {
	case decode.KindSession:
		line("session", j.Session(nil, b.Session(e)), x.Heading(x.Session(nil, b.Session(e)), b.Session(e)))
	case decode.KindMessage:
		line("message", j.Message(nil, e.Session, b.Message(e)), x.Message(nil, e.Session, b.Message(e)))
	case decode.KindFrame:
		line("frame", j.Frame(nil, e.Session, b.Frame(e)), x.Frame(nil, e.Session, b.Frame(e)))
	case decode.KindFinding:
		line("finding", j.Finding(nil, e.Session, b.Finding(e)), x.Finding(nil, e.Session, b.Finding(e)))
	}
}

// hostileEverywhere is a session with s wherever the wire can put it.
func hostileEverywhere(s string) []byte {
	head := strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return '\v'
		}
		return r
	}, s)
	c := &pcaps.Conversation{}
	c.Open()
	c.Send(pcaps.C2S, []byte("CONNECT "+strings.ReplaceAll(head, " ", "_")+" HTTP/1.1\r\nHost: x\r\n\r\n"))
	c.Send(pcaps.S2C, []byte("HTTP/1.1 200 OK\r\n\r\n"))
	c.Send(pcaps.C2S, pcaps.Request{Target: "/" + strings.ReplaceAll(head, " ", "_"), Host: head,
		Headers: [][2]string{{"X-" + head, head}, pcaps.Subprotocol(head), pcaps.Extension(head)}}.Bytes())
	c.Send(pcaps.S2C, pcaps.Response{Headers: [][2]string{{"Sec-WebSocket-Accept", head}, {"Server", head},
		pcaps.Subprotocol(head + "2"), pcaps.Extension(`permessage-deflate; server_max_window_bits="` + head + `"`)}}.Bytes())
	short := s[:min(len(s), 100)]
	c.SendFrames(pcaps.C2S, clientText(s), pcaps.Ping(short).Masked(key), pcaps.Binary([]byte(s)).Masked(key))
	c.SendFrames(pcaps.S2C, pcaps.Text(s), pcaps.Pong(short), pcaps.Close(1000, short))
	c.Close()
	return c.File()
}

func testHostile(t *testing.T, id string) {
	t.Parallel()
	l := list(t, hostileEverywhere(hostile[id]))
	for _, kind := range []string{"session", "message", "frame", "finding"} {
		for _, form := range []string{" json", " text"} {
			if len(l[kind+form]) == 0 {
				t.Errorf("no %s%s", kind, form)
			}
			mustBeHarmless(t, kind+form, l[kind+form])
		}
	}
}

func TestHazard_O1_Escapes(t *testing.T)       { testHostile(t, "O1") }
func TestHazard_O2_Controls(t *testing.T)      { testHostile(t, "O2") }
func TestHazard_O3_BidiAndHidden(t *testing.T) { testHostile(t, "O3") }
func TestHazard_O5_FileNames(t *testing.T)     { testHostile(t, "O1") }

// Errors quote file names, and the summary quotes errors.
func TestHazard_O5_Errors(t *testing.T) {
	t.Parallel()
	for _, s := range hostile {
		_, err := capture.NewReader(strings.NewReader("no capture "+s), s, capture.Options{})
		if err == nil {
			t.Fatal("opened")
		}
		mustBeHarmless(t, "error", []byte(show.Inert(err.Error())))
		a := decode.Account{}
		a.Incomplete(s)
		mustBeHarmless(t, "summary", (&export.JSON{}).Summary(nil, &a))
	}
}

func TestHazard_O6_LongLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 30_000)
	c := upgraded("")
	c.SendFrames(pcaps.S2C, pcaps.Text(long))
	file := c.File()
	in, err := capture.NewReader(bytes.NewReader(file), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	x := &export.Text{}
	p := newPipe(everything)
	visit := func(b *decode.Batch, e *decode.Event) error {
		if e.Kind == decode.KindMessage {
			out = x.Message(out, e.Session, b.Message(e))
		}
		return nil
	}
	for err == nil {
		err = p.batch(in, visit)
	}
	p.finish(visit)
	if len(out) > 250 || !bytes.Contains(out, []byte("(299900 more)")) {
		t.Errorf("a line of %d bytes: %.300q", len(out), out)
	}
}

// What JSON says is what was on the wire, byte by byte: as text, or as base64, never both.
func TestHazard_O10_Lossless(t *testing.T) {
	t.Parallel()
	rows := []string{"", "plain", "\xff\xfe", "a\xc0\x80", "\xed\xa0\x80", "caf\xc3\xa9", "\u2028\u2029", "12345678901234567890",
		"\"\\/\b\f\n\r\t\x00", "\U0010ffff\ufffd", hostile["O1"], hostile["O2"], hostile["O3"]}
	c := upgraded("")
	for _, s := range rows {
		c.SendFrames(pcaps.S2C, pcaps.Text(s))
	}
	lines := bytes.Split(bytes.TrimSpace(list(t, c.File())["message json"]), []byte("\n"))
	if len(lines) != len(rows) {
		t.Fatalf("%d lines, want %d", len(lines), len(rows))
	}
	for i, want := range rows {
		var m struct{ Text, Base64 *string }
		if err := json.Unmarshal(lines[i], &m); err != nil {
			t.Fatalf("%v: %s", err, lines[i])
		}
		got, err := payloadOf(m.Text, m.Base64)
		if err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

func payloadOf(text, encoded *string) (string, error) {
	switch {
	case text != nil && encoded == nil:
		return *text, nil
	case encoded != nil && text == nil:
		b, err := base64.StdEncoding.DecodeString(*encoded)
		return string(b), err
	}
	return "", fmt.Errorf("text %v, base64 %v", text, encoded)
}

// Every line of the JSON of every sample is JSON, ends with one newline, and is harmless.
func TestHazard_O17_WholeLines(t *testing.T) {
	t.Parallel()
	for _, s := range pcaps.Samples() {
		how := everything
		how.lines = true
		r := decodeAll(t, s.Data, how)
		mustBeJSON(t, r)
		for _, v := range views {
			if len(r.lines[v]) > 0 && !bytes.HasSuffix(r.lines[v], []byte("}\n")) {
				t.Errorf("%s: %s ends with %.20q", s.Name, v, r.lines[v][max(0, len(r.lines[v])-20):])
			}
			mustBeHarmless(t, s.Name+" "+v, r.lines[v])
		}
	}
}

// A visitor that cannot write any more ends the run with its error, and is not called again.
func TestHazard_O17_ClosedPipe(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	in, err := capture.NewReader(bytes.NewReader(pcaps.Get("graphql").Data), "test", capture.Options{})
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	err = newPipe(everything).batch(in, func(*decode.Batch, *decode.Event) error {
		if calls++; calls == 5 {
			return full
		}
		return nil
	})
	if !errors.Is(err, full) || calls != 5 {
		t.Errorf("got %v after %d calls, want %v after 5", err, calls, full)
	}
}
