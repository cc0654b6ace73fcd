package rows

import (
	"net/netip"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/export"
	"github.com/wspeek/wspeek/decode/trace"
	"github.com/wspeek/wspeek/tui/draw"
)

// Listed is a session of the list, with how it ended.
type Listed struct {
	*decode.Session
	Fate End
}

// Listed are copies of the sessions in rows [from,to) of the list of all sessions, with the counts as they are now.
func (s *Store) Listed(from, to int) (out []Listed) {
	s.Look(func(t *trace.Trace) {
		for _, n := range t.SessionsFrom(from, to) {
			i := t.CurrentSession(n)
			out = append(out, Listed{i, s.end(i)})
		}
	})
	return out
}

// ListedAs are the same of the sessions with these numbers; one that was dropped has no more than its number.
func (s *Store) ListedAs(numbers []int32) (out []Listed) {
	s.Look(func(t *trace.Trace) {
		for _, n := range numbers {
			i := t.CurrentSession(int(n))
			if i == nil {
				out = append(out, Listed{&decode.Session{N: int(n)}, End{Text: "no longer kept", Health: Underway}})
				continue
			}
			out = append(out, Listed{i, s.end(i)})
		}
	})
	return out
}

// maxURL and maxNode are how many bytes of a URL, and of what a proxy says of a client, are looked at.
const (
	maxURL  = 1000
	maxNode = 60
)

// URL is what people call a session: its URL, else where it goes. It is not inert.
func (i *Listed) URL() string {
	switch {
	case i.Host == "" && i.Path == "":
		return "to " + i.Server.String()
	case i.Host == "":
		return draw.Clip(i.Scheme+"://"+i.Server.String()+i.Path, maxURL)
	}
	return draw.Clip(export.Address(i.Session), maxURL)
}

// From is the client: the one that a proxy speaks for, where it says so, and who connected. It is not inert.
func (i *Listed) From() string {
	if real := i.RealClient(); real != "" {
		return draw.Clip(real, maxNode) + " via " + i.Client.String()
	}
	return i.Client.String()
}

// ClientAddress is the address of the client, without its port: of the one that a proxy speaks for, where it says so.
func (i *Listed) ClientAddress() string {
	real := i.RealClient()
	if real == "" {
		return i.Client.Addr().String()
	}
	if p, err := netip.ParseAddrPort(real); err == nil {
		return p.Addr().String()
	}
	return draw.Clip(strings.Trim(real, "[]"), maxNode)
}

// Life is how long the session was open, as far as it was captured; ok is false where that is not known.
func (i *Listed) Life() (d capture.Time, ok bool) {
	from, to := i.Opened, i.Ended
	switch {
	case i.HasOpened:
	case i.TCP != nil && i.Confidence > 0:
		from = i.TCP.First.Time
	default:
		return 0, false
	}
	if !i.HasEnded {
		if i.TCP == nil {
			return 0, false
		}
		to = i.TCP.Last.Time
	}
	return max(to-from, 0), true
}
