package stack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/pcaps"
)

const pollPath = "/socket.io/?EIO=4&transport=polling"

// polled are the KindPoll events of a capture.
func polled(t *testing.T, c *pcaps.Conversation, on bool) (out []string) {
	t.Helper()
	how := everything
	how.Polls = on
	for _, p := range decodeAll(t, c.File(), how).polls {
		out = append(out, fmt.Sprintf("%s %d %q cut %v in %d..%d", p.Dir, p.Status, p.Body, p.Cut, p.First.Packet, p.Last.Packet))
		if p.Client.Port() == p.Server.Port() || !decode.Polls(p.Target) || p.Type != "text/plain" {
			t.Errorf("%+v", p)
		}
	}
	return out
}

func pollGet(query string) []byte {
	return []byte("GET " + pollPath + query + " HTTP/1.1\r\nHost: h\r\n\r\n")
}

func pollBody(start, body string) []byte {
	return fmt.Appendf(nil, "%s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", start, len(body), body)
}

func pollPost(body string) []byte {
	return pollBody("POST "+pollPath+"&sid=s HTTP/1.1\r\nHost: h", body)
}

func pollOK(body string) []byte { return pollBody("HTTP/1.1 200 OK", body) }

func TestPolls(t *testing.T) {
	t.Parallel()
	var c pcaps.Conversation
	c.Open()
	c.Send(pcaps.C2S, pollGet(""))
	c.Send(pcaps.S2C, pollOK(`0{"sid":"s"}`))
	c.Send(pcaps.C2S, pollPost("40"))
	c.Send(pcaps.S2C, pollOK("ok")) // says nothing
	c.Send(pcaps.C2S, pollGet("&sid=s"))
	c.Push(pcaps.S2C, pollOK("42[1]\x1e42[2]")[:70])
	c.Push(pcaps.S2C, pollOK("42[1]\x1e42[2]")[70:])
	c.Send(pcaps.C2S, []byte("GET /index.html HTTP/1.1\r\nHost: h\r\n\r\n"))
	c.Send(pcaps.S2C, pollOK("no poll"))
	c.Send(pcaps.C2S, pollGet("&sid=s"))
	c.Send(pcaps.S2C, pollBody("HTTP/1.1 400 Bad Request", "{}"))
	c.Close()
	want := []string{
		`s2c 200 "0{\"sid\":\"s\"}" cut false in 6..6`, `c2s 0 "40" cut false in 8..8`, `s2c 200 "42[1]\x1e42[2]" cut false in 14..15`,
	}
	if got := polled(t, &c, true); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := polled(t, &c, false); len(got) > 0 {
		t.Errorf("nobody asked for %q", got)
	}
}

func TestPolls_Cut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", decode.MaxPoll+10)
	for _, row := range []struct {
		name string
		say  func(*pcaps.Conversation)
		want string
	}{
		{"a gap", func(c *pcaps.Conversation) {
			p := pollOK("42[123456]")
			c.Push(pcaps.S2C, p[:len(p)-8])
			c.Skip(pcaps.S2C, 3)
			c.Push(pcaps.S2C, p[len(p)-5:])
			c.Ack(pcaps.C2S)
		}, `s2c 200 "423456]" cut true`},
		{"too long", func(c *pcaps.Conversation) {
			for p := pollOK(long); len(p) > 0; p = p[min(len(p), 1400):] {
				c.Push(pcaps.S2C, p[:min(len(p), 1400)])
			}
		}, fmt.Sprintf("s2c 200 %q cut true", long[:decode.MaxPoll])},
	} {
		var c pcaps.Conversation
		c.Open()
		c.Send(pcaps.C2S, pollGet("&sid=s"))
		row.say(&c)
		c.Close()
		if got := polled(t, &c, true); len(got) != 1 || !strings.HasPrefix(got[0], row.want+" in") {
			t.Errorf("%s: got %.200q, want %.200s", row.name, got, row.want)
		}
	}
}
