package diff

import (
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
)

// ending compares how the sessions ended. Close frames are messages and compared as such; here it is who closed, or
// what TCP did.
func (w *work) ending() {
	a, b := w.a.Info, w.b.Info
	row := Pair{}
	w.cmp.row = &row
	switch {
	case w.a.Bare || w.b.Bare:
		w.bareEnding(a, b)
	case a.End == decode.EndCapture || b.End == decode.EndCapture || a.End == decode.EndNone || b.End == decode.EndNone:
		w.openEnding(a, b)
	case endOf(a) != endOf(b):
		w.cmp.change(both("end", endOf(a), endOf(b)))
	}
	w.out.Ending = row.Changes
}

// endOf says how a session ended, and by whom.
func endOf(s *decode.Session) string {
	switch {
	case s.End == decode.EndClose && s.Close != nil && s.Close.HasBy:
		return "close by " + s.Close.By.String()
	case s.HasEndBy && (s.End == decode.EndFIN || s.End == decode.EndRST):
		return s.End.String() + " by " + s.EndBy.String()
	}
	return s.End.String()
}

// openEnding is where a capture ends before the session: what would have come is not known.
func (w *work) openEnding(a, b *decode.Session) {
	open := func(s *decode.Session) bool { return s.End == decode.EndCapture || s.End == decode.EndNone }
	switch {
	case open(a) && open(b):
	case open(a):
		w.note("the capture of A ends before the session; B ended by %s", endOf(b))
	default:
		w.note("the capture of B ends before the session; A ended by %s", endOf(a))
	}
}

// bareEnding compares what a HAR may say of the end: the close code.
func (w *work) bareEnding(a, b *decode.Session) {
	ca, cb := a.Close, b.Close
	if w.a.Control && w.b.Control {
		return // the Close frames are compared
	}
	if ca == nil || cb == nil {
		return // see bareRemark
	}
	if ca.Code != cb.Code && noCode(ca.Code) != noCode(cb.Code) {
		w.cmp.change(both("close code", closeCode(ca.Code), closeCode(cb.Code)))
	}
	switch ra, rb := string(ca.Reason), string(cb.Reason); {
	case ra == rb:
	case w.veiled(ra, rb):
		w.note("secrets in the close reason were replaced in the HAR: they are not compared")
	default:
		w.cmp.change(both("close reason", strconv.Quote(ra), strconv.Quote(rb)))
	}
}

// noCode is the code that means none (RFC 6455 section 7.1.5) if there is none.
func noCode(code int) int {
	if code < 0 {
		return 1005
	}
	return code
}

// remarks notes what was left out, or what the differences may come from.
func (w *work) remarks() {
	if w.a.Bare || w.b.Bare {
		w.bareRemark()
	}
	for _, x := range []struct {
		side *Side
		name string
	}{{w.a, "A"}, {w.b, "B"}} {
		if n := x.side.Info.Missing; n > 0 {
			w.note("%s of %s were never captured: what seems to be missing in it may have been there", show.Count(int(n), "byte"), x.name)
		}
		if x.side.Info.Confidence > 0 {
			w.note("%s was found by guessing: its beginning was not captured", x.name)
		}
	}
	if n := w.out.Doubts; n > 0 {
		w.note("%s compared although the bytes are in doubt: guessed, or retransmitted with others", show.Count(n, "pair"))
	}
	w.kinds()
	w.beats()
}

// bareRemark says what a HAR has nothing of.
func (w *work) bareRemark() {
	parts := []string{"order across directions"}
	if (w.a.Info.Close == nil) != (w.b.Info.Close == nil) || w.a.Info.Close == nil && (!w.a.Bare || !w.b.Bare) {
		parts = append(parts, "how the session ended")
	}
	if n := w.a.controls() + w.b.controls(); n > 0 && (!w.a.Control || !w.b.Control) {
		parts = append(parts, show.Count(n, "control frame"))
	}
	if w.opt.Wire {
		parts = append(parts, "frames")
	}
	w.note("not compared, for a HAR does not have it: %s", strings.Join(parts, ", "))
}

// kinds counts the messages that rules leave out by their kind.
func (w *work) kinds() {
	for op, rule := range w.opt.Ignore.kinds {
		for _, s := range []*Side{w.a, w.b} {
			for i := range s.Messages {
				if s.Messages[i].Opcode == op {
					w.cmp.uses.rule(rule)
				}
			}
		}
	}
}

// beats counts the heartbeats that a rule leaves out.
func (w *work) beats() {
	if w.opt.Ignore.beats == "" {
		return
	}
	for _, s := range []*Side{w.a, w.b} {
		for i := range s.Messages {
			if s.beat(i) {
				w.cmp.uses.rule(w.opt.Ignore.beats)
			}
		}
	}
}

func (s *Side) controls() (n int) {
	for i := range s.Messages {
		if s.Messages[i].Opcode.Control() {
			n++
		}
	}
	return n
}
