package har

import (
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/ws"
)

// entry is what is read of log.entries[].
type entry struct {
	Started  string
	Duration number // milliseconds
	// Timings are its parts: what comes before the request counts.
	Timings struct{ Blocked, DNS, Connect, Send number }
	Server  string
	Type    string
	Request struct {
		Method, URL, HTTPVersion string
		Headers                  []header
	}
	Response struct {
		Status      number
		HTTPVersion string
		Headers     []header
		Content     struct {
			File string `json:"_file"`
		}
	}
	close    *closing
	messages bool
	out      Session
}

type header struct{ Name, Value string }

// closing is HTTP Toolkit's _webSocketClose; Aborted where it is a word instead of an object.
type closing struct {
	Code    number
	Reason  string
	Aborted bool
}

type message struct {
	Type   string
	Time   number
	Opcode number
	Data   string
	// Encoding, State, Missing and Redacted are wspeek's own, of messages that Chrome has no words for.
	Encoding string `json:"_encoding"`
	State    string `json:"_state"`
	Missing  number `json:"_missing"`
	Redacted number `json:"_redacted"`
}

// entry reads one entry and keeps it if it is a WebSocket session, also where it is cut off.
func (p *parser) entry() error {
	p.out.Entries++
	e := &entry{}
	err := p.object(func(key string) error { return p.field(e, key) })
	if e.session() {
		if len(p.out.Sessions) == maxSessions {
			return errSessions
		}
		p.out.Sessions = append(p.out.Sessions, e.build(len(p.out.Sessions)+1))
	}
	return err
}

func (p *parser) field(e *entry, key string) error {
	switch key {
	case "startedDateTime":
		return p.value(&e.Started)
	case "time":
		return p.value(&e.Duration)
	case "timings":
		return p.value(&e.Timings)
	case "serverIPAddress":
		return p.value(&e.Server)
	case "_resourceType":
		return p.value(&e.Type)
	case "request":
		return p.value(&e.Request)
	case "response":
		return p.value(&e.Response)
	case "_webSocketClose":
		return p.closing(e)
	case "_webSocketMessages":
		e.messages = true
		return p.array(func() error { return p.message(e) })
	}
	return p.skip()
}

func (p *parser) closing(e *entry) error {
	var raw json.RawMessage
	if err := p.value(&raw); err != nil || len(raw) == 0 || string(raw) == "null" {
		return err
	}
	e.close = &closing{Aborted: raw[0] == '"'}
	_ = json.Unmarshal(raw, e.close) // a word stays Aborted
	return nil
}

func (p *parser) message(e *entry) error {
	var m message
	if err := p.value(&m); err != nil {
		return err
	}
	e.add(&m)
	return nil
}

// session reports whether the entry is a WebSocket session: a plain HTTP entry is not.
func (e *entry) session() bool {
	return e.messages || e.Type == "websocket" || e.Response.Status == "101" && named(e.Response.Headers, "Sec-WebSocket-Accept") != ""
}

var dirs = map[string]ws.Dir{"send": ws.C2S, "receive": ws.S2C}

// add makes a message of an element of _webSocketMessages.
func (e *entry) add(m *message) {
	d, ok := dirs[m.Type]
	op, err := m.Opcode.integer()
	if err != nil && m.Opcode == "" {
		op, err = int64(ws.OpText), nil
	}
	if !ok || err != nil || op < 0 || op > 0xf {
		e.out.Skipped++
		return
	}
	out := ws.Message{N: len(e.out.Messages) + 1, Dir: d, Opcode: ws.Opcode(op), CloseCode: -1}
	at := seconds(m.Time)
	out.Start.Time, out.Last.Time = at, at
	out.Payload, out.State = m.payload(out.Opcode)
	out.ValidUTF8 = out.Opcode != ws.OpBinary && utf8.Valid(out.Payload) && m.Encoding == ""
	if out.State == ws.Undecodable {
		out.Why = ws.UnknownExtension
	}
	m.own(&out)
	if out.Opcode == ws.OpClose && len(out.Payload) >= 2 {
		out.CloseCode = int(out.Payload[0])<<8 | int(out.Payload[1])
		out.ValidUTF8 = utf8.Valid(out.Payload[2:])
	}
	out.Len = int64(len(out.Reason()))
	e.out.Control = e.out.Control || out.Opcode.Control()
	if n, _ := m.Redacted.integer(); n > 0 {
		e.out.Redacted = append(e.out.Redacted, len(e.out.Messages))
	}
	e.out.Messages = append(e.out.Messages, out)
}

// payload is the application data: text as it is, all else from base64. What is not base64 is taken as it
// stands and Undecodable.
func (m *message) payload(op ws.Opcode) ([]byte, ws.State) {
	data := m.Data
	if op == ws.OpText && m.Encoding != "base64" {
		return []byte(data), ws.Exact
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding} {
		if b, err := enc.DecodeString(data); err == nil {
			return b, ws.Exact
		}
	}
	return []byte(data), ws.Undecodable
}

// own sets what wspeek's own HARs say of a message that is not exact.
func (m *message) own(out *ws.Message) {
	for s := ws.Conflict; s <= ws.Undecodable; s++ {
		if m.State == s.String() {
			out.State = out.State.Worse(s)
		}
	}
	if out.State == ws.Partial {
		out.Missing, _ = m.Missing.integer()
	}
}

// build makes the session of what was read.
func (e *entry) build(n int) Session {
	s := &decode.Session{N: n, Stream: n - 1, State: decode.Unknown, Method: e.Request.Method, HTTPVersion: e.Request.HTTPVersion}
	e.target(s)
	if code, err := e.Response.Status.integer(); err == nil {
		s.Status = int(code)
	}
	s.RequestHeaders, s.ResponseHeaders = headers(e.Request.Headers), headers(e.Response.Headers)
	s.HandshakeSeen = s.Status > 0 && len(e.Request.Headers) > 0
	s.Subprotocol = named(e.Response.Headers, "Sec-WebSocket-Protocol")
	s.Extensions = named(e.Response.Headers, "Sec-WebSocket-Extensions")
	e.times(s)
	e.end(s)
	for _, m := range e.out.Messages {
		s.Messages[m.Dir]++
		s.Bytes[m.Dir] += m.Len
	}
	e.out.Info, e.out.Unrecorded = s, !e.messages
	if e.out.Unrecorded {
		e.out.Attached = e.Response.Content.File
	}
	return e.out
}

// target sets what the URL says.
func (e *entry) target(s *decode.Session) {
	if ip, err := netip.ParseAddr(strings.Trim(e.Server, "[]")); err == nil {
		s.Server = netip.AddrPortFrom(ip, 0)
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		s.Path = e.Request.URL
		return
	}
	s.Host, s.Path, s.Scheme = u.Host, u.RequestURI(), "ws"
	if u.Scheme == "wss" || u.Scheme == "https" {
		s.Scheme = "wss"
	}
}

func (e *entry) times(s *decode.Session) {
	if s.Started, s.HasStarted = rfc3339(e.Started); !s.HasStarted {
		return
	}
	if d, ok := milliseconds(e.Duration); ok && d > 0 { // 0 is written for what is not known
		s.Ended, s.HasEnded = s.Started+d, true
	}
	for _, before := range []number{e.Timings.Blocked, e.Timings.DNS, e.Timings.Connect, e.Timings.Send} {
		if d, ok := milliseconds(before); ok {
			s.Started += d
		}
	}
	s.Opened, s.HasOpened = s.Started, s.Status == 101
}

// end sets how the session ended, as far as the entry says.
func (e *entry) end(s *decode.Session) {
	switch {
	case s.Status != 0 && s.Status != 101:
		s.State = decode.Refused
	case s.Status == 101:
		s.State = decode.Open
	}
	if e.close == nil {
		return
	}
	if s.State != decode.Refused {
		s.State = decode.Closed
	}
	if e.close.Aborted {
		return
	}
	code, err := e.close.Code.integer()
	if err != nil {
		code = -1
	}
	s.End = decode.EndClose
	s.Close = &decode.Close{Code: int(code), Reason: []byte(e.close.Reason)}
}

func headers(hs []header) []http1.Header {
	out := make([]http1.Header, 0, len(hs))
	for _, h := range hs {
		out = append(out, http1.Header{Name: h.Name, Value: h.Value})
	}
	return out
}

// named is the value of a header, joined where it is there several times.
func named(hs []header, name string) string {
	var vs []string
	for _, h := range hs {
		if strings.EqualFold(h.Name, name) {
			vs = append(vs, h.Value)
		}
	}
	return strings.Join(vs, ", ")
}
