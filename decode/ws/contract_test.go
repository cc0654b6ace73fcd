package ws

import (
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
	"github.com/wspeek/wspeek/reassembly/handlertest"
)

// TestHandlerContract: what a Conn reports does not depend on how its input is cut. After a gap over a header it may: the
// search for a boundary takes the start of a chunk, which is that of a segment, for evidence.
func TestHandlerContract(t *testing.T) {
	t.Parallel()
	const (
		c2s, s2c = reassembly.Fwd, reassembly.Rev
		masked   = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
		hello    = "\x81\x05Hello"
		parts    = "\x01\x03Hel\x89\x00\x80\x02lo"
		deflated = "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"
	)
	fin := reassembly.CloseFIN
	tests := map[string]struct {
		cfg    Config
		script *handlertest.Script
		want   string
	}{
		"both directions":   {Config{}, new(handlertest.Script).Send(c2s, masked+masked).Send(s2c, parts).Send(s2c, hello).End(c2s, fin), "message"},
		"compressed":        {Config{Deflate: &Deflate{}}, new(handlertest.Script).Send(s2c, deflated+deflated).End(c2s, fin), "message"},
		"gap in a payload":  {Config{}, new(handlertest.Script).Send(s2c, "\x81\x05He").Lose(s2c, 2).Send(s2c, "o"+hello).End(s2c, fin), "partial"},
		"conflict":          {Config{}, new(handlertest.Script).Send(s2c, hello+hello).Differ(s2c, 3).Send(s2c, hello).End(s2c, fin), "amend 2 conflict"},
		"cut off":           {Config{}, new(handlertest.Script).Send(s2c, "\x01\x03Hel\x80\x05lo").End(s2c, fin), "unfinished"},
		"an unknown opcode": {Config{}, new(handlertest.Script).Send(s2c, "\x83\x01x"+hello).End(s2c, fin), "message"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log string
			handlertest.Run(t, tt.script.Calls, func(reassembly.Handler) (reassembly.Handler, func() string) {
				r, cfg := &recorder{}, tt.cfg
				cfg.Keep, cfg.Frames, cfg.Pool, cfg.Bytes = true, true, NewPool(), &reassembly.Bytes{}
				return New(cfg, r), func() string { log = strings.Join(r.log, "\n"); return log }
			})
			if !strings.Contains(log, tt.want) {
				t.Errorf("reported:\n%s\nwant %q in it", log, tt.want)
			}
		})
	}
}
