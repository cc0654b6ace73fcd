package stack

import (
	"math"
	"slices"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/http2"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// sniffHTTP2 looks for the client's preface. What the server sends first could be something else.
func sniffHTTP2(s *sniffer) verdict {
	v := no
	for d, b := range s.head {
		if len(b) == 0 {
			continue
		}
		switch http2.Sniff(b) {
		case http2.IsClient:
			return yes
		case http2.Undecided:
			v = maybe
		case http2.MaybeServer:
			if len(s.head[1-d]) == 0 {
				v = maybe
			}
		}
	}
	return v
}

func beginHTTP2(s *sniffer) reassembly.Handler {
	client := reassembly.Fwd
	if len(s.head[client]) == 0 || http2.Sniff(s.head[client]) != http2.IsClient {
		client = reassembly.Rev
	}
	return s.carrier.newHTTP2(http2.Config{Client: client})
}

// newHTTP2 is a Handler for a stream of HTTP/2 frames.
func (c *carrier) newHTTP2(cfg http2.Config) reassembly.Handler {
	return http2.New(cfg, &streams{carrier: c, client: cfg.Client, asked: map[*http2.Request]*tracker{}, open: map[uint32]*tracker{}}, &c.conn.d.bytes)
}

// streams opens a session for each WebSocket connection on an HTTP/2 connection (RFC 8441). It is the http2.Sink.
type streams struct {
	carrier *carrier
	client  reassembly.Dir
	// asked are the sessions whose response is awaited, open those that are followed by their stream.
	asked map[*http2.Request]*tracker
	open  map[uint32]*tracker
	// first is the first session, which reports what concerns the connection; waiting is that until there is one.
	first   *tracker
	waiting []http2.Finding
}

// connectionErrors are broken by one stream and end all (RFC 9113 sections 4.3, 5.1.1 and 6.10).
var connectionErrors = []*rule.Rule{rule.H2HeaderBlock, rule.H2StreamID, rule.H2Continuation}

// maxWaiting is how many findings of the connection wait for its first session.
const maxWaiting = 64

// begin makes the session on a stream.
func (h *streams) begin(stream uint32) *tracker {
	s := h.carrier.newSession(h.client)
	s.info.HTTPVersion, s.info.H2Stream = "2", stream
	h.open[stream] = s
	return s
}

// reported notes that a session has been reported. The first one adds what was found of the connection before.
func (h *streams) reported(s *tracker) {
	if h.first != nil {
		return
	}
	h.first = s
	for i := range h.waiting {
		h.findingOf(s, &h.waiting[i])
	}
	h.waiting = nil
}

// Request is http2.Sink.
func (h *streams) Request(r *http2.Request) bool {
	if !r.IsWebSocket() {
		return false
	}
	s := h.begin(r.Stream)
	i := &s.info
	i.Method, _ = r.Get(":method")
	i.Path, _ = r.Get(":path")
	i.Host, _ = r.Get(":authority")
	i.Fresh = r.Stream == 1
	i.Started, i.HasStarted = r.Start, true
	i.First, i.Last = r.First, max(i.Last, r.Last)
	i.RequestHeaders = headersOf(r.Fields)
	h.asked[r] = s
	s.report()
	h.reported(s)
	return true
}

// Response is http2.Sink.
func (h *streams) Response(req *http2.Request, resp *http2.Response) reassembly.Handler {
	if resp.Status >= 100 && resp.Status < 200 {
		return nil
	}
	s := h.asked[req]
	if req == nil {
		s = h.begin(resp.Stream)
	}
	if s == nil {
		return nil
	}
	delete(h.asked, req)
	i := &s.info
	i.Status, i.Answered, i.Last = resp.Status, resp.Last, max(i.Last, resp.Last)
	i.ResponseHeaders = headersOf(resp.Fields)
	if resp.Status/100 != 2 {
		i.State, i.Ended, i.HasEnded = decode.Refused, resp.End, true
		i.HandshakeSeen = req != nil
		s.report()
		return nil
	}
	return h.opened(s, req, resp)
}

// opened starts the decoding of the frames of a session that was accepted.
func (h *streams) opened(s *tracker, req *http2.Request, resp *http2.Response) reassembly.Handler {
	var asked *ws.Request
	if req != nil {
		asked = &ws.Request{Method: "CONNECT", Version: "HTTP/2", Fields: h2Fields(req.Fields), Partial: req.Unknown()}
	}
	view := &ws.Response{Status: resp.Status, Version: "HTTP/2", Fields: h2Fields(resp.Fields), Partial: resp.Unknown()}
	n := ws.Negotiate(asked, view)
	i := &s.info
	i.Agreed = &decode.Agreed{Deflate: n.Deflate, Unknown: n.Unknown}
	i.Subprotocol = ws.Subprotocol(view)
	i.Extensions = strings.Join(view.Fields.Values("Sec-WebSocket-Extensions"), ", ")
	i.Opened, i.HasOpened, i.State = resp.End, true, decode.Open
	i.HandshakeSeen = req != nil && !req.Unknown() && !resp.Unknown()
	cfg := h.carrier.conn.config(s)
	cfg.Deflate, cfg.Unknown = n.Deflate, n.Unknown != ""
	if !i.HandshakeSeen {
		cfg.Assumed, cfg.Confidence = true, assumedConfidence
		i.Confidence = assumedConfidence
	}
	s.report()
	return &streamFrames{frames{Conn: ws.New(cfg, s), sess: s}}
}

// Pending is http2.Sink.
func (h *streams) Pending(req *http2.Request) reassembly.Handler {
	s := h.asked[req]
	if s == nil {
		return nil
	}
	delete(h.asked, req)
	return &streamFrames{frames{Conn: ws.New(h.carrier.conn.assumed(s, assumedConfidence), s), sess: s}}
}

// Midstream is http2.Sink. Without its HEADERS nobody knows that a stream is WebSocket.
func (h *streams) Midstream(uint32, reassembly.Dir) reassembly.Handler { return nil }

// Ending is http2.Sink.
func (h *streams) Ending(e *http2.Ending) {
	if s := h.open[e.Stream]; s != nil && e.Stream != 0 {
		delete(h.open, e.Stream)
		s.streamReset(e.Dir)
	}
}

// Finding is http2.Sink. What concerns the connection is reported of its first session.
func (h *streams) Finding(f *http2.Finding) {
	s := h.open[f.Stream]
	shared := f.Stream == 0 || slices.Contains(connectionErrors, f.Rule)
	if s == nil && shared {
		s = h.first
	}
	switch {
	case s != nil:
		h.findingOf(s, f)
	case shared && len(h.waiting) < maxWaiting:
		h.waiting = append(h.waiting, *f)
	}
}

func (h *streams) findingOf(s *tracker, f *http2.Finding) {
	s.Finding(&ws.Finding{Rule: f.Rule, Dir: dirOf(h.client, f.Dir), Offset: f.Offset, Detail: f.Detail,
		At: ws.Stamp{Packet: f.Packet, Time: f.Time}})
}

// streamFrames are the frames on one HTTP/2 stream, which has an end of its own.
type streamFrames struct{ frames }

// Gap is reassembly.Handler.
func (f *streamFrames) Gap(d reassembly.Dir, off, n int64) {
	f.sess.gap(d, off, n)
	f.frames.Gap(d, off, n)
}

// Conflict is reassembly.Handler.
func (f *streamFrames) Conflict(d reassembly.Dir, off, n int64) {
	f.sess.conflict(d, off, n)
	f.frames.Conflict(d, off, n)
}

// Close is reassembly.Handler.
func (f *streamFrames) Close(d reassembly.Dir, k reassembly.CloseKind) {
	f.Conn.Close(d, k)
	if k != reassembly.CloseEnd {
		f.sess.tcpClosed(d, k)
	}
}

// streamReset notes that side d reset the stream of the session.
func (s *tracker) streamReset(d reassembly.Dir) {
	if s.info.End == decode.EndNone && s.info.State != decode.Refused {
		s.info.End, s.info.EndBy, s.info.HasEndBy = decode.EndRST, dirOf(s.client, d), true
	}
}

func headersOf(fs []http2.Field) []http1.Header {
	out := make([]http1.Header, 0, len(fs))
	for i := range fs {
		out = append(out, http1.Header{Name: fs[i].Name, Value: fs[i].Value})
	}
	return out
}

func h2Fields(fs []http2.Field) ws.Fields {
	out := make(ws.Fields, 0, len(fs))
	for i := range fs {
		out = append(out, [2]string{fs[i].Name, fs[i].Value})
	}
	return out
}

// inferredConfidence goes with frames whose place depends on a length that was inferred.
const inferredConfidence = 0.9

// Inferred is reassembly.GapInferrer: the frames after the gap lie where they are only by that length.
func (f *frames) Inferred(d reassembly.Dir, off, n, _, most int64) {
	if n == 0 && most == math.MaxInt64 {
		f.sess.note(rule.Gap, dirOf(f.sess.client, d), off, "an unknown number of bytes was not captured")
	}
	f.Conn.Inferred(d, n, inferredConfidence)
}
