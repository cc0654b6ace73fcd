package check_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wspeek/wspeek/decode/check"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/pcaps"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	const minute = 60 * time.Second
	for _, row := range []struct {
		name  string
		write func() *pcaps.Conversation
		cause string
		sure  check.Certainty
		by    string // "" for nobody
		code  int
		says  []string
		// never are words that would claim what was not captured.
		never []string
	}{
		{"closed by the server", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			c.SendFrames(pcaps.S2C, pcaps.Close(1001, "deploy"))
			c.SendFrames(pcaps.C2S, pcaps.Close(1001, "").Masked(key))
			c.Close()
			return c
		}, "closed", check.Seen, "s2c", 1001, []string{`the server closed it with 1001 Going Away "deploy" (packet 12)`, "client answered", "(packet 14)"}, []string{"probably"}},
		{"closed without a code", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Close(0, "").Masked(key))
			c.SendFrames(pcaps.S2C, pcaps.Close(0, ""))
			c.Close()
			return c
		}, "closed", check.Seen, "c2s", 1005, []string{"a Close without a code"}, []string{"-1", "1006"}},
		{"closed, then a RST", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
			c.SendFrames(pcaps.S2C, pcaps.Close(1000, ""))
			c.Rst(pcaps.C2S)
			return c
		}, "closed", check.Seen, "c2s", 1000, []string{"RST of the client followed", "harmless"}, nil},
		{"close that is not answered", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
			c.Fin(pcaps.S2C)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "close-unanswered", check.Seen, "c2s", 1000, []string{"the client sent Close 1000", "a FIN came from the server", "instead of a Close frame of the server"}, nil},
		{"close after the other side's FIN", func() *pcaps.Conversation {
			c := talk()
			c.Fin(pcaps.S2C)
			c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "close-unanswered", check.Seen, "s2c", 1000, []string{"a FIN of the server came first (packet 8), then the client sent Close 1000", "got no answer"}, []string{"later", "instead"}},
		{"close, and the capture ends", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Close(1000, "").Masked(key))
			return c
		}, "close-unanswered", check.Unknown, "c2s", 1000, []string{"the capture shows no answer", "the capture ended"}, []string{"instead"}},
		{"idle for a minute, then FIN", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			silent(c, minute)
			c.Fin(pcaps.S2C)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "idle", check.Probable, "s2c", 1006, []string{"exactly 60 s (since packet 10)", "probably an idle timeout", "nginx", "FIN (packet 12)", "1006"}, nil},
		{"idle for 47 s is no timeout", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			silent(c, 47*time.Second)
			c.Fin(pcaps.S2C)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "fin", check.Unknown, "s2c", 1006, []string{"does not show why, 47.0 s after the last message"}, []string{"idle", "probably"}},
		{"one direction idle for a minute", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.S2C, pcaps.Text("last word"))
			silent(c, 27*time.Second)
			c.SendFrames(pcaps.C2S, pcaps.Text("still here").Masked(key))
			silent(c, 33*time.Second)
			c.Fin(pcaps.S2C)
			return c
		}, "idle", check.Probable, "s2c", 1006, []string{"the server had sent nothing for exactly 60 s", "one direction"}, nil},
		{"pong that never came", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			c.SendFrames(pcaps.S2C, pcaps.Ping("a"))
			silent(c, 20*time.Second)
			c.Fin(pcaps.S2C)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "pong-missing", check.Probable, "s2c", 1006, []string{"its ping of packet 12 got no pong in 20.0 s", "probably it gave the client up"}, []string{"idle"}},
		{"ping just before the FIN proves nothing", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			c.SendFrames(pcaps.S2C, pcaps.Ping("a"))
			c.Fin(pcaps.S2C)
			return c
		}, "fin", check.Unknown, "s2c", 1006, []string{"does not show why"}, []string{"pong", "probably"}},
		{"the other side's ping proves nothing", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Ping("a").Masked(key))
			silent(c, 7*time.Second)
			c.Fin(pcaps.S2C)
			return c
		}, "fin", check.Unknown, "s2c", 1006, nil, []string{"gave", "probably"}},
		{"RST with unacknowledged bytes", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			c.Push(pcaps.C2S, pcaps.Text("0123456789").Masked(key).Bytes())
			c.Rst(pcaps.S2C)
			return c
		}, "rst", check.Unknown, "s2c", 1006, []string{"the server ended it with a RST (packet 13)", "16 bytes of the client not acknowledged", "does not show why"}, []string{"probably"}},
		{"half-close", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			c.Wait(2 * time.Second)
			c.SendFrames(pcaps.S2C, pcaps.Text("more"))
			c.Fin(pcaps.S2C)
			c.Ack(pcaps.C2S)
			return c
		}, "half-close", check.Seen, "c2s", 1006, []string{"half-close: the server went on to send", "(to packet 14)"}, []string{"probably"}},
		{"FIN after a broken rule", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Text("not masked"))
			c.Fin(pcaps.S2C)
			c.Fin(pcaps.C2S)
			c.Ack(pcaps.S2C)
			return c
		}, "rule-broken", check.Probable, "s2c", 1006, []string{"probably because the client broke ws.mask-required (packet 8)"}, nil},
		{"close 1002 after a broken rule", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Text("not masked"))
			c.SendFrames(pcaps.S2C, pcaps.Close(1002, ""))
			c.SendFrames(pcaps.C2S, pcaps.Close(1002, "").Masked(key))
			c.Close()
			return c
		}, "closed", check.Seen, "s2c", 1002, []string{"probably because the client broke ws.mask-required (packet 8)"}, nil},
		{"close 1007 after a distance beyond the agreed window", func() *pcaps.Conversation {
			c := &pcaps.Conversation{}
			deflated(c, "; server_max_window_bits=9")
			var z pcaps.Deflater
			var b strings.Builder
			for i := range 400 {
				b.WriteString(strconv.Itoa(i * i))
			}
			c.SendFrames(pcaps.S2C, z.Text(b.String()), z.Text(b.String()[:60]))
			c.SendFrames(pcaps.C2S, pcaps.Close(1007, "").Masked(key))
			c.SendFrames(pcaps.S2C, pcaps.Close(1007, ""))
			c.Close()
			return c
		}, "closed", check.Seen, "c2s", 1007, []string{"probably because the server broke deflate.window"}, nil},
		{"peer gone", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			s := c.Segment(pcaps.S2C)
			s.Flags, s.Payload = pcaps.PSH|pcaps.ACK, pcaps.Text("anybody?").Bytes()
			for i := range 5 {
				s.ID = uint16(900 + i)
				c.Put(s)
				c.Wait(time.Duration(1<<i) * time.Second)
			}
			c.Skip(pcaps.S2C, len(s.Payload))
			c.Fin(pcaps.S2C)
			return c
		}, "peer-vanished", check.Probable, "s2c", 1006, []string{"the server sent 10 bytes again 4 times", "probably the client or the path to it was gone"}, nil},
		{"still open", func() *pcaps.Conversation {
			c := talk()
			hello(c)
			return c
		}, "open", check.Seen, "", 0, []string{"still open when the capture ended"}, []string{"1006", "probably"}},
		{"still open with a ping", func() *pcaps.Conversation {
			c := talk()
			c.SendFrames(pcaps.C2S, pcaps.Ping("a").Masked(key))
			silent(c, 9*time.Second)
			c.Ack(pcaps.S2C)
			return c
		}, "open", check.Seen, "", 0, []string{"the client's ping of packet 8 had no pong for 9.00 s"}, []string{"1006"}},
		{"refused", func() *pcaps.Conversation {
			c := &pcaps.Conversation{}
			c.Upgrade(pcaps.Request{Target: "/admin"}, pcaps.Response{Status: 403, Reason: "Forbidden", Headers: [][2]string{{"Content-Length", "0"}}})
			c.Close()
			return c
		}, "refused", check.Seen, "s2c", 0, []string{"refused the opening handshake for /admin with 403 Forbidden (packet 6)", "probably because of its Origin"}, []string{"1006"}},
		{"redirected", func() *pcaps.Conversation {
			c := &pcaps.Conversation{}
			c.Upgrade(pcaps.Request{}, pcaps.Response{Status: 302, Reason: "Found", Headers: [][2]string{{"Location", "/login"}, {"Content-Length", "0"}}})
			c.Close()
			return c
		}, "refused", check.Seen, "s2c", 0, []string{"302 Found", "Location: /login"}, nil},
		{"no answer", func() *pcaps.Conversation {
			c := &pcaps.Conversation{}
			c.Open()
			c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
			silent(c, 5*time.Second)
			c.Rst(pcaps.S2C)
			return c
		}, "no-answer", check.Seen, "s2c", 0, []string{"never answered", "a RST of the server ended the connection 5.0", "(packet 6)"}, []string{"1006"}},
		{"age of an hour", func() *pcaps.Conversation {
			c := talk()
			for range 40 {
				silent(c, 89*time.Second)
				c.Push(pcaps.C2S, pcaps.Text("x").Masked(key).Bytes())
				c.Push(pcaps.S2C, pcaps.Text("y").Bytes())
			}
			silent(c, 40*time.Second-42*time.Millisecond)
			c.Fin(pcaps.S2C)
			return c
		}, "lifetime", check.Probable, "s2c", 1006, []string{"exactly 3600 s old", "possibly"}, []string{"idle"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := only(t, row.write())
			v := r.Verdict
			if want := phrases[row.name]; r.Phrase() != want.text || r.Hurt() != want.hurt {
				t.Errorf("in short %q, hurt: %v; want %q, %v", r.Phrase(), r.Hurt(), want.text, want.hurt)
			}
			by := ""
			if v.HasBy {
				by = v.By.String()
			}
			if v.Cause != row.cause || v.Certainty != row.sure || by != row.by || v.Code != row.code {
				t.Errorf("got %s, %s, by %q, %d; want %s, %s, by %q, %d", v.Cause, v.Certainty, by, v.Code, row.cause, row.sure, row.by, row.code)
			}
			for _, s := range row.says {
				if !strings.Contains(v.Text(), s) {
					t.Errorf("%q is not in the verdict", s)
				}
			}
			for _, s := range row.never {
				if strings.Contains(v.Text(), s) {
					t.Errorf("%q is in the verdict", s)
				}
			}
			if len(v.Packets) == 0 || !slices.IsSorted(v.Packets) {
				t.Errorf("packets %v prove it", v.Packets)
			}
			t.Log(v.Text())
		})
	}
}

// Nothing is concluded from what is not there when not everything was captured.
func TestMissingBytesLeaveDoubt(t *testing.T) {
	t.Parallel()
	c := talk()
	hello(c)
	c.SendFrames(pcaps.S2C, pcaps.Ping("a"))
	c.Skip(pcaps.C2S, len(pcaps.Pong("a").Masked(key).Bytes())) // sent, not captured
	c.Ack(pcaps.S2C)
	silent(c, 60*time.Second)
	c.Fin(pcaps.S2C)
	c.Fin(pcaps.C2S)
	c.Ack(pcaps.S2C)
	r := only(t, c)
	v := r.Verdict
	if v.Certainty != check.Unknown || v.Doubt == "" || v.Cause != "fin" || v.Code != 0 || strings.Contains(v.Text(), "1006") {
		t.Errorf("got %s, %s, doubt %q: %s", v.Cause, v.Certainty, v.Doubt, v.Text())
	}
	for _, f := range r.Findings {
		if f.Rule == rule.PingUnanswered {
			t.Errorf("ping called unanswered though bytes are missing")
		}
	}
}

// One direction alone proves no silence of the other.
func TestOneDirection(t *testing.T) {
	t.Parallel()
	c := talk()
	hello(c)
	c.SendFrames(pcaps.C2S, pcaps.Ping("a").Masked(key))
	silent(c, 60*time.Second)
	c.Fin(pcaps.C2S)
	var sent []pcaps.Packet
	for _, p := range c.Packets {
		if p.Data[14+12+3] == 1 { // the source address ends in 1
			sent = append(sent, p)
		}
	}
	c.Packets = sent
	rs := reports(t, c.File())
	if len(rs) != 1 || len(sent) == 0 {
		t.Fatalf("%d reports of %d packets", len(rs), len(sent))
	}
	if v := rs[0].Verdict; v.Code != 0 || v.HasBy || v.Certainty != check.Unknown || strings.Contains(v.Text(), "probably") || strings.Contains(v.Text(), "1006") || !strings.Contains(v.Doubt, "only one direction") {
		t.Errorf("got %s, %s, doubt %q: %s", v.Cause, v.Certainty, v.Doubt, v.Text())
	}
	if len(rs[0].Findings) != 0 {
		t.Errorf("findings %+v", rs[0].Findings)
	}
}
