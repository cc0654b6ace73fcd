package apps_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// talk feeds a Stream with the events that lines stand for: "1>text" and "1<text" are messages of session 1, "1open", "1end",
// "1ping"; each is in a batch of its own that is destroyed after the call.
type talk struct {
	s    *apps.Stream
	refs map[int]*decode.SessionRef
	n    map[int]int
	got  []string
	stop int
}

var errStop = errors.New("stop")

func newTalk(opt payload.ReaderOptions) *talk {
	k := &talk{refs: map[int]*decode.SessionRef{}, n: map[int]int{}}
	k.s = apps.NewStream(opt, func(b *decode.Batch, e *decode.Event, said []payload.App) error {
		line := fmt.Sprintf("%d", e.Session.N)
		switch e.Kind {
		case decode.KindSession:
			line += " session"
		case decode.KindMessage:
			m := b.Message(e)
			line += fmt.Sprintf(":%d %s", m.N, m.Payload)
			for _, a := range said {
				line += " " + a.Event
				if a.ReplyTo > 0 {
					line += fmt.Sprint(a.ReplyTo)
				}
			}
		}
		if k.got = append(k.got, line); len(k.got) == k.stop {
			return errStop
		}
		return nil
	})
	return k
}

func (k *talk) say(lines ...string) (err error) {
	for _, l := range lines {
		n := int(l[0] - '0')
		if k.refs[n] == nil {
			k.refs[n] = &decode.SessionRef{N: n}
		}
		b, e := &decode.Batch{}, decode.Event{Session: k.refs[n]}
		var p []byte
		switch what := l[1:]; what {
		case "open", "end":
			b.AddSession(e, &decode.Session{N: n, HasEnded: what == "end"})
		default:
			k.n[n]++
			p = []byte(what[1:])
			m := &ws.Message{N: k.n[n], Opcode: ws.OpText, Payload: p, Len: int64(len(p)), Last: ws.Stamp{Time: capture.Time(k.n[n])}}
			if what[0] == '<' {
				m.Dir = ws.S2C
			}
			if what == "ping" {
				m.Opcode = ws.OpPing
			}
			b.AddMessage(e, m)
		}
		if err = k.s.Visit(b, &b.Events[0]); err != nil {
			return err
		}
		for i := range p { // the batch is used again
			p[i] = '#'
		}
		*b = decode.Batch{}
	}
	return nil
}

const (
	ask    = `1>{"jsonrpc":"2.0","method":"a","id":1}`
	answer = `1<{"jsonrpc":"2.0","result":1,"id":1}`
)

func TestStream_KeepsTheOrder(t *testing.T) {
	t.Parallel()
	k := newTalk(payload.ReaderOptions{})
	if err := k.say("1open", `1>{"hello":1}`, "2open", "1ping", `2>{"jsonrpc":"2.0","method":"b","id":1}`); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1 session"}; !slices.Equal(k.got, want) {
		t.Errorf("while session 1 is not known: %q, want %q", k.got, want)
	}
	if err := k.say(ask, answer); err != nil {
		t.Fatal(err)
	}
	want := []string{"1 session", `1:1 {"hello":1}`, "2 session", "1:2 ing", `2:1 {"jsonrpc":"2.0","method":"b","id":1} request`,
		"1:3 " + ask[2:] + " request", "1:4 " + answer[2:] + " response3"}
	if !slices.Equal(k.got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(k.got, "\n"), strings.Join(want, "\n"))
	}
}

func TestStream_SettlesAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		end  func(*talk) error
	}{
		{"of the session", func(k *talk) error { return k.say("1end") }},
		{"of the run", func(k *talk) error { return k.s.Settle() }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(payload.ReaderOptions{})
			if err := errors.Join(k.say("1open", "1>{}", "1<{}"), row.end(k)); err != nil {
				t.Fatal(err)
			}
			if len(k.got) < 3 || k.got[1] != "1:1 {}" || k.got[2] != "1:2 {}" {
				t.Errorf("got %q", k.got)
			}
		})
	}
}

func TestStream_WaitsForAFewEventsOnly(t *testing.T) {
	t.Parallel()
	k := newTalk(payload.ReaderOptions{})
	if err := k.say("1open", "1>{}", "2open"); err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		if err := k.say("2ping"); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.got) < 1000 {
		t.Errorf("%d of 10000 events were passed on", len(k.got))
	}
}

func TestStream_TheErrorOfTheVisitor(t *testing.T) {
	t.Parallel()
	k := newTalk(payload.ReaderOptions{})
	k.stop = 2
	if err := k.say("1open", "1>{}", ask, answer); !errors.Is(err, errStop) || len(k.got) != 2 {
		t.Errorf("error %v after %q", err, k.got)
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	o := apps.Opening(&decode.Session{Subprotocol: "mqtt", Path: "/x?y", RequestHeaders: []http1.Header{
		{Name: "sec-websocket-protocol", Value: "mqtt, mqttv3.1"}, {Name: "Host", Value: "h"}}})
	if o.Token != "mqtt" || o.Target != "/x?y" || !slices.Equal(o.Asked, []string{"mqtt", "mqttv3.1"}) {
		t.Errorf("got %+v", o)
	}
}
