package apps

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/payload"
	"github.com/wspeek/wspeek/decode/ws"
)

// maxPolled is how many sessions of the polling transport are remembered.
const maxPolled = 1 << 10

// Polling is what is known of a body of Engine.IO's polling transport besides what it says.
type Polling struct {
	// SID is the name of the session, which the query of its WebSocket has too.
	SID string
	// Session is the number of the WebSocket session that it became, 0 as long as it has not.
	Session int
}

// polled is a session of the polling transport.
type polled struct {
	reader  *payload.Reader
	apps    []payload.App
	n       int64
	session int
}

// Polling is that of the KindPoll event that Visit is being called with.
func (s *Stream) Polling() Polling { return s.polling }

// poll reads a body and passes it on.
func (s *Stream) poll(w *waiting, p *decode.Poll) error {
	target := payload.PolledTarget(p.Target)
	body, ok := payload.Inflate(p.Coding, p.Body)
	if inner, plain := target.PolledBody(p.Dir == ws.C2S, body); plain {
		body = inner
	} else {
		ok = false
	}
	messages, whole := payload.PolledMessages(target.Version, strings.Contains(p.Type, "octet-stream"), body)
	if !ok || p.Cut && (p.Coding != "" || target.JSONP) {
		messages, whole = nil, false
	}
	sid := target.SID
	if sid == "" {
		sid = Opened(messages)
	}
	c := s.polledSession(sid, p.Target)
	c.apps = nil
	for i := range messages {
		m := &messages[i]
		c.n++
		m.N, m.FromClient, m.At = c.n, p.Dir == ws.C2S, time.Unix(0, int64(p.Last.Time))
		c.reader.Push(m)
	}
	if !whole || p.Cut {
		c.reader.Lost(p.Dir == ws.C2S)
	}
	for i := range c.apps {
		c.apps[i].ReplyTo = 0 // there is no number of a message to point to
	}
	w.apps, w.poll = c.apps, Polling{SID: sid, Session: c.session}
	return s.pass(w)
}

// polledSession is what is kept of a session, without a name a new one.
func (s *Stream) polledSession(sid, target string) *polled {
	if c := s.polled[sid]; c != nil {
		return c
	}
	c := &polled{}
	opt := s.opt
	opt.Force = payload.Find("socket.io")
	// The packets are those that WebSocket would carry.
	o := payload.Opening{Target: strings.Replace(target, "transport=polling", "transport=websocket", 1)}
	c.reader = payload.NewReader(o, opt, func(_ *payload.Message, apps []payload.App) {
		c.apps = append(c.apps, apps...)
	})
	if sid == "" {
		return c
	}
	if s.polled == nil || len(s.polled) >= maxPolled {
		s.polled = map[string]*polled{}
	}
	s.polled[sid] = c
	return c
}

// upgraded ties a WebSocket session to what was polled before it.
func (s *Stream) upgraded(info *decode.Session) {
	if !strings.Contains(info.Path, "sid=") {
		return
	}
	if c := s.polled[payload.PolledTarget(info.Path).SID]; c != nil && c.session == 0 {
		c.session = info.N
	}
}

// Opened is the name that the packet which opens a session gives it: 0{"sid":"..."}; empty if there is none.
func Opened(messages []payload.Message) string {
	if len(messages) == 0 || len(messages[0].Payload) == 0 || messages[0].Payload[0] != '0' {
		return ""
	}
	var open struct{ SID string }
	if json.Unmarshal(messages[0].Payload[1:], &open) != nil {
		return ""
	}
	return open.SID
}
