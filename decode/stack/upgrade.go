package stack

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// upgrade is an opening handshake under way: what was asked, and the session that it may become.
type upgrade struct {
	head *http1.Request
	view *ws.Request
	sess *tracker
}

// assumedConfidence goes with frames that follow an upgrade request whose answer was not captured.
const assumedConfidence = 0.9

// Request is http1.Sink.
func (l *sniffer) Request(r *http1.Request) bool {
	l.asked = nil
	view := requestView(r)
	if !view.IsUpgrade() {
		return r.Method == "CONNECT"
	}
	s := l.conn.begin(r.Dir, l.tunnel)
	s.requested(r)
	l.asked = &upgrade{r, view, s}
	s.tell()
	return true
}

// Response is http1.Sink.
func (l *sniffer) Response(req *http1.Request, resp *http1.Response) reassembly.Handler {
	if resp.Status < 200 && resp.Status != 101 {
		return nil
	}
	view := responseView(resp)
	up := l.answered(req)
	switch {
	case up != nil && ws.Switched(up.view, view):
		return l.open(up, resp, view)
	case up != nil && resp.Status != 101:
		up.sess.refused(up, resp, view)
		return nil
	case up == nil && view.IsUpgrade():
		return l.open(l.unasked(req, resp), resp, view)
	case resp.Status == 101:
		l.conn.sess = nil
		return undecoded{&l.conn.d.bytes}
	case req != nil && req.Method == "CONNECT" && resp.Status < 300:
		return l.inner(&decode.Tunnel{Type: "connect", Target: req.Target})
	}
	return nil
}

// unasked is the upgrade for a response to a request that was not captured, or not whole.
func (l *sniffer) unasked(req *http1.Request, resp *http1.Response) *upgrade {
	up := &upgrade{head: req, sess: l.conn.begin(resp.Dir.Other(), l.tunnel)}
	if req != nil {
		up.view = requestView(req)
		up.sess.requested(req)
	}
	return up
}

// answered is the upgrade that a response to req answers, nil for none.
func (l *sniffer) answered(req *http1.Request) *upgrade {
	if l.asked != nil && (req == l.asked.head) {
		up := l.asked
		l.asked = nil
		return up
	}
	if req == nil && l.upgrade != nil && l.upgrade.sess.info.Status == 0 {
		return l.upgrade
	}
	return nil
}

// Pending is http1.Sink: an answer was not captured. What follows an upgrade request may be frames,
// what follows CONNECT may be anything, or the request was refused and HTTP goes on.
func (l *sniffer) Pending(req *http1.Request) reassembly.Handler {
	if l.asked != nil && l.asked.head == req {
		return &sniffer{conn: l.conn, depth: l.depth, tunnel: l.tunnel, upgrade: l.asked}
	}
	return l.inner(&decode.Tunnel{Type: "connect", Target: req.Target})
}

// NotHTTP is http1.Sink.
func (l *sniffer) NotHTTP(reassembly.Dir) reassembly.Handler { return nil }

// open begins the decoding of frames.
func (l *sniffer) open(up *upgrade, resp *http1.Response, view *ws.Response) reassembly.Handler {
	s := up.sess
	s.answered(resp)
	agreed := ws.Negotiate(up.view, view)
	s.info.Subprotocol = ws.Subprotocol(view)
	s.info.Extensions = strings.Join(view.Fields.Values("Sec-WebSocket-Extensions"), ", ")
	s.info.Opened, s.info.HasOpened = resp.End, true
	s.info.HandshakeSeen = up.head != nil && !up.head.Partial && !resp.Partial
	s.info.State = decode.Open
	draft := ws.DraftOf(up.view, view)
	s.info.Draft = draft.String()
	s.tell()
	s.checkHandshake(up, resp, view)
	if !draft.Framed() {
		return undecoded{&l.conn.d.bytes}
	}
	cfg := l.config(s)
	cfg.Deflate, cfg.Unknown = agreed.Deflate, agreed.Unknown != ""
	if resp.Partial || l.found(up, resp) {
		cfg.Assumed, cfg.Confidence = true, assumedConfidence
		cfg.Resync[ws.S2C] = resp.Partial
	}
	cfg.Resync[ws.C2S] = up.head == nil || up.head.Partial || up.head.Found
	o := &opened{sess: s, resp: resp}
	o.begin[resp.Dir] = resp.Offset + resp.Len
	if up.head != nil {
		o.begin[up.head.Dir] = up.head.Offset + up.head.Len
	}
	cfg.Conflict = resp.Conflict || up.head != nil && up.head.Conflict || l.conn.doubted(o.begin)
	o.Conn = ws.New(cfg, s)
	return o
}

// found says that a response may be part of a body instead: what came before it is not known, and no request confirms it.
func (l *sniffer) found(up *upgrade, resp *http1.Response) bool {
	return resp.Found || up.head == nil && resp.Offset == 0 && !l.conn.tcp.AnchoredDir(resp.Dir)
}

// config is what all sessions' decoding has in common.
func (l *sniffer) config(s *tracker) ws.Config {
	d := l.conn.d
	s.framed = true
	return ws.Config{Client: s.client, Keep: d.opt.Keep, Wire: d.opt.Wire, Frames: d.opt.Frames,
		Limits: d.opt.Limits.WebSocket, Shared: d.shared, Bytes: &d.bytes}
}

// assume decodes what follows an upgrade request without an answer, where it looks like a client's frame.
func (l *sniffer) assume() reassembly.Handler {
	s := l.upgrade.sess
	c2s := l.head[s.client]
	if len(c2s) >= 2 && (c2s[1]&0x80 == 0 || ws.Opcode(c2s[0]&0xf).Reserved()) {
		return undecoded{&l.conn.d.bytes}
	}
	s.info.State, s.info.Confidence = decode.Unknown, assumedConfidence
	s.tell()
	cfg := l.config(s)
	cfg.Assumed, cfg.Confidence = true, assumedConfidence
	cfg.Resync[ws.S2C] = true
	return ws.New(cfg, s)
}

// opened is a session's frames after its handshake. Until the client has sent something it looks out for frames
// that were sent before the response had come.
type opened struct {
	*ws.Conn
	sess *tracker
	resp *http1.Response
	// begin is where the handshake ends, by direction of the decode.TCP connection.
	begin [2]int64
}

// Conflict is reassembly.Handler. What differed of the handshake, or before it, puts all in doubt: where the frames begin, and
// what was agreed to.
func (o *opened) Conflict(d reassembly.Dir, off, n int64) {
	if off < o.begin[d] {
		o.Doubt()
	}
	o.Conn.Conflict(d, off, n)
}

func (o *opened) Data(d reassembly.Dir, k reassembly.Chunk) {
	if o.resp != nil && d == o.sess.client {
		if k.Ack >= 0 && k.Ack < o.resp.Offset+o.resp.Len && !o.resp.Partial {
			at := ws.Stamp{Packet: k.Packet, Time: k.Time}
			o.sess.Finding(&ws.Finding{Rule: rule.EarlyData, At: at, Offset: k.Off,
				Detail: fmt.Sprintf("sent before the response (packet %d) was acknowledged", o.resp.Last)})
		}
		o.resp = nil
	}
	o.Conn.Data(d, k)
}

// requested notes what the request says.
func (s *tracker) requested(r *http1.Request) {
	i := &s.info
	i.Method, i.HTTPVersion = r.Method, r.Version
	i.Host, _ = r.Get("Host")
	i.Path = r.Target
	if u, err := url.Parse(r.Target); err == nil && u.IsAbs() && u.Host != "" {
		i.Host, i.Path = u.Host, u.RequestURI()
	}
	i.Started, i.HasStarted = r.Start, true
	i.RequestHeaders = r.Headers
	if len(s.conn.all) > 1 {
		i.First = r.First
	}
	i.Last = max(i.Last, r.Last)
}

// answered notes what the response says.
func (s *tracker) answered(r *http1.Response) {
	s.info.Status = r.Status
	s.info.Reason, s.info.Answered = r.Reason, r.Last
	s.info.ResponseHeaders = r.Headers
	s.info.Last = max(s.info.Last, r.Last)
}

// refused ends a session whose request was answered with anything but 101.
func (s *tracker) refused(up *upgrade, resp *http1.Response, view *ws.Response) {
	s.answered(resp)
	s.info.State = decode.Refused
	s.info.Ended, s.info.HasEnded = resp.End, true
	s.info.HandshakeSeen = !up.head.Partial && !resp.Partial
	s.checkHandshake(up, resp, view)
	s.tell()
	s.conn.sess = nil
}

// checkHandshake tells what rules the handshake breaks.
func (s *tracker) checkHandshake(up *upgrade, resp *http1.Response, view *ws.Response) {
	for _, f := range ws.CheckHandshake(up.view, view) {
		s.fault(f.Rule, f.Dir, up, resp, f.Detail)
	}
	if up.head != nil && up.head.Oddities != 0 {
		s.fault(rule.HTTPSyntax, ws.C2S, up, resp, up.head.Oddities.String())
	}
	if resp.Oddities != 0 {
		s.fault(rule.HTTPSyntax, ws.S2C, up, resp, resp.Oddities.String())
	}
}

func (s *tracker) fault(r *rule.Rule, d ws.Dir, up *upgrade, resp *http1.Response, detail string) {
	head := &resp.Head
	if d == ws.C2S && up.head != nil {
		head = &up.head.Head
	}
	s.Finding(&ws.Finding{Rule: r, Dir: d, Detail: detail, Offset: head.Offset,
		At: ws.Stamp{Packet: head.Last, Time: head.End}})
}

func requestView(r *http1.Request) *ws.Request {
	return &ws.Request{Method: r.Method, Version: r.Version, Fields: fields(r.Headers), Partial: r.Partial}
}

func responseView(r *http1.Response) *ws.Response {
	return &ws.Response{Status: r.Status, Version: r.Version, Fields: fields(r.Headers), Partial: r.Partial}
}

func fields(hs []http1.Header) ws.Fields {
	f := make(ws.Fields, len(hs))
	for i, h := range hs {
		f[i] = [2]string{h.Name, h.Value}
	}
	return f
}
