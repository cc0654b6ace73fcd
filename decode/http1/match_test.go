package http1

import (
	"fmt"
	"testing"
)

// asked is a request for a matcher, sent when the client had acknowledged ack bytes of the server.
func asked(target string, ack int64) waiting {
	return waiting{req: &Request{Method: "GET", Target: target}, ack: ack, seen: ack, size: 10}
}

func answer(status int, off int64) *Response {
	return &Response{Status: status, Head: Head{Offset: off}}
}

// TestMatch: responses come in the order of the requests (RFC 9112 section 9.3), and where that does not decide, none is named.
func TestMatch(t *testing.T) {
	t.Parallel()
	type step struct {
		ask   *waiting
		lost  bool // requests were lost
		reply *Response
		last  bool
		want  string
	}
	ask := func(target string, ack int64) step { w := asked(target, ack); return step{ask: &w} }
	reply := func(status int, off int64, want string) step { return step{reply: answer(status, off), want: want} }
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"one after the other", []step{ask("/a", 0), reply(200, 0, "/a"), ask("/b", 50), reply(200, 50, "/b")}},
		{"pipelined", []step{ask("/a", 0), ask("/b", 0), ask("/c", 0), reply(200, 0, "/a"), reply(404, 50, "/b"), reply(204, 90, "/c")}},
		{"interim responses leave the request", []step{ask("/a", 0), reply(100, 0, "/a"), reply(103, 20, "/a"), reply(200, 50, "/a")}},
		{"101 is final", []step{ask("/a", 0), ask("/b", 0), reply(101, 0, "/a"), reply(200, 50, "/b")}},
		{"nothing was asked", []step{reply(200, 0, ""), ask("/a", 50), reply(200, 50, "/a")}},
		{"one more than was asked", []step{ask("/a", 0), reply(200, 0, "/a"), reply(200, 50, "")}},
		{"asked after the response had begun", []step{ask("/a", 70), reply(200, 50, "")}},
		{"lost before the only one", []step{{lost: true}, ask("/a", 0), reply(200, 0, "/a")}},
		{"lost before it, and this answers another", []step{{lost: true}, ask("/a", 80), reply(200, 0, "")}},
		{"lost between two that waited", []step{ask("/a", 0), {lost: true}, ask("/b", 50), reply(200, 0, "/a"), reply(200, 50, "/b")}},
		{"lost between two in a pipeline", []step{ask("/a", 0), {lost: true}, ask("/b", 0), reply(200, 0, "/a"), reply(200, 50, "")}},
		{"a lost answer is known by what was acknowledged", []step{{lost: true}, ask("/a", 0), ask("/b", 50), reply(200, 50, "/b")}},
		{"a 101 answers the last request", []step{{lost: true}, ask("/a", 10), ask("/b", 10), {reply: answer(101, 99), last: true, want: "/b"}}},
		{"a 101 that may answer another", []step{{lost: true}, ask("/a", 10), ask("/b", 10), reply(101, 99, "")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var m matcher
			for i, x := range c.steps {
				switch {
				case x.lost:
					m.hole = true
				case x.ask != nil:
					m.enqueue(*x.ask, Limits{}.orDefaults(), false)
				default:
					got := ""
					if w := m.match(x.reply, x.last); w.req != nil {
						got = w.req.Target
					}
					if got != x.want {
						t.Fatalf("step %d, a %d at %d: answers %q, want %q", i+1, x.reply.Status, x.reply.Offset, got, x.want)
					}
				}
			}
		})
	}
}

// TestMatcherIsBounded: of too many requests none is kept, of too large ones only that they were there.
func TestMatcherIsBounded(t *testing.T) {
	t.Parallel()
	lim := Limits{Header: 35, Pipeline: 4}
	var m matcher
	for i := range 4 {
		m.enqueue(asked(fmt.Sprint("/", i), 0), lim, false)
	}
	if m.kept != 30 || m.queue[3].req != nil || m.queue[2].req == nil {
		t.Errorf("%d bytes are kept, the fourth request is %v", m.kept, m.queue[3].req)
	}
	m.enqueue(asked("/4", 0), lim, true)
	if len(m.queue) != 1 || m.queue[0].req == nil || !m.unsure || m.kept != 10 {
		t.Errorf("after one too many: %d wait, unsure %v, %d bytes", len(m.queue), m.unsure, m.kept)
	}
	m.drop(1)
	if m.kept != 0 || len(m.queue) != 0 {
		t.Errorf("%d bytes are kept of %d", m.kept, len(m.queue))
	}
	m.enqueue(asked("/5", 0), Limits{Header: 5, Pipeline: 4}, true)
	if m.queue[0].req == nil || m.kept != 10 {
		t.Error("a request that must be kept is not")
	}
}

// TestMatcherNamesTheNextAndTheLast request.
func TestMatcherNamesTheNextAndTheLast(t *testing.T) {
	t.Parallel()
	var m matcher
	a, b := asked("/a", 0), asked("/b", 0)
	if m.isNext(a.req) || m.isWaiting(a.req) || m.isNext(nil) {
		t.Error("something waits in an empty queue")
	}
	lim := Limits{}.orDefaults()
	m.enqueue(a, lim, false)
	m.enqueue(b, lim, false)
	if !m.isNext(a.req) || m.isNext(b.req) || m.isWaiting(a.req) || !m.isWaiting(b.req) {
		t.Error("the first is not next, or the last does not wait")
	}
}

// TestDoubtIsBounded: conflicts that lie behind are dropped, and beyond a number the last one grows.
func TestDoubtIsBounded(t *testing.T) {
	t.Parallel()
	h := &half{off: 100}
	h.doubt(span{90, 100}) // behind
	h.doubt(span{99, 101})
	if len(h.doubts) != 1 || !h.doubted(span{100, 101}) || h.doubted(span{101, 200}) {
		t.Errorf("doubts %v", h.doubts)
	}
	for i := range int64(3 * maxDoubts) {
		h.doubt(span{1000 + 10*i, 1001 + 10*i})
	}
	if len(h.doubts) > maxDoubts {
		t.Errorf("%d are kept", len(h.doubts))
	}
	for i := range int64(3 * maxDoubts) {
		if !h.doubted(span{1000 + 10*i, 1001 + 10*i}) {
			t.Errorf("conflict %d is forgotten", i)
		}
	}
	h.state, h.head.offset, h.off = inHead, 99, 5000
	if h.doubt(span{1, 2}); !h.doubted(span{99, 100}) {
		t.Error("a conflict in the header section that is being read is forgotten")
	}
	h.state = ready
	if h.doubt(span{1, 2}); len(h.doubts) != 0 {
		t.Errorf("%v are kept that lie behind", h.doubts)
	}
}
