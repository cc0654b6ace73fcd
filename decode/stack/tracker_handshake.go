package stack

import (
	"fmt"
	"net/url"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

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
	i.RequestHeaders, i.Fresh = r.Headers, r.Offset == 0
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
	s.report()

}

// sentAfterRefusal looks at what the client sends after its handshake was refused: a masked frame that fills its segment is not HTTP.
func (s *tracker) sentAfterRefusal(k reassembly.Chunk) {
	if !startsLikeHTTP(k.Data[:min(len(k.Data), headLen)]) && ws.FillsSegment(k.Data, ws.C2S) {
		s.Finding(&ws.Finding{Rule: rule.SentAfterRefusal, Dir: ws.C2S, Offset: k.Off, At: ws.Stamp{Packet: k.Packet, Time: k.Time},
			Detail: fmt.Sprintf("%s that are a frame, after the %d", show.Bytes(len(k.Data)), s.info.Status)})
	}
}

// checkHandshake reports which rules the handshake breaks.
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
