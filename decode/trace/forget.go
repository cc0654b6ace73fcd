package trace

const (
	// rowBytes, frameBytes, oddBytes and sessionBytes are about what a message, a frame, one of either that does not fit
	// into a row, and a session cost, with what finds them.
	rowBytes     = 100
	frameBytes   = 80
	oddBytes     = 400
	sessionBytes = 1000
	// maxForgetfulFindings is how many findings a session keeps where messages are dropped, the newest.
	maxForgetfulFindings = 1000
)

// Size is about how many bytes the Trace takes, without payloads and handshakes.
func (t *Trace) Size() int64 {
	return int64(t.rows.live)*rowBytes + int64(t.frames.live)*frameBytes + int64(len(t.odd)+len(t.oddFrames))*oddBytes +
		int64(t.sessions.live)*sessionBytes
}

// Remembered are how many sessions and messages are there that were not dropped.
func (t *Trace) Remembered() (sessions, messages int) { return t.sessions.live, t.rows.live }

// Forgotten is how many messages and frames were dropped.
func (t *Trace) Forgotten() (messages, frames int) {
	return t.rows.n - t.rows.live + t.late, t.frames.n - t.frames.live
}

// SessionAt is the number of the k-th session (from 0) of those that were not dropped, 0 if there are fewer.
func (t *Trace) SessionAt(k int) (n int) {
	t.sessions.each(k, func(i int) bool {
		n = i + 1
		return false
	})
	return n
}

// SessionsFrom are the numbers of sessions from the from-th on (from 0) of those that were not dropped, to-from of them at most.
func (t *Trace) SessionsFrom(from, to int) (out []int) {
	t.sessions.each(from, func(i int) bool {
		if len(out) < to-from {
			out = append(out, i+1)
		}
		return len(out) < to-from
	})
	return out
}

// PositionOf is how many sessions with a lower number than n were not dropped.
func (t *Trace) PositionOf(n int) int { return t.sessions.before(n - 1) }

// ForgetSession drops a session with all its messages, frames and findings. What is reported of it later is dropped too.
func (t *Trace) ForgetSession(n int) {
	s := t.of(n)
	if s == nil {
		return
	}
	for _, i := range s.frames.list {
		t.forgetFrame(i - 1)
	}
	for _, i := range s.byN.list {
		t.forgetMessage(i - 1)
	}
	t.legs.Forget(s.info)
	t.sessions.forget(n - 1)
}

// Oldest is the index of the oldest message that was not dropped; Len if there is none.
func (t *Trace) Oldest() (i int) {
	i = t.rows.n
	t.rows.each(0, func(k int) bool {
		i = k
		return false
	})
	return i
}

// maxSpared is how many of the oldest messages may be those of a session that is spared.
const maxSpared = 4096

// ForgetOldest drops the n oldest messages with their frames, but never the newest message. Messages of session spare (0
// for none) are passed over as long as they are not many. Where there are very many frames of few messages, it drops the
// oldest of these instead. It returns how many it dropped.
func (t *Trace) ForgetOldest(n, spare int) (forgot int) {
	if t.frames.live > 4*t.rows.live+1<<16 {
		for _, i := range t.frames.oldest(n) {
			t.forgetFrame(i)
			forgot++
		}
		return forgot
	}
	for _, i := range t.oldest(min(n, t.rows.live-1), spare) {
		t.forgetWithFrames(i)
		forgot++
	}
	return forgot
}

// oldest are the indexes of the oldest n messages, of other sessions than spare where those are not many.
func (t *Trace) oldest(n, spare int) (out []int) {
	spared := 0
	t.rows.each(0, func(i int) bool {
		if len(out) >= n || spared > maxSpared {
			return false
		}
		if int(t.rows.at(i).session) == spare {
			spared++
		} else {
			out = append(out, i)
		}
		return true
	})
	if len(out) == 0 {
		return t.rows.oldest(n)
	}
	return out
}

func (t *Trace) forgetWithFrames(i int) {
	s, n := t.whose(i)
	if s == nil {
		return
	}
	t.eachFrame(s, n, int(^uint(0)>>1), t.forgetFrame)
	t.forgetMessage(i)
	s.forgetFindings()
}

// whose is the session of message i, and its number there; nil if it was dropped.
func (t *Trace) whose(i int) (s *sessionTrace, n int) {
	r := t.rows.at(i)
	if r == nil {
		return nil, 0
	}
	n = int(r.n)
	if m := t.odd[i]; m != nil {
		n = m.N
	}
	return t.of(int(r.session)), n
}

func (t *Trace) forgetMessage(i int) {
	s, n := t.whose(i)
	if s == nil {
		return
	}
	s.byN.forget(n)
	s.first.forget(n)
	r := t.rows.at(i)
	if p, ok := t.payloads.(Forgetter); ok && r.ref >= 0 {
		p.Forget(r.ref, int(r.size))
	}
	delete(t.odd, i)
	t.rows.forget(i)
}

func (t *Trace) forgetFrame(i int) {
	r := t.frames.at(i)
	if r == nil {
		return
	}
	n := int(r.n)
	if f := t.oddFrames[i]; f != nil {
		n = f.N
	}
	if s := t.of(int(r.session)); s != nil {
		s.frames.forget(n)
	}
	delete(t.oddFrames, i)
	t.frames.forget(i)
}

// forgetFindings drops the oldest findings, those of the opening handshake last.
func (s *sessionTrace) forgetFindings() {
	if len(s.findings) < 2*maxForgetfulFindings {
		return
	}
	first := 0
	for first < maxForgetfulFindings/2 && s.findings[first].Message == 0 {
		first++
	}
	newest := s.findings[len(s.findings)-(maxForgetfulFindings-first):]
	s.findings = append(s.findings[:first:first], newest...)
}
