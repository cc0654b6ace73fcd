package http1

import "testing"

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
