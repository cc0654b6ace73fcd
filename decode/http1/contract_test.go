package http1

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// passing is a Sink that passes a connection on to next after an upgrade or CONNECT.
type passing struct {
	*recorder
	next reassembly.Handler
}

func (p *passing) Response(q *Request, s *Response) reassembly.Handler {
	if p.recorder.Response(q, s) != nil {
		return p.next
	}
	return nil
}

func (p *passing) Pending(q *Request) reassembly.Handler {
	if p.recorder.Pending(q) != nil {
		return p.next
	}
	return nil
}

func (p *passing) NotHTTP(d reassembly.Dir) reassembly.Handler {
	if p.recorder.NotHTTP(d) != nil {
		return p.next
	}
	return nil
}

// TestHandlerContract: what http1 passes on after a change of protocol keeps the contract of reassembly.Handler,
// however the input is cut.
func TestHandlerContract(t *testing.T) {
	t.Parallel()
	fin := reassembly.CloseFIN
	tests := map[string]struct {
		script *handlertest.Script
		want   [2]string
	}{
		"upgrade":            {new(handlertest.Script).Send(cli, upgrade).Send(srv, switch1+"SS").Send(cli, "CC").End(srv, fin), [2]string{"CC", "SS"}},
		"frames too early":   {new(handlertest.Script).Send(cli, upgrade+"CC").Send(srv, switch1).Send(srv, "SS").End(cli, fin), [2]string{"CC", "SS"}},
		"after keep-alive":   {new(handlertest.Script).Send(cli, get).Send(srv, ok5).Send(cli, upgrade).Send(srv, switch1+"SS").Send(cli, "CC").End(cli, fin), [2]string{"CC", "SS"}},
		"with a body":        {new(handlertest.Script).Send(cli, upgrade[:len(upgrade)-2]+"Content-Length: 4\r\n\r\n12").Send(srv, switch1+"SS").Send(cli, "34CC").End(cli, fin), [2]string{"CC", "SS"}},
		"CONNECT":            {new(handlertest.Script).Send(cli, "CONNECT h:1 HTTP/1.1\r\n\r\n").Send(srv, "HTTP/1.1 200 OK\r\n\r\n").Send(cli, "CC").Send(srv, "SS").End(srv, fin), [2]string{"CC", "SS"}},
		"gaps in the frames": {new(handlertest.Script).Send(cli, upgrade).Send(srv, switch1).Lose(srv, 3).Send(srv, "SS").Lose(cli, 2).Send(cli, "CC").Lose(cli, 1).End(cli, fin), [2]string{"??CC?", "???SS"}},
		"conflicts":          {new(handlertest.Script).Send(cli, upgrade+"CC").Differ(cli, 4).Send(srv, switch1+"SS").Differ(srv, 1).End(cli, fin), [2]string{"CC", "SS"}},
		"answer lost":        {new(handlertest.Script).Send(cli, upgrade).Lose(srv, 90).Send(cli, "CC").Send(srv, "\x81\x02SS").Send(cli, "CC").End(cli, fin), [2]string{"CCCC", "\x81\x02SS"}},
		"refused":            {new(handlertest.Script).Send(cli, upgrade).Send(srv, ok5).Send(cli, get).Send(srv, ok5).End(cli, fin), [2]string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := handlertest.Run(t, tt.script.Calls, func(next reassembly.Handler) (reassembly.Handler, func() string) {
				r, b := newRecorder(), new(reassembly.Bytes)
				r.pending = true
				return New(&passing{r, next}, Limits{}, b), func() string { return fmt.Sprintf("%q %+v", r.log, *b) }
			})
			for d := range tt.want {
				if got := string(k.Bytes(reassembly.Dir(d), '?')); got != tt.want[d] {
					t.Errorf("direction %d: passed on %q, want %q", d, got, tt.want[d])
				}
			}
		})
	}
}
