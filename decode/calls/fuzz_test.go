package calls_test

import (
	"bytes"
	"testing"

	"github.com/wspeek/wspeek/decode/calls"
	"github.com/wspeek/wspeek/decode/ws"
)

// FuzzEngine takes lines as messages of two sides in turn, whatever they are.
func FuzzEngine(f *testing.F) {
	f.Add([]byte("{\"id\":1,\"method\":\"a\"}\n{\"id\":1}\n{\"id\":2}\n{\"id\":2,\"error\":1}\n{\"id\":3}\n{\"id\":3}"), "json:$.id")
	f.Add([]byte("[2,\"a\",\"Boot\"]\n[3,\"a\"]\n[2,\"b\"]\n[3,\"b\"]\n[2,\"c\"]\n[3,\"c\"]\n[[[[[[["), "json:$[1]")
	f.Add([]byte("{\"type\":\"response.create\"}\n{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"object\":\"response\"}}\n"+
		"{\"type\":\"response.x.text.delta\",\"delta\":\"\\ud800\"}\n{\"type\":\"response.done\",\"response\":{}}"), "json:$.a[0].b=$[\"x y\"]")
	f.Fuzz(func(t *testing.T, text []byte, pair string) {
		var opt calls.Options
		if p, err := calls.ParsePair(pair); err == nil && len(text)%2 == 0 {
			opt.Pair = p
		}
		requests, sent := 0, 0
		e := calls.New(opt, func(c *calls.Call) {
			requests++
			if c.Took < 0 || c.First < 0 || c.Request < 1 || c.Reply != 0 && c.Reply < c.Request || c.HasTook && c.Reply == 0 {
				t.Errorf("%+v", c)
			}
		})
		for line := range bytes.SplitSeq(text, []byte("\n")) {
			sent++
			e.Message(1, &ws.Message{N: sent, Dir: ws.Dir(sent % 2), Opcode: ws.OpText, Len: int64(len(line)), Payload: line}, true)
		}
		e.Finish()
		if requests > sent {
			t.Errorf("%d calls in %d messages", requests, sent)
		}
	})
}
