package http2

import (
	"fmt"
	"time"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/reassembly"
)

// How long DATA waits for an answer where the server's side was not captured whole.
const (
	waitTime    = capture.Time(time.Second)
	waitPackets = 1000
	// maxEarly is how many responses of a stream wait for its request.
	maxEarly = 8
)

// section takes a header section, whole or partial.
func (c *Conn) section(d reassembly.Dir, h Head) {
	s := c.streams[h.Stream]
	switch {
	case h.Stream == 0:
	case d == c.client:
		c.fromClient(s, h)
	default:
		c.fromServer(s, h)
	}
	if s = c.streams[h.Stream]; s != nil && h.EndStream {
		c.closeStream(s, d, reassembly.CloseFIN)
	}
}

// fromClient takes a request or its trailers.
func (c *Conn) fromClient(s *stream, h Head) {
	_, method := h.Get(":method")
	switch {
	case s != nil && s.req == nil && s.next == nil:
		c.open(s, h)
	case s != nil:
		c.trailers(s, &h)
	case h.Stream > c.lastID:
		c.open(nil, h)
	case c.unseen(h.Stream) && method:
		c.ask(nil, h)
	case method && !c.half[h.Dir].lost:
		c.findIn(rule.H2StreamID, &h, fmt.Sprintf("stream %d was opened before, the last is %d", h.Stream, c.lastID))
	}
}

// open takes the request that opens the next stream; s is not nil where responses to it came before.
func (c *Conn) open(s *stream, h Head) {
	if h.Stream%2 == 0 {
		c.findIn(rule.H2StreamID, &h, fmt.Sprintf("stream %d is even", h.Stream))
		return
	}
	if h.Stream > c.lastID {
		c.opened(h.Stream)
	}
	if c.ignored[h.Stream] {
		return
	}
	c.ask(s, h)
}

// ask leaves it to the Sink whether a stream is followed.
func (c *Conn) ask(s *stream, h Head) {
	c.counts.Requests++
	r := &Request{Head: h}
	if s == nil && !c.room() {
		if method, _ := r.Get(":method"); method == "CONNECT" || r.Unknown() {
			c.findIn(rule.Limit, &h, fmt.Sprintf("more than %d streams would have to be followed", c.lim.Streams))
		}
		return
	}
	follow := c.sink.Request(r)
	c.checkRequest(r)
	switch {
	case follow && s == nil:
		c.newStream(h.Stream).req = r
	case follow:
		s.req = r
		c.earlyCount--
		c.replayEarly(s)
		c.retire(s)
	case s != nil:
		c.unfollow(s, &c.bytes.HTTP)
	}
}

// trailers takes a header section of a stream that has had its own.
func (c *Conn) trailers(s *stream, h *Head) {
	switch {
	case s.ended[h.Dir]:
		c.findIn(rule.H2StreamClosed, h, "HEADERS after the end of the stream")
	case s.next != nil && s.req != nil && s.answered:
		c.findIn(rule.H2ConnectedFrames, h, "HEADERS")
	}
}

// fromServer takes a response, or trailers.
func (c *Conn) fromServer(s *stream, h Head) {
	r := &Response{Head: h, Status: status(&h)}
	switch {
	case s == nil:
		c.unrequested(r)
	case s.req == nil && s.next == nil:
		s.addEarly(r)
	case s.answered:
		c.trailers(s, &h)
	default:
		c.respond(s, r)
	}
}

// respond gives the Sink a response to a request that is followed.
func (c *Conn) respond(s *stream, r *Response) {
	c.confirm(s.req, r)
	c.enabled(s.req)
	c.checkResponse(r)
	next := c.sink.Response(s.req, r)
	final := r.Status >= 200 || r.Status == 101 || r.Status == 0
	s.answered = s.answered || final
	switch {
	case s.next != nil:
	case next != nil:
		s.answered = true
		c.take(s, next)
	case final:
		c.unfollow(s, &c.bytes.HTTP)
	}
}

// confirm clears Found where a side that was captured whole says the same.
func (c *Conn) confirm(q *Request, r *Response) {
	if !c.half[r.Dir].lost {
		q.Found = false
	}
	if !c.half[q.Dir].lost {
		r.Found = false
	}
}

// unrequested takes a response to a request that was not captured, or is still to come.
func (c *Conn) unrequested(r *Response) {
	client := &c.half[c.client]
	passed := client.state == closed || r.ack >= 0 && r.ack <= client.parsed() || r.ack < 0 && client.lost
	switch {
	case r.Stream%2 == 0:
	case c.unseen(r.Stream) && (passed || r.Stream <= c.lastID):
		c.unasked(r)
	case !passed && r.Stream > c.lastID && c.room():
		s := c.newStream(r.Stream)
		c.earlyCount++
		s.addEarly(r)
	}
}

// unasked gives the Sink a response whose request was not captured.
func (c *Conn) unasked(r *Response) {
	if r.Status >= 100 && r.Status < 200 || !c.room() {
		return
	}
	next := c.sink.Response(nil, r)
	if next == nil {
		c.ignore(r.Stream, false)
		return
	}
	s := c.newStream(r.Stream)
	s.answered = true
	c.take(s, next)
}

func (s *stream) addEarly(r *Response) {
	if len(s.early) < maxEarly {
		s.early = append(s.early, r)
	}
}

// replayEarly gives the Sink what came before the request.
func (c *Conn) replayEarly(s *stream) {
	early := s.early
	s.early = nil
	for _, r := range early {
		if !s.gone && !s.answered {
			c.respond(s, r)
		}
	}
}

// settleEarly decides about responses whose request should have come by now.
func (c *Conn) settleEarly() {
	if c.earlyCount == 0 {
		return
	}
	h := &c.half[c.client]
	for _, id := range c.ids() {
		s := c.streams[id]
		if s.req != nil || s.next != nil || len(s.early) == 0 {
			continue
		}
		if ack := s.early[0].ack; h.state == closed || ack >= 0 && ack <= h.parsed() || ack < 0 && h.lost {
			c.settle(s)
		}
	}
}

// settle ends the wait for a request.
func (c *Conn) settle(s *stream) {
	var next reassembly.Handler
	if c.unseen(s.id) {
		for _, r := range s.early {
			if next == nil && (r.Status < 100 || r.Status >= 200) {
				next = c.sink.Response(nil, r)
			}
		}
	}
	s.early = nil
	if next == nil {
		c.unfollow(s, &c.bytes.HTTP)
		return
	}
	c.earlyCount--
	s.answered = true
	c.take(s, next)
}

// overdue decides about DATA that waits for an answer, now that more of it came.
func (c *Conn) overdue(s *stream, now capture.Time) {
	server := &c.half[c.client.Other()]
	late := now-s.since >= waitTime || c.packets-s.sincePkts >= waitPackets
	switch {
	case s.req != nil && server.state == closed:
	case s.req != nil && server.lost && late:
	default:
		return
	}
	c.pending(s)
}

// settleHeld ends the wait of the streams that hold most, where all hold too much.
func (c *Conn) settleHeld() {
	for c.heldBytes > c.lim.Pending {
		var most *stream
		for _, s := range c.streams {
			if most == nil || s.cost > most.cost || s.cost == most.cost && s.id < most.id {
				most = s
			}
		}
		c.counts.Overdue++
		c.find(rule.Limit, c.client, most.id, fmt.Sprintf("more than %d bytes wait for answers", c.lim.Pending))
		if most.req == nil {
			c.settle(most)
		} else {
			c.pending(most)
		}
	}
}

// pending leaves a request without an answer to the Sink, if anything waits for that.
func (c *Conn) pending(s *stream) {
	var next reassembly.Handler
	if s.heldData > 0 || !s.ended[c.client.Other()] {
		next = c.sink.Pending(s.req)
	}
	if next == nil {
		c.unfollow(s, &c.bytes.Undecoded)
		return
	}
	c.take(s, next)
}

// dropAll forgets what is left when both directions have ended.
func (c *Conn) dropAll() {
	for _, id := range c.ids() {
		c.unfollow(c.streams[id], &c.bytes.Undecoded)
	}
}
