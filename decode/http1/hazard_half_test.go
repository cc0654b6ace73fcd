package http1

import (
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

func TestHazard_T10_HalfOfTheHandshake(t *testing.T) {
	pend := func(r *recorder) { r.pending = true }
	n := int64(len(switch1))
	runHazards(t, []hazard{
		{"101 missing, then frames", []event{c(upgrade), hole(srv, n), s("\x81\x02hi"), c("CC")}, "request GET /ws | pending GET /ws", "CC", "\x81\x02hi"},
		{"101 missing, client first", []event{c(upgrade), c("CC"), hole(srv, n), s("\x81\x02hi")}, "request GET /ws | pending GET /ws", "CC", "\x81\x02hi"},
		{"100 missing, 101 there", []event{c(upgrade), hole(srv, 25), s(switch1 + "SS"), c("CC")}, "request GET /ws | response 101 to GET /ws", "CC", "SS"},
		{"lost before, 101 there", []event{c(get), hole(srv, 50), s("\x00x"), c(upgrade), c("CC"), s(switch1 + "SS")},
			"request GET /a | not HTTP 1 | request GET /ws | response 101 to GET /ws", "CC", "SS"},
		{"lost before, 101 missing", []event{c(get), s(ok5[:41]), hole(srv, 300), s("\x00x"), c(upgrade), hole(srv, n), c("CC"), s("\x81\x02hi")},
			"request GET /a | response 200 to GET /a | request GET /ws | pending GET /ws", "CC", "\x81\x02hi"},
		{"request missing", []event{hole(cli, 100), s(switch1 + "SS"), c("CC")}, "response 101 to ?", "CC", "SS"},
	}, pend)
}

func TestHazard_T26_OneDirection(t *testing.T) {
	pend := func(r *recorder) { r.pending = true }
	frames := func(n int, at capture.Time) (out []event) {
		for range n {
			out = append(out, event{d: cli, data: "C", ack: 99, at: at})
		}
		return out
	}
	runHazards(t, []hazard{
		{"client only, decided at the end", append([]event{c(upgrade)}, frames(3, 0)...), "request GET /ws | pending GET /ws", "CCC", ""},
		{"client only, nothing held", []event{c(upgrade)}, "request GET /ws", "", ""},
		{"server silent, nothing acknowledged", []event{c(upgrade + "CC")}, "request GET /ws | pending GET /ws", "CC", ""},
		{"server only", []event{{d: srv, data: switch1 + "SS", ack: 9}}, "response 101 to ?", "", "SS"},
	}, pend)
	for _, row := range []struct {
		name   string
		before int
		last   event
	}{
		{"after a second", 3, event{d: cli, data: "L", ack: 99, at: 1e9}},
		{"after 1,000 packets", 1000, event{d: cli, data: "L", ack: 99}},
		{"server's direction ends", 3, event{d: srv, kind: reassembly.CloseFIN}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRecorder()
			r.pending = true
			f := newFeeder(r, Limits{})
			f.play(c(upgrade))
			for _, e := range frames(row.before, 0) {
				f.play(e)
			}
			want(t, r, "request GET /ws")
			f.play(row.last)
			want(t, r, "request GET /ws | pending GET /ws")
			if len(r.got[cli]) < row.before {
				t.Errorf("passed on: got %d bytes, want at least %d", len(r.got[cli]), row.before)
			}
			f.play(c("later"))
			f.end(cli)
			if row.last.kind == 0 {
				f.end(srv)
			}
			f.check(t)
			if r.closes[cli] == 0 || r.closes[srv] == 0 {
				t.Errorf("closes passed on: %v", r.closes)
			}
		})
	}
	t.Run("server's direction told as a gap", func(t *testing.T) {
		r := newRecorder()
		r.pending = true
		f := newFeeder(r, Limits{})
		f.play(c(upgrade))
		f.play(hole(srv, 129))
		want(t, r, "request GET /ws")
		f.play(c("CC"))
		want(t, r, "request GET /ws | pending GET /ws")
		wantPassed(t, r, "CC", "")
		f.end(cli, srv)
		f.check(t)
	})
	t.Run("dropped", func(t *testing.T) {
		r := newRecorder()
		f := run(t, r, append([]event{c(upgrade)}, append(frames(3, 0), c(get))...)...)
		want(t, r, "request GET /ws | pending GET /ws | request GET /a")
		if f.bytes.Undecoded != 3 {
			t.Errorf("undecoded: got %d, want 3", f.bytes.Undecoded)
		}
	})
}
