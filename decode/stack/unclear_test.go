package stack_test

import (
	"bytes"
	"testing"

	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// A connection without a session, of which so much is missing or in doubt that it may carry one, makes the run incomplete.
func TestConnectionsThatMayCarryWebSocket(t *testing.T) {
	t.Parallel()
	request := pcaps.Request{}.Bytes()
	forged := append([]byte("\x00\xff"), request[2:]...)
	rows := []struct {
		name       string
		incomplete bool
		talk       func(c *pcaps.Conversation)
	}{
		{"a status line is cut by a gap", true, func(c *pcaps.Conversation) {
			c.Send(pcaps.S2C, []byte("HTTP/1."))
			c.Skip(pcaps.S2C, 200)
			c.Send(pcaps.S2C, []byte("\x81\x02ok"))
		}},
		{"copies of the request differ, the rest is missing", true, func(c *pcaps.Conversation) {
			pushForged(c, pcaps.C2S, request, forged, true)
			c.Skip(pcaps.C2S, 300)
			c.Send(pcaps.C2S, clientText("hello").Bytes())
		}},
		{"copies of the start line differ behind the method", true, func(c *pcaps.Conversation) {
			pushForged(c, pcaps.C2S, request, bytes.Replace(request, []byte("HTTP"), []byte("H\x00TP"), 1), true)
		}},
		{"another protocol with a gap", false, func(c *pcaps.Conversation) {
			c.Send(pcaps.S2C, []byte("SSH-2.0-OpenSSH_9.6\r\n"))
			c.Send(pcaps.C2S, []byte("SSH-2.0-OpenSSH_9.6\r\n"))
			c.Skip(pcaps.S2C, 200)
			c.Send(pcaps.S2C, []byte("\x00\x00\x01\x0c\x0a\x14"))
		}},
		{"HTTP whose body has a gap", false, func(c *pcaps.Conversation) {
			c.Send(pcaps.C2S, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
			c.Send(pcaps.S2C, []byte("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n0123456789"))
			c.Skip(pcaps.S2C, 10)
			c.Send(pcaps.S2C, []byte("0123456789"))
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			row.talk(c)
			c.Close()
			r := tell(t, c)
			if len(r.sessions) > 0 {
				t.Fatalf("%d sessions, want none", len(r.sessions))
			}
			if got := len(r.account.Why) > 0; got != row.incomplete {
				t.Errorf("incomplete: %v because of %q, want %v", got, r.account.Why, row.incomplete)
			}
		})
	}
}

// The end of the request is captured late, within a second: nothing is guessed.
func TestLateEndOfTheRequest(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	request := pcaps.Request{}.Bytes()
	c.Push(pcaps.C2S, request[:100])
	late := c.Segment(pcaps.C2S)
	late.Payload = request[100:]
	c.Skip(pcaps.C2S, len(late.Payload))
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	for range 60 {
		c.SendFrames(pcaps.C2S, clientText("hello"))
		c.SendFrames(pcaps.S2C, pcaps.Text("welcome"))
	}
	c.Put(late)
	r := tell(t, c)
	if got := len(r.exact(1, ws.C2S, true)) + len(r.exact(1, ws.S2C, true)); got != 120 || len(r.account.Why) > 0 {
		t.Errorf("%d messages are exact, incomplete because of %q; want 120, and nothing missing", got, r.account.Why)
	}
}
