package trace

import (
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/ws"
)

func (t *Trace) addFrame(s *sessionTrace, n int, f *ws.Frame) {
	i := t.frames.n
	var r frameRow
	fits := r.pack(f)
	r.session = uint32(n)
	if !fits {
		r.flags |= frameOdd
		whole := *f
		whole.Findings = append([]*rule.Rule(nil), f.Findings...)
		t.oddFrames[i] = &whole
	}
	t.frames.add(r)
	s.frames.put(f.N, i)
	if m := f.Message; m > 0 {
		if first := s.first.at(m); first < 0 || first > f.N-1 {
			s.first.put(m, f.N-1)
		}
	}
}

// amendFrame notes that copies of frame i differed.
func (t *Trace) amendFrame(i int, s ws.State) {
	r := t.frames.at(i)
	if r == nil {
		return
	}
	r.state = uint8(ws.State(r.state).Worse(s))
	if f := t.oddFrames[i]; f != nil {
		f.State = f.State.Worse(s)
	}
}

// FrameLen is how many frames there were, of all sessions.
func (t *Trace) FrameLen() int { return t.frames.n }

// FrameInto sets f to frame i of all, from 0, in the order in which they ended, and returns its session: 0 if
// it was dropped. f's Findings are the Trace's own.
func (t *Trace) FrameInto(i int, f *ws.Frame) (session int) {
	r := t.frames.at(i)
	switch {
	case r == nil:
		*f = ws.Frame{}
		return 0
	case r.flags&frameOdd != 0:
		*f = *t.oddFrames[i]
	default:
		r.unpack(f)
	}
	return int(r.session)
}

// FrameSession is the session of frame i, 0 if it was dropped.
func (t *Trace) FrameSession(i int) int {
	if r := t.frames.at(i); r != nil {
		return int(r.session)
	}
	return 0
}

// FrameIndex is the index among all frames of frame n of a session, -1 where it has not ended, was dropped or does not exist.
func (t *Trace) FrameIndex(session, n int) int {
	if s := t.of(session); s != nil {
		return s.frames.at(n)
	}
	return -1
}

// FrameCount is how many frames of a session have a number; those that have not ended yet have no FrameIndex.
func (t *Trace) FrameCount(session int) int {
	if s := t.of(session); s != nil {
		return s.frames.len()
	}
	return 0
}

// Frames are the frames of a session by number (frame n at n-1); N is 0 in those that have not ended yet or were dropped. They are made
// for the call: MessageFrames costs less where those of one message are wanted.
func (t *Trace) Frames(session int) []ws.Frame {
	s := t.of(session)
	if s == nil {
		return nil
	}
	out := make([]ws.Frame, s.frames.len())
	for n := range out {
		if i := s.frames.at(n + 1); i >= 0 {
			t.FrameInto(i, &out[n])
		}
	}
	return out
}

// MessageFrames are the first limit frames of message n of a session, in order.
func (t *Trace) MessageFrames(session, n, limit int) []ws.Frame {
	var out []ws.Frame
	if s := t.of(session); s != nil {
		t.eachFrame(s, n, limit, func(i int) {
			out = append(out, ws.Frame{})
			t.FrameInto(i, &out[len(out)-1])
		})
	}
	return out
}

// eachFrame passes on the indexes of the first limit frames of message n of a session, in order.
func (t *Trace) eachFrame(s *sessionTrace, n, limit int, do func(i int)) {
	first := s.first.at(n)
	if first < 0 {
		return
	}
	if i := s.byN.at(n); i >= 0 {
		var m ws.Message
		t.MessageInto(i, &m)
		limit = min(limit, m.Frames)
	}
	for k := max(first+1, s.frames.cut+1); k <= s.frames.len() && limit > 0; k++ {
		i := s.frames.at(k)
		if i < 0 || t.messageOf(i) != n {
			continue
		}
		limit--
		do(i)
	}
}

// messageOf is the number of the message of frame i.
func (t *Trace) messageOf(i int) int {
	if f := t.oddFrames[i]; f != nil {
		return f.Message
	}
	return int(t.frames.at(i).message)
}
