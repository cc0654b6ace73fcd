package check

import (
	"fmt"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
	"github.com/wspeek/wspeek/reassembly"
)

// abnormal is a session that TCP ended without a Close frame: both sides see 1006 (RFC 6455 section 7.1.5).
func (w *SessionCheck) abnormal(r *Report) {
	s, v := r.Session, &r.Verdict
	none := "no Close frame was captured"
	if v.Doubt == "" {
		v.Code, none = 1006, "no Close frame was sent: 1006"
	}
	at, how := ending(s)
	if at.Packet == 0 {
		v.Fact = "TCP ended, and " + none
		return
	}
	verb := "sent"
	if bothSeen(s) {
		v.by(s.EndBy)
		verb = "ended it with"
	}
	v.prove(at.Packet)
	if s.End == decode.EndRST {
		v.Cause = "rst"
	} else {
		v.Cause = "fin"
	}
	v.Fact = fmt.Sprintf("the %s %s %s (packet %d) and %s", side(s.EndBy), verb, how, at.Packet, none)
	v.Fact += unacked(s) + w.afterFIN(r)
	if !w.likely(r, at) && v.Cause != "half-close" {
		v.Likely = w.cannotTell(s, at)
	}
}

// unacked says how many bytes were under way when a RST came.
func unacked(s *decode.Session) string {
	c, d := s.TCP.Unacked[s.EndBy], s.TCP.Unacked[s.EndBy^1]
	if s.End != decode.EndRST || !bothSeen(s) {
		return ""
	}
	switch {
	case c > 0 && d > 0:
		return fmt.Sprintf(", with %s of its own and %s of the %s not acknowledged", show.Bytes(c), show.Bytes(d), side(s.EndBy^1))
	case c > 0:
		return ", with " + show.Bytes(c) + " of its own not acknowledged"
	case d > 0:
		return fmt.Sprintf(", with %s of the %s not acknowledged", show.Bytes(d), side(s.EndBy^1))
	}
	return ""
}

func bothSeen(s *decode.Session) bool {
	return s.TCP.Stats[0].Segments > 0 && s.TCP.Stats[1].Segments > 0
}

// afterFIN says what came after the first FIN: a direction that stayed open, or a RST.
func (w *SessionCheck) afterFIN(r *Report) string {
	s, v := r.Session, &r.Verdict
	if s.End != decode.EndFIN {
		return ""
	}
	by := s.EndBy
	from, out := s.TCP.FIN[by], ""
	if last := w.rhythm.lastOf[by^1]; w.rhythm.said[by^1] && last.Packet > from.Packet {
		v.Cause, v.Certainty = "half-close", Seen
		v.prove(last.Packet)
		out = fmt.Sprintf("; it was a half-close: the %s went on to send messages for %s (to packet %d)", side(by^1),
			show.Duration(max(last.Time-from.Time, 0)), last.Packet)
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		if at := s.TCP.RST[d]; at.Packet > 0 {
			out += fmt.Sprintf("; a RST of the %s followed (packet %d)", side(d), at.Packet)
			v.prove(at.Packet)
			return out
		}
	}
	return out
}

// likely looks for the cause of an end without a Close frame, and reports whether it found one. The order is that of
// strength: what points at the peer's fault, then what points at nobody's.
func (w *SessionCheck) likely(r *Report, at ws.Stamp) bool {
	switch {
	case w.ruleBroken(r, at), w.pongMissing(r, at), w.vanished(r):
		return true
	case r.Verdict.Doubt != "" || r.Verdict.Cause == "half-close":
		return false
	}
	return w.idle(r, at) || w.lifetime(r, at)
}

// soon is how long after a broken rule an end is taken to be because of it.
const soon = 2 * second

// ruleBroken: the other side broke a rule just before.
func (w *SessionCheck) ruleBroken(r *Report, at ws.Stamp) bool {
	by := r.Session.EndBy
	b := w.brokeBefore(by^1, at, soon)
	if b == nil {
		return false
	}
	r.Verdict.likely("rule-broken", fmt.Sprintf("probably because the %s broke %s (packet %d) %s before", side(by^1), b.rule.ID,
		b.at.Packet, show.Duration(max(at.Time-b.at.Time, 0))))
	r.Verdict.prove(b.at.Packet)
	return true
}

// pongMissing: who ended it had pinged and got no pong.
func (w *SessionCheck) pongMissing(r *Report, at ws.Stamp) bool {
	by := r.Session.EndBy
	p := &r.Pings[by]
	if r.Verdict.Doubt != "" || p.Waiting == 0 || at.Time-p.Oldest.At.Time < p.patience() {
		return false
	}
	text := fmt.Sprintf("its ping of packet %d got no pong in %s", p.Oldest.At.Packet, show.Duration(at.Time-p.Oldest.At.Time))
	if p.Waiting > 1 {
		text = fmt.Sprintf("its %d pings from packet %d on got no pong in %s", p.Waiting, p.Oldest.At.Packet, show.Duration(at.Time-p.Oldest.At.Time))
	}
	text += fmt.Sprintf(": probably it gave the %s up", side(by^1))
	if last := w.rhythm.lastOf[by^1]; w.rhythm.said[by^1] && last.Packet > p.Oldest.At.Packet {
		text += fmt.Sprintf(", though that still sent messages (the last in packet %d)", last.Packet)
		r.Verdict.prove(last.Packet)
	}
	r.Verdict.likely("pong-missing", text)
	r.Verdict.prove(p.Oldest.At.Packet)
	return true
}

// repeated is how often a side must have sent unacknowledged bytes again before the other is taken for gone.
const repeated = 3

// vanished: bytes were sent again and again, and nothing came back any more.
func (w *SessionCheck) vanished(r *Report) bool {
	s := r.Session
	if s.TCP == nil || !bothSeen(s) {
		return false
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		n, first, last := resent(s.TCP, d)
		if s.TCP.Unacked[d] == 0 || n < repeated || w.rhythm.said[d^1] && w.rhythm.lastOf[d^1].Packet > first.Packet {
			continue
		}
		if s.HasEndBy && s.EndBy != d {
			continue // the other side was there to end it
		}
		r.Verdict.likely("peer-vanished", fmt.Sprintf("the %s sent %s again %d times in %s (packets %d to %d) and got no acknowledgement: "+
			"probably the %s or the path to it was gone", side(d), show.Bytes(s.TCP.Unacked[d]), n, show.Duration(last.Time-first.Time), first.Packet, last.Packet, side(d^1)))
		r.Verdict.prove(first.Packet, last.Packet)
		return true
	}
	return false
}

// resent counts the retransmissions of a side after the last thing that the other side's TCP did otherwise.
func resent(t *decode.TCP, d ws.Dir) (n int, first, last ws.Stamp) {
	if t.More > 0 {
		return 0, first, last
	}
	for i := len(t.Incidents) - 1; i >= 0; i-- {
		e := &t.Incidents[i]
		if e.Dir != d || e.Kind != reassembly.Retransmission {
			return n, first, last
		}
		if n == 0 {
			last = e.At
		}
		first = e.At
		n++
	}
	return n, first, last
}

// timeouts are lengths of time that programs and proxies are set to; who says which cut idle connections then, empty for none in particular.
var timeouts = []struct {
	seconds int
	who     string
}{
	{10, ""}, {15, ""}, {20, ""}, {30, ""}, {45, ""},
	{55, "Heroku's router"},
	{60, "nginx and AWS load balancers by default"},
	{90, ""}, {100, ""}, {120, ""}, {180, ""},
	{240, "Azure load balancers by default"},
	{300, ""},
	{350, "AWS network load balancers"},
	{600, ""}, {900, ""}, {1200, ""}, {1800, ""}, {3600, ""}, {7200, ""}, {86400, ""},
}

// timeout says which timeout a length of time is, within 100 ms and at most a hundredth; 0 for none.
func timeout(d capture.Time) (seconds int, who string) {
	for _, t := range timeouts {
		is := capture.Time(t.seconds) * second
		if off := d - is; off > -second/10 && off < second/10 {
			return t.seconds, t.who
		}
	}
	return 0, ""
}

// idle: it ended when it, or one direction of it, had been silent for a length of time that somebody may have set.
func (w *SessionCheck) idle(r *Report, at ws.Stamp) bool {
	v := &r.Verdict
	if !w.rhythm.started {
		return false
	}
	if n, who := timeout(at.Time - w.rhythm.last.Time); n > 0 {
		v.likely("idle", fmt.Sprintf("nothing had been sent for exactly %d s (since packet %d): probably an idle timeout%s", n, w.rhythm.last.Packet, named(who)))
		v.prove(w.rhythm.last.Packet)
		return true
	}
	for d := ws.C2S; d <= ws.S2C; d++ {
		last := w.rhythm.lastOf[d]
		if n, _ := timeout(at.Time - last.Time); n >= 30 && w.rhythm.said[d] {
			v.likely("idle", fmt.Sprintf("the %s had sent nothing for exactly %d s (since packet %d): probably an idle timeout "+
				"that counts one direction", side(d), n, last.Packet))
			v.prove(last.Packet)
			return true
		}
	}
	return false
}

func named(who string) string {
	if who == "" {
		return ""
	}
	return " (as of " + who + ")"
}

// lifetime: it ended at an age that somebody may have set.
func (w *SessionCheck) lifetime(r *Report, at ws.Stamp) bool {
	s, v := r.Session, &r.Verdict
	n, _ := timeout(at.Time - s.Opened)
	if !s.HasOpened || n < 30 {
		return false
	}
	v.likely("lifetime", fmt.Sprintf("it was exactly %d s old: possibly a limit on how long a connection may live", n))
	v.prove(s.Answered)
	return true
}

// cannotTell says what else is known if no cause can be concluded.
func (w *SessionCheck) cannotTell(s *decode.Session, at ws.Stamp) string {
	since := ""
	if d := at.Time - w.rhythm.last.Time; w.rhythm.started && d >= 0 {
		since = fmt.Sprintf(", %s after the last message (packet %d)", show.Duration(d), w.rhythm.last.Packet)
		if w.rhythm.last.Packet == s.Answered {
			since = fmt.Sprintf(", %s after the opening handshake", show.Duration(d))
		}
	}
	text := "the capture does not show why" + since
	if s.End == decode.EndRST {
		return text + "; a process that is killed, one that closes with unread data, and some firewalls reset like this"
	}
	return text + "; a process that ends without closing looks like this"
}
