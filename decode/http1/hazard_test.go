package http1

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/reassembly"
)

type hazard struct {
	name   string
	events []event
	want   string
	cli    string
	srv    string
}

func runHazards(t *testing.T, rows []hazard, set func(*recorder)) {
	t.Helper()
	t.Parallel()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			if set != nil {
				set(r)
			}
			run(t, r, row.events...)
			want(t, r, row.want)
			wantPassed(t, r, row.cli, row.srv)
		})
	}
}

func TestHazard_H6_Refused(t *testing.T) {
	var rows []hazard
	for _, status := range []int{200, 302, 400, 401, 403, 426, 503} {
		rows = append(rows, hazard{
			name:   fmt.Sprint(status),
			events: []event{c(upgrade), s(fmt.Sprintf("HTTP/1.1 %d X\r\nSec-WebSocket-Version: 13\r\nContent-Length: 4\r\n\r\nBODY", status))},
			want:   fmt.Sprintf("request GET /ws | response %d to GET /ws", status),
		})
	}
	runHazards(t, rows, nil)
}

func TestHazard_H7_OtherProtocol(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	r.take = func(*Request, *Response) bool { return false }
	h2 := "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	f := run(t, r, c(upgrade), s("HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), c(h2), s("\x00\x00\x00\x04\x00"))
	want(t, r, "request GET /ws | response 101 to GET /ws")
	if f.bytes.Undecoded != int64(len(h2)+5) {
		t.Errorf("undecoded: got %d, want %d", f.bytes.Undecoded, len(h2)+5)
	}
}

func TestHazard_H8_Interim(t *testing.T) {
	post := "POST /ws HTTP/1.1\r\nUpgrade: websocket\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
	runHazards(t, []hazard{
		{"100 then 101", []event{c(post), s("HTTP/1.1 100 Continue\r\n\r\n"), c("BODY"), s(switch1 + "SS"), c("CC")},
			"request POST /ws | response 100 to POST /ws | response 101 to POST /ws", "CC", "SS"},
		{"103 then 101 in a segment", []event{c(upgrade), s("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + switch1 + "SS")},
			"request GET /ws | response 103 to GET /ws | response 101 to GET /ws", "", "SS"},
		{"interim ones do not answer", []event{c(get + get2), s("HTTP/1.1 102 Processing\r\n\r\n" + ok5 + "HTTP/1.1 103 E\r\n\r\n" + ok5)},
			"request GET /a | request GET /b | response 102 to GET /a | response 200 to GET /a | response 103 to GET /b | response 200 to GET /b", "", ""},
	}, nil)
}

func TestHazard_H9_Pipelined(t *testing.T) {
	runHazards(t, []hazard{
		{"two requests before the upgrade", []event{c(get + get2 + upgrade + "CC"), s(ok5), s(ok5 + switch1 + "SS")},
			"request GET /a | request GET /b | request GET /ws | response 200 to GET /a | response 200 to GET /b | response 101 to GET /ws", "CC", "SS"},
		{"keep-alive before the upgrade", []event{c(get), s(ok5), c(upgrade), s(switch1 + "SS"), c("CC")},
			"request GET /a | response 200 to GET /a | request GET /ws | response 101 to GET /ws", "CC", "SS"},
	}, nil)
}

func TestHazard_H10_FramesBeforeResponse(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	run(t, r, c(upgrade+"aa"), c("bb"), hole(cli, 3), c("cc"), s(switch1))
	want(t, r, "request GET /ws | response 101 to GET /ws")
	wantPassed(t, r, "aabbcc", "")
	if r.first[cli] != int64(len(upgrade)) || r.gaps != 3 {
		t.Errorf("passed on: from %d with %d missing, want from %d with 3", r.first[cli], r.gaps, len(upgrade))
	}
	if got := fmt.Sprint(r.packets[cli]); got != "[1 1 2 2 3 3]" {
		t.Errorf("packets of the bytes passed on: got %s, want [1 1 2 2 3 3]", got)
	}
}

func TestHazard_H11_FramesBehindResponse(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	run(t, r, c(upgrade), s(switch1[:40]), s(switch1[40:]+"SS"), s("TT"))
	wantPassed(t, r, "", "SSTT")
	if r.first[srv] != int64(len(switch1)) {
		t.Errorf("passed on from %d, want %d", r.first[srv], len(switch1))
	}
}

// split makes segments of n bytes.
func split(d reassembly.Dir, data string, n int) (out []event) {
	for data != "" {
		k := min(n, len(data))
		out = append(out, event{d: d, data: data[:k]})
		data = data[k:]
	}
	return out
}

func TestHazard_H12_OneByteSegments(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	events := append(split(cli, "\r\n"+get+upgrade, 1), split(srv, ok5+switch1+"SS", 1)...)
	run(t, r, append(events, c("CC"))...)
	want(t, r, "request GET /a | request GET /ws | response 200 to GET /a | response 101 to GET /ws")
	wantPassed(t, r, "CC", "SS")
	if q := r.req[0]; q.First != 3 || q.Last != 2+len(get) || q.Offset != 2 || q.Len != int64(len(get)) {
		t.Errorf("request: packets %d to %d, offset %d, length %d", q.First, q.Last, q.Offset, q.Len)
	}
}

func TestHazard_H13_Lists(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	run(t, r, c("GET / HTTP/1.1\r\nUPGRADE: WebSocket\r\nconnection: keep-alive, Upgrade\r\nConnection: x,,\t\"a,\\\"b\" \r\n\r\n"))
	got := fmt.Sprintf("%q", r.req[0].List("CONNECTION"))
	if w := `["keep-alive" "Upgrade" "x" "\"a,\\\"b\""]`; got != w {
		t.Errorf("list: got %s, want %s", got, w)
	}
	if v, ok := r.req[0].Get("upgrade"); v != "WebSocket" || !ok {
		t.Errorf("upgrade: got %q, %v", v, ok)
	}
	if v := r.req[0].List("absent"); v != nil {
		t.Errorf("absent: got %q, want nil", v)
	}
}

func TestHazard_H14_OddFields(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, fields string
		odd          Oddity
		want         string
	}{
		{"plain", "A: b\r\n", 0, "[{A b}]"},
		{"bare LF", "A: b\n", BareLF, "[{A b}]"},
		{"folded", "A: b\r\n  c\r\n\td \r\nE: f\r\n", Folded, "[{A b c d} {E f}]"},
		{"folded from nothing", "A:\r\n b\r\n", Folded, "[{A b}]"},
		{"folded first line", " b\r\nA: c\r\n", Folded | BadField, "[{A c}]"},
		{"space before colon", "A \t: b\r\n", SpaceBeforeColon, "[{A b}]"},
		{"no colon", "Ab\r\nC: d\r\n", BadField, "[{C d}]"},
		{"empty name", ": b\r\n", BadField, "[]"},
		{"name is no token", "A b: c\r\n", BadField, "[{A b c}]"},
		{"NUL in value", "A: b\x00c\r\n", BadField, "[{A b\x00c}]"},
		{"empty value", "A:\r\n", 0, "[{A }]"},
		{"colon in value", "A: b:c\r\n", 0, "[{A b:c}]"},
		{"CR in value", "A: b\rc\r\n", 0, "[{A b\rc}]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			run(t, r, c("GET / HTTP/1.1\r\n"+row.fields+"\r\n"), c(get))
			want(t, r, "request GET / | request GET /a")
			if got := fmt.Sprint(r.req[0].Headers); got != row.want || r.req[0].Oddities != row.odd {
				t.Errorf("got %s oddities %b, want %s %b", got, r.req[0].Oddities, row.want, row.odd)
			}
		})
	}
	t.Run("bare LF in start and empty line", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		run(t, r, c("GET / HTTP/1.1\nA: b\r\n\n"), s("HTTP/1.1 204\n\n"))
		want(t, r, "request GET / | response 204 to GET /")
		if r.req[0].Oddities != BareLF || r.resp[0].Oddities != BareLF {
			t.Errorf("oddities: got %b and %b", r.req[0].Oddities, r.resp[0].Oddities)
		}
	})
}

func TestHazard_H15_LongHeaderSection(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("X-Filler: 0123456789012345678901234567890123456789\r\n", 10000)
	for _, row := range []struct {
		name string
		cut  Oddity
		text string
	}{
		{"64 KiB", 0, many[:52*1300]},
		{"10,000 fields, 520 kB", Cut, many},
		{"20,000 tiny fields", Cut, strings.Repeat("a:\r\n", 20000)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			head := upgrade[:len(upgrade)-2] + row.text + "\r\n"
			run(t, r, append(split(cli, head+"CC", 1460), s(switch1+"SS"), c("DD"))...)
			want(t, r, "request GET /ws | response 101 to GET /ws")
			wantPassed(t, r, "CCDD", "SS")
			q := r.req[0]
			if q.Oddities != row.cut || q.Len != int64(len(head)) {
				t.Errorf("oddities %b, length %d, want %b, %d", q.Oddities, q.Len, row.cut, len(head))
			}
			if n := len(q.Headers); n > 256<<10/16 {
				t.Errorf("%d fields are kept", n)
			}
		})
	}
}

func TestHazard_H15_LengthBehindTheCut(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat("X-Filler: 0123456789\r\n", 20)
	for _, row := range []struct {
		name, method, status string
		undecoded            int
		want                 string
	}{
		{"GET has no body", "GET", "204 No", 0, "request GET / | response 204 to GET / | request GET /a | response 200 to GET /a"},
		{"POST's end cannot be found", "POST", "204 No", 4, "request POST / | response 204 to POST / | request GET /a | response 200 to GET /a"},
		{"nor a response's", "GET", "200 OK", 4, "request GET / | response 200 to GET / | request GET /a | response 200 to GET /a"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			f := newFeeder(r, Limits{Header: 200})
			body := map[bool]string{true: "BODY"}
			f.play(c(row.method + " / HTTP/1.1\r\n" + filler + "Content-Length: 4\r\n\r\n" + body[row.method == "POST"]))
			f.play(s("HTTP/1.1 " + row.status + "\r\n" + filler + "Content-Length: 4\r\n\r\n" + body[row.status == "200 OK"]))
			f.play(c(get))
			f.play(event{d: srv, data: ok5})
			f.end(cli, srv)
			f.check(t)
			want(t, r, row.want)
			if f.bytes.Undecoded != int64(row.undecoded) {
				t.Errorf("undecoded: got %d, want %d", f.bytes.Undecoded, row.undecoded)
			}
		})
	}
}

func TestHazard_H18_Connect(t *testing.T) {
	connect := "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"
	runHazards(t, []hazard{
		{"tunnel", []event{c(connect), s("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), c("CC"), s("SS")},
			"request CONNECT example.com:443 | response 200 to CONNECT example.com:443", "CC", "SS"},
		{"refused, asked again", []event{c(connect), s("HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno"), c(connect), s("HTTP/1.0 200 Connection established\r\n\r\nSS")},
			"request CONNECT example.com:443 | response 407 to CONNECT example.com:443 | request CONNECT example.com:443 | response 200 to CONNECT example.com:443", "", "SS"},
	}, nil)
	t.Run("HTTP in a tunnel that the sink does not take", func(t *testing.T) {
		r := newRecorder()
		r.take = func(*Request, *Response) bool { return false }
		run(t, r, c(connect+get), s("HTTP/1.1 200 OK\r\n\r\n"), s(ok5))
		want(t, r, "request CONNECT example.com:443 | response 200 to CONNECT example.com:443 | request GET /a | response 200 to GET /a")
	})
}

func TestHazard_H19_Targets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ line, method, target, version string }{
		{"GET ws://host:80/chat?a=b HTTP/1.1", "GET", "ws://host:80/chat?a=b", "1.1"},
		{"OPTIONS * HTTP/1.1", "OPTIONS", "*", "1.1"},
		{"CONNECT h:1 HTTP/1.1", "CONNECT", "h:1", "1.1"},
		{"GET /a b HTTP/1.1", "GET", "/a b", "1.1"},
		{"GET /\xc3\xa9 HTTP/1.0", "GET", "/\xc3\xa9", "1.0"},
		{"M-SEARCH /x HTTP/1.1", "M-SEARCH", "/x", "1.1"},
		{"get / HTTP/1.1", "get", "/", "1.1"},
		{"GET  /two HTTP/1.1", "GET", "/two", "1.1"},
		{"GET /HTTP/1.1 HTTP/1.2", "GET", "/HTTP/1.1", "1.2"},
	} {
		r := newRecorder()
		run(t, r, c(row.line+"\r\n\r\n"))
		if len(r.req) != 1 {
			t.Errorf("%q: calls %v", row.line, r.log)
			continue
		}
		if q := r.req[0]; q.Method != row.method || q.Target != row.target || q.Version != row.version {
			t.Errorf("%q: got %q %q %q", row.line, q.Method, q.Target, q.Version)
		}
	}
	for _, line := range []string{"GET HTTP/1.1", "GET /a\tHTTP/1.1", "GET /a\x01 HTTP/1.1", "GET /a HTTP/1.1 ", "GET /a HTTP/1.",
		"GET /a RTSP/1.0", " GET /a HTTP/1.1", "G:T /a HTTP/1.1", "/a HTTP/1.1", "HTTP/1.1 20x OK", "HTTP/1.1 2000",
		strings.Repeat("M", 33) + " / HTTP/1.1", "GET /a HTTP/1.1\rX", strings.Repeat("\r\n", 33) + "GET / HTTP/1.1"} {
		r := newRecorder()
		run(t, r, c(line+"\r\n\r\n"))
		want(t, r, "not HTTP 0")
	}
}

func TestHazard_H25_NotFrames(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	// What follows a 101 is the next Handler's, whatever it looks like.
	run(t, r, c(upgrade), s(switch1), c(get), s(ok5))
	want(t, r, "request GET /ws | response 101 to GET /ws")
	wantPassed(t, r, get, ok5)
}

func TestHazard_H23_AnyDirection(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	run(t, r, event{d: srv, data: upgrade}, event{d: cli, data: switch1 + "SS"}, event{d: srv, data: "CC"})
	want(t, r, "request GET /ws | response 101 to GET /ws")
	wantPassed(t, r, "SS", "CC")
	if r.req[0].Dir != srv {
		t.Errorf("request's direction: got %d, want %d", r.req[0].Dir, srv)
	}
}

func TestHazard_T12_ResponseBeforeRequest(t *testing.T) {
	early := func(data string, ack int) event { return event{d: srv, data: data, ack: int64(ack)} }
	n := len(upgrade)
	late := event{d: cli, data: upgrade, ack: nothing}
	all := "request GET /ws | response 101 to GET /ws"
	runHazards(t, []hazard{
		{"response first", []event{early(switch1, n), late, s("SS"), c("CC")}, all, "CC", "SS"},
		{"response and frames first", []event{early(switch1, n), early("SS", n), late, c("CC")}, all, "CC", "SS"},
		{"acknowledgment not known", []event{{d: srv, data: switch1 + "SS", noAck: true}, {d: cli, data: upgrade + "CC", noAck: true}}, all, "CC", "SS"},
		{"request half there", []event{c(upgrade[:9]), early(switch1+"SS", n), {d: cli, data: upgrade[9:], noAck: true}, c("CC")}, all, "CC", "SS"},
		{"second request", []event{c(get), s(ok5), early(switch1+"SS", len(get)+n), {d: cli, data: upgrade, ack: int64(len(ok5))}, c("CC")},
			"request GET /a | response 200 to GET /a | " + all, "CC", "SS"},
		{"request never captured", []event{early(switch1+"SS", n), hole(cli, int64(n)), c("CC")}, "response 101 to ?", "CC", "SS"},
		{"request of an older response never captured", []event{early(ok5, n), {d: cli, data: upgrade, ack: int64(len(ok5))}, s(switch1)},
			"request GET /ws | response 200 to ? | response 101 to GET /ws", "", ""},
		{"unasked response", []event{{d: srv, data: "HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n", noAck: true}}, "response 408 to ?", "", ""},
	}, nil)
}

func TestHazard_T12_GivesUpWaiting(t *testing.T) {
	t.Parallel()
	second := capture.Time(1e9)
	for _, row := range []struct {
		name   string
		events []event
		wait   bool
	}{
		{"1000 packets", []event{{d: srv, data: switch1, ack: 9}, {d: srv, data: "x", ack: 9}}, true},
		{"a second", []event{{d: srv, data: switch1, ack: 9}, {d: srv, data: "x", ack: 9, at: second}}, false},
		{"64 KiB", []event{{d: srv, data: switch1, ack: 9}, {d: srv, data: strings.Repeat("x", 66000), ack: 9}}, false},
	} {
		r := newRecorder()
		f := newFeeder(r, Limits{})
		for _, e := range row.events {
			f.play(e)
		}
		if row.wait {
			want(t, r, "")
			for range waitPackets {
				f.play(event{d: srv, data: "x", ack: 9})
			}
		}
		want(t, r, "response 101 to ?")
		f.end(cli, srv)
		f.check(t)
	}
}
