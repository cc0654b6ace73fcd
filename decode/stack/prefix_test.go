package stack_test

import (
	"net/netip"
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/pcaps"
)

// after is a session whose client sends prefix before its request, and whose server sends answer then, if that is not empty.
func after(prefix, answer string) *pcaps.Conversation {
	c := &pcaps.Conversation{}
	c.Open()
	if answer != "" {
		c.Send(pcaps.C2S, []byte(prefix))
		c.Send(pcaps.S2C, []byte(answer))
		prefix = ""
	}
	c.Send(pcaps.C2S, append([]byte(prefix), pcaps.Request{}.Bytes()...))
	c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
	c.SendFrames(pcaps.S2C, pcaps.Text("one"))
	c.SendFrames(pcaps.C2S, clientText("two"))
	c.Close()
	return c
}

// A connection with something before its first request is found as without it.
func TestPrefixBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	v4 := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x07\x0a\x01\x00\x02\xac\x5b\x1f\x90"
	v6 := "\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07" +
		"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x50\x01\xbb"
	for _, row := range []struct {
		name, prefix, answer string
		state                string
		client               string // of the PROXY header
		tunnel               decode.Tunnel
	}{
		{"PROXY version 1", "PROXY TCP4 203.0.113.7 10.1.0.2 44123 8080\r\n", "", "exact", "203.0.113.7:44123", decode.Tunnel{}},
		{"PROXY version 1 over IPv6", "PROXY TCP6 2001:db8::7 2001:db8::8 80 443\r\n", "", "exact", "[2001:db8::7]:80", decode.Tunnel{}},
		{"PROXY version 1 without addresses", "PROXY UNKNOWN\r\n", "", "exact", "", decode.Tunnel{}},
		{"PROXY version 2", v4, "", "exact", "203.0.113.7:44123", decode.Tunnel{}},
		{"PROXY version 2 over IPv6", v6, "", "exact", "[2001:db8::7]:80", decode.Tunnel{}},
		{"PROXY version 2 of the load balancer itself", "\r\n\r\n\x00\r\nQUIT\n\x20\x00\x00\x00", "", "exact", "", decode.Tunnel{}},
		{"empty lines", "\r\n\r\n", "", "exact", "", decode.Tunnel{}},
		{"a method that nobody knows", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "exact", "", decode.Tunnel{}},
		{"SOCKS4", "\x04\x01\x00\x50\x7f\x00\x00\x01me\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00", "exact", "", decode.Tunnel{Type: "socks4", Target: "127.0.0.1:80"}},
		{"SOCKS4a", "\x04\x01\x00\x50\x00\x00\x00\x01\x00chat.example\x00", "\x00\x5a\x00\x00\x00\x00\x00\x00", "exact", "", decode.Tunnel{Type: "socks4", Target: "chat.example:80"}},
		{"something unknown in the same segment", "\x7f\x01 hello, this is a header that nobody knows\n", "", "exact", "", decode.Tunnel{}},
		{"something unknown that was answered", "KNOCK KNOCK 17:3\n", "WHO\n", "exact", "", decode.Tunnel{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := tell(t, after(row.prefix, row.answer))
			s := r.only(t)
			r.want(t, 1, ws.S2C, row.state+" one")
			r.want(t, 1, ws.C2S, row.state+" two")
			switch {
			case row.client == "" && s.Proxied != nil && s.Proxied.Client.IsValid():
				t.Errorf("client %v, want none", s.Proxied.Client)
			case row.client != "" && (s.Proxied == nil || s.Proxied.Client != netip.MustParseAddrPort(row.client)):
				t.Errorf("%+v, want client %s", s.Proxied, row.client)
			}
			if (row.tunnel.Type != "") != (s.Tunnel != nil) || s.Tunnel != nil && *s.Tunnel != row.tunnel {
				t.Errorf("tunnel %+v, want %+v", s.Tunnel, row.tunnel)
			}
		})
	}
}

// What looks like a prefix and is not one ends as undecoded bytes, and nothing is claimed.
func TestPrefixThatIsNone(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"PROXY without an end":       "PROXY TCP4 203.0.113.7 10.1.0.2 44123 8080 and so on and so on and so on and so on and so on and so on and so on and so on",
		"PROXY cut off":              "PROXY TCP4 203.0.113.7",
		"PROXY of another version":   "\r\n\r\n\x00\r\nQUIT\n\x31\x11\x00\x0cxxxxxxxxxxxx",
		"PROXY 2 that declares more": "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xffxxxxxxxxxxxx",
		"SOCKS4 without an end":      "\x04\x01\x00\x50\x7f\x00\x00\x01" + string(make([]byte, 0)) + "me",
		"no HTTP at all":             "SSH-2.0-OpenSSH_9.2\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			c.Send(pcaps.C2S, []byte(data))
			c.Send(pcaps.S2C, []byte("\x00\x5b\x00\x00\x00\x00\x00\x00"))
			c.Close()
			if r := tell(t, c); len(r.sessions) != 0 || r.account.Bytes.Undecoded != int64(len(data)+8) {
				t.Errorf("%d sessions, %+v", len(r.sessions), r.account.Bytes)
			}
		})
	}
}

// A server that sends frames and no response, and one whose response comes after its first frame.
func TestServerThatNeverAnswers(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		c := &pcaps.Conversation{}
		c.Open()
		c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
		c.SendFrames(pcaps.S2C, pcaps.Text("one"))
		if late {
			c.Send(pcaps.S2C, pcaps.Response{}.Bytes())
		}
		c.SendFrames(pcaps.S2C, pcaps.Text("two"))
		c.SendFrames(pcaps.C2S, clientText("three"))
		c.Close()
		r := tell(t, c)
		s := r.only(t)
		if !s.Unanswered || !r.broke(rule.ResponseMissing) {
			t.Errorf("late %v: unanswered %v, findings %v", late, s.Unanswered, r.findings)
		}
		r.want(t, 1, ws.S2C, "guessed one, guessed two")
		r.want(t, 1, ws.C2S, "guessed three")
	}
}

func TestRefusedHandshakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		omit   []string
		status int
		then   []byte
		broken *rule.Rule
	}{
		{"Upgrade taken out, 400", []string{"Upgrade"}, 400, nil, rule.Upgrade},
		{"Upgrade taken out, 200", []string{"Upgrade"}, 200, nil, rule.Upgrade},
		{"a frame after the 403", nil, 403, clientText("hello").Bytes(), rule.SentAfterRefusal},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := &pcaps.Conversation{}
			c.Open()
			c.Send(pcaps.C2S, pcaps.Request{Omit: row.omit}.Bytes())
			c.Send(pcaps.S2C, pcaps.Response{Status: row.status, Headers: [][2]string{{"Content-Length", "0"}}}.Bytes())
			if row.then != nil {
				c.Send(pcaps.C2S, row.then)
			}
			c.Close()
			r := tell(t, c)
			if s := r.only(t); s.State != decode.Refused || s.Status != row.status || !r.broke(row.broken) {
				t.Errorf("%v with %d, findings %v", s.State, s.Status, r.findings)
			}
		})
	}
}

// Another request after a refusal is not a frame.
func TestRefusedThenAskedAgain(t *testing.T) {
	t.Parallel()
	c := &pcaps.Conversation{}
	c.Open()
	for _, status := range []int{401, 401} {
		c.Send(pcaps.C2S, pcaps.Request{}.Bytes())
		c.Send(pcaps.S2C, pcaps.Response{Status: status, Headers: [][2]string{{"Content-Length", "0"}}}.Bytes())
	}
	c.Close()
	if r := tell(t, c); len(r.sessions) != 2 || r.broke(rule.SentAfterRefusal) {
		t.Errorf("%d sessions, findings %v", len(r.sessions), r.findings)
	}
}
