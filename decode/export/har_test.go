package export_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

// harLog is what HAR 1.2 requires of a log (http://www.softwareishard.com/blog/har-12-spec/). A pointer is a field that must be there.
type harLog struct {
	Log struct {
		Version *string
		Creator *struct{ Name, Version *string }
		Pages   []struct {
			StartedDateTime, ID, Title *string
			PageTimings                *struct{}
		}
		Entries []harEntry
		Comment string
	}
}

type harEntry struct {
	Pageref, StartedDateTime *string
	Time                     *float64
	Request                  *struct {
		Method, URL, HTTPVersion *string
		Cookies, Headers         *[]harPair
		QueryString              *[]harPair
		HeadersSize, BodySize    *int
	}
	Response *struct {
		Status                               *int
		StatusText, HTTPVersion, RedirectURL *string
		Cookies, Headers                     *[]harPair
		Content                              *struct {
			Size     *int
			MimeType *string
		}
		HeadersSize, BodySize *int
	}
	Cache             *struct{}
	Timings           map[string]float64
	ServerIPAddress   string
	Connection        string
	Comment           string
	WebSocketMessages []harMessage    `json:"_webSocketMessages"`
	WebSocketClose    json.RawMessage `json:"_webSocketClose"`
}

type harPair struct{ Name, Value string }

type harMessage struct {
	Type     string
	Time     json.Number
	Opcode   int
	Data     string
	Encoding string `json:"_encoding"`
	State    string `json:"_state"`
	Why      string `json:"_why"`
	Missing  int    `json:"_missing"`
	Redacted int    `json:"_redacted"`
}

// written is the HAR of one session, and its text.
func written(t *testing.T, h *export.HAR, s *decode.Session, closed *ws.Message, ms ...*ws.Message) (entry harEntry, log harLog, text []byte) {
	t.Helper()
	text = h.Open(h.Begin(nil, noon), s, noon)
	for _, m := range ms {
		text = h.Message(text, m)
	}
	text = h.End(h.Close(text, s, closed))
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if len(log.Log.Entries) != 1 {
		t.Fatalf("%d entries in %s", len(log.Log.Entries), text)
	}
	return log.Log.Entries[0], log, text
}

// whole is a session of which everything is known.
func whole() *decode.Session {
	return &decode.Session{N: 1, Scheme: "wss", HTTPVersion: "1.1", Method: "GET", Host: "h.example", Path: "/p?a=1&b=%20x&c", Status: 101, HandshakeSeen: true,
		Client: ref.Client, Server: ref.Server, HasStarted: true, Started: noon, HasOpened: true, Opened: noon + 1_500_000, HasEnded: true, Ended: noon + 2_000_000_001,
		RequestHeaders:  []http1.Header{{Name: "Cookie", Value: "a=b; c=d=e"}, {Name: "Host", Value: "h.example"}},
		ResponseHeaders: []http1.Header{{Name: "Set-Cookie", Value: "s=1; Path=/"}, {Name: "Set-Cookie", Value: "t=2"}}}
}

func TestHARHasWhatTheSpecificationRequires(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*decode.Session{"whole": whole(), "of which nothing is known": {N: 1, State: decode.Unknown}} {
		e, log, text := written(t, &export.HAR{Version: "1.0", Title: "x.pcap"}, s, nil)
		l := log.Log
		if *l.Version != "1.2" || *l.Creator.Name != "wspeek" || *l.Creator.Version != "1.0" || len(l.Pages) != 1 || *l.Pages[0].Title != "x.pcap" || l.Pages[0].PageTimings == nil || *e.Pageref != *l.Pages[0].ID {
			t.Errorf("%s: log: %s", name, text)
		}
		for _, at := range []string{*l.Pages[0].StartedDateTime, *e.StartedDateTime} {
			if parsed, err := time.Parse(time.RFC3339Nano, at); err != nil || capture.Time(parsed.UnixNano()) != noon {
				t.Errorf("%s: started at %s, %v", name, at, err)
			}
		}
		q, r := e.Request, e.Response
		if q.Method == nil || q.URL == nil || q.HTTPVersion == nil || q.Cookies == nil || q.Headers == nil || q.QueryString == nil || q.HeadersSize == nil || q.BodySize == nil {
			t.Errorf("%s: request: %s", name, text)
		}
		if r.Status == nil || r.StatusText == nil || r.HTTPVersion == nil || r.Cookies == nil || r.Headers == nil || r.RedirectURL == nil || r.HeadersSize == nil || r.BodySize == nil ||
			r.Content == nil || r.Content.Size == nil || r.Content.MimeType == nil || e.Cache == nil || e.WebSocketMessages == nil {
			t.Errorf("%s: response: %s", name, text)
		}
	}
}

// HAR 1.2 section timings: send, wait and receive are required and not -1; time is the sum of those that are not -1.
func TestHARTimings(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name          string
		change        func(*decode.Session)
		wait, receive float64
	}{
		{"everything is known", func(*decode.Session) {}, 1.5, 1998.500001},
		{"the 101 was not captured", func(s *decode.Session) { s.HasOpened = false }, 0, 2000.000001},
		{"the request was not captured", func(s *decode.Session) { s.HasStarted = false }, 0, 1998.500001},
		{"it has not ended", func(s *decode.Session) { s.HasEnded = false }, 1.5, 0},
		{"nothing is known", func(s *decode.Session) { s.HasStarted, s.HasOpened, s.HasEnded = false, false, false }, 0, 0},
		{"the clock went back", func(s *decode.Session) { s.Opened, s.Ended = noon-5, noon-10 }, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := whole()
			row.change(s)
			e, _, _ := written(t, &export.HAR{}, s, nil)
			sum := 0.0
			for _, name := range []string{"send", "wait", "receive"} {
				if v, ok := e.Timings[name]; !ok || v < 0 {
					t.Errorf("%s is %v", name, v)
				}
			}
			for _, v := range e.Timings {
				if v != -1 {
					sum += v
				}
			}
			if math.Abs(sum-*e.Time) > 1e-6 {
				t.Errorf("time is %v, the sum of the timings %v", *e.Time, sum)
			}
			if e.Timings["wait"] != row.wait || e.Timings["receive"] != row.receive {
				t.Errorf("got %v, want wait %v, receive %v", e.Timings, row.wait, row.receive)
			}
		})
	}
}

// TestHARConnect: what is known of how the connection was made. ssl is a part of connect (HAR 1.2, timings).
func TestHARConnect(t *testing.T) {
	t.Parallel()
	const ms = capture.Time(1_000_000)
	for _, row := range []struct {
		name               string
		change             func(*decode.Session)
		connect, ssl, send float64
	}{
		{"over TLS", func(*decode.Session) {}, 12, 8, 1},
		{"in clear", func(s *decode.Session) { s.TLS = nil }, -1, -1, 0},
		{"not the first request of the connection", func(s *decode.Session) { s.Fresh = false }, -1, -1, 0},
		{"the SYN was not captured", func(s *decode.Session) { s.TCP.Stats[ws.C2S].SYN = false }, -1, -1, 0},
		{"through a proxy", func(s *decode.Session) { s.Tunnel = &decode.Tunnel{} }, -1, -1, 0},
		{"TLS began before the capture", func(s *decode.Session) { s.TLS.Began = 0 }, -1, -1, 0},
		{"TCP has not ended", func(s *decode.Session) { s.TCP = nil }, -1, -1, 0},
		{"early data: the request came before the handshake was finished", func(s *decode.Session) { s.TLS.Ready = noon + 1 }, -1, -1, 0},
	} {
		s := whole()
		s.Fresh = true
		s.TLS = &decode.TLS{Version: "1.3", Layer: 1, Began: noon - 9*ms, Ready: noon - 1*ms}
		s.TCP = &decode.TCP{First: ws.Stamp{Packet: 1, Time: noon - 13*ms}}
		s.TCP.Stats[ws.C2S].SYN = true
		row.change(s)
		e, _, text := written(t, &export.HAR{}, s, nil)
		if got := e.Timings; got["connect"] != row.connect || got["ssl"] != row.ssl || got["send"] != row.send {
			t.Errorf("%s: got %v, want connect %v, ssl %v, send %v", row.name, got, row.connect, row.ssl, row.send)
		}
		sum := max(row.connect, 0) + row.send + 1.5 + 1998.500001
		if math.Abs(sum-*e.Time) > 1e-6 {
			t.Errorf("%s: time is %v, the sum %v", row.name, *e.Time, sum)
		}
		// What is read back has the request where it was.
		if f, err := har.Parse(text); err != nil || f.Sessions[0].Info.Started != noon {
			t.Errorf("%s: read back: %v, the request is at %d, want %d", row.name, err, f.Sessions[0].Info.Started, noon)
		}
	}
}

func TestHARRequestAndResponse(t *testing.T) {
	t.Parallel()
	e, _, _ := written(t, &export.HAR{}, whole(), nil)
	got := fmt.Sprint(*e.Request.Method, *e.Request.URL, *e.Request.HTTPVersion, *e.Request.QueryString, *e.Request.Cookies, *e.Response.Cookies, *e.Response.Status, *e.Response.StatusText)
	want := fmt.Sprint("GET", "wss://h.example/p?a=1&b=%20x&c", "HTTP/1.1", []harPair{{"a", "1"}, {"b", " x"}, {"c", ""}},
		[]harPair{{"a", "b"}, {"c", "d=e"}}, []harPair{{"s", "1"}, {"t", "2"}}, 101, "Switching Protocols")
	if got != want || e.ServerIPAddress != "2001:db8::1" || e.Connection != "50000" {
		t.Errorf("got  %s\nwant %s; server %s, connection %s", got, want, e.ServerIPAddress, e.Connection)
	}
}

func TestHARMessages(t *testing.T) {
	t.Parallel()
	b64 := base64.StdEncoding.EncodeToString
	for _, row := range []struct {
		name   string
		change func(*ws.Message)
		want   harMessage
		lost   string
	}{
		{"text", func(*ws.Message) {}, harMessage{Type: "send", Opcode: 1, Data: "aé"}, "masking keys of 1 message"},
		{"text from the server", func(m *ws.Message) { m.Dir = ws.S2C }, harMessage{Type: "receive", Opcode: 1, Data: "aé"}, ""},
		{"binary", func(m *ws.Message) { m.Opcode = ws.OpBinary }, harMessage{Type: "send", Opcode: 2, Data: b64([]byte("aé"))}, ""},
		{"text that is not UTF-8", func(m *ws.Message) { m.ValidUTF8 = false }, harMessage{Type: "send", Opcode: 1, Data: b64([]byte("aé")), Encoding: "base64"}, "1 text message"},
		{"partial", func(m *ws.Message) { m.State, m.Missing = ws.Partial, 7 },
			harMessage{Type: "send", Opcode: 1, Data: b64([]byte("aé")), Encoding: "base64", State: "partial", Missing: 7}, "1 message not known exactly"},
		{"undecodable", func(m *ws.Message) { m.State, m.Why = ws.Undecodable, ws.UnknownExtension },
			harMessage{Type: "send", Opcode: 1, Data: b64([]byte("aé")), Encoding: "base64", State: "undecodable", Why: "unknown extension"}, ""},
		{"ping", func(m *ws.Message) { m.Opcode = ws.OpPing }, harMessage{Type: "send", Opcode: 9, Data: b64([]byte("aé"))}, ""},
		{"fragments", func(m *ws.Message) { m.Frames = 3 }, harMessage{Type: "send", Opcode: 1, Data: "aé"}, "fragments"},
		{"compressed", func(m *ws.Message) { m.Compressed = true }, harMessage{Type: "send", Opcode: 1, Data: "aé"}, "compressed"},
		{"a secret", func(m *ws.Message) { m.Payload = []byte(`{"token":"x"}`) }, harMessage{Type: "send", Opcode: 1, Data: `{"token":"#"}`, Redacted: 1}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m := message(ws.OpText, "aé")
			m.Last.Time = noon
			row.change(m)
			h := &export.HAR{Control: true, Redact: redactor()}
			e, log, text := written(t, h, whole(), nil, m)
			if len(e.WebSocketMessages) != 1 {
				t.Fatalf("%d messages in %s", len(e.WebSocketMessages), text)
			}
			got := e.WebSocketMessages[0]
			if got.Time != "1795176000.123456789" {
				t.Errorf("time %s", got.Time)
			}
			got.Time, got.Data = "", marked(got.Data)
			if got != row.want {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
			if !strings.Contains(strings.Join(h.Lost(), "\n"), row.lost) || !strings.Contains(log.Log.Comment, row.lost) {
				t.Errorf("lost %q, comment %q: want %q", h.Lost(), log.Log.Comment, row.lost)
			}
		})
	}
}

// What has no place in a HAR is counted.
func TestHARLeavesOut(t *testing.T) {
	t.Parallel()
	h := &export.HAR{}
	e, _, _ := written(t, h, whole(), nil, message(ws.OpPing, ""), message(ws.OpPong, ""), message(3, "x"))
	if len(e.WebSocketMessages) != 0 {
		t.Errorf("got %+v", e.WebSocketMessages)
	}
	lost := strings.Join(h.Lost(), "\n")
	for _, want := range []string{"2 control frames left out", "reserved opcodes or that continue nothing: 1 message"} {
		if !strings.Contains(lost, want) {
			t.Errorf("%q does not say %q", lost, want)
		}
	}
}

func TestHARClose(t *testing.T) {
	t.Parallel()
	closed := message(ws.OpClose, "\x03\xe8bye")
	closed.Last.Time = noon
	for _, row := range []struct {
		name   string
		change func(*decode.Session)
		closed *ws.Message
		want   string
	}{
		{"a code and a reason", func(s *decode.Session) { s.Close = &decode.Close{Code: 1000, Reason: []byte("bye")} }, closed,
			`{"code":1000,"reason":"bye","timestamp":1795176000.123456789}`},
		{"without a code", func(s *decode.Session) { s.Close = &decode.Close{Code: -1} }, closed, `{"reason":"","timestamp":1795176000.123456789}`},
		{"a reset", func(s *decode.Session) { s.End = decode.EndRST }, nil, `"aborted"`},
		{"a FIN", func(s *decode.Session) { s.End = decode.EndFIN }, nil, `"aborted"`},
		{"the end of the capture", func(s *decode.Session) { s.End = decode.EndCapture }, nil, ""},
	} {
		s := whole()
		row.change(s)
		if e, _, _ := written(t, &export.HAR{}, s, row.closed); string(e.WebSocketClose) != row.want {
			t.Errorf("%s: got %s, want %s", row.name, e.WebSocketClose, row.want)
		}
	}
}

// What is written is read back by decode/har.
func TestHARIsReadBack(t *testing.T) {
	t.Parallel()
	text, binary := message(ws.OpText, "aé\"\\\x00"), message(ws.OpBinary, "\xff\x00")
	binary.Dir, binary.ValidUTF8, text.Last.Time = ws.S2C, false, noon
	s := whole()
	s.Close, s.End = &decode.Close{Code: 1000, Reason: []byte("bye")}, decode.EndClose
	_, _, out := written(t, &export.HAR{}, s, message(ws.OpClose, "\x03\xe8bye"), text, binary)
	f, err := har.Parse(out)
	if err != nil || f.Damage != nil || len(f.Sessions) != 1 {
		t.Fatalf("%v, %+v", err, f)
	}
	got := f.Sessions[0]
	if len(got.Messages) != 2 || string(got.Messages[0].Payload) != string(text.Payload) || got.Messages[0].Dir != ws.C2S || got.Messages[0].Last.Time != noon ||
		string(got.Messages[1].Payload) != string(binary.Payload) || got.Messages[1].Dir != ws.S2C || got.Messages[1].Opcode != ws.OpBinary {
		t.Errorf("messages %+v", got.Messages)
	}
	i := got.Info
	if i.Host != s.Host || i.Path != s.Path || i.Scheme != s.Scheme || i.Status != 101 || i.Started != s.Started || i.Ended != s.Ended || i.Close.Code != 1000 || string(i.Close.Reason) != "bye" {
		t.Errorf("session %+v", i)
	}
}
