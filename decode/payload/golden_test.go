package payload_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/payload"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestTalks reads conversations and what each message says. In a file, "token: T" and "target: T" say how the session was opened;
// a line that starts with > is a message from the client, with < from the server, >q or <q one in Go's quotes, >x or <x a binary one
// in hex, and a line that starts with a tab what the message before it says.
func TestTalks(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/talk/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatal("no conversations", err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if len(want) > 20_000 {
				t.Errorf("%d bytes, want less than 20000", len(want))
			}
			got := listen(t, string(want))
			if *update {
				if err := os.WriteFile(name, got, 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s\nread the difference after go test -run Talks -update", firstDifference(got, want))
			}
		})
	}
}

func firstDifference(got, want []byte) string {
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// listen is a conversation with what each message says.
func listen(t *testing.T, talk string) []byte {
	t.Helper()
	var out bytes.Buffer
	var lines []string
	said := map[int64]string{}
	var o payload.Opening
	var messages []payload.Message
	for l := range strings.Lines(talk) {
		switch l = strings.TrimSuffix(l, "\n"); {
		case strings.HasPrefix(l, "\t"):
			continue
		case strings.HasPrefix(l, "token: "):
			o.Token = l[len("token: "):]
		case strings.HasPrefix(l, "target: "):
			o.Target = l[len("target: "):]
		case strings.HasPrefix(l, ">"), strings.HasPrefix(l, "<"):
			messages = append(messages, spoken(t, len(messages), l))
		}
		lines = append(lines, l)
	}
	r := payload.NewReader(o, payload.ReaderOptions{}, func(m *payload.Message, apps []payload.App) {
		for i := range apps {
			said[m.N] += "\t" + saysWhole(&apps[i]) + "\n"
		}
	})
	for i := range messages {
		r.Push(&messages[i])
	}
	r.Settle()
	if r.Panics > 0 {
		t.Errorf("%d panics", r.Panics)
	}
	n := int64(0)
	for _, l := range lines {
		out.WriteString(l + "\n")
		if strings.HasPrefix(l, ">") || strings.HasPrefix(l, "<") {
			n++
			out.WriteString(said[n])
		}
	}
	return out.Bytes()
}

func spoken(t *testing.T, i int, l string) payload.Message {
	t.Helper()
	m := payload.Message{N: int64(i + 1), FromClient: l[0] == '>', At: time.Unix(int64(i), 0)}
	how, text, _ := strings.Cut(l[1:], " ")
	var err error
	switch m.Payload = []byte(text); how {
	case "q":
		var s string
		s, err = strconv.Unquote(text)
		m.Payload = []byte(s)
	case "x":
		m.Kind = payload.Binary
		m.Payload, err = hex.DecodeString(text)
	}
	if err != nil {
		t.Fatalf("%s: %v", l, err)
	}
	return m
}

// saysWhole is all that is known of a packet on one line.
func saysWhole(a *payload.App) string {
	s := sayApp(a)
	for _, f := range []struct{ name, text string }{{"version", a.Version}, {"topic", a.Topic}, {"namespace", a.Namespace}} {
		if f.text != "" {
			s += " " + f.name + "=" + strconv.Quote(f.text)
		}
	}
	s += " | " + strconv.Quote(a.Summary)
	if a.Args != nil {
		s += " | " + shortJSON(a.Args)
	}
	if a.Also != nil {
		s += " | also " + shortJSON(a.Also)
	}
	return s
}

func shortJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if r := []rune(string(b)); len(r) > 200 {
		return string(r[:200]) + "..."
	}
	return string(b)
}
