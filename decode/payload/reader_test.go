package payload_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/payload"
)

// said is what a Reader reported: "N protocol/event/name#id>replyTo", packets of one message joined by a comma.
func said(t *testing.T, o payload.Opening, opt payload.ReaderOptions, messages ...string) (lines []string, r *payload.Reader) {
	t.Helper()
	r = payload.NewReader(o, opt, func(m *payload.Message, apps []payload.App) {
		var parts []string
		for i := range apps {
			parts = append(parts, sayApp(&apps[i]))
		}
		lines = append(lines, fmt.Sprintf("%d %s", m.N, strings.Join(parts, ",")))
	})
	for i, text := range messages {
		m := messageOf(i, text)
		r.Push(&m)
	}
	return lines, r
}

// messageOf is a message that is written "> text" from the client and "< text" from the server; ">b text" is binary.
func messageOf(i int, s string) payload.Message {
	m := payload.Message{N: int64(i + 1), FromClient: s[0] == '>', At: time.Unix(int64(i), 0)}
	if s = s[1:]; s != "" && s[0] == 'b' {
		m.Kind, s = payload.Binary, s[1:]
	}
	m.Payload = []byte(strings.TrimPrefix(s, " "))
	return m
}

func sayApp(a *payload.App) string {
	s := a.Protocol + "/" + a.Event
	if a.Name != "" {
		s += "/" + a.Name
	}
	if a.ID != "" {
		s += "#" + a.ID
	}
	if a.ReplyTo > 0 {
		s += fmt.Sprintf(">%d", a.ReplyTo)
	}
	if a.Error {
		s += "!"
	}
	if a.Heartbeat {
		s += "~"
	}
	return s
}

func TestReader_HoldsUntilTheProtocolIsKnown(t *testing.T) {
	t.Parallel()
	talk := []string{`> {"a":1}`, `< {"b":2}`, `> {"jsonrpc":"2.0","method":"add","id":1}`, `< {"jsonrpc":"2.0","result":3,"id":1}`}
	got, r := said(t, payload.Opening{}, payload.ReaderOptions{}, talk[:2]...)
	if len(got) > 0 || !r.Holds() {
		t.Errorf("before the protocol is known: %q, holds %v", got, r.Holds())
	}
	r.Settle()
	if r.Holds() || r.Protocol() != nil {
		t.Error("Settle decides that there is no protocol")
	}
	got, r = said(t, payload.Opening{}, payload.ReaderOptions{}, talk...)
	want := []string{"1 ", "2 ", "3 json-rpc/request/add#1", "4 json-rpc/response#1>3"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if r.Withdrawn != 2 || r.Protocol() == nil {
		t.Errorf("%d messages that contradict, want 2", r.Withdrawn)
	}
}

func TestReader_NowHoldsNothing(t *testing.T) {
	t.Parallel()
	talk := []string{`> {"a":1}`, `< {"b":2}`, `> {"jsonrpc":"2.0","method":"add","id":1}`}
	for n := range talk {
		got, r := said(t, payload.Opening{}, payload.ReaderOptions{Now: true}, talk[:n+1]...)
		if len(got) != n+1 || r.Holds() {
			t.Errorf("after %d messages %q were reported", n+1, got)
		}
	}
}

func TestReader_Brief(t *testing.T) {
	t.Parallel()
	r := payload.NewReader(payload.Opening{}, payload.ReaderOptions{Brief: true}, func(_ *payload.Message, apps []payload.App) {
		if len(apps) != 1 || apps[0].Summary != "" || apps[0].Args != nil || apps[0].Name != "add" {
			t.Errorf("got %+v", apps)
		}
	})
	m := messageOf(0, `> {"jsonrpc":"2.0","method":"add","params":[1],"id":1}`)
	r.Push(&m)
}

func TestReader_TokenDecides(t *testing.T) {
	t.Parallel()
	got, r := said(t, payload.Opening{Token: "MCP"}, payload.ReaderOptions{}, "> hello", `> {"jsonrpc":"2.0","method":"ping","id":"x"}`)
	if want := []string{"1 ", "2 mcp/request/ping#x~"}; !slices.Equal(got, want) || r.Withdrawn != 1 {
		t.Errorf("got %q, want %q; %d contradict", got, want, r.Withdrawn)
	}
}

func TestReader_Force(t *testing.T) {
	t.Parallel()
	got, _ := said(t, payload.Opening{Token: "mqtt"}, payload.ReaderOptions{Force: payload.Find("JSON-RPC")}, "> a", `> {"jsonrpc":"2.0","method":"m"}`)
	if want := []string{"1 ", "2 json-rpc/notification/m"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// broken is a Decoder that panics.
type broken struct{}

func (broken) Decode(*payload.Message, []payload.App) []payload.App { panic("fault") }
func (broken) Lost(bool)                                            { panic("fault") }

func TestReader_ContainsPanics(t *testing.T) {
	t.Parallel()
	row := &payload.Protocol{ID: "x", Begin: func(*payload.Opening) payload.Decoder { return broken{} }}
	got, r := said(t, payload.Opening{}, payload.ReaderOptions{Force: row}, "> a", "< b")
	r.Lost(true)
	if want := []string{"1 ", "2 "}; !slices.Equal(got, want) || r.Panics != 3 {
		t.Errorf("got %q, want %q; %d panics", got, want, r.Panics)
	}
}

// TestReader_Exchanges: the roles of packets, each line the answers that are found.
func TestReader_Exchanges(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		roles []payload.Role
		want  []int64
	}{
		{"request and reply", []payload.Role{payload.Request, payload.Reply}, []int64{0, 1}},
		{"a second reply", []payload.Role{payload.Request, payload.Reply, payload.Reply}, []int64{0, 1, 0}},
		{"items until the end", []payload.Role{payload.Request, payload.Item, payload.Item, payload.End, payload.Item}, []int64{0, 1, 1, 1, 0}},
		{"cancelled and answered all the same", []payload.Role{payload.Request, payload.Cancel, payload.Reply}, []int64{0, 0, 1}},
		{"the key is used again", []payload.Role{payload.Request, payload.Reply, payload.Request, payload.Reply}, []int64{0, 1, 0, 3}},
		{"a reply to nothing", []payload.Role{payload.Reply}, []int64{0}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			p := &payload.Protocol{Begin: func(*payload.Opening) payload.Decoder {
				return decodeFunc(func(_ *payload.Message, out []payload.App) []payload.App {
					n++
					return append(out, payload.App{Role: row.roles[n-1], Key: "k", AskedByClient: true})
				})
			}}
			var got []int64
			r := payload.NewReader(payload.Opening{}, payload.ReaderOptions{Force: p}, func(m *payload.Message, apps []payload.App) {
				a := apps[0]
				if a.ReplyTo > 0 && a.Took != time.Duration(m.N-a.ReplyTo)*time.Second {
					t.Errorf("message %d took %v to answer %d", m.N, a.Took, a.ReplyTo)
				}
				got = append(got, a.ReplyTo)
			})
			for i := range row.roles {
				m := messageOf(i, "> x")
				r.Push(&m)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("got %d, want %d", got, row.want)
			}
		})
	}
}

type decodeFunc func(*payload.Message, []payload.App) []payload.App

func (f decodeFunc) Decode(m *payload.Message, out []payload.App) []payload.App { return f(m, out) }
func (decodeFunc) Lost(bool)                                                    {}

// TestReader_OpenExchangesAreBounded: of a million requests without an answer the newest can be answered, the oldest not.
func TestReader_OpenExchangesAreBounded(t *testing.T) {
	t.Parallel()
	p := &payload.Protocol{Begin: func(*payload.Opening) payload.Decoder {
		return decodeFunc(func(m *payload.Message, out []payload.App) []payload.App {
			a := payload.App{Role: payload.Request, Key: string(m.Payload), AskedByClient: true}
			if !m.FromClient {
				a.Role = payload.Reply
			}
			return append(out, a)
		})
	}}
	last := int64(0)
	r := payload.NewReader(payload.Opening{}, payload.ReaderOptions{Force: p}, func(_ *payload.Message, apps []payload.App) { last = apps[0].ReplyTo })
	const n = 100_000
	for i := range n {
		m := messageOf(i, fmt.Sprintf("> %d", i))
		r.Push(&m)
	}
	for _, q := range []struct {
		key  int
		want int64
	}{{n - 1, n}, {0, 0}} {
		m := messageOf(n, fmt.Sprintf("< %d", q.key))
		if r.Push(&m); last != q.want {
			t.Errorf("the answer to %d is for message %d, want %d", q.key, last, q.want)
		}
	}
}

func TestNamesAreFound(t *testing.T) {
	t.Parallel()
	for _, n := range payload.Names() {
		if p := payload.Find(n); p == nil || p.Evidence == "" || p.Decodes == "" || p.Spec == "" || p.Name == "" {
			t.Errorf("%s: %+v", n, p)
		}
	}
	if payload.Find("") != nil || payload.Find(payload.NoApp) != nil {
		t.Error("found what is no protocol")
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	text := payload.Help(80)
	for _, n := range payload.Names() {
		if !strings.Contains(text, "("+n+")") {
			t.Errorf("%s is not in the help", n)
		}
	}
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}
