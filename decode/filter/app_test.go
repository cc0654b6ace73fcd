package filter_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

func TestMatch_App(t *testing.T) {
	t.Parallel()
	two := []payload.App{
		{Protocol: "json-rpc", Event: "request", Name: "add", ID: "7", Args: json.RawMessage(`{"list":[{"n":1},{"n":5}],"who":"ann"}`)},
		{Protocol: "json-rpc", Event: "response", ID: "8", ReplyTo: 3, Took: 2500 * time.Millisecond, Error: true, Topic: "t", Namespace: "/a", Args: []any{"x", int64(4)}},
	}
	for _, row := range []struct {
		expr string
		want bool
	}{
		{"app.protocol", true}, {"app.protocol == json-rpc", true}, {"app.protocol != json-rpc", false},
		{"app.event == response", true}, {"app.event != response", false}, {"app.event ~= response", true}, {"app.event in {request, x}", true},
		{"app.name contains dd", true}, {"app.name", true}, {"app.name matches ^a", true}, {"app.name == sub", false},
		{"app.id == 8", true}, {"app.topic == t", true}, {"app.namespace == /a", true},
		{"app.error", true}, {"!app.error", false}, {"app.error == no", true}, {"app.heartbeat", false}, {"app.heartbeat == no", true},
		{"app.rtt > 2", true}, {"app.rtt > 3", false}, {"app.rtt", true}, {"app.rtt == 2.5", true},
		{"app.args.list[1].n == 5", true}, {"app.args.list[*].n > 5", false}, {"app.args.list[*].n > 4", true}, {"app.args.who == ann", true},
		{"app.args[0] == x", true}, {"app.args[1] == 4", true}, {"app.args[9]", false}, {"app.args.who", true}, {"app.args.nobody", false},
	} {
		f, err := filter.Compile(row.expr)
		if err != nil {
			t.Errorf("%s: %v", row.expr, err)
			continue
		}
		r := filter.Row{Session: &decode.Session{}, Message: &ws.Message{Opcode: ws.OpText}, Apps: func() []payload.App { return two }}
		if got := f.Match(&r); got != row.want || !f.Needs().App {
			t.Errorf("%s: %v, want %v; needs %+v", row.expr, got, row.want, f.Needs())
		}
		if r.Apps = nil; row.expr == "app.protocol" && f.Match(&r) {
			t.Errorf("%s is there where nothing is said", row.expr)
		}
	}
}

func TestStream_Reading(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		expr string
		want int
	}{{"app.name == add", 1}, {"app.rtt", 1}, {"ws.dir == c2s", 1}} {
		f, err := filter.Compile(row.expr)
		if err != nil {
			t.Fatal(err)
		}
		s, err := filter.NewStream(f, filter.Messages)
		if err != nil {
			t.Fatal(err)
		}
		passed := 0
		visit, settle := s.Reading(payload.ReaderOptions{}, func(b *decode.Batch, e *decode.Event) error {
			if s.Match(b, e) {
				passed++
			}
			return nil
		})
		ref := &decode.SessionRef{N: 1}
		for i, text := range []string{`{"jsonrpc":"2.0","method":"add","id":1}`, `{"jsonrpc":"2.0","result":1,"id":1}`} {
			b := &decode.Batch{}
			b.AddMessage(decode.Event{Session: ref}, &ws.Message{N: i + 1, Dir: ws.Dir(i), Opcode: ws.OpText, Payload: []byte(text), Len: int64(len(text))})
			if err := visit(b, &b.Events[0]); err != nil {
				t.Fatal(err)
			}
		}
		if err := settle(); err != nil || passed != row.want {
			t.Errorf("%s: %d messages pass, want %d; %v", row.expr, passed, row.want, err)
		}
	}
}
