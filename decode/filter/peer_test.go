package filter_test

import (
	"testing"

	"github.com/wspeek/wspeek/decode"
	"github.com/wspeek/wspeek/decode/filter"
)

// TestPeerSession: the other leg of a session is known at the end of the run, and only where there is one.
func TestPeerSession(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string][2]bool{"ws.peer_session": {true, false}, "ws.peer_session == 4": {true, false}, "ws.peer_session == 5": {}} {
		f, err := filter.Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		s, err := filter.NewStream(f, filter.Sessions)
		if err != nil {
			t.Fatal(err)
		}
		var got [2]bool
		for i, peer := range []int{4, 0} {
			n := i + 1
			b := &decode.Batch{}
			info := &decode.Session{N: n}
			b.AddSession(decode.Event{Session: &decode.SessionRef{N: n}}, info)
			s.Match(b, &b.Events[0])
			s.Know(&decode.Session{N: n, Peer: peer})
			got[i] = s.Session(n)
		}
		if got != want {
			t.Errorf("%s: got %v, want %v", expr, got, want)
		}
		if _, err := filter.NewStream(f, filter.Messages); err == nil {
			t.Errorf("%s goes with messages", expr)
		}
	}
}
