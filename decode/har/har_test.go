package har_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/har"
	"github.com/wspeek/wspeek/decode/ws"
)

// chrome, mitmproxy and toolkit are entries as these programs write them.
const (
	chrome = `{"_initiator":{"type":"script"},"_resourceType":"websocket","cache":{},"request":{"method":"GET","url":"wss://example.test/chat?room=7",
"httpVersion":"HTTP/1.1","headers":[{"name":"Host","value":"example.test"},{"name":"Origin","value":"https://example.test"}]},
"response":{"status":101,"statusText":"Switching Protocols","httpVersion":"HTTP/1.1","headers":[{"name":"Sec-WebSocket-Accept","value":"x"},
{"name":"sec-websocket-protocol","value":"chat"},{"name":"Sec-WebSocket-Extensions","value":"permessage-deflate"}]},
"serverIPAddress":"192.0.2.2","startedDateTime":"2026-11-20T12:51:13.995Z","time":229.622,
"_webSocketMessages":[{"type":"send","time":1795179073.997294,"opcode":1,"data":"hello"},
{"type":"receive","time":1795179074.002517,"opcode":2,"data":"AAEC/w=="},
{"type":"error","time":1795179074.1,"opcode":-1,"data":"net::ERR"}]}`
	mitmproxy = `{"startedDateTime":"2026-11-20T12:51:13.995000+00:00","time":1,"request":{"method":"GET","url":"https://example.test/ws","httpVersion":"HTTP/1.1","headers":[]},
"response":{"status":101,"headers":[]},"_resourceType":"websocket","_webSocketMessages":[{"type":"receive","time":1795179074,"opcode":1,"data":"\u00e9\ud83d\ude00"}]}`
	toolkit = `{"_webSocketClose":{"code":4001,"reason":"bye","timestamp":1795179075.5},"_resourceType":"websocket","request":{"url":"ws://example.test:8080/"},
"response":{"status":101},"_webSocketMessages":[{"type":"send","opcode":1,"data":"","time":1795179074.5}]}`
	page = `{"request":{"method":"GET","url":"https://example.test/"},"response":{"status":200,"content":{"text":"<html>"}}}`
)

func file(entries ...string) string {
	return `{"log":{"version":"1.2","creator":{"name":"x"},"entries":[` + strings.Join(entries, ",") + `]}}`
}

func parse(t *testing.T, s string) *har.File {
	t.Helper()
	f, err := har.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParse(t *testing.T) {
	t.Parallel()
	f := parse(t, file(page, chrome, mitmproxy, toolkit))
	if f.Entries != 4 || len(f.Sessions) != 3 || f.Damage != nil {
		t.Fatalf("%d entries, %d sessions, damage %v", f.Entries, len(f.Sessions), f.Damage)
	}
	s := f.Sessions[0]
	i := s.Info
	got := fmt.Sprint(i.N, i.Scheme, i.Host, i.Path, i.Method, i.Status, i.Subprotocol, i.Extensions, i.HandshakeSeen, i.Server, i.Started.String(), int64(i.Ended-i.Started), len(i.RequestHeaders), s.Control, s.Skipped)
	want := "1 wss example.test /chat?room=7 GET 101 chat permessage-deflate true 192.0.2.2:0 2026-11-20T12:51:13.995000000Z 229622000 2 false 1"
	if strings.Join(strings.Fields(got), "") != strings.Join(strings.Fields(want), "") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	m := s.Messages
	if len(m) != 2 || m[0].Dir != ws.C2S || string(m[0].Payload) != "hello" || !m[0].ValidUTF8 || m[0].Last.Time != 1795179073997294000 ||
		m[1].Dir != ws.S2C || m[1].Opcode != ws.OpBinary || !bytes.Equal(m[1].Payload, []byte{0, 1, 2, 255}) || m[1].Len != 4 || m[1].N != 2 {
		t.Errorf("messages %+v", m)
	}
	if m := f.Sessions[1].Messages; f.Sessions[1].Info.Scheme != "wss" || string(m[0].Payload) != "é😀" || m[0].Last.Time != 1795179074e9 {
		t.Errorf("mitmproxy: %+v", m)
	}
	c := f.Sessions[2].Info
	if c.Close == nil || c.Close.Code != 4001 || string(c.Close.Reason) != "bye" || c.End != decode.EndClose || c.HandshakeSeen {
		t.Errorf("HTTP Toolkit: %+v", c)
	}
}

func TestParseOddities(t *testing.T) {
	t.Parallel()
	messages := func(s string) string {
		return file(`{"request":{"url":"ws://h/"},"response":{"status":101},"_webSocketMessages":[` + s + `]}`)
	}
	for _, c := range []struct{ name, in, want string }{
		{"milliseconds", messages(`{"type":"send","time":1795179074002.5,"opcode":1,"data":"x"}`), `1795179074002500000 text exact "x"`},
		{"time as exponent", messages(`{"type":"send","time":1.795e9,"opcode":1,"data":"x"}`), `1795000000000000000 text exact "x"`},
		{"time in quotes", messages(`{"type":"send","time":"1795179074","opcode":"1","data":"x"}`), `1795179074000000000 text exact "x"`},
		{"data of another type", messages(`{"type":"send","data":7,"opcode":1}`), `0 text exact ""`},
		{"no time", messages(`{"type":"send","opcode":1,"data":"x"}`), `0 text exact "x"`},
		{"time is a word", messages(`{"type":"send","time":"now","opcode":1,"data":"x"}`), `0 text exact "x"`},
		{"no opcode", messages(`{"type":"send","data":"x"}`), `0 text exact "x"`},
		{"binary without padding", messages(`{"type":"send","opcode":2,"data":"AAE"}`), `0 binary exact "\x00\x01"`},
		{"binary that is no base64", messages(`{"type":"send","opcode":2,"data":"..."}`), `0 binary undecodable "..."`},
		{"text as base64", messages(`{"type":"send","opcode":1,"data":"/w==","_encoding":"base64"}`), `0 text exact "\xff"`},
		{"partial", messages(`{"type":"send","opcode":1,"data":"/w==","_encoding":"base64","_state":"partial","_missing":7}`), `0 text partial "\xff"`},
		{"close", messages(`{"type":"send","opcode":8,"data":"A+hieWU="}`), `0 close exact "bye"`},
		{"opcode out of range", messages(`{"type":"send","opcode":99,"data":"x"}`), ``},
		{"messages are no list", file(`{"request":{"url":"ws://h/"},"_webSocketMessages":{"a":[1]}}`), ``},
		{"a message is no object", messages(`7,[[]],{"type":"send","data":"x"}`), `0 text exact "x"`},
		{"byte order mark", "\xef\xbb\xbf" + messages(`{"type":"send","data":"x"}`), `0 text exact "x"`},
	} {
		f := parse(t, c.in)
		var got []string
		for _, m := range f.Sessions[0].Messages {
			got = append(got, fmt.Sprintf("%d %s %s %q", int64(m.Last.Time), m.Opcode, m.State, m.Reason()))
		}
		if s := strings.Join(got, ","); s != c.want || f.Damage != nil {
			t.Errorf("%s: got %s, want %s (damage %v)", c.name, s, c.want, f.Damage)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "{", "[]", `{"log":{}}`, `{"log":[]}`, `{"a":1}`, "\xd4\xc3\xb2\xa1", `{"log":{"entri`, `7`, `null`} {
		if f, err := har.Parse([]byte(s)); !errors.Is(err, har.ErrNotHAR) {
			t.Errorf("%q: got %v, %v", s, f, err)
		}
	}
}

// TestParseCut cuts a file at every byte: what is before the cut is reported, the damage too.
func TestParseCut(t *testing.T) {
	t.Parallel()
	whole := file(chrome, mitmproxy)
	first := strings.Index(whole, `{"type":"receive","time":1795179074.002517`)
	begin := strings.Index(whole, `"entries":[`) + len(`"entries":[`)
	for n := begin; n < len(whole); n++ {
		f, err := har.Parse([]byte(whole[:n]))
		if err != nil || f.Damage == nil {
			t.Fatalf("cut at %d: %v, damage lost", n, err)
		}
		if n > first && (len(f.Sessions) == 0 || string(f.Sessions[0].Messages[0].Payload) != "hello") {
			t.Fatalf("cut at %d: the first message is lost", n)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(file(page, chrome, mitmproxy, toolkit)))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, err := har.Parse(b)
		if (out == nil) != (err != nil) {
			t.Fatal("a file or an error, not both")
		}
		if out == nil {
			return
		}
		for i, s := range out.Sessions {
			if s.Info.N != i+1 {
				t.Fatalf("session %d has number %d", i+1, s.Info.N)
			}
			for k, m := range s.Messages {
				if m.N != k+1 || m.Len != int64(len(m.Reason())) || m.State == ws.Exact && len(m.Payload) > len(b) {
					t.Fatalf("message %d: %+v", k+1, m)
				}
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var ms []string
	for i := range 1000 {
		ms = append(ms, fmt.Sprintf(`{"type":"send","time":1795179073.%06d,"opcode":1,"data":"{\"id\":%d,\"text\":\"the quick brown fox\"}"}`, i, i))
	}
	data := []byte(file(`{"request":{"url":"ws://h/"},"_webSocketMessages":[` + strings.Join(ms, ",") + `]}`))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if f, err := har.Parse(data); err != nil || len(f.Sessions[0].Messages) != 1000 {
			b.Fatal(err)
		}
	}
}

func Example() {
	f, err := har.Parse([]byte(file(toolkit)))
	if err != nil {
		panic(err)
	}
	s := f.Sessions[0]
	fmt.Println(s.Info.Host, len(s.Messages), s.Info.Close.Code)
	// Output: example.test:8080 1 4001
}

// TestRefusedStaysRefused: a close of a session that was never open does not make it one that was.
func TestRefusedStaysRefused(t *testing.T) {
	t.Parallel()
	const entry = `{"_resourceType":"websocket","request":{"method":"GET","url":"ws://h/p"},"response":{"status":401},"_webSocketClose":%s}`
	for _, closed := range []string{"null", `"aborted"`, `{"code":1006,"reason":""}`} {
		f := parse(t, file(fmt.Sprintf(entry, closed)))
		if got := f.Sessions[0].Info.State; got != decode.Refused {
			t.Errorf("_webSocketClose %s: got %v, want refused", closed, got)
		}
	}
}
