package stack

import (
	"fmt"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// TestHandlerContract_SOCKS: what comes out of a SOCKS5 tunnel keeps the contract of reassembly.Handler, however the
// input is cut.
func TestHandlerContract_SOCKS(t *testing.T) {
	t.Parallel()
	const (
		client, server = reassembly.Fwd, reassembly.Rev
		hello, choice  = "\x05\x01\x00", "\x05\x00"
		request        = "\x05\x01\x00\x03\x01h\x00\x50"
		reply          = "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
		login          = "\x01\x01u\x01p"
	)
	fin := reassembly.CloseFIN
	tests := map[string]struct {
		script *handlertest.Script
		want   [2]string
	}{
		"one step after the other": {new(handlertest.Script).Send(client, hello).Send(server, choice).Send(client, request).Send(server, reply).
			Send(client, "CC").Send(server, "SS").End(client, fin), [2]string{"CC", "SS"}},
		"with a password": {new(handlertest.Script).Send(client, "\x05\x01\x02").Send(server, "\x05\x02").Send(client, login).Send(server, "\x01\x00").
			Send(client, request+"CC").Send(server, reply+"SS").End(server, fin), [2]string{"CC", "SS"}},
		"data before the reply": {new(handlertest.Script).Send(client, hello+request+"CC").Send(server, choice+reply+"SS").Send(client, "DD").
			End(client, fin), [2]string{"CCDD", "SS"}},
		"gaps and conflicts": {new(handlertest.Script).Send(client, hello).Send(server, choice).Send(client, request).Send(server, reply).
			Lose(server, 2).Send(client, "CC").Differ(client, 1).Send(server, "SS").Lose(client, 3).End(client, fin), [2]string{"CC???", "??SS"}},
		"refused": {new(handlertest.Script).Send(client, hello).Send(server, "\x05\xff").Send(client, request+"CC").Send(server, "SS").
			End(client, fin), [2]string{}},
		"not SOCKS after all": {new(handlertest.Script).Send(client, hello).Send(server, choice).Send(client, "GET / ").Send(server, "SS").
			End(client, fin), [2]string{}},
		"closed early": {new(handlertest.Script).Send(client, hello+request+"CC").Send(server, choice).End(client, fin), [2]string{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := handlertest.Run(t, tt.script.Calls, func(next reassembly.Handler) (reassembly.Handler, func() string) {
				d := NewDecoder(decode.Options{})
				s := newSOCKS(&sniffer{carrier: newCarrier(&conn{d: d}, 0, nil)}, client)
				target := ""
				s.open = func(tun *decode.Tunnel) reassembly.Handler { target = tun.Target; return next }
				return s, func() string { return fmt.Sprintf("%s %+v", target, d.bytes) }
			})
			for d := range tt.want {
				if got := string(k.Bytes(reassembly.Dir(d), '?')); got != tt.want[d] {
					t.Errorf("direction %d: passed on %q, want %q", d, got, tt.want[d])
				}
			}
		})
	}
}
