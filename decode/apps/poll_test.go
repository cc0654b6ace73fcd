package apps_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/apps"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// polls feeds a Stream with bodies, of the client where they start with >, and says which session they are told for.
type polls struct {
	s   *apps.Stream
	got []string
}

func newPolls() *polls {
	p := &polls{}
	p.s = apps.NewStream(payload.ReaderOptions{}, func(b *decode.Batch, e *decode.Event, said []payload.App) error {
		if e.Kind == decode.KindPoll {
			of := p.s.Polling()
			p.got = append(p.got, fmt.Sprintf("%s %d: %s (%d)", of.SID, of.Session, b.Poll(e).Body, len(said)))
		}
		return nil
	})
	return p
}

func (p *polls) say(t *testing.T, sid, body, coding string) {
	t.Helper()
	poll := &decode.Poll{Dir: ws.S2C, Target: "/socket.io/?EIO=4&transport=polling" + sid, Body: []byte(body[1:]), Coding: coding, Cut: body[0] == '!'}
	if body[0] == '>' {
		poll.Dir = ws.C2S
	}
	var b decode.Batch
	b.AddPoll(decode.Event{Stream: &decode.Stream{}}, poll)
	if err := p.s.Visit(&b, &b.Events[0]); err != nil {
		t.Fatal(err)
	}
}

func TestStream_Polls(t *testing.T) {
	t.Parallel()
	p := newPolls()
	p.say(t, "", `<0{"sid":"S"}`, "")
	p.say(t, "&sid=S", `>40`, "")
	p.say(t, "&sid=S", `<40{"sid":"x"}`+"\x1e"+`42["hi"]`, "")
	var b decode.Batch
	b.AddSession(decode.Event{Session: &decode.SessionRef{N: 7}}, &decode.Session{N: 7, Path: "/socket.io/?EIO=4&transport=websocket&sid=S"})
	if err := p.s.Visit(&b, &b.Events[0]); err != nil {
		t.Fatal(err)
	}
	p.say(t, "&sid=S", `<6`, "")
	p.say(t, "&sid=T", `<2`, "")
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(`42["packed"]`)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	p.say(t, "&sid=S", "<"+z.String(), "gzip")
	p.say(t, "&sid=S", "!"+z.String()[:20], "gzip")
	p.say(t, "", "<what is this", "")
	for i, want := range []string{"S 0: 0{", "S 0: 40", "S 0: 40{", "S 7: 6", "T 0: 2", "S 7: \x1f\x8b", "S 7: \x1f\x8b", " 0: what"} {
		if i >= len(p.got) || !strings.HasPrefix(p.got[i], want) {
			t.Errorf("%d: got %q, want %q", i, p.got, want)
		}
	}
}

// However many sessions are polled, few are remembered.
func TestStream_PollsOfManySessions(t *testing.T) {
	t.Parallel()
	p := newPolls()
	for i := range 5000 {
		p.say(t, fmt.Sprintf("&sid=%d", i), ">2", "")
	}
	if len(p.got) != 5000 || !slices.Contains(p.got, "4999 0: 2 (0)") && !slices.Contains(p.got, "4999 0: 2 (1)") {
		t.Errorf("%d bodies, the last %q", len(p.got), p.got[len(p.got)-1])
	}
}

// What JSONP polls is read as what it has inside.
func TestStream_PollsByJSONP(t *testing.T) {
	t.Parallel()
	p := newPolls()
	p.say(t, "&j=0", `<___eio[0]("0{\"sid\":\"S\"}");`, "")
	p.say(t, "&j=0&sid=S", `>d=40`, "")
	p.say(t, "&j=0&sid=S", `<ok`, "")
	p.say(t, "&j=0&sid=S", `!___eio[0]("2:4`, "")
	want := []string{`S 0: ___eio[0]("0{\"sid\":\"S\"}"); (1)`, "S 0: d=40 (1)", "S 0: ok (0)", `S 0: ___eio[0]("2:4 (0)`}
	for i := range want {
		if i >= len(p.got) || !strings.HasSuffix(p.got[i], want[i][1:]) {
			t.Errorf("%d: got %q, want %q", i, p.got, want[i])
		}
	}
}
