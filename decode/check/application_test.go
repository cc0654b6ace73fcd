package check_test

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

const (
	polledOpen = `0{"sid":"S","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}`
	polling    = "/socket.io/?EIO=4&transport=polling"
)

// follow gives a Run the events of one session, and returns its report. Messages are "> text" and "< text", ten seconds apart.
func follow(t *testing.T, run *check.Run, path string, lost int64, polls []*decode.Poll, lines ...string) *check.Report {
	t.Helper()
	var b decode.Batch
	ref := &decode.SessionRef{N: 1}
	for _, p := range polls {
		b.AddPoll(decode.Event{}, p)
	}
	info := decode.Session{N: 1, Path: path, HandshakeSeen: true, HasOpened: true, Opened: 1, Missing: lost, State: decode.Open}
	open := info
	b.AddSession(decode.Event{Session: ref}, &open)
	var at ws.Stamp
	for i, l := range lines {
		at = ws.Stamp{Packet: i + 1, Time: capture.Time(i+1) * 10e9}
		m := &ws.Message{N: i + 1, Opcode: ws.OpText, Start: at, Last: at, Frames: 1, Payload: []byte(l[2:]), Len: int64(len(l) - 2)}
		if l[0] == '<' {
			m.Dir = ws.S2C
		}
		b.AddMessage(decode.Event{Session: ref}, m)
	}
	info.TCP = &decode.TCP{Last: ws.Stamp{Packet: 99, Time: at.Time + 10e9}}
	info.TCP.Stats[0].Segments, info.TCP.Stats[1].Segments, info.Last = 1, 1, 99
	b.AddSession(decode.Event{Session: ref}, &info)
	for i := range b.Events {
		if r := run.Apply(&b, &b.Events[i]); r != nil {
			return r
		}
	}
	t.Fatal("no report")
	return nil
}

func TestRun_Applications(t *testing.T) {
	t.Parallel()
	open := &decode.Poll{Dir: ws.S2C, Target: polling, Body: []byte(polledOpen)}
	cut := *open
	cut.Cut = true
	const upgraded = "/socket.io/?EIO=4&transport=websocket&sid=S"
	for _, row := range []struct {
		name  string
		apps  *payload.ReaderOptions
		path  string
		lost  int64
		polls []*decode.Poll
		lines []string
		want  string
	}{
		{"a request without an answer", &payload.ReaderOptions{}, "/", 0, nil, []string{`> {"jsonrpc":"2.0","id":1,"method":"a"}`}, "app.unanswered c2s"},
		{"nobody asks", nil, "/", 0, nil, []string{`> {"jsonrpc":"2.0","id":1,"method":"a"}`}, ""},
		{"bytes are missing", &payload.ReaderOptions{}, "/", 10, nil, []string{`> {"jsonrpc":"2.0","id":1,"method":"a"}`}, ""},
		{"promised by polling, and kept", &payload.ReaderOptions{}, upgraded, 0, []*decode.Poll{open},
			[]string{"> 2probe", "< 3probe", "> 5", "< 2", "> 3"}, ""},
		{"promised by polling, and not kept", &payload.ReaderOptions{}, upgraded, 0, []*decode.Poll{open},
			[]string{"> 2probe", "> 5", `> 42["a"]`, `> 42["a"]`, `> 42["a"]`, `> 42["a"]`, `> 42["a"]`}, "app.engine-heartbeat s2c"},
		{"not all of the promise was captured", &payload.ReaderOptions{}, upgraded, 0, []*decode.Poll{&cut},
			[]string{"> 2probe", "> 5", `> 42["a"]`, `> 42["a"]`, `> 42["a"]`, `> 42["a"]`, `> 42["a"]`}, ""},
		{"an acknowledgement of what was polled", &payload.ReaderOptions{}, upgraded, 0, []*decode.Poll{open}, []string{"> 2probe", "< 3probe", "> 5", "< 430[]"}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := follow(t, &check.Run{Apps: row.apps}, row.path, row.lost, row.polls, row.lines...)
			if got := rules(r); got != row.want {
				t.Errorf("got %q, want %q: %+v", got, row.want, r.Findings)
			}
			if row.want != "" && !strings.Contains(string(check.AppendJSON(nil, r, "")), `"verdict"`) {
				t.Error("no verdict")
			}
		})
	}
}
