package http1

import (
	"fmt"
	"slices"
	"testing"

	"github.com/wspeek/wspeek/reassembly"
)

func TestBodies(t *testing.T) {
	t.Parallel()
	const (
		post    = "POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\n"
		chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		old     = "HTTP/1.0 200 OK\r\n\r\n"
	)
	for _, row := range []struct {
		name   string
		events []event
		want   []string
	}{
		{"of a known length", []event{c(post + "he"), c("llo"), s(ok5)}, []string{`0: "hello" true in 2`, `1: "hello" true in 3`}},
		{"chunked, without the framing", []event{c(get), s(chunked + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n")}, []string{`1: "abcde" true in 2`}},
		{"until the end", []event{c(get), s(old + "all"), {d: srv, kind: reassembly.CloseFIN}}, []string{`1: "all" true in 2`}},
		{"until it is broken off", []event{c(get), s(old + "all"), {d: srv, kind: reassembly.CloseRST}}, []string{`1: "all" false in 2`}},
		{"broken off", []event{c(post + "he"), {d: cli, kind: reassembly.CloseRST}}, []string{`0: "he" false in 1`}},
		{"with a gap", []event{c(post + "he"), hole(cli, 2), c("o"), s(ok5)}, []string{`0: "heo" false in 2`, `1: "hello" true in 3`}},
		{"a gap in the sizes of chunks", []event{c(get), s(chunked + "3\r\nabc\r\n"), hole(srv, 9), s("x")}, []string{`1: "abc" false in 2`}},
		{"none", []event{c(get), s("HTTP/1.1 204 N\r\n\r\n"), c("HEAD / HTTP/1.1\r\n\r\n"), s(ok5[:len(ok5)-5])}, nil},
		{"not wanted", []event{c("POST /unwanted HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"), s(ok5)}, nil},
		{"before what follows the handshake", []event{c(upgrade[:len(upgrade)-2] + "Content-Length: 4\r\n\r\n1234"), s(switch1 + "SS"), c("CC")}, []string{`0: "1234" true in 1`}},
	} {
		r := newRecorder()
		f := newFeeder(r, Limits{})
		for _, e := range row.events {
			f.play(e)
		}
		var got []string
		for i, b := range r.bodies {
			got = append(got, fmt.Sprintf("%s in %d", b, r.ends[i]))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}
