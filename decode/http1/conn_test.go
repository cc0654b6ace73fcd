package http1

import "testing"

func TestBasics(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		events []event
		want   string
		cli    string
		srv    string
	}{
		{"upgrade", []event{c(upgrade), s(switch1 + "SS"), c("CC")}, "request GET /ws | response 101 to GET /ws", "CC", "SS"},
		{"upgrade refused, then a request", []event{c(upgrade), s("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"), c(get), s(ok5)},
			"request GET /ws | response 403 to GET /ws | request GET /a | response 200 to GET /a", "", ""},
		{"early frames", []event{c(upgrade + "CC"), c("DD"), s(switch1), s("SS"), c("EE")},
			"request GET /ws | response 101 to GET /ws", "CCDDEE", "SS"},
		{"held bytes are requests", []event{c(upgrade + get), s("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), s(ok5)},
			"request GET /ws | response 200 to GET /ws | request GET /a | response 200 to GET /a", "", ""},
		{"held requests answered in one segment", []event{c(upgrade + get), s("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + ok5)},
			"request GET /ws | response 200 to GET /ws | request GET /a | response 200 to GET /a", "", ""},
		{"response body looks like a response", []event{c(get), s("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n"), s("HTTP/1.1 101 Sw\r\n\r\n"), s(ok5)},
			"request GET /a | response 200 to GET /a | response 200 to ?", "", ""},
		{"chunked", []event{c(get), s("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n00a \r\n0123456789\n0\r\nTrailer: x\r\n\r\n"), c(get2), s(ok5)},
			"request GET /a | response 200 to GET /a | request GET /b | response 200 to GET /b", "", ""},
		{"empty lines before request", []event{c("\r\n\r\n" + get + "\r\n" + get2), s(ok5 + "\r\n" + ok5)},
			"request GET /a | request GET /b | response 200 to GET /a | response 200 to GET /b", "", ""},
		{"server opened the connection", []event{{d: srv, data: get}, {d: cli, data: ok5}}, "request GET /a | response 200 to GET /a", "", ""},
		{"not HTTP at all", []event{s("SSH-2.0-x\r\n"), c("SSH-2.0-y\r\n")}, "not HTTP 1 | not HTTP 0", "", ""},
		{"request to another server", []event{c(get), s("220 smtp ready\r\n")}, "request GET /a | not HTTP 1", "", ""},
		{"HTTP/2 preface", []event{c("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}, "not HTTP 0", "", ""},
		{"HTTP/0.9", []event{c("GET /\r\n")}, "not HTTP 0", "", ""},
		{"half a request line", []event{c("GET /abc HTT")}, "not HTTP 0", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder()
			run(t, r, row.events...)
			want(t, r, row.want)
			wantPassed(t, r, row.cli, row.srv)
		})
	}
}
