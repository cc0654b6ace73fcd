package stack

import (
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/http1"
	"github.com/wspeek/wspeek/reassembly"
)

// Wants is http1.Bodies: the bodies of Engine.IO's polling transport are wanted, of requests those that send, of responses those
// that bring something.
func (h *handshake) Wants(req *http1.Request, resp *http1.Response) bool {
	c := h.carrier.conn
	if !c.d.opt.Polls || req == nil || !decode.Polls(req.Target) || resp == nil && req.Method != "POST" ||
		resp != nil && (req.Method != "GET" || resp.Status != 200) {
		return false
	}
	head, status := &req.Head, 0
	if resp != nil {
		head, status = &resp.Head, resp.Status
	}
	from, to := c.tcp.Opener(), c.tcp.Peer()
	if req.Dir == reassembly.Rev {
		from, to = to, from
	}
	p := &decode.Poll{
		Client: from, Server: to, Dir: dirOf(req.Dir, head.Dir), Target: req.Target, Status: status,
		First: reassembly.Stamp{Packet: head.First, Time: head.Start},
	}
	p.Type, _ = head.Get("Content-Type")
	p.Coding, _ = head.Get("Content-Encoding")
	h.polls[head.Dir] = p
	return true
}

// Body is http1.Bodies.
func (h *handshake) Body(d reassembly.Dir, b []byte) {
	p := h.polls[d]
	n := min(len(b), decode.MaxPoll-len(p.Body))
	p.Body, p.Cut = append(p.Body, b[:n]...), p.Cut || n < len(b)
}

// EndBody is http1.Bodies.
func (h *handshake) EndBody(d reassembly.Dir, at reassembly.Stamp, whole bool) {
	p, c := h.polls[d], h.carrier.conn
	h.polls[d] = nil
	p.Last, p.Cut = at, p.Cut || !whole
	c.d.out.AddPoll(decode.Event{Packet: c.d.now.Packet, Stream: c.stream}, p)
}
