package check

import (
	"fmt"
	"math"
	"slices"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/rule"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Certainty says how a Verdict's cause is known.
type Certainty uint8

const (
	// Unknown means: what happened is reported, but not why.
	Unknown Certainty = iota
	// Probable means: what was captured fits the cause, and other causes could look the same.
	Probable
	// Seen means: it was captured as a whole.
	Seen
)

var certainties = [...]string{"unknown", "probable", "seen"}

// String is the certainty as in the JSON.
func (c Certainty) String() string { return certainties[c] }

// Verdict says how a session ended, who ended it and why.
type Verdict struct {
	// Cause is a stable word: closed, close-unanswered, refused, no-answer, fin, half-close, rst, idle, lifetime, pong-missing, rule-broken,
	// peer-vanished, replaced, evicted, open, or unknown.
	Cause     string
	Certainty Certainty
	// By is who ended it, where HasBy.
	By    ws.Dir
	HasBy bool
	// Code is what an application sees: the code of the Close frame, or 1005, or 1006; 0 where the session was never open or is not over.
	Code int
	// Fact is what happened, as captured; Likely the cause that is concluded from it, empty where nothing can be; Doubt why
	// less than usual is known, empty where nothing is in doubt. They may quote the wire and are not yet inert.
	Fact, Likely, Doubt string
	// Packets prove it, in order.
	Packets []int
}

// Text is the verdict in one sentence. It is not yet inert.
func (v *Verdict) Text() string {
	s := v.Fact
	if v.Likely != "" {
		s += "; " + v.Likely
	}
	if v.Doubt != "" {
		s += " (" + v.Doubt + ")"
	}
	return s
}

func (v *Verdict) prove(packets ...int) {
	for _, p := range packets {
		if p > 0 && !slices.Contains(v.Packets, p) {
			v.Packets = append(v.Packets, p)
		}
	}
	slices.Sort(v.Packets)
}

func (v *Verdict) by(d ws.Dir) { v.By, v.HasBy = d, true }

// likely sets a cause that is concluded.
func (v *Verdict) likely(cause, text string) { v.Cause, v.Certainty, v.Likely = cause, Probable, text }

// verdict sets r.Verdict.
func (w *SessionCheck) verdict(r *Report) {
	s, v := r.Session, &r.Verdict
	v.Cause = "unknown"
	v.Doubt = w.doubts(s)
	switch {
	case s.State == decode.Refused:
		refused(s, v)
		w.sentAfterRefusal(v)
	case !s.HasOpened && s.Status == 0 && s.Confidence == 0:
		w.noAnswer(s, v)
	case w.closes[0].seen && w.closes[1].seen:
		w.closed(r)
	case w.closes[0].seen || w.closes[1].seen:
		w.closeUnanswered(r)
	case s.End == decode.EndRST, s.End == decode.EndFIN:
		w.abnormal(r)
	default:
		w.unended(r)
	}
}

// doubts says why less than usual is known of a session.
func (w *SessionCheck) doubts(s *decode.Session) string {
	switch {
	case s.TCP != nil && (s.TCP.Stats[0].Segments == 0 || s.TCP.Stats[1].Segments == 0):
		return "only one direction was captured"
	case s.Draft != "":
		return "an old draft of the protocol, whose frames are not decoded"
	case s.Missing > 0:
		return show.Bytes(s.Missing) + " of the session were not captured"
	case w.doubt:
		return "not all of its messages could be read"
	case s.Unanswered:
		return "the server never answered the opening handshake"
	case s.Confidence > 0:
		return "the opening handshake was not captured"
	}
	return ""
}

// closed is a session with a whole closing handshake (RFC 6455 section 7.1.4).
func (w *SessionCheck) closed(r *Report) {
	s, v := r.Session, &r.Verdict
	by := ws.C2S
	if s.Close != nil {
		by = s.Close.By
	}
	first, second := &w.closes[by], &w.closes[by^1]
	v.Cause, v.Certainty = "closed", Seen
	v.Code = told(first.code)
	v.prove(first.at.Packet, second.at.Packet)
	if s.Close != nil && !s.Close.HasBy {
		v.Fact = fmt.Sprintf("both sides sent Close: the %s %s%s (packet %d), the %s %s (packet %d); which came first is unknown, "+
			"for packets are missing or out of order", side(by), codeName(first.code), reason(s), first.at.Packet, side(by^1), codeName(second.code), second.at.Packet)
		w.afterClose(r)
		return
	}
	v.by(by)
	v.Fact = fmt.Sprintf("the %s closed it with %s%s (packet %d), and the %s answered", side(by), codeName(first.code),
		reason(s), first.at.Packet, side(by^1))
	if second.code != first.code {
		v.Fact += " with " + codeName(second.code)
	}
	v.Fact += fmt.Sprintf(" after %s (packet %d)", show.Duration(max(second.at.Time-first.at.Time, 0)), second.at.Packet)
	w.afterClose(r)
	w.whyClosed(r, by, first)
}

// afterClose adds how TCP ended after the closing handshake.
func (w *SessionCheck) afterClose(r *Report) {
	s, v := r.Session, &r.Verdict
	if s.TCP == nil {
		return
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		if at := s.TCP.RST[d]; at.Packet > 0 {
			v.Fact += fmt.Sprintf("; a RST of the %s followed (packet %d), which is harmless now", side(d), at.Packet)
			v.prove(at.Packet)
			return
		}
	}
	if s.TCP.FIN[ws.S2C].Packet == 0 || s.TCP.FIN[ws.C2S].Packet > 0 {
		w.keptOpen(r)
	}
	if s.TCP.FIN[0].Packet == 0 && s.TCP.FIN[1].Packet == 0 {
		v.Fact += "; the capture ended before TCP did"
	}
}

// keepsOpen is how long a server may leave TCP open after the closing handshake before it is worth a word.
const keepsOpen = 2 * second

// keptOpen notes a server that did not close TCP after both Close frames (RFC 6455 section 7.1.1).
func (w *SessionCheck) keptOpen(r *Report) {
	s, v := r.Session, &r.Verdict
	closed := w.closes[0].at
	if w.closes[1].at.Time > closed.Time {
		closed = w.closes[1].at
	}
	fin := s.TCP.FIN
	end, who := s.TCP.Last, ""
	if at := fin[ws.C2S]; at.Packet > 0 {
		end, who = at, "the client"
	}
	if at := fin[ws.S2C]; at.Packet > 0 && at.Time <= end.Time {
		end, who = at, "the server"
	}
	waited := end.Time - closed.Time
	if v.Doubt != "" || waited < keepsOpen {
		return
	}
	text := fmt.Sprintf("the server left TCP open for %s after the closing handshake", show.Duration(waited))
	if who != "" {
		v.Fact += fmt.Sprintf("; %s, until %s closed it (packet %d)", text, who, end.Packet)
	} else {
		v.Fact += "; " + text
	}
	v.prove(end.Packet)
	r.add(rule.TCPKeptOpen, ws.S2C, 0, end, text)
}

// whyClosed adds what a Close frame may have been sent for.
func (w *SessionCheck) whyClosed(r *Report, by ws.Dir, c *closing) {
	v := &r.Verdict
	if c.code == 1000 || c.code == 1001 || c.code < 0 || c.code >= 3000 {
		return
	}
	if b := w.brokeBefore(by^1, c.at, math.MaxInt64); b != nil {
		v.Likely = fmt.Sprintf("probably because the %s broke %s (packet %d)", side(by^1), b.rule.ID, b.at.Packet)
		v.prove(b.at.Packet)
		return
	}
	if p := &r.Pings[by]; c.code == 1011 && p.Waiting > 0 && v.Doubt == "" && p.Oldest.At.Packet < c.at.Packet {
		v.Likely = fmt.Sprintf("probably because its ping of packet %d had got no pong for %s", p.Oldest.At.Packet,
			show.Duration(c.at.Time-p.Oldest.At.Time))
		v.prove(p.Oldest.At.Packet)
	}
}

// reason quotes the reason of the first Close frame.
func reason(s *decode.Session) string {
	if s.Close == nil || len(s.Close.Reason) == 0 {
		return ""
	}
	return fmt.Sprintf(" \"%s\"", s.Close.Reason)
}

// told is the code that an application sees of a Close frame (section 7.1.5).
func told(code int) int {
	if code < 0 {
		return 1005
	}
	return code
}

// closeUnanswered is a session with one Close frame.
func (w *SessionCheck) closeUnanswered(r *Report) {
	s, v := r.Session, &r.Verdict
	by := ws.C2S
	if w.closes[ws.S2C].seen {
		by = ws.S2C
	}
	c := &w.closes[by]
	v.Cause, v.Certainty, v.Code = "close-unanswered", Seen, told(c.code)
	if v.Doubt == "" {
		v.by(by)
	}
	v.prove(c.at.Packet)
	v.Fact = fmt.Sprintf("the %s sent %s%s (packet %d)", side(by), closeName(c.code), reason(s), c.at.Packet)
	if at, how := ending(s); v.Doubt != "" {
		v.prove(at.Packet)
		v.Certainty = Unknown
		v.Fact += fmt.Sprintf(", and no Close frame of the %s was captured", side(by^1))
	} else if at.Packet > 0 && at.Packet < c.at.Packet {
		v.by(s.EndBy)
		v.prove(at.Packet)
		v.Fact = fmt.Sprintf("%s of the %s came first (packet %d), then ", how, side(s.EndBy), at.Packet) + v.Fact + ", which got no answer"
	} else if at.Packet > 0 {
		v.prove(at.Packet)
		v.Fact += fmt.Sprintf(", and %s came from the %s %s later (packet %d) instead of a Close frame of the %s", how, side(s.EndBy),
			show.Duration(max(at.Time-c.at.Time, 0)), at.Packet, side(by^1))
	} else {
		v.Fact += ", and the capture shows no answer"
		v.Certainty = Unknown
	}
	if s.End == decode.EndNone || s.End == decode.EndCapture {
		v.Doubt = join(v.Doubt, "the capture ended "+show.Duration(max(w.end(s)-c.at.Time, 0))+" later")
	}
	w.whyClosed(r, by, c)
}

// ending is the FIN or RST that ended a session first, and what it is called.
func ending(s *decode.Session) (ws.Stamp, string) {
	switch {
	case s.TCP == nil || !s.HasEndBy:
		return ws.Stamp{}, ""
	case s.End == decode.EndRST, s.TCP.FIN[s.EndBy].Packet == 0:
		return s.TCP.RST[s.EndBy], "a RST"
	}
	return s.TCP.FIN[s.EndBy], "a FIN"
}

// unended is a session whose end was not captured, or is none of its peers'.
func (w *SessionCheck) unended(r *Report) {
	s, v := r.Session, &r.Verdict
	last := w.end(s)
	switch s.End {
	case decode.EndReplaced:
		v.Cause = "replaced"
		v.Fact = "its end was not captured: a new connection between the same ports took its place"
	case decode.EndEvicted:
		v.Cause = "evicted"
		v.Fact = "how it ended is unknown: the session was dropped to stay within the limits"
	default:
		v.Cause, v.Certainty = "open", Seen
		v.Fact = "still open when the capture ended"
		if s.Last > 0 {
			v.Fact += fmt.Sprintf(" (its last packet is %d", s.Last)
			if d := last - w.rhythm.last.Time; w.rhythm.started && d > 0 {
				v.Fact += ", " + show.Duration(d) + " after the last message"
			}
			v.Fact += ")"
		}
	}
	v.prove(s.Last)
	if w.vanished(r) {
		return
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		if p := &r.Pings[d]; r.unanswered(d) {
			v.Likely = fmt.Sprintf("the %s's ping of packet %d had no pong for %s", side(d), p.Oldest.At.Packet, show.Duration(p.OldestAge))
			v.prove(p.Oldest.At.Packet)
		}
	}
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
