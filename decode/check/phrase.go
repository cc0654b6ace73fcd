package check

import (
	"strconv"
	"strings"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/show"
	"github.com/wspeek/wspeek/decode/ws"
)

// Phrase is the verdict in one phrase, for a column: who ended the session and how, then why, as far as that is known. It
// is not yet inert.
func (r *Report) Phrase() string {
	s, v := r.Session, &r.Verdict
	switch v.Cause {
	case "closed":
		return closer(s) + "Close " + codeOnly(s)
	case "close-unanswered":
		if v.HasBy && s.Close != nil && s.Close.HasBy && v.By != s.Close.By {
			return who(v) + tcpEnd(s) + ", before the Close of the " + side(s.Close.By)
		}
		return closer(s) + "Close " + codeOnly(s) + ", not answered"
	case "refused":
		return refusedBriefly(s)
	case "no-answer":
		if !v.HasBy {
			return "no answer to the handshake"
		}
		return who(v) + tcpEnd(s) + " before the handshake was answered"
	case "replaced":
		return "end not captured: ports used again"
	case "evicted":
		return "end unknown: dropped for the limits"
	case "open":
		return "open" + r.waiting()
	case "unknown":
		return "end unknown"
	}
	return r.withoutClose()
}

// withoutClose is Phrase where no Close frame was captured.
func (r *Report) withoutClose() string {
	s, v := r.Session, &r.Verdict
	if v.Cause == "peer-vanished" && !v.HasBy {
		return "open, but a side was gone: no acknowledgements"
	}
	out := who(v) + tcpEnd(s) + ", no Close"
	if v.Doubt != "" {
		out += " seen"
	}
	switch v.Cause {
	case "idle":
		return out + ", probably idle too long"
	case "lifetime":
		return out + ", possibly a limit on its life"
	case "pong-missing":
		return out + ", its ping got no pong"
	case "rule-broken":
		return out + ", after a rule was broken"
	case "peer-vanished":
		return out + ", the " + side(v.By^1) + " was gone"
	case "half-close":
		return out + ", the " + side(s.EndBy^1) + " went on"
	}
	if s.End == decode.EndRST && bothSeen(s) {
		if n := s.TCP.Unacked[0] + s.TCP.Unacked[1]; n > 0 {
			out += ", " + show.Bytes(n) + " not acknowledged"
		}
	}
	return out
}

// waiting says that pings of an open session wait for their pongs.
func (r *Report) waiting() string {
	n := 0
	for d := ws.C2S; d <= ws.S2C; d++ {
		if r.unanswered(d) {
			n += r.Pings[d].Waiting
		}
	}
	if n == 0 {
		return ""
	}
	return ", " + show.Count(n, "ping") + " without a pong"
}

// Hurt reports whether a session did not go well: it ended without a closing handshake, was refused, broke a rule of
// level must, or not all of it is known. One that was joined after its opening is not hurt for that alone.
func (r *Report) Hurt() bool {
	s := r.Session
	if r.Broken > 0 || s.Missing > 0 || s.Unanswered || r.unread {
		return true
	}
	switch r.Verdict.Cause {
	case "closed", "open":
		return false
	case "close-unanswered", "no-answer":
		return s.End != decode.EndNone && s.End != decode.EndCapture
	}
	return true
}

// SoFar is Phrase for a session that is not over, by a snapshot of it.
func SoFar(s *decode.Session) string {
	switch {
	case s.State == decode.Refused:
		return refusedBriefly(s)
	case s.Close != nil && s.State == decode.Closing:
		return closer(s) + "Close " + codeOnly(s) + ", no answer yet"
	case s.Close != nil:
		return closer(s) + "Close " + codeOnly(s)
	case s.HasEndBy && (s.End == decode.EndFIN || s.End == decode.EndRST):
		return side(s.EndBy) + ": " + tcpEnd(s) + ", no Close"
	case s.State == decode.Connecting:
		return "no answer yet"
	}
	return "open"
}

func refusedBriefly(s *decode.Session) string {
	return strings.TrimRight("server: refused, "+strconv.Itoa(s.Status)+" "+s.Reason, " ")
}

// closer is the side that sent the first Close frame, with a colon.
func closer(s *decode.Session) string {
	if s.Close == nil || !s.Close.HasBy {
		return "one side: "
	}
	return side(s.Close.By) + ": "
}

// codeOnly is the code of the first Close frame with its name.
func codeOnly(s *decode.Session) string {
	if s.Close == nil || s.Close.Code < 0 {
		return "without a code"
	}
	return codeName(s.Close.Code)
}

// who is the side that ended it, with a colon; empty where that is not known.
func who(v *Verdict) string {
	if !v.HasBy {
		return ""
	}
	return side(v.By) + ": "
}

func tcpEnd(s *decode.Session) string {
	if s.End == decode.EndRST {
		return "RST"
	}
	return "FIN"
}
