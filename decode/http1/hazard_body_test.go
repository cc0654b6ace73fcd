package http1

import (
	"fmt"
	"testing"
)

func TestHazard_H20_Bodies(t *testing.T) {
	frame := "\x81\x85\x00\x00\x00\x00hello"
	up := func(fields, body string) string {
		return "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n" + fields + "\r\n" + body
	}
	answered := "request GET /ws | response 101 to GET /ws"
	runHazards(t, []hazard{
		{"length", []event{c(up("Content-Length: 12\r\n", frame+"!")), c("CC"), s(switch1)}, answered, "CC", ""},
		{"length, answered within the body", []event{c(up("Content-Length: 12\r\n", frame[:5])), s(switch1), c(frame[5:] + "!CC")}, answered, "CC", ""},
		{"length given twice alike", []event{c(up("Content-Length: 2\r\nContent-Length: 2, 2\r\n", "XX")), c("CC"), s(switch1)}, answered, "CC", ""},
		{"chunked", []event{c(up("Transfer-Encoding: gzip, Chunked\r\n", "2\r\nXX\r\n0\r\n\r\n")), c("CC"), s(switch1)}, answered, "CC", ""},
		{"both", []event{c(up("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "2\r\nXX\r\n0\r\n\r\n")), c("CC"), s(switch1)}, answered, "CC", ""},
	}, nil)
	for _, v := range []string{"9223372036854775808", "99999999999999999999999999", "-1", "+5", "0x5", "5 5", "", "5, 6", "five"} {
		t.Run("length "+v, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			f := run(t, r, c(up("Content-Length: "+v+"\r\n", frame)), c("XX"), s("HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n"), c(get))
			want(t, r, "request GET /ws | response 400 to GET /ws | request GET /a")
			if r.req[0].Oddities != BadLength || f.bytes.Undecoded != int64(len(frame)+2) {
				t.Errorf("oddities %b, undecoded %d, want %b, %d", r.req[0].Oddities, f.bytes.Undecoded, BadLength, len(frame)+2)
			}
		})
	}
	t.Run("coding that is not chunked", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		f := run(t, r, c(up("Transfer-Encoding: gzip\r\n", frame)), c("XX"))
		if r.req[0].Oddities != BadLength || f.bytes.Undecoded != int64(len(frame)+2) {
			t.Errorf("oddities %b, undecoded %d", r.req[0].Oddities, f.bytes.Undecoded)
		}
	})
	t.Run("oddity of both", func(t *testing.T) {
		t.Parallel()
		r := newRecorder()
		run(t, r, c(up("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")))
		if r.req[0].Oddities != LengthAndChunked {
			t.Errorf("oddities: got %b", r.req[0].Oddities)
		}
	})
	for _, body := range []string{"g\r\n", "\r\n", "2\r\nXXX\r\n", "2\r\nXX\r\r\n", "8000000000000000\r\n", "2!\r\n", "-1\r\n"} {
		t.Run(fmt.Sprintf("broken chunks %q", body), func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			r.take = func(*Request, *Response) bool { return false }
			f := run(t, r, c(get), s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+body+switch1), c(get2), s(ok5))
			want(t, r, "request GET /a | response 200 to GET /a | request GET /b | response 200 to GET /b")
			if f.bytes.Undecoded < int64(len(switch1)) {
				t.Errorf("undecoded: got %d, want at least %d", f.bytes.Undecoded, len(switch1))
			}
		})
	}
}

func TestHazard_H21_ResponsesWithoutBody(t *testing.T) {
	head := "HEAD /h HTTP/1.1\r\n\r\n"
	runHazards(t, []hazard{
		{"HEAD", []event{c(head + get), s("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + ok5)},
			"request HEAD /h | request GET /a | response 200 to HEAD /h | response 200 to GET /a", "", ""},
		{"HEAD chunked", []event{c(head + get), s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + ok5)},
			"request HEAD /h | request GET /a | response 200 to HEAD /h | response 200 to GET /a", "", ""},
		{"204 and 304", []event{c(get + get + get2), s("HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\nHTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n" + ok5)},
			"request GET /a | request GET /a | request GET /b | response 204 to GET /a | response 304 to GET /a | response 200 to GET /b", "", ""},
		{"coding that is not chunked: until close", []event{c(get), s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 1\r\n\r\nx" + ok5)},
			"request GET /a | response 200 to GET /a", "", ""},
		{"until close", []event{c(get), s("HTTP/1.0 200 OK\r\n\r\nabc"), s(ok5), hole(srv, 10), s(switch1)},
			"request GET /a | response 200 to GET /a", "", ""},
		{"server only: HEAD, then GET", []event{
			{d: srv, data: "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", ack: 20}, {d: srv, data: ok5, ack: 50}},
			"response 200 to ? | response 200 to ?", "", ""},
		{"server only: body that looks like a response", []event{
			{d: srv, data: "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", ack: 20}, {d: srv, data: switch1, ack: 20}},
			"response 200 to ?", "", ""},
	}, nil)
}
