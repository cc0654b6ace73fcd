package stack

import (
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/http2"
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

// handshake follows the requests and responses on a stream, and opens the session that an upgrade begins. It is the
// http1.Sink of the stream.
type handshake struct {
	carrier *carrier
	// asked is the upgrade request that waits for its answer, nil for none.
	asked *upgrade
	// responses counts the final responses before the present one.
	responses int
	// upgrade is an upgrade request whose answer was not captured.
	upgrade *upgrade
	// polls are the bodies of polling under way, by direction.
	polls [2]*decode.Poll
}

// newHTTP is a Handler for a stream of HTTP/1 messages.
func (c *carrier) newHTTP(up *upgrade) *http1.Conn {
	d := c.conn.d
	c.conn.http = max(c.conn.http, httpBegun)
	return http1.New(&handshake{carrier: c, upgrade: up}, d.opt.Limits.HTTP, &d.bytes)
}

// Request is http1.Sink.
func (h *handshake) Request(r *http1.Request) bool {
	h.asked, h.carrier.conn.http = nil, httpRead
	view := requestView(r)
	if !view.Intends() {
		h.carrier.conn.unclear = h.carrier.conn.unclear || r.Partial || r.Conflict
		return r.Method == "CONNECT"
	}
	s := h.carrier.begin(r.Dir)
	s.requested(r)
	h.asked = &upgrade{r, view, s}
	s.report()
	return true
}

// Response is http1.Sink.
func (h *handshake) Response(req *http1.Request, resp *http1.Response) reassembly.Handler {
	return h.carrier.conn.watch(h.response(req, resp))
}

// response is what follows a response; nil if that is HTTP.
func (h *handshake) response(req *http1.Request, resp *http1.Response) reassembly.Handler {
	h.carrier.conn.http = httpRead
	h.carrier.conn.unclear = h.carrier.conn.unclear || resp.Partial || resp.Conflict
	if resp.Status < 200 && resp.Status != 101 {
		return nil
	}
	defer func() { h.responses++ }()
	view := responseView(resp)
	up := h.answered(req)
	switch {
	case up != nil && ws.Switched(up.view, view):
		return h.open(up, resp, view)
	case up != nil && resp.Status != 101:
		up.sess.refused(up, resp, view)
		h.carrier.sess, h.carrier.refused = nil, up.sess
		return nil
	case up == nil && view.IsUpgrade():
		return h.open(h.unasked(req, resp), resp, view)
	case resp.Status == 101 && view.Fields.Has("Upgrade", "h2c"):
		return h.carrier.newHTTP2(http2.Config{Client: resp.Dir.Other(), Upgraded: true})
	case resp.Status == 101:
		h.carrier.sess = nil
		return h.carrier.conn.undecoded()
	case req != nil && req.Method == "CONNECT" && resp.Status < 300:
		return h.carrier.inner(&decode.Tunnel{Type: "connect", Target: req.Target})
	}
	return nil
}

// unasked is the upgrade for a response to a request that was not captured, or not whole.
func (h *handshake) unasked(req *http1.Request, resp *http1.Response) *upgrade {
	up := &upgrade{head: req, sess: h.carrier.begin(resp.Dir.Other())}
	if req != nil {
		up.view = requestView(req)
		up.sess.requested(req)
	}
	return up
}

// answered is the upgrade that a response to req answers, nil for none.
func (h *handshake) answered(req *http1.Request) *upgrade {
	if h.asked != nil && (req == h.asked.head) {
		up := h.asked
		h.asked = nil
		return up
	}
	if req == nil && h.upgrade != nil && h.upgrade.sess.info.Status == 0 {
		return h.upgrade
	}
	return nil
}

// Pending is http1.Sink: an answer was not captured. What follows an upgrade request may be frames,
// what follows CONNECT may be anything, or the request was refused and HTTP goes on.
func (h *handshake) Pending(req *http1.Request) reassembly.Handler {
	if h.asked != nil && h.asked.head == req {
		out := new(slot)
		out.put(h.carrier.conn, &sniffer{carrier: h.carrier, out: out, upgrade: h.asked})
		return out
	}
	return h.carrier.inner(&decode.Tunnel{Type: "connect", Target: req.Target})
}

// NotHTTP is http1.Sink.
func (h *handshake) NotHTTP(d reassembly.Dir) reassembly.Handler {
	if c := h.carrier.conn; c.http == httpBegun && c.missing[d] == 0 && c.tcp.AnchoredDir(d) {
		c.http = httpNone
	}
	return nil
}

// open begins the decoding of frames.
func (h *handshake) open(up *upgrade, resp *http1.Response, view *ws.Response) reassembly.Handler {
	s := up.sess
	s.answered(resp)
	n := ws.Negotiate(up.view, view)
	s.info.Agreed = &decode.Agreed{Deflate: n.Deflate, Unknown: n.Unknown}
	s.info.Subprotocol = ws.Subprotocol(view)
	s.info.Extensions = strings.Join(view.Fields.Values("Sec-WebSocket-Extensions"), ", ")
	s.info.Opened, s.info.HasOpened = resp.End, true
	s.info.HandshakeSeen = up.head != nil && !up.head.Partial && !resp.Partial
	s.info.State = decode.Open
	draft := ws.DraftOf(up.view, view)
	s.info.Draft = draft.String()
	s.report()
	s.checkHandshake(up, resp, view)
	if !draft.Framed() {
		return h.carrier.conn.undecoded()
	}
	cfg := h.carrier.conn.config(s)
	cfg.Deflate, cfg.Unknown = n.Deflate, n.Unknown != ""
	if resp.Partial || h.found(up, resp) {
		cfg.Assumed, cfg.Confidence = true, assumedConfidence
		cfg.Resync[ws.S2C] = resp.Partial
	}
	cfg.Resync[ws.C2S] = up.head == nil || up.head.Partial || up.head.Found
	f := &frames{sess: s, resp: resp}
	f.start[resp.Dir] = resp.Offset + resp.Len
	if up.head != nil {
		f.start[up.head.Dir] = up.head.Offset + up.head.Len
	}
	s.start, s.startKnown = f.start, h.carrier == h.carrier.conn.top
	cfg.Conflict = resp.Conflict || up.head != nil && up.head.Conflict || h.carrier.doubted(f.start)
	f.Conn = ws.New(cfg, s)
	return f
}

// found reports whether a response may be part of a body instead: it was searched for, or the direction starts in the middle of
// something, and nothing before the response confirms it.
func (h *handshake) found(up *upgrade, resp *http1.Response) bool {
	unsure := up.head == nil || resp.Offset > 0 && h.responses == 0
	return resp.Found || unsure && !h.carrier.conn.tcp.AnchoredDir(resp.Dir)
}
