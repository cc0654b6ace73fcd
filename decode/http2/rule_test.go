package http2

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
)

func replaced(lines []string, name, line string) (out []string) {
	for _, l := range lines {
		if !strings.HasPrefix(l, name+" ") {
			out = append(out, l)
		} else if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// TestHazard_X8_Rules: each rule broken, and what is reported.
func TestHazard_X8_Rules(t *testing.T) {
	t.Parallel()
	request := func(lines ...string) func(p pair) []event {
		return func(p pair) []event {
			return append(p.open(), c(p.c.headers(1, lines...)), p.ok(1))
		}
	}
	tests := []struct {
		name   string
		events func(p pair) []event
		rules  string
	}{
		{"no setting", func(p pair) []event {
			return []event{s(p.s.settings()), c(Preface + p.c.settings()), p.connect(1), p.ok(1)}
		}, "h2.connect-setting 1: the server has not sent the setting"},
		{"no setting, reset", func(p pair) []event {
			return []event{s(p.s.settings()), c(Preface + p.c.settings()), p.connect(1), s(p.s.reset(1, http2.ErrCodeProtocol))}
		}, "h2.connect-setting 1: the server has not sent the setting"},
		{"the setting comes too late", func(p pair) []event {
			return []event{c(Preface + p.c.settings() + p.connect(1).data), s(p.s.settings(enable)), p.ok(1)}
		}, "h2.connect-setting 1: the setting had not arrived yet"},
		{"setting 2", func(p pair) []event { return []event{s(p.s.settings(http2.Setting{ID: 8, Val: 2}))} },
			"h2.connect-setting-value 0: the value is 2"},
		{"setting withdrawn", func(p pair) []event {
			return append(p.open(), s(p.s.settings(http2.Setting{ID: 8, Val: 0})))
		}, "h2.connect-setting-withdrawn 0: "},
		{"GET with :protocol", request(replaced(connectLines, ":method", ":method GET")...), `h2.protocol-method 1: the method is "GET"`},
		{"no path", request(replaced(connectLines, ":path", "")...), "h2.protocol-target 1: :path is missing"},
		{"no scheme", request(replaced(connectLines, ":scheme", "")...), "h2.protocol-target 1: :scheme is missing"},
		{"no authority", request(replaced(connectLines, ":authority", "")...), "h2.protocol-target 1: :authority is missing"},
		{"scheme wss", request(replaced(connectLines, ":scheme", ":scheme wss")...), `h2.scheme 1: the scheme is "wss"`},
		{"Connection and Upgrade", request(append(connectLines, "connection Upgrade", "upgrade websocket")...),
			"h2.upgrade-fields 1: connection: Upgrade | h2.upgrade-fields 1: upgrade: websocket"},
		{"key", request(append(connectLines, "sec-websocket-key x")...), "h2.key-fields 1: sec-websocket-key"},
		{"Transfer-Encoding", request(append(connectLines, "transfer-encoding chunked")...), "h2.connection-field 1: transfer-encoding"},
		{"upper case", request(append(connectLines, "Origin x")...), `h2.field-name 1: "Origin"`},
		{"pseudo-header field last", request(append(connectLines[1:], "x y", ":method CONNECT")...), "h2.pseudo-field 1: :method after other fields"},
		{"pseudo-header field twice", request(append([]string{":path /"}, connectLines...)...), "h2.pseudo-field 1: :path is repeated"},
		{"pseudo-header field unknown", request(append([]string{":x y"}, connectLines...)...), "h2.pseudo-field 1: :x is not defined here"},
		{"accept", func(p pair) []event {
			return append(p.open(), p.connect(1), s(p.s.headers(1, ":status 200", "sec-websocket-accept x", "connection close")))
		}, "h2.key-fields 1: sec-websocket-accept | h2.connection-field 1: connection"},
		{"101", func(p pair) []event { return append(p.open(), p.connect(1), s(p.s.headers(1, ":status 101"))) }, "h2.status-101 1: "},
		{"no preface", func(p pair) []event { return []event{c(p.c.settings() + p.c.ping())} },
			"h2.preface 0: the client does not begin with the preface"},
		{"another first frame", func(p pair) []event { return []event{s(p.s.ping() + p.s.settings())} },
			"h2.preface 0: the first frame is PING"},
		{"HTTP/1.1", func(p pair) []event { return []event{s("HTTP/1.1 400 Bad Request\r\n\r\n")} },
			"h2.preface 0: the first frame is frame type 0x50"},
		{"too long", func(p pair) []event { return append(p.open(), c(p.c.raw(0, 0, 1, strings.Repeat("x", 16385)))) },
			"h2.frame-size 1: DATA is longer than SETTINGS_MAX_FRAME_SIZE"},
		{"as long as was allowed", func(p pair) []event {
			return append(p.open(), s(p.s.settings(http2.Setting{ID: 5, Val: 20_000})), c(p.c.raw(0, 0, 1, strings.Repeat("x", 16385))))
		}, ""},
		{"WINDOW_UPDATE of 3", func(p pair) []event { return append(p.open(), c(p.c.raw(8, 0, 1, "abc"))) }, "h2.frame-size 1: WINDOW_UPDATE of 3 bytes"},
		{"RST_STREAM of 3", func(p pair) []event { return p.session(c(p.c.raw(3, 0, 1, "abc"))) }, "h2.frame-size 1: RST_STREAM of 3 bytes"},
		{"SETTINGS of 5", func(p pair) []event { return append(p.open(), c(p.c.raw(4, 0, 0, "abcde"))) }, "h2.frame-size 0: SETTINGS of 5 bytes"},
		{"GOAWAY of 4", func(p pair) []event { return append(p.open(), c(p.c.raw(7, 0, 0, "abcd"))) }, "h2.frame-size 0: GOAWAY of 4 bytes"},
		{"DATA on 0", func(p pair) []event { return append(p.open(), c(p.c.raw(0, 0, 0, "x"))) }, "h2.stream-zero 0: DATA on stream 0"},
		{"SETTINGS on 1", func(p pair) []event { return append(p.open(), c(p.c.raw(4, 0, 1, ""))) }, "h2.stream-zero 1: SETTINGS on stream 1"},
		{"padding too long", func(p pair) []event { return p.session(c(p.c.raw(0, 8, 1, "\x09abc"))) }, "h2.padding 1: padding of 9 bytes in a DATA frame of 4"},
		{"padding without length", func(p pair) []event { return p.session(c(p.c.raw(0, 8, 1, ""))) }, "h2.padding 1: no length of the padding"},
		{"padding too long in HEADERS", func(p pair) []event { return append(p.open(), c(p.c.raw(1, 4|8, 1, "\x09abc"))) }, "h2.padding 1: padding of 9 bytes in a HEADERS frame of 4"},
		{"even stream", func(p pair) []event { return append(p.open(), p.connect(2)) }, "h2.stream-id 2: stream 2 is even"},
		{"smaller stream", func(p pair) []event { return append(p.open(), p.connect(5), p.connect(3)) }, "h2.stream-id 3: stream 3 was opened before, the last is 5"},
		{"interrupted block", func(p pair) []event { return append(p.open(), c(p.c.raw(1, 0, 1, "\x88")+p.c.ping())) }, "h2.continuation 0: PING inside the block of stream 1"},
		{"another stream's CONTINUATION", func(p pair) []event { return append(p.open(), c(p.c.raw(1, 0, 1, "\x88")+p.c.raw(9, 4, 3, ""))) },
			"h2.continuation 3: CONTINUATION inside the block of stream 1"},
		{"orphan CONTINUATION", func(p pair) []event { return append(p.open(), c(p.c.raw(9, 4, 1, "\x88"))) }, "h2.continuation 1: nothing to continue"},
		{"not HPACK", func(p pair) []event { return append(p.open(), c(p.c.raw(1, 4, 1, "\xff"))) }, "h2.header-block 1: the block ends inside a field"},
		{"index too large", func(p pair) []event { return append(p.open(), c(p.c.raw(1, 4, 1, "\xbe"))) }, "h2.header-block 1: an index is beyond both tables"},
		{"HEADERS after the end", func(p pair) []event { return p.session(c(p.c.last(1, "") + p.c.headers(1, "a b"))) },
			"h2.stream-closed 1: HEADERS after the end of the stream"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			whole := ""
			for size := range 24 {
				f := runWith(t, newRecorder(), Config{}, size, tt.events(newPair())...)
				wantRules(t, f, tt.rules)
				if whole == "" {
					whole = f.r.all()
				} else if got := f.r.all(); got != whole {
					t.Fatalf("cut into %d:\n got  %s\n want %s", size, got, whole)
				}
			}
		})
	}
}
