package payload_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/wspeek/wspeek/decode/payload"
)

var discordServer = []string{
	`{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":400}}`, `{"t":"READY","s":1,"op":0,"d":{"v":10}}`, `{"t":null,"s":null,"op":11,"d":null}`,
	`{"t":"MESSAGE_CREATE","s":2,"op":0,"d":{"content":"hello, hello, hello, hello"}}`,
}

var discordWant = []string{
	"1 discord/hello", "2 discord/identify", "3 discord/dispatch/READY>2", "4 discord/heartbeat~", "5 discord/heartbeat_ack>4~",
	"6 discord/dispatch/MESSAGE_CREATE",
}

// discordTalk has the server's messages as they come over the wire.
func discordTalk(server []string) []string {
	return []string{
		"<b " + server[0], `> {"op":2,"d":{"token":"T","intents":1}}`, "<b " + server[1], `> {"op":1,"d":1}`, "<b " + server[2], "<b " + server[3],
	}
}

// flushed are the server's messages in one compressed stream.
func flushed(t *testing.T, begin func(*bytes.Buffer) interface {
	Write([]byte) (int, error)
	Flush() error
}) (out []string) {
	t.Helper()
	var b bytes.Buffer
	w := begin(&b)
	for _, s := range discordServer {
		if _, err := w.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		out = append(out, b.String())
		b.Reset()
	}
	return out
}

type flusher = interface {
	Write([]byte) (int, error)
	Flush() error
}

func zlibServer(t *testing.T) []string {
	t.Helper()
	return flushed(t, func(b *bytes.Buffer) flusher { return zlib.NewWriter(b) })
}

func zstdServer(t *testing.T) []string {
	t.Helper()
	return flushed(t, func(b *bytes.Buffer) flusher {
		w, err := zstd.NewWriter(b)
		if err != nil {
			t.Fatal(err)
		}
		return w
	})
}

func TestDiscord(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		query  string
		server []string
	}{
		{"encoding=json", discordServer},
		{"encoding=json&compress=zlib-stream", zlibServer(t)},
		{"encoding=json&compress=zstd-stream", zstdServer(t)},
	} {
		talk := discordTalk(row.server)
		if row.query == "encoding=json" {
			talk = strings.Split(strings.ReplaceAll(strings.Join(talk, "\x00"), "<b ", "< "), "\x00")
		}
		got, _ := said(t, payload.Opening{Target: "/?v=10&" + row.query}, payload.ReaderOptions{}, talk...)
		t.Log(row.query)
		expect(t, got, discordWant...)
	}
}

// The compressed stream may be cut into messages anywhere.
func TestDiscord_AnyCut(t *testing.T) {
	t.Parallel()
	for name, server := range map[string][]string{"zlib": zlibServer(t), "zstd": zstdServer(t)} {
		for i := 1; i < len(server[1]); i++ {
			o := payload.Opening{Target: "/?v=10&encoding=json&compress=" + name + "-stream"}
			got, _ := said(t, o, payload.ReaderOptions{}, "<b "+server[0], "<b "+server[1][:i], "<b "+server[1][i:], "<b "+server[2])
			if s := strings.Join(got, " "); s != "1 discord/hello 2 discord/part 3 discord/dispatch/READY 4 discord/heartbeat_ack~" {
				t.Fatalf("%s, cut at %d: %s", name, i, s)
			}
		}
	}
}

// After a gap the compressed stream is lost, and that is said; what the client sends is not.
func TestDiscord_Gap(t *testing.T) {
	t.Parallel()
	server := zlibServer(t)
	var got []string
	r := payload.NewReader(payload.Opening{Target: "/?v=10&encoding=json&compress=zlib-stream"}, payload.ReaderOptions{},
		func(_ *payload.Message, apps []payload.App) {
			for i := range apps {
				got = append(got, apps[i].Event+": "+apps[i].Summary)
			}
		})
	for i, p := range []string{"<b " + server[0], "<b " + server[2], `> {"op":1,"d":1}`} {
		if i == 1 {
			r.Lost(false)
		}
		m := messageOf(i, p)
		r.Push(&m)
	}
	expect(t, got, `hello: hello {"heartbeat_interval":400}`, "part: after a gap: the compressed stream cannot be read on", "heartbeat: heartbeat 1")
}

func TestDiscord_ETF(t *testing.T) {
	t.Parallel()
	atom := func(s string) string { return "w" + string(byte(len(s))) + s }
	bin := func(s string) string { return "m\x00\x00" + s16(s) }
	hello := "\x83t\x00\x00\x00\x04" + atom("op") + "a\x0a" + atom("d") + "t\x00\x00\x00\x01" + atom("heartbeat_interval") + "b\x00\x00\xa1\x22" +
		atom("s") + atom("nil") + atom("t") + atom("nil")
	ready := "\x83t\x00\x00\x00\x04" + atom("op") + "a\x00" + atom("s") + "a\x01" + atom("t") + bin("READY") + atom("d") +
		"t\x00\x00\x00\x06" + atom("id") + "n\x08\x00\x00\x00\x80\x4d\xc2\x23\x21\x01" + bin("list") + "l\x00\x00\x00\x02a\x01" + atom("true") + "j" +
		atom("empty") + "j" + atom("f") + "F\x3f\xf8\x00\x00\x00\x00\x00\x00" + atom("pair") + "h\x02a\x01a\x02" + atom("s") + "k\x00\x02hi"
	a := told(t, payload.Opening{Target: "/?v=10&encoding=etf"}, "<b "+hello, "<b "+ready)
	if len(a) != 2 || a[0].Event != "hello" || asJSON(a[0].Args) != `{"heartbeat_interval":41250}` {
		t.Fatalf("got %+v", a)
	}
	want := fmt.Sprintf(`{"empty":[],"f":1.5,"id":%d,"list":[1,true],"pair":[1,2],"s":"hi"}`, int64(0x012123c24d800000))
	if got := asJSON(a[1].Args); got != want || a[1].Name != "READY" {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestDiscord_IsNotClaimed(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/?encoding=json", "/?v=10", "/?v=10&encoding=json"} {
		if got := told(t, payload.Opening{Target: target}, `< {"op":"10","d":{}}`, `> {"op":1}`); len(got) > 0 {
			t.Errorf("%s was claimed: %v", target, got)
		}
	}
}
