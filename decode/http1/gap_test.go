package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

func TestGaps(t *testing.T) {
	body := func(n int) string {
		return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", n)
	}
	chunked := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	two := "request GET /a | response 200 to GET /a | request GET /b | response 200 to GET /b"
	runHazards(t, []hazard{
		{"in a body", []event{c(get), s(body(100) + "abc"), hole(srv, 90), s("defghij" + ok5)},
			"request GET /a | response 200 to GET /a | response 200 to ?", "", ""},
		{"in a body, then a request", []event{c(get), s(body(100) + "abc"), hole(srv, 90), s("defghij"), c(get2), s(ok5)}, two, "", ""},
		{"up to the end of a body", []event{c(get), s(body(100)), hole(srv, 100), c(get2), s(ok5)}, two, "", ""},
		{"beyond a body", []event{c(get), s(body(100)), hole(srv, 150), c(get2), s(ok5)}, two, "", ""},
		{"beyond a body, unclear what is answered", []event{c(get), s(body(100)), c(get2), hole(srv, 150), s(ok5)},
			"request GET /a | response 200 to GET /a | request GET /b | response 200 to ?", "", ""},
		{"in a chunk", []event{c(get), s(chunked + "64\r\nabc"), hole(srv, 90), s("defghij\r\n0\r\n\r\n"), c(get2), s(ok5)}, two, "", ""},
		{"up to the end of a chunk", []event{c(get), s(chunked + "64\r\n"), hole(srv, 100), s("\r\n0\r\n\r\n"), c(get2), s(ok5)}, two, "", ""},
		{"beyond a chunk", []event{c(get), s(chunked + "64\r\n"), hole(srv, 101), s("\n0\r\n\r\n"), s("xx"), c(get2), s(ok5)}, two, "", ""},
		{"in a chunk size", []event{c(get), s(chunked + "6"), hole(srv, 1), s("\r\n0\r\n\r\n"), c(get2), s(ok5)}, two, "", ""},
		{"in a trailer", []event{c(get), s(chunked + "0\r\nA: "), hole(srv, 1), s("\r\n\r\n"), c(get2), s(ok5)}, two, "", ""},
		{"whole response", []event{c(get), hole(srv, int64(len(ok5))), c(get2), s(ok5)},
			"request GET /a | request GET /b | response 200 to GET /b", "", ""},
		{"whole request", []event{hole(cli, int64(len(get))), s(ok5), c(get2), s(ok5)},
			"response 200 to ? | request GET /b | response 200 to GET /b", "", ""},
		{"between requests", []event{c(get), hole(cli, 99), c(get2), s(ok5), s(ok5)},
			"request GET /a | request GET /b | response 200 to GET /a | response 200 to ?", "", ""},
		{"in a start line", []event{c(get), s("HTTP/1."), hole(srv, 50), s(ok5)},
			"request GET /a | not HTTP 1 | response 200 to ?", "", ""},
		{"found again only where a segment begins", []event{c(get), s(chunked + "6"), hole(srv, 1), s("xx" + ok5), s(switch1[:8]), s(switch1[8:] + "SS")},
			"request GET /a | response 200 to GET /a | response 101 to ?", "", "SS"},
		{"404 in the lost part of an upgrade's answer", []event{c(upgrade), hole(srv, 50), s("<html>"), c(get), s(ok5)},
			"request GET /ws | pending GET /ws | request GET /a | response 200 to GET /a", "", ""},
		{"upgrade's body with a gap", []event{c(upgrade[:len(upgrade)-2] + "Content-Length: 9\r\n\r\n12"), hole(cli, 7), c("CC"), s(switch1)},
			"request GET /ws | response 101 to GET /ws", "CC", ""},
		{"upgrade's body with a gap into the frames", []event{c(upgrade[:len(upgrade)-2] + "Content-Length: 9\r\n\r\n12"), hole(cli, 10), c("CC"), s(switch1)},
			"request GET /ws | response 101 to GET /ws", "CC", ""},
	}, nil)
}

func TestPartial(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		events []event
		want   string
		fields string
		cli    string
		srv    string
	}{
		{"request", []event{c(upgrade[:60]), hole(cli, 30), c("CC"), s(switch1 + "SS")},
			"request GET /ws | response 101 to GET /ws", "[{Host h} {Upgrade websocket}]", "CC", "SS"},
		{"request, not an upgrade", []event{c(get[:25]), hole(cli, 30), c("xx"), c(get2)}, "request GET /a | request GET /b", "[]", "", ""},
		{"request, refused", []event{c(upgrade[:60]), hole(cli, 30), c("xx"), c(get2), s("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")},
			"request GET /ws | response 403 to GET /ws | request GET /b", "[{Host h} {Upgrade websocket}]", "", ""},
		{"request, capture ends", []event{c(upgrade[:60])}, "request GET /ws", "[{Host h} {Upgrade websocket}]", "", ""},
		{"request line only", []event{c("GET /x HTTP/1.1\r\nHos")}, "request GET /x", "[]", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			run(t, r, row.events...)
			want(t, r, row.want)
			wantPassed(t, r, row.cli, row.srv)
			if got := fmt.Sprint(r.req[0].Headers); got != row.fields || !r.req[0].Partial {
				t.Errorf("got %s, partial %v, want %s", got, r.req[0].Partial, row.fields)
			}
		})
	}
	t.Run("response", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		run(t, r, c(upgrade), s(switch1[:60]), hole(srv, 40), s("SS"), c("CC"))
		want(t, r, "request GET /ws | response 101 to GET /ws")
		wantPassed(t, r, "CC", "SS")
		if p := r.resp[0]; !p.Partial || p.Len != 60 || r.gaps != 40 || r.first[srv] != 60 {
			t.Errorf("partial %v, length %d, gap passed on %d, from %d", p.Partial, p.Len, r.gaps, r.first[srv])
		}
	})
	t.Run("status line only", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		run(t, r, c(get), s("HTTP/1.1 404 Not F"))
		want(t, r, "request GET /a | response 404 to GET /a")
		if p := r.resp[0]; !p.Partial || p.Reason != "Not F" {
			t.Errorf("partial %v, reason %q", p.Partial, p.Reason)
		}
	})
}

func TestHazard_T3_Conflicts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		at       int // before which event
		d        reassembly.Dir
		off      int64
		req, rsp bool
		next     string
	}{
		{"before the request", 0, cli, 5, true, false, "[]"},
		{"within the request", 1, cli, 5, true, false, "[]"},
		{"within the request, ahead", 1, cli, 30, true, false, "[]"},
		{"after the request", 2, cli, 5, true, false, "[]"},
		{"ahead, in the frames", 0, cli, int64(len(upgrade)) + 1, false, false, "[0:%d+2]"},
		{"in the frames that are held", 3, cli, int64(len(upgrade)) + 1, false, false, "[0:%d+2]"},
		{"in the response", 3, srv, 20, false, true, "[]"},
		{"in the server's frames, ahead", 0, srv, int64(len(switch1)), false, false, "[1:%d+2]"},
		{"after the takeover", 5, srv, 3, false, false, "[1:%d+2]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			f := newFeeder(r, Limits{})
			for i, e := range []event{c(upgrade[:20]), c(upgrade[20:]), c("CCCCCC"), s(switch1[:30]), s(switch1[30:] + "SSSS"), c("X")} {
				if i == row.at {
					f.c.Conflict(row.d, row.off, 2)
				}
				f.play(e)
			}
			f.end(cli, srv)
			f.check(t)
			if r.req[0].Conflict != row.req || r.resp[0].Conflict != row.rsp {
				t.Errorf("conflict: request %v, response %v, want %v, %v", r.req[0].Conflict, r.resp[0].Conflict, row.req, row.rsp)
			}
			next := row.next
			if strings.Contains(next, "%") {
				next = fmt.Sprintf(next, row.off)
			}
			if got := fmt.Sprint(r.conflicts); got != next {
				t.Errorf("passed on: got %s, want %s", got, next)
			}
		})
	}
	t.Run("reaching over the end of the handshake", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		f := newFeeder(r, Limits{})
		f.c.Conflict(srv, int64(len(switch1))-1, 3)
		for range 1000 {
			f.c.Conflict(cli, 1<<40, 1) // bounded
		}
		f.play(c(upgrade))
		f.play(s(switch1 + "SS"))
		if w := fmt.Sprintf("1:%d+2", len(switch1)); len(r.conflicts) == 0 || r.conflicts[len(r.conflicts)-1] != w || !r.resp[0].Conflict {
			t.Errorf("passed on: got %v, want the last to be %s; response %v", r.conflicts, w, r.resp[0].Conflict)
		}
		if len(r.conflicts) > maxDoubts+1 {
			t.Errorf("%d conflicts were remembered", len(r.conflicts))
		}
	})
}

func TestNotHTTPTaken(t *testing.T) {
	guess := func(r *recorder) { r.notHTTP = true }
	runHazards(t, []hazard{
		{"client's first", []event{c("\x81\x82\x01\x02\x03\x04xx"), s("\x81\x01y")}, "not HTTP 0", "\x81\x82\x01\x02\x03\x04xx", "\x81\x01y"},
		{"decided late", []event{c("GET "), s("AB"), c("/x\x01")}, "not HTTP 0", "GET /x\x01", "AB"},
		{"behind a gap", []event{hole(cli, 500), c("\x81\x01y")}, "not HTTP 0", "\x81\x01y", ""},
		{"server in a body", []event{c(get), s(ok5[:41]), c("\x00CC"), s(ok5[41:] + "SS")}, "request GET /a | response 200 to GET /a", "", ""},
		{"gap in the rest of a body", []event{{d: srv, data: ok5[:41], ack: nothing}, c("\x00CC"), hole(srv, 3), s("SS")}, "response 200 to ? | not HTTP 0", "\x00CC", "SS"},
		{"broken chunk after it", []event{{d: srv, data: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ack: nothing}, c("\x00CC"), s("5\r\nhelloSS")}, "response 200 to ? | not HTTP 0", "\x00CC", "SS"},
		{"never decided", []event{c("GET ")}, "not HTTP 0", "GET ", ""},
		{"request, then foreign answer", []event{c(get), s("SSH-\r\n"), c("CC")}, "request GET /a | not HTTP 1", "CC", "SSH-\r\n"},
	}, guess)
}
