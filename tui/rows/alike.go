package rows

import (
	"net/netip"
	"strings"

	"github.com/wspeek/wspeek/capture"
	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/trace"
)

// instant is how far apart sessions end at most that end in the same instant.
const instant = capture.Time(40e6)

// Alike are the sessions that ended as another one did, in the same instant, and have the address of their server or of their
// client in common with it: captures that have nothing to do with each other may end at one time of day by chance.
type Alike struct {
	// Sessions are the numbers of the first few of Count.
	Sessions []int
	Count    int
	// Within is how far from the end of the other one they ended at most.
	Within capture.Time
	// Server, Client and Path are what all share, with the other one: the zero value for nothing.
	Server netip.AddrPort
	Client netip.Addr
	Path   string
}

// maxAlike is how many numbers of sessions an Alike has at most.
const maxAlike = 8

// endKey is how a session ended, as far as that makes sessions alike: by a Close of a side with a code, or by a FIN or RST of
// a side; ok is false where it did not end so.
func endKey(i *decode.Session) (k [3]int, ok bool) {
	switch {
	case !i.HasEnded:
		return k, false
	case i.Close != nil && i.Close.HasBy:
		return [3]int{int(decode.EndClose), int(i.Close.By), i.Close.Code}, true
	case i.Close != nil:
		return [3]int{int(decode.EndClose), -1, i.Close.Code}, true
	case i.HasEndBy:
		return [3]int{int(i.End), int(i.EndBy), 0}, i.End == decode.EndFIN || i.End == decode.EndRST
	}
	return [3]int{int(i.End), -1, 0}, i.End == decode.EndFIN || i.End == decode.EndRST
}

func pathOf(i *decode.Session) string {
	path, _, _ := strings.Cut(i.Path, "?")
	return path
}

// EndedAlike finds the sessions that ended as session n did, in the same instant. It returns early when stop says so.
func (s *Store) EndedAlike(n int, stop func() bool) (a Alike) {
	var self *decode.Session
	var key [3]int
	k := 0
	s.Read(func(t *trace.Trace) bool {
		if k == 0 {
			ok := false
			if self = t.Session(n); self != nil {
				key, ok = endKey(self)
			}
			if !ok {
				return false
			}
			a.Server, a.Client, a.Path = self.Server, self.Client.Addr(), pathOf(self)
		}
		for range scanned {
			if k++; k > t.Sessions() || stop() {
				return false
			}
			if i := t.Session(k); i != nil && k != n {
				a.take(self, i, key)
			}
		}
		return true
	})
	return a
}

// take takes in a session, if it ended like self and has an address in common with it.
func (a *Alike) take(self, i *decode.Session, key [3]int) {
	if i.Server.Addr() != self.Server.Addr() && i.Client.Addr() != self.Client.Addr() {
		return
	}
	d := i.Ended - self.Ended
	if d = max(d, -d); d > instant {
		return
	}
	if k, ok := endKey(i); !ok || k != key {
		return
	}
	if a.Count++; len(a.Sessions) < maxAlike {
		a.Sessions = append(a.Sessions, i.N)
	}
	a.Within = max(a.Within, d)
	if i.Server != a.Server {
		a.Server = netip.AddrPort{}
	}
	if i.Client.Addr() != a.Client {
		a.Client = netip.Addr{}
	}
	if pathOf(i) != a.Path {
		a.Path = ""
	}
}

// Last are the last messages of a session that are kept, at most n, with previews.
func (s *Store) Last(session, n int) (out []Cell) {
	s.Look(func(t *trace.Trace) {
		for k := t.MessageCount(session); k > 0 && len(out) < n; k-- {
			i := t.Index(session, k)
			if i < 0 {
				continue
			}
			out = append([]Cell{s.cell(Entry{Kind: OfMessage, Index: i}, true)}, out...)
		}
	})
	return out
}

// Fate is how a session ended, as far as that is known.
func (s *Store) Fate(session int) (e End) {
	s.Look(func(t *trace.Trace) {
		if i := t.Session(session); i != nil {
			e = s.end(i)
		}
	})
	return e
}
