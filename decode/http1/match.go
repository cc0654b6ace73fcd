package http1

// waiting is a request that was not answered yet.
type waiting struct {
	// req is nil if Limits.Header did not let it be kept.
	req *Request
	// head and connect say that its method is that.
	head, connect bool
	// found is true, but for the zero value: the request of a response that has none.
	found bool
	// after says that requests may have been lost just before it.
	after bool
	// ack is what the client had acknowledged of the server's bytes when it sent the request, -1 where that is not known;
	// seen is then how much of them had been parsed.
	ack, seen int64
	// size is what req takes, in bytes.
	size int
}

// place is where the response begins if the client waited for the one before.
func (w *waiting) place() int64 {
	if w.ack >= 0 {
		return w.ack
	}
	return w.seen
}

// matcher finds the request that a response answers: they come in the same order (RFC 9112 section 9.3).
type matcher struct {
	queue []waiting
	// kept is the sum of the sizes.
	kept int
	// hole says that requests may have been lost since the last one, unsure that it is not known which
	// of the queue the next response answers.
	hole, unsure bool
	// pipelines says that the client sends requests before it has the answer to the one before.
	pipelines bool
}

// enqueue adds a request. With keep it is kept even if it is too large.
func (m *matcher) enqueue(w waiting, l Limits, keep bool) {
	if m.kept+w.size > l.Header && !keep {
		w.req, w.size = nil, 0
	}
	if n := len(m.queue); n > 0 && m.queue[n-1].place() == w.place() {
		m.pipelines = true
	}
	w.found, w.after = true, m.hole
	m.hole = false
	if len(m.queue) >= l.Pipeline {
		m.queue, m.kept, m.unsure = nil, 0, true
	}
	m.kept += w.size
	m.queue = append(m.queue, w)
}

// match is the request that r answers, the zero value where that is not certain. A final response takes it
// off the queue. last says that the last request may change the protocol and that nothing was sent after it.
func (m *matcher) match(r *Response, last bool) waiting {
	final := r.Status >= 200 || r.Status == 101
	if m.uncertain() && !m.align(r.Offset) {
		if r.Status != 101 || !last || len(m.queue) == 0 {
			m.forget(r.Offset, final)
			return waiting{}
		}
		m.drop(len(m.queue) - 1) // no other request is answered so
		m.unsure = false
	}
	if len(m.queue) == 0 {
		m.unsure = m.unsure || final
		return waiting{}
	}
	w := m.queue[0]
	if w.ack > r.Offset {
		return waiting{} // it was sent after this response had begun to arrive
	}
	if final {
		m.drop(1)
	}
	return w
}

func (m *matcher) uncertain() bool {
	return m.unsure || len(m.queue) > 0 && m.queue[0].after
}

// align finds the one request that was sent when the client had received everything up to off, where a
// response begins. Without pipelining, that is the one that it answers.
func (m *matcher) align(off int64) bool {
	found := -1
	if m.pipelines {
		return false
	}
	for i := range m.queue {
		if m.queue[i].place() != off {
			continue
		}
		if found >= 0 {
			return false
		}
		found = i
	}
	if found < 0 {
		return false
	}
	m.drop(found)
	m.queue[0].after, m.unsure = false, false
	return true
}

// forget takes the requests away that the response at off may have answered.
func (m *matcher) forget(off int64, final bool) {
	if !final {
		return
	}
	m.unsure = true
	n := 0
	for n < len(m.queue) && m.queue[n].place() <= off {
		n++
	}
	m.drop(n)
}

// drop takes the first n requests off.
func (m *matcher) drop(n int) {
	for i := range n {
		m.kept -= m.queue[i].size
		m.queue[i] = waiting{}
	}
	all := m.queue
	m.queue = all[n:]
	if len(m.queue) == 0 && cap(all) <= 8 {
		m.queue = all[:0]
	}
}

// isNext reports whether r is the request that the next response answers.
func (m *matcher) isNext(r *Request) bool {
	return len(m.queue) > 0 && m.queue[0].req == r
}

// isWaiting reports whether r was not answered yet. Where it is asked, r can only be the last.
func (m *matcher) isWaiting(r *Request) bool {
	return len(m.queue) > 0 && m.queue[len(m.queue)-1].req == r
}

// doubt marks the waiting requests that a conflict touches.
func (m *matcher) doubt(s span) {
	for i := range m.queue {
		if r := m.queue[i].req; r != nil && s.overlaps(span{r.Offset, r.Offset + r.Len}) {
			r.Conflict = true
		}
	}
}
